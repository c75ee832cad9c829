//! A fire that grows for weeks, whose end is not set: what burnt last is shown too.

use serde_json::json;

use super::dated_scenes::{DatedScenes, ScenePixel};
use crate::test_bed::TestBed;

/// Pixels along a side: 8 km.
const SIDE_PX: usize = 400;
/// What a fire leaves.
const BURNT: ScenePixel = ScenePixel { nir: 1500, swir: 2700, scl: 5 };

/// A strip of fire that reached so many columns.
fn burnt_to(column: usize) -> Vec<ScenePixel> {
    let is_burnt = |at: usize| at % SIDE_PX < column && (100..300).contains(&(at / SIDE_PX));
    let pixels = 0..SIDE_PX * SIDE_PX;
    pixels.map(|at| if is_burnt(at) { BURNT } else { ScenePixel::GREEN }).collect()
}

#[test]
fn a_fire_that_grows_for_thirty_days_is_shown_whole() {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-06-25", 0.0, &burnt_to(0));
    for (day, column) in
        [("2025-07-08", 60), ("2025-07-17", 120), ("2025-07-22", 180), ("2025-08-01", 240)]
    {
        scenes.add(day, 0.0, &burnt_to(column));
    }
    let region = json!({
        "name": "area", "bbox": scenes.bbox(), "zoom_min": 8, "zoom_max": 12,
        "event_date": "2025-07-01",
    });
    let bed = TestBed::new(&scenes.catalogue(), &json!([region]));
    for (now, column) in [
        ("2025-07-18T03:00:00Z", 120),
        ("2025-08-03T03:00:00Z", 240),
        ("2026-03-01T03:00:00Z", 240),
    ] {
        bed.succeed(&["--now", now, "update", "area"]);
        let map = bed.map("area");
        // What the newest image alone shows is provisional.
        let burnt = map.hectares.burnt() + map.provisional_hectares.burnt();
        let truth = f64::from(column * 200) * 0.04;
        println!("{now}: {burnt:.0} of {truth:.0} ha");
        assert_eq!(serde_json::to_value(map.assessment).unwrap(), "burning");
        // The box cuts some columns off at the edge of the scenes.
        assert!((0.95..=1.02).contains(&(burnt / truth)), "{now}: {burnt} of {truth}");
    }
}
