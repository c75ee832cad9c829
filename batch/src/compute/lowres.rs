//! `lowres`: finds a region's scenes, computes its dNBR and leaves it in the work folder.

use std::sync::atomic::Ordering;
use std::sync::mpsc;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{FireMask, MapMeta, SceneDates, TilesSkipped};
use dragonfly_core::{Grid, Region, SideScenes, SkippedScene, TileIndex, mercator};

use crate::cli::progress::ProgressStep;
use crate::compute::dnbr_offset;
use crate::compute::memory::Memory;
use crate::compute::mosaic::{Strip, compute_strips};
use crate::compute::statistics::MapStatistics;
use crate::deployment::layout::{RootLayout, RunFolder};
use crate::deployment::settings::Settings;
use crate::http::{Client, RequestLimits};
use crate::nightly::clock::now_in_seconds;
use crate::nightly::deadline::Deadline;
use crate::publish::json_file::write_json;
use crate::publish::public_text::{public_location, public_text};
use crate::publish::raster::RunWriter;
use crate::publish::run::{RunRecord, new_run_id, next_sequence};
use crate::read::catalogue::SceneCatalogue;
use crate::read::scene::{BYTES_DECODED, GridScene, SceneReadError};
use crate::read::search::{FoundScenes, SceneSearch};
use crate::read::zone::FireZone;

/// Scenes not used that are listed in the metadata; the log names them all.
const MAX_SKIPPED_SCENES: usize = 1000;
/// Patches listed in the metadata.
const MAX_PATCHES: usize = 200;

/// Computes a region's dNBR into a new run folder, and publishes nothing.
///
/// A scene that cannot be read is skipped and named, and the map made anew without it.
///
/// # Errors
/// [`NoSceneYetError`](crate::read::search::NoSceneYetError) while an open window has no scene; else when a side has none
/// or too many are broken. The run folder is then removed.
pub(crate) fn lowres(
    settings: &Settings,
    region: &Region,
    now: DateTime<Utc>,
) -> Result<RunFolder> {
    let deadline = Deadline::of_run(settings.max_run_minutes);
    let client = Client::new(
        settings.address_policy()?,
        deadline,
        RequestLimits::NIGHT,
        settings.max_connections,
    );
    deadline.check()?;
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let mask_path = settings.fire_mask_of(region);
    let max_zone_bytes = Memory::max_zone_bytes(settings.memory_mb);
    let zone = mask_path
        .as_deref()
        .map(|path| FireZone::read(path, &grid, max_zone_bytes, &client))
        .transpose()?;
    let catalogue =
        SceneCatalogue::open(settings.stac.as_deref(), settings.token_url.as_deref(), &client)?;
    let mut search =
        SceneSearch::new(settings, region, &grid, zone.as_ref(), (catalogue, client), now);
    let mut found = search.find()?;

    let layout = RootLayout::new(&settings.root);
    let run_id = new_run_id(&layout, &region.name);
    let sequence = next_sequence(&layout, &region.name);
    let folder = RunFolder(layout.work(&region.name).join(&run_id));
    std::fs::create_dir_all(&folder.0)
        .with_context(|| format!("cannot create {}: is the root writable?", folder.0.display()))?;
    let mut compute_all = || -> Result<()> {
        let clear_views = loop {
            match compute(settings, region, &grid, zone.as_ref(), &mut found, &folder, &deadline) {
                Ok(clear_views) => break clear_views,
                Err(error) => search.give_up_on(error.downcast::<SceneReadError>()?)?,
            }
            found = search.find()?;
        };
        let fire_mask = mask_path.as_ref().zip(zone.as_ref()).map(|(path, zone)| FireMask {
            path: public_location(path),
            zone_share: zone.share,
            blocks_skipped: found.pre.scenes().iter().map(GridScene::blocks_skipped).sum::<u64>()
                + found.post.scenes().iter().map(GridScene::blocks_skipped).sum::<u64>(),
        });
        let dnbr_offset = dnbr_offset::subtract(settings, region, &grid, &folder)?;
        let sums = MapStatistics::of_run(&folder, &grid, clear_views)?;
        let map = MapMeta {
            dnbr_offset,
            ..map_meta(settings, region, &grid, run_id.clone(), &found, fire_mask, sums)?
        };
        write_json(
            &folder.record(),
            &RunRecord { region: region.clone(), started_at: now, sequence, map },
        )
    };
    let computed = compute_all();
    if computed.is_err() {
        // Half a run is of no use to anyone; a failure to remove it is no worse than the first.
        let _ = std::fs::remove_dir_all(&folder.0);
    }
    computed.map(|()| folder)
}

/// Computes both rasters; the number of clear views of all cells together.
fn compute(
    settings: &Settings,
    region: &Region,
    grid: &Grid,
    zone: Option<&FireZone>,
    found: &mut FoundScenes,
    folder: &RunFolder,
    deadline: &Deadline,
) -> Result<u64> {
    let FoundScenes { pre, post, .. } = found;
    let mut writer = RunWriter::create(folder, grid)?;
    let cells = u64::from(grid.width()) * u64::from(grid.height());
    let scene_count = pre.scenes().len() + post.scenes().len();
    let step =
        ProgressStep::start(&region.name, "dNBR computed", cells, "cells").of_scenes(scene_count);
    let bytes_before = BYTES_DECODED.load(Ordering::Relaxed);
    let bytes = || BYTES_DECODED.load(Ordering::Relaxed) - bytes_before;
    let mut clear_views = 0;
    // One strip is written while the next is computed.
    std::thread::scope(|scope| {
        let (to_writer, strips) = mpsc::sync_channel::<Strip>(1);
        let writing = scope.spawn(move || {
            for strip in strips {
                writer.write(strip)?;
            }
            writer.finish()
        });
        let memory = Memory::of(settings.memory_mb, zone.map_or(0, FireZone::bytes));
        let computed = compute_strips(grid, zone, (pre, post), memory, |strip| {
            deadline.check()?;
            clear_views += strip.clear_views;
            step.advance(strip.dnbr.len() as u64, bytes());
            to_writer.send(strip).context("the rasters can no longer be written")
        });
        drop(to_writer);
        let written =
            writing.join().unwrap_or_else(|_| bail!("the thread that writes the rasters died"));
        // What stopped the writer is the cause of what stopped the computing, unless it was a
        // scene.
        match computed {
            Err(error) if error.is::<SceneReadError>() => Err(error),
            computed => written.and(computed),
        }
    })?;
    step.finish(bytes());
    Ok(clear_views)
}

fn map_meta(
    settings: &Settings,
    region: &Region,
    grid: &Grid,
    run_id: String,
    found: &FoundScenes,
    fire_mask: Option<FireMask>,
    sums: MapStatistics,
) -> Result<MapMeta> {
    let FoundScenes { pre, post, windows, skipped } = found;
    let name = &region.name;
    let [_, south, _, north] = region.bbox;
    let cells = sums.summary.box_count().max(1);
    let mask_kinds =
        pre.scenes().iter().chain(post.scenes()).filter_map(|scene| scene.mask_kind).collect();
    Ok(MapMeta {
        generated_at: now_in_seconds(),
        assessment: windows.assessment,
        pre_start: windows.pre.start,
        pre_end: windows.pre.end,
        post_start: windows.post.start,
        post_end: windows.post.end,
        pre_window: scene_dates(pre)?,
        post_window: scene_dates(post)?,
        window_reason: windows.reason.to_string(),
        window: Some(windows.reason),
        tile_url_template: format!("/tiles/{name}/dnbr/{{z}}/{{x}}/{{y}}.png"),
        run_tile_url_template: format!("/tiles/{name}/{run_id}/dnbr/{{z}}/{{x}}/{{y}}.png"),
        zoom_min: region.zoom_min,
        zoom_max: region.zoom_max,
        cell_size_m: (mercator::ground_size_m(region.zoom_max, (south + north) / 2.0) * 10.0)
            .round()
            / 10.0,
        tile_count: 0,
        tiles_skipped: TilesSkipped::default(),
        tile_index: TileIndex::default(),
        disk_usage_mb: 0.0,
        raster_url: format!("/raster/{name}/{run_id}.tif"),
        hectares: sums.summary.hectares(),
        implausible_share: sums.summary.implausible_share(),
        empty_share: sums.summary.empty_share(),
        clear_observations_mean: sums.clear_views as f64 / cells as f64,
        background_dnbr: sums.summary.background_dnbr(),
        dnbr_offset: None,
        burnt_patches: sums.patches.finish(grid, MAX_PATCHES),
        fire_mask,
        masks: settings.masks.describe_map(&mask_kinds, settings.cloud_buffer_m),
        scenes: pre.scenes().iter().chain(post.scenes()).map(|scene| scene.used.clone()).collect(),
        scenes_skipped: skipped
            .iter()
            .take(MAX_SKIPPED_SCENES)
            .map(|scene| SkippedScene {
                id: public_text(&scene.id),
                reason: public_text(&scene.reason),
                why: scene.why.clone(),
            })
            .collect(),
        collection: region.collection.clone(),
        attribution: settings.attribution.clone(),
        core_version: dragonfly_core::VERSION.to_owned(),
        run_id,
    })
}

fn scene_dates(side: &SideScenes<GridScene>) -> Result<SceneDates> {
    let days = || side.scenes().iter().map(|scene| scene.used.datetime.date_naive());
    match (days().min(), days().max()) {
        (Some(first), Some(last)) => Ok(SceneDates { first, last }),
        _ => bail!("a side without scenes has no dates"),
    }
}
