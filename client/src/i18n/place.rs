//! The reading of a place, in words.

use dragonfly_core::{Empty, LAST_VALUE_INDEX, Severity, dnbr_from_index};

use super::Words;
use crate::state::reading::Reading;
use crate::state::unseen::{Unseen, unseen};

/// The open ends of the tiles' values: index 1 is all below the one, index 250 all from the other
/// on.
const LOWEST_DNBR: f64 = -1.26;
const HIGHEST_DNBR: f64 = 1.22;

impl Words {
    /// The reading of a place, in a few words.
    pub fn reading_title(&self, reading: Reading) -> String {
        match reading {
            Reading::Value { class: Severity::Unburned, .. } => self.unburned_point.to_owned(),
            Reading::Value { class, .. } => self.class(class).to_owned(),
            Reading::Changed { .. } => self.no_fire_seen.to_owned(),
            Reading::UnburnedTile => self.unburned_point.to_owned(),
            Reading::Empty(reason) | Reading::EmptyTile(reason) => match unseen(reason) {
                Some(_) => self.no_value.fill([self.reason(reason)]),
                None => self.uncovered(reason),
            },
            Reading::NoMap => self.no_map_here.to_owned(),
            Reading::OutsideRegions => self.outside_regions.to_owned(),
            Reading::Unavailable => self.unavailable.to_owned(),
        }
    }

    /// The number behind it, or the reason in a sentence.
    pub fn reading_detail(&self, reading: Reading) -> String {
        match reading {
            Reading::Value { dnbr, is_provisional, .. } => match is_provisional {
                true => self.provisional_point.fill([&self.dnbr_in_words(dnbr)]),
                false => self.dnbr_in_words(dnbr),
            },
            Reading::Changed { dnbr, since } => {
                let since = since.map(|day| self.date(day)).unwrap_or_default();
                self.no_fire_since.fill([&self.dnbr_in_words(dnbr), &since])
            }
            Reading::UnburnedTile => self.unburned_tile.to_owned(),
            Reading::Empty(reason) => self.why_empty(reason).to_owned(),
            Reading::EmptyTile(Empty::OutsideBox) => self.why_empty(Empty::OutsideBox).to_owned(),
            Reading::EmptyTile(reason) => self.mostly_empty.fill([self.reason(reason)]),
            Reading::NoMap => self.no_map_here_detail.to_owned(),
            Reading::OutsideRegions => self.outside_regions_detail.to_owned(),
            Reading::Unavailable => self.unavailable_detail.to_owned(),
        }
    }

    /// Water, or outside the region: in capitals, as a title.
    fn uncovered(&self, reason: Empty) -> String {
        let mut letters = self.reason(reason).chars();
        letters.next().map(capital).into_iter().chain(letters).collect()
    }

    /// What a cell without a value is called in the legend.
    pub fn unseen(&self, unseen: Unseen) -> &'static str {
        match unseen {
            Unseen::NotSeen => self.not_seen,
            Unseen::OutsideZone => self.outside_zone,
        }
    }

    /// Why a cell is empty, in a few words.
    pub fn reason(&self, reason: Empty) -> &'static str {
        self.empty[reason.index()]
    }

    fn why_empty(&self, reason: Empty) -> &'static str {
        self.empty_detail[reason.index()]
    }

    fn dnbr_in_words(&self, dnbr: f32) -> String {
        if Some(dnbr) == dnbr_from_index(1) {
            return self.dnbr_below.fill([&self.number(LOWEST_DNBR, 2)]);
        }
        if Some(dnbr) == dnbr_from_index(LAST_VALUE_INDEX) {
            return self.dnbr_and_more.fill([&self.number(HIGHEST_DNBR, 2)]);
        }
        self.dnbr.fill([&self.number(f64::from(dnbr), 3)])
    }
}

/// The capital of a letter of the page's languages; Unicode's own table of cases would weigh more
/// than all of this file.
fn capital(letter: char) -> char {
    let distance = match letter {
        'a'..='z' | 'à'..='ö' | 'ø'..='þ' | 'α'..='ρ' | 'σ'..='ϋ' => 0x20,
        'ύ' => return 'Ύ',
        'ό' => return 'Ό',
        'ώ' => return 'Ώ',
        'ά' => return 'Ά',
        'έ'..='ί' => 0x25,
        _ => 0,
    };
    char::from_u32(letter as u32 - distance).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};

    #[test]
    fn capitals_are_those_of_unicode() {
        for letter in ('\0'..='ÿ').chain('Α'..='ώ') {
            let is_exempt = matches!(letter, 'µ' | 'ß' | 'ÿ' | 'ΐ' | 'ΰ' | 'ς');
            let expected = letter.to_uppercase().next().filter(|_| !is_exempt);
            assert_eq!(capital(letter), expected.unwrap_or(letter), "{letter}");
        }
    }

    #[test]
    fn a_reading_has_a_title_and_a_number() {
        let check = |words: Words, index, title: &str, detail: &str| {
            let reading = Reading::from_index(index);
            assert_eq!(
                (words.reading_title(reading).as_str(), words.reading_detail(reading).as_str()),
                (title, detail)
            );
        };
        check(ENGLISH, 145, "Low severity", "dNBR 0.175");
        check(ENGLISH, 110, "Greener than before", "dNBR −0.175");
        check(ENGLISH, 250, "High severity", "dNBR 1.22 and more");
        check(ENGLISH, 1, "Greener than before", "dNBR below −1.26");
        check(ENGLISH, 254, "Water", "Water (lake, river or sea).");
        let provisional =
            Reading::Value { dnbr: 0.175, class: Severity::Low, is_provisional: true };
        assert_eq!(
            ENGLISH.reading_detail(provisional),
            "dNBR 0.175. A single image shows it so far; not confirmed by another."
        );
        let unburned = "Not burned, as far as satellites see";
        check(ENGLISH, 128, unburned, "dNBR 0.005");
        check(GERMAN, 145, "Leicht verbrannt", "dNBR 0,175");
        check(
            GERMAN,
            253,
            "Hier nicht gesehen: Wolken, Schatten oder Schnee",
            "Bewölkt in jedem Bild von vor dem Feuer oder in jedem von danach.",
        );
    }
}
