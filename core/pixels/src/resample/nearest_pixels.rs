//! Which pixel of a scene each cell takes, where cells are no larger than pixels.

use std::ops::Range;

use crate::resample::lattice::{CellWindow, CentreLine, Lattice, STEP};

/// Binary digits to which the centre of a cell is rounded before it decides a pixel: 1/1024 pixel
/// is fine enough to take the true nearest, and coarse enough that two projection libraries agree.
const CENTRE_DIGITS: u32 = 10;
/// Cells that are computed together.
pub(crate) const TOGETHER: usize = STEP as usize;

/// The pixels under the centres of cells. Scenes of which this is the same lie on one grid.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestPixels {
    cells: CellWindow,
    pixels: CellWindow,
    lattice: Lattice,
    /// For every step of the lattice, the first row of pixels that cells from there southwards
    /// take.
    first_rows: Vec<i64>,
}

/// The first row of pixels that cells from a row southwards need: `of_cells`, the first that those
/// of a strip need, or one above it. `first_rows` are those of [`Lattice::first_rows`] for `rows`.
pub(crate) fn first_row(first_rows: &[i64], rows: &Range<u32>, from: u32, of_cells: i64) -> i64 {
    let step = (from / STEP).saturating_sub(rows.start / STEP) as usize;
    first_rows.get(step).map_or(of_cells, |first| of_cells.min(*first))
}

impl NearestPixels {
    /// For cells that a scene may cover, among those pixels of a level of which any may be taken.
    /// `lattice` states where the cells lie, in pixels of the level.
    pub fn new(cells: CellWindow, pixels: CellWindow, lattice: Lattice) -> Self {
        Self { first_rows: lattice.first_rows(&cells), cells, pixels, lattice }
    }

    /// The cells.
    pub fn cells(&self) -> &CellWindow {
        &self.cells
    }

    /// The pixels.
    pub fn pixels(&self) -> &CellWindow {
        &self.pixels
    }

    /// Where the cells lie, in pixels.
    pub fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// Rows of pixels that the cells of a strip of rows may take, and those above them that cells
    /// further south may take: rows of pixels can run northwards. `None` where they take none.
    pub fn rows_under(&self, strip: &Range<u32>) -> Option<Range<u32>> {
        let own = &self.cells.rows;
        let rows = strip.start.max(own.start)..strip.end.min(own.end);
        if rows.is_empty() || self.cells.columns.is_empty() {
            return None;
        }
        let window = CellWindow { columns: self.cells.columns.clone(), rows };
        let (_, touched) = self.lattice.pixels_touched(&window)?;
        let within =
            |row: i64| row.clamp(self.pixels.rows.start.into(), self.pixels.rows.end.into()) as u32;
        let start = first_row(&self.first_rows, own, window.rows.start, touched.start);
        let rows = within(start)..within(touched.end);
        (!rows.is_empty()).then_some(rows)
    }

    /// Calls `visit` with the cells of a row between every two control points: their columns, and
    /// for each the place of its pixel in `rows` of pixels, row by row. A place that is none lies
    /// beyond the last.
    #[inline]
    pub fn visit(&self, row: u32, rows: &Range<u32>, mut visit: impl FnMut(Range<u32>, &[usize])) {
        let (width, height) = (self.pixels.columns.len(), rows.len());
        let origin = (i64::from(self.pixels.columns.start), i64::from(rows.start));
        let mut column = self.cells.columns.start;
        self.lattice.visit_lines(row, self.cells.columns.clone(), |own, line| {
            let places = line.map_or([usize::MAX; TOGETHER], |line| {
                pixel_indices(&line, origin, (width, height))
            });
            let next = column + own.len() as u32;
            visit(column..next, &places[own]);
            column = next;
        });
    }
}

/// The places of the pixels under the centres of cells, row by row in a rectangle of so many pixels
/// across and down that begins at `origin`; outside of it `usize::MAX`.
#[inline]
pub(crate) fn pixel_indices(
    line: &CentreLine,
    origin: (i64, i64),
    size: (usize, usize),
) -> [usize; TOGETHER] {
    let (columns, rows) = nearest_pixels(line, origin);
    std::array::from_fn(|cell| {
        // Before the first pixel is far behind the last.
        let (column, row) = (columns[cell] as u32 as usize, rows[cell] as u32 as usize);
        if (column < size.0) & (row < size.1) { row * size.0 + column } else { usize::MAX }
    })
}

/// Columns and rows of the pixels under the centres of cells, counted from the pixel at `origin`.
/// Far outside of the image they are only known to be outside.
#[inline]
pub(crate) fn nearest_pixels(
    line: &CentreLine,
    origin: (i64, i64),
) -> ([i32; TOGETHER], [i32; TOGETHER]) {
    let origin = (origin.0 as f64, origin.1 as f64);
    let mut pixels = ([0; TOGETHER], [0; TOGETHER]);
    for place in 0..TOGETHER {
        let (column, row) = line.centre(place);
        pixels.0[place] = nearest_pixel(column - origin.0);
        pixels.1[place] = nearest_pixel(row - origin.1);
    }
    pixels
}

/// Without a conversion, so that processors take several at once.
#[inline]
fn nearest_pixel(position: f64) -> i32 {
    // Held to what 32 bits hold in parts, two million pixels away.
    const FARTHEST: f64 = ((1 << (31 - CENTRE_DIGITS)) - 1) as f64;
    // So large that the last binary digit of a sum is a part of a pixel: 2⁵¹ + 2⁵² parts.
    const ROUNDING: f64 = (3u64 << (51 - CENTRE_DIGITS)) as f64;
    let position = if position < FARTHEST { position } else { FARTHEST };
    let position = if position > -FARTHEST { position } else { -FARTHEST };
    (position + ROUNDING).to_bits() as i32 >> CENTRE_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_centre_lies_in_the_pixel_around_it_to_the_nearest_part() {
        let cases = [
            (0.0, 0),
            (0.3, 0),
            (0.999, 0),
            (0.9996, 1),
            (-0.0004, 0),
            (-0.001, -1),
            (-7.5, -8),
            (1e6, 1_000_000),
        ];
        for (position, pixel) in cases {
            assert_eq!(nearest_pixel(position), pixel, "{position}");
        }
        for outside in [1e12, f64::INFINITY, f64::NAN, -1e12] {
            assert!(!(-2_000_000..2_000_000).contains(&nearest_pixel(outside)), "{outside}");
        }
    }
}
