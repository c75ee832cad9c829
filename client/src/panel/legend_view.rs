//! The legend, whose entries hide and show their classes.

use dragonfly_core::{Breaks, Hectares, Palette, Rgb, Severity};
use leptos::prelude::*;

use crate::i18n::{LEGEND_UNIT, words};
use crate::panel::legend_row::{LegendRow, css_colour, legend_rows};
use crate::state::filter::Filter;
use crate::state::key;

/// The areas beside the entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Areas {
    /// Title of the region.
    pub title: String,
    /// True hectares a class.
    pub hectares: Hectares,
}

/// The six entries, in the colours of a palette, with the areas of the region in view.
#[component]
pub fn LegendView(
    #[prop(into)] palette: Signal<Palette>,
    filter: RwSignal<Filter>,
    areas: Signal<Option<Areas>>,
) -> impl IntoView {
    // The buttons stay the same while their state changes, or the one just pressed would lose the
    // focus.
    let rows = legend_rows(Palette::default(), Filter::default(), &Breaks::USGS);
    let count = rows.len();
    let shown = Memo::new(move |_| legend_rows(palette.get(), filter.get(), &Breaks::USGS));
    let entries = (0..count).map(|index| {
        let row = Signal::derive(move || shown.read().get(index).cloned());
        view! { <li>{entry(row, filter, areas)}</li> }
    });
    let of_region = move || areas.get().map(|areas| words().areas_of.fill([&areas.title]));
    view! {
        <section class="legend" data-testid="legend" aria-labelledby="legend-title">
            <h2 id="legend-title">{words().legend} <span class="unit">{LEGEND_UNIT}</span></h2>
            <ul>{entries.collect_view()}</ul>
            <p class="hint" data-testid="legend-region">{of_region}</p>
            <p class="hint">{words().legend_use} " " {words().hint}</p>
        </section>
    }
}

fn entry(
    row: Signal<Option<LegendRow>>,
    filter: RwSignal<Filter>,
    areas: Signal<Option<Areas>>,
) -> impl IntoView {
    let classes = move || row.get().map(|row| row.classes).unwrap_or_default();
    let just_classes = move || classes().into_iter().map(|(class, _)| class).collect::<Vec<_>>();
    let joined = |parts: Vec<String>| parts.join(" ");
    let keys = move || {
        joined(just_classes().into_iter().map(|class| key::of_class(class).to_owned()).collect())
    };
    let paints = move || joined(classes().iter().map(|(_, paint)| css_colour(*paint)).collect());
    let is_painted = move || row.read().as_ref().is_some_and(|row| row.is_painted);
    let area = move || {
        areas.get().map(|areas| {
            let sum = just_classes().into_iter().map(|class| areas.hectares.of(class)).sum();
            words().area(sum)
        })
    };
    let swatch = |(_, paint): (Severity, Option<Rgb>)| {
        view! { <i class:clear=paint.is_none() style:background-color=css_colour(paint)></i> }
    };
    let toggle = move |_| {
        let hidden = is_painted();
        filter.update(|filter| *filter = filter.with_classes(&just_classes(), hidden));
    };
    view! {
        <button
            type="button"
            class="entry"
            data-testid="legend-entry"
            data-class=keys
            data-colour=paints
            aria-pressed=move || is_painted().to_string()
            on:click=toggle
        >
            <span class="swatch" aria-hidden="true">
                {move || classes().into_iter().map(swatch).collect_view()}
            </span>
            <span class="title">{move || row.get().map(|row| row.title)}</span>
            <span class="range">{move || row.get().map(|row| row.range)}</span>
            <span class="area">{area}</span>
        </button>
    }
}
