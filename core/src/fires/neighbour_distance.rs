//! How far apart points lie: the distance of each to its nearest others.

use std::collections::HashMap;

use crate::fires::history::MonthPoint;
use crate::fires::sphere::SpherePoint;

/// The distance of each point to its `rank`-th nearest other, metres; `max_m` where that is farther
/// or there are fewer.
pub(super) fn neighbour_distances_m(points: &[MonthPoint], rank: usize, max_m: f64) -> Vec<f64> {
    let places: Vec<SpherePoint> =
        points.iter().map(|point| SpherePoint::of_degrees(point.lon, point.lat)).collect();
    let max_km = max_m / 1000.0;
    let cube = |place: &SpherePoint| {
        [place.x, place.y, place.z].map(|length| (length / max_km).floor() as i32)
    };
    let mut cubes: HashMap<[i32; 3], Vec<SpherePoint>> = HashMap::new();
    for place in &places {
        cubes.entry(cube(place)).or_default().push(*place);
    }
    let mut squared = Vec::new();
    let mut distance_of = |place: &SpherePoint| {
        squared.clear();
        let [x, y, z] = cube(place);
        for around in 0..27 {
            let near = [x + around % 3 - 1, y + around / 3 % 3 - 1, z + around / 9 - 1];
            let others = cubes.get(&near).into_iter().flatten();
            squared.extend(others.map(|other| place.squared_chord(other)));
        }
        // The point itself is the nearest.
        if squared.len() <= rank {
            return max_m;
        }
        let (_, found, _) = squared.select_nth_unstable_by(rank, f64::total_cmp);
        (found.sqrt() * 1000.0).min(max_m)
    };
    places.iter().map(&mut distance_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn distances_are_those_to_the_next_points() {
        // A degree of latitude is 111.195 km.
        let point = |metres: f64| MonthPoint { lon: 20.0, lat: metres / 111_195.0, pixel_m: 400 };
        let points = [0.0, 400.0, 1000.0, 50_000.0].map(point);
        let check = |rank, expected: [f64; 4]| {
            let found = neighbour_distances_m(&points, rank, 2000.0);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1.0, "{rank}: {found} of {expected}");
            }
        };
        check(1, [400.0, 400.0, 600.0, 2000.0]);
        check(2, [1000.0, 600.0, 1000.0, 2000.0]);
        check(3, [2000.0; 4]);
    }
}
