//! Kinds of cells without a value, as the legend distinguishes them.

use dragonfly_core::{Empty, EmptyShare};

/// Ground about which the map states nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// No image shows it, or cloud hides it.
    NotSeen,
    /// Outside the fire zone, where nothing was searched.
    OutsideZone,
}

impl Unseen {
    /// Both, in the order of the legend.
    pub const ALL: [Self; 2] = [Self::NotSeen, Self::OutsideZone];

    /// The word by which addresses, style sheets and tests know it.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotSeen => "not_seen",
            Self::OutsideZone => "outside_zone",
        }
    }

    /// The palette index of one of its cells.
    pub fn code(self) -> u8 {
        match self {
            Self::NotSeen => Empty::Cloud.code(),
            Self::OutsideZone => Empty::OutsideZone.code(),
        }
    }

    /// Its fraction of a region.
    pub fn fraction(self, fractions: EmptyShare) -> f64 {
        match self {
            Self::NotSeen => fractions.never_observed + fractions.cloud + fractions.no_data,
            Self::OutsideZone => fractions.outside_zone,
        }
    }
}

/// The kind of a cell without a value; `None` for water, and for what the map does not cover.
pub fn unseen(reason: Empty) -> Option<Unseen> {
    match reason {
        Empty::NeverObserved | Empty::Cloud | Empty::NoData => Some(Unseen::NotSeen),
        Empty::OutsideZone => Some(Unseen::OutsideZone),
        Empty::Water | Empty::OutsideBox => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_is_seen_and_counts_in_no_fraction() {
        let fractions = EmptyShare {
            outside_zone: 0.5,
            never_observed: 0.1,
            cloud: 0.02,
            water: 0.3,
            water_after: 0.05,
            no_data: 0.003,
        };
        assert!((Unseen::NotSeen.fraction(fractions) - 0.123).abs() < 1e-9);
        assert!((Unseen::OutsideZone.fraction(fractions) - 0.5).abs() < 1e-9);
        assert_eq!(unseen(Empty::Water), None);
    }
}
