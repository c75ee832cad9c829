//! Heat that returns to the same ground for more than a week: a volcano, or plants side by side.
//!
//! Such a source may be as large as a fire of some days, but its second half lies on the ground of
//! the first, and the ground of the first is hot again in the second. A fire leaves its ground, or
//! fades on it. Over the USA in January 2025 and December 2017, and 91 fires of California, the
//! shares of static sources larger than 4 km were at least 0.90 and 0.73, at 0.42 to 2.4 of the
//! detections of a hot day before. Fires that smouldered for weeks had a first share of 0.84 at most
//! or faded to 0.35; one that was lit on purpose, and had both shares, grew to 4.2.

use crate::fires::cubes::CubeIndex;
use crate::fires::detection::{Detection, MINUTES_PER_DAY};
use crate::fires::sphere::SpherePoint;
use crate::fires::static_sources::{extent_km, hot_days};

/// Days between the first detection and the last at least.
const MIN_DAYS: i32 = 8;
/// Days among them that were hot.
const MIN_HOT_DAYS: usize = 5;
/// The lava flows of Kilauea reach 11 km.
const MAX_EXTENT_KM: f64 = 12.0;
/// Detections of the same ground lie within this distance: about a pixel.
const SAME_GROUND_KM: f64 = 0.5;
/// Share of the first half whose ground is hot in the second.
const MIN_STILL_HOT: f64 = 0.9;
/// Share of the second half that lies on ground of the first.
const MIN_ON_OLD_GROUND: f64 = 0.7;
/// Detections of a hot day in the second half over those in the first.
const STEADY: std::ops::RangeInclusive<f64> = 0.4..=3.0;

/// Whether detections of one component, in order of time, return to their ground.
pub(super) fn returns_to_its_ground(points: &[Detection]) -> bool {
    let [Some(first), Some(last)] = [points.first(), points.last()] else { return false };
    let minutes = last.minute.saturating_sub(first.minute);
    let is_long = minutes >= MIN_DAYS * MINUTES_PER_DAY && hot_days(points) >= MIN_HOT_DAYS;
    if !is_long || extent_km(points) > MAX_EXTENT_KM {
        return false;
    }
    let middle = first.minute + minutes / 2;
    let (early, late) = points.split_at(points.partition_point(|point| point.minute <= middle));
    let by_day = |points: &[Detection]| points.len() as f64 / hot_days(points) as f64;
    STEADY.contains(&(by_day(late) / by_day(early)))
        && share_on(early, late) >= MIN_STILL_HOT
        && share_on(late, early) >= MIN_ON_OLD_GROUND
}

/// The share of detections that lie on the ground of others.
fn share_on(points: &[Detection], others: &[Detection]) -> f64 {
    let places: Vec<SpherePoint> = others.iter().map(SpherePoint::of).collect();
    let mut index = CubeIndex::new(SAME_GROUND_KM);
    for (number, (place, other)) in (0..).zip(places.iter().zip(others)) {
        index.insert(place, number, other.minute);
    }
    let mut cubes = Vec::new();
    let mut is_on = |point: &&Detection| {
        let place = SpherePoint::of(point);
        cubes.clear();
        index.collect_near(&place, SAME_GROUND_KM, &mut cubes);
        let mut near = cubes.iter().flat_map(|cube| index.detections(*cube));
        near.any(|(other, _)| {
            place.squared_chord(&places[*other as usize]) <= SAME_GROUND_KM * SAME_GROUND_KM
        })
    };
    points.iter().filter(|point| is_on(point)).count() as f64 / points.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::tests::seen;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Detections of ten days: on each day the given number of passes over places, km east.
    fn ten_days(passes: impl Fn(i32) -> i32, east_km: impl Fn(i32, i32) -> f64) -> Vec<Detection> {
        let of_day = |day: i32| {
            let place = |pass: i32, at: i32| seen(day * 24 + pass, east_km(day, at), 0.0);
            (0..passes(day))
                .flat_map(move |pass| (0..6).map(move |at| (pass, at)))
                .map(move |(pass, at)| place(pass, at))
                .collect::<Vec<_>>()
        };
        (0..10).flat_map(of_day).collect()
    }

    #[test]
    fn plants_side_by_side_return_and_a_fire_does_not() {
        let plants = |_: i32, at: i32| f64::from(at) * 1.2;
        assert!(returns_to_its_ground(&ten_days(|_| 2, plants)));
        // Hot on some days only, as under clouds.
        assert!(returns_to_its_ground(&ten_days(
            |day| 2 * i32::from(day % 2 == 0 || day == 9),
            plants
        )));
        // It fades, it grows hotter, it moves, it is larger, or it is young.
        assert!(!returns_to_its_ground(&ten_days(|day| if day < 5 { 8 } else { 2 }, plants)));
        assert!(!returns_to_its_ground(&ten_days(|day| if day < 5 { 2 } else { 8 }, plants)));
        let front = |day: i32, at: i32| f64::from(day) * 0.4 + f64::from(at) * 0.3;
        assert!(!returns_to_its_ground(&ten_days(|_| 2, front)));
        let far = |_: i32, at: i32| f64::from(at) * 3.0;
        assert!(!returns_to_its_ground(&ten_days(|_| 2, far)));
        let young = |day| 2 * i32::from(day < 8);
        assert!(!returns_to_its_ground(&ten_days(young, plants)));
        assert!(!returns_to_its_ground(&[]));
    }
}
