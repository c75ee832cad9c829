//! The zone of a fire: the ground within its outline and a buffer around it.

use dragonfly_pixels::{Area, Grid};

use crate::fires::discs::Discs;

/// Zoom of the zone's cells: 76 m at the equator.
const ZONE_ZOOM: u8 = 11;

/// A fire's zone, one flag a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct FireZoneCells {
    /// The grid of the cells: Web Mercator, aligned to tiles.
    pub grid: Grid,
    /// Whether a cell belongs to the zone; row by row.
    pub is_inside: Vec<bool>,
}

impl FireZoneCells {
    /// The ground inside an outline and at most `buffer_m` metres from it.
    pub fn around(outline: &Area, buffer_m: f64) -> Self {
        let grid = Grid::covering(widened(outline.bbox(), buffer_m), ZONE_ZOOM);
        let edges = outline.edge_points(buffer_m / 8.0);
        let mut is_inside = Discs::around(&grid, &edges, buffer_m).is_covered;
        for (row, cells) in (0..).zip(is_inside.chunks_exact_mut(grid.width() as usize)) {
            for (cell, is_in_outline) in cells.iter_mut().zip(outline.cells_of_row(&grid, row)) {
                *cell |= is_in_outline;
            }
        }
        Self { grid, is_inside }
    }
}

/// A box [west, south, east, north] in degrees, widened by metres to all sides, within the world.
pub fn widened([west, south, east, north]: [f64; 4], by_m: f64) -> [f64; 4] {
    const METRES_PER_DEGREE: f64 = 111_195.0;
    /// Nearer to a pole longitudes lie closer together than a box can be widened by.
    const MAX_LATITUDE: f64 = 85.0;
    let lat = by_m / METRES_PER_DEGREE;
    let (south, north) = ((south - lat).max(-MAX_LATITUDE), (north + lat).min(MAX_LATITUDE));
    #[expect(clippy::disallowed_methods, reason = "a box that is somewhat wider will do")]
    let lon = lat / south.abs().max(north.abs()).min(MAX_LATITUDE).to_radians().cos();
    [(west - lon).max(-180.0), south, (east + lon).min(180.0), north]
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_zone_is_the_outline_and_the_ground_near_it() {
        let outline = Area::from_geojson(
            r#"{"type":"Polygon","coordinates":[[[-120,35],[-119.9,35],[-119.9,35.1],[-120,35.1],[-120,35]]]}"#,
        )
        .unwrap();
        let zone = FireZoneCells::around(&outline, 1500.0);
        let hectares: f64 = (zone.is_inside.iter().enumerate())
            .filter(|(_, inside)| **inside)
            .map(|(cell, _)| zone.grid.cell_area_ha(cell as u32 / zone.grid.width()))
            .sum();
        let (across, down) = (9.114, 11.094);
        let expected = 100.0
            * (across * down + 2.0 * 1.5 * (across + down) + std::f64::consts::PI * 1.5 * 1.5);
        assert!((hectares - expected).abs() < 0.01 * expected, "{hectares} of {expected}");
        let [west, south, east, north] = widened(outline.bbox(), 1500.0);
        assert!(west < -120.015 && south < 34.987 && east > -119.885 && north > 35.113);
        assert!(west > -120.018 && south > 34.985 && east < -119.882 && north < 35.115);
    }
}
