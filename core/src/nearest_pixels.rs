//! Which pixel of a scene each cell takes, where cells are no larger than pixels.

use std::ops::Range;

use crate::lattice::{CellWindow, Lattice};
use crate::warp::{TOGETHER, nearest_pixels};

/// The pixels under the centres of cells. Scenes of which this is the same lie on one grid.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestPixels {
    cells: CellWindow,
    pixels: CellWindow,
    lattice: Lattice,
}

impl NearestPixels {
    /// For cells that a scene may cover, among those pixels of a level of which any may be taken. `lattice` tells
    /// where the cells lie, in pixels of the level.
    pub fn new(cells: CellWindow, pixels: CellWindow, lattice: Lattice) -> Self {
        Self { cells, pixels, lattice }
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

    /// Rows of pixels that the cells of a strip of rows may take; `None` where they take none.
    pub fn rows_under(&self, strip: &Range<u32>) -> Option<Range<u32>> {
        let own = &self.cells.rows;
        let rows = strip.start.max(own.start)..strip.end.min(own.end);
        if rows.is_empty() || self.cells.columns.is_empty() {
            return None;
        }
        let window = CellWindow { columns: self.cells.columns.clone(), rows };
        let (_, touched) = self.lattice.pixels_touched(&window)?;
        let within = |row: i64| row.clamp(self.pixels.rows.start.into(), self.pixels.rows.end.into()) as u32;
        let rows = within(touched.start)..within(touched.end);
        (!rows.is_empty()).then_some(rows)
    }

    /// Calls `visit` with the cells of a row between every two control points: their columns, and for each the place
    /// of its pixel in `rows` of pixels, row by row. A place that is none lies beyond the last.
    #[inline]
    pub(crate) fn visit(&self, row: u32, rows: &Range<u32>, mut visit: impl FnMut(Range<u32>, &[usize])) {
        let (width, height) = (self.pixels.columns.len(), rows.len());
        let origin = (i64::from(self.pixels.columns.start), i64::from(rows.start));
        let mut column = self.cells.columns.start;
        self.lattice.visit_lines(row, self.cells.columns.clone(), |own, line| {
            let mut places = [usize::MAX; TOGETHER];
            if let Some(line) = line {
                let (columns, rows) = nearest_pixels(&line, origin);
                for ((place, column), row) in places.iter_mut().zip(columns).zip(rows) {
                    // Before the first pixel is far behind the last.
                    let (column, row) = (column as u32 as usize, row as u32 as usize);
                    *place = if (column < width) & (row < height) { row * width + column } else { usize::MAX };
                }
            }
            let next = column + own.len() as u32;
            visit(column..next, &places[own]);
            column = next;
        });
    }
}
