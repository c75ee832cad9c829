//! Which scenes a map is made of.

mod ground;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::ground::{GroundPoints, ObservedPoints};
use crate::catalogue::dates::{DateWindow, FireSide};
use crate::catalogue::stac::{Baseline, Item};

/// What the scenes of one side must be.
#[derive(Clone, Debug)]
pub struct SceneRequest<'a> {
    /// Side of the fire.
    pub side: FireSide,
    /// Days that count.
    pub window: DateWindow,
    /// The day to which a scene should be close.
    pub wanted: NaiveDate,
    /// Collection.
    pub collection: &'a str,
    /// West, south, east, north.
    pub bbox: [f64; 4],
    /// Most cloud, percent.
    pub max_cloud_cover: f64,
    /// Most scenes per tile of the satellite's grid.
    pub scenes_per_tile: usize,
    /// Which scenes come first.
    pub order: SceneOrder,
}

/// Which scenes of a tile come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SceneOrder {
    /// Little cloud, much ground, near the wanted day.
    Clearest,
    /// The newest, until most ground is likely to be clear in several: where the latest clear view
    /// of a cell counts. The cloud of a whole tile says little about a fire in it.
    Newest,
}

/// The scenes chosen, and those passed over.
#[derive(Clone, Debug, Default)]
pub struct SceneChoice<'a> {
    /// In order of time, then id.
    pub used: Vec<&'a Item>,
    /// In order of id.
    pub skipped: Vec<SkippedScene>,
}

/// A scene in the window that is not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkippedScene {
    /// Its id.
    pub id: String,
    /// Why, in words.
    pub reason: String,
    /// Why; `None` in metadata of an older version.
    #[serde(default)]
    pub why: Option<SkipReason>,
}

/// Why a scene in the window is not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SkipReason {
    /// Another version of the same view is better.
    Duplicate {
        /// Id of the scene that is used.
        of: String,
    },
    /// It is too cloudy.
    TooCloudy {
        /// Its cloud cover, percent.
        cloud_cover: f64,
        /// The most that the region permits, percent.
        max_cloud_cover: f64,
    },
    /// Better scenes show the same ground.
    BetterScenes {
        /// How many scenes the tile has.
        count: usize,
        /// The tile of the satellite's grid.
        tile: String,
    },
    /// Its files cannot be read.
    Unreadable,
    /// Its files lie where the catalogue may not lead.
    Refused,
    /// A reason of a later version.
    #[serde(other)]
    Other,
}

impl SkippedScene {
    /// A scene that the choice leaves out.
    fn new(id: &str, why: SkipReason) -> Self {
        let reason = match &why {
            SkipReason::Duplicate { of } => format!("duplicate of {of}"),
            SkipReason::TooCloudy { cloud_cover, max_cloud_cover } => {
                format!("cloud cover {cloud_cover:.0} % is above {max_cloud_cover:.0} %")
            }
            SkipReason::BetterScenes { count, tile } => format!("{count} better scenes of {tile}"),
            SkipReason::Unreadable => "its files cannot be read".to_owned(),
            SkipReason::Refused => "its files lie where the catalogue may not lead".to_owned(),
            SkipReason::Other => String::new(),
        };
        Self { id: id.to_owned(), reason, why: Some(why) }
    }
}

/// Scenes of one overpass lie closer together in time than this; the next pass is 100 minutes away.
const SAME_OVERPASS: TimeDelta = TimeDelta::minutes(10);

/// Fraction of a tile's ground in the box that a scene must add to be used beyond the best.
const MIN_GAIN: f64 = 0.01;
/// Share from which on two scenes of one pass are its two parts, and no duplicates.
const OTHER_PART: f64 = 0.1;
/// Most scenes of a tile that are used from the newest back.
const MAX_NEWEST: usize = 8;
/// Clear views of a cell, as the scenes' cloud and ground let expect, at which no older scene is
/// used: with 50 % of cloud that is after seven, with 10 % after four.
const ENOUGH_CLEAR_VIEWS: f64 = 3.5;
/// Cloud cover up to which a scene is used from the newest back, percent, if not more is permitted.
const MAX_CLOUD_OF_NEWEST: f64 = 90.0;
/// What a scene that does not state its cloud cover is ranked as, percent.
const UNKNOWN_CLOUD: f64 = 50.0;

/// A scene in the window, and what it observed of its tile.
struct Candidate<'a> {
    item: &'a Item,
    at: DateTime<Utc>,
    seen: ObservedPoints,
}

/// The best scenes for one side of a map, tile by tile of the satellite's own grid.
///
/// Drops duplicates of one tile and time (keeping Landsat's first tier, the highest baseline, then
/// the newest), then ranks Landsat's first tier before others, and by cloud, fraction of the ground not observed (by the footprint, or by the share without
/// data that the item states where that is more), and days from the wanted date, a day weighing as
/// much as 1 % of cloud. Where the best leave ground of the tile unseen, as the edges
/// of orbits do, the next in rank that show at least 1 % more of it are used too.
///
/// From the newest back ([`SceneOrder::Newest`]) it uses scenes until a cell is likely to have been
/// clear in several of them, eight a tile at most.
pub fn choose_scenes<'a>(items: &'a [Item], request: &SceneRequest) -> SceneChoice<'a> {
    // Pages of a search may overlap.
    let mut by_id: BTreeMap<&str, &Item> = BTreeMap::new();
    for item in items.iter().filter(|item| item.is_of_collection(request.collection)) {
        let kept = by_id.entry(&item.id).or_insert(item);
        if version(item) > version(kept) {
            *kept = item;
        }
    }
    let mut by_tile: BTreeMap<String, Vec<(&Item, DateTime<Utc>)>> = BTreeMap::new();
    for item in by_id.into_values() {
        match item.acquired() {
            Some(at) if request.window.contains(at) && item.touches(request.bbox) => {
                by_tile.entry(item.tile_name()).or_default().push((item, at));
            }
            _ => {}
        }
    }
    let mut choice = SceneChoice::default();
    for (tile, scenes) in by_tile {
        choose_for_tile(&tile, scenes, request, &mut choice);
    }
    choice
        .used
        .sort_unstable_by(|a, b| a.acquired().cmp(&b.acquired()).then_with(|| a.id.cmp(&b.id)));
    choice.skipped.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    choice
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
    candidates.sort_unstable_by(|a, b| match request.order {
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

/// The best version of each view of a tile. A pass that was cut in two has two views.
fn without_duplicates<'a>(
    mut scenes: Vec<(&'a Item, DateTime<Utc>)>,
    ground: &GroundPoints,
    skip: &mut impl FnMut(&Item, SkipReason),
) -> Vec<Candidate<'a>> {
    scenes.sort_unstable_by(|(a, a_at), (b, b_at)| a_at.cmp(b_at).then_with(|| a.id.cmp(&b.id)));
    let mut kept: Vec<Candidate> = Vec::new();
    for same in scenes.chunk_by_mut(|(_, at), (_, next)| *next - *at < SAME_OVERPASS) {
        same.sort_unstable_by(|(a, _), (b, _)| version(b).cmp(&version(a)));
        let mut already = ground.unseen();
        for (place, &mut (item, at)) in same.iter_mut().enumerate() {
            let seen = ground.observed_by(item);
            if place == 0 || ground.gain(&seen, &already) >= OTHER_PART {
                already.add(&seen);
                kept.push(Candidate { item, at, seen });
            } else if let Some(best) = kept.last() {
                skip(item, SkipReason::Duplicate { of: best.item.id.clone() });
            }
        }
    }
    kept
}

/// Parts scenes in order of time into overpasses: positions in `times` that belong together.
pub fn overpasses(times: &[DateTime<Utc>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, at) in times.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if index > 0 && *at - times[index - 1] < SAME_OVERPASS => group.push(index),
            _ => groups.push(vec![index]),
        }
    }
    groups
}

fn version(item: &Item) -> (bool, Option<Baseline>, Option<DateTime<Utc>>, &str) {
    (item.is_first_tier(), item.baseline(), item.properties.created, &item.id)
}

/// Landsat writes −1 where cloud was not counted.
fn stated_cloud(item: &Item) -> Option<f64> {
    item.properties.cloud_cover.filter(|cover| *cover >= 0.0)
}

fn cost(scene: &Candidate, request: &SceneRequest) -> f64 {
    let days_away = (scene.at.date_naive() - request.wanted).num_days().unsigned_abs();
    stated_cloud(scene.item).unwrap_or(UNKNOWN_CLOUD)
        + scene.seen.missing_percent
        + days_away as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::stac::Footprint;
    use chrono::{Datelike, Days};
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(id: &str, tile: &str, datetime: &str, cloud: f64, baseline: &str) -> Item {
        serde_json::from_str(&format!(
            r#"{{"id":"{id}","collection":"sentinel-2-l2a","bbox":[10,40,11,41],"properties":{{"datetime":"{datetime}",
                "eo:cloud_cover":{cloud},"grid:code":"MGRS-{tile}","s2:processing_baseline":"{baseline}"}},"assets":{{}}}}"#
        ))
        .unwrap()
    }

    /// The item, with data between two longitudes only.
    fn between(west: f64, east: f64, item: Item) -> Item {
        Item { footprint: Some(Footprint::of_box([west, 40.0, east, 41.0])), ..item }
    }

    fn request(scenes_per_tile: usize) -> SceneRequest<'static> {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        SceneRequest {
            side: FireSide::Pre,
            window: DateWindow { start: day("2025-06-01"), end: day("2025-06-30") },
            wanted: day("2025-06-30"),
            collection: "sentinel-2-l2a",
            bbox: [10.2, 40.2, 10.8, 40.8],
            max_cloud_cover: 60.0,
            scenes_per_tile,
            order: SceneOrder::Clearest,
        }
    }

    #[test]
    fn from_the_newest_back_scenes_are_used_until_ground_is_likely_to_be_clear_in_several() {
        let used = |cloud: f64| {
            let days = (1..=30).map(|day| format!("2025-06-{day:02}"));
            let items: Vec<Item> = days
                .map(|day| item(&day, "32TPM", &format!("{day}T10:00:00Z"), cloud, "05.11"))
                .collect();
            let request = SceneRequest { order: SceneOrder::Newest, ..request(3) };
            let choice = choose_scenes(&items, &request);
            choice.used.iter().map(|item| item.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(used(5.0), ["2025-06-27", "2025-06-28", "2025-06-29", "2025-06-30"]);
        assert_eq!(used(50.0).len(), 7);
        assert_eq!(used(80.0).len(), 8);
        assert_eq!(used(95.0).len(), 0);
    }

    fn chosen(items: &[Item], scenes_per_tile: usize) -> (Vec<String>, Vec<String>) {
        let request = request(scenes_per_tile);
        let choice = choose_scenes(items, &request);
        (
            choice.used.iter().map(|item| item.id.clone()).collect(),
            choice.skipped.iter().map(|scene| format!("{}: {}", scene.id, scene.reason)).collect(),
        )
    }

    #[test]
    fn clear_scenes_near_the_wanted_day_are_best() {
        let items = [
            item("early", "32TPM", "2025-06-02T10:00:00Z", 0.0, "05.11"),
            item("cloudy", "32TPM", "2025-06-28T10:00:00Z", 50.0, "05.11"),
            item("good", "32TPM", "2025-06-20T10:00:00Z", 5.0, "05.11"),
            item("hidden", "32TPM", "2025-06-29T10:00:00Z", 90.0, "05.11"),
            item("july", "32TPM", "2025-07-01T10:00:00Z", 0.0, "05.11"),
        ];
        let (used, skipped) = chosen(&items, 2);
        assert_eq!(used, ["early", "good"]);
        assert_eq!(
            skipped,
            ["cloudy: 2 better scenes of MGRS-32TPM", "hidden: cloud cover 90 % is above 60 %"]
        );
    }

    #[test]
    fn of_duplicates_the_highest_baseline_stays() {
        let items = [
            item("old", "32TPM", "2025-06-20T10:00:00Z", 0.0, "03.01"),
            item("new", "32TPM", "2025-06-20T10:00:05Z", 0.0, "05.11"),
        ];
        assert_eq!(
            chosen(&items, 3),
            (vec!["new".to_owned()], vec!["old: duplicate of new".to_owned()])
        );
    }

    #[test]
    fn scenes_behind_the_first_tier_of_landsat_come_last() {
        let first = item("LC09_20250601_02_T1", "32TPM", "2025-06-01T10:00:00Z", 50.0, "");
        let second = item("LC08_20250630_02_T2", "32TPM", "2025-06-30T10:00:00Z", 0.0, "");
        let both = [second.clone(), first];
        assert_eq!(chosen(&both, 1).0, ["LC09_20250601_02_T1"]);
        assert_eq!(chosen(&both, 2).0, ["LC09_20250601_02_T1", "LC08_20250630_02_T2"]);
        let later_version = Item { id: "LC08_20250630_02_T1".to_owned(), ..second.clone() };
        let (used, skipped) = chosen(&[second, later_version], 2);
        assert_eq!(used, ["LC08_20250630_02_T1"]);
        assert_eq!(skipped, ["LC08_20250630_02_T2: duplicate of LC08_20250630_02_T1"]);
    }

    #[test]
    fn every_tile_has_its_own_best() {
        let items = [
            item("a", "32TPM", "2025-06-20T10:00:00Z", 0.0, "05.11"),
            item("b", "32TQM", "2025-06-20T10:00:10Z", 0.0, "05.11"),
        ];
        assert_eq!(chosen(&items, 1).0, ["a", "b"]);
    }

    #[test]
    fn neighbours_of_one_pass_are_one_overpass() {
        let times: Vec<DateTime<Utc>> = ["10:00:00", "10:00:15", "11:40:00"]
            .iter()
            .map(|time| format!("2025-06-20T{time}Z").parse().unwrap())
            .collect();
        assert_eq!(overpasses(&times), [vec![0, 1], vec![2]]);
        assert!(overpasses(&[]).is_empty());
    }

    #[test]
    fn where_the_best_leave_ground_unseen_the_next_are_used_too() {
        let scene = |id, day: u32, cloud, west, east| {
            between(
                west,
                east,
                item(id, "32TPM", &format!("2025-06-{day}T10:00:00Z"), cloud, "05.11"),
            )
        };
        let items = [
            scene("west", 20, 0.0, 10.0, 10.5),
            scene("west_again", 21, 10.0, 10.0, 10.5),
            scene("east_cloudy", 25, 50.0, 10.45, 11.0),
            scene("east", 23, 5.0, 10.45, 11.0),
            scene("east_hidden", 24, 95.0, 10.45, 11.0),
        ];
        let (used, skipped) = chosen(&items, 1);
        assert_eq!(used, ["west", "east"]);
        assert_eq!(
            skipped,
            [
                "east_cloudy: 1 better scenes of MGRS-32TPM",
                "east_hidden: cloud cover 95 % is above 60 %",
                "west_again: 1 better scenes of MGRS-32TPM",
            ]
        );
    }

    #[test]
    fn a_scene_beside_the_box_is_worse_than_one_above_it() {
        let scene = |id, cloud, west| {
            between(
                west,
                11.0,
                item(id, "32TPM", &format!("2025-06-{cloud}T10:00:00Z"), f64::from(cloud), "05.11"),
            )
        };
        let items = [scene("above", 28, 10.0), scene("beside", 10, 10.79)];
        assert_eq!(chosen(&items, 1).0, ["above"]);
    }

    #[test]
    fn a_pass_cut_in_two_is_no_duplicate() {
        let scene = |id, time, baseline, west, east| {
            between(
                west,
                east,
                item(id, "32TPM", &format!("2025-06-20T10:00:{time}Z"), 0.0, baseline),
            )
        };
        let items = [
            scene("north", "00", "05.11", 10.0, 10.5),
            scene("south", "01", "05.11", 10.5, 11.0),
            scene("north_older", "02", "05.10", 10.0, 10.5),
        ];
        let (used, skipped) = chosen(&items, 2);
        assert_eq!(used, ["north", "south"]);
        assert_eq!(skipped.len(), 1, "{skipped:?}");
        assert!(skipped[0].starts_with("north_older: duplicate of "), "{skipped:?}");
    }

    #[test]
    fn without_a_footprint_only_a_whole_scene_tells_what_it_saw() {
        let scene = |id, day: u32, nodata| {
            let mut item = item(id, "32TPM", &format!("2025-06-{day}T10:00:00Z"), 0.0, "05.11");
            item.properties.nodata_percentage = Some(nodata);
            item
        };
        let items = [scene("half", 29, 40.0), scene("most", 28, 10.0), scene("whole", 1, 0.0)];
        assert_eq!(chosen(&items, 2).0, ["whole", "most"]);
        let items = [scene("half", 29, 20.0), scene("most", 28, 10.0), scene("whole", 1, 4.0)];
        assert_eq!(chosen(&items, 1).0, ["whole", "most"]);
    }

    /// The item, with the tile's square as its footprint and a share without data.
    fn square(id: &str, day: u32, cloud: f64, nodata: f64) -> Item {
        let item = item(id, "32TPM", &format!("2025-06-{day}T10:00:00Z"), cloud, "05.11");
        let mut item = between(10.0, 11.0, item);
        item.properties.nodata_percentage = Some(nodata);
        item
    }

    #[test]
    fn edges_of_an_orbit_with_the_footprint_of_the_tile_do_not_displace_a_whole_scene() {
        let edges = [20, 23, 28].map(|day| square(&format!("edge{day}"), day, 0.0, 61.0));
        for cloud in [4.0, 30.0, 59.0] {
            let mut items = edges.to_vec();
            items.push(square("whole", 10, cloud, 0.0));
            for scenes_per_tile in 1..=3 {
                let (used, _) = chosen(&items, scenes_per_tile);
                assert!(used.contains(&"whole".to_owned()), "{cloud} {scenes_per_tile}: {used:?}");
            }
        }
    }

    #[test]
    fn an_outline_of_the_data_counts_by_its_place() {
        let outline = |id, day, west, east, nodata| {
            let footprint = Some(Footprint::of_box([west, 40.0, east, 41.0]));
            Item { footprint, ..square(id, day, 0.0, nodata) }
        };
        let items = [
            outline("west", 29, 10.0, 10.5, 50.0),
            outline("west_again", 28, 10.0, 10.5, 50.0),
            outline("east", 2, 10.5, 11.0, 50.0),
            square("cloudy", 1, 90.0, 0.0),
        ];
        assert_eq!(chosen(&items, 1).0, ["east", "west"]);
    }

    #[test]
    fn an_item_on_two_pages_is_one() {
        let twice = [
            item("a", "32TPM", "2025-06-20T10:00:00Z", 0.0, "05.10"),
            item("a", "32TPM", "2025-06-20T10:00:00Z", 0.0, "05.11"),
        ];
        assert_eq!(chosen(&twice, 3), (vec!["a".to_owned()], vec![]));
    }

    /// Scenes of three tiles and about as many as a window has, some of them the same view twice.
    fn scenes() -> impl Strategy<Value = Vec<Item>> {
        let scene = (
            proptest::sample::select(vec!["32TPM", "32TQM", "32TQN"]),
            1..=35u64,
            proptest::option::of(0.0..100.0f64),
            proptest::option::of((10.0..11.0f64, 0.05..1.0f64)),
            0..100u32,
            3..6u32,
        );
        proptest::collection::vec(scene, 0..40).prop_map(|scenes| {
            let mut items = Vec::new();
            for (tile, day, cloud, seen, nodata, baseline) in scenes {
                let day = NaiveDate::default().with_year(2025).unwrap() + Days::new(149 + day);
                let id = items.len().to_string();
                let mut item =
                    item(&id, tile, &format!("{day}T10:00:00Z"), 0.0, &format!("0{baseline}.00"));
                item.properties.cloud_cover = cloud;
                item.properties.nodata_percentage = Some(f64::from(nodata));
                items.push(match seen {
                    Some((west, width)) => between(west, west + width, item),
                    None => item,
                });
            }
            items
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_scene_of_the_window_is_used_or_skipped_and_the_best_always_used(
            items in scenes(), scenes_per_tile in 1..4usize, seed in any::<u64>(),
        ) {
            let request = request(scenes_per_tile);
            let choice = choose_scenes(&items, &request);

            let mut named: Vec<&str> = choice.used.iter().map(|item| item.id.as_str()).collect();
            named.extend(choice.skipped.iter().map(|scene| scene.id.as_str()));
            let mut in_window: Vec<&str> = items
                .iter()
                .filter(|item| request.window.contains(item.acquired().unwrap()) && item.touches(request.bbox))
                .map(|item| item.id.as_str())
                .collect();
            named.sort_unstable();
            in_window.sort_unstable();
            prop_assert_eq!(&named, &in_window);

            let mut shuffled = items.clone();
            let mut state = seed;
            for place in (1..shuffled.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                shuffled.swap(place, (state >> 33) as usize % (place + 1));
            }
            let again = choose_scenes(&shuffled, &request);
            let ids = |choice: &SceneChoice| choice.used.iter().map(|item| item.id.clone()).collect::<Vec<_>>();
            prop_assert_eq!(ids(&choice), ids(&again));
            prop_assert_eq!(&choice.skipped, &again.skipped);

            for tile in ["MGRS-32TPM", "MGRS-32TQM", "MGRS-32TQN"] {
                let of_tile = |item: &&&Item| item.tile_name() == tile;
                let used: Vec<&&Item> = choice.used.iter().filter(of_tile).collect();
                let all: Vec<&Item> = items.iter().filter(|item| in_window.contains(&item.id.as_str()) && of_tile(&item)).collect();
                let ground = GroundPoints::of(all.iter().copied(), request.bbox);
                // Beyond those requested, each shows ground that no other does.
                let mut ranked: Vec<Candidate> = used
                    .iter()
                    .map(|item| Candidate { item, at: item.acquired().unwrap(), seen: ground.observed_by(item) })
                    .collect();
                ranked.sort_by(|a, b| cost(a, &request).total_cmp(&cost(b, &request)).then_with(|| a.item.id.cmp(&b.item.id)));
                let mut already = ground.unseen();
                for (place, scene) in ranked.iter().enumerate() {
                    prop_assert!(place < scenes_per_tile || ground.gain(&scene.seen, &already) >= MIN_GAIN);
                    already.add(&scene.seen);
                }
                // Nothing that is not hidden or a duplicate ranks before the best.
                let passed = choice.skipped.iter().filter(|scene| scene.reason.contains("better"));
                for skipped in passed.filter_map(|scene| all.iter().find(|item| item.id == scene.id)) {
                    let skipped = Candidate { item: skipped, at: skipped.acquired().unwrap(), seen: ground.observed_by(skipped) };
                    prop_assert!(cost(&ranked[0], &request) <= cost(&skipped, &request));
                    prop_assert!(ranked.len() >= scenes_per_tile);
                }
            }
        }
    }
}
