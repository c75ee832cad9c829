//! Ids over random histories: whatever is read when, a fire keeps its id or leads to another.

use std::collections::BTreeSet;

use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{StoredNight, moving_fire, seen};
use crate::fires::{Detection, FiresState, FiresUpdate};

/// Nights of a history.
const NIGHTS: i32 = 5;

/// Fires that begin 2 to 4 km apart and grow towards each other.
fn history(starts: &[(i32, i32)]) -> Vec<Detection> {
    let mut points = Vec::new();
    for (number, (start, step)) in starts.iter().enumerate() {
        let west_km = number as f64 * 4.0;
        for pass in *start..2 * NIGHTS {
            let east_km = west_km + f64::from((pass - start) * step) * 0.3;
            points.extend((0..6).map(|row| {
                seen(pass * 12 - 3, east_km + f64::from(row % 2) * 1.1, f64::from(row) * 0.4)
            }));
        }
    }
    points
}

/// Runs on nights; returns the ids that were listed on any, and the last result.
fn run(points: &[Detection], nights: &[i32]) -> (BTreeSet<String>, FiresUpdate) {
    let mut stored = StoredNight::default();
    let mut ids = BTreeSet::new();
    let mut last = None;
    for night in nights {
        let result = stored.night(points, night * 24, 7);
        ids.extend(result.list.fires.iter().map(|fire| fire.id.clone()));
        last = Some(result);
    }
    (ids, last.unwrap())
}

/// What is published and stored.
fn bytes(result: &FiresUpdate) -> String {
    serde_json::to_string(&(&result.list, &result.state, &result.plan)).unwrap()
}

#[test]
fn no_id_is_lost_in_a_thousand_histories_and_nights_left_out_change_nothing() {
    // A build without optimization takes five minutes for a thousand.
    let cases = if cfg!(debug_assertions) { 50 } else { 1000 };
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    let starts = prop::collection::vec((0..6, -2..=2), 1..4);
    proptest!(config, |(starts in starts, left_out in 1..NIGHTS)| {
        let points = history(&starts);
        let every: Vec<i32> = (1..=NIGHTS).collect();
        let (ids, result) = run(&points, &every);
        for id in &ids {
            prop_assert!(result.state.resolve(id).is_some(), "{id} is lost");
        }
        let fewer: Vec<i32> = every.into_iter().filter(|night| *night != left_out).collect();
        let mut shuffled = points.clone();
        shuffled.reverse();
        shuffled.extend(&points);
        let (_, caught_up) = run(&shuffled, &fewer);
        prop_assert_eq!(bytes(&result), bytes(&caught_up));
    });
}

#[test]
fn a_fire_of_63_nights_keeps_its_id_and_its_points() {
    let points = moving_fire(2 * 63);
    let mut stored = StoredNight::default();
    let mut ids = BTreeSet::new();
    let mut detections = 0;
    for night in 1..=63 {
        let result = stored.night(&points, night * 24, 2);
        ids.extend(result.found.iter().map(|fire| fire.id.clone()));
        detections = result.found.iter().map(|fire| fire.detections.len()).sum();
        assert_eq!(result.list.fires.len(), 1);
    }
    assert_eq!((ids.len(), detections), (1, points.len()));
}

#[test]
fn fires_go_on_when_the_stored_points_are_lost() {
    let points = moving_fire(20);
    let mut stored = StoredNight::default();
    let before = stored.night(&points, 5 * 24, 7).list.fires.remove(0);
    stored.kept.clear();
    let after = stored.night(&points, 6 * 24, 2).list;
    assert_eq!(after.fires.len(), 1);
    assert_eq!(after.fires[0].id, before.id);
    assert_eq!(after.fires[0].started_at, before.started_at);
    assert!(after.fires[0].outline_hectares >= before.outline_hectares);
    assert!(after.fires[0].last_seen_at > before.last_seen_at);
}

#[test]
fn a_circle_of_merged_ids_ends() {
    let merged =
        |into: &str| serde_json::json!({"merged_into": into, "minute": 0, "founding": [0, 0, 0]});
    let state = serde_json::json!({"merged": {"a": merged("b"), "b": merged("a")}});
    let state: FiresState = serde_json::from_value(state).unwrap();
    assert_eq!(state.resolve("a"), None);
}
