//! A night that saw everything but the fire: the map that shows it must stay.

use serde_json::json;

use super::dated_scenes::{DatedScenes, ScenePixel};
use crate::test_bed::TestBed;

/// Pixels along a side: 8 km.
const SIDE_PX: usize = 400;
/// What a fire leaves.
const BURNT: ScenePixel = ScenePixel { nir: 1500, swir: 2700, scl: 5 };

/// Woodland with a square of 1.6 km in it.
fn with_square(square: ScenePixel) -> Vec<ScenePixel> {
    let inside = |place: usize| (160..240).contains(&place);
    (0..SIDE_PX * SIDE_PX)
        .map(|at| match inside(at % SIDE_PX) && inside(at / SIDE_PX) {
            true => square,
            false => ScenePixel::GREEN,
        })
        .collect()
}

#[test]
fn a_cloud_over_the_fire_alone_replaces_no_map() {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-06-17", 0.0, &with_square(ScenePixel::GREEN));
    scenes.add("2025-08-06", 0.0, &with_square(BURNT));
    let region = json!({
        "name": "area", "bbox": scenes.bbox(), "zoom_min": 8, "zoom_max": 11,
        "pre": { "start": "2025-06-01", "end": "2025-06-30" },
        "post": { "start": "2025-08-01", "end": "2025-08-30" },
    });
    let bed = TestBed::new(&scenes.catalogue(), &json!([region]));
    bed.succeed(&["update", "area"]);
    let before = bed.map("area");
    assert!(before.hectares.burnt() > 200.0);
    // The same scene, in which a cloud lies over the fire.
    scenes.add("2025-08-06", 4.0, &with_square(ScenePixel::CLOUD));
    let output = bed.run(&["update", "area"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("of what is burnt in the published map was seen"), "{message}");
    assert_eq!(bed.map("area"), before);
    bed.succeed(&["update", "area", "--min-valid-share", "0"]);
    assert_eq!(bed.map("area").hectares.burnt(), 0.0);
}
