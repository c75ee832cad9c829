//! Smoke that drifts over quiet ground the day after a fire ended, and that the classification calls
//! unclassified (7), as it calls much of what has just burnt: no class separates both.

use serde_json::json;

use super::cell_counts::ScenarioMap;
use super::dated_scenes::{DatedScenes, ScenePixel};

/// Pixels along a side: 8 km.
const SIDE_PX: usize = 400;
/// Columns that have burnt, and those under the plume beside them; between both a cell or two hold
/// either.
const BURNT_PX: std::ops::Range<usize> = 40..160;
const PLUME_PX: std::ops::Range<usize> = 180..320;
const EDGE_PX: usize = 4;
/// The day after the fire's last.
const SMOKY_DAY: &str = "2025-08-21";
/// A fresh burn, and woodland under a thick plume.
const FRESH_BURN: ScenePixel = ScenePixel { scl: 7, ..ScenePixel::BURNT };
const SMOKE: ScenePixel = ScenePixel { nir: 3000, swir: 1900, scl: 7 };

fn is_in(columns: &std::ops::Range<usize>, pixel: usize) -> bool {
    (columns.start + EDGE_PX..columns.end - EDGE_PX).contains(&(pixel % SIDE_PX))
}

fn after_fire(quiet_or_plume: ScenePixel) -> Vec<ScenePixel> {
    let pixel = |at: usize| match at % SIDE_PX {
        column if BURNT_PX.contains(&column) => FRESH_BURN,
        column if PLUME_PX.contains(&column) => quiet_or_plume,
        _ => ScenePixel::GREEN,
    };
    (0..SIDE_PX * SIDE_PX).map(pixel).collect()
}

/// Shares of the ground under the plume and of the fire in a map of the fire of 1 to 20 August, whose
/// images after it were taken on these days.
fn check(days: &[&str], is_confirmed: bool) {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-07-20", 0.0, &vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX]);
    for day in days {
        let over_plume = if *day == SMOKY_DAY { SMOKE } else { ScenePixel::GREEN };
        scenes.add(day, 0.0, &after_fire(over_plume));
    }
    let event = json!({ "event_date": "2025-08-01", "event_end": "2025-08-20" });
    let map = ScenarioMap::compute(&scenes, 12, &event);
    let plume = map.shares(|pixel| is_in(&PLUME_PX, pixel));
    let fire = map.shares(|pixel| is_in(&BURNT_PX, pixel));
    println!(
        "images of {days:?}: under the plume {:.3} burnt, {:.3} provisional; of the fire {:.3} \
         burnt, {:.3} provisional",
        plume.confirmed, plume.provisional, fire.confirmed, fire.provisional
    );
    assert!(plume.confirmed <= 0.02, "{days:?}: {plume:?}");
    let shown = if is_confirmed { fire.confirmed } else { fire.provisional };
    assert!(shown >= 0.99, "{days:?}: {fire:?}");
}

#[test]
fn smoke_of_the_day_after_is_not_burnt_and_the_fire_is_shown() {
    check(&[SMOKY_DAY], false);
    check(&[SMOKY_DAY, "2025-08-26"], true);
    check(&[SMOKY_DAY, "2025-08-26", "2025-08-31"], true);
    check(&["2025-08-26"], true);
}

/// Shares under the plume of a map of a fire that burns on, whose images show this over quiet
/// ground; the fire is burnt in all of them.
fn check_burning(over_plume: [ScenePixel; 2], name: &str) {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-07-20", 0.0, &vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX]);
    for (day, over_plume) in ["2025-08-26", "2025-08-31"].into_iter().zip(over_plume) {
        scenes.add(day, 0.0, &after_fire(over_plume));
    }
    let map = ScenarioMap::compute(&scenes, 12, &json!({ "event_date": "2025-08-01" }));
    let plume = map.shares(|pixel| is_in(&PLUME_PX, pixel));
    let fire = map.shares(|pixel| is_in(&BURNT_PX, pixel));
    println!(
        "it burns on, {name}: under the plume {:.3} burnt, {:.3} provisional; of the fire {:.3} \
         burnt",
        plume.confirmed, plume.provisional, fire.confirmed
    );
    assert!(plume.confirmed <= 0.02 && fire.confirmed >= 0.99, "{plume:?} {fire:?}");
}

#[test]
fn smoke_over_a_fire_that_burns_on_is_provisional_until_it_drifts_away() {
    check_burning([ScenePixel::GREEN, SMOKE], "smoke in the newest image");
    check_burning([SMOKE, SMOKE], "smoke in the two newest images");
    check_burning([SMOKE, ScenePixel::GREEN], "smoke in the image before the newest");
}
