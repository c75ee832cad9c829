//! Reflectances that no NBR is computed from: shadow so dark that the ratio is noise, flames, and
//! numbers above what ground reflects.

use crate::sensor::reflectance::Scaling;

/// Sum of NIR and SWIR2 reflectance below which NBR is noise: a residual of 0.005 in one band moves
/// it by more than a class.
const MIN_SUM: f32 = 0.04;
/// SWIR2 reflectance above which ground whose NIR is lower emits light itself: it is in flames.
const FLAME_REFLECTANCE: f64 = 0.6;
/// NIR reflectance that ground which has just burnt stays below: char and ash are dark. Of 649,649
/// burnt pixels of the Madre fire, five weeks after, 0.1 % reflect 0.22 and none in a thousand 0.25.
const MIN_BRIGHT_NIR: f32 = 0.28;
/// NBR above which ground of that brightness is vegetation, though perhaps partly burnt, and not a
/// cloud or smoke, which reflect SWIR2 nearly as well as NIR.
const MAX_BRIGHT_NBR: f32 = 0.25;
/// Highest reflectance of ground. Of Landsat's numbers it is 43,636.
const MAX_REFLECTANCE: f64 = 1.0;
/// The scale above which the numbers of 16 bits are no reflectance: that of a collection about which
/// nothing is known is 1.
const MAX_REFLECTANCE_SCALE: f32 = 0.01;

/// The limits of a scene. Both bands are those of [`SpectralIndex::MAPPED`], NIR and SWIR2.
///
/// [`SpectralIndex::MAPPED`]: crate::SpectralIndex::MAPPED
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReflectanceLimits {
    min_sum: f32,
    min_bright_nir: f32,
    max_unlit_dn: i32,
    max_dn: i32,
}

impl ReflectanceLimits {
    /// The limits of numbers that are scaled so; none where the scale is not known.
    pub(crate) fn of(scaling: Scaling) -> Self {
        if scaling.scale > MAX_REFLECTANCE_SCALE || scaling.scale <= 0.0 {
            return Self {
                min_sum: 0.0,
                min_bright_nir: f32::INFINITY,
                max_unlit_dn: i32::MAX,
                max_dn: i32::MAX,
            };
        }
        let dn = |reflectance: f64| {
            (reflectance / f64::from(scaling.scale) - f64::from(scaling.offset_dn)).floor() as i32
        };
        Self {
            min_sum: MIN_SUM,
            min_bright_nir: MIN_BRIGHT_NIR,
            max_unlit_dn: dn(FLAME_REFLECTANCE),
            max_dn: dn(MAX_REFLECTANCE),
        }
    }

    /// Whether a pixel shows flames, or reflects more than ground does.
    #[inline]
    pub(crate) fn hides(&self, nir: u16, swir: u16) -> bool {
        let (nir, swir) = (i32::from(nir), i32::from(swir));
        ((swir > self.max_unlit_dn) & (nir < swir)) | (nir > self.max_dn) | (swir > self.max_dn)
    }

    /// Whether no pixel up to these digital numbers is hidden; `false` also where one may be.
    #[inline]
    pub(crate) fn hide_none(&self, highest_nir: u16, highest_swir: u16) -> bool {
        i32::from(highest_nir) <= self.max_dn
            && i32::from(highest_swir) <= self.max_dn.min(self.max_unlit_dn)
    }

    /// Whether ground reflects more NIR than burnt ground does, and is no vegetation either.
    #[inline]
    pub(crate) fn is_too_bright_for_burns(&self, nir: f32, nbr: f32) -> bool {
        (nir >= self.min_bright_nir) & (nbr < MAX_BRIGHT_NBR)
    }

    /// Whether reflectances are so low that their ratio is noise.
    #[inline]
    pub(crate) fn is_dark(&self, nir: f32, swir: f32) -> bool {
        nir + swir < self.min_sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SENTINEL: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };
    const LANDSAT: Scaling = Scaling { scale: 2.75e-5, offset_dn: -0.2 / 2.75e-5 };

    #[test]
    fn flames_are_bright_in_swir_and_darker_in_nir() {
        let limits = ReflectanceLimits::of(SENTINEL);
        assert!(limits.hides(5000, 7001));
        assert!(!limits.hides(5000, 7000) && !limits.hides(7500, 7400));
    }

    #[test]
    fn no_ground_reflects_more_than_it_receives() {
        let limits = ReflectanceLimits::of(LANDSAT);
        assert!(limits.hides(43_637, 20_000) && limits.hides(43_637, 43_637));
        assert!(!limits.hides(43_636, 20_000));
        assert!(!ReflectanceLimits::of(SENTINEL).hides(11_000, 10_000));
        assert!(ReflectanceLimits::of(SENTINEL).hides(11_001, 10_000));
    }

    #[test]
    fn burnt_ground_is_darker_than_clouds_smoke_and_dry_grass_that_no_mask_finds() {
        let limits = ReflectanceLimits::of(SENTINEL);
        for (nir, nbr) in [(0.52, 0.14), (0.30, 0.22), (0.28, 0.24)] {
            assert!(limits.is_too_bright_for_burns(nir, nbr), "{nir} {nbr}");
        }
        // A burn, ground that burnt partly, woodland, and a hole.
        for (nir, nbr) in [(0.22, -0.1), (0.29, 0.3), (0.32, 0.5), (0.6, f32::NAN)] {
            assert!(!limits.is_too_bright_for_burns(nir, nbr), "{nir} {nbr}");
        }
        let unscaled = ReflectanceLimits::of(Scaling { scale: 1.0, offset_dn: 0.0 });
        assert!(!unscaled.is_too_bright_for_burns(60.0, 0.1));
    }

    #[test]
    fn deep_shadow_has_no_ratio() {
        let limits = ReflectanceLimits::of(SENTINEL);
        assert!(limits.is_dark(0.03, 0.005) && !limits.is_dark(0.03, 0.02));
    }

    #[test]
    fn numbers_of_unknown_scale_have_no_limits() {
        let limits = ReflectanceLimits::of(Scaling { scale: 1.0, offset_dn: 0.0 });
        assert!(!limits.hides(1, u16::MAX) && !limits.is_dark(0.0, 0.0));
    }
}
