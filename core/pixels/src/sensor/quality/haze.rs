//! Haze that Landsat states in a file beside QA_PIXEL: smoke over land.

use super::MaskKind;
use super::mask::HAZE_MARK;
use crate::sensor::reflectance::SIGNED_FILL_DN;

/// Bits of SR_QA_AEROSOL after USGS's guide to Landsat 8 and 9 Collection 2 Level 2 (LSDS-1619):
/// fill, water, and both that hold the level, 3 of which is high.
const AEROSOL_FILL: u16 = 1;
const AEROSOL_WATER: u16 = 1 << 2;
const HIGH_AEROSOL: u16 = 0b11 << 6;
/// SR_ATMOS_OPACITY above which USGS calls the sky hazy (LSDS-1618), in thousandths.
const MAX_OPACITY: u16 = 300;

/// Marks in values of QA_PIXEL where the file beside it states much haze.
///
/// Both hold the same pixels; a pixel that only one of them has stays unmarked.
// Not part of its callers, which are compiled for size in the browser.
#[inline(never)]
pub fn mark_haze(qa_pixel: &mut [u16], haze: &[u16], kind: MaskKind) {
    qa_pixel.iter_mut().for_each(|value| *value &= !HAZE_MARK);
    for (value, haze) in qa_pixel.iter_mut().zip(haze) {
        *value |= if is_hazy(kind, *haze) { HAZE_MARK } else { 0 };
    }
}

#[inline]
fn is_hazy(kind: MaskKind, value: u16) -> bool {
    match kind {
        MaskKind::QaAerosol => {
            value & HIGH_AEROSOL == HIGH_AEROSOL && value & (AEROSOL_FILL | AEROSOL_WATER) == 0
        }
        MaskKind::AtmosOpacity => value > MAX_OPACITY && value < SIGNED_FILL_DN,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::quality::{Masks, PixelQuality, QualityTable};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// QA_PIXEL of clear land, of water, of cloud shadow, and fill.
    const LAND: u16 = 21_824;
    const WATER: u16 = 21_952;
    const SHADOW: u16 = 23_888;
    const FILL: u16 = 1;

    fn quality(kind: MaskKind, qa_pixel: u16, haze: u16, masks: &Masks) -> PixelQuality {
        let mut values = [qa_pixel];
        mark_haze(&mut values, &[haze], kind);
        let table = QualityTable::new(MaskKind::QaPixel, masks).with_haze(kind, masks);
        table.quality(values[0])
    }

    #[test]
    fn high_aerosol_hides_land_as_cloud_does() {
        let check = |qa_pixel, aerosol, expected| {
            let found = quality(MaskKind::QaAerosol, qa_pixel, aerosol, &Masks::default());
            assert_eq!(found, expected, "{qa_pixel} {aerosol:#b}");
        };
        // Valid, interpolated and neither; then low, medium and climatology.
        for high in [0b1100_0010, 0b1110_0000, 0b1100_0000] {
            check(LAND, high, PixelQuality::Cloud);
        }
        for low in [0b0100_0010, 0b1000_0010, 0b0010_0000, 0] {
            check(LAND, low, PixelQuality::Clear);
        }
        check(LAND, 0b1100_0001, PixelQuality::Clear);
        check(LAND, 0b1100_0100, PixelQuality::Clear);
        check(WATER, 0b1100_0010, PixelQuality::Water);
        check(SHADOW, 0b1100_0010, PixelQuality::Cloud);
        check(SHADOW, 0b0100_0010, PixelQuality::Shadow);
        check(FILL, 0b1100_0010, PixelQuality::NoData);
    }

    #[test]
    fn an_opacity_above_three_tenths_hides_land() {
        for (opacity, expected) in [
            (301, PixelQuality::Cloud),
            (300, PixelQuality::Clear),
            (0, PixelQuality::Clear),
            (SIGNED_FILL_DN, PixelQuality::Clear),
        ] {
            let found = quality(MaskKind::AtmosOpacity, LAND, opacity, &Masks::default());
            assert_eq!(found, expected, "{opacity}");
        }
    }

    #[test]
    fn without_a_file_of_haze_the_bit_of_clear_ground_hides_nothing() {
        let table = QualityTable::new(MaskKind::QaPixel, &Masks::default());
        assert_eq!(table.quality(LAND), PixelQuality::Clear);
    }

    #[test]
    fn high_aerosol_can_stay_clear_and_is_then_not_claimed() {
        let masks: Masks = serde_json::from_str(r#"{"qa_aerosol":[]}"#).unwrap();
        let found = quality(MaskKind::QaAerosol, LAND, 0b1100_0010, &masks);
        assert_eq!(found, PixelQuality::Clear);
        let kinds = [MaskKind::QaPixel, MaskKind::QaAerosol].into();
        let text = |masks: &Masks| masks.describe_map(&kinds, 40.0);
        assert!(!text(&masks).contains("AEROSOL"), "{}", text(&masks));
        let all = text(&Masks::default());
        assert!(all.contains("SR_QA_AEROSOL bits: 6 high aerosol"), "{all}");
        // A page of an older version has no such key: it is sent only where it is set.
        assert!(!serde_json::to_string(&Masks::default()).unwrap().contains("aerosol"));
        assert!(serde_json::from_str::<Masks>(r#"{"qa_aerosol":[3]}"#).is_err());
    }
}
