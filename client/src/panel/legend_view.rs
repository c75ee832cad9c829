//! The legend, whose entries hide and show what they stand for.

use dragonfly_core::Palette;
use leptos::prelude::*;

use crate::i18n::words;
use crate::panel::legend_row::{Areas, LegendRow, RowSubject, ShownLegend, Swatch, nightly_legend};
use crate::panel::result_legend::result_legend;
use crate::state::filter::Filter;
use crate::state::key;

/// The legend of the map on top: the nightly maps with the areas of the region in view, or the
/// result that the tools describe in `result`.
#[component]
pub fn LegendView(
    #[prop(into)] palette: Signal<Palette>,
    filter: RwSignal<Filter>,
    areas: Signal<Option<Areas>>,
    result: RwSignal<Option<String>>,
) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let (palette, filter) = (palette.get(), filter.get());
        result
            .with(|text| result_legend(text.as_deref()?, palette, filter))
            .unwrap_or_else(|| areas.with(|areas| nightly_legend(palette, filter, areas.as_ref())))
    });
    // The buttons stay the same while their state changes, or the one just pressed would lose the
    // focus.
    let count = Memo::new(move |_| shown.with(|shown| shown.rows.len()));
    let entries = move || {
        let entry = |index: usize| view! { <li>{entry(shown, index, filter)}</li> };
        (0..count.get()).map(entry).collect_view()
    };
    let is_result = move || result.with(Option::is_some).to_string();
    view! {
        <section class="legend" data-testid="legend" data-result=is_result aria-labelledby="legend-title">
            <h2 id="legend-title">
                {words().legend} " " <span class="unit">{move || shown.with(|shown| shown.unit.clone())}</span>
            </h2>
            <p class="legend-about" data-testid="legend-region">{move || shown.with(|shown| shown.about.clone())}</p>
            <ul>{entries}</ul>
            <p class="hint">{words().legend_use} " " {words().hint}</p>
        </section>
    }
}

fn entry(shown: Memo<ShownLegend>, index: usize, filter: RwSignal<Filter>) -> impl IntoView {
    let row = Memo::new(move |_| shown.with(|shown| shown.rows.get(index).cloned()));
    let part = move |part: fn(&LegendRow) -> String| {
        move || row.with(|row| row.as_ref().map(part).unwrap_or_default())
    };
    let testid = part(|row| match row.subject {
        RowSubject::Unseen(_) => "legend-unseen".to_owned(),
        RowSubject::Classes(_) | RowSubject::Value => "legend-entry".to_owned(),
    });
    let pressed = part(|row| row.is_painted.to_string());
    let swatches = move || {
        let swatches = row.with(|row| row.as_ref().map(|row| row.swatches.clone()));
        swatches.unwrap_or_default().into_iter().map(swatch_view).collect_view()
    };
    let toggle = move |_| {
        if let Some(row) = row.get_untracked() {
            filter.update(|filter| *filter = row.toggled(*filter));
        }
    };
    view! {
        <button
            type="button"
            class="entry"
            data-testid=testid
            data-class=part(keys)
            data-colour=part(|row| joined(row.swatches.iter().map(|swatch| swatch.css())))
            aria-pressed=pressed
            on:click=toggle
        >
            <span class="swatch" aria-hidden="true">{swatches}</span>
            <span class="title">{part(|row| row.title.clone())}</span>
            <span class="range">{part(|row| row.range.clone())}</span>
            <span class="area">{part(|row| row.area.clone())}</span>
        </button>
    }
}

fn swatch_view(swatch: Swatch) -> impl IntoView {
    let class = match swatch {
        Swatch::Colour(_) => "",
        Swatch::Pattern(unseen) => unseen.key(),
        Swatch::Clear => "clear",
    };
    view! { <i class=class style:background-color=swatch.css()></i> }
}

/// The words by which style sheets and tests know what a row stands for.
fn keys(row: &LegendRow) -> String {
    match &row.subject {
        RowSubject::Classes(classes) => {
            joined(classes.iter().map(|class| key::of_class(*class).to_owned()))
        }
        RowSubject::Unseen(unseen) => unseen.key().to_owned(),
        RowSubject::Value => "value".to_owned(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}
