//! Which burn ratio a map shows.

use serde::{Deserialize, Serialize};

use crate::severity::burn_ratio::{dnbr, is_rdnbr_stable, rbr, rdnbr};

/// A measure of change between two NBRs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Index {
    /// Difference of the NBRs.
    #[default]
    Dnbr,
    /// dNBR relative to the root of the NBR before.
    Rdnbr,
    /// dNBR relative to the NBR before, plus 1.001.
    Rbr,
}

impl Index {
    /// All indices, the default first.
    pub const ALL: [Self; 3] = [Self::Dnbr, Self::Rdnbr, Self::Rbr];

    /// The index of a cell from both NBRs, and the dNBR offset to subtract first; 0 for none. NaN
    /// spreads.
    ///
    /// The offset is a difference of NBRs, so it is taken off the dNBR before that is made
    /// relative.
    #[inline]
    pub fn of(self, pre: f32, post: f32, dnbr_offset: f32) -> f32 {
        self.of_dnbr(pre, dnbr(pre, post) - dnbr_offset)
    }

    /// The index of a cell from the NBR before and the dNBR, both plain numbers. NaN spreads, and
    /// is the RdNBR of ground that was bare ([`is_rdnbr_stable`]).
    #[inline]
    pub fn of_dnbr(self, pre: f32, dnbr: f32) -> f32 {
        match self {
            Self::Dnbr => dnbr,
            Self::Rdnbr if !is_rdnbr_stable(pre) => f32::NAN,
            Self::Rdnbr => rdnbr(pre, dnbr),
            Self::Rbr => rbr(pre, dnbr),
        }
    }

    /// As the field writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dnbr => "dNBR",
            Self::Rdnbr => "RdNBR",
            Self::Rbr => "RBR",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_offset_is_taken_off_before_the_division() {
        assert_eq!(Index::Dnbr.of(0.64, 0.2, 0.04), 0.64 - 0.2 - 0.04);
        assert!((Index::Rdnbr.of(0.64, 0.2, 0.04) - 0.5).abs() < 1e-6);
        assert!((Index::Rbr.of(0.64, 0.2, 0.04) - 0.4 / 1.641).abs() < 1e-6);
    }

    #[test]
    fn bare_ground_has_no_rdnbr() {
        for pre in [-0.049, 0.0, 0.049] {
            assert!(Index::Rdnbr.of_dnbr(pre, 0.1).is_nan(), "{pre}");
            assert!(!Index::Rbr.of_dnbr(pre, 0.1).is_nan(), "{pre}");
        }
        for pre in [-0.05, 0.05, 0.3] {
            assert!(!Index::Rdnbr.of_dnbr(pre, 0.1).is_nan(), "{pre}");
        }
    }

    #[test]
    fn a_hole_spreads_into_every_index() {
        for index in Index::ALL {
            assert!(index.of(f32::NAN, 0.1, 0.0).is_nan() && index.of(0.1, f32::NAN, 0.0).is_nan());
        }
    }
}
