//! Publishing a finished run: whoever follows the metadata sees the whole old map or the whole new
//! one.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result, bail};
use dragonfly_core::metadata::{EarlierRun, RegionMeta, Status};
use dragonfly_core::{Grid, Region};

use crate::clock::now_in_seconds;
use crate::guard::check_valid_share;
use crate::index::write_index;
use crate::json_file::{sync_folder, write_json};
use crate::layout::{Layout, RunFolder};
use crate::ownership::explain;
use crate::progress::Step;
use crate::raster::{RunReader, write_cog};
use crate::region_meta::MetaFile;
use crate::run::{RunRecord, finished_runs, is_run_id, read_record};
use crate::settings::Settings;
use crate::sweep::{kept_runs, named_runs, prune};
use crate::tiles::{cut_tiles, tile_count};

/// Cuts the newest finished run of a region into tiles and publishes it.
///
/// # Errors
/// When there is no finished run that is not published yet; else as [`publish_run`].
pub(crate) fn tile(settings: &Settings, region: &Region) -> Result<()> {
    let layout = Layout::new(&settings.root);
    let work = layout.work(&region.name);
    let published = MetaFile::read(&layout, &region.name).or_pending(region)?;
    let published = named_runs(&published);
    let newest = finished_runs(&layout, &region.name)
        .into_iter()
        .rfind(|run| !published.contains(&run.run_id.as_str()));
    let Some(newest) = newest else {
        let name = &region.name;
        bail!(
            "region `{name}` has no computed raster in {}: run `dragonfly lowres {name}` first",
            work.display()
        );
    };
    publish_run(settings, region, &RunFolder(work.join(newest.run_id)))
}

/// Cuts a finished run into tiles and publishes it.
///
/// # Errors
/// When it saw too little, the region's metadata cannot be read, or a file cannot be written. What
/// was published before stays.
pub(crate) fn publish_run(settings: &Settings, region: &Region, folder: &RunFolder) -> Result<()> {
    let layout = Layout::new(&settings.root);
    let record = read_record(folder)?;
    let old = MetaFile::read(&layout, &region.name).or_pending(region)?;
    let published = old.map.as_ref().map(|map| &map.empty_share);
    check_valid_share(&record.map.empty_share, published, settings.min_valid_share)?;
    let earlier_runs = earlier_runs(settings, old);
    let meta = RegionMeta { earlier_runs, ..build(&layout, folder, record)? };
    move_into_place(&layout, folder, &meta)?;
    write_json(&layout.meta(&region.name), &meta)?;
    if let Some(map) = &meta.map {
        point_links(&layout, &region.name, &map.run_id)?;
    }
    write_index(settings)?;
    // The map is out. What cannot be removed now is removed by a later start, and `doctor` finds
    // it.
    for removed in [prune(&layout, &meta), remove_work(&layout, &region.name)] {
        removed.unwrap_or_else(|error| tracing::warn!(region = region.name, "{error:#}"));
    }
    Ok(())
}

/// The runs to keep beside the new one, newest first.
fn earlier_runs(settings: &Settings, old: RegionMeta) -> Vec<EarlierRun> {
    let now = now_in_seconds();
    let replaced = old.map.map(|map| EarlierRun { run_id: map.run_id, replaced_at: now });
    let runs: Vec<EarlierRun> = replaced.into_iter().chain(old.earlier_runs).collect();
    kept_runs(&runs, settings.keep_runs, settings.keep_hours, now)
}

/// Tiles and raster, built in the work folder, and the metadata that speaks of them.
fn build(layout: &Layout, folder: &RunFolder, record: RunRecord) -> Result<RegionMeta> {
    let RunRecord { region, started_at, mut map, .. } = record;
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let reader = RunReader::open(folder)?;
    let tiles = folder.tiles();
    if tiles.exists() {
        fs::remove_dir_all(&tiles).with_context(|| format!("cannot clear {}", tiles.display()))?;
    }
    let description = format!("Burn severity (dNBR) of {}. {}", region.title(), map.attribution);
    let step = Step::start(&region.name, "tiles cut", tile_count(&grid, region.zoom_min), "tiles");
    // GDAL compresses the raster in its own threads while the tiles are cut.
    let (cut, cog) = std::thread::scope(|scope| {
        let cog = scope.spawn(|| write_cog(folder, &description));
        let cut = cut_tiles(
            &reader,
            &grid,
            region.zoom_min,
            region.skip_unburned,
            &tiles.join("dnbr"),
            &step,
        );
        (cut, cog.join())
    });
    let cut = match (cut, cog) {
        (_, Err(_)) => bail!("the thread that writes the raster died"),
        (Ok(cut), Ok(Ok(()))) => cut,
        (Err(error), Ok(Ok(()))) | (Ok(_), Ok(Err(error))) => return Err(error),
        (Err(tiles), Ok(Err(raster))) => bail!("{tiles:#}; {raster:#}"),
    };
    step.finish(cut.bytes);

    fs::create_dir_all(tiles.join("dnbr"))
        .with_context(|| format!("cannot create {}", tiles.display()))?;
    let raster_bytes = fs::metadata(folder.cog())
        .with_context(|| format!("reading {}", folder.cog().display()))?
        .len();
    map.disk_usage_mb = ((cut.bytes + raster_bytes) as f64 / 1e4).round() / 100.0;
    map.tile_count = cut.stored;
    map.tiles_skipped = cut.skipped;
    map.tile_index = cut.index;
    let meta = RegionMeta {
        last_run_at: Some(started_at),
        last_status: Status::Success,
        last_success_at: Some(started_at),
        map: Some(map),
        ..RegionMeta::pending(&region)
    };
    // Everything must be on the disk before the metadata names it.
    let root = File::open(layout.root())
        .with_context(|| format!("cannot open {}", layout.root().display()))?;
    rustix::fs::syncfs(&root)
        .with_context(|| format!("cannot sync {}", layout.root().display()))?;
    Ok(meta)
}

/// Raster, tiles and the run's own metadata under their versioned names, which no reader knows yet.
fn move_into_place(layout: &Layout, folder: &RunFolder, meta: &RegionMeta) -> Result<()> {
    let Some(map) = &meta.map else { bail!("a run without a map cannot be published") };
    let name = &meta.region_name;
    for (from, to) in [
        (folder.cog(), layout.raster(name, &map.run_id)),
        (folder.tiles(), layout.tiles(name, &map.run_id)),
    ] {
        let parent = to.parent().unwrap_or(layout.root());
        // Left by an attempt to publish the same run that no metadata names.
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(parent)
            .and_then(|()| fs::rename(&from, &to))
            .map_err(|error| explain(error.into(), &to))
            .with_context(|| format!("cannot move {} to {}", from.display(), to.display()))?;
        sync_folder(parent)?;
    }
    write_json(&layout.run_meta(name, &map.run_id), meta)
}

/// Points the stable links at a run.
pub(crate) fn point_links(layout: &Layout, region: &str, run_id: &str) -> Result<()> {
    replace_link(&layout.tiles_link(region), &format!("{run_id}/dnbr"))?;
    replace_link(&layout.raster_link(region), &format!("{region}/{run_id}.tif"))
}

/// Made aside and renamed over, so that the link never is absent.
fn replace_link(link: &Path, target: &str) -> Result<()> {
    let aside = link.with_extension("new");
    // Left behind by a killed run, if at all.
    let _ = fs::remove_file(&aside);
    symlink(target, &aside)
        .and_then(|()| fs::rename(&aside, link))
        .map_err(|error| explain(error.into(), link))
        .with_context(|| format!("cannot point the link {} at {target}", link.display()))
}

/// Clears a region's work folder: its newest run has been published.
fn remove_work(layout: &Layout, region: &str) -> Result<()> {
    let work = layout.work(region);
    let entries = fs::read_dir(&work).with_context(|| format!("cannot read {}", work.display()))?;
    for entry in entries.filter_map(|entry| entry.ok()) {
        if entry.file_name().to_str().is_some_and(is_run_id) {
            fs::remove_dir_all(entry.path())
                .with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}
