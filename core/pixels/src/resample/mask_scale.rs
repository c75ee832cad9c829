//! A mask that is read finer than the bands: which of its pixels lie in a pixel of the bands, and
//! what they state of it together.

use std::ops::Range;

use crate::sensor::quality::PixelQuality;

/// Half pixels of a mask along the side of a pixel of the bands, at least, where the file has them:
/// four pixels, as sizes of overviews are rounded. The hidden share is then known to a sixteenth.
const MIN_MASK_HALF_PX: usize = 7;
/// The part of a pixel's ground that may be hidden: one quarter. The mode of the classes would let
/// half of it be cloud.
const MAX_HIDDEN: (u32, u32) = (1, 4);

/// The level of a mask to read for bands of a size in pixels: the coarsest that has four pixels
/// along a pixel of the bands, else the finest that has no fewer than the bands. `sizes` are those
/// of the mask's levels. Returns the index in `sizes`; `None` where every level is coarser than the
/// bands.
pub fn choose_mask_level(sizes: &[(usize, usize)], band_size: (usize, usize)) -> Option<usize> {
    let with_half_pixels = |count: usize| {
        let is_fine = move |mask_px: usize, band_px: usize| mask_px * 2 >= band_px * count;
        sizes.iter().copied().enumerate().filter(move |(_, (width, height))| {
            is_fine(*width, band_size.0) && is_fine(*height, band_size.1)
        })
    };
    with_half_pixels(MIN_MASK_HALF_PX)
        .min_by_key(|(_, (width, _))| *width)
        .or_else(|| {
            with_half_pixels(2).max_by_key(|(index, (width, _))| (*width, usize::MAX - index))
        })
        .map(|(index, _)| index)
}

/// The pixels of the bands and of the mask over the same ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskScale {
    band_px: (usize, usize),
    mask_px: (usize, usize),
}

impl MaskScale {
    /// Bands and mask of so many pixels across and down; the mask has at least as many.
    pub fn new(band_px: (usize, usize), mask_px: (usize, usize)) -> Self {
        let mask_px = (mask_px.0.max(band_px.0), mask_px.1.max(band_px.1));
        Self { band_px, mask_px }
    }

    /// Pixels of the mask across and down.
    pub fn mask_px(&self) -> (usize, usize) {
        self.mask_px
    }

    /// Pixels of the mask in a pixel of the bands, about.
    pub fn mask_px_per_pixel(&self) -> u64 {
        let pixels = |size: (usize, usize)| size.0 as u64 * size.1 as u64;
        pixels(self.mask_px) / pixels(self.band_px).max(1)
    }

    /// Columns of the mask under columns of the bands.
    pub fn columns(&self, columns: &Range<i64>) -> Range<i64> {
        along(columns, self.band_px.0, self.mask_px.0)
    }

    /// Rows of the mask under rows of the bands.
    pub fn rows(&self, rows: &Range<i64>) -> Range<i64> {
        along(rows, self.band_px.1, self.mask_px.1)
    }

    /// The row of the bands over a row of the mask.
    pub(crate) fn band_row(&self, mask_row: i64) -> i64 {
        let (band, mask) = (self.band_px.1.max(1) as i64, self.mask_px.1.max(1) as i64);
        // The last row that begins at or before it.
        ((mask_row + 1) * band - 1).div_euclid(mask)
    }
}

/// Pixels of the mask whose beginnings lie in pixels of the bands.
fn along(pixels: &Range<i64>, band_px: usize, mask_px: usize) -> Range<i64> {
    let scaled = |at: i64| (at as i128 * mask_px as i128 / band_px.max(1) as i128) as i64;
    scaled(pixels.start)..scaled(pixels.end)
}

/// How many pixels of a mask show what.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct QualityCounts([u32; 6]);

/// Bits of a count among the six that are added as one number, and the largest such count.
const COUNT_BITS: usize = 10;
const MAX_COUNT: u64 = (1 << COUNT_BITS) - 1;
/// What a pixel of each quality adds to that number.
const ONE_OF: [u64; 6] = [1, 1 << 10, 1 << 20, 1 << 30, 1 << 40, 1 << 50];

impl QualityCounts {
    /// Counts the pixels of lines.
    #[inline]
    pub(crate) fn of<'a>(lines: impl Iterator<Item = &'a [PixelQuality]>) -> Self {
        let mut counts = Self::default();
        let (mut packed, mut count) = (0, 0);
        for line in lines {
            for part in line.chunks(MAX_COUNT as usize) {
                if count + part.len() as u64 > MAX_COUNT {
                    counts.add(packed);
                    (packed, count) = (0, 0);
                }
                // One sum and not six: a counter in memory waits for its last increment.
                packed += part.iter().map(|quality| ONE_OF[*quality as usize]).sum::<u64>();
                count += part.len() as u64;
            }
        }
        counts.add(packed);
        counts
    }

    #[inline]
    fn add(&mut self, packed: u64) {
        for (place, count) in self.0.iter_mut().enumerate() {
            *count += (packed >> (COUNT_BITS * place) & MAX_COUNT) as u32;
        }
    }

    /// What they show together: no data where most have none, what hides most where more than a
    /// quarter is hidden, else the more frequent of land and water.
    pub(crate) fn quality(&self) -> PixelQuality {
        let count = |quality: PixelQuality| self.0[quality as usize];
        let total: u32 = self.0.iter().sum();
        let hiding = [PixelQuality::Cloud, PixelQuality::Shadow, PixelQuality::Snow];
        let hidden: u32 = hiding.into_iter().map(count).sum();
        if count(PixelQuality::NoData) * 2 > total || total == 0 {
            PixelQuality::NoData
        } else if hidden * MAX_HIDDEN.1 > total * MAX_HIDDEN.0 {
            let most = |a: PixelQuality, b: PixelQuality| if count(b) > count(a) { b } else { a };
            hiding.into_iter().reduce(most).unwrap_or(PixelQuality::Cloud)
        } else if count(PixelQuality::Water) > count(PixelQuality::Clear) {
            PixelQuality::Water
        } else {
            PixelQuality::Clear
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelQuality::{Clear, Cloud, NoData, Shadow, Snow, Water};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_coarsest_mask_with_four_pixels_a_side_is_read() {
        let sizes = [5490, 2745, 1373, 687, 344].map(|side| (side, side));
        let level = |side| choose_mask_level(&sizes, (side, side));
        let levels = [10_980, 5490, 2745, 1373, 687, 344].map(level);
        assert_eq!(levels, [None, Some(0), Some(0), Some(0), Some(1), Some(2)]);
        assert_eq!(choose_mask_level(&[(687, 687), (5490, 5490)], (1373, 1373)), Some(1));
        assert_eq!(choose_mask_level(&[], (10, 10)), None);
    }

    #[test]
    fn every_pixel_of_the_mask_lies_in_one_of_the_bands() {
        for (band_px, mask_px) in [(687, 2745), (687, 5490), (5490, 5490), (3, 7), (1, 1)] {
            let scale = MaskScale::new((band_px, band_px), (mask_px, mask_px));
            let mut next = 0;
            for pixel in 0..band_px as i64 {
                let own = scale.rows(&(pixel..pixel + 1));
                assert!(own.start == next && !own.is_empty(), "{band_px} {mask_px}: {own:?}");
                assert!(own.clone().all(|row| scale.band_row(row) == pixel), "{own:?} {pixel}");
                next = own.end;
            }
            assert_eq!(next, mask_px as i64);
        }
    }

    fn check(pixels: &[(PixelQuality, usize)], expected: PixelQuality) {
        let lines: Vec<_> = pixels.iter().map(|(quality, count)| vec![*quality; *count]).collect();
        let counts = QualityCounts::of(lines.iter().map(Vec::as_slice));
        assert_eq!(counts.quality(), expected, "{pixels:?}");
    }

    #[test]
    fn a_pixel_is_hidden_where_more_than_a_quarter_of_it_is() {
        check(&[(Clear, 12), (Cloud, 4)], Clear);
        check(&[(Clear, 11), (Cloud, 5)], Cloud);
        check(&[(Clear, 10), (Cloud, 2), (Shadow, 3), (Snow, 1)], Shadow);
        check(&[(Water, 9), (Clear, 7)], Water);
        check(&[(Water, 8), (Clear, 8)], Clear);
        check(&[(NoData, 8), (Clear, 8)], Clear);
        check(&[(NoData, 9), (Cloud, 7)], NoData);
        check(&[], NoData);
        check(&[(Clear, 3000), (Cloud, 1000)], Clear);
        check(&[(Clear, 2999), (Cloud, 1000)], Cloud);
        for quality in [NoData, Clear, Water, Cloud, Shadow, Snow] {
            check(&[(quality, 1)], quality);
        }
    }
}
