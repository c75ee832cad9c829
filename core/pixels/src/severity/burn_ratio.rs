//! The burn ratios of one pixel: NBR of one date, and what becomes of two.
//!
//! Every function takes and returns plain numbers (not ×1000). NaN means "not observed" and
//! spreads.

/// Normalized burn ratio: (NIR − SWIR2) / (NIR + SWIR2), after Key & Benson (2006), FIREMON.
///
/// Both bands as reflectance, 0 or more. NaN where their sum is 0, so otherwise within [−1, 1].
///
/// ```
/// use dragonfly_pixels::nbr;
///
/// assert_eq!(nbr(0.375, 0.125), 0.5);
/// assert!(nbr(0.0, 0.0).is_nan());
/// ```
#[inline]
pub fn nbr(nir: f32, swir: f32) -> f32 {
    let sum = nir + swir;
    if sum > 0.0 { (nir - swir) / sum } else { f32::NAN }
}

/// Difference of the NBR before and after the fire (Key & Benson 2006). Positive where land burnt.
///
/// ```
/// use dragonfly_pixels::{dnbr, nbr};
///
/// let (before, after) = (nbr(0.375, 0.125), nbr(0.125, 0.375));
/// assert_eq!(dnbr(before, after), 1.0);
/// assert!(dnbr(before, f32::NAN).is_nan());
/// ```
#[inline]
pub fn dnbr(pre: f32, post: f32) -> f32 {
    pre - post
}

/// Relativized dNBR: dNBR / √|NBR before|, after Miller & Thode (2007), without their ×1000.
///
/// |NBR before| is held at 0.001 or more, as bare ground would divide by zero.
#[inline]
pub fn rdnbr(pre: f32, dnbr: f32) -> f32 {
    const MIN_PRE: f32 = 0.001;
    let size = pre.abs();
    let held = if size < MIN_PRE { MIN_PRE } else { size };
    dnbr / held.sqrt()
}

/// |NBR before| from which on RdNBR is stable: below it the square root is under 0.22, and an error
/// of 0.02 in dNBR moves RdNBR by more than 0.09, two thirds of class low.
const MIN_STABLE_PRE: f32 = 0.05;

/// Whether RdNBR of a cell with this NBR before the fire is stable: it divides by nearly nothing on
/// bare ground. NaN is not.
#[inline]
pub fn is_rdnbr_stable(pre: f32) -> bool {
    pre.abs() >= MIN_STABLE_PRE
}

/// Relativized burn ratio: dNBR / (NBR before + 1.001), after Parks, Dillon & Miller (2014).
///
/// The 1.001 keeps the divisor above zero, since NBR never falls below −1.
#[inline]
pub fn rbr(pre: f32, dnbr: f32) -> f32 {
    dnbr / (pre + 1.001)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn an_offset_left_in_shrinks_the_ratio() {
        assert!((nbr(0.30, 0.10) - 0.5).abs() < 1e-6);
        assert!((nbr(0.40, 0.20) - 1.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn a_zero_sum_is_a_hole_and_one_dark_band_is_not() {
        assert!(nbr(0.0, 0.0).is_nan());
        assert_eq!(nbr(0.2, 0.0), 1.0);
        assert_eq!(nbr(0.0, 0.2), -1.0);
    }

    #[test]
    fn a_hole_on_either_side_spreads() {
        assert!(dnbr(f32::NAN, 0.1).is_nan());
        assert!(dnbr(0.1, f32::NAN).is_nan());
        assert!(rdnbr(f32::NAN, 0.1).is_nan());
        assert!(rbr(f32::NAN, 0.1).is_nan());
    }

    #[test]
    fn a_negative_nbr_before_still_has_an_rdnbr() {
        assert_eq!(rdnbr(-0.25, 0.1), 0.2);
        assert_eq!(rdnbr(0.25, 0.1), 0.2);
        assert!(rdnbr(0.0, 0.1).is_finite());
    }

    #[test]
    fn rbr_divides_by_nbr_before_plus_1_001() {
        assert!((rbr(0.5, 0.4) - 0.4 / 1.501).abs() < 1e-6);
        assert!(rbr(-1.0, 0.1).is_finite());
    }
}
