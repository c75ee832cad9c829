//! Web Mercator (EPSG:3857): longitude and latitude to projected metres and back, and true areas.
//!
//! Angles are degrees, lengths metres. Projection arithmetic may differ in the last bit between
//! targets; it only ever feeds positions that are rounded before they decide anything.
#![expect(
    clippy::disallowed_methods,
    reason = "projection arithmetic; its results are rounded before they decide a pixel"
)]

use std::f64::consts::PI;

/// Equatorial radius of WGS 84, metres.
pub const RADIUS_M: f64 = 6_378_137.0;
/// First eccentricity of WGS 84, squared.
pub const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_141_317e-3;
/// Half the width of the projected world, metres.
pub const HALF_WORLD_M: f64 = PI * RADIUS_M;
/// The latitude at which the projected world is square, degrees.
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_6;
/// Pixels along the side of a tile.
pub const TILE_SIZE_PX: u32 = 256;

/// Projected metres, east and north, of a longitude and latitude.
pub fn metres_from_lonlat(lon: f64, lat: f64) -> (f64, f64) {
    let x = RADIUS_M * lon.to_radians();
    let y = RADIUS_M * (PI / 4.0 + lat.to_radians() / 2.0).tan().ln();
    (x, y)
}

/// Longitude and latitude of projected metres.
pub fn lonlat_from_metres(x: f64, y: f64) -> (f64, f64) {
    let lon = (x / RADIUS_M).to_degrees();
    let lat = (2.0 * (y / RADIUS_M).exp().atan() - PI / 2.0).to_degrees();
    (lon, lat)
}

/// Side of a cell at a zoom in projected metres; on the ground at the equator.
pub fn cell_size_m(zoom: u8) -> f64 {
    2.0 * HALF_WORLD_M / (f64::from(TILE_SIZE_PX) * f64::from(1u32 << zoom))
}

/// Side of a cell at a zoom on the ground at a latitude, metres.
pub fn ground_size_m(zoom: u8, lat: f64) -> f64 {
    cell_size_m(zoom) * lat.to_radians().cos()
}

/// Ground area of a cell, hectares: p² · cos²φ · (1 − e²) / (1 − e² sin²φ)², φ the geodetic
/// latitude of its centre, e² of WGS 84. Plain cos² is off by up to 0.7 %.
pub fn cell_area_ha(zoom: u8, lat: f64) -> f64 {
    let (sin, cos) = lat.to_radians().sin_cos();
    let size = cell_size_m(zoom);
    let curvature = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    size * size * cos * cos * (1.0 - ECCENTRICITY_SQUARED) / (curvature * curvature) / 10_000.0
}

/// Cell coordinates at a zoom, from the north-west corner of the world; whole numbers are corners.
pub fn cell_from_lonlat(zoom: u8, lon: f64, lat: f64) -> (f64, f64) {
    let (x, y) = metres_from_lonlat(lon, lat.clamp(-MAX_LATITUDE, MAX_LATITUDE));
    let size = cell_size_m(zoom);
    ((x + HALF_WORLD_M) / size, (HALF_WORLD_M - y) / size)
}

/// Projected metres of cell coordinates.
pub fn metres_from_cell(zoom: u8, column: f64, row: f64) -> (f64, f64) {
    let size = cell_size_m(zoom);
    (column * size - HALF_WORLD_M, HALF_WORLD_M - row * size)
}

/// Longitude and latitude of cell coordinates.
pub fn lonlat_from_cell(zoom: u8, column: f64, row: f64) -> (f64, f64) {
    let (x, y) = metres_from_cell(zoom, column, row);
    lonlat_from_metres(x, y)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn lonlat_and_metres_are_a_pair() {
        for (lon, lat) in [(0.0, 0.0), (-120.07, 35.01), (24.0, 38.8), (179.9, -84.9)] {
            let (x, y) = metres_from_lonlat(lon, lat);
            let (lon_again, lat_again) = lonlat_from_metres(x, y);
            assert!((lon - lon_again).abs() < 1e-9 && (lat - lat_again).abs() < 1e-9);
        }
        // PROJ: echo "35.01 -120.07" | gdaltransform -s_srs EPSG:4326 -t_srs EPSG:3857
        let (x, y) = metres_from_lonlat(-120.07, 35.01);
        assert!((x + 13_366_131.26).abs() < 0.01, "{x}");
        assert!((y - 4_165_240.19).abs() < 0.01, "{y}");
    }

    #[test]
    fn a_cell_has_the_size_that_the_field_knows() {
        assert!((cell_size_m(0) - 156_543.033_928_040_97).abs() < 1e-6);
        assert!((cell_size_m(9) - 305.748).abs() < 1e-3);
    }

    #[test]
    fn the_cells_of_a_zoom_cover_the_ellipsoid() {
        // WGS 84 has 510 065 622 km²; the map ends at 85.05°.
        let rows = 256u32 << 4;
        let width = f64::from(rows);
        let sum: f64 = (0..rows)
            .map(|row| width * cell_area_ha(4, lonlat_from_cell(4, 0.5, f64::from(row) + 0.5).1))
            .sum();
        let share = sum / 100.0 / 510_065_622.0;
        assert!((0.996..0.9965).contains(&share), "{share}");
    }

    #[test]
    fn the_corners_of_the_world_are_whole_cells() {
        let (column, row) = cell_from_lonlat(3, -180.0, MAX_LATITUDE);
        assert!(column.abs() < 1e-6 && row.abs() < 1e-6);
        let (column, row) = cell_from_lonlat(3, 180.0, -MAX_LATITUDE);
        assert!((column - 2048.0).abs() < 1e-6 && (row - 2048.0).abs() < 1e-6);
    }
}
