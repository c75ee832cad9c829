//! The pixels of a validity mask under those of a level of another size.

use std::ops::Range;

/// The columns, or rows, of a mask of `mask` pixels along under a range of a level of `level`
/// pixels: at least one.
pub fn mask_range(range: &Range<u64>, level: u64, mask: u64) -> Range<u64> {
    let scale = |at: u64| at.saturating_mul(mask) / level.max(1);
    let start = scale(range.start).min(mask.saturating_sub(1));
    start..scale(range.end).clamp(start + 1, mask.max(start + 1))
}

/// Of `own` pixels along, the one nearest to the middle of a place among `wanted`.
pub fn nearest_place(place: usize, wanted: usize, own: usize) -> usize {
    let nearest = (place as f64 + 0.5) * own as f64 / wanted as f64;
    (nearest as usize).min(own.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_finer_mask_gives_the_pixel_under_each_middle() {
        assert_eq!(mask_range(&(10..20), 100, 400), 40..80);
        let nearest: Vec<usize> = (0..3).map(|place| nearest_place(place, 3, 12)).collect();
        assert_eq!(nearest, [2, 6, 10]);
    }

    #[test]
    fn a_coarser_mask_gives_the_pixel_that_covers_each() {
        assert_eq!(mask_range(&(10..11), 100, 25), 2..3);
        assert_eq!(mask_range(&(99..100), 100, 25), 24..25);
        let nearest: Vec<usize> = (0..4).map(|place| nearest_place(place, 4, 2)).collect();
        assert_eq!(nearest, [0, 0, 1, 1]);
    }
}
