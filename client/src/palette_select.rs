//! The choice of colours.

use dragonfly_core::Palette;
use leptos::prelude::*;
use serde_json::Value;

use crate::words;

/// A choice among core's palettes.
#[component]
pub fn PaletteSelect(palette: RwSignal<Palette>) -> impl IntoView {
    let choose = move |event| {
        if let Some(chosen) = palette_from_key(&event_target_value(&event)) {
            palette.set(chosen);
        }
    };
    let option = |palette: Palette| view! { <option value=key(palette)>{palette.title()}</option> };
    view! {
        <label class="field">
            <span>{words::COLOURS}</span>
            <select data-testid="palette-select" prop:value=move || key(palette.get()) on:change=choose>
                {Palette::ALL.map(option).collect_view()}
            </select>
        </label>
    }
}

/// The palette as settings and addresses name it.
fn key(palette: Palette) -> String {
    serde_json::to_value(palette).ok().and_then(|key| key.as_str().map(str::to_owned)).unwrap_or_default()
}

fn palette_from_key(key: &str) -> Option<Palette> {
    serde_json::from_value(Value::String(key.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_back_to_its_palette() {
        for palette in Palette::ALL {
            assert_eq!(palette_from_key(&key(palette)), Some(palette));
        }
        assert_eq!(key(Palette::default()), "colour-blind-safe");
        assert_eq!(palette_from_key("mauve"), None);
    }
}
