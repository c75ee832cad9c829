//! Smoke that Landsat states in a file beside QA_PIXEL: it is hidden, and no severity.

use dragonfly_core::{Empty, MaskRules};
use serde_json::{Value, json};

use super::dated_scenes::{DatedScenes, ScenePixel};
use crate::engine::{Batch, EngineTask, check_same_bits};

/// Pixels along a side: 4 km.
const SIDE_PX: usize = 200;
/// Woodland in Landsat's numbers, clear by QA_PIXEL; the same under thick smoke.
const GREEN: ScenePixel = ScenePixel { nir: 18_900, swir: 11_300, scl: 21_824 };
const SMOKE: ScenePixel = ScenePixel { nir: 17_800, swir: 14_900, scl: 21_824 };

/// A file of haze: its asset, and its numbers under smoke and elsewhere.
struct HazeFile {
    asset: &'static str,
    smoke: u16,
    clear: u16,
}

/// In the scene after the fire smoke lies over the western half.
fn is_smoke(pixel: usize) -> bool {
    pixel % SIDE_PX < SIDE_PX / 2
}

/// The map of both engines, which must agree.
fn mapped(haze: Option<&HazeFile>) -> Batch {
    let pixels = || 0..SIDE_PX * SIDE_PX;
    let after: Vec<_> = pixels().map(|at| if is_smoke(at) { SMOKE } else { GREEN }).collect();
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-06-17", 0.0, &vec![GREEN; SIDE_PX * SIDE_PX]);
    scenes.add("2025-08-06", 0.0, &after);
    let catalogue = scenes.catalogue();
    let mut items: Value = serde_json::from_slice(&std::fs::read(&catalogue).unwrap()).unwrap();
    for item in items["features"].as_array_mut().unwrap() {
        item["collection"] = json!("landsat-c2-l2");
        let is_after = item["id"].as_str().unwrap().contains("20250806");
        let assets = item["assets"].as_object_mut().unwrap();
        let mask = assets.remove("scl").unwrap();
        assets.insert("qa_pixel".to_owned(), mask);
        let Some(haze) = haze else { continue };
        let name = format!("{}_{}.tif", if is_after { "post" } else { "pre" }, haze.asset);
        let value = |at| if is_after && is_smoke(at) { haze.smoke } else { haze.clear };
        scenes.write(&name, "NEAREST", pixels().map(value).collect());
        assets.insert(haze.asset.to_owned(), json!({ "href": name }));
    }
    std::fs::write(&catalogue, items.to_string()).unwrap();
    let region = json!({
        "name": "area", "bbox": scenes.bbox(), "zoom_min": 8, "zoom_max": 12,
        "collection": "landsat-c2-l2",
        "pre": { "start": "2025-06-01", "end": "2025-06-30" },
        "post": { "start": "2025-08-01", "end": "2025-08-30" },
    });
    check_same_bits(&EngineTask { catalogue, region, mask_rules: MaskRules::default() }, 100)
}

fn burnt_share(map: &Batch) -> f64 {
    let values = || map.dnbr.iter().filter(|dnbr| !dnbr.is_nan());
    values().filter(|dnbr| **dnbr >= 0.1).count() as f64 / values().count() as f64
}

#[test]
fn smoke_that_landsat_states_beside_its_mask_is_hidden_in_both_engines() {
    let masks = |map: &Batch| map.record["map"]["masks"].as_str().unwrap().to_owned();
    let bare = mapped(None);
    println!("without a file of haze {:.3} of quiet ground burnt", burnt_share(&bare));
    assert!(burnt_share(&bare) > 0.4 && !masks(&bare).contains("SR_"), "{}", masks(&bare));
    let aerosol = HazeFile { asset: "qa_aerosol", smoke: 0b1100_0010, clear: 0b0100_0010 };
    let opacity = HazeFile { asset: "atmos_opacity", smoke: 450, clear: 120 };
    for (haze, words) in [
        (aerosol, "SR_QA_AEROSOL bits: 6 high aerosol (bits 6 and 7)"),
        (opacity, "SR_ATMOS_OPACITY: 6 above 0.3"),
    ] {
        let map = mapped(Some(&haze));
        println!("with {}: {:.4} of quiet ground burnt", haze.asset, burnt_share(&map));
        assert!(masks(&map).contains(words), "{}", masks(&map));
        assert_eq!(burnt_share(&map), 0.0);
        let hidden = map.state.iter().filter(|state| **state == Empty::Cloud.code()).count();
        let shown = map.dnbr.iter().filter(|dnbr| !dnbr.is_nan()).count();
        assert!(hidden > shown / 2 && shown > hidden / 2, "{hidden} hidden, {shown} shown");
    }
}
