//! The opacity of the tiles.

use leptos::prelude::*;

use crate::i18n::words;
use crate::state::map_state::DisplayOptions;

/// A slider from clear to opaque.
#[component]
pub fn OpacitySlider(display: DisplayOptions) -> impl IntoView {
    let slide = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse::<u8>() {
            display.chosen_opacity.set(Some(chosen.min(100)));
        }
    };
    view! {
        <label class="field">
            <span>{words().opacity}</span>
            <input
                type="range"
                data-testid="opacity"
                min="0"
                max="100"
                step="5"
                prop:value=move || display.opacity_percent().to_string()
                style:--filled=move || format!("{}%", display.opacity_percent())
                on:input=slide
            />
            <output>{move || format!("{} %", display.opacity_percent())}</output>
        </label>
    }
}
