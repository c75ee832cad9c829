//! The rows of a scene that have been read and are still needed, as strips pass from north to
//! south.

use std::ops::Range;

use crate::resample::lattice::CellWindow;
use crate::resample::mask_scale::{MaskScale, QualityCounts};
use crate::resample::observation::Observations;
use crate::resample::scene_window::SceneWindow;
use crate::sensor::quality::{PixelQuality, QualityTable, dilate_clouds};
use crate::sensor::reflectance::{SATURATED_DN, Scaling};
use crate::sensor::snow_limits::SnowLimits;

/// Rows of pixels, without a gap from the first to the last.
#[derive(Clone, Debug, Default)]
pub struct SceneRows {
    pixels: SceneWindow,
    mask: Option<MaskRows>,
}

/// The last rows of a mask before clouds were dilated: those that clouds of the next rows can reach.
#[derive(Clone, Debug)]
struct MaskRows {
    scale: MaskScale,
    /// Columns of the mask under those of the pixels, and the first for each of them; the end last.
    width: usize,
    starts: Vec<usize>,
    /// The first row of the bands whose mask is there.
    row: i64,
    quality: Vec<PixelQuality>,
}

/// Pixels whose mask is looked at together: most often it is the same for all.
const JOINED_PX: usize = 16;

/// Pixels of a rectangle as they were read, row by row.
#[derive(Clone, Copy, Debug)]
pub struct ReadPixels<'a> {
    /// Columns of the level.
    pub columns: &'a Range<i64>,
    /// Rows of the level.
    pub rows: &'a Range<i64>,
    /// Digital numbers of the bands of [`SpectralIndex::MAPPED`](crate::SpectralIndex::MAPPED), in
    /// its order.
    pub bands: [&'a [u16]; 2],
    /// Values of the mask's pixels under the rectangle, by [`MaskScale`], and what they mean; without
    /// one all ground is clear.
    pub mask: Option<(&'a [u16], &'a QualityTable)>,
    /// The numbers that stand for no data in the bands.
    pub no_data: [u16; 2],
    /// What is snow although the mask states clear land, where the mask's snow is hidden.
    pub snow: SnowLimits,
}

impl ReadPixels<'_> {
    /// Whether both bands hold data.
    #[inline]
    fn has_data(&self, (first, second): (&u16, &u16)) -> bool {
        let [no_first, no_second] = self.no_data;
        (*first != no_first)
            & (*second != no_second)
            & (*first != SATURATED_DN)
            & (*second != SATURATED_DN)
    }
}

impl SceneRows {
    /// Bytes of a pixel: two bands of 16 bits, its quality, and that of its mask's pixels.
    pub const PIXEL_BYTES: u64 = 6;

    /// The pixels, for [`warp`](fn@crate::resample::warp).
    pub fn pixels(&self) -> &SceneWindow {
        &self.pixels
    }

    /// The rows that are there.
    pub fn rows(&self) -> Range<i64> {
        self.pixels.row..self.pixels.row + self.pixels.height as i64
    }

    /// What rows of pixels show, as far as they are there.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn observe(&self, rows: &Range<u32>, scaling: Scaling) -> (CellWindow, Observations) {
        let columns = self.pixels.column..self.pixels.column + self.pixels.width as i64;
        self.pixels
            .observe_pixels(&columns, &(rows.start.into()..rows.end.into()), scaling)
            .into_parts()
    }

    /// Sets where the first row goes, while there is none, and how fine the mask is.
    pub fn start_at(&mut self, columns: Range<i64>, row: i64, scale: MaskScale) {
        let mask_columns = scale.columns(&columns);
        let start = |column: i64| (scale.columns(&(0..column)).end - mask_columns.start) as usize;
        self.mask = Some(MaskRows {
            width: (mask_columns.end - mask_columns.start) as usize,
            starts: (columns.start..columns.end + 1).map(start).collect(),
            scale,
            row,
            quality: Vec::new(),
        });
        self.pixels.column = columns.start;
        self.pixels.width = (columns.end - columns.start) as usize;
        self.pixels.row = row;
    }

    /// Drops rows that no later strip needs.
    pub fn forget_above(&mut self, row: i64) {
        let gone = (row.min(self.rows().end) - self.pixels.row).max(0);
        let pixels = gone as usize * self.pixels.width;
        for band in &mut self.pixels.bands {
            band.drain(..pixels);
        }
        self.pixels.row += gone;
        self.pixels.height -= gone as usize;
        self.pixels.quality.drain(..pixels);
    }

    /// Appends rows without data down to `end`.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn make_room(&mut self, end: i64) {
        self.pixels.height = (end - self.pixels.row) as usize;
        let pixels = self.pixels.height * self.pixels.width;
        for band in &mut self.pixels.bands {
            band.resize(pixels, 0);
        }
        self.pixels.quality.resize(pixels, PixelQuality::NoData);
        if let Some(mask) = &mut self.mask {
            let rows = mask.scale.rows(&(mask.row..end));
            let pixels = (rows.end - rows.start).max(0) as usize * mask.width;
            mask.quality.resize(pixels, PixelQuality::NoData);
        }
    }

    /// Puts a rectangle into the room that was made for it, masked.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn put(&mut self, read: &ReadPixels) {
        let across = (read.columns.end - read.columns.start) as usize;
        let Self { pixels, mask } = self;
        let Some(mask) = mask else { return };
        let left = (read.columns.start - pixels.column) as usize;
        let hides_snow = read.mask.is_some_and(|(_, table)| table.hides_snow());
        let snow = if hides_snow { read.snow } else { SnowLimits::NONE };
        let read = &ReadPixels { snow, ..*read };
        for row in read.rows.clone() {
            let from = (row - read.rows.start) as usize * across;
            let to = (row - pixels.row) as usize * pixels.width + left;
            let (from, to) = (from..from + across, to..to + across);
            let [first, second] = read.bands.map(|band| &band[from.clone()]);
            pixels.bands[0][to.clone()].copy_from_slice(first);
            pixels.bands[1][to].copy_from_slice(second);
            mask.put_row(row, left..left + across, read, [first, second]);
        }
    }

    /// Lets clouds spread, from where the rows from `new_row` on reach up to. `buffer_px` are pixels
    /// of the mask.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn dilate_clouds(&mut self, new_row: i64, buffer_px: usize) {
        let Some(mask) = &mut self.mask else { return };
        let end = self.pixels.row + self.pixels.height as i64;
        let changed = mask.reached_row(new_row, buffer_px).max(mask.row);
        let seen = mask.reached_row(changed, buffer_px).max(mask.row);
        // What the next rows reach up to, and what reaches that.
        let kept_row = mask.reached_row(mask.reached_row(end, buffer_px), buffer_px).max(mask.row);
        let kept = mask.quality[mask.first_pixel(kept_row).min(mask.quality.len())..].to_vec();
        let first_seen = mask.first_pixel(seen);
        dilate_clouds(&mut mask.quality[first_seen..], mask.width, buffer_px);
        let (changed, width) = (changed.max(self.pixels.row), self.pixels.width);
        for row in changed..end {
            let own = mask.first_pixel(row)..mask.first_pixel(row + 1);
            let to = (row - self.pixels.row) as usize * width;
            mask.join(&mask.quality[own], &mut self.pixels.quality[to..to + width]);
        }
        (mask.quality, mask.row) = (kept, kept_row);
    }
}

impl MaskRows {
    /// The place of the first pixel of a row of the bands.
    fn first_pixel(&self, row: i64) -> usize {
        let rows = self.scale.rows(&(self.row..row));
        (rows.end - rows.start).max(0) as usize * self.width
    }

    /// The first row of the bands that clouds at a row reach, northwards.
    fn reached_row(&self, row: i64, buffer_px: usize) -> i64 {
        let first = self.scale.rows(&(row..row)).start;
        self.scale.band_row(first - buffer_px as i64)
    }

    /// Puts the part of a rectangle that lies in a row and some columns of the bands, counted from
    /// the first: no data where the bands have none.
    fn put_row(
        &mut self,
        row: i64,
        columns: Range<usize>,
        read: &ReadPixels,
        [first, second]: [&[u16]; 2],
    ) {
        let has_data = |pair: (&u16, &u16)| read.has_data(pair);
        let is_plain =
            |(first, second)| has_data((first, second)) & !read.snow.is_snow(*first, *second);
        // Without an early end, so that processors take several at once.
        let are_plain = first.iter().zip(second).fold(true, |all, pair| all & is_plain(pair));
        let own = self.starts[columns.start]..self.starts[columns.end];
        let read_rows = self.scale.rows(&(read.rows.start..row));
        let skipped = (read_rows.end - read_rows.start) as usize * own.len();
        let first_pixel = self.first_pixel(row);
        let mask_rows = self.scale.rows(&(row..row + 1));
        for mask_row in 0..(mask_rows.end - mask_rows.start) as usize {
            let to = first_pixel + mask_row * self.width;
            let qualities = &mut self.quality[to + own.start..to + own.end];
            match read.mask {
                Some((values, table)) => {
                    let from = skipped + mask_row * own.len();
                    let values = &values[from..from + own.len()];
                    for (quality, value) in qualities.iter_mut().zip(values) {
                        *quality = table.quality(*value);
                    }
                }
                None => qualities.fill(PixelQuality::Clear),
            }
            if are_plain {
                continue;
            }
            let pairs = first.iter().zip(second);
            if qualities.len() == first.len() {
                // Without a branch, so that processors take several at once.
                for (quality, pair) in qualities.iter_mut().zip(pairs) {
                    let is_missed_snow =
                        (*quality == PixelQuality::Clear) & read.snow.is_snow(*pair.0, *pair.1);
                    let own = if is_missed_snow { PixelQuality::Snow } else { *quality };
                    *quality = if has_data(pair) { own } else { PixelQuality::NoData };
                }
                continue;
            }
            for (starts, pair) in self.starts[columns.clone()]
                .iter()
                .zip(&self.starts[columns.start + 1..])
                .zip(pairs)
            {
                let under = &mut qualities[starts.0 - own.start..starts.1 - own.start];
                if !has_data(pair) {
                    under.fill(PixelQuality::NoData);
                } else if read.snow.is_snow(*pair.0, *pair.1) {
                    let clear = under.iter_mut().filter(|own| **own == PixelQuality::Clear);
                    clear.for_each(|own| *own = PixelQuality::Snow);
                }
            }
        }
    }

    /// What the mask's pixels of a row of the bands show together, for each pixel of the row.
    fn join(&self, quality: &[PixelQuality], joined: &mut [PixelQuality]) {
        if quality.len() == joined.len() {
            joined.copy_from_slice(quality);
            return;
        }
        let lines = || quality.chunks_exact(self.width);
        for (part, joined) in joined.chunks_mut(JOINED_PX).enumerate() {
            let starts = &self.starts[part * JOINED_PX..][..joined.len() + 1];
            let own = starts[0]..starts[joined.len()];
            let first = quality[own.start];
            // Without an early end, so that processors take several at once.
            let is_even = |line: &[PixelQuality]| {
                line[own.clone()].iter().fold(true, |all, quality| all & (*quality == first))
            };
            if lines().all(is_even) {
                joined.fill(first);
                continue;
            }
            for (joined, own) in joined.iter_mut().zip(starts.windows(2)) {
                let lines = lines().map(|line| &line[own[0]..own[1]]);
                *joined = QualityCounts::of(lines).quality();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::quality::{MaskKind, Masks};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A scene of 9 columns with clouds at rows of the mask, read in steps of so many rows; the mask
    /// has `fine` pixels along a pixel.
    fn sky_read_by(step: i64, clouds: &[i64], fine: usize) -> Vec<PixelQuality> {
        let table = QualityTable::new(MaskKind::Scl, &Masks::default());
        let mut rows = SceneRows::default();
        let scale = MaskScale::new((9, 24), (9 * fine, 24 * fine));
        rows.start_at(0..9, 0, scale);
        let mut row = 0;
        while row < 24 {
            let own = row..(row + step).min(24);
            rows.make_room(own.end);
            let bands = vec![1000; 9 * (own.end - own.start) as usize];
            let mask_rows = scale.rows(&own);
            let scl = |index: usize| {
                let (row, column) = (index / (9 * fine), index % (9 * fine));
                let is_cloud =
                    column == 4 * fine && clouds.contains(&(mask_rows.start + row as i64));
                if is_cloud { 9 } else { 4 }
            };
            let mask: Vec<u16> = (0..bands.len() * fine * fine).map(scl).collect();
            rows.put(&ReadPixels {
                columns: &(0..9),
                rows: &own,
                bands: [&bands[..], &bands[..]],
                mask: Some((&mask[..], &table)),
                no_data: [0, 0],
                snow: SnowLimits::NONE,
            });
            rows.dilate_clouds(own.start, 2);
            row = own.end;
        }
        rows.pixels().quality.clone()
    }

    fn count_clouds(sky: &[PixelQuality]) -> usize {
        sky.iter().filter(|quality| **quality == PixelQuality::Cloud).count()
    }

    #[test]
    fn clouds_reach_as_far_however_the_rows_come() {
        let at_once = sky_read_by(24, &[0, 7, 8, 23], 1);
        assert_eq!(count_clouds(&at_once), 5 * (3 + 6 + 3));
        for step in [1, 2, 3, 5, 8] {
            assert_eq!(sky_read_by(step, &[0, 7, 8, 23], 1), at_once, "{step} rows at a time");
        }
    }

    #[test]
    fn a_finer_mask_hides_the_pixels_that_clouds_cover_by_more_than_a_quarter() {
        // Dilated by 2, a cloud of one pixel at the corner of four covers 3 × 3 of 16 pixels of one
        // of them, 2 × 3 or 3 × 2 of two, and 2 × 2 of the last.
        let at_once = sky_read_by(24, &[40], 4);
        assert_eq!(count_clouds(&at_once), 3);
        for step in [1, 2, 3, 5, 8] {
            assert_eq!(sky_read_by(step, &[40], 4), at_once, "{step} rows at a time");
        }
        let many = sky_read_by(24, &[3, 17, 39, 40, 41, 77], 4);
        for step in [1, 3, 7] {
            assert_eq!(sky_read_by(step, &[3, 17, 39, 40, 41, 77], 4), many, "{step} rows");
        }
    }

    #[test]
    fn pixels_without_data_in_the_bands_have_none_whatever_the_mask_states() {
        let table = QualityTable::new(MaskKind::Scl, &Masks::default());
        let mut rows = SceneRows::default();
        rows.start_at(0..2, 0, MaskScale::new((2, 1), (4, 2)));
        rows.make_room(1);
        rows.put(&ReadPixels {
            columns: &(0..2),
            rows: &(0..1),
            bands: [&[1000, 0], &[1000, 1000]],
            mask: Some((&[4; 8], &table)),
            no_data: [0, 0],
            snow: SnowLimits::NONE,
        });
        rows.dilate_clouds(0, 0);
        assert_eq!(rows.pixels().quality, [PixelQuality::Clear, PixelQuality::NoData]);
    }

    #[test]
    fn snow_that_the_mask_misses_is_hidden_and_spreads() {
        let (ground, snow) = (([2500; 5], [2200; 5]), ([2500, 2500, 7500, 2500, 2500], [1000; 5]));
        let quality = |(nir, swir): ([u16; 5], [u16; 5]), mask: &[u16; 10], masks: &Masks| {
            let table = QualityTable::new(MaskKind::Scl, masks);
            let mut rows = SceneRows::default();
            rows.start_at(0..5, 0, MaskScale::new((5, 1), (10, 1)));
            rows.make_room(1);
            rows.put(&ReadPixels {
                columns: &(0..5),
                rows: &(0..1),
                bands: [&nir, &swir],
                mask: Some((mask, &table)),
                no_data: [0, 0],
                snow: SnowLimits::of(Scaling { scale: 1e-4, offset_dn: 0.0 }),
            });
            rows.dilate_clouds(0, 2);
            rows.pixels().quality.clone()
        };
        use PixelQuality::{Clear, Snow, Water};
        let hidden = Masks::default();
        assert_eq!(quality(ground, &[4; 10], &hidden), [Clear; 5]);
        assert_eq!(quality(snow, &[4; 10], &hidden), [Clear, Snow, Snow, Snow, Clear]);
        // Water stays, and so does snow where the mask's is shown.
        assert_eq!(quality(snow, &[6; 10], &hidden), [Water; 5]);
        let shown = Masks { scl: vec![0, 9], ..Masks::default() };
        assert_eq!(quality(snow, &[4; 10], &shown), [Clear; 5]);
    }

    #[test]
    fn rows_that_are_forgotten_leave_the_others_in_place() {
        let mut rows = SceneRows::default();
        rows.start_at(3..5, 10, MaskScale::new((5, 13), (5, 13)));
        rows.make_room(13);
        rows.put(&ReadPixels {
            columns: &(3..5),
            rows: &(10..13),
            bands: [&[1, 2, 3, 4, 5, 6], &[7; 6]],
            mask: None,
            no_data: [0, 0],
            snow: SnowLimits::NONE,
        });
        rows.forget_above(12);
        assert_eq!((rows.rows(), &rows.pixels().bands[0][..]), (12..13, &[5, 6][..]));
        rows.forget_above(99);
        assert_eq!(rows.rows(), 13..13);
    }
}
