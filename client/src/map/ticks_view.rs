//! Degrees along the edges of the map, where the graticule meets them.

use leptos::prelude::*;

use crate::data::decimal::pixels;
use crate::i18n::words;
use crate::map::graticule::{Graticule, wrapped};
use crate::state::view::View;

/// The degrees along the upper and the right edge.
#[component]
pub fn TicksView(#[prop(into)] view: Signal<View>) -> impl IntoView {
    let graticule = move || Graticule::at_zoom(view.get().zoom);
    let longitudes = move || {
        let decimals = graticule().decimals();
        let tick = move |tick: crate::map::graticule::Tick| {
            let label = words().longitude(wrapped(tick.degrees), decimals);
            view! { <span class="tick" style:left=pixels(tick.at_px)>{label}</span> }
        };
        graticule().longitude_ticks(view.get()).into_iter().map(tick).collect_view()
    };
    let latitudes = move || {
        let decimals = graticule().decimals();
        let tick = move |tick: crate::map::graticule::Tick| {
            let label = words().latitude(tick.degrees, decimals);
            view! { <span class="tick" style:top=pixels(tick.at_px)>{label}</span> }
        };
        graticule().latitude_ticks(view.get()).into_iter().map(tick).collect_view()
    };
    view! {
        <div class="ticks longitudes" aria-hidden="true">{longitudes}</div>
        <div class="ticks latitudes" aria-hidden="true">{latitudes}</div>
    }
}
