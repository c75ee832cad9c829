//! Where the cells of a grid lie in an image.

use std::ops::Range;

use crate::geo::geo_transform::GeoTransform;
use crate::geo::grid::Grid;
use crate::geo::mercator;
use crate::resample::lattice::{CellWindow, Lattice};

/// Where a grid's cells lie in an image.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Cells that the image may cover.
    pub cells: CellWindow,
    /// Their positions, in pixels of full resolution.
    pub lattice: Lattice,
    /// Side of a cell in pixels of full resolution, at the middle of the image.
    pub cell_size_px: f64,
    /// Side of a cell on the ground there, metres.
    pub cell_ground_m: f64,
}

/// The extent of an image and its place in its projection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageFrame {
    /// Pixels across and down at full resolution.
    pub size: (usize, usize),
    /// From pixels of full resolution to the image's projection.
    pub geo_transform: GeoTransform,
}

impl ImageFrame {
    /// Whether two images lie in the same place, corner by corner, to half a pixel of the coarser.
    pub fn same_place(&self, other: &Self) -> bool {
        let tolerance = self.tolerance(other);
        self.corners().into_iter().zip(other.corners()).all(|(a, b)| is_near(a, b, tolerance))
    }

    /// Whether two images cover the same ground, whatever the directions of their rows and columns,
    /// to half a pixel of the coarser.
    pub fn same_ground(&self, other: &Self) -> bool {
        let (tolerance, others) = (self.tolerance(other), other.corners());
        self.corners().into_iter().all(|a| others.iter().any(|b| is_near(a, *b, tolerance)))
    }

    fn corners(&self) -> [(f64, f64); 4] {
        let (width, height) = (self.size.0 as f64, self.size.1 as f64);
        let at = |column, row| self.geo_transform.projected_from_pixel(column, row);
        [at(0.0, 0.0), at(width, 0.0), at(0.0, height), at(width, height)]
    }

    fn tolerance(&self, other: &Self) -> f64 {
        self.geo_transform.pixel_size().max(other.geo_transform.pixel_size()) / 2.0
    }
}

fn is_near(a: (f64, f64), b: (f64, f64), tolerance: f64) -> bool {
    (a.0 - b.0).abs() <= tolerance && (a.1 - b.1).abs() <= tolerance
}

/// A map projection, by whatever library: batch uses PROJ, the browser a library of its own.
///
/// Points are x east and y north. Those without an answer become infinite or NaN.
pub trait Projection {
    /// Coordinates in the image's projection of Web Mercator metres (EPSG:3857).
    fn image_from_mercator(&self, points_m: &[(f64, f64)]) -> Vec<(f64, f64)>;
    /// Web Mercator metres of coordinates in the image's projection.
    fn mercator_from_image(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)>;
}

/// Why an image cannot be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    /// Its georeference maps all pixels to one line.
    #[error("no usable georeference")]
    NoGeoreference,
    /// The projection has no result at the position that the image states.
    #[error("the middle of the image cannot be projected")]
    NotProjected,
}

/// Side of a pixel on the ground at least, metres: finer than any satellite's pixels.
const MIN_PIXEL_M: f64 = 0.1;
/// The box around a cell in the image has at most this many times the cell's own area: 2 where the
/// image is turned by half a right angle, more where its axes are slanted.
const MAX_BOX_TO_CELL_AREA: f64 = 16.0;

/// Points along each side of an image by which its outline is projected.
const OUTLINE_POINTS: usize = 21;

impl Placement {
    /// Places a grid's cells in an image; `None` when the image covers none inside the grid's box.
    ///
    /// # Errors
    /// When the image lies nowhere that can be projected.
    pub fn of(
        frame: &ImageFrame,
        grid: &Grid,
        projection: &impl Projection,
    ) -> Result<Option<Self>, PlacementError> {
        let pixel_from_image =
            frame.geo_transform.inverse().ok_or(PlacementError::NoGeoreference)?;
        let pixels_from_metres = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            let projected = projection.image_from_mercator(points);
            projected
                .into_iter()
                .map(|(x, y)| pixel_from_image.projected_from_pixel(x, y))
                .collect()
        };
        let outline = projection.mercator_from_image(&outline(frame));
        let Some(cells) = cells_within(grid, &outline) else { return Ok(None) };

        let &(x, y) = outline.last().ok_or(PlacementError::NotProjected)?;
        let size = grid.cell_size_m();
        let corner = pixels_from_metres(&[(x, y), (x + size, y), (x, y - size)]);
        let [origin, east, south] = corner[..] else { return Err(PlacementError::NotProjected) };
        let side = |a: f64, b: f64| (a * a + b * b).sqrt();
        let across = side(east.0 - origin.0, south.0 - origin.0);
        let down = side(east.1 - origin.1, south.1 - origin.1);
        let cell_size_px = (across * down).sqrt();
        if !(cell_size_px.is_finite() && cell_size_px > 0.0) {
            return Err(PlacementError::NotProjected);
        }
        let (_, lat) = mercator::lonlat_from_metres(x, y);
        let cell_area =
            (east.0 - origin.0) * (south.1 - origin.1) - (east.1 - origin.1) * (south.0 - origin.0);
        let is_slanted = across * down > cell_area.abs() * MAX_BOX_TO_CELL_AREA;
        if is_slanted || across.max(down) * MIN_PIXEL_M > mercator::ground_size_m(grid.zoom(), lat)
        {
            return Err(PlacementError::NoGeoreference);
        }
        let positions = pixels_from_metres(&Lattice::control_points_m(grid, &cells));
        Ok(Some(Self {
            lattice: Lattice::new(&cells, positions),
            cells,
            cell_size_px,
            cell_ground_m: mercator::ground_size_m(grid.zoom(), lat),
        }))
    }
}

/// Points along an image's sides in its projection; its middle comes last.
fn outline(frame: &ImageFrame) -> Vec<(f64, f64)> {
    let (width, height) = (frame.size.0 as f64, frame.size.1 as f64);
    (0..OUTLINE_POINTS)
        .flat_map(|step| {
            let along = step as f64 / (OUTLINE_POINTS - 1) as f64;
            let (x, y) = (along * width, along * height);
            [(x, 0.0), (x, height), (0.0, y), (width, y)]
        })
        .chain([(width / 2.0, height / 2.0)])
        .map(|(column, row)| frame.geo_transform.projected_from_pixel(column, row))
        .collect()
}

/// The cells inside the region's box that an outline in projected metres may cover.
fn cells_within(grid: &Grid, outline_m: &[(f64, f64)]) -> Option<CellWindow> {
    let size = grid.cell_size_m();
    let (west, north) = grid.metres_from_grid(0.0, 0.0);
    let finite = || outline_m.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    let cells = |positions: Vec<f64>, within: Range<u32>| -> Option<Range<u32>> {
        let least = positions.iter().copied().fold(f64::INFINITY, f64::min);
        let most = positions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // A side between two points of the outline may bulge: one cell more, and a fraction of the
        // extent.
        let bulge = 1.0 + (most - least) / 1000.0;
        let start = ((least - bulge).floor().max(0.0) as u32).max(within.start);
        let end = ((most + bulge).ceil().max(0.0) as u32).min(within.end);
        (start < end).then_some(start..end)
    };
    Some(CellWindow {
        columns: cells(finite().map(|(x, _)| (x - west) / size).collect(), grid.inside_columns())?,
        rows: cells(finite().map(|(_, y)| (north - y) / size).collect(), grid.inside_rows())?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// An image that lies in Web Mercator itself.
    pub(crate) struct Same;

    impl Projection for Same {
        fn image_from_mercator(&self, points_m: &[(f64, f64)]) -> Vec<(f64, f64)> {
            points_m.to_vec()
        }

        fn mercator_from_image(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
            points.to_vec()
        }
    }

    fn frame(grid: &Grid, column: f64, row: f64, pixels_per_cell: f64) -> ImageFrame {
        let (x, y) = grid.metres_from_grid(column, row);
        let pixel = grid.cell_size_m() / pixels_per_cell;
        ImageFrame { size: (100, 60), geo_transform: GeoTransform([x, pixel, 0.0, y, 0.0, -pixel]) }
    }

    #[test]
    fn the_cells_under_an_image_are_found_with_their_pixels() {
        let grid = Grid::covering([10.0, 40.0, 12.0, 42.0], 9);
        let (column, row) = (grid.inside_columns().start + 40, grid.inside_rows().start + 30);
        let frame = frame(&grid, f64::from(column), f64::from(row), 2.0);
        let placed = Placement::of(&frame, &grid, &Same).unwrap().unwrap();
        assert!(placed.cells.columns.start <= column && placed.cells.columns.end >= column + 50);
        assert!(placed.cells.rows.start <= row && placed.cells.rows.end >= row + 30);
        assert!((placed.cell_size_px - 2.0).abs() < 1e-6);
        placed.lattice.visit_row(row, column..column + 1, |_, footprint| {
            let centre = footprint.unwrap();
            assert!((centre.column - 1.0).abs() < 1e-6 && (centre.row - 1.0).abs() < 1e-6);
        });
    }

    #[test]
    fn images_of_one_place_differ_by_half_a_pixel_at_most() {
        let grid = Grid::covering([10.0, 40.0, 12.0, 42.0], 9);
        let image = frame(&grid, 40.0, 30.0, 2.0);
        let coarser = ImageFrame { size: (50, 30), ..frame(&grid, 40.2, 30.0, 1.0) };
        let further = ImageFrame { size: (50, 30), ..frame(&grid, 41.0, 30.0, 1.0) };
        assert!(
            image.same_place(&image) && image.same_place(&coarser) && !image.same_place(&further)
        );
    }

    #[test]
    fn an_image_elsewhere_covers_no_cell() {
        let grid = Grid::covering([10.0, 40.0, 12.0, 42.0], 9);
        assert!(Placement::of(&frame(&grid, -5000.0, 0.0, 2.0), &grid, &Same).unwrap().is_none());
    }

    #[test]
    fn an_image_without_extent_is_refused() {
        let grid = Grid::covering([10.0, 40.0, 12.0, 42.0], 9);
        let flat = ImageFrame { size: (10, 10), geo_transform: GeoTransform([0.0; 6]) };
        assert_eq!(Placement::of(&flat, &grid, &Same).unwrap_err(), PlacementError::NoGeoreference);
    }

    #[test]
    fn pixels_finer_than_any_satellite_sees_and_slanted_ones_have_no_place() {
        let grid = Grid::covering([10.0, 40.0, 12.0, 42.0], 9);
        let place = |geo_transform| {
            let placed =
                Placement::of(&ImageFrame { size: (1000, 1000), geo_transform }, &grid, &Same);
            placed.map(|placed| placed.is_some())
        };
        let (x, y) = grid.metres_from_grid(300.0, 300.0);
        assert_eq!(place(GeoTransform([x, 10.0, 0.0, y, 0.0, -10.0])), Ok(true));
        assert_eq!(place(GeoTransform([x, 7.0, 7.0, y, 7.0, -7.0])), Ok(true));
        assert_eq!(
            place(GeoTransform([x, 0.01, 0.0, y, 0.0, -0.01])),
            Err(PlacementError::NoGeoreference)
        );
        assert_eq!(
            place(GeoTransform([x, 1e-9, 0.0, y, 0.0, -1e6])),
            Err(PlacementError::NoGeoreference)
        );
        assert_eq!(
            place(GeoTransform([x, 10.0, 10.0, y, 10.0, 9.99])),
            Err(PlacementError::NoGeoreference)
        );
    }
}
