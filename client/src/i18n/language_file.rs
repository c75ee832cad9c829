//! The file of a language other than English: the texts of its table as a list, which the page
//! fetches when the language is chosen. Each is made from its table by the test below.

use std::sync::OnceLock;

use super::phrases::Phrases;
use super::texts::{Text, Texts};
use super::{Language, english};
use crate::data::json::Value;

static LOADED: [OnceLock<Loaded>; Language::ALL.len()] =
    [const { OnceLock::new() }; Language::ALL.len()];

struct Loaded {
    phrases: Phrases,
    /// For the tools, which have a memory of their own.
    text: String,
}

/// The phrases of a language; English ones until its file is loaded.
pub fn phrases(language: Language) -> &'static Phrases {
    #[cfg(test)]
    if language == Language::German {
        return &crate::i18n::german::PHRASES;
    }
    LOADED[language as usize].get().map_or(&english::PHRASES, |loaded| &loaded.phrases)
}

/// The file of a language, once it is loaded.
pub fn text(language: Language) -> Option<&'static str> {
    LOADED[language as usize].get().map(|loaded| loaded.text.as_str())
}

/// Whether the phrases of a language can be shown.
pub fn is_loaded(language: Language) -> bool {
    language == Language::English || LOADED[language as usize].get().is_some()
}

/// Where the file of a language is.
pub fn url(language: Language) -> String {
    format!("/languages/{}.json", language.tag())
}

/// Reads the file of a language. Returns whether its phrases can be shown: a file of another
/// version of the page has other phrases in other places, and is refused.
pub fn load(language: Language, text: &str) -> bool {
    if !is_loaded(language)
        && let Some(phrases) = read(text)
    {
        // Who loaded it first has the same phrases.
        let _ = LOADED[language as usize].set(Loaded { phrases, text: text.to_owned() });
    }
    is_loaded(language)
}

fn read(text: &str) -> Option<Phrases> {
    let Value::List(values) = Value::read(text)? else {
        return None;
    };
    let mut values = values.into_iter();
    if values.next()? != Value::Number(f64::from(Phrases::FINGERPRINT)) {
        return None;
    }
    // Kept as long as the page: a language is read once.
    let texts = values.map(|value| match value {
        Value::Text(text) => Some(&*text.leak()),
        _ => None,
    });
    let texts: Vec<_> = texts.collect::<Option<_>>()?;
    let count = texts.len();
    let mut texts = Texts::new(texts);
    let mut phrases = english::PHRASES;
    phrases.read(&mut texts);
    texts.are_all_read(count).then_some(phrases)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::i18n::german;

    /// The languages that have a file.
    const TABLES: [(Language, &Phrases); Language::ALL.len() - 1] =
        [(Language::German, &german::PHRASES)];

    const RENEW: &str = "RENEW=1 cargo test --locked --release -p dragonfly-client language_file";

    fn file_of(phrases: &Phrases) -> String {
        let mut texts = Vec::new();
        phrases.add_to(&mut texts);
        let lines: Vec<_> = texts.iter().map(|text| serde_json::to_string(text).unwrap()).collect();
        format!("[{},\n{}]\n", Phrases::FINGERPRINT, lines.join(",\n"))
    }

    #[test]
    fn the_file_of_each_language_is_made_from_its_table() {
        for (language, table) in TABLES {
            let file = format!("{}{}", env!("CARGO_MANIFEST_DIR"), url(language));
            let expected = file_of(table);
            if std::env::var_os("RENEW").is_some() {
                std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
                std::fs::write(&file, &expected).unwrap();
            }
            let published = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(published == expected, "{file} is not that of its table: {RENEW}");
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_written_and_one_of_another_version_is_refused() {
        let file = file_of(&german::PHRASES);
        assert_eq!(file_of(&read(&file).unwrap()), file);
        let fingerprint = Phrases::FINGERPRINT.to_string();
        let other = file.replacen(&fingerprint, &(Phrases::FINGERPRINT ^ 1).to_string(), 1);
        let longer = file.replacen(']', ", \"\"]", 1);
        for refused in [other.as_str(), "", "[]", "{}", &format!("[{fingerprint}, 1]"), &longer] {
            assert!(read(refused).is_none(), "{refused:.40}");
        }
    }

    #[test]
    fn no_phrase_is_empty_but_what_follows_a_day() {
        for table in [&english::PHRASES, &german::PHRASES] {
            let mut texts = Vec::new();
            table.add_to(&mut texts);
            assert!(texts.iter().filter(|text| text.is_empty()).count() <= 1);
        }
    }
}
