//! The fire zone: which cells of a grid a mask of fire-prone ground touches.

use crate::resample::lattice::{CellWindow, Lattice};

/// A rectangle of a zone mask: pixels row by row from the north, each in the zone or not.
#[derive(Clone, Debug, Default)]
pub struct ZoneWindow {
    /// Column of the first pixel in the mask's image.
    pub column: i64,
    /// Row of the first pixel in the mask's image.
    pub row: i64,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Whether each pixel is fire-prone.
    pub in_zone: Vec<bool>,
}

/// Whether any part of each cell of a window lies in the zone, row by row.
///
/// What lies beyond the mask's edge counts as outside.
pub fn cells_in_zone(lattice: &Lattice, zone: &ZoneWindow, window: &CellWindow) -> Vec<bool> {
    let mut cells = Vec::with_capacity(window.columns.len() * window.rows.len());
    for row in window.rows.clone() {
        lattice.visit_row(row, window.columns.clone(), |_, footprint| {
            cells.push(footprint.is_some_and(|footprint| {
                let columns = pixels(footprint.column, footprint.width, zone.column, zone.width);
                let rows = pixels(footprint.row, footprint.height, zone.row, zone.height);
                rows.clone().any(|row| {
                    zone.in_zone[row * zone.width..][columns.clone()].iter().any(|pixel| *pixel)
                })
            }));
        });
    }
    cells
}

/// Fractions of a pixel below this do not make a cell touch it.
const TOUCH_TOLERANCE_PX: f64 = 1e-6;

/// Pixels of a window that an extent touches.
fn pixels(centre: f64, size: f64, origin: i64, count: usize) -> std::ops::Range<usize> {
    let start = ((centre - size * 0.5 + TOUCH_TOLERANCE_PX).floor() as i64).saturating_sub(origin);
    let end = ((centre + size * 0.5 - TOUCH_TOLERANCE_PX).floor() as i64)
        .saturating_add(1)
        .saturating_sub(origin);
    let within = |pixel: i64| pixel.clamp(0, count as i64) as usize;
    within(start)..within(end).max(within(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::grid::Grid;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Cells of a 4 × 4 window over a mask of `pixels_per_cell`, whose north-west corner is the
    /// grid's.
    fn check(pixels_per_cell: f64, mask: &[&str], expected: [&str; 4]) {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let window = CellWindow { columns: 0..4, rows: 0..4 };
        let (x0, y0) = grid.metres_from_grid(0.0, 0.0);
        let size = grid.cell_size_m() / pixels_per_cell;
        let positions = Lattice::control_points_m(&grid, &window)
            .into_iter()
            .map(|(x, y)| ((x - x0) / size, (y0 - y) / size))
            .collect();
        let zone = ZoneWindow {
            column: 0,
            row: 0,
            width: mask[0].len(),
            height: mask.len(),
            in_zone: mask.concat().bytes().map(|letter| letter == b'x').collect(),
        };
        let cells = cells_in_zone(&Lattice::new(&window, positions), &zone, &window);
        let seen: Vec<String> = cells
            .chunks(4)
            .map(|row| row.iter().map(|cell| if *cell { 'x' } else { '.' }).collect())
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_cell_belongs_when_any_part_of_it_does() {
        check(
            2.0,
            &["........", ".x......", "........", "......xx"],
            ["x...", "...x", "....", "...."],
        );
        check(0.5, &["x.", ".x"], ["xx..", "xx..", "..xx", "..xx"]);
        check(1.5, &["......", ".x....", "......"], ["xx..", "xx..", "....", "...."]);
    }

    #[test]
    fn beyond_the_masks_edge_is_outside() {
        check(1.0, &["xx", "xx"], ["xx..", "xx..", "....", "...."]);
    }
}
