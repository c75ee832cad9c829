//! The phrases of the page, in the reader's language: a table for each language, and the functions
//! that fill them in. The page contains the English table; [`language_file`] loads the others.

mod day;
mod fire;
pub mod language_file;
mod map;
mod notice;
mod number;
mod phrases;
mod place;
mod region;
mod scene;
pub mod tables;
pub mod texts;

use std::ops::Deref;
use std::sync::LazyLock;

use dragonfly_core::{Palette, Severity};
use leptos::prelude::{ArcRwSignal, Get, Set};

pub use phrases::Phrases;
pub(crate) use texts::table_of_texts;

use crate::state::key::legend_index;

/// Its name is the same everywhere.
pub const NAME: &str = "Dragonfly";
/// So is that of the index.
pub const LEGEND_UNIT: &str = "dNBR";

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, which everyone gets whose language is missing.
    #[default]
    English,
    /// German.
    German,
    /// Greek.
    Greek,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Italian.
    Italian,
    /// Portuguese.
    Portuguese,
}

/// The units of areas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Units {
    /// Hectares.
    #[default]
    Hectares,
    /// Acres.
    Acres,
}

/// The reader's locale: the phrases of a language, and the units of areas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The language.
    pub language: Language,
    /// The units.
    pub units: Units,
}

/// English and hectares.
#[cfg(test)]
pub const ENGLISH: Words = Words { language: Language::English, units: Units::Hectares };
/// German and hectares.
#[cfg(test)]
pub const GERMAN: Words = Words { language: Language::German, units: Units::Hectares };

static LOCALE: LazyLock<ArcRwSignal<Words>> = LazyLock::new(|| ArcRwSignal::new(Words::default()));

/// The current locale. A reactive read: effects run again when it changes.
pub fn words() -> Words {
    LOCALE.get()
}

/// Changes the locale.
pub fn set_locale(words: Words) {
    LOCALE.set(words);
}

impl Deref for Words {
    type Target = Phrases;

    fn deref(&self) -> &'static Phrases {
        language_file::phrases(self.language)
    }
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 7] = [
        Self::English,
        Self::German,
        Self::Greek,
        Self::Spanish,
        Self::French,
        Self::Italian,
        Self::Portuguese,
    ];

    /// Its tag, as HTML and browsers write it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Greek => "el",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Italian => "it",
            Self::Portuguese => "pt",
        }
    }

    /// Its name, in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Greek => "Ελληνικά",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Italian => "Italiano",
            Self::Portuguese => "Português",
        }
    }

    /// The language of a tag such as `de-AT`; `None` where the page does not have it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

impl Units {
    /// All units.
    pub const ALL: [Self; 2] = [Self::Hectares, Self::Acres];

    /// Its name where choices are kept.
    pub fn key(self) -> &'static str {
        match self {
            Self::Hectares => "ha",
            Self::Acres => "acres",
        }
    }

    /// The units of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|units| units.key() == key)
    }
}

impl Words {
    /// A class as the legend names it.
    pub fn class(&self, class: Severity) -> &'static str {
        legend_index(class)
            .and_then(|index| self.legend_titles.get(index).copied())
            .unwrap_or(class.name())
    }

    /// A palette as the choice names it.
    pub fn palette(&self, palette: Palette) -> &'static str {
        let index = Palette::ALL.into_iter().position(|other| other == palette);
        index.and_then(|index| self.palette_titles.get(index).copied()).unwrap_or(palette.title())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use dragonfly_core::{Empty, LEGEND};

    #[test]
    fn the_reasons_for_empty_cells_are_those_of_core() {
        assert_eq!(ENGLISH.empty, Empty::ALL.map(Empty::name));
    }

    #[test]
    fn every_class_and_palette_has_a_name_of_its_own() {
        for words in [ENGLISH, GERMAN] {
            let titles = words.legend_titles.into_iter().chain(words.palette_titles);
            let known: BTreeSet<_> = titles.collect();
            assert_eq!(known.len(), LEGEND.len() + Palette::ALL.len());
        }
    }

    #[test]
    fn a_tag_leads_to_its_language_whatever_the_country() {
        let check = |tag, language| assert_eq!(Language::from_tag(tag), language, "{tag}");
        check("de-AT", Some(Language::German));
        check("DE", Some(Language::German));
        check("en_GB", Some(Language::English));
        check("pt-BR", Some(Language::Portuguese));
        check("el-GR", Some(Language::Greek));
        check("den", None);
        check("", None);
        for units in Units::ALL {
            assert_eq!(Units::from_key(units.key()), Some(units));
        }
    }

    #[test]
    fn a_class_is_named_by_its_line_of_the_legend() {
        assert_eq!(GERMAN.class(Severity::High), "Schwer verbrannt");
        assert_eq!(GERMAN.class(Severity::RegrowthHigh), GERMAN.class(Severity::RegrowthLow));
        assert_eq!(ENGLISH.class(Severity::Unburned), "Unburned");
    }
}
