//! Weighted sums over the pixels of a cell, and what they show together.

use std::ops::Add;

use crate::resample::observation::{CellQuality, INDEX, Observation};
use crate::sensor::reflectance::Scaling;
use crate::sensor::reflectance_limits::ReflectanceLimits;

/// Whether so many of a cell's parts are enough for an observation: one half.
#[inline]
pub(crate) fn is_seen<T: Copy + Default + PartialOrd + Add<Output = T>>(
    clear: T,
    whole: T,
) -> bool {
    (clear > T::default()) & (clear + clear >= whole)
}

/// Weighted sums over the pixels of a cell. Integers: their order does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PixelSums {
    pub(crate) clear: u64,
    pub(crate) water: u64,
    pub(crate) hidden: u64,
    pub(crate) no_data: u64,
    pub(crate) bands: [BandSum; 2],
}

/// Sums over the clear pixels of a band that reflect light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BandSum {
    /// Of weight × digital number.
    pub(crate) lit_sum: u64,
    /// Of the weights.
    pub(crate) lit_weight: u64,
}

impl BandSum {
    /// Adds a pixel.
    #[inline]
    pub(crate) fn add(&mut self, dn: u16, weight: u64, darkest_dn: i32) {
        if i32::from(dn) > darkest_dn {
            self.lit_sum += u64::from(dn) * weight;
            self.lit_weight += weight;
        }
    }
}

impl PixelSums {
    /// The observation of a cell that `whole` parts make up.
    #[inline]
    pub(crate) fn observation(
        &self,
        whole: u64,
        scaling: Scaling,
        limits: ReflectanceLimits,
    ) -> Observation {
        if is_seen(self.clear, whole) {
            let mean = |band: &BandSum| {
                let [sum, weight, clear] = [band.lit_sum, band.lit_weight, self.clear];
                scaling.mean_reflectance(sum as f64, weight as f64, clear as f64)
            };
            let [nir, swir] = [mean(&self.bands[0]), mean(&self.bands[1])];
            let is_water = self.water * 2 > self.clear;
            if limits.is_dark(nir, swir) {
                let quality = if is_water { CellQuality::Water } else { CellQuality::Land };
                return Observation::empty(quality.darkened());
            }
            let nbr = INDEX.compute(nir, swir);
            let land = CellQuality::of_land(nir, nbr, &limits);
            return Observation::clear(nbr, if is_water { CellQuality::Water } else { land });
        }
        let unseen = whole.saturating_sub(self.clear + self.hidden + self.no_data);
        if self.hidden > 0 && self.hidden >= self.no_data.max(unseen) {
            Observation::empty(CellQuality::Hidden)
        } else if self.no_data > 0 && self.no_data >= unseen {
            Observation::empty(CellQuality::NoData)
        } else {
            Observation::UNOBSERVED
        }
    }
}
