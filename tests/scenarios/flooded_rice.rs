//! Fields that are flooded after the fire: water in the last two clear views, and no severity.

use serde_json::json;

use super::cell_counts::ScenarioMap;
use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};

/// Pixels along a side: 6 km.
const SIDE_PX: usize = 300;
/// The western half is fields, the eastern half woodland of which a part burnt.
const FIELDS_PX: usize = 150;
const SCAR_PX: usize = 220;

fn is_field(pixel: usize) -> bool {
    pixel % SIDE_PX < FIELDS_PX - 2
}

fn is_scar(pixel: usize) -> bool {
    pixel % SIDE_PX >= SCAR_PX + 2
}

/// Water of any depth over the fields; a scar that the classification takes for water, as dark ones
/// are.
fn flooded(seed: u64) -> Vec<ScenePixel> {
    let mut random = SceneRandom::new(seed);
    let pixel = |index: usize| {
        let nir = 100.0 + 800.0 * random.fraction();
        let swir = nir * random.fraction();
        match index % SIDE_PX {
            ..FIELDS_PX => ScenePixel { nir: nir as u16, swir: swir as u16, scl: 6 },
            FIELDS_PX..SCAR_PX => ScenePixel::GREEN,
            _ => ScenePixel { nir: 700, swir: 1100, scl: 6 },
        }
    };
    (0..SIDE_PX * SIDE_PX).map(pixel).collect()
}

#[test]
fn flooded_fields_are_water_and_a_dark_scar_is_burnt() {
    let mut scenes = DatedScenes::new(SIDE_PX);
    let green = vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX];
    for day in ["2024-08-16", "2024-08-21"] {
        scenes.add(day, 0.0, &green);
    }
    for (day, seed) in [("2025-08-21", 5), ("2025-08-26", 6), ("2025-08-31", 7)] {
        scenes.add(day, 0.0, &flooded(seed));
    }
    let fixed = json!({
        "pre": { "start": "2024-08-01", "end": "2024-08-30" },
        "post": { "start": "2025-08-20", "end": "2025-08-31" },
    });
    for (kind, days) in [("fixed days", &fixed), ("rolling", &json!({}))] {
        for zoom in [13, 11] {
            let map = ScenarioMap::compute(&scenes, zoom, days);
            let (fields, scar) = (map.shares(is_field), map.shares(is_scar));
            println!(
                "{kind}, zoom {zoom}: of the fields {:.4} have a value, {:.4} are water after; of \
                 the scar {:.3} is burnt",
                fields.seen, fields.water_after, scar.confirmed
            );
            assert!(fields.seen == 0.0 && fields.water_after > 0.95, "{fields:?}");
            assert!(scar.confirmed > 0.99, "{scar:?}");
        }
    }
}
