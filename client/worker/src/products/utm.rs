//! A grid in the scenes' own projection: 20 m in their UTM zone, pixels on their pixels.
//!
//! There are two ways onto it. [`UtmGrid::placement`] places its cells in a scene just as
//! `Placement::of` places those of a Web Mercator grid, so the same code computes onto it from the pixels
//! themselves: a cell of 20 m takes the very pixel of 20 m that it is. [`UtmGrid::nearest`] takes a computed
//! map over instead: each cell the value of the Web Mercator cell under its centre. At zoom 13 that is the
//! value of the right pixel or of a neighbour, up to half a Web Mercator cell's diagonal (14 m) away.

use dragonfly_core::{CellWindow, ImageFrame, Lattice, Placement, Projection, Unplaced};

use crate::crs::{Crs, UnknownCrs};
use crate::products::burn_map::{BurnMap, Raster};
use crate::projection::CrsProjection;

/// Cells in the projection of a scene; columns run east and rows south from its north-west corner.
pub struct UtmGrid {
    epsg: u16,
    projection: CrsProjection,
    corner_m: (f64, f64),
    cell_m: f64,
    width: u32,
    height: u32,
}

/// Why there is no such grid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoUtmGrid {
    /// The scenes' system is not known by a number, or not at all.
    #[error(transparent)]
    UnknownCrs(#[from] UnknownCrs),
    /// The area cannot be projected.
    #[error("the area does not lie in EPSG:{0}; choose Web Mercator instead")]
    Elsewhere(u16),
    /// More cells than one computation may have.
    #[error("{0} × {1} cells of the scenes' own grid are too many; choose a smaller area")]
    TooLarge(u64, u64),
}

/// Points along each side of a box by which it is projected.
const SIDE_POINTS: u32 = 21;
/// Twice what a Web Mercator grid may hold: a box that lies askew in a zone needs more cells.
const MOST_CELLS: u64 = 32 << 20;

impl UtmGrid {
    /// The grid over a box [west, south, east, north] in degrees, in the system `epsg` of the scenes.
    ///
    /// `cell_m` is 20 for Sentinel-2; `scene_corner_m` any corner of a scene's pixels, to which the cells are
    /// snapped.
    ///
    /// # Errors
    /// When the system is not known here, the box is not in it, or the grid would be too large.
    pub fn covering(bbox: [f64; 4], epsg: u16, scene_corner_m: (f64, f64), cell_m: f64) -> Result<Self, NoUtmGrid> {
        let projection = CrsProjection::new(&Crs::Epsg(epsg))?;
        let [west, south, east, north] = bbox;
        let along = |step: u32, from: f64, to: f64| from + (to - from) * f64::from(step) / f64::from(SIDE_POINTS - 1);
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for step in 0..SIDE_POINTS {
            let (lon, lat) = (along(step, west, east), along(step, south, north));
            for (lon, lat) in [(lon, south), (lon, north), (west, lat), (east, lat)] {
                let (x, y) = projection.image_from_lonlat(lon, lat).ok_or(NoUtmGrid::Elsewhere(epsg))?;
                bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
            }
        }
        let steps = |value: f64, origin: f64| (value - origin) / cell_m;
        let (left, right) = (steps(bounds[0], scene_corner_m.0).floor(), steps(bounds[2], scene_corner_m.0).ceil());
        let (bottom, top) = (steps(bounds[1], scene_corner_m.1).floor(), steps(bounds[3], scene_corner_m.1).ceil());
        let (width, height) = ((right - left) as u64, (top - bottom) as u64);
        if !(right - left).is_finite() || !(top - bottom).is_finite() || width == 0 || height == 0 {
            return Err(NoUtmGrid::Elsewhere(epsg));
        }
        if width.saturating_mul(height) > MOST_CELLS {
            return Err(NoUtmGrid::TooLarge(width, height));
        }
        Ok(Self {
            epsg,
            projection,
            corner_m: (scene_corner_m.0 + left * cell_m, scene_corner_m.1 + top * cell_m),
            cell_m,
            width: width as u32,
            height: height as u32,
        })
    }

    /// Number of columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Places the grid's cells in a scene, of whatever projection; `None` when the scene covers none.
    ///
    /// # Errors
    /// When the scene lies nowhere that can be projected.
    pub fn placement(&self, frame: &ImageFrame, scene: &impl Projection) -> Result<Option<Placement>, Unplaced> {
        let pixel_from_scene = frame.geo_transform.inverse().ok_or(Unplaced::NoGeoreference)?;
        let cells = self.window();
        let in_scene = scene.image_from_mercator(&self.control_points_in_mercator());
        let positions = in_scene.into_iter().map(|(x, y)| pixel_from_scene.projected_from_pixel(x, y)).collect();
        let lattice = Lattice::new(&cells, positions);
        let Some((columns, rows)) = lattice.pixels_touched(&cells) else { return Ok(None) };
        let (width, height) = (frame.size.0 as i64, frame.size.1 as i64);
        if columns.end <= 0 || rows.end <= 0 || columns.start >= width || rows.start >= height {
            return Ok(None);
        }
        let cell_size_px = self.cell_m / frame.geo_transform.pixel_size();
        Ok(Some(Placement { cells, lattice, cell_size_px, cell_ground_m: self.cell_m }))
    }

    /// A computed map on this grid: each cell the value of the map's cell under its centre, NaN where none is.
    pub fn nearest(&self, map: &BurnMap) -> Raster {
        let grid = map.grid();
        let (west, north) = grid.metres_from_grid(0.0, 0.0);
        let cell = grid.cell_size_m();
        let positions = self.control_points_in_mercator().into_iter();
        let lattice =
            Lattice::new(&self.window(), positions.map(|(x, y)| ((x - west) / cell, (north - y) / cell)).collect());
        let mut values = Vec::with_capacity(self.width as usize * self.height as usize);
        for row in 0..self.height {
            lattice.visit_row(row, 0..self.width, |_, place| {
                let found = place.and_then(|place| {
                    let inside = place.column >= 0.0 && place.row >= 0.0;
                    let (column, row) = (place.column as u32, place.row as u32);
                    let inside = inside && map.columns().contains(&column) && map.rows().contains(&row);
                    inside.then(|| map.cell(column, row).ok()).flatten()
                });
                values.push(found.unwrap_or(f32::NAN));
            });
        }
        self.raster(values)
    }

    /// Values on this grid, row by row, as a raster to be written. `values` holds one a cell.
    pub fn raster(&self, values: Vec<f32>) -> Raster {
        Raster { epsg: self.epsg, corner_m: self.corner_m, cell_m: self.cell_m, width: self.width as usize, values }
    }

    fn window(&self) -> CellWindow {
        CellWindow { columns: 0..self.width, rows: 0..self.height }
    }

    fn control_points_in_mercator(&self) -> Vec<(f64, f64)> {
        let metres = |(column, row)| {
            (self.corner_m.0 + f64::from(column) * self.cell_m, self.corner_m.1 - f64::from(row) * self.cell_m)
        };
        let points: Vec<(f64, f64)> = Lattice::control_corners(&self.window()).map(metres).collect();
        self.projection.mercator_from_image(&points)
    }
}

#[cfg(test)]
mod tests {
    use dragonfly_core::{GeoTransform, Grid, VALID};

    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const MADRE: [f64; 4] = [-120.07, 35.01, -119.67, 35.24];
    /// North-west corner of MGRS tile 11SKV.
    const CORNER_M: (f64, f64) = (199_980.0, 4_000_020.0);

    #[test]
    fn cells_lie_on_the_scenes_pixels_and_cover_the_box() {
        let grid = UtmGrid::covering(MADRE, 32_611, CORNER_M, 20.0).unwrap();
        assert_eq!((grid.corner_m.0 - CORNER_M.0).rem_euclid(20.0), 0.0);
        assert_eq!((grid.corner_m.1 - CORNER_M.1).rem_euclid(20.0), 0.0);
        for (lon, lat) in [(MADRE[0], MADRE[1]), (MADRE[2], MADRE[1]), (MADRE[0], MADRE[3]), (MADRE[2], MADRE[3])] {
            let (x, y) = grid.projection.image_from_lonlat(lon, lat).unwrap();
            let (column, row) = ((x - grid.corner_m.0) / 20.0, (grid.corner_m.1 - y) / 20.0);
            assert!((0.0..=f64::from(grid.width)).contains(&column), "{column}");
            assert!((0.0..=f64::from(grid.height)).contains(&row), "{row}");
        }
    }

    #[test]
    fn a_cell_takes_the_very_pixel_that_it_is() {
        let grid = UtmGrid::covering(MADRE, 32_611, CORNER_M, 20.0).unwrap();
        let geo_transform = GeoTransform([CORNER_M.0, 20.0, 0.0, CORNER_M.1, 0.0, -20.0]);
        let scene = CrsProjection::new(&Crs::Epsg(32_611)).unwrap();
        let frame = ImageFrame { size: (5490, 5490), geo_transform };
        let placed = grid.placement(&frame, &scene).unwrap().unwrap();
        assert_eq!(placed.cell_size_px, 1.0);
        let pixels = |from: f64, to: f64| (from - to) / 20.0;
        let first = (pixels(grid.corner_m.0, CORNER_M.0), pixels(CORNER_M.1, grid.corner_m.1));
        for row in [0, 7, grid.height - 1] {
            placed.lattice.visit_row(row, 0..grid.width, |column, footprint| {
                let centre = footprint.unwrap();
                assert!((centre.column - (first.0 + f64::from(column) + 0.5)).abs() < 1e-3, "{centre:?}");
                assert!((centre.row - (first.1 + f64::from(row) + 0.5)).abs() < 1e-3, "{centre:?}");
            });
        }
        let elsewhere = GeoTransform([600_000.0, 20.0, 0.0, 4_000_020.0, 0.0, -20.0]);
        assert!(grid.placement(&ImageFrame { geo_transform: elsewhere, ..frame }, &scene).unwrap().is_none());
    }

    #[test]
    fn a_map_taken_over_has_the_value_under_each_centre() {
        let mercator = Grid::covering(MADRE, 10);
        let cells = (mercator.width() * mercator.height()) as usize;
        let values: Vec<f32> = (0..cells).map(|cell| cell as f32).collect();
        let states = vec![VALID; cells];
        let map = BurnMap::new(&mercator, &values, &states).unwrap();
        let grid = UtmGrid::covering(MADRE, 32_611, CORNER_M, 20.0).unwrap();
        let raster = grid.nearest(&map);
        let (west, north) = mercator.metres_from_grid(0.0, 0.0);
        let cell = mercator.cell_size_m();
        let (mut same, mut compared) = (0, 0);
        for (at, value) in raster.values.iter().enumerate().step_by(997) {
            let (column, row) = (at % raster.width, at / raster.width);
            let x = raster.corner_m.0 + (column as f64 + 0.5) * 20.0;
            let y = raster.corner_m.1 - (row as f64 + 0.5) * 20.0;
            let (x, y) = grid.projection.mercator_from_image(&[(x, y)])[0];
            let (column, row) = (((x - west) / cell) as u32, ((north - y) / cell) as u32);
            let expected = if mercator.is_inside(column, row) { map.cell(column, row).ok() } else { None };
            compared += 1;
            same += usize::from(value.is_nan() && expected.is_none() || expected == Some(*value));
        }
        // A centre on the line between two cells may fall to either.
        assert!(compared > 1000 && same >= compared - 2, "{same} of {compared}");
    }

    #[test]
    fn what_makes_no_grid_is_told() {
        let error = |bbox, epsg| UtmGrid::covering(bbox, epsg, (0.0, 0.0), 20.0).err().unwrap().to_string();
        assert!(error([-130.0, 30.0, -110.0, 50.0], 32_611).contains("too many"));
        assert!(error(MADRE, 2056).contains("EPSG:2056"));
    }
}
