//! The choice of a background, where the site offers one.

use dragonfly_core::metadata::Basemap;
use leptos::prelude::*;

use crate::i18n::words;
use crate::state::address::OPACITY_AT_START_PERCENT;

/// Roads and names are seen through tiles of this opacity, which the reader may change.
const OVER_BASEMAP_PERCENT: u8 = 70;

/// A choice between the plain background and the site's raster basemaps; nothing where there are
/// none.
#[component]
pub fn BasemapSelect(
    #[prop(into)] basemaps: Signal<Vec<Basemap>>,
    chosen: RwSignal<Option<Basemap>>,
    opacity_percent: RwSignal<u8>,
) -> impl IntoView {
    let choose = move |event| {
        let index = event_target_value(&event).parse::<usize>().ok();
        chosen.set(index.and_then(|index| basemaps.get_untracked().into_iter().nth(index)));
        let is_plain = index.is_none();
        opacity_percent.update(|percent| match (is_plain, *percent) {
            (false, OPACITY_AT_START_PERCENT) => *percent = OVER_BASEMAP_PERCENT,
            (true, OVER_BASEMAP_PERCENT) => *percent = OPACITY_AT_START_PERCENT,
            _ => {}
        });
    };
    let option = |(index, basemap): (usize, Basemap)| view! { <option value=index.to_string()>{basemap.title}</option> };
    let field = move || {
        view! {
            <label class="field">
                <span>{words().basemap}</span>
                <select data-testid="basemap-select" on:change=choose>
                    <option value="">{words().plain_basemap}</option>
                    {basemaps.get().into_iter().enumerate().map(option).collect_view()}
                </select>
            </label>
        }
    };
    view! { <Show when=move || !basemaps.with(Vec::is_empty)>{field()}</Show> }
}
