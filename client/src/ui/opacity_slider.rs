//! The opacity of the tiles.

use leptos::prelude::*;

use crate::i18n::words;

/// A slider from clear to opaque.
#[component]
pub fn OpacitySlider(percent: RwSignal<u8>) -> impl IntoView {
    let slide = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse::<u8>() {
            percent.set(chosen.min(100));
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
                prop:value=move || percent.get().to_string()
                style:--filled=move || format!("{}%", percent.get())
                on:input=slide
            />
            <output>{move || format!("{} %", percent.get())}</output>
        </label>
    }
}
