//! Where the cells of a grid lie in a source image.
//!
//! Projecting every cell would be slow, and would let the last bits of a projection library decide
//! pixels. So only control points are projected, at corners of cells fixed by the tile grid, and
//! the positions between are interpolated.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::geo::grid::Grid;

/// Cells between two control points. A tile is a multiple of it.
///
/// At zoom 9 the interpolation is off by less than a hundredth of a 160 m pixel.
pub(crate) const STEP: u32 = 16;

/// A rectangle of a grid's cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellWindow {
    /// Columns.
    pub columns: Range<u32>,
    /// Rows.
    pub rows: Range<u32>,
}

/// A cell's outline in a source image, in pixels of the level at hand: column and row of the
/// centre, and the sides of the box that has the outline's area and spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellFootprint {
    /// Column of the centre; whole numbers are edges of pixels.
    pub column: f64,
    /// Row of the centre.
    pub row: f64,
    /// Width of the box.
    pub width: f64,
    /// Height of the box.
    pub height: f64,
}

/// Where the centres of a row's cells between two control points lie: evenly on a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CentreLine {
    /// Column and row at the western edge of the first cell.
    west: (f64, f64),
    /// Column and row at the eastern edge of the last cell.
    east: (f64, f64),
}

/// Source positions over a window of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Lattice {
    first_column: u32,
    first_row: u32,
    points_across: usize,
    positions: Vec<(f64, f64)>,
}

impl Lattice {
    /// Projected metres (EPSG:3857) of the control points around a window, row by row.
    pub fn control_points_m(grid: &Grid, window: &CellWindow) -> Vec<(f64, f64)> {
        let metres = |(column, row)| grid.metres_from_grid(f64::from(column), f64::from(row));
        Self::control_corners(window).map(metres).collect()
    }

    /// Columns and rows of the corners of cells at which the control points around a window lie,
    /// row by row.
    pub fn control_corners(window: &CellWindow) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (columns, rows) = (stops(&window.columns), stops(&window.rows));
        rows.flat_map(move |row| columns.clone().map(move |column| (column * STEP, row * STEP)))
    }

    /// A lattice from the control points' positions in the image, in pixels of full resolution.
    ///
    /// `positions` correspond to [`Lattice::control_points_m`] of the same window; not finite where
    /// the projection has no answer.
    pub fn new(window: &CellWindow, positions: Vec<(f64, f64)>) -> Self {
        let (columns, rows) = (stops(&window.columns), stops(&window.rows));
        debug_assert_eq!(positions.len(), columns.len() * rows.len());
        Self {
            first_column: columns.start * STEP,
            first_row: rows.start * STEP,
            points_across: columns.len(),
            positions,
        }
    }

    /// The control points' positions, as they were given.
    pub fn positions(&self) -> &[(f64, f64)] {
        &self.positions
    }

    /// The same lattice in pixels of another level, whose pixels are `factors` (across, down) times
    /// larger.
    pub fn at_level(&self, factors: (f64, f64)) -> Self {
        let positions = self
            .positions
            .iter()
            .map(|(column, row)| (column / factors.0, row / factors.1))
            .collect();
        Self { positions, ..*self }
    }

    /// The pixels that a window's cells may touch, columns and rows; `None` when none is known.
    ///
    /// Not clipped to the image, whose size is not part of the lattice.
    pub fn pixels_touched(&self, window: &CellWindow) -> Option<(Range<i64>, Range<i64>)> {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for row in stops(&window.rows) {
            for column in stops(&window.columns) {
                let (x, y) = self.point(column * STEP, row * STEP)?;
                if x.is_finite() && y.is_finite() {
                    bounds =
                        [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
                }
            }
        }
        let [left, top, right, bottom] = bounds;
        (left <= right).then(|| {
            let extent =
                |from: f64, to: f64| first_pixel(from)..(to.ceil() as i64).saturating_add(1);
            (extent(left, right), extent(top, bottom))
        })
    }

    /// For every step of a window's rows of control points, the first row of pixels that cells
    /// from there southwards may touch, at least. Where rows of pixels run northwards, that is the
    /// first row of all.
    ///
    /// Not clipped to the image. [`i64::MAX`] where no cell further south has a known place.
    pub(crate) fn first_rows(&self, window: &CellWindow) -> Vec<i64> {
        let steps: Vec<u32> = stops(&window.rows).collect();
        let top_of_step = |step: &u32| {
            let points = stops(&window.columns).filter_map(|column| {
                self.point(column * STEP, step * STEP)
                    .filter(|(x, y)| x.is_finite() && y.is_finite())
            });
            points.map(|(_, y)| y).fold(f64::INFINITY, f64::min)
        };
        let mut first_rows: Vec<i64> = steps
            .iter()
            .rev()
            .scan(f64::INFINITY, |top, step| {
                *top = top.min(top_of_step(step));
                Some(if *top < f64::INFINITY { first_pixel(*top) } else { i64::MAX })
            })
            .collect();
        first_rows.reverse();
        first_rows
    }

    /// Calls `visit` with each cell of a row in the given columns; `None` where the projection has
    /// no answer.
    pub fn visit_row(
        &self,
        row: u32,
        columns: Range<u32>,
        mut visit: impl FnMut(u32, Option<CellFootprint>),
    ) {
        for cells in squares(columns) {
            let square = self.square(cells.start, row);
            for column in cells {
                visit(column, square.map(|square| square.footprint(column, row)));
            }
        }
    }

    /// Calls `visit` with the cells of a window between every four control points; not where the
    /// projection has no answer.
    pub(crate) fn visit_squares(&self, window: &CellWindow, mut visit: impl FnMut(&SquareOfCells)) {
        for rows in squares(window.rows.clone()) {
            for columns in squares(window.columns.clone()) {
                let square = self.square(columns.start, rows.start);
                if let Some(square) = square {
                    visit(&SquareOfCells { square, columns, rows: rows.clone() });
                }
            }
        }
    }

    /// Calls `visit` with the cells of a row between every two control points, by their places from
    /// the first of them; `None` where the projection has no answer.
    pub(crate) fn visit_lines(
        &self,
        row: u32,
        columns: Range<u32>,
        mut visit: impl FnMut(Range<usize>, Option<CentreLine>),
    ) {
        let mut west = self.centre_of_edge(columns.start / STEP * STEP, row);
        for cells in squares(columns) {
            let first = cells.start / STEP * STEP;
            let east = self.centre_of_edge(first + STEP, row);
            let places = (cells.start - first) as usize..(cells.end - first) as usize;
            visit(places, west.zip(east).map(|(west, east)| CentreLine { west, east }));
            west = east;
        }
    }

    /// Where the centres of a row's cells meet a line of control points; `None` where the
    /// projection has no answer.
    #[inline]
    fn centre_of_edge(&self, column: u32, row: u32) -> Option<(f64, f64)> {
        let north_row = row / STEP * STEP;
        let (north, south) =
            (self.point(column, north_row)?, self.point(column, north_row + STEP)?);
        let down = (f64::from(row - north_row) + 0.5) / f64::from(STEP);
        let centre = (mix(north.0, south.0, down), mix(north.1, south.1, down));
        (centre.0.is_finite() && centre.1.is_finite()).then_some(centre)
    }

    fn point(&self, column: u32, row: u32) -> Option<(f64, f64)> {
        let across = (column.checked_sub(self.first_column)? / STEP) as usize;
        let down = (row.checked_sub(self.first_row)? / STEP) as usize;
        if across >= self.points_across {
            return None;
        }
        self.positions.get(down * self.points_across + across).copied()
    }

    /// The four control points around a cell.
    fn square(&self, column: u32, row: u32) -> Option<Square> {
        let (west, north) = (column / STEP * STEP, row / STEP * STEP);
        let corners = [
            self.point(west, north)?,
            self.point(west + STEP, north)?,
            self.point(west, north + STEP)?,
            self.point(west + STEP, north + STEP)?,
        ];
        let finite = corners.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        finite.then_some(Square { west, north, corners })
    }
}

impl CentreLine {
    /// Column and row of the centre of the cell at a place.
    #[inline]
    pub(crate) fn centre(&self, place: usize) -> (f64, f64) {
        let along = (place as f64 + 0.5) / f64::from(STEP);
        (mix(self.west.0, self.east.0, along), mix(self.west.1, self.east.1, along))
    }
}

/// The first pixel that an outline from a position on may touch: one more, as rounded positions and
/// boxes reach a little beyond the outline.
fn first_pixel(from: f64) -> i64 {
    (from.floor() as i64).saturating_sub(1)
}

#[inline]
fn mix(a: f64, b: f64, share: f64) -> f64 {
    a + (b - a) * share
}

/// Columns parted where control points lie.
fn squares(columns: Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let parts = columns.start / STEP..columns.end.div_ceil(STEP);
    parts.map(move |part| (part * STEP).max(columns.start)..((part + 1) * STEP).min(columns.end))
}

/// Control points around a range of cells, counted in steps.
fn stops(cells: &Range<u32>) -> Range<u32> {
    cells.start / STEP..cells.end.div_ceil(STEP) + 1
}

/// A square of the lattice, its corners north-west, north-east, south-west, south-east.
#[derive(Clone, Copy)]
struct Square {
    west: u32,
    north: u32,
    corners: [(f64, f64); 4],
}

impl Square {
    /// The centres of a row of cells.
    fn line(&self, row: u32) -> CentreLine {
        let down = (f64::from(row - self.north) + 0.5) / f64::from(STEP);
        let [nw, ne, sw, se] = self.corners;
        let between = |north: (f64, f64), south: (f64, f64)| {
            (mix(north.0, south.0, down), mix(north.1, south.1, down))
        };
        CentreLine { west: between(nw, sw), east: between(ne, se) }
    }

    fn footprint(&self, column: u32, row: u32) -> CellFootprint {
        self.footprint_on(&self.line(row), (column - self.west) as usize)
    }

    /// The footprint of the cell at a place of a line of centres.
    #[inline]
    fn footprint_on(&self, line: &CentreLine, place: usize) -> CellFootprint {
        let step = f64::from(STEP);
        let centre = line.centre(place);
        let along = (place as f64 + 0.5) / step;
        let [nw, ne, sw, se] = self.corners;
        let between = |west: (f64, f64), east: (f64, f64)| {
            (mix(west.0, east.0, along), mix(west.1, east.1, along))
        };
        let (north, south) = (between(nw, ne), between(sw, se));
        // The step from one cell to the next, eastward and southward.
        let east_step = ((line.east.0 - line.west.0) / step, (line.east.1 - line.west.1) / step);
        let south_step = ((south.0 - north.0) / step, (south.1 - north.1) / step);
        // A box of these sides has the outline's spread along each axis, however it is turned.
        let side = |a: f64, b: f64| (a * a + b * b).sqrt();
        CellFootprint {
            column: centre.0,
            row: centre.1,
            width: side(east_step.0, south_step.0),
            height: side(east_step.1, south_step.1),
        }
    }
}

/// Cells between four control points.
pub(crate) struct SquareOfCells {
    square: Square,
    columns: Range<u32>,
    rows: Range<u32>,
}

impl SquareOfCells {
    /// The rows of its cells.
    pub(crate) fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// The column of its first cells.
    pub(crate) fn first_column(&self) -> u32 {
        self.columns.start
    }

    /// The places of its cells in a row, from the western control points on.
    pub(crate) fn places(&self) -> Range<usize> {
        let place = |column: u32| (column - self.square.west) as usize;
        place(self.columns.start)..place(self.columns.end)
    }

    /// The footprints of a row, at all places.
    #[inline]
    pub(crate) fn footprints(&self, row: u32) -> RowFootprints {
        let mut found = RowFootprints {
            columns: [0.0; STEP as usize],
            rows: [0.0; STEP as usize],
            widths: [0.0; STEP as usize],
            heights: [0.0; STEP as usize],
        };
        let line = self.square.line(row);
        // Without a branch, so that processors take several at once.
        for place in 0..STEP as usize {
            let cell = self.square.footprint_on(&line, place);
            found.columns[place] = cell.column;
            found.rows[place] = cell.row;
            found.widths[place] = cell.width;
            found.heights[place] = cell.height;
        }
        found
    }
}

/// The footprints of a row of cells between two control points.
pub(crate) struct RowFootprints {
    columns: [f64; STEP as usize],
    rows: [f64; STEP as usize],
    widths: [f64; STEP as usize],
    heights: [f64; STEP as usize],
}

impl RowFootprints {
    /// That of the cell at a place.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> CellFootprint {
        CellFootprint {
            column: self.columns[place],
            row: self.rows[place],
            width: self.widths[place],
            height: self.heights[place],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn lattice(
        grid: &Grid,
        window: &CellWindow,
        project: impl Fn((f64, f64)) -> (f64, f64),
    ) -> Lattice {
        let positions = Lattice::control_points_m(grid, window).into_iter().map(project).collect();
        Lattice::new(window, positions)
    }

    fn footprint(lattice: &Lattice, column: u32, row: u32) -> Option<CellFootprint> {
        let mut found = None;
        lattice.visit_row(row, column..column + 1, |_, footprint| found = footprint);
        found
    }

    #[test]
    fn a_grid_laid_on_itself_finds_its_own_cells() {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let window = CellWindow { columns: 37..300, rows: 5..70 };
        let (x0, y0) = grid.metres_from_grid(0.0, 0.0);
        let size = grid.cell_size_m();
        let lattice = lattice(&grid, &window, |(x, y)| ((x - x0) / size, (y0 - y) / size));
        for (column, row) in [(37, 5), (48, 16), (299, 69)] {
            let found = footprint(&lattice, column, row).unwrap();
            assert!((found.column - f64::from(column) - 0.5).abs() < 1e-6);
            assert!((found.row - f64::from(row) - 0.5).abs() < 1e-6);
            assert!((found.width - 1.0).abs() < 1e-6 && (found.height - 1.0).abs() < 1e-6);
        }
        let (columns, rows) = lattice.pixels_touched(&window).unwrap();
        assert!(columns.start <= 37 && columns.end >= 300 && rows.start <= 5 && rows.end >= 70);
    }

    #[test]
    fn a_turned_image_gives_boxes_of_the_same_area() {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let window = CellWindow { columns: 0..32, rows: 0..32 };
        let size = grid.cell_size_m();
        let (x0, y0) = grid.metres_from_grid(0.0, 0.0);
        // Turned by the angle whose cosine is 0.8; pixels a quarter of a cell.
        let lattice = lattice(&grid, &window, |(x, y)| {
            let (east, south) = ((x - x0) / size * 4.0, (y0 - y) / size * 4.0);
            (0.8 * east - 0.6 * south, 0.6 * east + 0.8 * south)
        });
        let found = footprint(&lattice, 10, 10).unwrap();
        assert!((found.width * found.height - 16.0).abs() < 1e-6);
        let coarser = footprint(&lattice.at_level((2.0, 4.0)), 10, 10).unwrap();
        assert!((coarser.width * coarser.height - 2.0).abs() < 1e-6);
    }

    #[test]
    fn a_point_without_projection_leaves_a_hole_around_it_only() {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let window = CellWindow { columns: 0..64, rows: 0..32 };
        let edge = grid.metres_from_grid(40.0, 0.0).0;
        let lattice =
            lattice(
                &grid,
                &window,
                |(x, y)| if x > edge { (f64::INFINITY, f64::NAN) } else { (x, -y) },
            );
        assert!(footprint(&lattice, 20, 3).is_some());
        assert!(footprint(&lattice, 40, 3).is_none());
    }
}
