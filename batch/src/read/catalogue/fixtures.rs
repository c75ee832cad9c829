//! Answers that catalogues really gave, served again, searched, and chosen from.

use std::path::Path;
use std::time::Duration;

use dragonfly_core::stac::{AddressPolicy, Item, ItemSearch};
use dragonfly_core::{BandRole, DateWindow, FireSide, SceneOrder, SceneRequest, choose_scenes};
use serde_json::{Value, json};

use super::SceneCatalogue;
use crate::http::loopback::{ReceivedRequests, answers};
use crate::http::{Client, RequestLimits};
use crate::nightly::deadline::Deadline;

const EARTH_SEARCH: &str = "https://earth-search.aws.element84.com/v1";
const NO_MORE: &str = r#"{"type":"FeatureCollection","features":[],"links":[]}"#;

/// A file of the real data beside the project; `None`, with a message, where it is absent.
fn real(file: &str) -> Option<Value> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/stac-items").join(file);
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {file} is not beside the project");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn client(root: &str) -> Client {
    let policy = AddressPolicy::of_api(root, &[], false).unwrap();
    Client::new(policy, Deadline::after(Duration::from_secs(60)), RequestLimits::NIGHT, 4)
}

/// The items that a catalogue with these answers finds, and what it was requests.
fn found(pages: &[&str]) -> (Vec<Item>, ReceivedRequests) {
    let given: Vec<(&str, &str)> = pages.iter().map(|page| ("200 OK", *page)).collect();
    let (root, received) = answers(&given);
    let catalogue = SceneCatalogue::open(Some(&root), None, &client(&root)).unwrap();
    let search = ItemSearch { limit: Some(2), ..ItemSearch::default() };
    (catalogue.find(&search).unwrap().items, received)
}

/// Ids of the scenes used of a collection, over a box and all its days.
fn used(items: &[Item], collection: &str, bbox: [f64; 4], scenes_per_tile: usize) -> Vec<String> {
    let day = |text: &str| text.parse().unwrap();
    let request = SceneRequest {
        side: FireSide::Post,
        window: DateWindow { start: day("2016-01-01"), end: day("2026-01-01") },
        wanted: day("2024-04-20"),
        collection,
        bbox,
        max_cloud_cover: 60.0,
        scenes_per_tile,
        order: SceneOrder::Clearest,
    };
    choose_scenes(items, &request).used.iter().map(|item| item.id.clone()).collect()
}

#[test]
fn earth_searchs_answer_of_two_collections_is_followed_by_post() {
    let Some(answer) = real("earth-search-v1/pystac-client-search-response-2.json") else { return };
    let (items, received) = found(&[&answer.to_string().replace(EARTH_SEARCH, "{root}"), NO_MORE]);
    assert_eq!(items.len(), 2);
    // Its next link has `merge: false` and brings a body of its own.
    let next = &received.all()[1];
    assert!(
        next.starts_with("POST /search ")
            && next.contains(r#""next":"2023-10-08T17:37:26.656958Z,LC08"#),
        "{next}"
    );
    let boulder = [-105.5, 40.0, -105.0, 40.3];
    assert_eq!(used(&items, "sentinel-2-l2a", boulder, 3), ["S2A_13TDE_20231008_0_L2A"]);
    assert_eq!(used(&items, "landsat-c2-l2", boulder, 3), ["LC08_L2SP_033032_20231008_02_T1"]);
}

#[test]
fn earth_searchs_mixed_page_keeps_its_collections_apart() {
    let Some(answer) = real("earth-search-v1/pystac-client-search-response-5.json") else { return };
    let features = answer["features"].as_array().unwrap().len();
    let (items, received) = found(&[&answer.to_string().replace(EARTH_SEARCH, "{root}"), NO_MORE]);
    assert_eq!((items.len(), received.all().len()), (features, 2));
    let coast = [-41.0, -6.0, -37.0, -3.0];
    let of = |collection| used(&items, collection, coast, 3);
    let (here, c1) = (of("sentinel-2-l2a"), of("sentinel-2-c1-l2a"));
    assert_eq!(
        here,
        [
            "S2B_24MUA_20250731_0_L2A",
            "S2B_24MXV_20250731_0_L2A",
            "S2B_24MWV_20250731_0_L2A",
            "S2B_24MVV_20250731_0_L2A"
        ]
    );
    assert!(!c1.is_empty() && c1.iter().all(|id| id.contains("_T24M")), "{c1:?}");
}

#[test]
fn c1_scenes_of_an_orbits_edge_do_not_take_the_place_of_whole_ones() {
    let Some(answer) = real("earth-search-v1-c1/item-collection-13TDE-2024.json") else { return };
    let (items, _) = found(&[&answer.to_string()]);
    assert_eq!(items.len(), 10);
    let of = |bbox, scenes_per_tile| used(&items, "sentinel-2-c1-l2a", bbox, scenes_per_tile);
    // Orbit R098 sees a quarter of the tile, in its east, and R141 all of it.
    let tile = [-106.2, 39.6, -104.8, 40.7];
    assert_eq!(of(tile, 2), ["S2A_T13TDE_20240405T175934_L2A", "S2A_T13TDE_20240415T180048_L2A"]);
    // In the east R098 was clearer.
    let east = [-105.0, 40.2, -104.9, 40.6];
    assert_eq!(of(east, 2), ["S2B_T13TDE_20240407T174209_L2A", "S2A_T13TDE_20240412T175055_L2A"]);
    // Its slanting edge leaves ground to R141.
    let edge = [-105.2, 39.8, -104.95, 40.5];
    assert_eq!(
        of(edge, 2),
        [
            "S2A_T13TDE_20240405T175934_L2A",
            "S2B_T13TDE_20240407T174209_L2A",
            "S2A_T13TDE_20240412T175055_L2A"
        ]
    );
}

/// Planetary Computer's items as a page, signed by a fake of its token endpoint.
fn planetary_computer(file: &str) -> Option<(Vec<Item>, ReceivedRequests)> {
    let page = json!({ "type": "FeatureCollection", "features": real(file)? }).to_string();
    let (root, _) = answers(&[("200 OK", &page)]);
    let (tokens, received) = answers(&[(
        "200 OK",
        r#"{"msft:expiry":"2999-01-01T00:00:00Z","token":"sv=2024&sig=a%2Fb%3D"}"#,
    )]);
    let catalogue = SceneCatalogue::open(
        Some(&root),
        Some(&format!("{tokens}/api/sas/v1/token")),
        &client(&root),
    )
    .unwrap();
    Some((catalogue.find(&ItemSearch::default()).unwrap().items, received))
}

#[test]
fn planetary_computers_scenes_are_signed_once_for_all() {
    let all = [
        (
            "planetary-computer/sentinel-2-l2a-pc.json",
            "sentinel-2-l2a",
            [92.0, 80.0, 98.0, 83.0],
            3,
        ),
        (
            "planetary-computer/landsat-c2-l2-pc.json",
            "landsat-c2-l2",
            [147.0, -45.0, 152.0, -37.0],
            3,
        ),
    ];
    for (file, collection, bbox, count) in all {
        let Some((items, received)) = planetary_computer(file) else { return };
        let requests = received.all();
        assert_eq!(requests.len(), 1, "one token for four items");
        assert!(
            requests[0].starts_with(&format!("GET /api/sas/v1/token/{collection} ")),
            "{requests:?}"
        );
        for item in &items {
            for band in [
                item.band(BandRole::Nir).unwrap(),
                item.band(BandRole::Swir22).unwrap(),
                item.mask().unwrap().1,
            ] {
                let asset = band.asset;
                assert!(asset.href.ends_with("?sv=2024&sig=a%2Fb%3D"), "{}", asset.href);
            }
        }
        let used = used(&items, collection, bbox, 1);
        assert!(used.len() >= count, "{used:?}");
    }
}

#[test]
fn usgs_items_of_both_ages_are_read() {
    let files = [
        "other/usgs-LC08_L2SP_001062_20201031_SR_stac.json",
        "other/usgs-landsatlook-LC09_L2SP_092068_20230607_SR.json",
        "planetary-computer/LE07_L2SP_044033_20210329_20210424_02_T1_SR.json",
    ];
    let Some(features) = files.into_iter().map(real).collect::<Option<Vec<_>>>() else { return };
    let page = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let (items, _) = found(&[&page]);
    assert_eq!(
        items.iter().map(Item::tile_name).collect::<Vec<_>>(),
        ["WRS2-001062", "WRS2-092068", "WRS2-044033"]
    );
    assert_eq!(
        used(&items, "landsat-c2l2-sr", [151.5, -12.0, 153.0, -11.0], 3),
        ["LC09_L2SP_092068_20230607_20230609_02_T1_SR"]
    );
}
