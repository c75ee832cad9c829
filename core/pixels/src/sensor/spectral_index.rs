//! The index of two bands that separates burnt from unburnt ground, before and after the fire.

use crate::sensor::band::BandRole;
use crate::severity::burn_ratio::nbr;

/// An index of two bands. Its value before the fire minus that after it is the change that is
/// mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpectralIndex {
    /// Normalized Burn Ratio (Key and Benson 2006).
    Nbr,
}

impl SpectralIndex {
    /// The index of every map.
    pub const MAPPED: Self = Self::Nbr;

    /// The bands that it is computed from, in the order of [`SpectralIndex::compute`].
    pub const fn bands(self) -> [BandRole; 2] {
        match self {
            Self::Nbr => [BandRole::Nir, BandRole::Swir22],
        }
    }

    /// The index of a pixel from the reflectances of both bands; NaN where it is not defined.
    #[inline]
    pub fn compute(self, first: f32, second: f32) -> f32 {
        match self {
            Self::Nbr => nbr(first, second),
        }
    }
}
