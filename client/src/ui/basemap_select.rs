//! The choice of a background, where the site offers one.

use dragonfly_core::metadata::Basemap;
use leptos::prelude::*;

use crate::i18n::words;
use crate::state::map_state::DisplayOptions;

/// A choice between the plain background and the site's basemaps; nothing where there are none.
#[component]
pub fn BasemapSelect(
    #[prop(into)] basemaps: Signal<Vec<Basemap>>,
    display: DisplayOptions,
) -> impl IntoView {
    let option = move |(value, text): (String, String)| {
        let title = value.clone();
        let is_shown = move || {
            let shown = display.basemap.get().map(|basemap| basemap.title).unwrap_or_default();
            shown == title
        };
        view! { <option value=value prop:selected=is_shown>{text}</option> }
    };
    let field = move || {
        let plain = (String::new(), words().plain_basemap.to_owned());
        let offered = basemaps.get().into_iter().map(|it| (it.title.clone(), it.title));
        view! {
            <label class="field">
                <span>{words().basemap}</span>
                <select
                    data-testid="basemap-select"
                    on:change=move |event| display.chosen_basemap.set(Some(event_target_value(&event)))
                >
                    {[plain].into_iter().chain(offered).map(option).collect_view()}
                </select>
            </label>
        }
    };
    view! { <Show when=move || !basemaps.with(Vec::is_empty)>{field()}</Show> }
}
