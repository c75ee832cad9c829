//! Snow by NIR and SWIR2 alone, where a mask calls it ground.

use crate::sensor::reflectance::Scaling;

/// NIR reflectance of snow that covers the ground. Vegetation reflects less: 0.5 where it is lush.
const MIN_NIR: f32 = 0.6;
/// SWIR2 reflectance for each of NIR, at most: NBR is at least 0.6. Snow absorbs SWIR2; bright soil,
/// salt and clouds of water reflect it.
const MAX_SWIR_PER_NIR: f32 = 0.25;
/// The scale above which the numbers of 16 bits are no reflectance.
const MAX_REFLECTANCE_SCALE: f32 = 0.01;

/// The limits of snow in the numbers of a scene.
///
/// They find snow that covers a pixel, not that which is mixed with half as much ground: NIR and
/// SWIR2 of the mixture are those of lush vegetation.
#[derive(Clone, Copy, Debug)]
pub struct SnowLimits {
    /// Number of [`MIN_NIR`] without the offset; infinite where the scale is not known.
    min_nir: f32,
    offset_dn: f32,
}

impl SnowLimits {
    /// None: nothing is snow.
    pub const NONE: Self = Self { min_nir: f32::INFINITY, offset_dn: 0.0 };

    /// The limits of numbers that are scaled so.
    pub fn of(scaling: Scaling) -> Self {
        if scaling.scale > MAX_REFLECTANCE_SCALE || scaling.scale <= 0.0 {
            return Self::NONE;
        }
        Self { min_nir: MIN_NIR / scaling.scale, offset_dn: scaling.offset_dn }
    }

    /// Whether a pixel of land is snow.
    #[inline]
    pub(crate) fn is_snow(&self, nir: u16, swir: u16) -> bool {
        let nir = f32::from(nir) + self.offset_dn;
        let swir = f32::from(swir) + self.offset_dn;
        (nir >= self.min_nir) & (swir <= nir * MAX_SWIR_PER_NIR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SENTINEL: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };
    const LANDSAT: Scaling = Scaling { scale: 2.75e-5, offset_dn: -0.2 / 2.75e-5 };

    fn check(nir: f32, swir: f32, expected: bool) {
        for scaling in [SENTINEL, LANDSAT] {
            let dn = |reflectance: f32| (reflectance / scaling.scale - scaling.offset_dn) as u16;
            let found = SnowLimits::of(scaling).is_snow(dn(nir), dn(swir));
            assert_eq!(found, expected, "{nir} {swir} {scaling:?}");
        }
    }

    #[test]
    fn snow_is_bright_in_nir_and_dark_in_swir() {
        check(0.75, 0.08, true);
        check(0.65, 0.15, true);
        // Lush grass and forest, snow mixed with as much ground, bright soil, cloud of water.
        check(0.50, 0.05, false);
        check(0.40, 0.04, false);
        check(0.50, 0.16, false);
        check(0.65, 0.45, false);
        check(0.70, 0.40, false);
    }

    #[test]
    fn numbers_of_an_unknown_scale_are_no_snow() {
        let unknown = SnowLimits::of(Scaling { scale: 1.0, offset_dn: 0.0 });
        assert!(!unknown.is_snow(60_000, 0));
    }
}
