//! Small cumulus, which the classification finds to the pixel: at coarse zooms it must neither look
//! burnt nor hide half of the ground.

use dragonfly_core::MaskRules;
use serde_json::json;

use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};
use crate::engine::{EngineTask, check_same_bits};
use crate::test_bed::TestBed;

/// Pixels along a side: 30 km.
const SIDE_PX: usize = 1500;
/// Share of the ground under cloud.
const CLOUD_SHARE: f64 = 0.15;

/// Quiet woodland under round clouds of 100 to 300 m.
fn under_cumulus(seed: u64) -> Vec<ScenePixel> {
    let mut random = SceneRandom::new(seed);
    let mut pixels = vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX];
    let mut covered = 0;
    while (covered as f64) < CLOUD_SHARE * pixels.len() as f64 {
        let centre = (random.fraction() * SIDE_PX as f64, random.fraction() * SIDE_PX as f64);
        let radius = 2.5 + 5.0 * random.fraction();
        let along = |centre: f64| {
            (centre - radius).max(0.0) as usize..((centre + radius) as usize + 1).min(SIDE_PX)
        };
        for row in along(centre.1) {
            for column in along(centre.0) {
                let off = (column as f64 - centre.0).powi(2) + (row as f64 - centre.1).powi(2);
                let pixel = &mut pixels[row * SIDE_PX + column];
                if off < radius * radius && pixel.scl != ScenePixel::CLOUD.scl {
                    *pixel = ScenePixel::CLOUD;
                    covered += 1;
                }
            }
        }
    }
    pixels
}

#[test]
fn small_cumulus_is_not_burnt_and_hides_no_more_than_it_must() {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-06-17", 15.0, &under_cumulus(1));
    scenes.add("2025-08-06", 15.0, &under_cumulus(2));
    let [west, south, east, north] = scenes.bbox();
    for zoom in [9, 10, 11] {
        let region = json!({
            "name": "area", "bbox": [west, south, east, north], "zoom_min": 8, "zoom_max": zoom,
            "pre": { "start": "2025-06-01", "end": "2025-06-30" },
            "post": { "start": "2025-08-01", "end": "2025-08-30" },
        });
        let mask_rules = MaskRules::default();
        let task = EngineTask { catalogue: scenes.catalogue(), region, mask_rules };
        check_same_bits(&task, 1000);
        let bed = TestBed::new(&task.catalogue, &json!([task.region]));
        bed.succeed(&["update", "area"]);
        let map = bed.map("area");
        let false_share = map.hectares.burnt() / (map.hectares.burnt() + map.hectares.unburned);
        let seen_share = 1.0 - map.empty_share.cloud;
        println!("zoom {zoom}: {false_share:.4} of quiet ground burnt, {seen_share:.3} seen");
        assert!(false_share <= 0.01, "zoom {zoom}: {false_share}");
        assert!(seen_share >= 0.4, "zoom {zoom}: {seen_share}");
    }
}
