//! Which values of a band stand for no data.

use crate::sensor::reflectance::{SIGNED_FILL_DN, dn_from_signed};

/// The values of a band that stand for no data: that of the file's tag and that of its item, 0
/// where both are silent. A value that the band's pixels cannot have counts as not stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoData {
    is_signed: bool,
    value: i32,
    /// The item's, where it is another than the file's.
    other: Option<i32>,
}

impl NoData {
    /// From the file's tag and the item. `is_signed` is whether pixels have a sign.
    pub fn new(file: Option<f64>, item: Option<f64>, is_signed: bool) -> Self {
        let [file, item] = [file, item].map(|value| representable(value?, is_signed));
        let value = file.or(item).unwrap_or(0);
        Self { is_signed, value, other: item.filter(|item| *item != value) }
    }

    /// Whether the tag of a file states a value that its pixels can have.
    pub fn is_stated(file: Option<f64>, is_signed: bool) -> bool {
        file.is_some_and(|value| representable(value, is_signed).is_some())
    }

    /// The digital number of pixels without data.
    pub fn dn(&self) -> u16 {
        if self.is_signed { SIGNED_FILL_DN } else { self.value as u16 }
    }

    /// Gives all pixels without data one digital number, [`NoData::dn`]; of pixels without sign.
    pub fn unify(&self, pixels: &mut [u16]) {
        if let Some(other) = self.other {
            let (other, dn) = (other as u16, self.dn());
            pixels.iter_mut().filter(|pixel| **pixel == other).for_each(|pixel| *pixel = dn);
        }
    }

    /// The digital number of a pixel that is stored signed.
    #[inline]
    pub fn dn_from_signed(&self, pixel: i16) -> u16 {
        match self.other {
            Some(other) if i32::from(pixel) == other => SIGNED_FILL_DN,
            _ => dn_from_signed(pixel, self.value as i16),
        }
    }

    /// The value of the file and that of the item, where they differ.
    pub fn disagreement(&self) -> Option<(i32, i32)> {
        self.other.map(|other| (self.value, other))
    }
}

/// A value that pixels of 16 bits can have.
fn representable(value: f64, is_signed: bool) -> Option<i32> {
    let range = if is_signed { -32_768.0..=32_767.0 } else { 0.0..=65_535.0 };
    (range.contains(&value) && value.fract() == 0.0).then_some(value as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_file_decides_and_the_item_where_it_is_silent() {
        let dn = |file, item| NoData::new(file, item, false).dn();
        assert_eq!(dn(Some(7.0), Some(7.0)), 7);
        assert_eq!(dn(None, Some(65_535.0)), 65_535);
        assert_eq!(dn(None, None), 0);
        for no_pixel in [f64::NAN, -9999.0, 70_000.0, 0.5] {
            assert_eq!(dn(Some(no_pixel), Some(9.0)), 9, "{no_pixel}");
            assert_eq!(dn(Some(no_pixel), None), 0, "{no_pixel}");
            assert!(!NoData::is_stated(Some(no_pixel), false), "{no_pixel}");
        }
    }

    #[test]
    fn where_they_differ_both_values_are_no_data() {
        let both = NoData::new(Some(0.0), Some(65_535.0), false);
        let mut pixels = [0, 5, 65_535, 65_534];
        both.unify(&mut pixels);
        assert_eq!((pixels, both.dn()), ([0, 5, 0, 65_534], 0));
        assert_eq!(both.disagreement(), Some((0, 65_535)));
        assert_eq!(NoData::new(Some(0.0), Some(0.0), false).disagreement(), None);
    }

    #[test]
    fn signed_fills_become_the_number_that_no_signed_pixel_has() {
        let both = NoData::new(Some(-9999.0), Some(-999.0), true);
        let dns = [-9999, -999, -1, 0, 5].map(|pixel| both.dn_from_signed(pixel));
        assert_eq!(dns, [SIGNED_FILL_DN, SIGNED_FILL_DN, 0, 0, 5]);
        assert_eq!(both.dn(), SIGNED_FILL_DN);
    }
}
