//! The file of a language other than English: the texts of its tables, a list for the page and two for
//! its tools, which the page fetches when the language is chosen. Each is made by the test below.

use std::sync::OnceLock;

use super::Language;
use super::phrases::Phrases;
use super::tables::english;
use super::texts::{Text, Texts};
use crate::data::json::Value;

/// The list of the page in a file.
const PAGE: usize = 0;
/// The list of the tools.
pub const TOOLS: usize = 1;
/// The list of pictures and further layers.
pub const SHARE: usize = 2;

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
    if language != Language::English {
        return super::tables::of(language);
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
        && let Some(phrases) = read(text, PAGE, english::PHRASES)
    {
        // Who loaded it first has the same phrases.
        let _ = LOADED[language as usize].set(Loaded { phrases, text: text.to_owned() });
    }
    is_loaded(language)
}

/// Reads a list of a file into a table; `None` where the list is that of another table.
pub fn read<T: Text>(text: &str, list: usize, mut table: T) -> Option<T> {
    let Value::List(lists) = Value::read(text)? else {
        return None;
    };
    let Value::List(values) = lists.into_iter().nth(list)? else {
        return None;
    };
    let mut values = values.into_iter();
    if values.next()? != Value::Number(f64::from(T::FINGERPRINT)) {
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
    table.read(&mut texts);
    texts.are_all_read(count).then_some(table)
}

/// Defines the function that returns the phrases of a list of a language's file in the page's language,
/// and for the tests `table`, which returns that of any. The module that invokes it holds a module per
/// language with a static `WORDS`.
macro_rules! words_of_list {
    ($words:ident: $table:ident, list $list:expr) => {
        /// The words of the page's language; English ones until its file is loaded.
        pub fn $words() -> &'static $table {
            use std::sync::OnceLock;

            use $crate::i18n::{Language, language_file};

            static LOADED: [OnceLock<$table>; Language::ALL.len()] =
                [const { OnceLock::new() }; Language::ALL.len()];
            let language = $crate::i18n::words().language;
            let loaded = &LOADED[language as usize];
            if loaded.get().is_none()
                && let Some(text) = language_file::text(language)
                && let Some(words) = language_file::read(text, $list, english::WORDS)
            {
                // Who read it first has the same phrases.
                let _ = loaded.set(words);
            }
            loaded.get().unwrap_or(&english::WORDS)
        }

        $crate::i18n::texts::table_by_language!(table: $table, WORDS);
    };
}
pub(crate) use words_of_list;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::i18n::tables;
    use crate::tools::highres::words::table as highres_table;
    use crate::tools::share_words::table as share_table;

    const RENEW: &str = "RENEW=1 cargo test --locked --release -p dragonfly-client language_file";

    fn list_of<T: Text>(table: &T) -> String {
        let mut texts = Vec::new();
        table.add_to(&mut texts);
        let lines: Vec<_> = texts.iter().map(|text| serde_json::to_string(text).unwrap()).collect();
        format!("[{},\n{}]", T::FINGERPRINT, lines.join(",\n"))
    }

    fn file_of(language: Language) -> String {
        let lists = [
            list_of(tables::of(language)),
            list_of(highres_table(language)),
            list_of(share_table(language)),
        ];
        format!("[{}]\n", lists.join(",\n"))
    }

    #[test]
    fn every_language_has_each_phrase_of_the_tools_with_its_gaps() {
        let texts = |language: Language| {
            let mut texts = Vec::new();
            highres_table(language).add_to(&mut texts);
            share_table(language).add_to(&mut texts);
            texts
        };
        for language in Language::ALL {
            for (english, text) in texts(Language::English).into_iter().zip(texts(language)) {
                let gaps = [english, text].map(|text| text.matches("{}").count());
                assert_eq!(gaps[0], gaps[1], "{}: {text}", language.tag());
                assert!(!text.is_empty(), "{}: {english}", language.tag());
            }
        }
    }

    #[test]
    fn the_file_of_each_language_is_made_from_its_tables() {
        for language in Language::ALL.into_iter().skip(1) {
            let file = format!("{}{}", env!("CARGO_MANIFEST_DIR"), url(language));
            let expected = file_of(language);
            if std::env::var_os("RENEW").is_some() {
                std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
                std::fs::write(&file, &expected).unwrap();
            }
            let published = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(published == expected, "{file} is not that of its tables: {RENEW}");
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_written_and_one_of_another_version_is_refused() {
        let file = file_of(Language::Greek);
        let page = |text: &str| read(text, PAGE, english::PHRASES);
        assert_eq!(list_of(&page(&file).unwrap()), list_of(tables::of(Language::Greek)));
        let tools = read(&file, TOOLS, *highres_table(Language::English)).unwrap();
        assert_eq!(list_of(&tools), list_of(highres_table(Language::Greek)));
        let share = read(&file, SHARE, *share_table(Language::English)).unwrap();
        assert_eq!(list_of(&share), list_of(share_table(Language::Greek)));
        let fingerprint = Phrases::FINGERPRINT.to_string();
        let other = file.replacen(&fingerprint, &(Phrases::FINGERPRINT ^ 1).to_string(), 1);
        let longer = file.replacen("],", ", \"\"],", 1);
        let plain = list_of(tables::of(Language::Greek));
        for refused in [&other, "", "[]", "{}", &format!("[[{fingerprint}, 1]]"), &longer, &plain] {
            assert!(page(refused).is_none(), "{refused:.40}");
        }
    }
}
