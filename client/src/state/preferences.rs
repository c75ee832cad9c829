//! The reader's preferences, kept by the browser: the language and the units.

use std::sync::LazyLock;

use leptos::prelude::{ArcRwSignal, Get, GetUntracked, Set, document, untrack, window};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::data::fetch;
use crate::i18n::{Language, Units, Words, language_file, set_locale};

const LANGUAGE: &str = "dragonfly.language";
const UNITS: &str = "dragonfly.units";

/// What was chosen: it is shown once the phrases of its language are loaded.
static WANTED: LazyLock<ArcRwSignal<Words>> = LazyLock::new(ArcRwSignal::default);
static MISSING: LazyLock<ArcRwSignal<Option<Language>>> = LazyLock::new(ArcRwSignal::default);

/// The language and units chosen before, else those that the browser prefers.
pub fn preferred() -> Words {
    Words {
        language: preferred_language().unwrap_or_default(),
        units: remembered(UNITS).as_deref().and_then(Units::from_key).unwrap_or_default(),
    }
}

/// The language chosen before, else one that the browser prefers; `None` where the page has none
/// of them.
fn preferred_language() -> Option<Language> {
    if let Some(chosen) = remembered(LANGUAGE).as_deref().and_then(Language::from_tag) {
        return Some(chosen);
    }
    let tags = window()
        .navigator()
        .languages()
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect::<Vec<_>>();
    tags.iter().find_map(|tag| Language::from_tag(tag))
}

/// Sets the language of the site for a reader who prefers none of the page's.
pub fn set_default_language(tag: &str) {
    let shown = untrack(crate::i18n::words);
    if let (None, Some(language)) = (preferred_language(), Language::from_tag(tag))
        && language != shown.language
    {
        apply(Words { language, ..shown });
    }
}

/// Sets language and units, now and for the next visit.
pub fn choose(words: Words) {
    remember(LANGUAGE, words.language.tag());
    remember(UNITS, words.units.key());
    apply(words);
}

/// Sets language and units, as soon as the phrases of the language are loaded.
pub fn apply(words: Words) {
    WANTED.set(words);
    if language_file::is_loaded(words.language) {
        return show(words);
    }
    spawn_local(async move {
        let text = fetch::fresh_text(&language_file::url(words.language)).await;
        let is_loaded = text.is_ok_and(|text| language_file::load(words.language, &text));
        let wanted = WANTED.get_untracked();
        if wanted.language != words.language {
            // Another was chosen meanwhile.
        } else if is_loaded {
            show(wanted);
        } else {
            show(Words { language: untrack(crate::i18n::words).language, ..wanted });
            MISSING.set(Some(words.language));
        }
    });
}

/// The language that was chosen and could not be loaded.
pub fn missing_language() -> Option<Language> {
    MISSING.get()
}

/// Loads the chosen language again, where it could not be loaded.
pub fn retry() {
    if MISSING.get_untracked().is_some() {
        apply(WANTED.get_untracked());
    }
}

/// Sets language and units, and the language of the document.
fn show(words: Words) {
    MISSING.set(None);
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
