//! Snow before the fire that the classification misses: how much of it looks burnt when it has
//! melted.
//!
//! Where it covers the ground, NIR and SWIR2 show it. Where it covers half of it, they are those of
//! lush vegetation, and nothing hides whole patches: that takes green and SWIR1 (NDSI), two more
//! files a scene, from which the classifications themselves find snow.

use serde_json::json;

use super::cell_counts::ScenarioMap;
use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};
use crate::raster::ReadRaster;
use crate::test_bed::shared;

/// Pixels along a side: 8 km.
const SIDE_PX: usize = 400;
/// Patches of snow lie in squares of this side, and are half as wide.
const SQUARE_PX: usize = 40;
/// Grass in winter, and snow upon it.
const GRASS: ScenePixel = ScenePixel { nir: 2500, swir: 2200, scl: 5 };
const SNOW: ScenePixel = ScenePixel { nir: 7500, swir: 1000, scl: 11 };

fn is_snow(pixel: usize) -> bool {
    let inside = |place: usize| (10..30).contains(&(place % SQUARE_PX));
    inside(pixel % SIDE_PX) && inside(pixel / SIDE_PX)
}

/// Within reach of snow that is widened.
fn is_near_snow(pixel: usize) -> bool {
    let inside = |place: usize| (5..35).contains(&(place % SQUARE_PX));
    inside(pixel % SIDE_PX) && inside(pixel / SIDE_PX)
}

/// Which snow the classification misses.
#[derive(Clone, Copy, Debug)]
enum Missed {
    /// A third of the pixels, here and there.
    Pixels,
    /// A third of the patches, as a whole.
    Patches,
}

/// The scene before the fire, in which snow covers this part of its pixels.
fn in_winter(missed: Missed, cover: f64) -> Vec<ScenePixel> {
    let mut random = SceneRandom::new(11);
    let by_patch: Vec<f64> = (0..(SIDE_PX / SQUARE_PX).pow(2)).map(|_| random.fraction()).collect();
    let mixed =
        |snow: u16, grass: u16| (f64::from(snow) * cover + f64::from(grass) * (1.0 - cover)) as u16;
    let pixel = |at: usize| {
        let patch = at / SIDE_PX / SQUARE_PX * (SIDE_PX / SQUARE_PX) + at % SIDE_PX / SQUARE_PX;
        let chance = match missed {
            Missed::Pixels => random.fraction(),
            Missed::Patches => by_patch[patch],
        };
        let scl = if chance < 1.0 / 3.0 { 5 } else { SNOW.scl };
        match is_snow(at) {
            true => ScenePixel {
                nir: mixed(SNOW.nir, GRASS.nir),
                swir: mixed(SNOW.swir, GRASS.swir),
                scl,
            },
            false => GRASS,
        }
    };
    (0..SIDE_PX * SIDE_PX).map(pixel).collect()
}

#[test]
fn snow_that_the_classification_misses_is_not_burnt_where_it_covers_the_ground() {
    for (missed, cover, max) in [
        (Missed::Pixels, 1.0, 0.02),
        (Missed::Pixels, 0.5, 0.02),
        (Missed::Patches, 1.0, 0.02),
        (Missed::Patches, 0.5, 0.40),
    ] {
        let mut scenes = DatedScenes::new(SIDE_PX);
        scenes.add("2021-03-10", 0.0, &in_winter(missed, cover));
        scenes.add("2021-04-20", 0.0, &vec![GRASS; SIDE_PX * SIDE_PX]);
        let days = json!({
            "pre": { "start": "2021-03-01", "end": "2021-03-31" },
            "post": { "start": "2021-04-01", "end": "2021-04-30" },
        });
        let map = ScenarioMap::compute(&scenes, 12, &days);
        let (snow, grass) = (map.shares(is_snow), map.shares(|pixel| !is_near_snow(pixel)));
        println!(
            "a third missed ({missed:?}), {cover} of a pixel covered: {:.4} of the snow burnt, \
             {:.3} of the rest seen",
            snow.confirmed, grass.seen
        );
        assert!(snow.confirmed <= max, "{missed:?} {cover}: {snow:?}");
        assert!(grass.seen > 0.99 && grass.confirmed == 0.0, "{missed:?} {cover}: {grass:?}");
    }
}

/// Grass and farmland of California, forest of New Mexico, and sand of the Sahara.
#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn vegetation_of_summer_and_sand_are_no_snow() {
    let read = |name: &str| ReadRaster::<u16>::read(&shared(&format!("data/{name}")), None).pixels;
    let desert = "cog-fixtures/ES_v0_S2A_29RKH_20200219";
    for (nir, swir, scale) in [
        (
            "madre/S2B_10SGD_20250617_0_L2A_nir08.tif".to_owned(),
            "madre/S2B_10SGD_20250617_0_L2A_swir22.tif".to_owned(),
            1e-4,
        ),
        (
            "las-conchas/LT05_las-conchas_20110624_nir08.tif".to_owned(),
            "las-conchas/LT05_las-conchas_20110624_swir22.tif".to_owned(),
            0.0025,
        ),
        (format!("{desert}_B8A.tif"), format!("{desert}_B12.tif"), 1e-4),
    ] {
        let (nirs, swirs) = (read(&nir), read(&swir));
        let lit = || nirs.iter().zip(&swirs).filter(|(nir, swir)| **nir > 0 && **swir > 0);
        let values =
            || lit().map(|(nir, swir)| (f32::from(*nir) * scale, f32::from(*swir) * scale));
        let snow = values().filter(|(nir, swir)| *nir >= 0.6 && *swir <= nir * 0.25).count();
        let greenest = values().map(|(nir, swir)| dragonfly_core::nbr(nir, swir));
        let brightest = values().filter(|(nir, swir)| *swir <= nir * 0.33).map(|(nir, _)| nir);
        println!(
            "{nir}: {snow} of {} pixels are snow; greatest NBR {:.2}; greatest NIR of NBR from 0.5 \
             {:.2}",
            lit().count(),
            greenest.fold(f32::MIN, f32::max),
            brightest.fold(0.0, f32::max),
        );
        assert_eq!(snow, 0, "{nir}");
    }
}
