//! `lowres`: finds a region's scenes, computes its dNBR and leaves it in the work folder.

use std::sync::atomic::Ordering;
use std::sync::mpsc;

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{Grid, Region};

use crate::cli::progress::ProgressStep;
use crate::compute::dnbr_offset;
use crate::compute::fire_parting::FireParting;
use crate::compute::map_meta::MapMetaInput;
use crate::compute::memory::Memory;
use crate::compute::mosaic::{Strip, compute_strips};
use crate::compute::statistics::{MapStatistics, StripStatistics};
use crate::deployment::Deployment;
use crate::deployment::layout::RunFolder;
use crate::deployment::settings::Settings;
use crate::http::{Client, RequestLimits};
use crate::nightly::deadline::Deadline;
use crate::publish::json_file::write_json;
use crate::publish::raster::RunWriter;
use crate::publish::run::{RunRecord, new_run_id, next_sequence};
use crate::publish::store::LocalStore;
use crate::read::catalogue::SceneCatalogue;
use crate::read::scene::{BYTES_DECODED, SceneReadError};
use crate::read::search::{FoundScenes, SceneSearch};
use crate::read::zone::FireZone;

/// Computes a region's dNBR into a new run folder, and publishes nothing.
///
/// A scene that cannot be read is skipped and named, and the map is computed again without it.
///
/// # Errors
/// [`NoSceneYetError`](crate::read::search::NoSceneYetError) while an open window has no scene;
/// else when a side has none or too many are broken. The run folder is then removed.
pub(crate) fn lowres(
    deployment: &Deployment,
    region: &Region,
    now: DateTime<Utc>,
) -> Result<RunFolder> {
    let Deployment { settings, layout, .. } = deployment;
    let deadline = Deadline::of_run(settings.max_run_minutes);
    let client = Client::new(
        settings.address_policy()?,
        deadline,
        RequestLimits::NIGHT,
        settings.max_connections,
    );
    deadline.check()?;
    let missing = settings.missing_files_of(region);
    ensure!(missing.is_empty(), "{}", missing.join("; "));
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
    let found = search.find()?;

    let run_id = new_run_id(layout, &region.name);
    let sequence = next_sequence(layout, &region.name);
    let folder = RunFolder(layout.work(&region.name).join(&run_id));
    std::fs::create_dir_all(&folder.0)
        .with_context(|| format!("cannot create {}: is the root writable?", folder.0.display()))?;
    let run = LowresRun {
        deployment,
        settings,
        region,
        grid: &grid,
        mask_path: mask_path.as_deref(),
        zone: zone.as_ref(),
        folder: &folder,
        deadline,
    };
    let computed = run.compute(&mut search, found, run_id).and_then(|map| {
        let record = RunRecord { region: region.clone(), started_at: now, sequence, map };
        write_json(&LocalStore::of(layout), &folder.record(), &record)
    });
    if computed.is_err() {
        // Half a run is of no use to anyone; a failure to remove it is no worse than the first.
        let _ = std::fs::remove_dir_all(&folder.0);
    }
    computed.map(|()| folder)
}

/// What the steps of one computation share.
struct LowresRun<'a> {
    deployment: &'a Deployment,
    settings: &'a Settings,
    region: &'a Region,
    grid: &'a Grid,
    mask_path: Option<&'a str>,
    zone: Option<&'a FireZone>,
    folder: &'a RunFolder,
    deadline: Deadline,
}

impl LowresRun<'_> {
    /// Computes the rasters, subtracts the dNBR offset, and gives the map's metadata, still without
    /// tiles.
    fn compute(
        &self,
        search: &mut SceneSearch,
        mut found: FoundScenes,
        run_id: String,
    ) -> Result<MapMeta> {
        let Self { settings, region, grid, folder, .. } = *self;
        let computed = loop {
            match self.compute_rasters(&mut found) {
                Ok(computed) => break computed,
                Err(error) => search.give_up_on(error.downcast::<SceneReadError>()?)?,
            }
            found = search.find()?;
        };
        let dnbr_offset = dnbr_offset::subtract(settings, region, grid, folder)?;
        let parting = FireParting::of_run(self.deployment, region, grid, folder, &found)?;
        let is_rewritten =
            matches!(dnbr_offset, Some(Ok(_))) || parting.is_some_and(|parting| parting.is_parted);
        let statistics = match computed.statistics {
            Some(statistics) if !is_rewritten => statistics,
            _ => MapStatistics::of_run(folder, grid)?,
        };
        let input = MapMetaInput {
            settings,
            region,
            grid,
            found: &found,
            clear_views: computed.clear_views,
            mask: self.mask_path.zip(self.zone),
            dnbr_offset,
            parting,
        };
        input.map_meta(run_id, statistics)
    }

    /// Computes the rasters.
    fn compute_rasters(&self, found: &mut FoundScenes) -> Result<ComputedRasters> {
        let Self { settings, region, grid, zone, folder, deadline, .. } = *self;
        let FoundScenes { pre, post, .. } = found;
        let writer = RunWriter::create(folder, grid)?;
        let cells = u64::from(grid.width()) * u64::from(grid.height());
        let scene_count = pre.scenes().len() + post.scenes().len();
        let step = ProgressStep::start(&region.name, "dNBR computed", cells, "cells")
            .of_scenes(scene_count);
        let bytes_before = BYTES_DECODED.load(Ordering::Relaxed);
        let bytes = || BYTES_DECODED.load(Ordering::Relaxed) - bytes_before;
        let mut clear_views = 0;
        // One strip is written while the next is computed; none waits between, to save memory.
        let statistics = std::thread::scope(|scope| {
            let (to_writer, strips) = mpsc::sync_channel::<Strip>(0);
            let writing = scope.spawn(move || write_strips(writer, grid, strips));
            let memory = Memory::of(settings.memory_mb, zone.map_or(0, FireZone::bytes));
            let computed = compute_strips(grid, zone, (pre, post), memory, |strip| {
                deadline.check()?;
                clear_views += strip.clear_views;
                step.advance(strip.dnbr.len() as u64, bytes());
                to_writer.send(strip).context("the rasters can no longer be written")
            });
            drop(to_writer);
            let written = writing
                .join()
                .unwrap_or_else(|_| bail!("the thread that writes the rasters panicked"));
            // What stopped the writer is the cause of what stopped the computing, unless it was a
            // scene.
            match computed {
                Err(error) if error.is::<SceneReadError>() => Err(error),
                computed => written.and_then(|statistics| computed.map(|()| statistics)),
            }
        })?;
        step.finish(bytes());
        Ok(ComputedRasters { clear_views, statistics })
    }
}

/// What is known of the rasters of a run once they are written.
struct ComputedRasters {
    /// Clear views of all cells together.
    clear_views: u64,
    /// `None` where the strips did not cover all columns.
    statistics: Option<MapStatistics>,
}

/// Writes strips as they come; the statistics of the map, where these cover all columns.
fn write_strips(
    mut writer: RunWriter,
    grid: &Grid,
    strips: mpsc::Receiver<Strip>,
) -> Result<Option<MapStatistics>> {
    let mut statistics = Some(StripStatistics::start());
    for strip in strips {
        statistics = statistics.and_then(|statistics| statistics.with(grid, &strip));
        writer.write(strip)?;
    }
    writer.finish()?;
    Ok(statistics.and_then(|statistics| statistics.finish(grid)))
}
