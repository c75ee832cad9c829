//! The legend.

use dragonfly_core::{Breaks, Palette, Rgb, Severity};
use leptos::prelude::*;

use crate::legend_row::{LegendRow, css_colour, legend_rows};
use crate::words;

/// The six entries, in the colours of a palette.
#[component]
pub fn LegendView(#[prop(into)] palette: Signal<Palette>) -> impl IntoView {
    let rows = move || legend_rows(palette.get(), &Breaks::USGS).into_iter().map(entry).collect_view();
    view! {
        <section class="legend" data-testid="legend" aria-labelledby="legend-title">
            <h2 id="legend-title">{words::LEGEND} <span class="unit">{words::LEGEND_UNIT}</span></h2>
            <ul>{rows}</ul>
            <p class="hint">{words::HINT}</p>
        </section>
    }
}

fn entry(row: LegendRow) -> impl IntoView {
    let joined = |parts: Vec<String>| parts.join(" ");
    let classes = joined(row.classes.iter().map(|(class, _)| key(*class)).collect());
    let paints = joined(row.classes.iter().map(|(_, paint)| css_colour(*paint)).collect());
    let swatch = |(_, paint): (Severity, Option<Rgb>)| {
        view! { <i class:clear=paint.is_none() style:background-color=css_colour(paint)></i> }
    };
    view! {
        <li data-testid="legend-entry" data-class=classes data-colour=paints>
            <span class="swatch" aria-hidden="true">{row.classes.into_iter().map(swatch).collect_view()}</span>
            <span class="title">{row.title}</span>
            <span class="range">{row.range}</span>
        </li>
    }
}

/// The class as metadata names it.
fn key(class: Severity) -> String {
    serde_json::to_value(class).ok().and_then(|key| key.as_str().map(str::to_owned)).unwrap_or_default()
}
