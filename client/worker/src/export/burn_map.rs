//! A computed map: a value or a hole in every cell of a grid.

use std::ops::Range;

use dragonfly_core::{Empty, Grid, MapCell};

use crate::compute::raster::Raster;

/// The cells of a grid with their values and why some have none.
#[derive(Clone, Copy, Debug)]
pub struct BurnMap<'a> {
    grid: &'a Grid,
    values: &'a [f32],
    states: &'a [u8],
}

/// Values or states that do not fill the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the grid has {cells} cells, but there are {values} values and {states} states")]
pub struct MapSizeError {
    cells: usize,
    values: usize,
    states: usize,
}

impl<'a> BurnMap<'a> {
    /// A map over all cells of a grid, row by row from the north, those outside its box included.
    ///
    /// A value counts where the state [has one](dragonfly_core::has_value); elsewhere it states why
    /// there is none.
    ///
    /// # Errors
    /// When there is not one value and one state per cell.
    pub fn new(grid: &'a Grid, values: &'a [f32], states: &'a [u8]) -> Result<Self, MapSizeError> {
        let cells = grid.width() as usize * grid.height() as usize;
        if (values.len(), states.len()) != (cells, cells) {
            return Err(MapSizeError { cells, values: values.len(), states: states.len() });
        }
        Ok(Self { grid, values, states })
    }

    /// The grid.
    pub fn grid(&self) -> &'a Grid {
        self.grid
    }

    /// Rows of the grid inside its box.
    pub fn rows(&self) -> Range<u32> {
        self.grid.inside_rows()
    }

    /// Columns of the grid inside its box.
    pub fn columns(&self) -> Range<u32> {
        self.grid.inside_columns()
    }

    /// A value, or why there is none.
    pub fn cell(&self, column: u32, row: u32) -> MapCell {
        let at = row as usize * self.grid.width() as usize + column as usize;
        let (Some(state), Some(value)) = (self.states.get(at), self.values.get(at)) else {
            return MapCell::Empty(Empty::OutsideBox);
        };
        match MapCell::new(*value, *state) {
            cell if cell.value().is_ok_and(f32::is_nan) => MapCell::Empty(Empty::NoData),
            cell => cell,
        }
    }

    /// The cells of a row inside the box, from west to east.
    pub fn row(&self, row: u32) -> impl Iterator<Item = MapCell> {
        self.columns().map(move |column| self.cell(column, row))
    }

    /// The values inside the box, as a raster in Web Mercator (EPSG:3857).
    pub fn raster(&self) -> Raster {
        let (columns, rows) = (self.columns(), self.rows());
        Raster {
            epsg: 3857,
            corner_m: self.grid.metres_from_grid(f64::from(columns.start), f64::from(rows.start)),
            cell_m: self.grid.cell_size_m(),
            width: columns.len(),
            values: rows
                .flat_map(|row| self.row(row))
                .map(|cell| cell.value().unwrap_or(f32::NAN))
                .collect(),
        }
    }
}

impl Raster {
    /// Rows.
    pub fn height(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::VALID;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_raster_holds_the_box_and_nothing_around_it() {
        let grid = Grid::covering([10.0, 40.0, 10.2, 40.1], 9);
        let cells = (grid.width() * grid.height()) as usize;
        let values: Vec<f32> = (0..cells).map(|cell| cell as f32).collect();
        let (first_column, first_row) = (grid.inside_columns().start, grid.inside_rows().start);
        let at = |column: u32, row: u32| (row * grid.width() + column) as usize;
        let mut states = vec![VALID; cells];
        states[at(first_column + 1, first_row)] = Empty::Cloud.code();
        let map = BurnMap::new(&grid, &values, &states).unwrap();
        let raster = map.raster();
        assert_eq!(
            (raster.width, raster.height()),
            (grid.inside_columns().len(), grid.inside_rows().len())
        );
        assert_eq!(raster.values[0], values[at(first_column, first_row)]);
        assert!(raster.values[1].is_nan());
        assert_eq!(map.cell(first_column + 1, first_row), MapCell::Empty(Empty::Cloud));
        let last = at(grid.inside_columns().end - 1, grid.inside_rows().end - 1);
        assert_eq!(raster.values.last(), Some(&values[last]));
    }

    #[test]
    fn a_map_must_fill_its_grid() {
        let grid = Grid::covering([10.0, 40.0, 10.2, 40.1], 9);
        assert!(BurnMap::new(&grid, &[], &[]).is_err());
    }
}
