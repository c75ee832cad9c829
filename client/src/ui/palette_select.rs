//! The choice of colours.

use dragonfly_core::Palette;
use leptos::prelude::*;

use crate::i18n::words;
use crate::state::key;

/// A choice among core's palettes.
#[component]
pub fn PaletteSelect(palette: RwSignal<Palette>) -> impl IntoView {
    let choose = move |event| {
        if let Some(chosen) = key::palette(&event_target_value(&event)) {
            palette.set(chosen);
        }
    };
    let option = |palette: Palette| view! { <option value=key::of_palette(palette)>{words().palette(palette)}</option> };
    view! {
        <label class="field">
            <span>{words().colours}</span>
            <select data-testid="palette-select" prop:value=move || key::of_palette(palette.get()) on:change=choose>
                {Palette::ALL.map(option).collect_view()}
            </select>
        </label>
    }
}
