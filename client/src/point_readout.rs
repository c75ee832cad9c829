//! What the map says of the place that was clicked.

use dragonfly_core::{Breaks, Palette};
use leptos::prelude::*;

use crate::legend_row::{css_colour, paint};
use crate::reading::Reading;
use crate::words;

/// A clicked place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// What the map says; `None` while it is looked up.
    pub reading: Option<Reading>,
}

/// A small card for the place; nothing while none is chosen.
#[component]
pub fn PointReadout(point: RwSignal<Option<Point>>, #[prop(into)] palette: Signal<Palette>) -> impl IntoView {
    let card = move || {
        point.get().map(|at| {
            view! {
                <div class="readout" data-testid="point-readout">
                    {swatch(at.reading, palette.get())}
                    <p class="title">
                        {at.reading.map_or(words::READING_LOADING.to_owned(), words::reading_title)}
                    </p>
                    <p class="detail">{at.reading.map(words::reading_detail)}</p>
                    <p class="place">{words::coordinates(at.lon, at.lat)}</p>
                    <button type="button" class="close" aria-label=words::CLOSE on:click=move |_| point.set(None)>
                        "×"
                    </button>
                </div>
            }
        })
    };
    view! { <div class="readouts" role="status">{card}</div> }
}

fn swatch(reading: Option<Reading>, palette: Palette) -> impl IntoView {
    let Some(Reading::Value { class, .. }) = reading else {
        return view! { <span class="swatch" aria-hidden="true"><i class="clear"></i></span> }.into_any();
    };
    let colour = paint(class, palette, &Breaks::USGS);
    view! {
        <span class="swatch" aria-hidden="true">
            <i class:clear=colour.is_none() style:background-color=css_colour(colour)></i>
        </span>
    }
    .into_any()
}
