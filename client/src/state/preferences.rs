//! The reader's preferences, kept by the browser: the language and the units.

use leptos::prelude::{document, window};
use wasm_bindgen::JsValue;

use crate::i18n::{Language, Units, Words, set_locale};

const LANGUAGE: &str = "dragonfly.language";
const UNITS: &str = "dragonfly.units";

/// The language and units chosen before, else those that the browser prefers.
pub fn preferred() -> Words {
    let tags = window()
        .navigator()
        .languages()
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect::<Vec<_>>();
    let preferred = tags.iter().find_map(|tag| Language::from_tag(tag)).unwrap_or_default();
    Words {
        language: remembered(LANGUAGE).as_deref().and_then(Language::from_tag).unwrap_or(preferred),
        units: remembered(UNITS).as_deref().and_then(Units::from_key).unwrap_or_default(),
    }
}

/// Sets language and units, now and for the next visit.
pub fn choose(words: Words) {
    remember(LANGUAGE, words.language.tag());
    remember(UNITS, words.units.key());
    apply(words);
}

/// Sets language and units, and the language of the document.
pub fn apply(words: Words) {
    set_locale(words);
    if let Some(root) = document().document_element() {
        // An attribute with a plain name can always be set.
        let _ = root.set_attribute("lang", words.language.tag());
    }
}

// A browser that stores nothing, as in a private window, starts with its own language again.

fn remembered(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

fn remember(key: &str, value: &str) {
    let _ =
        window().local_storage().map(|storage| storage.map(|storage| storage.set_item(key, value)));
}

/// A moment as this machine's clock has it.
pub fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

/// A country in the reader's language, by its two letters; the letters where the browser does not
/// know it.
pub fn country(words: Words, letters: &str) -> String {
    use crate::map::leaflet::options;
    let names =
        DisplayNames::new(words.language.tag(), &options([("type", JsValue::from("region"))]));
    names.and_then(|names| names.of(letters)).ok().flatten().unwrap_or_else(|| letters.to_owned())
}

#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    type DisplayNames;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    fn new(language: &str, options: &js_sys::Object) -> Result<DisplayNames, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn of(this: &DisplayNames, letters: &str) -> Result<Option<String>, JsValue>;
}
