//! `meta/<region>.json`, field by field.

use dragonfly_core::metadata::{
    Assessment, EarlierRun, FireMask, MapMeta, MapSummary, MappedFire, MarkTiles, RegionMeta,
    SceneDates, TilesSkipped, UsedScene,
};
use dragonfly_core::{
    BackgroundDnbr, BurntPatch, DnbrOffset, EmptyShare, Hectares, MapLayers, Severity,
    SkippedScene, TileIndex, TileRange, ZoomIndex,
};

use super::STATUSES;
use super::facts::{OFFSET_REASONS, SIDES, map_warning, run_failure, skip_reason, window_reason};
use super::fires::{FIRE_MAPS, FIRE_STATES};
use crate::data::fields::Fields;
use crate::state::key;

const ASSESSMENTS: [(&str, Assessment); 4] = [
    ("initial", Assessment::Initial),
    ("extended", Assessment::Extended),
    ("burning", Assessment::Burning),
    ("rolling", Assessment::Rolling),
];

/// A region; its map is `None` where it has none, or where a field of it cannot be read.
pub fn region(meta: Fields<'_>) -> Option<RegionMeta> {
    let earlier_run = |run: Fields<'_>| {
        Some(EarlierRun {
            run_id: run.text("run_id")?,
            replaced_at: run.moment("replaced_at")?,
            post_window: run.maybe("post_window", |run, name| scene_dates(run.part(name)?))?,
        })
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
        layers: map.maybe("layers", map_layers)?,
        hectares: hectares(map.part("hectares")?)?,
        hectares_cell_m: map.maybe("hectares_cell_m", Fields::number)?,
        provisional_hectares: map.or(
            "provisional_hectares",
            Hectares::default(),
            |map, name| hectares(map.part(name)?),
        )?,
        provisional_share: map.or("provisional_share", 0.0, Fields::number)?,
        provisional_tiles: map.maybe("provisional_tiles", mark_tiles)?,
        implausible_share: map.number("implausible_share")?,
        empty_share: empty_share(map.part("empty_share")?)?,
        clear_observations_mean: map.number("clear_observations_mean")?,
        background_dnbr: map.maybe("background_dnbr", background)?,
        dnbr_offset: map.maybe("dnbr_offset", dnbr_offset)?,
        // For experts, who read the file itself.
        dnbr_offset_bins: Vec::new(),
        burnt_pre_nbr: map.maybe("burnt_pre_nbr", Fields::number)?,
        burnt_patches: map.list("burnt_patches", burnt_patch)?,
        change_only: map.maybe("change_only", Fields::flag)?,
        points_since: map.maybe("points_since", Fields::day)?,
        changed_hectares: map.maybe("changed_hectares", Fields::number)?,
        changed_tiles: map.maybe("changed_tiles", mark_tiles)?,
        fire_mask: map.maybe("fire_mask", fire_mask)?,
        masks: map.text("masks")?,
        scenes: map.list("scenes", used_scene)?,
        scenes_skipped: map.list("scenes_skipped", |scene| {
            Some(SkippedScene {
                id: scene.text("id")?,
                reason: scene.text("reason")?,
                why: scene.part("why").map(skip_reason),
            })
        })?,
        fire: map.maybe("fire", mapped_fire)?,
        warnings: map.or("warnings", Vec::new(), |map, name| map.list(name, map_warning))?,
        collection: map.text("collection")?,
        attribution: map.text("attribution")?,
        core_version: map.text("core_version")?,
    })
}

fn mark_tiles(map: Fields<'_>, name: &str) -> Option<MarkTiles> {
    let tiles = map.part(name)?;
    Some(MarkTiles {
        run_tile_url_template: tiles.text("run_tile_url_template")?,
        tile_count: tiles.count("tile_count")?,
        tile_index: TileIndex(tiles.list("tile_index", zoom_index)?),
    })
}

/// The fire of a map.
fn mapped_fire(map: Fields<'_>, name: &str) -> Option<MappedFire> {
    let fire = map.part(name)?;
    Some(MappedFire {
        id: fire.text("id")?,
        state: fire.word("state", &FIRE_STATES)?,
        map: fire.word("map", &FIRE_MAPS)?,
        burnt_hectares: fire.number("burnt_hectares")?,
        provisional_hectares: fire.or("provisional_hectares", 0.0, Fields::number)?,
        hectares: hectares(fire.part("hectares")?)?,
        // Not shown.
        beyond_antimeridian: None,
        outlines_url: fire.text("outlines_url")?,
    })
}

/// What the index states of a map.
pub(super) fn map_summary(map: Fields<'_>) -> Option<MapSummary> {
    Some(MapSummary {
        burnt_hectares: map.number("burnt_hectares")?,
        assessment: map.word("assessment", &ASSESSMENTS)?,
        pre_window: scene_dates(map.part("pre_window")?)?,
        post_window: scene_dates(map.part("post_window")?)?,
        change_only: map.maybe("change_only", Fields::flag)?,
    })
}

fn scene_dates(dates: Fields<'_>) -> Option<SceneDates> {
    Some(SceneDates { first: dates.day("first")?, last: dates.day("last")? })
}

fn map_layers(map: Fields<'_>, name: &str) -> Option<MapLayers> {
    let layers = map.part(name)?;
    Some(MapLayers {
        pre_date: layers.text("pre_date")?,
        post_date: layers.text("post_date")?,
        views: layers.text("views")?,
        state: layers.text("state")?,
    })
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
        water_after: share("water_after")?,
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
        mad: offset.maybe("mad", Fields::number)?,
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

fn used_scene(scene: Fields<'_>) -> Option<UsedScene> {
    Some(UsedScene {
        id: scene.text("id")?,
        side: scene.word("side", &SIDES)?,
        datetime: scene.moment("datetime")?,
        cloud_cover: scene.maybe("cloud_cover", Fields::number)?,
        processing_baseline: scene.maybe("processing_baseline", Fields::text)?,
        offset: scene.number("offset")? as f32,
        offset_reason: scene.text("offset_reason")?,
        offset_kind: scene.word("offset_kind", &OFFSET_REASONS),
        is_unmasked: scene.or("is_unmasked", false, Fields::flag)?,
        mask_contradiction: scene.maybe("mask_contradiction", Fields::text)?,
        sun_elevation: scene.maybe("sun_elevation", Fields::number)?,
        has_drifting_orbit: scene.or("has_drifting_orbit", false, Fields::flag)?,
    })
}
