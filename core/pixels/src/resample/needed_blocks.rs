//! Which blocks of a scene hold pixels for any cell to be computed.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::resample::lattice::{CellWindow, Lattice};

/// The blocks of a level that hold pixels for any cell to be computed.
#[derive(Clone, Debug)]
pub struct NeededBlocks {
    /// Pixels of a block, across and down.
    pub size: (i64, i64),
    needed: BTreeSet<(i64, i64)>,
    /// Blocks under cells of the box that no cell to be computed needs.
    pub skipped: usize,
}

/// Cells along the side of the squares by which blocks are planned; a step of the lattice.
const SQUARE_CELLS: usize = 16;

impl NeededBlocks {
    /// The blocks, of a size in pixels, under every square of cells of which any is to be computed,
    /// and under the reach of clouds around it. `image_px` are the pixels of the level: no block
    /// lies beyond them.
    pub fn plan(
        (width, height): (usize, usize),
        image_px: (usize, usize),
        lattice: &Lattice,
        cells: &CellWindow,
        any_wanted: impl Fn(&CellWindow) -> bool,
        buffer_px: usize,
    ) -> Self {
        let (width, height) = (width.max(1) as i64, height.max(1) as i64);
        let mut planned = Self { size: (width, height), needed: BTreeSet::new(), skipped: 0 };
        let mut outside = BTreeSet::new();
        let stops = |range: &Range<u32>| {
            let (range, first) =
                (range.clone(), range.start / SQUARE_CELLS as u32 * SQUARE_CELLS as u32);
            (first..range.end).step_by(SQUARE_CELLS).map(move |start| {
                start.max(range.start)..(start + SQUARE_CELLS as u32).min(range.end)
            })
        };
        let margin = i64::try_from(buffer_px).unwrap_or(i64::MAX);
        let (across, down) = (image_px.0 as i64, image_px.1 as i64);
        for rows in stops(&cells.rows) {
            for columns in stops(&cells.columns) {
                let square = CellWindow { columns, rows: rows.clone() };
                let is_needed = any_wanted(&square);
                let blocks = if is_needed { &mut planned.needed } else { &mut outside };
                let Some((columns, rows)) = lattice.pixels_touched(&square) else { continue };
                for row in touched(&rows, margin, height, down) {
                    blocks.extend(
                        touched(&columns, margin, width, across).map(|column| (row, column)),
                    );
                }
            }
        }
        planned.skipped = outside.difference(&planned.needed).count();
        planned
    }

    /// Neighbouring needed blocks as rectangles of pixels, columns and rows, cut to what is asked
    /// for.
    pub fn rectangles(
        &self,
        columns: &Range<i64>,
        rows: Range<i64>,
    ) -> Vec<(Range<i64>, Range<i64>)> {
        let (width, height) = self.size;
        let mut rectangles: Vec<(Range<i64>, Range<i64>)> = Vec::new();
        for block_row in rows.start.div_euclid(height)..(rows.end + height - 1).div_euclid(height) {
            let own_rows =
                (block_row * height).max(rows.start)..((block_row + 1) * height).min(rows.end);
            for (_, block_column) in
                self.needed.range((block_row, i64::MIN)..=(block_row, i64::MAX))
            {
                let own = (block_column * width).max(columns.start)
                    ..((block_column + 1) * width).min(columns.end);
                match rectangles.last_mut() {
                    _ if own.is_empty() => {}
                    Some((last, same)) if *same == own_rows && last.end == own.start => {
                        last.end = own.end
                    }
                    _ => rectangles.push((own, own_rows.clone())),
                }
            }
        }
        rectangles
    }
}

/// Blocks that pixels and a margin around them touch, among those of an image of so many pixels.
fn touched(pixels: &Range<i64>, buffer_px: i64, block_px: i64, image_px: i64) -> Range<i64> {
    let start = pixels.start.saturating_sub(buffer_px).clamp(0, image_px);
    let end = pixels.end.saturating_add(buffer_px).clamp(0, image_px);
    if start < end { start / block_px..(end - 1) / block_px + 1 } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(
        needed: &[(i64, i64)],
        columns: Range<i64>,
        rows: Range<i64>,
        expected: &[(Range<i64>, Range<i64>)],
    ) {
        let blocks =
            NeededBlocks { size: (10, 10), needed: needed.iter().copied().collect(), skipped: 0 };
        assert_eq!(blocks.rectangles(&columns, rows), expected);
    }

    #[test]
    fn neighbours_are_read_together_and_gaps_are_not() {
        check(&[(0, 0), (0, 1), (0, 3)], 0..40, 0..10, &[(0..20, 0..10), (30..40, 0..10)]);
        check(&[(0, 1), (1, 1)], 0..40, 0..20, &[(10..20, 0..10), (10..20, 10..20)]);
        check(&[(0, 0), (5, 0)], 0..40, 10..20, &[]);
    }

    #[test]
    fn rectangles_are_cut_to_what_is_asked_for() {
        check(&[(0, 0), (0, 1)], 5..13, 0..7, &[(5..13, 0..7)]);
        check(&[(0, 0)], 10..20, 0..10, &[]);
    }

    #[test]
    fn no_block_lies_beyond_the_image() {
        assert_eq!(touched(&(-5..25), 3, 10, 20), 0..2);
        assert_eq!(touched(&(i64::MIN..i64::MAX), i64::MAX, 10, 25), 0..3);
        assert_eq!(touched(&(12..13), 0, 10, 20), 1..2);
        assert!(
            touched(&(30..40), 3, 10, 20).is_empty() && touched(&(-9..-5), 3, 10, 20).is_empty()
        );
    }
}
