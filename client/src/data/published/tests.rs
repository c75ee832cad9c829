use std::collections::BTreeSet;

use super::fires::FIRE_STATES;
use super::*;
use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_core::metadata::{
    Assessment, EarlierRun, FireMask, HighresConfig, MapMeta, MapSummary, MappedFire, MarkTiles,
    RegionIndex, SceneDates, TilesSkipped, UsedScene,
};
use dragonfly_core::page_config::PAGE_LANGUAGES;
use dragonfly_core::{
    BackgroundDnbr, BurntPatch, DnbrOffset, EmptyShare, FireList, FireMapKind, FireSide, FireState,
    Hectares, ListedFire, MapLayers, MapWarning, MaskRules, NoFireMap, OffsetReason, PointSource,
    RunFailure, Severity, SkipReason, SkippedScene, TileIndex, TileRange, WarningReason,
    WindowReason, ZoomIndex,
};
use proptest::prelude::*;

/// The keys of core's files that the readers ignore, and why.
const UNREAD: [(&str, &str); 10] = [
    ("index/generated_at", "the page shows the age of each map instead"),
    ("config/token_url", "HighresConfig: read by the tools with serde"),
    ("config/catalogue_hosts", "HighresConfig: read by the tools with serde"),
    ("config/own_attribution", "HighresConfig: read by the tools with serde"),
    ("config/allow_private_addresses", "HighresConfig: read by the tools with serde"),
    ("config/cloud_margin_m", "HighresConfig: read by the tools with serde"),
    ("config/masks", "HighresConfig: read by the tools with serde"),
    ("config/masks/scl", "HighresConfig: read by the tools with serde"),
    ("config/masks/qa_pixel", "HighresConfig: read by the tools with serde"),
    ("config/masks/fmask", "HighresConfig: read by the tools with serde"),
];

const MADRE: &str = r#"{"name":"madre","title":"Madre Fire","bbox":[-120.07,35.01,-119.67,35.24],"priority":1,
    "last_status":"success","update_interval_days":7,"meta_url":"/meta/madre.json"}"#;

/// All reasons for an offset.
pub(crate) const OFFSET_KINDS: [OffsetReason; 12] = [
    OffsetReason::RasterBands,
    OffsetReason::NoOffset,
    OffsetReason::Collection,
    OffsetReason::BaselineBelow0400,
    OffsetReason::BoaOffsetApplied,
    OffsetReason::DoubtedBoaOffsetApplied,
    OffsetReason::AsDelivered,
    OffsetReason::DarkPixels,
    OffsetReason::UnverifiedRasterBands,
    OffsetReason::UnverifiedBaseline,
    OffsetReason::RasterBandsInDn,
    OffsetReason::UnverifiedNoOffset,
];

/// All reasons why a scene was not used that have words of their own.
pub(crate) fn skip_reasons() -> [SkipReason; 5] {
    [
        SkipReason::Duplicate { of: "s".to_owned() },
        SkipReason::TooCloudy { cloud_cover: 83.4, max_cloud_cover: 60.0 },
        SkipReason::BetterScenes { count: 2, tile: "MGRS-10SGD".to_owned() },
        SkipReason::Unreadable,
        SkipReason::Refused,
    ]
}

/// All reasons to doubt a map that have words of their own.
pub(crate) const WARNING_REASONS: [WarningReason; 14] = [
    WarningReason::IncompleteSearch { matched: 20, received: 10 },
    WarningReason::UnrequestedScenes { unrequested: 3, received: 10 },
    WarningReason::OtherMask { scenes: 1 },
    WarningReason::MostlyBurnt { percent: 97 },
    WarningReason::MostlyRegrown { percent: 99 },
    WarningReason::Unmasked { scenes: 2 },
    WarningReason::LessSeen { scenes: 3 },
    WarningReason::UncertainOffset { scenes: 4 },
    WarningReason::NoFireForOffset,
    WarningReason::SmallOffsetRing { cells: 12 },
    WarningReason::BackgroundDrift { thousandths: -45 },
    WarningReason::SparseVegetation { thousandths: 120 },
    WarningReason::LowSun { scenes: 5 },
    WarningReason::DriftingOrbit { scenes: 6 },
];

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A region with every field filled: a new field of core does not compile here.
fn full_region() -> RegionMeta {
    RegionMeta {
        region_name: "madre".to_owned(),
        title: "Madre Fire".to_owned(),
        group: Some("fires".to_owned()),
        bbox: [-120.07, 35.01, -119.67, 35.24],
        last_run_at: Some(moment("2025-08-22T03:00:00.500Z")),
        last_status: RunStatus::Failed,
        last_error: Some("no scene".to_owned()),
        failure: Some(RunFailure::NoScene { side: FireSide::Post }),
        last_success_at: Some(moment("2025-08-21T03:00:00Z")),
        consecutive_failures: 2,
        earlier_runs: vec![EarlierRun {
            run_id: "20250814T030000Z0001".to_owned(),
            replaced_at: moment("2025-08-21T03:09:00Z"),
            post_window: Some(SceneDates { first: day("2025-08-01"), last: day("2025-08-12") }),
        }],
        map: Some(full_map()),
    }
}

/// Long: a literal of every field, so that a new field does not compile until it is added.
fn full_map() -> MapMeta {
    MapMeta {
        generated_at: moment("2025-08-21T03:00:00Z"),
        run_id: "20250821T030000Z0001".to_owned(),
        assessment: Assessment::Initial,
        pre_start: day("2025-06-01"),
        pre_end: day("2025-07-01"),
        post_start: day("2025-07-20"),
        post_end: day("2025-08-20"),
        pre_window: SceneDates { first: day("2025-06-14"), last: day("2025-06-29") },
        post_window: SceneDates { first: day("2025-07-24"), last: day("2025-07-25") },
        window_reason: "around the fire".to_owned(),
        window: Some(WindowReason::AroundFire {
            first: day("2025-07-02"),
            last: day("2025-07-10"),
        }),
        tile_url_template: "/tiles/madre/dnbr/{z}/{x}/{y}.png".to_owned(),
        run_tile_url_template: "/runs/1/{z}/{x}/{y}.png".to_owned(),
        zoom_min: 8,
        zoom_max: 9,
        cell_size_m: 250.0,
        tile_count: 1,
        tiles_skipped: TilesSkipped { empty: 1, unburned: 2 },
        tile_index: TileIndex(vec![ZoomIndex {
            tiles: TileRange { z: 9, x_start: 85, y_start: 202, x_end: 86, y_end: 203 },
            runs: "1s".to_owned(),
        }]),
        disk_usage_mb: 0.1,
        raster_url: "/rasters/madre.tif".to_owned(),
        layers: Some(MapLayers::new(|layer| format!("/rasters/{}.tif", layer.name()))),
        provisional_hectares: Hectares { high: 3.5, ..Hectares::default() },
        provisional_share: 0.25,
        provisional_tiles: Some(MarkTiles {
            run_tile_url_template: "/runs/1/provisional/{z}/{x}/{y}.png".to_owned(),
            tile_count: 1,
            tile_index: TileIndex(vec![ZoomIndex {
                tiles: TileRange { z: 9, x_start: 85, y_start: 202, x_end: 86, y_end: 203 },
                runs: "1s".to_owned(),
            }]),
        }),
        hectares: Hectares {
            regrowth_high: 1.0,
            regrowth_low: 2.0,
            unburned: 3.0,
            low: 4.0,
            moderate_low: 5.0,
            moderate_high: 6.0,
            high: 7.0,
        },
        hectares_cell_m: Some(250.0),
        implausible_share: 0.001,
        empty_share: EmptyShare {
            outside_zone: 0.1,
            never_observed: 0.11,
            cloud: 0.12,
            water: 0.13,
            water_after: 0.05,
            no_data: 0.14,
        },
        clear_observations_mean: 2.0,
        background_dnbr: Some(BackgroundDnbr { median: 0.01, mad: 0.02 }),
        dnbr_offset: Some(DnbrOffset { mean: 0.01, sd: 0.1, count: 9, mad: Some(0.02) }),
        dnbr_offset_bins: Vec::new(),
        burnt_pre_nbr: Some(0.4),
        change_only: Some(false),
        points_since: Some(day("2024-05-01")),
        changed_hectares: Some(12.5),
        changed_tiles: Some(MarkTiles {
            run_tile_url_template: "/runs/1/changed/{z}/{x}/{y}.png".to_owned(),
            tile_count: 1,
            tile_index: TileIndex(vec![ZoomIndex {
                tiles: TileRange { z: 9, x_start: 85, y_start: 202, x_end: 86, y_end: 203 },
                runs: "1s".to_owned(),
            }]),
        }),
        burnt_patches: vec![BurntPatch {
            lon: -119.9,
            lat: 35.1,
            hectares: 12.5,
            worst: Severity::ModerateHigh,
        }],
        fire_mask: Some(FireMask { path: "/x".to_owned(), zone_share: 0.5, blocks_skipped: 3 }),
        masks: "SCL classes".to_owned(),
        scenes: vec![UsedScene {
            id: "s".to_owned(),
            side: FireSide::Post,
            datetime: moment("2025-07-24T18:39:19.024Z"),
            cloud_cover: Some(1.5),
            processing_baseline: Some("05.11".to_owned()),
            offset: -1000.0,
            offset_reason: "as delivered".to_owned(),
            offset_kind: Some(OffsetReason::AsDelivered),
            is_unmasked: true,
            mask_contradiction: Some("class 4 is `cloud`".to_owned()),
            sun_elevation: Some(24.5),
            has_drifting_orbit: true,
        }],
        scenes_skipped: skip_reasons()
            .map(|why| SkippedScene {
                id: "t".to_owned(),
                reason: "not used".to_owned(),
                why: Some(why),
            })
            .to_vec(),
        fire: Some(MappedFire {
            id: "f20250702_9q4g3c".to_owned(),
            state: FireState::Out,
            map: FireMapKind::Initial,
            burnt_hectares: 22.0,
            provisional_hectares: 4.5,
            hectares: Hectares { low: 20.0, high: 2.0, ..Hectares::default() },
            beyond_antimeridian: None,
            outlines_url: "/meta/fires/f20250702_9q4g3c.geojson".to_owned(),
        }),
        warnings: WARNING_REASONS
            .map(|why| MapWarning { text: "doubtful".to_owned(), why })
            .to_vec(),
        collection: "sentinel-2-l2a".to_owned(),
        attribution: "Copernicus".to_owned(),
        core_version: "0.1.0".to_owned(),
    }
}

fn full_index() -> RegionIndex {
    RegionIndex {
        generated_at: moment("2025-08-22T03:00:00Z"),
        regions: vec![IndexedRegion {
            name: "madre".to_owned(),
            title: "Madre Fire".to_owned(),
            group: Some("fires".to_owned()),
            bbox: [-120.07, 35.01, -119.67, 35.24],
            priority: 1,
            generated_at: Some(moment("2025-08-21T03:00:00Z")),
            last_status: RunStatus::Success,
            last_success_at: Some(moment("2025-08-21T03:00:00Z")),
            update_interval_days: 7,
            first_seen_at: Some(moment("2025-07-21T03:00:00Z")),
            meta_url: "/meta/madre.json".to_owned(),
            map: Some(MapSummary::new(&full_map(), 26_470.0)),
        }],
    }
}

fn full_page() -> PageConfig {
    let some = |text: &str| Some(text.to_owned());
    PageConfig {
        title: some("Our fires"),
        tagline: some("How badly they burnt."),
        logo: some("https://x/logo.svg"),
        accent: some("#14666d"),
        centre: Some([23.5, 38.9]),
        zoom: Some(8),
        basemap: some("Streets"),
        language: some("el"),
        imprint_url: some("/imprint.html"),
        privacy_url: some("/privacy.html"),
        damage_map_url: some("https://x/damage"),
        help_text: some("Ask us."),
    }
}

fn full_config() -> ClientConfig {
    let highres = HighresConfig {
        token_url: Some("https://x/token".to_owned()),
        catalogue_hosts: vec!["x".to_owned()],
        own_attribution: "us".to_owned(),
        allow_private_addresses: true,
        mask_rules: MaskRules::default(),
    };
    let other = serde_json::to_value(highres).unwrap().as_object().unwrap().clone();
    ClientConfig {
        stac_url: Some("/stac".to_owned()),
        proxy_base: Some("/proxy/".to_owned()),
        highres_zoom: 11,
        basemaps: vec![Basemap {
            title: "Streets".to_owned(),
            url: "https://x/{z}/{x}/{y}.png".to_owned(),
            labels: Some("https://x/names/{z}/{x}/{y}.png".to_owned()),
            file: Some("ground/x.pmtiles".to_owned()),
            attribution: "them".to_owned(),
            link: Some("https://x/credit".to_owned()),
            max_zoom: 17,
        }],
        stale_after_days: 30,
        fires_url: Some("/meta/fires.json".to_owned()),
        geocoder_url: Some("https://geo.example".to_owned()),
        attribution: "x".to_owned(),
        page: Some(full_page()),
        other: other.into_iter().collect(),
    }
}

/// The keys of an object and of all that is in it, as JSON pointers, and those of list items.
fn pointers(value: &serde_json::Value, at: &str, all: &mut Vec<String>) {
    let inner: Vec<_> = match value {
        serde_json::Value::Object(fields) => {
            fields.iter().map(|(name, it)| (name.clone(), it)).collect()
        }
        serde_json::Value::Array(items) => {
            items.iter().enumerate().map(|(index, it)| (index.to_string(), it)).collect()
        }
        _ => Vec::new(),
    };
    for (name, it) in inner {
        let pointer = format!("{at}/{name}");
        pointers(it, &pointer, all);
        all.push(pointer);
    }
}

/// A pointer without the indices of lists, below the name of its file.
fn key_of(file: &str, pointer: &str) -> String {
    let names = pointer.split('/').skip(1).filter(|name| name.parse::<usize>().is_err());
    std::iter::once(file).chain(names).collect::<Vec<_>>().join("/")
}

fn without(whole: &serde_json::Value, pointer: &str) -> serde_json::Value {
    let mut lacking = whole.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    if let Some(fields) = lacking.pointer_mut(parent).and_then(serde_json::Value::as_object_mut) {
        fields.remove(name);
    }
    lacking
}

fn with_another_value(whole: &serde_json::Value, pointer: &str) -> serde_json::Value {
    let mut changed = whole.clone();
    let value = changed.pointer_mut(pointer).unwrap();
    *value = match &*value {
        serde_json::Value::Number(number) => {
            serde_json::json!(number.as_f64().unwrap() + 1.0)
        }
        serde_json::Value::String(text) => serde_json::json!(format!("{text}x")),
        _ => serde_json::Value::Null,
    };
    changed
}

/// The keys of a file that change what is read of it in no way.
fn unread_keys<T: PartialEq>(
    file: &str,
    whole: &serde_json::Value,
    read: impl Fn(&str) -> Option<T>,
) -> BTreeSet<String> {
    let expected = read(&whole.to_string());
    assert!(expected.is_some(), "{file} as a whole");
    let mut all = Vec::new();
    pointers(whole, "", &mut all);
    let mut unread = BTreeSet::new();
    for pointer in all.iter().filter(|pointer| !pointer.ends_with(char::is_numeric)) {
        let value = whole.pointer(pointer).unwrap();
        let is_empty = value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty);
        assert!(!is_empty, "fill {pointer} of {file}, or nothing in it is checked");
        let is_read = [without(whole, pointer), with_another_value(whole, pointer)]
            .iter()
            .any(|other| read(&other.to_string()) != expected);
        if !is_read {
            unread.insert(key_of(file, pointer));
        }
    }
    unread
}

#[test]
fn every_key_of_core_is_read_or_listed_as_unread() {
    let region = serde_json::to_value(full_region()).unwrap();
    let index = serde_json::to_value(full_index()).unwrap();
    let config = serde_json::to_value(full_config()).unwrap();
    let mut unread = unread_keys("region", &region, |text| region_from_json(text).ok());
    unread.extend(unread_keys("index", &index, |text| index_from_json(text).ok()));
    unread.extend(unread_keys("config", &config, |text| config_from_json(text).ok()));
    let listed = UNREAD.map(|(key, _)| key.to_owned());
    assert_eq!(unread, BTreeSet::from(listed));
}

#[test]
fn a_full_file_is_read_as_core_wrote_it() {
    let region = full_region();
    let text = serde_json::to_string(&region).unwrap();
    assert_eq!(region_from_json(&text).unwrap(), region);
    let index = full_index();
    let text = serde_json::to_string(&index).unwrap();
    assert_eq!(index_from_json(&text).unwrap().regions, index.regions);
    let config = full_config();
    let text = serde_json::to_string(&config).unwrap();
    let expected = ClientConfig { other: Default::default(), ..config };
    assert_eq!(config_from_json(&text).unwrap(), expected);
}

#[test]
fn every_fact_is_read_as_core_wrote_it() {
    let check = |region: RegionMeta| {
        let text = serde_json::to_string(&region).unwrap();
        assert_eq!(region_from_json(&text).unwrap(), region);
    };
    for failure in [
        RunFailure::NoScene { side: FireSide::Pre },
        RunFailure::UnreadableScenes { unreadable: 3, tried: 4 },
        RunFailure::TooLittleObserved { observed_share: 0.2, min_share: 0.5 },
        RunFailure::DiskFull,
        RunFailure::TookTooLong { max_minutes: 180.0 },
        RunFailure::Killed,
        RunFailure::Catalogue,
        RunFailure::Other,
    ] {
        check(RegionMeta { failure: Some(failure), ..full_region() });
    }
    for window in [
        WindowReason::SinceFire { first: day("2025-07-02") },
        WindowReason::Configured,
        WindowReason::Rolling { days: 30 },
        WindowReason::Chosen,
    ] {
        let map = MapMeta { window: Some(window), ..full_map() };
        check(RegionMeta { map: Some(map), ..full_region() });
    }
    for kind in OFFSET_KINDS {
        let mut map = full_map();
        map.scenes[0].offset_kind = Some(kind);
        check(RegionMeta { map: Some(map), ..full_region() });
    }
}

#[test]
fn a_fact_that_is_newer_than_the_page_hides_nothing() {
    let mut newer = serde_json::to_value(full_region()).unwrap();
    for pointer in ["/failure/kind", "/window/kind", "/scenes/0/offset_kind"] {
        *newer.pointer_mut(pointer).unwrap() = "meteor".into();
    }
    *newer.pointer_mut("/scenes_skipped/0/why/kind").unwrap() = "meteor".into();
    *newer.pointer_mut("/warnings/0/why/kind").unwrap() = "meteor".into();
    let read = region_from_json(&newer.to_string()).unwrap();
    let map = read.map.unwrap();
    assert_eq!((read.failure, map.window), (Some(RunFailure::Other), None));
    assert_eq!(map.scenes[0].offset_kind, None);
    assert_eq!(map.scenes_skipped[0].why, Some(SkipReason::Other));
    assert_eq!(map.warnings[0].why, WarningReason::Other);
}

/// Facts that cannot be read are left out here, where the derived reader refuses the file.
fn remove_facts(meta: &mut serde_json::Value) {
    for (parents, name) in [
        ("", "failure"),
        ("", "window"),
        ("", "fire"),
        ("", "layers"),
        ("/scenes", "offset_kind"),
        ("/scenes", "mask_contradiction"),
        ("/scenes_skipped", "why"),
        ("/warnings", "why"),
    ] {
        let objects: Vec<_> = match meta.pointer_mut(parents) {
            Some(serde_json::Value::Array(items)) => items.iter_mut().collect(),
            Some(object) => vec![object],
            None => Vec::new(),
        };
        for object in objects {
            object.as_object_mut().and_then(|object| object.remove(name));
        }
    }
}

fn check(meta: &serde_json::Value, change: &str) {
    let mut meta = meta.clone();
    let read = |meta: &serde_json::Value| {
        Value::read(&meta.to_string()).and_then(|value| region(Fields::of(&value)?))
    };
    let is_read_with_facts = read(&meta).is_some();
    remove_facts(&mut meta);
    let derived = serde_json::from_value::<RegionMeta>(meta.clone()).ok();
    assert_eq!(read(&meta), derived, "{change}");
    assert_eq!(is_read_with_facts, derived.is_some(), "{change}");
}

#[test]
fn a_region_is_read_as_the_derived_reader_reads_it_whatever_field_is_broken() {
    let whole = serde_json::to_value(full_region()).unwrap();
    check(&whole, "whole");
    let mut all = Vec::new();
    pointers(&whole, "", &mut all);
    assert!(all.len() > 110, "{}", all.len());
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
        check(&without(&whole, pointer), &format!("{pointer} is gone"));
    }
}

#[test]
fn a_broken_line_does_not_hide_the_others() {
    let upside_down = MADRE.replace("35.24", "-35.24");
    let text =
        format!(r#"{{"generated_at":"x","regions":[{MADRE},{{"name":7}},{upside_down},null]}}"#);
    let index = index_from_json(&text).unwrap();
    let names: Vec<_> = index.regions.iter().map(|line| line.name.as_str()).collect();
    assert_eq!((names.as_slice(), index.broken), (["madre"].as_slice(), 3));
}

fn full_fire() -> ListedFire {
    ListedFire {
        id: "f20250107_9q5c2v".to_owned(),
        name: Some("Palisades".to_owned()),
        place: Some("Topanga, California".to_owned()),
        state: FireState::Quiet,
        started_at: moment("2025-01-07T18:30:00Z"),
        last_seen_at: moment("2025-01-12T10:00:00Z"),
        ended_on: Some(day("2025-01-12")),
        lon: -118.55,
        lat: 34.07,
        bbox: Some([-118.69, 34.02, -118.48, 34.13]),
        detections: 0,
        satellites: Vec::new(),
        outline_hectares: 9_800.0,
        burnt_hectares: Some(9_400.5),
        worst: Some(Severity::High),
        map: Some(FireMapKind::Initial),
        no_map: Some(NoFireMap::Failed),
        merged_into: Some("f20250101_9q5c2v".to_owned()),
        complex: true,
        beyond_antimeridian: None,
    }
}

fn list_of(fires: Vec<ListedFire>, error: Option<&str>) -> FireList {
    let source = PointSource {
        source: "points.csv".to_owned(),
        read_at: None,
        rows: 3,
        newest: None,
        error: error.map(str::to_owned),
        ..PointSource::default()
    };
    let checked_at = moment("2025-01-13T03:00:00Z");
    FireList { checked_at, points: vec![source], gap_days: Vec::new(), fires }
}

#[test]
fn a_list_of_fires_is_read_as_core_wrote_it() {
    let states = FIRE_STATES.map(|(_, state)| ListedFire { state, ..full_fire() });
    let list = list_of(states.to_vec(), Some("no table of points"));
    let read = fires_from_json(&serde_json::to_string(&list).unwrap()).unwrap();
    assert_eq!(read.fires, list.fires);
    assert_eq!((read.checked_at, read.is_source_missing), (Some(list.checked_at), true));
    // What is optional in core may be missing.
    let least = r#"{"fires":[{"id":"f1","state":"burning","started_at":"2025-01-07T18:30:00Z",
        "last_seen_at":"2025-01-07T18:30:00Z","lon":1.5,"lat":2.5}]}"#;
    let read = fires_from_json(least).unwrap();
    let expected: ListedFire = serde_json::from_value(
        serde_json::from_str::<serde_json::Value>(least).unwrap()["fires"][0].take(),
    )
    .unwrap();
    assert_eq!((read.fires, read.broken, read.checked_at), (vec![expected], 0, None));
}

#[test]
fn a_broken_fire_does_not_hide_the_others() {
    let list = serde_json::to_value(list_of(vec![full_fire()], None)).unwrap();
    for (field, value) in [
        ("id", serde_json::json!("../f1")),
        ("state", serde_json::json!("smouldering")),
        ("lat", serde_json::json!(95.0)),
        ("lon", serde_json::json!(null)),
        ("started_at", serde_json::json!("yesterday")),
    ] {
        let mut broken = list["fires"][0].clone();
        broken[field] = value;
        let mut list = list.clone();
        list["fires"].as_array_mut().unwrap().insert(0, broken);
        let read = fires_from_json(&list.to_string()).unwrap();
        assert_eq!((read.fires, read.broken), (vec![full_fire()], 1), "{field}");
    }
    // A reason, a class or a box that this page does not know hides no fire.
    let mut newer = list.clone();
    for field in ["no_map", "worst", "map", "bbox"] {
        newer["fires"][0][field] = serde_json::json!("newer");
    }
    assert_eq!(fires_from_json(&newer.to_string()).unwrap().broken, 0);
    for text in ["", "{}", "[]", "<!DOCTYPE html>"] {
        assert!(fires_from_json(text).is_err(), "{text}");
    }
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
    let text =
        r#"{"region_name":"r","title":"R","bbox":[0,0,1,1],"last_status":"success","run_id":"x"}"#;
    assert!(matches!(region_from_json(text), Err(PublishedFileError::Map)));
}

#[test]
fn a_site_whose_own_settings_are_hostile_is_shown_without_them() {
    let text = r##"{"highres_zoom":11,"stale_after_days":30,"attribution":"x","page":{
        "title":7,"logo":"javascript:alert(1)","accent":"#14666d;x","centre":[1],"zoom":-3,
        "imprint_url":"//evil.example","privacy_url":"data:text/html,x","damage_map_url":"damage.html","help_text":"Ask us.",
        "unknown":true}}"##;
    let page = config_from_json(text).unwrap().page;
    let help_text = Some("Ask us.".to_owned());
    assert_eq!(page, Some(PageConfig { help_text, ..PageConfig::default() }));
    let listed = text.replace(r#""page":{"#, r#""page":[{"#).replace("true}}", "true}]}");
    assert_eq!(config_from_json(&listed).unwrap().page, None);
}

#[test]
fn the_languages_of_core_are_those_of_the_page() {
    use crate::i18n::Language;
    assert_eq!(PAGE_LANGUAGES, Language::ALL.map(Language::tag));
}

#[test]
fn optional_settings_have_the_defaults_of_core() {
    let line: IndexedRegion = serde_json::from_str(MADRE).unwrap();
    let text = format!(r#"{{"regions":[{MADRE}]}}"#);
    assert_eq!(index_from_json(&text).unwrap().regions, [line]);
    let text = r#"{"highres_zoom":11,"stale_after_days":30,"attribution":"x","basemaps":[
        {"title":"Streets","url":"https://x/{z}/{x}/{y}.png","attribution":"them"}]}"#;
    let derived: ClientConfig = serde_json::from_str(text).unwrap();
    assert_eq!(config_from_json(text).unwrap(), derived);
}

proptest! {
    #[test]
    fn any_text_can_be_given_to_the_readers(text in "\\PC*", start in 0usize..400) {
        let whole = serde_json::to_string(&full_region()).unwrap();
        let cut = whole.get(..start.min(whole.len())).unwrap_or_default();
        for text in [text.as_str(), cut] {
            let _ = (index_from_json(text), region_from_json(text), config_from_json(text));
        }
    }
}

#[test]
fn the_tools_are_needed_where_the_settings_name_layers() {
    for (text, expected) in [
        (r#"{"overlays":[{"title":"Perimeters"}]}"#, true),
        (r#"{"overlays":[]}"#, false),
        (r#"{"overlays":1}"#, false),
        ("{}", false),
        ("<html>", false),
    ] {
        assert_eq!(names_overlays(text), expected, "{text}");
    }
}
