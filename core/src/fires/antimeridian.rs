//! Fires on both sides of the 180° meridian: a map lies on one side of it.

use crate::fires::outline::FireOutline;
use crate::fires::sphere::{RADIUS_KM, cos_degrees};

/// Corners in degrees; the last joins the first.
type Ring = [(f64, f64)];

impl FireOutline {
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
fn ring_hectares(ring: &Ring) -> f64 {
    let sin_lat = |(_, lat): &(f64, f64)| cos_degrees(90.0 - lat);
    let next = ring.iter().cycle().skip(1);
    let strips = ring.iter().zip(next).map(|(from, to)| from.0 * (sin_lat(to) - sin_lat(from)));
    strips.sum::<f64>().to_radians() * RADIUS_KM * RADIUS_KM * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::{Detection, Satellite};
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
            assert!(sides[0].hectares >= sides[1].hectares);
            let sum: f64 = sides.iter().map(|side| side.hectares).sum();
            assert!((sum / there.hectares - 1.0).abs() < 1e-3, "{sum} of {}", there.hectares);
            for side in sides {
                let [west, _, east, _] = side.bbox;
                assert!(east - west < 0.1 && (east == 180.0 || west == -180.0), "{:?}", side.bbox);
            }
        }
    }
}
