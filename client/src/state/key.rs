//! The words by which addresses, style sheets and tests know core's palettes and classes: those of
//! the metadata.

use dragonfly_core::{Palette, Severity};

/// Burnt ground that no second image confirms.
pub const PROVISIONAL: &str = "provisional";

/// Whether a text is a name of a region or a fire, as paths and addresses have it.
pub fn is_name(text: &str) -> bool {
    let is_plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    !text.is_empty() && text.chars().all(is_plain)
}

/// A palette's word.
pub fn of_palette(palette: Palette) -> &'static str {
    match palette {
        Palette::ColourBlindSafe => "colour-blind-safe",
        Palette::Customary => "customary",
        Palette::Mtbs => "mtbs",
    }
}

/// The palette with this word.
pub fn palette(word: &str) -> Option<Palette> {
    Palette::ALL.into_iter().find(|palette| of_palette(*palette) == word)
}

/// A class's word.
pub fn of_class(class: Severity) -> &'static str {
    match class {
        Severity::RegrowthHigh => "regrowth_high",
        Severity::RegrowthLow => "regrowth_low",
        Severity::Unburned => "unburned",
        Severity::Low => "low",
        Severity::ModerateLow => "moderate_low",
        Severity::ModerateHigh => "moderate_high",
        Severity::High => "high",
    }
}

/// The class with this word.
pub fn class(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|class| of_class(*class) == word)
}

/// The index of the entry of core's legend that a class belongs to.
pub fn legend_index(class: Severity) -> Option<usize> {
    dragonfly_core::LEGEND.iter().position(|entry| entry.classes.contains(&class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_metadata() {
        for one in Palette::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), of_palette(one));
            assert_eq!(palette(of_palette(one)), Some(one));
        }
        for one in Severity::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), of_class(one));
            assert_eq!(class(of_class(one)), Some(one));
        }
        assert_eq!((palette("mauve"), class("")), (None, None));
    }
}
