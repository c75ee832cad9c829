//! From the digital numbers of a band to surface reflectance.

use serde::{Deserialize, Serialize};

/// How a scene's digital numbers (DN) become reflectance: (DN + offset) × scale, never below 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// Reflectance of one DN; 0.0001 for Sentinel-2.
    pub scale: f32,
    /// Added to the DN first; −1000 for Sentinel-2 from processing baseline 04.00 on.
    pub offset_dn: f32,
}

impl Scaling {
    /// Reflectance of one pixel.
    #[inline]
    pub fn reflectance(&self, dn: u16) -> f32 {
        let lit = f32::from(dn) + self.offset_dn;
        if lit > 0.0 { lit * self.scale } else { 0.0 }
    }

    /// The highest DN whose reflectance is 0.
    #[inline]
    pub fn darkest_dn(&self) -> i32 {
        (-self.offset_dn).floor() as i32
    }

    /// Mean reflectance over weighted pixels.
    ///
    /// `lit_sum` is the sum of weight × DN and `lit_weight` that of the weights, both over the
    /// pixels above [`Scaling::darkest_dn`]; `weight` is the sum over all pixels, dark ones
    /// included. All are whole numbers below 2⁵³: their sums have no order, so one division at the
    /// end gives the same bits everywhere.
    #[inline]
    pub fn mean_reflectance(&self, lit_sum: f64, lit_weight: f64, weight: f64) -> f32 {
        let lit = lit_sum + lit_weight * f64::from(self.offset_dn);
        (lit / weight * f64::from(self.scale)) as f32
    }
}

/// The largest number of 16 bits: a saturated pixel, or a fill that nothing states. No reflectance of
/// the ground is so high.
pub(crate) const SATURATED_DN: u16 = u16::MAX;

/// What stands for "no data" among numbers that were signed: no signed number of 16 bits reaches
/// it.
pub const SIGNED_FILL_DN: u16 = u16::MAX;

/// The digital number of a pixel that is stored signed, as HLS does with its fill of −9999.
///
/// Fill becomes [`SIGNED_FILL_DN`]; another negative number becomes 0: ground so dark that its
/// reflectance counts as 0, and no hole.
#[inline]
pub fn dn_from_signed(pixel: i16, fill: i16) -> u16 {
    if pixel == fill { SIGNED_FILL_DN } else { pixel.max(0) as u16 }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SENTINEL: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };
    const LANDSAT: Scaling = Scaling { scale: 2.75e-5, offset_dn: -0.2 / 2.75e-5 };

    #[test]
    fn the_offset_is_taken_off_before_the_scale() {
        assert!((SENTINEL.reflectance(4000) - 0.3).abs() < 1e-6);
        assert!((LANDSAT.reflectance(20_000) - 0.35).abs() < 1e-6);
    }

    #[test]
    fn reflectance_below_zero_counts_as_zero() {
        assert_eq!(SENTINEL.reflectance(400), 0.0);
        assert_eq!(SENTINEL.reflectance(1000), 0.0);
        assert_eq!(LANDSAT.reflectance(7272), 0.0);
    }

    #[test]
    fn the_darkest_dn_is_the_last_without_light() {
        for scaling in [SENTINEL, LANDSAT, Scaling { scale: 1.0, offset_dn: 0.0 }] {
            let darkest = scaling.darkest_dn();
            assert_eq!(scaling.reflectance(darkest as u16), 0.0);
            assert!(scaling.reflectance(darkest as u16 + 1) > 0.0);
        }
    }

    #[test]
    fn a_mean_counts_dark_pixels_as_zero() {
        // Two pixels of equal weight: DN 3000 (reflectance 0.2) and DN 500 (below zero, so 0).
        assert!((SENTINEL.mean_reflectance(48_000.0, 16.0, 32.0) - 0.1).abs() < 1e-6);
    }

    #[test]
    fn a_mean_of_one_pixel_is_that_pixel() {
        for dn in [1001u16, 1500, 4000, 65_535] {
            let mean = SENTINEL.mean_reflectance(f64::from(dn) * 256.0, 256.0, 256.0);
            assert!((mean - SENTINEL.reflectance(dn)).abs() <= f32::EPSILON * mean);
        }
    }

    #[test]
    fn only_fill_is_a_hole_among_signed_numbers() {
        let hls = [-9999, -9998, -1, 0, 1, i16::MAX].map(|pixel| dn_from_signed(pixel, -9999));
        assert_eq!(hls, [SIGNED_FILL_DN, 0, 0, 0, 1, 32_767]);
    }
}
