//! The choice of the scenes of one side, tile by tile.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dragonfly_pixels::ordered;

use super::ground::GroundPoints;
use super::overpass::{Candidate, version, without_duplicates};
use super::request::{SceneOrder, SceneRequest};
use super::skipped::{SkipReason, SkippedScene};
use crate::catalogue::stac::Item;

/// The scenes chosen, and those passed over.
#[derive(Clone, Debug, Default)]
pub struct SceneChoice<'a> {
    /// In order of time, then id.
    pub used: Vec<&'a Item>,
    /// In order of id.
    pub skipped: Vec<SkippedScene>,
}

/// Fraction of a tile's ground in the box that a scene must add to be used beyond the best.
pub(super) const MIN_GAIN: f64 = 0.01;
/// Most scenes of a tile that are used from the newest back.
const MAX_NEWEST: usize = 8;
/// Clear views of a cell, as the scenes' cloud and ground let expect, at which no older scene is
/// used: with 50 % of cloud that is after seven, with 10 % after four.
const ENOUGH_CLEAR_VIEWS: f64 = 3.5;
/// Cloud cover up to which a scene is used from the newest back, percent, if not more is permitted.
const MAX_CLOUD_OF_NEWEST: f64 = 90.0;
/// What a scene that does not state its cloud cover is ranked as, percent.
const UNKNOWN_CLOUD: f64 = 50.0;

/// The best scenes for one side of a map, tile by tile of the satellite's own grid.
///
/// Drops duplicates of one tile and time (keeping Landsat's first tier, the highest baseline, then
/// the newest), then ranks Landsat's first tier before others, and by cloud, fraction of the ground
/// not observed (by the footprint, or by the share without data that the item states where that is
/// more), and days from the wanted date, a day weighing as much as 1 % of cloud. Where the best
/// leave ground of the tile unseen, as the edges of orbits do, the next in rank that show at least
/// 1 % more of it are used too.
///
/// From the newest back ([`SceneOrder::Newest`]) it uses scenes until a cell is likely to have been
/// clear in several of them, eight a tile at most.
pub fn choose_scenes<'a>(items: &'a [Item], request: &SceneRequest) -> SceneChoice<'a> {
    let mut choice = SceneChoice::default();
    // Pages of a search may overlap.
    let mut by_id: BTreeMap<&str, (&Item, DateTime<Utc>)> = BTreeMap::new();
    for item in items.iter().filter(|item| item.is_of_collection(request.collection)) {
        let Some(at) = item.acquired() else { continue };
        if !request.window.contains(at) || !item.touches(request.bbox) {
            continue;
        }
        let kept = by_id.entry(&item.id).or_insert((item, at));
        if kept.1 != at {
            choice.skipped.push(SkippedScene::of_same_id(&item.id));
        }
        if version(item) > version(kept.0) {
            *kept = (item, at);
        }
    }
    let mut by_tile: BTreeMap<String, Vec<(&Item, DateTime<Utc>)>> = BTreeMap::new();
    for (item, at) in by_id.into_values() {
        by_tile.entry(item.tile_name()).or_default().push((item, at));
    }
    for (tile, scenes) in by_tile {
        choose_for_tile(&tile, scenes, request, &mut choice);
    }
    SceneChoice {
        used: ordered(choice.used, &|a, b| {
            a.acquired().cmp(&b.acquired()).then_with(|| a.id.cmp(&b.id))
        }),
        skipped: ordered(choice.skipped, &|a, b| a.id.cmp(&b.id)),
    }
}

fn choose_for_tile<'a>(
    tile: &str,
    scenes: Vec<(&'a Item, DateTime<Utc>)>,
    request: &SceneRequest,
    choice: &mut SceneChoice<'a>,
) {
    let ground = GroundPoints::of(scenes.iter().map(|(item, _)| *item), request.bbox);
    let mut skip =
        |item: &Item, why: SkipReason| choice.skipped.push(SkippedScene::new(&item.id, why));
    let mut candidates = without_duplicates(scenes, &ground, &mut skip);
    let max_cloud_cover = match request.order {
        SceneOrder::Clearest => request.max_cloud_cover,
        SceneOrder::Newest => request.max_cloud_cover.max(MAX_CLOUD_OF_NEWEST),
    };
    candidates.retain(|scene| match stated_cloud(scene.item) {
        Some(cover) if cover > max_cloud_cover => {
            skip(scene.item, SkipReason::TooCloudy { cloud_cover: cover, max_cloud_cover });
            false
        }
        _ => true,
    });
    let candidates = ordered(candidates, &|a, b| match request.order {
        SceneOrder::Clearest => {
            let is_behind = |scene: &Candidate| !scene.item.is_first_tier();
            is_behind(a)
                .cmp(&is_behind(b))
                .then_with(|| cost(a, request).total_cmp(&cost(b, request)))
                .then_with(|| a.item.id.cmp(&b.item.id))
        }
        SceneOrder::Newest => b.at.cmp(&a.at).then_with(|| a.item.id.cmp(&b.item.id)),
    });
    let mut already = ground.unseen();
    let (mut count, mut clear_views) = (0, 0.0);
    for scene in candidates {
        let is_wanted = match request.order {
            SceneOrder::Clearest => count < request.scenes_per_tile,
            SceneOrder::Newest => {
                let most = MAX_NEWEST.max(request.scenes_per_tile);
                count < most
                    && (clear_views < ENOUGH_CLEAR_VIEWS || count < request.scenes_per_tile)
            }
        };
        if is_wanted || ground.gain(&scene.seen, &already) >= MIN_GAIN {
            already.add(&scene.seen);
            count += usize::from(is_wanted);
            clear_views += clear_share(&scene);
            choice.used.push(scene.item);
        } else {
            skip(scene.item, SkipReason::BetterScenes { count, tile: tile.to_owned() });
        }
    }
}

/// The share of a tile's ground in the box that a scene is likely to show clear.
fn clear_share(scene: &Candidate) -> f64 {
    let clear = 1.0 - stated_cloud(scene.item).unwrap_or(UNKNOWN_CLOUD) / 100.0;
    clear * (1.0 - scene.seen.missing_percent / 100.0)
}

/// Landsat writes −1 where cloud was not counted.
fn stated_cloud(item: &Item) -> Option<f64> {
    item.properties.cloud_cover.filter(|cover| *cover >= 0.0)
}

pub(super) fn cost(scene: &Candidate, request: &SceneRequest) -> f64 {
    let days_away = (scene.at.date_naive() - request.wanted).num_days().unsigned_abs();
    stated_cloud(scene.item).unwrap_or(UNKNOWN_CLOUD)
        + scene.seen.missing_percent
        + days_away as f64
}
