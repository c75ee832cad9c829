//! What of the map is painted: the classes that are not hidden, within a range of dNBR, and where
//! nothing was seen.

use std::ops::RangeInclusive;

use dragonfly_core::{Breaks, Palette, Severity, class_from_index, colours, dnbr_from_index};

use crate::state::map_colour::map_colour;
use crate::state::unseen::Unseen;

/// Hundredths of dNBR between which the range can be chosen; at an end it is open.
pub const RANGE_HUNDREDTHS: RangeInclusive<i16> = -50..=120;

/// A choice of classes and a half-open range of dNBR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// One bit a class, by its place in [`Severity::ALL`], then one for each [`Unseen`], then one
    /// for provisional ground.
    hidden: u16,
    /// Whether ground is painted that changed like a burn where no fire was seen.
    shows_change: bool,
    /// Least dNBR painted, hundredths; `None` for no limit.
    least: Option<i16>,
    /// First dNBR no longer painted, hundredths; `None` for no limit.
    end: Option<i16>,
}

impl Default for Filter {
    /// Everything but unburned ground, which would cover the land between the fires, and what
    /// changed without a fire.
    fn default() -> Self {
        Self { hidden: bit(Severity::Unburned), shows_change: false, least: None, end: None }
    }
}

impl Filter {
    /// Every class and every value.
    #[cfg(test)]
    pub const EVERYTHING: Self = Self { hidden: 0, shows_change: false, least: None, end: None };

    /// Whether a class is not painted, whatever the range.
    pub fn hides(self, class: Severity) -> bool {
        self.hidden & bit(class) != 0
    }

    /// The same choice with these classes hidden or painted.
    pub fn with_classes(mut self, classes: &[Severity], hidden: bool) -> Self {
        let bits = classes.iter().fold(0, |bits, class| bits | bit(*class));
        self.hidden = if hidden { self.hidden | bits } else { self.hidden & !bits };
        self
    }

    /// Whether cells without a value are left clear.
    pub fn hides_unseen(self, unseen: Unseen) -> bool {
        self.hidden & unseen_bit(unseen) != 0
    }

    /// The same choice with these cells left clear or painted.
    pub fn with_unseen(mut self, unseen: Unseen, hidden: bool) -> Self {
        let bit = unseen_bit(unseen);
        self.hidden = if hidden { self.hidden | bit } else { self.hidden & !bit };
        self
    }

    /// Whether burnt ground that no second image confirms is left clear.
    pub fn hides_provisional(self) -> bool {
        self.hidden & PROVISIONAL_BIT != 0
    }

    /// The same choice with that ground left clear or painted.
    pub fn with_provisional(mut self, hidden: bool) -> Self {
        self.hidden = self.hidden & !PROVISIONAL_BIT | if hidden { PROVISIONAL_BIT } else { 0 };
        self
    }

    /// Whether ground is painted that changed like a burn where no fire was seen.
    pub fn shows_change(self) -> bool {
        self.shows_change
    }

    /// The same choice with that ground painted or left clear.
    pub fn with_change(self, shows_change: bool) -> Self {
        Self { shows_change, ..self }
    }

    /// The range in hundredths, `None` at an open end.
    pub fn range(self) -> (Option<i16>, Option<i16>) {
        (self.least, self.end)
    }

    /// The same choice with another range; an end at or beyond what can be chosen is open. The
    /// least value never passes the end.
    pub fn with_range(mut self, least: Option<i16>, end: Option<i16>) -> Self {
        self.least = least
            .filter(|least| least > RANGE_HUNDREDTHS.start())
            .map(|it| it.min(*RANGE_HUNDREDTHS.end()));
        self.end = end
            .filter(|end| end < RANGE_HUNDREDTHS.end())
            .map(|it| it.max(*RANGE_HUNDREDTHS.start()));
        if let (Some(least), Some(end)) = (self.least, self.end) {
            self.least = Some(least.min(end)).filter(|least| least > RANGE_HUNDREDTHS.start());
        }
        self
    }

    /// Whether a dNBR lies in the range.
    pub fn holds(self, value: f32) -> bool {
        self.least.is_none_or(|least| value >= dnbr(least))
            && self.end.is_none_or(|end| value < dnbr(end))
    }

    /// Whether any value of a class is painted.
    pub fn shows(self, class: Severity) -> bool {
        let (from, to) = Breaks::USGS.range(class);
        let starts_below_end = self.end.is_none_or(|end| from.is_none_or(|from| from < dnbr(end)));
        let ends_above_least = self.least.is_none_or(|least| to.is_none_or(|to| to > dnbr(least)));
        !self.hides(class) && starts_below_end && ends_above_least
    }

    /// Red, green, blue, opacity of every palette index.
    pub fn colours(self, palette: Palette) -> [[u8; 4]; 256] {
        let mut table = colours(palette, &Breaks::USGS);
        for (index, entry) in (0..=u8::MAX).zip(&mut table) {
            let (Some(class), Some(middle)) =
                (class_from_index(index, &Breaks::USGS), dnbr_from_index(index))
            else {
                continue;
            };
            // The middle of a step of 0.01 lies on neither limit, which are whole hundredths.
            let within = self.least.is_none_or(|least| middle > dnbr(least))
                && self.end.is_none_or(|end| middle < dnbr(end));
            let [red, green, blue] = map_colour(palette, class);
            *entry = [red, green, blue, if within && !self.hides(class) { 255 } else { 0 }];
        }
        table
    }
}

const PROVISIONAL_BIT: u16 = 1 << (Severity::ALL.len() + Unseen::ALL.len());

fn bit(class: Severity) -> u16 {
    1 << class.index()
}

fn unseen_bit(unseen: Unseen) -> u16 {
    1 << (Severity::ALL.len() + unseen as usize)
}

fn dnbr(hundredths: i16) -> f32 {
    f32::from(hundredths) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::index_from_dnbr;

    fn is_painted(filter: Filter, dnbr: f32) -> bool {
        filter.colours(Palette::default())[usize::from(index_from_dnbr(dnbr).unwrap())][3] > 0
    }

    #[test]
    fn untouched_it_paints_the_cells_that_core_paints_in_the_colours_of_the_map() {
        for palette in Palette::ALL {
            let painted = Filter::default().colours(palette);
            let of_core = colours(palette, &Breaks::USGS);
            for (index, (painted, of_core)) in painted.iter().zip(&of_core).enumerate() {
                assert_eq!(painted[3], of_core[3], "{palette:?} {index}");
                let class = class_from_index(index as u8, &Breaks::USGS);
                if let Some(class) = class.filter(|_| painted[3] > 0) {
                    assert_eq!(painted[..3], map_colour(palette, class), "{palette:?} {index}");
                }
            }
        }
    }

    #[test]
    fn a_hidden_class_is_clear_and_the_others_stay() {
        let filter = Filter::default().with_classes(&[Severity::Low], true);
        assert!(!is_painted(filter, 0.10) && !is_painted(filter, 0.2699));
        assert!(is_painted(filter, 0.27) && is_painted(filter, -0.11));
        assert_eq!(filter.with_classes(&[Severity::Low], false), Filter::default());
        assert!(is_painted(Filter::EVERYTHING, 0.0));
    }

    #[test]
    fn values_outside_the_range_are_clear() {
        let filter = Filter::default().with_range(Some(20), Some(50));
        for (dnbr, expected) in
            [(0.199, false), (0.20, true), (0.499, true), (0.50, false), (1.5, false)]
        {
            assert_eq!(is_painted(filter, dnbr), expected, "{dnbr}");
        }
    }

    #[test]
    fn an_end_of_the_range_is_open() {
        let filter = Filter::default().with_range(Some(-50), Some(120));
        assert_eq!(filter, Filter::default());
        assert!(is_painted(filter, -2.0) && is_painted(filter, 2.0));
        assert_eq!(Filter::default().with_range(Some(70), Some(20)).range(), (Some(20), Some(20)));
        assert_eq!(
            Filter::default().with_range(Some(i16::MAX), Some(i16::MIN)).range(),
            (None, Some(-50))
        );
    }

    #[test]
    fn what_was_not_seen_is_painted_until_it_is_hidden() {
        for unseen in Unseen::ALL {
            assert!(!Filter::default().hides_unseen(unseen));
            let hidden = Filter::default().with_unseen(unseen, true);
            assert!(hidden.hides_unseen(unseen));
            assert!(
                Severity::ALL.into_iter().all(|it| hidden.hides(it) == Filter::default().hides(it))
            );
            assert_eq!(hidden.with_unseen(unseen, false), Filter::default());
        }
    }

    #[test]
    fn provisional_ground_is_painted_until_it_is_hidden_alone() {
        let hidden = Filter::default().with_provisional(true);
        assert!(!Filter::default().hides_provisional() && hidden.hides_provisional());
        assert!(
            Severity::ALL.into_iter().all(|it| hidden.hides(it) == Filter::default().hides(it))
        );
        assert!(Unseen::ALL.into_iter().all(|unseen| !hidden.hides_unseen(unseen)));
        assert_eq!(hidden.with_provisional(false), Filter::default());
    }

    #[test]
    fn a_class_shows_while_any_of_its_values_does() {
        let filter = Filter::default().with_range(Some(30), Some(66));
        let shown: Vec<_> =
            Severity::ALL.into_iter().filter(|class| filter.shows(*class)).collect();
        assert_eq!(shown, [Severity::ModerateLow, Severity::ModerateHigh]);
        assert!(
            !Filter::default().shows(Severity::Unburned)
                && Filter::EVERYTHING.shows(Severity::Unburned)
        );
    }

    #[test]
    fn what_carries_no_value_is_never_painted() {
        let table = Filter::EVERYTHING.colours(Palette::default());
        assert!([0usize, 251, 252, 253, 254, 255].into_iter().all(|code| table[code] == [0; 4]));
    }
}
