//! Fires on both sides of the 180° meridian: a map lies on one side of it.

use serde::{Deserialize, Serialize};

use crate::fires::detection::E5;
use crate::fires::outline::FireOutline;
use crate::fires::sphere::{RADIUS_KM, cos_degrees};

/// Corners in degrees; the last joins the first.
type VertexSlice = [(f64, f64)];

/// The part of a fire's outline that its map does not show: it lies beyond the 180° meridian.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BeyondAntimeridian {
    /// Area of the outline by points there, whole hectares.
    pub hectares: f64,
    /// West, south, east, north in degrees, of five decimals.
    pub bbox: [f64; 4],
}

impl FireOutline {
    /// The side of the 180° meridian on which more of the outline lies, and what lies on the other;
    /// itself where it does not cross it.
    pub fn mapped_side(&self) -> (Self, Option<BeyondAntimeridian>) {
        let mut sides = self.sides().into_iter();
        let larger = sides.next().unwrap_or_else(|| self.clone());
        let rounded = |degrees: f64| (degrees * E5).round() / E5;
        let beyond = sides.next().map(|side| BeyondAntimeridian {
            hectares: side.hectares.round(),
            bbox: side.bbox.map(rounded),
        });
        (larger, beyond)
    }

    /// The outline in parts of which none crosses the 180° meridian, the larger first, with
    /// longitudes within ±180; itself where it does not cross it.
    pub fn sides(&self) -> Vec<Self> {
        let [west, _, east, _] = self.bbox;
        if west >= -180.0 && east <= 180.0 {
            return vec![self.clone()];
        }
        // Polygons are cut at the meridian, and each lies wholly on one side.
        let is_eastern =
            |polygon: &&Vec<Vec<(f64, f64)>>| polygon.iter().flatten().all(|c| c.0 > 0.0);
        let (eastern, western): (Vec<_>, Vec<_>) = self.polygons.iter().partition(is_eastern);
        let mut sides: Vec<Self> = [eastern, western]
            .into_iter()
            .filter(|polygons| !polygons.is_empty())
            .map(|polygons| side(polygons.into_iter().cloned().collect()))
            .collect();
        sides.sort_by(|a, b| b.hectares.total_cmp(&a.hectares));
        sides
    }
}

/// A longitude in the copy of the world in which it lies nearest to another: within 180° of it.
pub fn lon_near(lon: f64, other: f64) -> f64 {
    lon + 360.0 * ((other - lon) / 360.0).round()
}

fn side(polygons: Vec<Vec<Vec<(f64, f64)>>>) -> FireOutline {
    let corners = || polygons.iter().flatten().flatten();
    let [west, south, east, north] = corners().fold(
        [f64::MAX, f64::MAX, f64::MIN, f64::MIN],
        |[west, south, east, north], (lon, lat)| {
            [west.min(*lon), south.min(*lat), east.max(*lon), north.max(*lat)]
        },
    );
    let rings = || polygons.iter().flatten();
    let hectares = rings().map(|ring| ring_hectares(ring)).sum();
    let centre = (0.5 * (west + east), 0.5 * (south + north));
    FireOutline { hectares, centre, bbox: [west, south, east, north], polygons }
}

/// The signed area of a ring whose sides run along meridians and parallels, counterclockwise
/// positive: R² Σ λ Δ(sin φ), with longitude λ and latitude φ.
fn ring_hectares(ring: &VertexSlice) -> f64 {
    let sin_lat = |(_, lat): &(f64, f64)| cos_degrees(90.0 - lat);
    let next = ring.iter().cycle().skip(1);
    let strips = ring.iter().zip(next).map(|(from, to)| from.0 * (sin_lat(to) - sin_lat(from)));
    strips.sum::<f64>().to_radians() * RADIUS_KM * RADIUS_KM * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::{Detection, FireZoneCells, Satellite, widened};
    use dragonfly_pixels::Area;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A fire of 3 km around a longitude in 1e-5 degrees, with a hole, at 52° N.
    fn fire_at(lon_e5: i32) -> Vec<Detection> {
        let places = (0..9).flat_map(|row| (0..9).map(move |column| (row, column)));
        let in_ring =
            places.filter(|(row, column)| !((2..7).contains(row) && (2..7).contains(column)));
        let point = |(row, column): (i32, i32)| {
            let lon_e5 = lon_e5 + (column - 4) * 1000;
            let turned = (lon_e5 + 18_000_000).rem_euclid(36_000_000) - 18_000_000;
            Detection {
                lat_e5: 5_200_000 + row * 600,
                lon_e5: turned,
                satellite: Satellite::Noaa20,
                ..crate::fires::tests::seen(0, 0.0, 0.0)
            }
        };
        in_ring.map(point).collect()
    }

    #[test]
    fn a_fire_on_the_antimeridian_has_the_outline_of_one_elsewhere() {
        let here = FireOutline::of(&fire_at(1_000_000));
        assert_eq!(here.sides(), std::slice::from_ref(&here));
        assert_eq!(here.mapped_side(), (here.clone(), None));
        for lon_e5 in [18_000_000, -18_000_000, 17_999_000, -17_998_500] {
            let there = FireOutline::of(&fire_at(lon_e5));
            // The cells begin elsewhere: half a cell along 30 km of lines.
            assert!((there.hectares / here.hectares - 1.0).abs() < 0.1, "{}", there.hectares);
            let [west, south, east, north] = there.bbox;
            assert!(east - west < 0.15 && north > south, "{:?}", there.bbox);
            assert!((west..=east).contains(&there.centre.0), "{:?}", there.centre);
            let corners = || there.polygons.iter().flatten().flatten();
            assert!(corners().all(|(lon, _)| (-180.0..=180.0).contains(lon)));
            let sides = there.sides();
            assert_eq!(sides.len(), 2);
            let (mapped, beyond) = there.mapped_side();
            assert_eq!(mapped, sides[0]);
            let BeyondAntimeridian { hectares, bbox } = beyond.unwrap();
            assert_eq!(hectares, sides[1].hectares.round());
            let is_near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-5;
            assert!(bbox.iter().zip(&sides[1].bbox).all(is_near), "{bbox:?}");
            assert!(sides[0].hectares >= sides[1].hectares);
            let sum: f64 = sides.iter().map(|side| side.hectares).sum();
            assert!((sum / there.hectares - 1.0).abs() < 1e-3, "{sum} of {}", there.hectares);
            for side in sides {
                let [west, _, east, _] = side.bbox;
                assert!(east - west < 0.1 && (east == 180.0 || west == -180.0), "{:?}", side.bbox);
            }
        }
    }

    /// A side is mapped as any fire: its zone ends at the meridian, and its points beyond it lie
    /// where they are.
    #[test]
    fn the_zone_of_a_side_is_that_side_of_the_whole_zone() {
        let hectares_of = |zone: &FireZoneCells| {
            let cells = zone.is_inside.iter().enumerate().filter(|(_, inside)| **inside);
            let area_ha =
                |(cell, _): (usize, &bool)| zone.grid.cell_area_ha(cell as u32 / zone.grid.width());
            cells.map(area_ha).sum::<f64>()
        };
        let zone_of = |outline: &FireOutline| {
            FireZoneCells::around(&Area::from_polygons(outline.polygons.clone()).unwrap(), 1500.0)
        };
        let whole = hectares_of(&zone_of(&FireOutline::of(&fire_at(1_000_000))));
        for lon_e5 in [18_000_000, -17_998_500] {
            let outline = FireOutline::of(&fire_at(lon_e5));
            let (side, _) = outline.mapped_side();
            let zone = zone_of(&side);
            // No wider than the fire, and on its own side.
            assert!(zone.grid.width() <= 512, "{}", zone.grid.width());
            let [west, _, east, _] = widened(side.bbox, 1500.0);
            assert!(east - west < 0.15 && west >= -180.0 && east <= 180.0);
            let share = hectares_of(&zone) / whole;
            let expected = side.hectares / outline.hectares;
            assert!((share - expected).abs() < 0.06, "{share} of the zone, {expected} of the fire");
        }
    }

    #[test]
    fn a_longitude_comes_back_beside_another() {
        for (lon, other, expected) in
            [(-179.99, 179.9, 180.01), (179.99, -179.9, -180.01), (10.0, 20.0, 10.0)]
        {
            assert!((lon_near(lon, other) - expected).abs() < 1e-9, "{lon} {other}");
        }
    }
}
