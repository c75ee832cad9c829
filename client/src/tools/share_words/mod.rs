//! The phrases of pictures for publication and of further layers in each language: a table whose
//! fields every language must fill. The tools contain the English one; the others are the third list
//! of a language's file.

mod english;
#[cfg(test)]
mod french;
#[cfg(test)]
mod german;
#[cfg(test)]
mod greek;
#[cfg(test)]
mod italian;
#[cfg(test)]
mod portuguese;
#[cfg(test)]
mod spanish;

use std::sync::OnceLock;

use crate::i18n::{Language, language_file, table_of_texts, words};

static LOADED: [OnceLock<ShareWords>; Language::ALL.len()] =
    [const { OnceLock::new() }; Language::ALL.len()];

table_of_texts! {
    /// All phrases of one language. A `{}` is a gap to be filled.
    pub struct ShareWords {
        /// The kinds of pictures.
        pub view: &'static str,
        pub wide: &'static str,
        pub square: &'static str,
        pub a4: &'static str,
        /// The letter that stands for north.
        pub north: &'static str,
        /// The title of the switches of layers.
        pub overlays: &'static str,
        pub overlay_failed: &'static str,
    }
}

/// The words of the page's language; English ones until its file is loaded.
pub fn share_words() -> &'static ShareWords {
    let language = words().language;
    let loaded = &LOADED[language as usize];
    if loaded.get().is_none()
        && let Some(text) = language_file::text(language)
        && let Some(words) = language_file::read(text, language_file::SHARE, english::WORDS)
    {
        // Who read it first has the same phrases.
        let _ = loaded.set(words);
    }
    loaded.get().unwrap_or(&english::WORDS)
}

/// The table of a language, from which its file is made.
#[cfg(test)]
pub fn table(language: Language) -> &'static ShareWords {
    match language {
        Language::English => &english::WORDS,
        Language::German => &german::WORDS,
        Language::Greek => &greek::WORDS,
        Language::Spanish => &spanish::WORDS,
        Language::French => &french::WORDS,
        Language::Italian => &italian::WORDS,
        Language::Portuguese => &portuguese::WORDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::tables::fits_a_button;
    use crate::i18n::texts::Text;

    fn texts(language: Language) -> Vec<&'static str> {
        let mut texts = Vec::new();
        table(language).add_to(&mut texts);
        texts
    }

    #[test]
    fn every_language_has_each_phrase_with_its_gaps() {
        for language in Language::ALL {
            for (english, text) in texts(Language::English).iter().zip(texts(language)) {
                let gaps = [english, text].map(|text| text.matches("{}").count());
                assert_eq!(gaps[0], gaps[1], "{}: {text}", language.tag());
                assert!(!text.is_empty() && fits_a_button(english, text), "{text}");
            }
        }
    }
}
