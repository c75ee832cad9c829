//! Which scenes of a catalogue are proposed for an area, and what computing with them takes.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use dragonfly_core::stac::{self, Item};
use dragonfly_core::{
    Area, BandRole, Collection, DateWindow, FireSide, Grid, SceneRequest, SearchWindows,
    choose_level, choose_scenes, mercator, ordered,
};

use crate::compute::SceneBytes;
use dragonfly_core::protocol::{
    MAX_CELLS, NoSceneReason, SceneCandidate, SearchRequest, SearchResult, SideResult, ZoomOffer,
};

/// Days before and after a window in which the nearest scenes are searched for.
const NEAR_DAYS: u64 = 180;
/// Days named at most.
const MAX_NEAREST: usize = 5;

/// The search of the catalogue, over the windows of both sides.
pub fn question(search: &SearchRequest, area: &Area, window: DateWindow) -> stac::ItemSearch {
    stac::ItemSearch {
        collections: vec![search.collection.clone()],
        bbox: Some(area.bbox()),
        datetime: Some(window.to_stac_interval()),
        ..stac::ItemSearch::default()
    }
}

/// The days around a window in which a scene would be worth naming.
pub fn around(window: DateWindow) -> DateWindow {
    let days = Days::new(NEAR_DAYS);
    DateWindow { start: window.start - days, end: window.end + days }
}

/// The windows of a search.
pub fn windows(search: &SearchRequest) -> SearchWindows {
    SearchWindows::between(search.pre, search.post, search.assessment)
}

/// What is proposed of the items found in both windows.
pub fn found(
    search: &SearchRequest,
    area: &Area,
    (pre_items, post_items): (&[Item], &[Item]),
) -> SearchResult {
    let windows = windows(search);
    let side = |side, items, wanted| side_found(search, area, &windows, side, items, wanted);
    let post = side(FireSide::Post, post_items, windows.wanted_post());
    let chosen_days =
        post.scenes.iter().filter(|scene| scene.chosen).map(|scene| scene.datetime.date_naive());
    let latest_post = chosen_days.max().unwrap_or(windows.post.end);
    let pre = side(FireSide::Pre, pre_items, windows.wanted_pre(latest_post));
    // All are of the collection that was searched.
    let collection = post_items.first().or(pre_items.first()).map(Item::known_collection);
    let used = || pre.scenes.iter().chain(&post.scenes).filter(|scene| scene.chosen);
    let is_used = |item: &&Item| used().any(|scene| scene.id == item.id);
    let items: Vec<&Item> = pre_items.iter().chain(post_items).filter(is_used).collect();
    let pictures = PICTURES.map(|roles| {
        items.iter().any(|item| roles.into_iter().all(|role| item.band(role).is_ok()))
    });
    let zooms = zooms(search.zoom, area, (collection, pictures), used());
    SearchResult { pre, post, bbox: area.bbox(), zooms, kept: Vec::new() }
}

/// Days with a scene that is clear enough, the nearest to the window of a side first; none that
/// lies in the window of the other side, or beyond it.
pub fn nearest(search: &SearchRequest, items: &[Item], side: FireSide) -> Vec<NaiveDate> {
    let window = match side {
        FireSide::Pre => search.pre,
        FireSide::Post => search.post,
    };
    let is_of_side = |day: &NaiveDate| match side {
        FireSide::Pre => *day < search.post.start,
        FireSide::Post => *day > search.pre.end,
    };
    let is_clear = |item: &&Item| {
        item.properties.cloud_cover.is_none_or(|cover| cover <= search.max_cloud_cover)
    };
    let days: BTreeSet<NaiveDate> = items
        .iter()
        .filter(is_clear)
        .filter_map(|item| Some(item.acquired()?.date_naive()))
        .filter(is_of_side)
        .collect();
    let away =
        |day: &NaiveDate| (window.start - *day).num_days().max((*day - window.end).num_days());
    let days: Vec<NaiveDate> = days.into_iter().collect();
    let mut days = ordered(days, &|a, b| (away(a), *a).cmp(&(away(b), *b)));
    days.truncate(MAX_NEAREST);
    days
}

fn side_found(
    search: &SearchRequest,
    area: &Area,
    windows: &SearchWindows,
    side: FireSide,
    items: &[Item],
    wanted: NaiveDate,
) -> SideResult {
    let window = windows.side(side);
    let choice = choose_scenes(
        items,
        &SceneRequest {
            side,
            window,
            wanted,
            collection: &search.collection,
            bbox: area.bbox(),
            max_cloud_cover: search.max_cloud_cover,
            scenes_per_tile: search.scenes_per_tile,
            order: windows.order(side),
        },
    );
    let is_pinned = |item: &Item| search.pinned.contains(&item.id);
    let chosen: BTreeSet<&str> = match search.pinned.is_empty() {
        true => choice.used.iter().map(|item| item.id.as_str()).collect(),
        false => items.iter().filter(|item| is_pinned(item)).map(|item| item.id.as_str()).collect(),
    };
    let reason = |id: &str| {
        choice.skipped.iter().find(|skipped| skipped.id == id).map(|skipped| skipped.reason.clone())
    };
    // Pages of a search may overlap.
    let mut known = BTreeSet::new();
    let scenes: Vec<SceneCandidate> = items
        .iter()
        .filter(|item| item.touches(area.bbox()))
        .filter_map(|item| Some((item, item.acquired().filter(|at| window.contains(*at))?)))
        .filter(|(item, _)| known.insert(item.id.as_str()))
        .map(|(item, datetime)| {
            let is_chosen = chosen.contains(item.id.as_str());
            let passed_over =
                || reason(&item.id).unwrap_or_else(|| "other scenes are pinned".to_owned());
            SceneCandidate {
                id: item.id.clone(),
                datetime,
                cloud_cover: item.properties.cloud_cover,
                tile: item.tile_name(),
                bbox: item.bbox(),
                chosen: is_chosen,
                passed_over: (!is_chosen).then(passed_over),
            }
        })
        .collect();
    let scenes = ordered(scenes, &|a, b| a.datetime.cmp(&b.datetime).then_with(|| a.id.cmp(&b.id)));
    let without = match scenes.iter().any(|scene| scene.chosen) {
        true => None,
        false => Some(without(search, &scenes)),
    };
    SideResult { scenes, without }
}

fn without(search: &SearchRequest, scenes: &[SceneCandidate]) -> NoSceneReason {
    if scenes.is_empty() {
        return NoSceneReason::NoScene { nearest: Vec::new() };
    }
    if !search.pinned.is_empty() {
        return NoSceneReason::PinnedGone { ids: search.pinned.clone() };
    }
    let clouds = scenes.iter().filter_map(|scene| scene.cloud_cover);
    NoSceneReason::AllCloudy { least_cloud_cover: clouds.fold(100.0, f64::min) }
}

/// The bands of pictures in true and in false colour.
const PICTURES: [[BandRole; 3]; 2] =
    [BandRole::VISIBLE, [BandRole::Swir22, BandRole::Nir, BandRole::Red]];

/// The zoom requested, then coarser ones until one fits.
fn zooms<'a>(
    zoom: u8,
    area: &Area,
    images: (Option<&Collection>, [bool; 2]),
    scenes: impl Iterator<Item = &'a SceneCandidate>,
) -> Vec<ZoomOffer> {
    let boxes: Vec<[f64; 4]> = scenes.filter_map(|scene| scene.bbox).collect();
    let mut offers = Vec::new();
    for zoom in (0..=zoom).rev() {
        let offer = offer(zoom, area.bbox(), images, &boxes);
        offers.push(offer);
        if offer.fits {
            break;
        }
    }
    offers
}

fn offer(
    zoom: u8,
    bbox: [f64; 4],
    (collection, [has_true, has_false]): (Option<&Collection>, [bool; 2]),
    scene_boxes: &[[f64; 4]],
) -> ZoomOffer {
    let grid = Grid::covering(bbox, zoom);
    let (width, height) = (grid.inside_columns().len() as u32, grid.inside_rows().len() as u32);
    let cell_m = mercator::ground_size_m(zoom, (bbox[1] + bbox[3]) / 2.0);
    // Without any item there is no scene to be weighed.
    let (pixel_m, visible_pixel_m) =
        collection.map_or((20.0, 10.0), |known| (known.pixel_m, known.visible_pixel_m));
    let sum = |pixel_m: f64, pixel_bytes: f64| {
        scene_boxes
            .iter()
            .map(|scene| pixels(bbox, *scene, cell_m, pixel_m) * pixel_bytes / 1e6)
            .sum::<f64>()
    };
    ZoomOffer {
        zoom,
        width,
        height,
        cell_m,
        megabytes: sum(pixel_m, 2.0 * BAND_BYTES + MASK_BYTES),
        true_megabytes: if has_true { sum(visible_pixel_m, 3.0 * BAND_BYTES) } else { 0.0 },
        // Near infrared and SWIR2 are there already.
        false_megabytes: if has_false { sum(visible_pixel_m, BAND_BYTES) } else { 0.0 },
        fits: u64::from(width) * u64::from(height) <= MAX_CELLS,
    }
}

/// From this download on it is worth reading the heads of some files to weigh it, MB.
pub const WEIGH_ABOVE_MB: f64 = 8.0;

/// Corrects what computing takes, by scenes whose files were looked into: each with its box and the
/// bytes that the area takes of it at the zoom of the first offer.
pub fn corrected(result: &mut SearchResult, samples: &[(Item, SceneBytes)]) {
    let Some(zoom) = result.zooms.first().map(|offer| offer.zoom) else { return };
    let (mut numbers, mut visible) = (Ratio::default(), Ratio::default());
    for (item, bytes) in samples {
        let boxes: Vec<_> = item.bbox().into_iter().collect();
        let images = (Some(item.known_collection()), [true; 2]);
        let estimated = offer(zoom, result.bbox, images, &boxes);
        numbers.add(bytes.numbers, estimated.megabytes);
        if let Some(visible_band) = bytes.visible_band {
            visible.add(visible_band, estimated.false_megabytes);
        }
    }
    for offer in &mut result.zooms {
        offer.megabytes *= numbers.value();
        offer.true_megabytes *= visible.value();
        offer.false_megabytes *= visible.value();
    }
}

/// How many times as much samples take as was estimated of them.
#[derive(Default)]
struct Ratio {
    megabytes: f64,
    estimated: f64,
}

impl Ratio {
    fn add(&mut self, bytes: u64, estimated: f64) {
        self.megabytes += bytes as f64 / 1e6;
        self.estimated += estimated;
    }

    /// 1 without samples.
    fn value(&self) -> f64 {
        let is_known = self.megabytes > 0.0 && self.estimated > 0.0;
        if is_known { self.megabytes / self.estimated } else { 1.0 }
    }
}

/// What a band of 16 bits weighs a pixel, compressed as the archives of Sentinel-2 are. Bytes.
const BAND_BYTES: f64 = 1.6;
/// What a mask weighs a pixel. Bytes.
const MASK_BYTES: f64 = 0.1;
/// Pixels of a level across one of full resolution, from full resolution to the coarsest overview.
const LEVELS: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
/// Pixels by which blocks reach beyond the area, both edges together.
const BLOCK_PX: f64 = 512.0;

/// How many pixels of a band an area takes of a scene; both as boxes in degrees.
fn pixels(area: [f64; 4], scene: [f64; 4], cell_m: f64, pixel_m: f64) -> f64 {
    // A scene across the antimeridian may be stated a turn away.
    let turn = ((area[0] + area[2] - scene[0] - scene[2]) / 720.0).round() * 360.0;
    let (west, east) = (area[0].max(scene[0] + turn), area[2].min(scene[2] + turn));
    let (south, north) = (area[1].max(scene[1]), area[3].min(scene[3]));
    if west >= east || south >= north {
        return 0.0;
    }
    let level = choose_level(&LEVELS, cell_m / pixel_m).unwrap_or(0);
    let (left, bottom) = mercator::metres_from_lonlat(west, south);
    let (right, top) = mercator::metres_from_lonlat(east, north);
    // Metres of the projection to metres on the ground.
    let stretch = mercator::ground_size_m(0, (south + north) / 2.0) / mercator::cell_size_m(0);
    let along = |metres: f64| metres * stretch / (pixel_m * LEVELS[level]) + BLOCK_PX;
    along(right - left) * along(top - bottom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::protocol::PictureKind;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A degree inside one scene, offered at a zoom, of a collection with these assets.
    fn offered(collection: &str, nir: &str, zoom: u8) -> ZoomOffer {
        let item = format!(
            r#"{{"id":"a","collection":"{collection}","properties":{{}},"assets":{{"{nir}":{{"href":"a.tif"}}}}}}"#
        );
        let item: Item = serde_json::from_str(&item).unwrap();
        offer(
            zoom,
            [10.0, 40.0, 11.0, 41.0],
            (Some(item.known_collection()), [true; 2]),
            &[[9.0, 39.0, 12.0, 42.0]],
        )
    }

    #[test]
    fn a_rolling_map_is_proposed_the_newest_scenes_so_that_two_views_agree() {
        let days = ["2025-08-01", "2025-08-06", "2025-08-26", "2025-08-31"];
        let items = days.map(|day| {
            let cloud = if day < "2025-08-20" { 2 } else { 50 };
            let text = format!(
                r#"{{"id":"{day}","collection":"sentinel-2-l2a","bbox":[9,39,12,42],"assets":{{}},
                    "properties":{{"datetime":"{day}T10:00:00Z","eo:cloud_cover":{cloud}}}}}"#
            );
            serde_json::from_str::<Item>(&text).unwrap()
        });
        let proposed = |assessment: &str| {
            let search = format!(
                r#"{{"area":"{{}}","zoom":10,"pre":{{"start":"2024-08-01","end":"2024-08-31"}},
                    "post":{{"start":"2025-08-01","end":"2025-08-31"}},"stac_url":"x",
                    "assessment":"{assessment}","collection":"sentinel-2-l2a",
                    "max_cloud_cover":60,"scenes_per_tile":1}}"#
            );
            let search: SearchRequest = serde_json::from_str(&search).unwrap();
            let ring = "[10,40],[11,40],[11,41],[10,41],[10,40]";
            let area = format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#);
            let found = found(&search, &Area::from_geojson(&area).unwrap(), (&[], &items));
            let chosen = found.post.scenes.into_iter().filter(|scene| scene.chosen);
            chosen.map(|scene| scene.id).collect::<Vec<_>>()
        };
        assert_eq!(proposed("rolling"), days);
        assert_eq!(proposed("initial"), ["2025-08-01"]);
    }

    #[test]
    fn the_nearest_days_of_a_side_are_none_of_the_other() {
        let search: SearchRequest = serde_json::from_str(
            r#"{"area":"{}","zoom":10,"pre":{"start":"2025-06-10","end":"2025-06-20"},
                "post":{"start":"2025-07-20","end":"2025-07-22"},"stac_url":"x",
                "collection":"a","max_cloud_cover":60,"scenes_per_tile":1}"#,
        )
        .unwrap();
        let days = ["2025-06-01", "2025-06-12", "2025-07-01", "2025-07-30"];
        let items = days.map(|day| {
            let properties = format!(r#"{{"datetime":"{day}T10:00:00Z"}}"#);
            let text = format!(r#"{{"id":"{day}","properties":{properties},"assets":{{}}}}"#);
            serde_json::from_str::<Item>(&text).unwrap()
        });
        let near = |side| -> Vec<String> {
            nearest(&search, &items, side).iter().map(NaiveDate::to_string).collect()
        };
        assert_eq!(near(FireSide::Post), ["2025-07-30", "2025-07-01"]);
        assert_eq!(near(FireSide::Pre), ["2025-06-12", "2025-06-01", "2025-07-01"]);
    }

    #[test]
    fn pictures_of_sentinel_2_weigh_more_than_its_numbers() {
        let offer = offered("sentinel-2-l2a", "nir08", 13);
        // 85 km by 111 km in pixels of 20 m, and of 10 m.
        assert!((offer.megabytes - 90.0).abs() < 10.0, "{offer:?}");
        assert!((offer.true_megabytes / offer.megabytes - 5.3).abs() < 0.3, "{offer:?}");
        assert!((offer.true_megabytes / offer.false_megabytes - 3.0).abs() < 1e-9);
        assert_eq!(offer.megabytes_with(None), offer.megabytes);
        assert_eq!(
            offer.megabytes_with(Some(PictureKind::True)),
            offer.megabytes + offer.true_megabytes
        );
    }

    #[test]
    fn an_estimate_is_corrected_by_what_files_list() {
        let item = r#"{"id":"a","collection":"sentinel-2-l2a","properties":{},"bbox":[9,39,12,42],
            "assets":{"nir08":{"href":"a.tif"}}}"#;
        let item: Item = serde_json::from_str(item).unwrap();
        let before = offered("sentinel-2-l2a", "nir08", 13);
        let result = || SearchResult {
            pre: SideResult { scenes: Vec::new(), without: None },
            post: SideResult { scenes: Vec::new(), without: None },
            bbox: [10.0, 40.0, 11.0, 41.0],
            zooms: vec![before],
            kept: Vec::new(),
        };
        let megabytes = |numbers: f64| (numbers * 1e6) as u64;
        let mut weighed = result();
        let bytes = SceneBytes {
            numbers: megabytes(before.megabytes / 2.0),
            visible_band: Some(megabytes(before.false_megabytes / 7.0)),
        };
        corrected(&mut weighed, &[(item.clone(), bytes)]);
        let after = weighed.zooms[0];
        assert!((after.megabytes / before.megabytes - 0.5).abs() < 1e-3, "{after:?}");
        assert!((after.true_megabytes / before.true_megabytes - 1.0 / 7.0).abs() < 1e-3);
        // Without samples, and with empty ones, the estimate stays.
        for samples in [vec![], vec![(item, SceneBytes::default())]] {
            let mut unweighed = result();
            corrected(&mut unweighed, &samples);
            assert_eq!(unweighed.zooms, [before]);
        }
    }

    #[test]
    fn pixels_of_30_m_weigh_less() {
        let (sentinel, landsat) =
            (offered("sentinel-2-l2a", "nir08", 13), offered("landsat-c2-l2", "nir08", 13));
        assert!((sentinel.megabytes / landsat.megabytes - 2.0).abs() < 0.2, "{landsat:?}");
        // Full resolution from zoom 11 on; before, the overviews.
        assert_eq!(offered("landsat-c2-l2", "nir08", 11).megabytes, landsat.megabytes);
        assert!(offered("hls2-s30", "B8A", 10).megabytes < landsat.megabytes / 2.5);
    }

    #[test]
    fn a_scene_across_the_antimeridian_weighs_as_much_on_either_side() {
        let seen = |west: f64| {
            pixels([west, -16.6, west + 0.2, -16.4], [179.0, -17.0, 181.0, -16.0], 20.0, 20.0)
        };
        assert!(seen(179.5) > 1e5 && (seen(179.5) - seen(-179.5)).abs() < 1.0);
        assert_eq!(seen(-178.9), 0.0);
    }
}
