//! The averages of cells whose pixels are all clear land, lit in both bands: most cells.

use crate::resample::observation::{CellQuality, INDEX, Observations};
use crate::resample::pixel_sums::is_seen;
use crate::sensor::reflectance::Scaling;
use crate::sensor::reflectance_limits::ReflectanceLimits;

/// The sums of such a cell over its pixels. All fit 32 bits, of which processors take several at
/// once: the largest cell has 2304 parts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PlainSums {
    /// Parts of the cell in the window.
    pub(crate) inside: i32,
    /// All of its parts.
    pub(crate) whole: i32,
    /// Sums of parts × digital number of both bands.
    pub(crate) dns: [i32; 2],
}

/// What each cell shows, in the order of the cells.
///
/// The same as [`PixelSums::observation`] of each. Without a branch, so that processors take several
/// at once.
///
/// [`PixelSums::observation`]: crate::resample::pixel_sums::PixelSums::observation
pub(crate) fn observe_plain(
    cells: &[PlainSums],
    scaling: Scaling,
    limits: &ReflectanceLimits,
    into: &mut Observations,
) {
    into.clear_to(cells.len());
    for ((cell, nbr), quality) in cells.iter().zip(&mut into.nbr).zip(&mut into.quality) {
        let inside = f64::from(cell.inside);
        let mean = |sum: i32| scaling.mean_reflectance(f64::from(sum), inside, inside);
        let [nir, swir] = cell.dns.map(mean);
        let ratio = INDEX.compute(nir, swir);
        let is_seen = is_seen(cell.inside, cell.whole);
        let is_lit = is_seen & !limits.is_dark(nir, swir);
        let land = CellQuality::of_land(nir, ratio, limits);
        let found = if ratio.is_nan() { CellQuality::NoData } else { land };
        let found = if is_lit { found } else { CellQuality::Land.darkened() };
        *quality = if is_seen { found } else { CellQuality::Unobserved };
        *nbr = if is_lit { ratio } else { f32::NAN };
    }
}
