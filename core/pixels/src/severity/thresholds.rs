//! Class thresholds that a reader may choose or move: published tables, and own numbers in them.

use serde::{Deserialize, Serialize};

use crate::severity::classes::Severity;
use crate::severity::index::Index;
use crate::severity::palette::{Palette, Rgb};

/// A table of classes: how many there are and what they are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassTable {
    /// The seven classes of dNBR after Key & Benson (2006), as USGS prints them.
    #[default]
    Usgs,
    /// Five classes with the names and numbers of MTBS. Never MTBS severity itself, whose
    /// thresholds an analyst sets fire by fire.
    MtbsLike,
    /// The four classes of RdNBR after Miller & Thode (2007).
    MillerThode,
}

/// A class of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableClass {
    /// Its number in rasters and tables, 1 or more.
    pub number: u8,
    /// As text, lower case.
    pub name: &'static str,
    /// The class of the seven whose colour it wears.
    pub colour_of: Severity,
    /// Whether its ground counts as burnt.
    pub is_burnt: bool,
}

const fn class(number: u8, name: &'static str, colour_of: Severity, is_burnt: bool) -> TableClass {
    TableClass { number, name, colour_of, is_burnt }
}

const USGS: [TableClass; 7] = [
    class(1, "enhanced regrowth, high", Severity::RegrowthHigh, false),
    class(2, "enhanced regrowth, low", Severity::RegrowthLow, false),
    class(3, "unburned", Severity::Unburned, false),
    class(4, "low", Severity::Low, true),
    class(5, "moderate-low", Severity::ModerateLow, true),
    class(6, "moderate-high", Severity::ModerateHigh, true),
    class(7, "high", Severity::High, true),
];

/// MTBS numbers greener ground last, though its values are the lowest.
const MTBS_LIKE: [TableClass; 5] = [
    class(5, "increased greenness", Severity::RegrowthLow, false),
    class(1, "unburned to low", Severity::Unburned, false),
    class(2, "low", Severity::Low, true),
    class(3, "moderate", Severity::ModerateLow, true),
    class(4, "high", Severity::High, true),
];

const MILLER_THODE: [TableClass; 4] = [
    class(1, "unchanged", Severity::Unburned, false),
    class(2, "low", Severity::Low, true),
    class(3, "moderate", Severity::ModerateLow, true),
    class(4, "high", Severity::High, true),
];

impl ClassTable {
    /// All tables, the default first.
    pub const ALL: [Self; 3] = [Self::Usgs, Self::MtbsLike, Self::MillerThode];

    /// The classes, from the lowest values to the highest.
    pub fn classes(self) -> &'static [TableClass] {
        match self {
            Self::Usgs => &USGS,
            Self::MtbsLike => &MTBS_LIKE,
            Self::MillerThode => &MILLER_THODE,
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Usgs => "USGS (Key & Benson 2006)",
            Self::MtbsLike => "MTBS-like",
            Self::MillerThode => "RdNBR (Miller & Thode 2007)",
        }
    }

    /// The breaks that the table is known for, and the index they are made for.
    ///
    /// USGS: −250, −100, 100, 270, 440, 660, ×1000. MTBS-like: −150, the value that MTBS states for
    /// greener ground, then Key & Benson's 100, 270, 660, their two moderate classes joined; where
    /// a fire's own thresholds are known they should replace these. Miller & Thode (2007): 69, 316,
    /// 641, ×1000.
    fn published(self) -> (Index, &'static [f32]) {
        match self {
            Self::Usgs => (Index::Dnbr, &[-0.25, -0.10, 0.10, 0.27, 0.44, 0.66]),
            Self::MtbsLike => (Index::Dnbr, &[-0.15, 0.10, 0.27, 0.66]),
            Self::MillerThode => (Index::Rdnbr, &[0.069, 0.316, 0.641]),
        }
    }
}

/// Classes with the values that separate them; a value on a break belongs to the class above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedThresholds", into = "UncheckedThresholds")]
pub struct Thresholds {
    table: ClassTable,
    breaks: Vec<f32>,
}

/// Thresholds as messages and addresses carry them, not yet checked.
#[derive(Clone, Serialize, Deserialize)]
struct UncheckedThresholds {
    table: ClassTable,
    breaks: Vec<f32>,
}

/// Numbers that separate no classes.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ThresholdsError {
    /// Another number of breaks than the classes need.
    #[error("{classes} classes need {needed} thresholds between them, not {given}")]
    WrongCount {
        /// Classes of the table.
        classes: usize,
        /// Breaks needed: one fewer.
        needed: usize,
        /// Breaks given.
        given: usize,
    },
    /// Not ascending, or not finite.
    #[error("thresholds must be numbers that grow from class to class, not {0:?}")]
    NotAscending(Vec<f32>),
}

impl Thresholds {
    /// The published thresholds of a table.
    pub fn published(table: ClassTable) -> Self {
        Self { table, breaks: table.published().1.to_vec() }
    }

    /// Own thresholds for the classes of a table, as plain numbers (not ×1000), ascending.
    ///
    /// # Errors
    /// When there are too many or too few, or they do not ascend.
    pub fn own(table: ClassTable, breaks: &[f32]) -> Result<Self, ThresholdsError> {
        let classes = table.classes().len();
        if breaks.len() + 1 != classes {
            return Err(ThresholdsError::WrongCount {
                classes,
                needed: classes - 1,
                given: breaks.len(),
            });
        }
        let ascending = breaks.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || breaks.iter().any(|value| !value.is_finite()) {
            return Err(ThresholdsError::NotAscending(breaks.to_vec()));
        }
        Ok(Self { table, breaks: breaks.to_vec() })
    }

    /// What is shown unless a reader chooses; `None` for RBR, which has no published table that
    /// holds from one region to the next (Parks, Dillon & Miller 2014) and is shown as a ramp.
    pub fn for_index(index: Index) -> Option<Self> {
        match index {
            Index::Dnbr => Some(Self::published(ClassTable::Usgs)),
            Index::Rdnbr => Some(Self::published(ClassTable::MillerThode)),
            Index::Rbr => None,
        }
    }

    /// The table of the classes.
    pub fn table(&self) -> ClassTable {
        self.table
    }

    /// The breaks, ascending; one fewer than classes.
    pub fn breaks(&self) -> &[f32] {
        &self.breaks
    }

    /// The classes, from the lowest values to the highest.
    pub fn classes(&self) -> &'static [TableClass] {
        self.table.classes()
    }

    /// Whether these are the published numbers for an index.
    pub fn is_published_for(&self, index: Index) -> bool {
        self.table.published() == (index, &self.breaks[..])
    }

    /// The place in [`Thresholds::classes`] of a value's class; `None` for a hole.
    #[inline]
    pub fn place(&self, value: f32) -> Option<usize> {
        (!value.is_nan()).then(|| self.breaks.iter().filter(|least| value >= **least).count())
    }

    /// The class of a value; `None` for a hole.
    #[inline]
    pub fn classify(&self, value: f32) -> Option<&'static TableClass> {
        self.classes().get(self.place(value)?)
    }

    /// The half-open interval of the class at a place in [`Thresholds::classes`]; `None` at an open
    /// end.
    pub fn range(&self, place: usize) -> (Option<f32>, Option<f32>) {
        (
            place.checked_sub(1).and_then(|below| self.breaks.get(below)).copied(),
            self.breaks.get(place).copied(),
        )
    }
}

impl TableClass {
    /// Its colour in a palette.
    pub fn colour(&self, palette: Palette) -> Rgb {
        palette.colour(self.colour_of)
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::published(ClassTable::Usgs)
    }
}

impl TryFrom<UncheckedThresholds> for Thresholds {
    type Error = ThresholdsError;

    fn try_from(unchecked: UncheckedThresholds) -> Result<Self, ThresholdsError> {
        Self::own(unchecked.table, &unchecked.breaks)
    }
}

impl From<Thresholds> for UncheckedThresholds {
    fn from(thresholds: Thresholds) -> Self {
        Self { table: thresholds.table, breaks: thresholds.breaks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::classes::Breaks;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(table: ClassTable, value: f32, name: &str) {
        let found = Thresholds::published(table).classify(value).unwrap();
        assert_eq!(found.name, name, "{value} in {table:?}");
    }

    #[test]
    fn the_seven_classes_are_those_of_every_map() {
        let thresholds = Thresholds::default();
        assert_eq!(thresholds.breaks(), Breaks::USGS.values());
        for (place, class) in thresholds.classes().iter().enumerate() {
            assert_eq!(
                (class.name, class.number),
                (Severity::ALL[place].name(), Severity::ALL[place] as u8)
            );
            assert_eq!(class.is_burnt, Severity::ALL[place].is_burnt());
            assert_eq!(thresholds.range(place), Breaks::USGS.range(Severity::ALL[place]));
        }
        let values = Breaks::USGS.values();
        for value in
            values.into_iter().flat_map(|value| [value.next_down(), value, value.next_up()])
        {
            let expected = Breaks::USGS.classify(value).map(|class| class as u8);
            assert_eq!(thresholds.classify(value).map(|class| class.number), expected);
        }
        assert_eq!(thresholds.classify(f32::NAN), None);
    }

    #[test]
    fn rdnbr_has_the_classes_of_miller_and_thode() {
        check(ClassTable::MillerThode, 0.068, "unchanged");
        check(ClassTable::MillerThode, 0.069, "low");
        check(ClassTable::MillerThode, 0.315, "low");
        check(ClassTable::MillerThode, 0.316, "moderate");
        check(ClassTable::MillerThode, 0.640, "moderate");
        check(ClassTable::MillerThode, 0.641, "high");
    }

    #[test]
    fn greener_ground_has_the_number_that_mtbs_gives_it() {
        check(ClassTable::MtbsLike, -0.2, "increased greenness");
        check(ClassTable::MtbsLike, 0.0, "unburned to low");
        let las_conchas =
            Thresholds::own(ClassTable::MtbsLike, &[-0.15, 0.005, 0.177, 0.380]).unwrap();
        let number = |value| las_conchas.classify(value).unwrap().number;
        assert_eq!([-0.2, 0.0, 0.1, 0.2, 0.4].map(number), [5, 1, 2, 3, 4]);
    }

    #[test]
    fn rbr_has_no_classes_unless_a_reader_gives_some() {
        assert_eq!(Thresholds::for_index(Index::Rbr), None);
        for index in [Index::Dnbr, Index::Rdnbr] {
            assert!(Thresholds::for_index(index).unwrap().is_published_for(index));
            assert!(!Thresholds::for_index(index).unwrap().is_published_for(Index::Rbr));
        }
    }

    #[test]
    fn own_thresholds_must_be_enough_and_ascend() {
        let own = |breaks: &[f32]| {
            Thresholds::own(ClassTable::MillerThode, breaks).map_err(|bad| bad.to_string())
        };
        assert!(own(&[0.05, 0.3, 0.6]).is_ok());
        assert_eq!(
            own(&[0.05, 0.3]).unwrap_err(),
            "4 classes need 3 thresholds between them, not 2"
        );
        for bad in
            [[0.3, 0.3, 0.6], [0.6, 0.3, 0.1], [0.1, f32::NAN, 0.6], [0.1, 0.2, f32::INFINITY]]
        {
            assert!(own(&bad).unwrap_err().contains("grow from class to class"), "{bad:?}");
        }
    }

    #[test]
    fn thresholds_come_through_a_message_checked() {
        let text = serde_json::to_string(&Thresholds::published(ClassTable::MtbsLike)).unwrap();
        assert_eq!(text, r#"{"table":"mtbs-like","breaks":[-0.15,0.1,0.27,0.66]}"#);
        assert_eq!(
            serde_json::from_str::<Thresholds>(&text).unwrap(),
            Thresholds::published(ClassTable::MtbsLike)
        );
        assert!(
            serde_json::from_str::<Thresholds>(r#"{"table":"mtbs-like","breaks":[1,2,3]}"#)
                .is_err()
        );
    }
}
