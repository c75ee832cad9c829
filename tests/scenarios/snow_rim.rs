//! The rim of snow before the fire: half snow, half ground, and classified as ground.

use serde_json::json;

use super::cell_counts::ScenarioMap;
use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};

/// Pixels along a side: 8 km.
const SIDE_PX: usize = 400;
/// Patches of snow lie in squares of this side.
const SQUARE_PX: i64 = 40;
/// Pixels of a patch's rim.
const RIM_PX: i64 = 2;
/// Grass in winter.
const GRASS: ScenePixel = ScenePixel { nir: 2500, swir: 2200, scl: 5 };
const SNOW: ScenePixel = ScenePixel { nir: 7500, swir: 1000, scl: 11 };

/// How far a pixel lies outside the snow; 0 or less within.
fn outside_snow_px(pixel: usize) -> i64 {
    let off = |place: usize| (place as i64 % SQUARE_PX - SQUARE_PX / 2).abs();
    off(pixel % SIDE_PX).max(off(pixel / SIDE_PX)) - 10
}

fn is_rim(pixel: usize) -> bool {
    (1..=RIM_PX).contains(&outside_snow_px(pixel))
}

fn in_winter() -> Vec<ScenePixel> {
    let mut random = SceneRandom::new(3);
    let pixel = |index: usize| match outside_snow_px(index) {
        ..=0 => SNOW,
        1..=RIM_PX => {
            let snow = 0.2 + 0.6 * random.fraction();
            let mixed = |snow_dn: u16, grass_dn: u16| {
                (f64::from(snow_dn) * snow + f64::from(grass_dn) * (1.0 - snow)) as u16
            };
            ScenePixel {
                nir: mixed(SNOW.nir, GRASS.nir),
                swir: mixed(SNOW.swir, GRASS.swir),
                scl: 5,
            }
        }
        _ => GRASS,
    };
    (0..SIDE_PX * SIDE_PX).map(pixel).collect()
}

#[test]
fn the_rim_of_snow_is_not_burnt_when_it_has_melted() {
    let mut scenes = DatedScenes::new(SIDE_PX);
    let winter = in_winter();
    scenes.add("2021-03-10", 0.0, &winter);
    scenes.add("2021-04-20", 0.0, &vec![GRASS; SIDE_PX * SIDE_PX]);
    let nbr = |pixel: &ScenePixel| dragonfly_core::nbr(f32::from(pixel.nir), f32::from(pixel.swir));
    let rim: Vec<_> = (0..winter.len()).filter(|pixel| is_rim(*pixel)).collect();
    let burnt = rim.iter().filter(|pixel| nbr(&winter[**pixel]) - nbr(&GRASS) >= 0.10).count();
    println!("of the rim's pixels {:.3} would be burnt", burnt as f64 / rim.len() as f64);
    let days = json!({
        "pre": { "start": "2021-03-01", "end": "2021-03-31" },
        "post": { "start": "2021-04-01", "end": "2021-04-30" },
    });
    for zoom in [13, 12] {
        let map = ScenarioMap::compute(&scenes, zoom, &days);
        let (rim, rest) = (map.shares(is_rim), map.shares(|pixel| outside_snow_px(pixel) > 4));
        println!(
            "zoom {zoom}: {:.4} of the rim burnt, {:.3} of the rest seen",
            rim.confirmed, rest.seen
        );
        assert!(rim.confirmed <= 0.02, "zoom {zoom}: {rim:?}");
        assert!(rest.seen > 0.95 && rest.confirmed == 0.0, "zoom {zoom}: {rest:?}");
    }
}
