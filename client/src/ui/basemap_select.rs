//! The choice of a background, where the site offers one.

use dragonfly_core::metadata::Basemap;
use leptos::prelude::*;

use crate::i18n::words;

/// A choice between the plain background and the site's raster basemaps; nothing where there are
/// none.
#[component]
pub fn BasemapSelect(
    #[prop(into)] basemaps: Signal<Vec<Basemap>>,
    chosen: RwSignal<Option<Basemap>>,
) -> impl IntoView {
    let choose = move |event| {
        let index = event_target_value(&event).parse::<usize>().ok();
        chosen.set(index.and_then(|index| basemaps.get_untracked().into_iter().nth(index)));
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
