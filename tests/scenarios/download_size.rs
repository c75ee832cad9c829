//! What computing an area downloads, as far as the files themselves list it.

use dragonfly_core::MaskRules;
use serde_json::json;

use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};
use crate::engine::EngineTask;

/// Pixels along a side: several blocks.
const SIDE_PX: usize = 1300;

#[test]
fn the_bytes_that_files_list_for_an_area_are_those_that_computing_reads() {
    let mut scenes = DatedScenes::new(SIDE_PX);
    let mut random = SceneRandom::new(7);
    let mut noise = || {
        let mut pixel = ScenePixel::GREEN;
        pixel.nir += (random.fraction() * 500.0) as u16;
        pixel.swir += (random.fraction() * 500.0) as u16;
        pixel
    };
    let pixels: Vec<_> = (0..SIDE_PX * SIDE_PX).map(|_| noise()).collect();
    scenes.add("2025-06-12", 0.0, &pixels);
    let [west, south, east, north] = scenes.bbox();
    // The north-west, so that not every block is needed.
    let part = [west, (south + north) / 2.0, (west + east) / 2.0, north];
    let region = json!({
        "name": "area", "bbox": part, "zoom_min": 8, "zoom_max": 13,
        "pre": { "start": "2025-06-01", "end": "2025-07-05" },
        "post": { "start": "2025-08-20", "end": "2025-09-20" },
    });
    let task =
        EngineTask { catalogue: scenes.catalogue(), region, mask_rules: MaskRules::default() };
    let [(listed, read)] = task.listed_and_read()[..] else { panic!("one scene") };
    let ratio = listed as f64 / read as f64;
    assert!(listed > 1_000_000, "{listed}");
    assert!((0.8..1.2).contains(&ratio), "{listed} listed, {read} read");
}
