//! The published metadata, read without trust: what is broken is left out, and the rest still
//! shows.

use dragonfly_core::metadata::{
    Assessment, Basemap, ClientConfig, EarlierRun, FireMask, IndexedRegion, MapMeta, RegionMeta,
    RunStatus, SceneDates, TilesSkipped, UsedScene,
};
use dragonfly_core::{
    BackgroundDnbr, BurntPatch, DnbrOffset, EmptyShare, FireSide, Hectares, RunFailure, Severity,
    SkippedScene, TileIndex, TileRange, WindowReason, ZoomIndex,
};

use crate::data::fields::Fields;
use crate::data::json::Value;
use crate::state::key;

/// Where the settings are.
pub const CONFIG_URL: &str = "/meta/client.json";
/// Where the list of regions is.
pub const INDEX_URL: &str = "/meta/index.json";
/// Finer tiles than this are no map's; a bigger number is a broken file.
const FINEST_ZOOM: u8 = 22;
/// Basemaps that say nothing of it have tiles to this zoom.
const FINEST_BASEMAP_ZOOM: u8 = 19;

const STATUSES: [(&str, RunStatus); 4] = [
    ("pending", RunStatus::Pending),
    ("success", RunStatus::Success),
    ("failed", RunStatus::Failed),
    ("waiting", RunStatus::Waiting),
];
const ASSESSMENTS: [(&str, Assessment); 3] = [
    ("initial", Assessment::Initial),
    ("extended", Assessment::Extended),
    ("rolling", Assessment::Rolling),
];
const SIDES: [(&str, FireSide); 2] = [("pre", FireSide::Pre), ("post", FireSide::Post)];

/// A published file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PublishedFileError {
    /// Not the JSON that it should be.
    #[error("not readable")]
    Json,
    /// A list of regions without the list.
    #[error("no list of regions in it")]
    NoRegions,
    /// The description of a region lacks something, or the settings do.
    #[error("incomplete")]
    Incomplete,
    /// A map was published, but its description cannot be read.
    #[error("the description of the map is incomplete")]
    Map,
}

/// The readable lines of the index, and how many were not.
#[derive(Debug, Default, PartialEq)]
pub struct ReadIndex {
    /// The regions.
    pub regions: Vec<IndexedRegion>,
    /// Lines that could not be read.
    pub broken: usize,
}

/// Reads `meta/index.json`; a broken line does not hide the others.
pub fn index_from_json(text: &str) -> Result<ReadIndex, PublishedFileError> {
    let index = Value::read(text).ok_or(PublishedFileError::Json)?;
    let lines =
        index.field("regions").and_then(Value::list).ok_or(PublishedFileError::NoRegions)?;
    let read = |line| Fields::of(line).and_then(line_of_index);
    let regions: Vec<IndexedRegion> = lines.iter().filter_map(read).filter(has_a_place).collect();
    Ok(ReadIndex { broken: lines.len() - regions.len(), regions })
}

/// Reads `meta/<region>.json`.
pub fn region_from_json(text: &str) -> Result<RegionMeta, PublishedFileError> {
    let value = Value::read(text).ok_or(PublishedFileError::Json)?;
    // Where a single field of a map is broken, the map would silently be taken for absent.
    let names_a_map = value.field("run_id").is_some_and(|run_id| *run_id != Value::Null);
    let meta = Fields::of(&value).and_then(region).ok_or(PublishedFileError::Incomplete)?;
    let drawable = |zoom_min: u8, zoom_max: u8| zoom_min <= zoom_max && zoom_max <= FINEST_ZOOM;
    match &meta.map {
        None if names_a_map => Err(PublishedFileError::Map),
        Some(map) if !drawable(map.zoom_min, map.zoom_max) => Err(PublishedFileError::Map),
        _ => Ok(meta),
    }
}

/// Reads `meta/client.json`.
pub fn config_from_json(text: &str) -> Result<ClientConfig, PublishedFileError> {
    let value = Value::read(text).ok_or(PublishedFileError::Json)?;
    Fields::of(&value).and_then(config).ok_or(PublishedFileError::Incomplete)
}

fn has_a_place(line: &IndexedRegion) -> bool {
    let [west, south, east, north] = line.bbox;
    west < east
        && south < north
        && (-90.0..=90.0).contains(&south)
        && (-90.0..=90.0).contains(&north)
}

fn line_of_index(line: Fields<'_>) -> Option<IndexedRegion> {
    Some(IndexedRegion {
        name: line.text("name")?,
        title: line.text("title")?,
        group: line.maybe("group", Fields::text)?,
        bbox: line.bbox("bbox")?,
        priority: line.small_count("priority")?,
        generated_at: line.maybe("generated_at", Fields::moment)?,
        last_status: line.word("last_status", &STATUSES)?,
        last_success_at: line.maybe("last_success_at", Fields::moment)?,
        update_interval_days: line.small_count("update_interval_days")?,
        first_seen_at: line.maybe("first_seen_at", Fields::moment)?,
        meta_url: line.text("meta_url")?,
    })
}

fn config(config: Fields<'_>) -> Option<ClientConfig> {
    let basemaps = |config: Fields<'_>, name: &str| config.list(name, basemap);
    Some(ClientConfig {
        stac_url: config.maybe("stac_url", Fields::text)?,
        proxy_base: config.maybe("proxy_base", Fields::text)?,
        highres_zoom: config.small_count("highres_zoom")?,
        basemaps: config.or("basemaps", Vec::new(), basemaps)?,
        stale_after_days: config.small_count("stale_after_days")?,
        attribution: config.text("attribution")?,
        // What a newer server says besides is nothing that this page knows of.
        other: Default::default(),
    })
}

fn basemap(basemap: Fields<'_>) -> Option<Basemap> {
    Some(Basemap {
        title: basemap.text("title")?,
        url: basemap.text("url")?,
        attribution: basemap.text("attribution")?,
        max_zoom: basemap.or("max_zoom", FINEST_BASEMAP_ZOOM, Fields::small_count)?,
    })
}

fn region(meta: Fields<'_>) -> Option<RegionMeta> {
    let earlier_run = |run: Fields<'_>| {
        Some(EarlierRun { run_id: run.text("run_id")?, replaced_at: run.moment("replaced_at")? })
    };
    Some(RegionMeta {
        region_name: meta.text("region_name")?,
        title: meta.text("title")?,
        group: meta.maybe("group", Fields::text)?,
        bbox: meta.bbox("bbox")?,
        last_run_at: meta.maybe("last_run_at", Fields::moment)?,
        last_status: meta.word("last_status", &STATUSES)?,
        last_error: meta.maybe("last_error", Fields::text)?,
        failure: meta.part("failure").map(run_failure),
        last_success_at: meta.maybe("last_success_at", Fields::moment)?,
        consecutive_failures: meta.or("consecutive_failures", 0, Fields::small_count)?,
        earlier_runs: meta
            .or("earlier_runs", Vec::new(), |meta, name| meta.list(name, earlier_run))?,
        map: map(meta),
    })
}

fn map(map: Fields<'_>) -> Option<MapMeta> {
    let skipped = map.part("tiles_skipped")?;
    Some(MapMeta {
        generated_at: map.moment("generated_at")?,
        run_id: map.text("run_id")?,
        assessment: map.word("assessment", &ASSESSMENTS)?,
        pre_start: map.day("pre_start")?,
        pre_end: map.day("pre_end")?,
        post_start: map.day("post_start")?,
        post_end: map.day("post_end")?,
        pre_window: scene_dates(map.part("pre_window")?)?,
        post_window: scene_dates(map.part("post_window")?)?,
        window_reason: map.text("window_reason")?,
        window: map.part("window").and_then(window_reason),
        tile_url_template: map.text("tile_url_template")?,
        run_tile_url_template: map.text("run_tile_url_template")?,
        zoom_min: map.small_count("zoom_min")?,
        zoom_max: map.small_count("zoom_max")?,
        cell_size_m: map.number("cell_size_m")?,
        tile_count: map.count("tile_count")?,
        tiles_skipped: TilesSkipped {
            empty: skipped.count("empty")?,
            unburned: skipped.count("unburned")?,
        },
        tile_index: TileIndex(map.list("tile_index", zoom_index)?),
        disk_usage_mb: map.number("disk_usage_mb")?,
        raster_url: map.text("raster_url")?,
        hectares: hectares(map.part("hectares")?)?,
        implausible_share: map.number("implausible_share")?,
        empty_share: empty_share(map.part("empty_share")?)?,
        clear_observations_mean: map.number("clear_observations_mean")?,
        background_dnbr: map.maybe("background_dnbr", background)?,
        dnbr_offset: map.maybe("dnbr_offset", dnbr_offset)?,
        burnt_patches: map.list("burnt_patches", burnt_patch)?,
        fire_mask: map.maybe("fire_mask", fire_mask)?,
        masks: map.text("masks")?,
        scenes: map.list("scenes", used_scene)?,
        scenes_skipped: map.list("scenes_skipped", |scene| {
            Some(SkippedScene { id: scene.text("id")?, reason: scene.text("reason")?, why: None })
        })?,
        collection: map.text("collection")?,
        attribution: map.text("attribution")?,
        core_version: map.text("core_version")?,
    })
}

fn scene_dates(dates: Fields<'_>) -> Option<SceneDates> {
    Some(SceneDates { first: dates.day("first")?, last: dates.day("last")? })
}

fn zoom_index(index: Fields<'_>) -> Option<ZoomIndex> {
    let tiles = TileRange {
        z: index.small_count("z")?,
        x_start: index.small_count("x_start")?,
        y_start: index.small_count("y_start")?,
        x_end: index.small_count("x_end")?,
        y_end: index.small_count("y_end")?,
    };
    Some(ZoomIndex { tiles, runs: index.text("runs")? })
}

fn hectares(areas: Fields<'_>) -> Option<Hectares> {
    let area = |name| areas.or(name, 0.0, Fields::number);
    Some(Hectares {
        regrowth_high: area("regrowth_high")?,
        regrowth_low: area("regrowth_low")?,
        unburned: area("unburned")?,
        low: area("low")?,
        moderate_low: area("moderate_low")?,
        moderate_high: area("moderate_high")?,
        high: area("high")?,
    })
}

fn empty_share(shares: Fields<'_>) -> Option<EmptyShare> {
    let share = |name| shares.or(name, 0.0, Fields::number);
    Some(EmptyShare {
        outside_zone: share("outside_zone")?,
        never_observed: share("never_observed")?,
        cloud: share("cloud")?,
        water: share("water")?,
        no_data: share("no_data")?,
    })
}

fn background(map: Fields<'_>, name: &str) -> Option<BackgroundDnbr> {
    let background = map.part(name)?;
    Some(BackgroundDnbr { median: background.number("median")?, mad: background.number("mad")? })
}

fn dnbr_offset(map: Fields<'_>, name: &str) -> Option<DnbrOffset> {
    let offset = map.part(name)?;
    Some(DnbrOffset {
        mean: offset.number("mean")?,
        sd: offset.number("sd")?,
        count: offset.count("count")?,
    })
}

fn fire_mask(map: Fields<'_>, name: &str) -> Option<FireMask> {
    let mask = map.part(name)?;
    Some(FireMask {
        path: mask.text("path")?,
        zone_share: mask.number("zone_share")?,
        blocks_skipped: mask.or("blocks_skipped", 0, Fields::count)?,
    })
}

fn burnt_patch(patch: Fields<'_>) -> Option<BurntPatch> {
    Some(BurntPatch {
        lon: patch.number("lon")?,
        lat: patch.number("lat")?,
        hectares: patch.number("hectares")?,
        worst: patch.word("worst", &Severity::ALL.map(|class| (key::of_class(class), class)))?,
    })
}

/// Why the windows of a map are what they are; `None` for a reason newer than this page.
fn window_reason(reason: Fields<'_>) -> Option<WindowReason> {
    Some(match reason.text("kind")?.as_str() {
        "around_fire" => {
            WindowReason::AroundFire { first: reason.day("first")?, last: reason.day("last")? }
        }
        "configured" => WindowReason::Configured,
        "rolling" => WindowReason::Rolling { days: reason.small_count("days")? },
        "chosen" => WindowReason::Chosen,
        _ => return None,
    })
}

/// Why a run failed; [`RunFailure::Other`] for a cause newer than this page.
fn run_failure(failure: Fields<'_>) -> RunFailure {
    let read = || -> Option<RunFailure> {
        Some(match failure.text("kind")?.as_str() {
            "no_scene" => RunFailure::NoScene { side: failure.word("side", &SIDES)? },
            "unreadable_scenes" => RunFailure::UnreadableScenes {
                unreadable: failure.count("unreadable")?,
                tried: failure.count("tried")?,
            },
            "too_little_observed" => RunFailure::TooLittleObserved {
                observed_share: failure.number("observed_share")?,
                min_share: failure.number("min_share")?,
            },
            "disk_full" => RunFailure::DiskFull,
            "took_too_long" => {
                RunFailure::TookTooLong { max_minutes: failure.number("max_minutes")? }
            }
            "killed" => RunFailure::Killed,
            "catalogue" => RunFailure::Catalogue,
            _ => return None,
        })
    };
    read().unwrap_or(RunFailure::Other)
}

fn used_scene(scene: Fields<'_>) -> Option<UsedScene> {
    Some(UsedScene {
        id: scene.text("id")?,
        side: scene.word("side", &SIDES)?,
        datetime: scene.moment("datetime")?,
        cloud_cover: scene.maybe("cloud_cover", Fields::number)?,
        processing_baseline: scene.maybe("processing_baseline", Fields::text)?,
        offset: scene.number("offset")? as f32,
        offset_reason: scene.text("offset_reason")?,
        offset_kind: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::region_entry::tests::entry_with_map;
    use proptest::prelude::*;

    const MADRE: &str = r#"{"name":"madre","title":"Madre Fire","bbox":[-120.07,35.01,-119.67,35.24],"priority":1,
        "last_status":"success","update_interval_days":7,"meta_url":"/meta/madre.json"}"#;

    #[test]
    fn a_broken_line_does_not_hide_the_others() {
        let upside_down = MADRE.replace("35.24", "-35.24");
        let text = format!(
            r#"{{"generated_at":"x","regions":[{MADRE},{{"name":7}},{upside_down},null]}}"#
        );
        let index = index_from_json(&text).unwrap();
        assert_eq!(
            index.regions.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(),
            ["madre"]
        );
        assert_eq!(index.broken, 3);
    }

    #[test]
    fn what_is_no_index_is_an_error() {
        assert!(matches!(index_from_json("<html>"), Err(PublishedFileError::Json)));
        assert!(matches!(index_from_json("{}"), Err(PublishedFileError::NoRegions)));
    }

    #[test]
    fn a_region_without_a_run_has_no_map() {
        let text = r#"{"region_name":"r","title":"R","bbox":[0,0,1,1],"last_status":"pending"}"#;
        assert_eq!(region_from_json(text).unwrap().map, None);
    }

    #[test]
    fn a_half_described_map_is_broken_and_not_absent() {
        let text = r#"{"region_name":"r","title":"R","bbox":[0,0,1,1],"last_status":"success","run_id":"x"}"#;
        assert!(matches!(region_from_json(text), Err(PublishedFileError::Map)));
    }

    /// A region with everything that can be said of one.
    fn full() -> serde_json::Value {
        let mut meta = serde_json::to_value(
            entry_with_map("madre", [-120.07, 35.01, -119.67, 35.24], "1s").described().unwrap(),
        )
        .unwrap();
        let more = serde_json::json!({
            "group": "fires", "last_run_at": "2025-08-22T03:00:00.5Z", "last_error": "x", "consecutive_failures": 2,
            "last_success_at": "2025-08-21T03:00:00Z", "last_status": "waiting",
            "earlier_runs": [{"run_id": "a", "replaced_at": "2025-08-20T00:00:00Z"}],
            "background_dnbr": {"median": 0.01, "mad": 0.02},
            "dnbr_offset": {"mean": 0.01, "sd": 0.1, "count": 9},
            "fire_mask": {"path": "/x", "zone_share": 0.5, "blocks_skipped": 3},
            "burnt_patches": [{"lon": -119.9, "lat": 35.1, "hectares": 12.5, "worst": "moderate_high"}],
            "scenes": [{"id": "s", "side": "post", "datetime": "2025-07-24T18:39:19.024Z", "cloud_cover": 1.5,
                "processing_baseline": "05.11", "offset": -1000.0, "offset_reason": "r"}],
            "scenes_skipped": [{"id": "t", "reason": "cloud"}],
            "empty_share": {"cloud": 0.1, "water": 0.2},
        });
        meta.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        meta
    }

    /// The fields of an object and of all that is in it, as pointers.
    fn pointers(value: &serde_json::Value, at: &str, all: &mut Vec<String>) {
        let inner: Vec<_> = match value {
            serde_json::Value::Object(fields) => {
                fields.iter().map(|(name, it)| (name.clone(), it)).collect()
            }
            serde_json::Value::Array(items) => {
                items.iter().enumerate().map(|(at, it)| (at.to_string(), it)).collect()
            }
            _ => Vec::new(),
        };
        for (name, it) in inner {
            let pointer = format!("{at}/{name}");
            pointers(it, &pointer, all);
            all.push(pointer);
        }
    }

    fn check(meta: &serde_json::Value, what: &str) {
        let derived = serde_json::from_value::<RegionMeta>(meta.clone()).ok();
        let ours = Value::read(&meta.to_string()).and_then(|value| region(Fields::of(&value)?));
        assert_eq!(ours, derived, "{what}");
    }

    #[test]
    fn a_region_is_read_as_the_derived_reader_reads_it_whatever_field_is_broken() {
        let whole = full();
        check(&whole, "whole");
        let mut all = Vec::new();
        pointers(&whole, "", &mut all);
        assert!(all.len() > 90, "{}", all.len());
        let others = [
            serde_json::json!(null),
            serde_json::json!("x"),
            serde_json::json!(-1.5),
            serde_json::json!([[]]),
        ];
        for pointer in &all {
            for other in &others {
                let mut broken = whole.clone();
                *broken.pointer_mut(pointer).unwrap() = other.clone();
                check(&broken, &format!("{pointer} = {other}"));
            }
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let mut lacking = whole.clone();
            if let Some(fields) =
                lacking.pointer_mut(parent).and_then(serde_json::Value::as_object_mut)
            {
                fields.remove(name);
                check(&lacking, &format!("{pointer} is gone"));
            }
        }
    }

    #[test]
    fn the_index_and_the_settings_are_read_as_the_derived_readers_read_them() {
        let line: IndexedRegion = serde_json::from_str(MADRE).unwrap();
        assert_eq!(
            index_from_json(&format!(r#"{{"regions":[{MADRE}]}}"#)).unwrap().regions,
            [line]
        );
        let text = r#"{"stac_url":"/stac","highres_zoom":11,"stale_after_days":30,"attribution":"x","basemaps":[
            {"title":"Streets","url":"https://x/{z}/{x}/{y}.png","attribution":"them"}],"later":1}"#;
        let derived: ClientConfig = serde_json::from_str(text).unwrap();
        let ours = config_from_json(text).unwrap();
        assert_eq!(ours, ClientConfig { other: ours.other.clone(), ..derived });
    }

    proptest! {
        #[test]
        fn no_text_is_too_much_for_the_readers(text in "\\PC*", start in 0usize..400) {
            let whole = full().to_string();
            let cut = whole.get(..start.min(whole.len())).unwrap_or_default();
            for text in [text.as_str(), cut] {
                let _ = (index_from_json(text), region_from_json(text), config_from_json(text));
            }
        }
    }
}
