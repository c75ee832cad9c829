//! The legend: the seven classes grouped into the six entries that people read.

use crate::severity::classes::{Breaks, Severity};

/// One line of the legend: a name and the classes it stands for, lowest dNBR first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegendEntry {
    /// What people read.
    pub title: &'static str,
    /// The classes behind it, adjoining and ascending; never empty.
    pub classes: &'static [Severity],
}

/// The legend's six entries, lowest dNBR first; the two classes of regrowth are one entry.
pub const LEGEND: [LegendEntry; 6] = [
    LegendEntry {
        title: "Enhanced regrowth",
        classes: &[Severity::RegrowthHigh, Severity::RegrowthLow],
    },
    LegendEntry { title: "Unburned", classes: &[Severity::Unburned] },
    LegendEntry { title: "Low severity", classes: &[Severity::Low] },
    LegendEntry { title: "Moderate-low severity", classes: &[Severity::ModerateLow] },
    LegendEntry { title: "Moderate-high severity", classes: &[Severity::ModerateHigh] },
    LegendEntry { title: "High severity", classes: &[Severity::High] },
];

impl LegendEntry {
    /// The half-open interval of dNBR that the entry covers; `None` at an open end.
    pub fn range(&self, breaks: &Breaks) -> (Option<f32>, Option<f32>) {
        match self.classes {
            [] => (None, None),
            [only] => breaks.range(*only),
            [first, .., last] => (breaks.range(*first).0, breaks.range(*last).1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_class_stands_in_the_legend_once_and_in_order() {
        let classes: Vec<_> = LEGEND.iter().flat_map(|entry| entry.classes).copied().collect();
        assert_eq!(classes, Severity::ALL);
    }

    #[test]
    fn the_entries_join_without_a_gap() {
        for pair in LEGEND.windows(2) {
            assert_eq!(pair[0].range(&Breaks::USGS).1, pair[1].range(&Breaks::USGS).0);
        }
        assert_eq!(LEGEND[0].range(&Breaks::USGS), (None, Some(-0.10)));
    }
}
