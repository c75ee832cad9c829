//! What lies on the map and beside it, in words.

use super::{Units, Words};
use crate::state::coverage::RegionCoverage;

impl Words {
    /// The note beside the title of a region on the map; `None` for a map that is up to date.
    pub fn coverage_note(&self, coverage: RegionCoverage) -> Option<&'static str> {
        match coverage {
            RegionCoverage::Fresh => None,
            RegionCoverage::Due => Some(self.coverage_due),
            RegionCoverage::Stale => Some(self.coverage_stale),
            RegionCoverage::Pending => Some(self.coverage_pending),
            RegionCoverage::Failed => Some(self.coverage_failed),
            RegionCoverage::Broken => Some(self.coverage_broken),
        }
    }

    /// Why the reader was not found, by the number that browsers give.
    pub fn reason_not_located(&self, code: u16) -> &'static str {
        match code {
            1 => self.not_located_refused,
            3 => self.not_located_in_time,
            _ => self.not_located,
        }
    }

    /// A limit of the range of dNBR, hundredths; `None` for none.
    pub fn limit(&self, hundredths: Option<i16>) -> String {
        hundredths.map_or(self.no_limit.to_owned(), |it| self.number(f64::from(it) / 100.0, 2))
    }

    /// A length on the ground.
    pub fn length(&self, length_m: f64) -> String {
        match length_m {
            ..1_000.0 => format!("{} m", self.number(length_m, 0)),
            ..100_000.0 if length_m % 1_000.0 > 0.0 => {
                format!("{} km", self.number(length_m / 1_000.0, 2))
            }
            _ => format!("{} km", self.number(length_m / 1_000.0, 0)),
        }
    }

    /// An area in both units, the reader's first.
    pub fn area_in_both(&self, area_ha: f64) -> String {
        let other = match self.units {
            Units::Hectares => Units::Acres,
            Units::Acres => Units::Hectares,
        };
        format!("{} · {}", self.area(area_ha), Self { units: other, ..*self }.area(area_ha))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN};

    #[test]
    fn a_length_is_told_in_the_unit_that_suits_it() {
        let check = |length_m, english: &str, german: &str| {
            assert_eq!(
                (ENGLISH.length(length_m).as_str(), GERMAN.length(length_m).as_str()),
                (english, german)
            );
        };
        check(999.4, "999 m", "999 m");
        check(1_240.0, "1.24 km", "1,24 km");
        check(5_000.0, "5 km", "5 km");
        check(1_234_567.0, "1,235 km", "1.235 km");
    }

    #[test]
    fn an_area_is_told_in_the_readers_unit_first() {
        assert_eq!(ENGLISH.area_in_both(1000.0), "1,000 ha · 2,471 acres");
        assert_eq!(
            Words { units: Units::Acres, ..GERMAN }.area_in_both(1000.0),
            "2.471 Acres · 1.000 ha"
        );
    }

    #[test]
    fn a_limit_has_a_true_minus_sign() {
        assert_eq!(ENGLISH.limit(Some(-25)), "−0.25");
        assert_eq!(GERMAN.limit(Some(66)), "0,66");
        assert_eq!(ENGLISH.limit(None), "any");
    }
}
