//! Which cells of a grid are to be computed.

use std::ops::Range;

use dragonfly_core::{Area, CellWindow, Grid};

/// The cells of an area.
#[derive(Clone, Debug)]
pub struct WantedCells {
    grid: Grid,
    area: Area,
    /// Whether a square of cells holds any, row by row; none where the area is all of the grid's box.
    squares: Vec<bool>,
}

/// Cells along a square. Blocks are planned by squares of this size, or parts of them.
const SQUARE_CELLS: u32 = 16;

impl WantedCells {
    /// The cells of an area at a zoom.
    pub fn of(area: Area, zoom: u8) -> Self {
        let grid = Grid::covering(area.bbox(), zoom);
        if area.is_box() {
            return Self { grid, area, squares: Vec::new() };
        }
        let across = (grid.width() / SQUARE_CELLS) as usize;
        let mut squares = vec![false; across * (grid.height() / SQUARE_CELLS) as usize];
        for row in grid.inside_rows() {
            let own = &mut squares[(row / SQUARE_CELLS) as usize * across..][..across];
            for (square, cells) in own.iter_mut().zip(area.cells_of_row(&grid, row).chunks(SQUARE_CELLS as usize)) {
                *square |= cells.contains(&true);
            }
        }
        Self { grid, area, squares }
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The area's box: west, south, east, north in degrees.
    pub fn bbox(&self) -> [f64; 4] {
        self.area.bbox()
    }

    /// For every column of a row, whether the cell is wanted.
    pub fn row(&self, row: u32) -> Vec<bool> {
        let mut cells = vec![false; self.grid.width() as usize];
        if !self.grid.inside_rows().contains(&row) {
            return cells;
        }
        let columns = self.grid.inside_columns();
        let inside = columns.start as usize..columns.end as usize;
        match self.squares.is_empty() {
            true => cells[inside].fill(true),
            false => cells[inside.clone()].copy_from_slice(&self.area.cells_of_row(&self.grid, row)[inside]),
        }
        cells
    }

    /// Whether any cell of a window may be wanted.
    pub fn any(&self, window: &CellWindow) -> bool {
        if self.squares.is_empty() {
            return true;
        }
        let across = self.grid.width() / SQUARE_CELLS;
        let squares = |cells: &Range<u32>| cells.start / SQUARE_CELLS..cells.end.div_ceil(SQUARE_CELLS);
        let mut places =
            squares(&window.rows).flat_map(|row| squares(&window.columns).map(move |column| row * across + column));
        places.any(|place| self.squares.get(place as usize).copied().unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn wanted(ring: &str) -> WantedCells {
        let area = Area::from_geojson(&format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#)).unwrap();
        WantedCells::of(area, 10)
    }

    fn count(wanted: &WantedCells) -> usize {
        (0..wanted.grid().height()).map(|row| wanted.row(row).iter().filter(|cell| **cell).count()).sum()
    }

    #[test]
    fn a_box_wants_all_cells_inside_and_a_triangle_half_of_them() {
        let all = wanted("[10,40],[11,40],[11,41],[10,41],[10,40]");
        let grid = all.grid().clone();
        assert_eq!(count(&all), grid.inside_columns().len() * grid.inside_rows().len());
        let half = count(&wanted("[10,40],[11,40],[10,41],[10,40]")) as f64 / count(&all) as f64;
        assert!((half - 0.5).abs() < 0.01, "{half}");
    }

    #[test]
    fn no_window_with_a_wanted_cell_is_left_out() {
        let triangle = wanted("[10,40],[11,40],[10,41],[10,40]");
        let (mut left_out, grid) = (0, triangle.grid().clone());
        for row in (0..grid.height()).step_by(16) {
            for column in (0..grid.width()).step_by(16) {
                let window = CellWindow { columns: column..column + 16, rows: row..row + 16 };
                let holds = window
                    .rows
                    .clone()
                    .any(|row| triangle.row(row)[column as usize..column as usize + 16].contains(&true));
                assert_eq!(triangle.any(&window), holds);
                left_out += usize::from(!holds);
            }
        }
        assert!(left_out > 100);
    }
}
