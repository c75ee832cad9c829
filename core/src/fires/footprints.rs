//! The ground under the detections of a fire, on a grid of 100 m.

use crate::fires::detection::{Detection, E5};
use crate::fires::sphere::{KM_PER_DEGREE, cos_degrees};

/// Side of a cell, km.
const CELL_KM: f64 = 0.1;
/// Cells of a grid at most; larger fires are painted in coarser cells.
const MAX_CELLS: f64 = 4e6;
/// Half of the painted width over the pixel's width. Heat seldom fills a pixel: whole ones cover
/// 1.8 times the burnt ground.
const PAINTED_HALF: f64 = 0.2;
/// Columns are not narrowed beyond this latitude, so that a fire at a pole has a finite width.
const MAX_LATITUDE: f64 = 85.0;

/// A grid in degrees around a fire, rows from the north; its cells are squares at one latitude.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FireGrid {
    /// Longitude from which columns are counted, degrees; columns may lie west of it.
    lon: f64,
    cell_km: f64,
    /// Degrees of longitude in a column.
    lon_step: f64,
    /// Degrees of latitude in a row.
    lat_step: f64,
    /// The first column and row of the raster.
    west: i64,
    north: i64,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl FireGrid {
    /// The grid around detections, with a border in km. The first detection fixes its cells, so
    /// that they stay in place while the fire grows.
    pub(super) fn around(points: &[Detection], border_km: f64) -> Option<Self> {
        let first = points.first()?;
        let largest_m = points.iter().map(Detection::pixel_m).max()?;
        let border_km = border_km + f64::from(largest_m) / 1000.0;
        let mut cell_km = CELL_KM;
        loop {
            let mut grid = Self::of_cells(points, first.lon(), cell_km, border_km);
            if let Some(meridian) = grid.antimeridian() {
                // Cells end there, so that the outline can be cut.
                grid = Self::of_cells(points, meridian, cell_km, border_km);
            }
            if (grid.width as f64) * (grid.height as f64) <= MAX_CELLS {
                return Some(grid);
            }
            cell_km *= 2.0;
        }
    }

    fn of_cells(points: &[Detection], lon: f64, cell_km: f64, border_km: f64) -> Self {
        let lat_step = cell_km / KM_PER_DEGREE;
        let lat = points.first().map_or(0.0, Detection::lat);
        let lon_step = lat_step / cos_degrees(lat.abs().min(MAX_LATITUDE));
        let grid =
            Self { lon, cell_km, lon_step, lat_step, west: 0, north: 0, width: 0, height: 0 };
        let border = (border_km / cell_km).ceil() as i64 + 1;
        let (mut columns, mut rows) = ((i64::MAX, i64::MIN), (i64::MAX, i64::MIN));
        for point in points {
            let (x, y) = grid.position(point);
            let (column, row) = (x.floor() as i64, y.floor() as i64);
            columns = (columns.0.min(column), columns.1.max(column));
            rows = (rows.0.min(row), rows.1.max(row));
        }
        Self {
            west: columns.0 - border,
            north: rows.0 - border,
            width: (columns.1 - columns.0 + 2 * border + 1) as usize,
            height: (rows.1 - rows.0 + 2 * border + 1) as usize,
            ..grid
        }
    }

    /// Columns from the grid's longitude and rows from the north pole.
    fn position(&self, point: &Detection) -> (f64, f64) {
        let turn = (360.0 * E5) as i64;
        let east_e5 = i64::from(point.lon_e5) - (self.lon * E5).round() as i64;
        // The shorter way around the earth.
        let east_e5 = (east_e5 + turn / 2).rem_euclid(turn) - turn / 2;
        (east_e5 as f64 / E5 / self.lon_step, (90.0 - point.lat()) / self.lat_step)
    }

    /// The 180° meridian where it passes through the raster, as -180 or 180.
    fn antimeridian(&self) -> Option<f64> {
        let (west, east) = (self.lonlat_of_corner(0, 0).0, self.lonlat_of_corner(self.width, 0).0);
        [-180.0, 180.0].into_iter().find(|meridian| west < *meridian && *meridian < east)
    }

    /// The column that begins at the 180° meridian, where that passes through the raster.
    pub(super) fn antimeridian_column(&self) -> Option<usize> {
        self.antimeridian()?;
        usize::try_from(-self.west).ok()
    }

    /// Column and row of a detection's centre within the raster.
    pub(super) fn centre(&self, point: &Detection) -> (usize, usize) {
        let (x, y) = self.position(point);
        let place = |value: f64, origin: i64, count: usize| {
            (value.floor() as i64 - origin).clamp(0, count as i64 - 1) as usize
        };
        (place(x, self.west, self.width), place(y, self.north, self.height))
    }

    /// Paints the middle of a detection's pixel.
    pub(super) fn paint(&self, point: &Detection, cells: &mut [u8]) {
        let (x, y) = self.position(point);
        let half = |size_m: u16| f64::from(size_m) / 1000.0 / self.cell_km * PAINTED_HALF;
        let range = |centre: f64, half: f64, origin: i64, count: usize| {
            let place = |value: f64| (value as i64 - origin).clamp(0, count as i64) as usize;
            // Cells whose centre it covers, and the one of its own centre.
            let start = (centre - half + 0.5).floor().min(centre.floor());
            let end = (centre + half + 0.5).floor().max(centre.floor() + 1.0);
            place(start)..place(end)
        };
        let columns = range(x, half(point.scan_m), self.west, self.width);
        for row in range(y, half(point.track_m), self.north, self.height) {
            cells[row * self.width..][columns.clone()].fill(1);
        }
    }

    /// Cells in so many km, rounded.
    pub(super) fn cells_in(&self, km: f64) -> usize {
        (km / self.cell_km).round() as usize
    }

    /// Longitude and latitude of a corner of cells, degrees; longitudes may pass ±180.
    pub(super) fn lonlat_of_corner(&self, column: usize, row: usize) -> (f64, f64) {
        let lon = self.lon + (self.west + column as i64) as f64 * self.lon_step;
        (lon, 90.0 - (self.north + row as i64) as f64 * self.lat_step)
    }

    /// Longitude and latitude of the middle of a row's first cell.
    pub(super) fn lonlat_of_centre(&self, row: usize) -> (f64, f64) {
        let (west, north) = self.lonlat_of_corner(0, row);
        (west + 0.5 * self.lon_step, north - 0.5 * self.lat_step)
    }

    /// Degrees of longitude in a column.
    pub(super) fn lon_step(&self) -> f64 {
        self.lon_step
    }

    /// Area of a cell in a row, hectares.
    pub(super) fn cell_area_ha(&self, row: usize) -> f64 {
        let lat = self.lonlat_of_corner(0, row).1 - 0.5 * self.lat_step;
        let width_km = self.lon_step * KM_PER_DEGREE * cos_degrees(lat);
        width_km * self.cell_km * 100.0
    }
}
