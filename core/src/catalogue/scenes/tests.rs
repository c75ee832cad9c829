//! Scenes of invented tiles, chosen.

use super::choice::{MIN_GAIN, cost};
use super::ground::GroundPoints;
use super::overpass::Candidate;
use super::*;
use crate::catalogue::dates::{DateWindow, FireSide};
use crate::catalogue::stac::{Footprint, Item};
use chrono::{Datelike, Days, NaiveDate};
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
fn scenes_of_one_id_and_other_days_are_other_scenes() {
    let day = |day: &str| item("32TPM", "32TPM", &format!("2025-{day}T10:00:00Z"), 1.0, "05.11");
    // Outside of the window first: it stands for none inside.
    let items = [day("05-10"), day("06-10"), day("08-10")];
    let choice = choose_scenes(&items, &request(3));
    assert_eq!(choice.used.len(), 1);
    assert_eq!(choice.used[0].acquired(), items[1].acquired());
    assert!(choice.skipped.is_empty());
    // Inside of it, only one can be used, and the other is listed.
    let items = [day("06-10"), day("06-20"), day("06-10")];
    let choice = choose_scenes(&items, &request(3));
    assert_eq!((choice.used.len(), choice.skipped.len()), (1, 1));
    assert!(choice.skipped[0].reason.contains("same id"));
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
fn where_the_best_leave_ground_unseen_the_next_are_used_too() {
    let scene = |id, day: u32, cloud, west, east| {
        between(west, east, item(id, "32TPM", &format!("2025-06-{day}T10:00:00Z"), cloud, "05.11"))
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
        between(west, east, item(id, "32TPM", &format!("2025-06-20T10:00:{time}Z"), 0.0, baseline))
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
