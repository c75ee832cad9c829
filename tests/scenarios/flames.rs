//! A fire that burns in the image: flames have no severity, and the ground behind them has.

use serde_json::json;

use super::cell_counts::ScenarioMap;
use super::dated_scenes::{DatedScenes, ScenePixel};

/// Pixels along a side: 6 km.
const SIDE_PX: usize = 300;
/// Columns of the front; ground west of it has burnt.
const FRONT: std::ops::Range<usize> = 140..150;
const FLAMES: ScenePixel = ScenePixel { nir: 4200, swir: 9000, scl: 5 };
/// So hot that the band is above the reflectance of any ground.
const HOT: ScenePixel = ScenePixel { nir: 12_000, swir: 12_000, scl: 7 };

#[test]
fn flames_have_no_severity() {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-06-17", 0.0, &vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX]);
    let burning: Vec<ScenePixel> = (0..SIDE_PX * SIDE_PX)
        .map(|pixel| match pixel % SIDE_PX {
            column if column < FRONT.start => ScenePixel::BURNT,
            column if column < FRONT.start + 5 => FLAMES,
            column if column < FRONT.end => HOT,
            _ => ScenePixel::GREEN,
        })
        .collect();
    scenes.add("2025-08-06", 0.0, &burning);
    let days = json!({
        "pre": { "start": "2025-06-01", "end": "2025-06-30" },
        "post": { "start": "2025-08-01", "end": "2025-08-30" },
    });
    for zoom in [13, 12] {
        let map = ScenarioMap::compute(&scenes, zoom, &days);
        let within = FRONT.start + 2..FRONT.end - 2;
        let front = map.shares(|pixel| within.contains(&(pixel % SIDE_PX)));
        let behind = map.shares(|pixel| pixel % SIDE_PX + 3 < FRONT.start);
        println!("zoom {zoom}: {:.4} of the front has a value", front.seen);
        assert!(front.cells > 500 && front.seen == 0.0, "zoom {zoom}: {front:?}");
        assert!(behind.confirmed == 1.0, "zoom {zoom}: {behind:?}");
    }
}
