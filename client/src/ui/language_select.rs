//! The choice of language and units.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::i18n::{Language, Units, Words, words};
use crate::state::preferences;

/// Two choices. The page is built again when one is made, so the field gets the focus back.
#[component]
pub fn LanguageSelect() -> impl IntoView {
    let now = words();
    let on_language = move |event| {
        if let Some(language) = Language::from_tag(&event_target_value(&event)) {
            choose(Words { language, ..now }, "#language");
        }
    };
    let on_units = move |event| {
        if let Some(units) = Units::from_key(&event_target_value(&event)) {
            choose(Words { units, ..now }, "#units");
        }
    };
    let language = |language: Language| {
        view! {
            <option value=language.tag() lang=language.tag() selected=language == now.language>
                {language.name()}
            </option>
        }
    };
    let units = |units: Units| {
        let title = match units {
            Units::Hectares => now.hectares,
            Units::Acres => now.acres,
        };
        view! { <option value=units.key() selected=units == now.units>{title}</option> }
    };
    view! {
        <section class="controls" aria-label=now.settings>
            <label class="field">
                <span>{now.units_title}</span>
                <select id="units" data-testid="units" on:change=on_units>{Units::ALL.map(units).collect_view()}</select>
            </label>
            <label class="field">
                <span>{now.language_title}</span>
                <select id="language" data-testid="language" on:change=on_language>
                    {Language::ALL.map(language).collect_view()}
                </select>
            </label>
        </section>
    }
}

fn choose(words: Words, field: &'static str) {
    preferences::choose(words);
    request_animation_frame(move || {
        let field = document()
            .query_selector(field)
            .ok()
            .flatten()
            .and_then(|field| field.dyn_into::<HtmlElement>().ok());
        if let Some(field) = field {
            // A field that cannot take the focus leaves it with the page.
            let _ = field.focus();
        }
    });
}
