//! The table of each language. The page contains the English one; the others are compiled for the
//! tests alone, which make the file of each language from its table.

pub mod english;
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

#[cfg(test)]
use super::Phrases;
use super::texts::table_by_language;

table_by_language!(of: Phrases, PHRASES);

/// Whether a text has room where the page is laid out for an English one.
#[cfg(test)]
pub fn fits_a_button(english: &str, text: &str) -> bool {
    /// A button of one short word has room for a longer one.
    const MIN_ROOM: usize = 16;
    const MAX_GROWTH: f64 = 1.7;
    let [english, length] = [english, text].map(|text| text.chars().count());
    length <= MIN_ROOM || length as f64 <= english as f64 * MAX_GROWTH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::i18n::texts::Text;

    #[test]
    fn no_phrase_is_empty_but_what_follows_a_day() {
        for language in Language::ALL {
            let mut texts = Vec::new();
            of(language).add_to(&mut texts);
            assert!(texts.iter().filter(|text| text.is_empty()).count() <= 1);
        }
    }

    #[test]
    fn no_phrase_of_more_than_a_name_is_left_in_english() {
        let texts = |language: Language| {
            let mut texts = Vec::new();
            of(language).add_to(&mut texts);
            texts
        };
        for language in Language::ALL.into_iter().skip(1) {
            for (english, text) in texts(Language::English).into_iter().zip(texts(language)) {
                let is_sentence = english.split(' ').filter(|word| word.len() > 2).count() > 2;
                assert!(!is_sentence || english != text, "{}: {text}", language.tag());
            }
        }
    }

    #[test]
    fn a_button_is_not_much_longer_than_in_english() {
        let buttons = |words: &Phrases| {
            [
                words.close,
                words.show_panel,
                words.hide_panel,
                words.share,
                words.compare,
                words.tools,
                words.locate,
                words.highres,
                words.measure,
                words.finish,
                words.save_image,
                words.high_res_here,
                words.copy,
                words.copied,
                words.retry,
                words.dismiss,
                words.help,
                words.open_full_map,
                words.imprint,
                words.privacy,
                words.damage_map,
                words.newest_map,
            ]
        };
        let mut too_long = Vec::new();
        for language in Language::ALL {
            let pairs = buttons(&english::PHRASES).into_iter().zip(buttons(of(language)));
            too_long.extend(pairs.filter(|(english, text)| !fits_a_button(english, text)));
        }
        assert_eq!(too_long, []);
    }
}
