//! A grid in the scenes' own projection: 20 m in their UTM zone, cells on their pixels.
//!
//! The same code computes onto it as onto the map's: a cell has the value of the very pixel that it
//! is. A scene of the neighbouring zone, whose pixels lie askew, is taken by the pixel under the
//! cell's centre.

use dragonfly_core::{
    Area, CellWindow, ImageFrame, Lattice, Placement, PlacementError, ProjectedArea, Projection,
};

use crate::compute::projection::CrsProjection;
use crate::compute::raster::Raster;
use crate::compute::scene::PixelGrid;
use crate::compute::target::{Squares, TargetCells};
use dragonfly_tiff::{Crs, CrsError};

/// Cells in the projection of a scene over an area; columns run east and rows south from its
/// north-west corner.
pub struct UtmGrid {
    pixels: PixelGrid,
    projection: CrsProjection,
    corner_m: (f64, f64),
    width: u32,
    height: u32,
    area: ProjectedArea,
    squares: Squares,
}

/// Why there is no such grid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UtmGridError {
    /// No scene's system is known by a number.
    #[error("the scenes' coordinate system has no number; choose Web Mercator instead")]
    Numberless,
    /// The scenes' system is not known.
    #[error(transparent)]
    CrsError(#[from] CrsError),
    /// The area cannot be projected.
    #[error("the area does not lie in EPSG:{0}; choose Web Mercator instead")]
    Elsewhere(u16),
    /// More cells than one computation may have.
    #[error("{0} × {1} cells of the scenes' own grid are too many; choose a smaller area")]
    TooLarge(u64, u64),
}

/// Twice what the map's grid may hold: an area that lies askew in a zone needs more cells.
const MAX_CELLS: u64 = 32 << 20;
/// Easting of a UTM zone's middle, metres.
const ZONE_MIDDLE_M: f64 = 500_000.0;

impl UtmGrid {
    /// The grid over an area, on the pixels of one of its scenes: that whose zone's middle is
    /// nearest to the area's, so that an area over two zones lies in the one that holds more of it;
    /// the first of equals.
    ///
    /// # Errors
    /// When no system is known here, the area is not in it, or the grid would be too large.
    pub fn over(
        area: &Area,
        scenes: impl Iterator<Item = PixelGrid>,
    ) -> Result<Self, UtmGridError> {
        let [west, south, east, north] = area.bbox();
        let off_middle_m = |scene: &PixelGrid| {
            let projection = CrsProjection::new(&Crs::Epsg(scene.epsg)).ok()?;
            let (x, _) =
                projection.image_from_lonlat((west + east) / 2.0, (south + north) / 2.0)?;
            Some((x - ZONE_MIDDLE_M).abs())
        };
        let nearest = scenes
            .map(|scene| (off_middle_m(&scene).unwrap_or(f64::INFINITY), scene))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let (_, scene) = nearest.ok_or(UtmGridError::Numberless)?;
        Self::on_pixels_of(scene, area)
    }

    fn on_pixels_of(pixels: PixelGrid, area: &Area) -> Result<Self, UtmGridError> {
        let PixelGrid { epsg, corner_m, pixel_m } = pixels;
        let projection = CrsProjection::new(&Crs::Epsg(epsg))?;
        let elsewhere = || UtmGridError::Elsewhere(epsg);
        let area = area
            .projected(|lon, lat| projection.image_from_lonlat(lon, lat))
            .ok_or_else(elsewhere)?;
        let [west, south, east, north] = area.bounds_m();
        let steps = |metres: f64, origin: f64| (metres - origin) / pixel_m;
        let (left, right) = (steps(west, corner_m.0).floor(), steps(east, corner_m.0).ceil());
        let (bottom, top) = (steps(south, corner_m.1).floor(), steps(north, corner_m.1).ceil());
        let (width, height) = ((right - left) as u64, (top - bottom) as u64);
        if !(right - left).is_finite() || !(top - bottom).is_finite() || width == 0 || height == 0 {
            return Err(elsewhere());
        }
        if width.saturating_mul(height) > MAX_CELLS {
            return Err(UtmGridError::TooLarge(width, height));
        }
        let (width, height) = (width as u32, height as u32);
        let corner_m = (corner_m.0 + left * pixel_m, corner_m.1 + top * pixel_m);
        let squares =
            Squares::of(width, 0..height, |row| cells_of_row(&area, corner_m, pixel_m, width, row));
        Ok(Self { pixels, projection, corner_m, width, height, area, squares })
    }

    /// The pixels on which it lies: with them alone it is laid out again just so.
    pub fn pixels(&self) -> PixelGrid {
        self.pixels
    }

    /// Values on this grid, row by row, as a raster to be written. `values` holds one per cell.
    pub fn raster(&self, values: Vec<f32>) -> Raster {
        let PixelGrid { epsg, pixel_m, .. } = self.pixels;
        Raster {
            epsg,
            corner_m: self.corner_m,
            cell_m: pixel_m,
            width: self.width as usize,
            values,
        }
    }
}

impl TargetCells for UtmGrid {
    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn place(
        &self,
        frame: &ImageFrame,
        scene: &CrsProjection,
    ) -> Result<Option<Placement>, PlacementError> {
        let pixel_from_scene =
            frame.geo_transform.inverse().ok_or(PlacementError::NoGeoreference)?;
        let cells = CellWindow { columns: 0..self.width, rows: 0..self.height };
        let metres = |(column, row)| {
            (
                self.corner_m.0 + f64::from(column) * self.pixels.pixel_m,
                self.corner_m.1 - f64::from(row) * self.pixels.pixel_m,
            )
        };
        let corners_m: Vec<(f64, f64)> = Lattice::control_corners(&cells).map(metres).collect();
        let in_scene = scene.image_from_mercator(&self.projection.mercator_from_image(&corners_m));
        let positions = in_scene
            .into_iter()
            .map(|(x, y)| pixel_from_scene.projected_from_pixel(x, y))
            .collect();
        let lattice = Lattice::new(&cells, positions);
        let Some((columns, rows)) = lattice.pixels_touched(&cells) else { return Ok(None) };
        let (width, height) = (frame.size.0 as i64, frame.size.1 as i64);
        if columns.end <= 0 || rows.end <= 0 || columns.start >= width || rows.start >= height {
            return Ok(None);
        }
        let cell_size_px = self.pixels.pixel_m / frame.geo_transform.pixel_size();
        Ok(Some(Placement { cells, lattice, cell_size_px, cell_ground_m: self.pixels.pixel_m }))
    }

    fn row(&self, row: u32) -> Vec<bool> {
        cells_of_row(&self.area, self.corner_m, self.pixels.pixel_m, self.width, row)
    }

    fn any(&self, window: &CellWindow) -> bool {
        self.squares.any(window)
    }
}

/// For every column of a row, whether the cell's centre lies in the area.
fn cells_of_row(
    area: &ProjectedArea,
    corner_m: (f64, f64),
    cell_m: f64,
    width: u32,
    row: u32,
) -> Vec<bool> {
    let first_m = (corner_m.0 + 0.5 * cell_m, corner_m.1 - (f64::from(row) + 0.5) * cell_m);
    area.cells_of_row(first_m, cell_m, width)
}

#[cfg(test)]
mod tests {
    use dragonfly_core::GeoTransform;

    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const MADRE: [f64; 4] = [-120.07, 35.01, -119.67, 35.24];
    /// North-west corner of MGRS tile 11SKV.
    const PIXELS: PixelGrid =
        PixelGrid { epsg: 32_611, corner_m: (199_980.0, 4_000_020.0), pixel_m: 20.0 };

    fn area([west, south, east, north]: [f64; 4]) -> Area {
        let ring = format!("[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}]");
        Area::from_geojson(&format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#)).unwrap()
    }

    fn over(bbox: [f64; 4], scenes: &[PixelGrid]) -> Result<UtmGrid, UtmGridError> {
        UtmGrid::over(&area(bbox), scenes.iter().copied())
    }

    #[test]
    fn cells_lie_on_the_scenes_pixels_and_cover_the_area() {
        let grid = over(MADRE, &[PIXELS]).unwrap();
        assert_eq!((grid.corner_m.0 - PIXELS.corner_m.0).rem_euclid(20.0), 0.0);
        assert_eq!((grid.corner_m.1 - PIXELS.corner_m.1).rem_euclid(20.0), 0.0);
        // Half a cell within each corner there is a target cell, and half a cell beyond there is
        // none.
        let [west, south, east, north] = MADRE;
        for (lon, lat, is_inside) in [
            (west + 3e-4, south + 3e-4, true),
            (east - 3e-4, south + 3e-4, true),
            (west + 3e-4, north - 3e-4, true),
            (east - 3e-4, north - 3e-4, true),
            ((west + east) / 2.0, south - 3e-4, false),
            (west - 3e-4, (south + north) / 2.0, false),
        ] {
            let (x, y) = grid.projection.image_from_lonlat(lon, lat).unwrap();
            let (column, row) = ((x - grid.corner_m.0) / 20.0, (grid.corner_m.1 - y) / 20.0);
            assert_eq!(grid.row(row as u32)[column as usize], is_inside, "{lon}, {lat}");
        }
    }

    #[test]
    fn a_cell_takes_the_very_pixel_that_it_is() {
        let grid = over(MADRE, &[PIXELS]).unwrap();
        let geo_transform =
            GeoTransform([PIXELS.corner_m.0, 20.0, 0.0, PIXELS.corner_m.1, 0.0, -20.0]);
        let scene = CrsProjection::new(&Crs::Epsg(32_611)).unwrap();
        let frame = ImageFrame { size: (5490, 5490), geo_transform };
        let placed = grid.place(&frame, &scene).unwrap().unwrap();
        assert_eq!(placed.cell_size_px, 1.0);
        let pixels = |from: f64, to: f64| (from - to) / 20.0;
        let first = (
            pixels(grid.corner_m.0, PIXELS.corner_m.0),
            pixels(PIXELS.corner_m.1, grid.corner_m.1),
        );
        for row in [0, 7, grid.height - 1] {
            placed.lattice.visit_row(row, 0..grid.width, |column, footprint| {
                let centre = footprint.unwrap();
                assert!(
                    (centre.column - (first.0 + f64::from(column) + 0.5)).abs() < 1e-3,
                    "{centre:?}"
                );
                assert!((centre.row - (first.1 + f64::from(row) + 0.5)).abs() < 1e-3, "{centre:?}");
            });
        }
        let elsewhere = GeoTransform([600_000.0, 20.0, 0.0, 4_000_020.0, 0.0, -20.0]);
        assert!(
            grid.place(&ImageFrame { geo_transform: elsewhere, ..frame }, &scene)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn an_area_over_two_zones_lies_in_that_which_holds_more_of_it() {
        let scenes = [34, 35].map(|zone| PixelGrid {
            epsg: 32_600 + zone,
            corner_m: (0.0, 0.0),
            pixel_m: 20.0,
        });
        let epsg = |west: f64| over([west, 38.5, west + 0.4, 38.8], &scenes).unwrap().pixels.epsg;
        assert_eq!((epsg(23.7), epsg(23.9)), (32_634, 32_635));
        assert_eq!(over([23.9, 38.5, 24.3, 38.8], &scenes[..1]).unwrap().pixels.epsg, 32_634);
    }

    #[test]
    fn what_makes_no_grid_is_told() {
        let error = |bbox, scenes: &[PixelGrid]| over(bbox, scenes).err().unwrap().to_string();
        assert!(error([-130.0, 30.0, -110.0, 50.0], &[PIXELS]).contains("too many"));
        assert!(error(MADRE, &[PixelGrid { epsg: 2056, ..PIXELS }]).contains("EPSG:2056"));
        assert!(error(MADRE, &[]).contains("no number"));
    }
}
