//! Which cells of a grid are to be computed.

use std::ops::Range;

use dragonfly_core::{Area, CellWindow, Grid, ImageFrame, Placement, PlacementError};

use crate::compute::projection::CrsProjection;

/// Cells that are to be computed, on whatever grid.
pub trait TargetCells {
    /// Columns of the grid.
    fn width(&self) -> u32;

    /// Rows of the grid.
    fn height(&self) -> u32;

    /// Places the grid's cells in a scene; `None` when the scene covers none.
    ///
    /// # Errors
    /// When the scene lies nowhere that can be projected.
    fn place(
        &self,
        frame: &ImageFrame,
        scene: &CrsProjection,
    ) -> Result<Option<Placement>, PlacementError>;

    /// For every column of a row, whether the cell is a target.
    fn row(&self, row: u32) -> Vec<bool>;

    /// For every column of a row, whether the cell is part of the result; `None` where all targets
    /// are. The others are computed for the dNBR offset alone.
    fn counted(&self, _row: u32) -> Option<Vec<bool>> {
        None
    }

    /// Whether any cell of a window may be a target.
    fn any(&self, window: &CellWindow) -> bool;
}

/// The cells of an area on the map's grid.
#[derive(Clone, Debug)]
pub struct GridTarget {
    grid: Grid,
    area: Area,
    /// None where the area is all of the grid's box.
    squares: Option<Squares>,
    /// The fire's perimeter, inside which cells are part of the result; `None` for all of the area.
    outline: Option<Area>,
}

/// Squares of a grid that hold a target cell, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Squares {
    across: u32,
    any: Vec<bool>,
}

/// Cells along a square. Blocks are planned by squares of this size, or parts of them.
const SQUARE_CELLS: u32 = 16;

impl Squares {
    /// The squares of a grid `width` cells wide. `row` states for every column of a row whether the
    /// cell is a target; outside `rows` none is.
    pub(crate) fn of(width: u32, rows: Range<u32>, row: impl Fn(u32) -> Vec<bool>) -> Self {
        let across = width.div_ceil(SQUARE_CELLS);
        let mut any = vec![false; (across * rows.end.div_ceil(SQUARE_CELLS)) as usize];
        for at in rows {
            let own = &mut any[((at / SQUARE_CELLS) * across) as usize..][..across as usize];
            for (square, cells) in own.iter_mut().zip(row(at).chunks(SQUARE_CELLS as usize)) {
                *square |= cells.contains(&true);
            }
        }
        Self { across, any }
    }

    /// Whether a window touches such a square.
    pub(crate) fn any(&self, window: &CellWindow) -> bool {
        let squares =
            |cells: &Range<u32>| cells.start / SQUARE_CELLS..cells.end.div_ceil(SQUARE_CELLS);
        let columns = squares(&window.columns);
        let mut places =
            squares(&window.rows).flat_map(|row| columns.clone().map(move |column| (row, column)));
        places.any(|(row, column)| {
            column < self.across
                && self.any.get((row * self.across + column) as usize).copied().unwrap_or(false)
        })
    }
}

impl GridTarget {
    /// The cells of an area at a zoom.
    pub fn of(area: Area, zoom: u8) -> Self {
        let grid = Grid::covering(area.bbox(), zoom);
        let squares = (!area.is_box()).then(|| {
            Squares::of(grid.width(), grid.inside_rows(), |row| area.cells_of_row(&grid, row))
        });
        Self { grid, area, squares, outline: None }
    }

    /// The same, where only cells inside a fire's perimeter are part of the result: the ground
    /// around it is computed for the dNBR offset.
    pub fn within(mut self, outline: Option<Area>) -> Self {
        self.outline = outline;
        self
    }

    /// The grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The area's box: west, south, east, north in degrees.
    pub fn bbox(&self) -> [f64; 4] {
        self.area.bbox()
    }
}

impl TargetCells for GridTarget {
    fn width(&self) -> u32 {
        self.grid.width()
    }

    fn height(&self) -> u32 {
        self.grid.height()
    }

    fn place(
        &self,
        frame: &ImageFrame,
        scene: &CrsProjection,
    ) -> Result<Option<Placement>, PlacementError> {
        Placement::of(frame, &self.grid, scene)
    }

    fn row(&self, row: u32) -> Vec<bool> {
        let mut cells = vec![false; self.grid.width() as usize];
        if !self.grid.inside_rows().contains(&row) {
            return cells;
        }
        let columns = self.grid.inside_columns();
        let inside = columns.start as usize..columns.end as usize;
        match self.squares {
            None => cells[inside].fill(true),
            Some(_) => cells[inside.clone()]
                .copy_from_slice(&self.area.cells_of_row(&self.grid, row)[inside]),
        }
        cells
    }

    fn counted(&self, row: u32) -> Option<Vec<bool>> {
        self.outline.as_ref().map(|outline| outline.cells_of_row(&self.grid, row))
    }

    fn any(&self, window: &CellWindow) -> bool {
        self.squares.as_ref().is_none_or(|squares| squares.any(window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn target(ring: &str) -> GridTarget {
        let area = Area::from_geojson(&format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#))
            .unwrap();
        GridTarget::of(area, 10)
    }

    fn count(target: &GridTarget) -> usize {
        (0..target.grid().height())
            .map(|row| target.row(row).iter().filter(|cell| **cell).count())
            .sum()
    }

    #[test]
    fn a_box_wants_all_cells_inside_and_a_triangle_half_of_them() {
        let all = target("[10,40],[11,40],[11,41],[10,41],[10,40]");
        let grid = all.grid().clone();
        assert_eq!(count(&all), grid.inside_columns().len() * grid.inside_rows().len());
        let half = count(&target("[10,40],[11,40],[10,41],[10,40]")) as f64 / count(&all) as f64;
        assert!((half - 0.5).abs() < 0.01, "{half}");
    }

    #[test]
    fn the_map_ends_before_the_poles() {
        let over = |south: f64, north: f64| {
            count(&target(&format!("[10,{south}],[11,{south}],[11,{north}],[10,{north}]")))
        };
        let within = over(84.0, 85.0);
        assert!(within > 0 && over(84.0, 89.0) > within && over(84.0, 89.0) < 2 * within);
        assert_eq!((over(86.0, 89.0), over(-90.0, -86.0)), (0, 0));
    }

    #[test]
    fn no_window_with_a_wanted_cell_is_left_out() {
        let triangle = target("[10,40],[11,40],[10,41],[10,40]");
        let (mut left_out, grid) = (0, triangle.grid().clone());
        for row in (0..grid.height()).step_by(16) {
            for column in (0..grid.width()).step_by(16) {
                let window = CellWindow { columns: column..column + 16, rows: row..row + 16 };
                let holds = window.rows.clone().any(|row| {
                    triangle.row(row)[column as usize..column as usize + 16].contains(&true)
                });
                assert_eq!(triangle.any(&window), holds);
                left_out += usize::from(!holds);
            }
        }
        assert!(left_out > 100);
    }
}
