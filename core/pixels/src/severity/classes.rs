//! The seven severity classes of dNBR and the six breaks between them.

use serde::{Deserialize, Serialize};

/// A severity class after Key & Benson (2006), numbered as USGS prints them.
///
/// A spectral proxy: never MTBS severity or BARC, which an analyst sets fire by fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Severity {
    /// Below −0.25.
    RegrowthHigh = 1,
    /// −0.25 to −0.10.
    RegrowthLow = 2,
    /// −0.10 to 0.10.
    Unburned = 3,
    /// 0.10 to 0.27.
    Low = 4,
    /// 0.27 to 0.44.
    ModerateLow = 5,
    /// 0.44 to 0.66.
    ModerateHigh = 6,
    /// 0.66 and more.
    High = 7,
}

impl Severity {
    /// All classes, from regrowth to high severity.
    pub const ALL: [Self; 7] = [
        Self::RegrowthHigh,
        Self::RegrowthLow,
        Self::Unburned,
        Self::Low,
        Self::ModerateLow,
        Self::ModerateHigh,
        Self::High,
    ];

    /// Index in [`Severity::ALL`]: 0 for high regrowth … 6 for high severity.
    pub fn index(self) -> usize {
        self as usize - 1
    }

    /// Low severity or worse.
    pub fn is_burnt(self) -> bool {
        self >= Self::Low
    }

    /// The class as text, lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegrowthHigh => "enhanced regrowth, high",
            Self::RegrowthLow => "enhanced regrowth, low",
            Self::Unburned => "unburned",
            Self::Low => "low",
            Self::ModerateLow => "moderate-low",
            Self::ModerateHigh => "moderate-high",
            Self::High => "high",
        }
    }
}

/// Beyond this dNBR a value is painted, and counted as implausible (Key & Benson 2006).
pub const IMPLAUSIBLE_ABOVE: f32 = 1.3;
/// Below this dNBR a value is painted, and counted as implausible (Key & Benson 2006).
pub const IMPLAUSIBLE_BELOW: f32 = -0.5;

/// Whether a dNBR lies outside the range that USGS tabulates. False for a hole.
#[inline]
pub fn is_implausible(dnbr: f32) -> bool {
    !(IMPLAUSIBLE_BELOW..=IMPLAUSIBLE_ABOVE).contains(&dnbr) && !dnbr.is_nan()
}

/// The six ascending dNBR values that separate the classes; a value on a break belongs to the class
/// above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaks([f32; 6]);

/// Breaks that are not six ascending finite numbers.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the breaks between the classes must be finite and ascending, not {0:?}")]
pub struct BreaksError([f32; 6]);

impl Breaks {
    /// The table of Key & Benson (2006), as USGS prints it ×1000: −250, −100, 100, 270, 440, 660.
    pub const USGS: Self = Self([-0.25, -0.10, 0.10, 0.27, 0.44, 0.66]);

    /// Own breaks.
    ///
    /// # Errors
    /// When they do not ascend or are not finite.
    pub fn new(values: [f32; 6]) -> Result<Self, BreaksError> {
        let ascending = values.windows(2).all(|pair| pair[0] < pair[1]);
        let finite = values.iter().all(|value| value.is_finite());
        if ascending && finite { Ok(Self(values)) } else { Err(BreaksError(values)) }
    }

    /// The breaks, ascending.
    pub fn values(&self) -> [f32; 6] {
        self.0
    }

    /// The class of a dNBR; `None` for a hole.
    ///
    /// ```
    /// use dragonfly_pixels::{Breaks, Severity};
    ///
    /// assert_eq!(Breaks::USGS.classify(0.5), Some(Severity::ModerateHigh));
    /// assert_eq!(Breaks::USGS.classify(0.66), Some(Severity::High));
    /// assert_eq!(Breaks::USGS.classify(f32::NAN), None);
    /// ```
    #[inline]
    pub fn classify(&self, dnbr: f32) -> Option<Severity> {
        if dnbr.is_nan() {
            return None;
        }
        // Six comparisons and no table: a compiler turns a loop over pixels into vectors.
        let passed: u8 = self.0.iter().map(|least| u8::from(dnbr >= *least)).sum();
        Some(match passed {
            0 => Severity::RegrowthHigh,
            1 => Severity::RegrowthLow,
            2 => Severity::Unburned,
            3 => Severity::Low,
            4 => Severity::ModerateLow,
            5 => Severity::ModerateHigh,
            _ => Severity::High,
        })
    }

    /// The half-open interval of a class; `None` at an open end.
    pub fn range(&self, class: Severity) -> (Option<f32>, Option<f32>) {
        let index = class.index();
        (index.checked_sub(1).map(|below| self.0[below]), self.0.get(index).copied())
    }
}

impl Default for Breaks {
    fn default() -> Self {
        Self::USGS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(dnbr: f32, class: Severity) {
        assert_eq!(Breaks::USGS.classify(dnbr), Some(class), "{dnbr}");
    }

    #[test]
    fn a_value_on_a_break_belongs_to_the_class_above() {
        let values = Breaks::USGS.values();
        for (index, value) in values.into_iter().enumerate() {
            check(value, Severity::ALL[index + 1]);
            check(value.next_up(), Severity::ALL[index + 1]);
            check(value.next_down(), Severity::ALL[index]);
        }
    }

    #[test]
    fn the_end_classes_are_open() {
        check(f32::NEG_INFINITY, Severity::RegrowthHigh);
        check(-2.0, Severity::RegrowthHigh);
        check(2.0, Severity::High);
    }

    #[test]
    fn values_between_the_printed_intervals_have_a_class() {
        check(0.2695, Severity::Low);
        check(0.0995, Severity::Unburned);
        check(-0.2505, Severity::RegrowthHigh);
    }

    #[test]
    fn a_hole_has_no_class() {
        assert_eq!(Breaks::USGS.classify(f32::NAN), None);
    }

    #[test]
    fn only_values_beyond_the_table_are_implausible() {
        assert!(is_implausible(-0.51) && is_implausible(1.31));
        assert!(!is_implausible(-0.5) && !is_implausible(1.3) && !is_implausible(f32::NAN));
    }

    #[test]
    fn own_breaks_must_ascend() {
        assert!(Breaks::new([-0.2, -0.1, 0.1, 0.2, 0.3, 0.4]).is_ok());
        assert!(Breaks::new([-0.2, -0.1, 0.1, 0.1, 0.3, 0.4]).is_err());
        assert!(Breaks::new([-0.2, -0.1, 0.1, f32::NAN, 0.3, 0.4]).is_err());
    }

    #[test]
    fn a_range_is_what_classify_says() {
        assert_eq!(Breaks::USGS.range(Severity::RegrowthHigh), (None, Some(-0.25)));
        assert_eq!(Breaks::USGS.range(Severity::Low), (Some(0.10), Some(0.27)));
        assert_eq!(Breaks::USGS.range(Severity::High), (Some(0.66), None));
    }
}
