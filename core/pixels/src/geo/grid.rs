//! The grid of a region: cells of Web Mercator, aligned to tiles, so that a tile is an exact cut of
//! it.
//!
//! Columns run east from the western edge, rows south from the northern edge.

use std::ops::Range;

use crate::geo::mercator::{
    TILE_SIZE_PX, cell_area_ha, cell_from_lonlat, cell_size_m, lonlat_from_cell, metres_from_cell,
};
use crate::geo::tile::{Tile, TileRange};

/// The cells over a region's box at one zoom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    tiles: TileRange,
    inside_columns: Range<u32>,
    inside_rows: Range<u32>,
}

/// Fractions of a cell below this do not decide whether a centre lies inside the box.
const CENTRE_TOLERANCE_CELLS: f64 = 1e-6;

impl Grid {
    /// The grid of the tiles that a box [west, south, east, north] touches.
    ///
    /// Cells whose centre lies outside the box are on the grid, but not [`Grid::is_inside`].
    ///
    /// ```
    /// use dragonfly_pixels::Grid;
    ///
    /// let grid = Grid::covering([-120.07, 35.01, -119.67, 35.24], 9);
    /// assert_eq!((grid.width(), grid.height()), (256, 256)); // One tile.
    /// let columns = grid.inside_columns();
    /// assert!(grid.is_inside(columns.start, grid.inside_rows().start));
    /// assert!(!grid.is_inside(columns.end, grid.inside_rows().start));
    /// ```
    pub fn covering(bbox: [f64; 4], zoom: u8) -> Self {
        let tiles = TileRange::covering(bbox, zoom);
        let [west, south, east, north] = bbox;
        let (left, top) = cell_from_lonlat(zoom, west, north);
        let (right, bottom) = cell_from_lonlat(zoom, east, south);
        // A centre lies half a cell from the corner that numbers its cell.
        let within = |from: f64, to: f64, origin: u32, count: u32| {
            let first = |edge: f64| {
                (edge - f64::from(origin) - 0.5 - CENTRE_TOLERANCE_CELLS).ceil().max(0.0) as u32
            };
            first(from).min(count)..first(to).min(count)
        };
        Self {
            inside_columns: within(
                left,
                right,
                tiles.x_start * TILE_SIZE_PX,
                tiles.width() * TILE_SIZE_PX,
            ),
            inside_rows: within(
                top,
                bottom,
                tiles.y_start * TILE_SIZE_PX,
                tiles.height() * TILE_SIZE_PX,
            ),
            tiles,
        }
    }

    /// The tiles of which the grid is made.
    pub fn tiles(&self) -> TileRange {
        self.tiles
    }

    /// Zoom of the cells.
    pub fn zoom(&self) -> u8 {
        self.tiles.z
    }

    /// Number of columns.
    pub fn width(&self) -> u32 {
        self.tiles.width() * TILE_SIZE_PX
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.tiles.height() * TILE_SIZE_PX
    }

    /// Columns whose centres lie inside the box.
    pub fn inside_columns(&self) -> Range<u32> {
        self.inside_columns.clone()
    }

    /// Rows whose centres lie inside the box.
    pub fn inside_rows(&self) -> Range<u32> {
        self.inside_rows.clone()
    }

    /// Whether the centre of a cell lies inside the box.
    pub fn is_inside(&self, column: u32, row: u32) -> bool {
        self.inside_columns.contains(&column) && self.inside_rows.contains(&row)
    }

    /// Side of a cell in projected metres.
    pub fn cell_size_m(&self) -> f64 {
        cell_size_m(self.zoom())
    }

    /// Projected metres of grid coordinates; whole numbers are corners of cells.
    pub fn metres_from_grid(&self, column: f64, row: f64) -> (f64, f64) {
        let (column, row) = self.world(column, row);
        metres_from_cell(self.zoom(), column, row)
    }

    /// Longitude and latitude of grid coordinates; whole numbers are corners of cells.
    pub fn lonlat_from_grid(&self, column: f64, row: f64) -> (f64, f64) {
        let (column, row) = self.world(column, row);
        lonlat_from_cell(self.zoom(), column, row)
    }

    /// Grid coordinates of a longitude and latitude; whole numbers are corners of cells.
    pub fn grid_from_lonlat(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (column, row) = cell_from_lonlat(self.zoom(), lon, lat);
        let (left, top) = (self.tiles.x_start * TILE_SIZE_PX, self.tiles.y_start * TILE_SIZE_PX);
        (column - f64::from(left), row - f64::from(top))
    }

    /// True area of every cell of a row, hectares.
    pub fn cell_area_ha(&self, row: u32) -> f64 {
        let (_, lat) = self.lonlat_from_grid(0.5, f64::from(row) + 0.5);
        cell_area_ha(self.zoom(), lat)
    }

    /// First column and row of a tile of the grid; `None` for another tile.
    pub fn corner_of(&self, tile: Tile) -> Option<(u32, u32)> {
        self.tiles.contains(tile).then(|| {
            (
                (tile.x - self.tiles.x_start) * TILE_SIZE_PX,
                (tile.y - self.tiles.y_start) * TILE_SIZE_PX,
            )
        })
    }

    fn world(&self, column: f64, row: f64) -> (f64, f64) {
        let origin = |tile: u32| f64::from(tile) * f64::from(TILE_SIZE_PX);
        (column + origin(self.tiles.x_start), row + origin(self.tiles.y_start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const MADRE: [f64; 4] = [-120.07, 35.01, -119.67, 35.24];

    #[test]
    fn a_cell_is_inside_when_its_centre_is() {
        let grid = Grid::covering(MADRE, 13);
        for (column, row) in [(0, 0), (300, 200), (grid.width() - 1, grid.height() - 1)] {
            let (lon, lat) = grid.lonlat_from_grid(f64::from(column) + 0.5, f64::from(row) + 0.5);
            let inside = (MADRE[0]..MADRE[2]).contains(&lon) && (MADRE[1]..MADRE[3]).contains(&lat);
            assert_eq!(grid.is_inside(column, row), inside, "{column}, {row}");
        }
        let (first, end) = (grid.inside_columns().start, grid.inside_columns().end);
        assert!(grid.lonlat_from_grid(f64::from(first) + 0.5, 0.5).0 >= MADRE[0]);
        assert!(grid.lonlat_from_grid(f64::from(first) - 0.5, 0.5).0 < MADRE[0]);
        assert!(grid.lonlat_from_grid(f64::from(end) - 0.5, 0.5).0 < MADRE[2]);
        assert!(grid.lonlat_from_grid(f64::from(end) + 0.5, 0.5).0 >= MADRE[2]);
    }

    #[test]
    fn a_box_cut_along_a_line_of_centres_counts_each_cell_once() {
        let whole = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let (lon, _) = whole.lonlat_from_grid(120.5, 0.5);
        let west = Grid::covering([10.0, 40.0, lon, 41.0], 9);
        let east = Grid::covering([lon, 40.0, 11.0, 41.0], 9);
        assert_eq!(
            west.inside_columns().len() + east.inside_columns().len(),
            whole.inside_columns().len()
        );
    }

    #[test]
    fn the_grid_starts_at_the_corner_of_its_first_tile() {
        let grid = Grid::covering(MADRE, 13);
        let first = grid.tiles().tiles().next().unwrap();
        let [west, _, _, north] = first.bounds();
        let (lon, lat) = grid.lonlat_from_grid(0.0, 0.0);
        assert!((lon - west).abs() < 1e-9 && (lat - north).abs() < 1e-9);
        assert_eq!(grid.corner_of(first), Some((0, 0)));
        assert_eq!(grid.corner_of(Tile { z: 12, ..first }), None);
    }
}
