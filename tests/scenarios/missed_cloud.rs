//! Clouds of which the classification misses a quarter: what a single view shows burnt is not yet
//! burnt, and a fire is shown all the same.

use serde_json::json;

use super::cell_counts::ScenarioMap;
use super::dated_scenes::{DatedScenes, ScenePixel, SceneRandom};

/// Pixels along a side: 12 km.
const SIDE_PX: usize = 600;
/// Shares of the ground under cloud, and of the fire that is shown at least: of the later fire, three
/// images under 40 % of cloud and its buffer leave a twelfth unseen.
const CLOUDS: [(f64, f64); 2] = [(0.3, 0.93), (0.4, 0.91)];
/// Share of the clouds that the classification takes for woodland.
const MISSED_SHARE: f64 = 0.25;
/// The fire, since a few days: columns and rows of its pixels.
const FIRE: std::ops::Range<usize> = 150..350;
/// Around its edge cells hold both kinds of ground.
const EDGE_PX: usize = 5;

fn is_on_fire(pixel: usize) -> bool {
    FIRE.contains(&(pixel % SIDE_PX)) && FIRE.contains(&(pixel / SIDE_PX))
}

fn is_quiet(pixel: usize) -> bool {
    let near = FIRE.start - EDGE_PX..FIRE.end + EDGE_PX;
    !near.contains(&(pixel % SIDE_PX)) || !near.contains(&(pixel / SIDE_PX))
}

/// Round clouds of 0.4 to 1.2 km over some ground.
fn under_clouds(seed: u64, cloud_share: f64, ground: &[ScenePixel]) -> Vec<ScenePixel> {
    let mut random = SceneRandom::new(seed);
    let mut pixels = ground.to_vec();
    let mut is_covered = vec![false; pixels.len()];
    let mut covered = 0;
    while (covered as f64) < cloud_share * pixels.len() as f64 {
        let centre = (random.fraction() * SIDE_PX as f64, random.fraction() * SIDE_PX as f64);
        let radius = 10.0 + 20.0 * random.fraction();
        let scl = if random.fraction() < MISSED_SHARE { 4 } else { ScenePixel::CLOUD.scl };
        for (index, pixel) in pixels.iter_mut().enumerate() {
            let (column, row) = ((index % SIDE_PX) as f64, (index / SIDE_PX) as f64);
            let off = (column - centre.0).powi(2) + (row - centre.1).powi(2);
            if off < radius * radius && !is_covered[index] {
                *pixel = ScenePixel { scl, ..ScenePixel::CLOUD };
                is_covered[index] = true;
                covered += 1;
            }
        }
    }
    pixels
}

/// A rolling map of the first night of September over a fire of a day in August.
fn rolling_map(fire: &str, cloud_share: f64, seed: u64) -> ScenarioMap {
    let mut scenes = DatedScenes::new(SIDE_PX);
    let green = vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX];
    let burnt: Vec<ScenePixel> = (0..green.len())
        .map(|pixel| if is_on_fire(pixel) { ScenePixel::BURNT } else { ScenePixel::GREEN })
        .collect();
    for (index, day) in ["2024-08-16", "2024-08-21", "2024-08-26"].into_iter().enumerate() {
        scenes.add(day, 12.0, &under_clouds(seed + 50 + index as u64, 0.12, &green));
    }
    let post = ["2025-08-06", "2025-08-11", "2025-08-16", "2025-08-21", "2025-08-26", "2025-08-31"];
    for (index, day) in post.into_iter().enumerate() {
        let ground = if day > fire { &burnt } else { &green };
        let pixels = under_clouds(seed + index as u64, cloud_share, ground);
        scenes.add(day, 100.0 * cloud_share, &pixels);
    }
    ScenarioMap::compute(&scenes, 12, &json!({}))
}

#[test]
fn clouds_that_the_mask_misses_are_not_burnt_and_a_fire_is_shown() {
    let nights = [("2025-08-09", 100), ("2025-08-19", 200)];
    let nights = CLOUDS.into_iter().flat_map(|clouds| nights.map(|night| (clouds, night)));
    for ((cloud_share, min_shown), (fire, seed)) in nights {
        let map = rolling_map(fire, cloud_share, seed);
        let (quiet, burnt) = (map.shares(is_quiet), map.shares(is_on_fire));
        let of_seen = |share: f64| share / quiet.seen;
        let shown = (burnt.confirmed + burnt.provisional) / burnt.seen;
        println!(
            "cloud {cloud_share}, fire of {fire}: of quiet ground {:.4} burnt, {:.4} provisional; of the fire {:.3} \
             burnt, {:.3} provisional",
            of_seen(quiet.confirmed),
            of_seen(quiet.provisional),
            burnt.confirmed / burnt.seen,
            burnt.provisional / burnt.seen,
        );
        assert!(of_seen(quiet.confirmed) <= 0.02, "{quiet:?}");
        assert!(shown >= min_shown, "{burnt:?}");
    }
}
