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

use crate::i18n::language_file::{SHARE, words_of_list};
use crate::i18n::table_of_texts;

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

words_of_list!(share_words: ShareWords, list SHARE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tables::fits_a_button;
    use crate::i18n::texts::Text;

    fn texts(language: Language) -> Vec<&'static str> {
        let mut texts = Vec::new();
        table(language).add_to(&mut texts);
        texts
    }

    #[test]
    fn every_phrase_fits_where_the_english_one_does() {
        for language in Language::ALL {
            for (english, text) in texts(Language::English).iter().zip(texts(language)) {
                assert!(fits_a_button(english, text), "{}: {text}", language.tag());
            }
        }
    }
}
