//! The rows of a scene that have been read and are still needed, as strips pass from north to
//! south.

use std::ops::Range;

use crate::resample::lattice::CellWindow;
use crate::resample::warp::{Observations, SceneWindow};
use crate::sensor::quality::{PixelQuality, QualityTable, dilate_clouds};
use crate::sensor::reflectance::Scaling;

/// Rows of pixels, without a gap from the first to the last.
#[derive(Clone, Debug, Default)]
pub struct SceneRows {
    pixels: SceneWindow,
    /// The quality before clouds were widened.
    undilated: Vec<PixelQuality>,
}

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
    /// Values of the mask, and what they mean; without one all ground is clear.
    pub mask: Option<(&'a [u16], &'a QualityTable)>,
    /// The numbers that stand for no data in the bands.
    pub no_data: [u16; 2],
}

impl SceneRows {
    /// Bytes of a pixel: two bands of 16 bits, its quality with and without the reach of clouds.
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
    pub fn observe(&self, rows: &Range<u32>, scaling: Scaling) -> (CellWindow, Observations) {
        let columns = self.pixels.column..self.pixels.column + self.pixels.width as i64;
        self.pixels
            .observe_pixels(&columns, &(rows.start.into()..rows.end.into()), scaling)
            .into_parts()
    }

    /// Says where the first row goes, while there is none.
    pub fn start_at(&mut self, columns: Range<i64>, row: i64) {
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
        self.undilated.drain(..pixels);
        self.pixels.row += gone;
        self.pixels.height -= gone as usize;
        self.pixels.quality.drain(..pixels);
    }

    /// Appends rows without data down to `end`.
    pub fn make_room(&mut self, end: i64) {
        self.pixels.height = (end - self.pixels.row) as usize;
        let pixels = self.pixels.height * self.pixels.width;
        for band in &mut self.pixels.bands {
            band.resize(pixels, 0);
        }
        self.pixels.quality.resize(pixels, PixelQuality::NoData);
        self.undilated.resize(pixels, PixelQuality::NoData);
    }

    /// Puts a rectangle into the room that was made for it, masked.
    pub fn put(&mut self, read: &ReadPixels) {
        let across = (read.columns.end - read.columns.start) as usize;
        let Self { pixels, undilated } = self;
        for row in read.rows.clone() {
            let from = (row - read.rows.start) as usize * across;
            let to = (row - pixels.row) as usize * pixels.width
                + (read.columns.start - pixels.column) as usize;
            let (from, to) = (from..from + across, to..to + across);
            let [first, second] = read.bands.map(|band| &band[from.clone()]);
            pixels.bands[0][to.clone()].copy_from_slice(first);
            pixels.bands[1][to.clone()].copy_from_slice(second);
            let qualities = &mut undilated[to];
            match read.mask {
                Some((mask, table)) => {
                    qualities
                        .iter_mut()
                        .zip(&mask[from])
                        .for_each(|(quality, value)| *quality = table.quality(*value));
                }
                None => qualities.fill(PixelQuality::Clear),
            }
            for (quality, (first, second)) in qualities.iter_mut().zip(first.iter().zip(second)) {
                let has_data = (*first != read.no_data[0]) & (*second != read.no_data[1]);
                *quality = if has_data { *quality } else { PixelQuality::NoData };
            }
        }
    }

    /// Lets clouds spread, from where the rows from `new_row` on reach up to.
    pub fn dilate_clouds(&mut self, new_row: i64, buffer_px: usize) {
        let new_row = (new_row - self.pixels.row) as usize;
        let width = self.pixels.width;
        let (seen, changed) =
            (new_row.saturating_sub(2 * buffer_px), new_row.saturating_sub(buffer_px));
        let mut quality = self.undilated[seen * width..].to_vec();
        dilate_clouds(&mut quality, width, buffer_px);
        self.pixels.quality[changed * width..]
            .copy_from_slice(&quality[(changed - seen) * width..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::quality::{MaskKind, Masks};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A scene of 9 columns with clouds at the rows given, read in steps of so many rows.
    fn sky_read_by(step: i64, clouds: &[i64]) -> Vec<PixelQuality> {
        let table = QualityTable::new(MaskKind::Scl, &Masks::default());
        let mut rows = SceneRows::default();
        rows.start_at(0..9, 0);
        let mut row = 0;
        while row < 24 {
            let own = row..(row + step).min(24);
            rows.make_room(own.end);
            let bands = vec![1000; 9 * (own.end - own.start) as usize];
            let scl = |index: usize| {
                if index % 9 == 4 && clouds.contains(&(own.start + index as i64 / 9)) {
                    9
                } else {
                    4
                }
            };
            let mask: Vec<u16> = (0..bands.len()).map(scl).collect();
            let mask = Some((&mask[..], &table));
            rows.put(&ReadPixels {
                columns: &(0..9),
                rows: &own,
                bands: [&bands[..], &bands[..]],
                mask,
                no_data: [0, 0],
            });
            rows.dilate_clouds(own.start, 2);
            row = own.end;
        }
        rows.pixels().quality.clone()
    }

    #[test]
    fn clouds_reach_as_far_however_the_rows_come() {
        let at_once = sky_read_by(24, &[0, 7, 8, 23]);
        assert_eq!(
            at_once.iter().filter(|quality| **quality == PixelQuality::Cloud).count(),
            5 * (3 + 6 + 3)
        );
        for step in [1, 2, 3, 5, 8] {
            assert_eq!(sky_read_by(step, &[0, 7, 8, 23]), at_once, "{step} rows at a time");
        }
    }

    #[test]
    fn rows_that_are_forgotten_leave_the_others_in_place() {
        let mut rows = SceneRows::default();
        rows.start_at(3..5, 10);
        rows.make_room(13);
        rows.put(&ReadPixels {
            columns: &(3..5),
            rows: &(10..13),
            bands: [&[1, 2, 3, 4, 5, 6], &[7; 6]],
            mask: None,
            no_data: [0, 0],
        });
        rows.forget_above(12);
        assert_eq!((rows.rows(), &rows.pixels().bands[0][..]), (12..13, &[5, 6][..]));
        rows.forget_above(99);
        assert_eq!(rows.rows(), 13..13);
    }
}
