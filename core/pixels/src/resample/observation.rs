//! What a scene observed of cells.

use std::ops::Range;

use crate::sensor::reflectance_limits::ReflectanceLimits;
use crate::sensor::spectral_index::SpectralIndex;

pub(crate) const INDEX: SpectralIndex = SpectralIndex::MAPPED;

/// What one scene, or one overpass, observed of a cell. Better views compare greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum CellQuality {
    /// No pixel of the scene lies there.
    #[default]
    Unobserved,
    /// Pixels without data.
    NoData,
    /// Cloud, shadow or snow; flames, or light too dim for a ratio.
    Hidden,
    /// Mostly water, so dark that it has no NBR.
    DarkWater,
    /// Mostly water.
    Water,
    /// Mostly land.
    Land,
    /// Mostly land that is too bright for burnt ground and no vegetation: bare soil, dry
    /// vegetation, or a cloud or smoke that the mask misses.
    BrightLand,
}

impl CellQuality {
    /// The quality whose `as u8` is a code; `None` for another number.
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Unobserved,
            1 => Self::NoData,
            2 => Self::Hidden,
            3 => Self::DarkWater,
            4 => Self::Water,
            5 => Self::Land,
            6 => Self::BrightLand,
            _ => return None,
        })
    }

    /// The qualities of codes; of another number [`CellQuality::Unobserved`].
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn from_codes(codes: Vec<u8>) -> Vec<Self> {
        codes.into_iter().map(|code| Self::from_code(code).unwrap_or_default()).collect()
    }

    /// The codes of qualities.
    // As above.
    #[inline(never)]
    pub fn codes(qualities: Vec<Self>) -> Vec<u8> {
        qualities.into_iter().map(|quality| quality as u8).collect()
    }

    /// The surface was observed, and there is an NBR.
    pub fn is_clear(self) -> bool {
        self >= Self::Water
    }

    /// Whether a view of this quality counts rather than another of the same overpass, whose ground
    /// is as bright.
    #[inline]
    fn outranks(self, other: Self) -> bool {
        self.min(Self::Land) > other.min(Self::Land)
    }

    /// Land that reflects so much NIR, and has this NBR.
    #[inline]
    pub(crate) fn of_land(nir: f32, nbr: f32, limits: &ReflectanceLimits) -> Self {
        if limits.is_too_bright_for_burns(nir, nbr) { Self::BrightLand } else { Self::Land }
    }
}

/// One view of one cell.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// NBR; NaN unless the quality is clear.
    pub nbr: f32,
    /// What was observed.
    pub quality: CellQuality,
}

impl Observation {
    /// Nothing there.
    pub const UNOBSERVED: Self = Self::empty(CellQuality::Unobserved);

    pub(crate) const fn empty(quality: CellQuality) -> Self {
        Self { nbr: f32::NAN, quality }
    }

    #[inline]
    pub(crate) fn clear(nbr: f32, surface: CellQuality) -> Self {
        match nbr.is_nan() {
            true => Self::empty(CellQuality::NoData),
            false => Self { nbr, quality: surface },
        }
    }
}

/// One view of many cells, in the same order.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// NBR; NaN unless the quality is clear.
    pub nbr: Vec<f32>,
    /// What was observed.
    pub quality: Vec<CellQuality>,
}

impl Observations {
    /// Resets to so many cells without an observation.
    pub fn clear_to(&mut self, cells: usize) {
        self.nbr.clear();
        self.nbr.resize(cells, f32::NAN);
        self.quality.clear();
        self.quality.resize(cells, CellQuality::Unobserved);
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.quality.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.quality.is_empty()
    }

    /// One of them.
    #[inline]
    pub fn at(&self, index: usize) -> Observation {
        Observation { nbr: self.nbr[index], quality: self.quality[index] }
    }

    pub(super) fn with_capacity(cells: usize) -> Self {
        Self { nbr: Vec::with_capacity(cells), quality: Vec::with_capacity(cells) }
    }

    #[inline]
    pub(super) fn push(&mut self, cell: Observation) {
        self.nbr.push(cell.nbr);
        self.quality.push(cell.quality);
    }

    /// Resets to so many cells: from `first` on a scene's, the others without an observation.
    ///
    /// `range` are the scene's cells.
    pub fn start_overpass(
        &mut self,
        cells: usize,
        first: usize,
        scene: &Self,
        range: Range<usize>,
    ) {
        self.clear_to(first);
        self.nbr.extend_from_slice(&scene.nbr[range.clone()]);
        self.nbr.resize(cells, f32::NAN);
        self.quality.extend_from_slice(&scene.quality[range]);
        self.quality.resize(cells, CellQuality::Unobserved);
    }

    /// Joins another scene of the same overpass to the cells from `first` on: where MGRS tiles
    /// overlap they show the same view twice, and it counts once. The scene that was first wins a
    /// draw, so the order (by id) decides.
    ///
    /// `range` are the other's cells.
    pub fn join_overpass(&mut self, first: usize, other: &Self, range: Range<usize>) {
        let own = first..first + range.len();
        let nbrs = self.nbr[own.clone()].iter_mut().zip(&other.nbr[range.clone()]);
        let qualities = self.quality[own].iter_mut().zip(&other.quality[range]);
        for ((nbr, other_nbr), (quality, other_quality)) in nbrs.zip(qualities) {
            if other_quality.outranks(*quality) {
                (*nbr, *quality) = (*other_nbr, *other_quality);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn qualities_are_read_from_their_codes() {
        let codes: Vec<u8> = (0..=255).collect();
        let qualities = CellQuality::from_codes(codes.clone());
        assert_eq!(CellQuality::codes(qualities[..7].to_vec()), codes[..7]);
        assert!(qualities[7..].iter().all(|quality| *quality == CellQuality::Unobserved));
    }
}
