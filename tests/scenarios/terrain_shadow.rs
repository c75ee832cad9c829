//! Slopes in shadow under a low winter sun: their numbers are noise, and no severity.

use dragonfly_core::WarningReason;
use serde_json::json;

use super::cell_counts::{HIGH, ScenarioMap};
use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};

/// Pixels along a side: 8 km.
const SIDE_PX: usize = 400;
/// Slopes that the sun does not reach: bands of columns.
const VALLEY_PX: usize = 80;
const SHADOW_PX: usize = 35;

fn is_in_shadow(pixel: usize) -> bool {
    pixel % SIDE_PX % VALLEY_PX < SHADOW_PX
}

/// The valleys in winter. The classification finds most of the shadow: the rest is woodland, water
/// or nothing to it.
fn in_winter(seed: u64) -> Vec<ScenePixel> {
    let mut random = SceneRandom::new(seed);
    let pixel = |index: usize| {
        if !is_in_shadow(index) {
            return ScenePixel::GREEN;
        }
        let classes = [2, 2, 2, 2, 2, 2, 2, 4, 6, 7];
        ScenePixel {
            nir: 1 + (250.0 * random.fraction()) as u16,
            swir: 1 + (140.0 * random.fraction()) as u16,
            scl: classes[(random.fraction() * classes.len() as f64) as usize],
        }
    };
    (0..SIDE_PX * SIDE_PX).map(pixel).collect()
}

/// The share of the shadow that the classification of before baseline 04.00 would call high: all but
/// water.
fn high_share_of_pixels(pixels: &[ScenePixel]) -> f64 {
    let nbr = |pixel: &ScenePixel| dragonfly_core::nbr(f32::from(pixel.nir), f32::from(pixel.swir));
    let shaded = || (0..pixels.len()).filter(|pixel| is_in_shadow(*pixel)).map(|at| &pixels[at]);
    let high = shaded().filter(|pixel| nbr(&ScenePixel::GREEN) - nbr(pixel) >= HIGH).count();
    high as f64 / shaded().count() as f64
}

#[test]
fn terrain_shadow_is_no_severity_at_any_zoom() {
    let mut scenes = DatedScenes::of_baseline("05.11", SIDE_PX);
    scenes.add("2025-06-17", 0.0, &vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX]);
    let winter = in_winter(7);
    scenes.sun_elevation = 21.0;
    scenes.add("2025-12-10", 0.0, &winter);
    println!("of the shadow's pixels {:.3} would be high", high_share_of_pixels(&winter));
    let days = json!({
        "pre": { "start": "2025-06-01", "end": "2025-06-30" },
        "post": { "start": "2025-12-01", "end": "2025-12-30" },
    });
    for zoom in [13, 12, 11] {
        let map = ScenarioMap::compute(&scenes, zoom, &days);
        assert!(map.warnings.contains(&WarningReason::LowSun { scenes: 1 }), "{:?}", map.warnings);
        let (shaded, lit) = (map.shares(is_in_shadow), map.shares(|pixel| !is_in_shadow(pixel)));
        println!(
            "zoom {zoom}: {:.4} of the shadow high, {:.2} of the rest seen",
            shaded.high, lit.seen
        );
        assert!(shaded.high <= 0.005 && shaded.confirmed <= 0.005, "zoom {zoom}: {shaded:?}");
        // Shadow is dilated as that of clouds is: half a valley stays.
        assert!(lit.confirmed <= 0.005 && lit.seen >= 0.5, "zoom {zoom}: {lit:?}");
    }
}
