//! Publishing a finished run: whoever follows the metadata sees the whole old map or the whole new one.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{EarlierRun, IndexedRegion, RegionIndex, RegionMeta, Status};
use dragonfly_core::{Grid, Region};
use serde::Serialize;

use crate::guard::check_valid_share;
use crate::layout::{Layout, RunFolder};
use crate::progress::Step;
use crate::raster::{RunReader, write_cog};
use crate::run::{RunRecord, is_run_id, newest_run};
use crate::settings::Settings;
use crate::sweep::{kept_runs, prune};
use crate::tiles::{cut_tiles, tile_count};

/// Cuts the newest finished run of a region into tiles and publishes it.
///
/// # Errors
/// When there is no finished run, it saw too little, or a file cannot be written. What was published
/// before stays.
pub(crate) fn tile(settings: &Settings, region: &Region) -> Result<()> {
    let layout = Layout::new(&settings.root);
    let (folder, record) = newest_run(&layout, &region.name)?;
    let old = read_meta(&layout, &region.name).or_pending(region);
    let published = old.map.as_ref().map(|map| &map.empty_share);
    check_valid_share(&record.map.empty_share, published, settings.min_valid_share)?;
    let earlier_runs = earlier_runs(settings, old);
    let meta = RegionMeta { earlier_runs, ..build(&layout, &folder, record)? };
    move_into_place(&layout, &folder, &meta)?;
    write_json(&layout.meta(&region.name), &meta)?;
    if let Some(map) = &meta.map {
        point_links(&layout, &region.name, &map.run_id)?;
    }
    write_index(settings)?;
    prune(&layout, &meta)?;
    remove_work(&layout, &region.name)
}

/// The runs to keep beside the new one, newest first.
fn earlier_runs(settings: &Settings, old: RegionMeta) -> Vec<EarlierRun> {
    let now = now_in_seconds();
    let replaced = old.map.map(|map| EarlierRun { run_id: map.run_id, replaced_at: now });
    let runs: Vec<EarlierRun> = replaced.into_iter().chain(old.earlier_runs).collect();
    kept_runs(&runs, settings.keep_runs, settings.keep_hours, now)
}

/// Records that a run of a region ended without a map; the old map and its fields stay.
///
/// # Errors
/// When the metadata cannot be written.
pub(crate) fn record_end(settings: &Settings, region: &Region, ended: End) -> Result<()> {
    let layout = Layout::new(&settings.root);
    let old = read_meta(&layout, &region.name).or_pending(region);
    let failures = old.consecutive_failures;
    let (last_status, consecutive_failures) = match ended.status {
        Status::Failed => (Status::Failed, failures.saturating_add(1)),
        status => (status, failures),
    };
    let meta = RegionMeta {
        last_run_at: Some(ended.started_at),
        last_status,
        last_error: Some(ended.message),
        consecutive_failures,
        ..old
    };
    write_json(&layout.meta(&region.name), &meta)?;
    write_index(settings)
}

/// How a run ended that published nothing.
pub(crate) struct End {
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) status: Status,
    pub(crate) message: String,
}

/// Tiles and raster, built in the work folder, and the metadata that speaks of them.
fn build(layout: &Layout, folder: &RunFolder, record: RunRecord) -> Result<RegionMeta> {
    let RunRecord { region, started_at, mut map } = record;
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
        let cut = cut_tiles(&reader, &grid, region.zoom_min, region.skip_unburned, &tiles.join("dnbr"), &step);
        (cut, cog.join())
    });
    let cut = match (cut, cog) {
        (_, Err(_)) => bail!("the thread that writes the raster died"),
        (Ok(cut), Ok(Ok(()))) => cut,
        (Err(error), Ok(Ok(()))) | (Ok(_), Ok(Err(error))) => return Err(error),
        (Err(tiles), Ok(Err(raster))) => bail!("{tiles:#}; {raster:#}"),
    };
    step.finish(cut.bytes);

    fs::create_dir_all(tiles.join("dnbr")).with_context(|| format!("cannot create {}", tiles.display()))?;
    let raster_bytes = fs::metadata(folder.cog()).with_context(|| format!("reading {}", folder.cog().display()))?.len();
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
    let root = File::open(layout.root()).with_context(|| format!("cannot open {}", layout.root().display()))?;
    rustix::fs::syncfs(&root).with_context(|| format!("cannot sync {}", layout.root().display()))?;
    Ok(meta)
}

/// Raster and tiles under their versioned names, which no reader knows yet.
fn move_into_place(layout: &Layout, folder: &RunFolder, meta: &RegionMeta) -> Result<()> {
    let Some(map) = &meta.map else { bail!("a run without a map cannot be published") };
    let name = &meta.region_name;
    for (from, to) in
        [(folder.cog(), layout.raster(name, &map.run_id)), (folder.tiles(), layout.tiles(name, &map.run_id))]
    {
        let parent = to.parent().unwrap_or(layout.root());
        fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        fs::rename(&from, &to).with_context(|| format!("cannot move {} to {}", from.display(), to.display()))?;
        sync_folder(parent)?;
    }
    Ok(())
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
    symlink(target, &aside).with_context(|| format!("cannot link {}", aside.display()))?;
    fs::rename(&aside, link).with_context(|| format!("cannot move the link to {}", link.display()))
}

/// Writes `meta/index.json` and `meta/client.json`: every configured region and no other.
///
/// # Errors
/// When the configuration cannot be read or a file cannot be written.
pub(crate) fn write_index(settings: &Settings) -> Result<()> {
    let layout = Layout::new(&settings.root);
    let generated_at = now_in_seconds();
    let before = read_index(&layout);
    let first_seen = |name: &str| {
        let known = before.as_ref()?.regions.iter().find(|region| region.name == name)?;
        known.first_seen_at
    };
    let regions = settings
        .regions()?
        .iter()
        .map(|region| {
            let meta = read_meta(&layout, &region.name).or_pending(region);
            let first_seen_at = first_seen(&region.name).or(Some(generated_at));
            IndexedRegion { first_seen_at, ..IndexedRegion::new(region, &meta) }
        })
        .collect();
    write_json(&layout.meta_file("index"), &RegionIndex { generated_at, regions })?;
    write_json(&layout.meta_file("client"), &settings.client_config()?)
}

/// The published list of regions; `None` where there is none, or it is broken.
pub(crate) fn read_index(layout: &Layout) -> Option<RegionIndex> {
    serde_json::from_str(&fs::read_to_string(layout.meta_file("index")).ok()?).ok()
}

/// What a region's metadata file holds.
pub(crate) enum Published {
    /// Whole metadata.
    Meta(Box<RegionMeta>),
    /// No file: the region was never run.
    Absent,
    /// A file that cannot be read.
    Broken,
}

impl Published {
    /// The metadata; that of a region before its first run where there is none.
    pub(crate) fn or_pending(self, region: &Region) -> RegionMeta {
        match self {
            Self::Meta(meta) => *meta,
            Self::Absent | Self::Broken => RegionMeta::pending(region),
        }
    }
}

/// Reads a region's metadata; says so where it is broken.
pub(crate) fn read_meta(layout: &Layout, region: &str) -> Published {
    let file = layout.meta(region);
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Published::Absent,
        Err(_) => return Published::Broken,
    };
    match serde_json::from_str(&text) {
        Ok(meta) => Published::Meta(Box::new(meta)),
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "broken metadata is left out");
            Published::Broken
        }
    }
}

/// The present moment as metadata tells it.
pub(crate) fn now_in_seconds() -> DateTime<Utc> {
    DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap_or_default()
}

/// Writes JSON aside, syncs it and renames it over: a reader sees the old file or the new one.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn write_json(file: &Path, value: &impl Serialize) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let aside = file.with_extension("json.new");
    let write = || -> Result<()> {
        fs::create_dir_all(folder)?;
        let mut open = File::create(&aside)?;
        serde_json::to_writer_pretty(&mut open, value)?;
        open.write_all(b"\n")?;
        open.sync_all()?;
        fs::rename(&aside, file)?;
        sync_folder(folder)
    };
    write().with_context(|| format!("cannot write {}: is the root writable, and the disk not full?", file.display()))
}

fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|open| open.sync_all()).with_context(|| format!("cannot sync {}", folder.display()))
}

/// Clears a region's work folder: its newest run has been published.
fn remove_work(layout: &Layout, region: &str) -> Result<()> {
    let work = layout.work(region);
    let entries = fs::read_dir(&work).with_context(|| format!("cannot read {}", work.display()))?;
    for entry in entries.filter_map(|entry| entry.ok()) {
        if entry.file_name().to_str().is_some_and(is_run_id) {
            fs::remove_dir_all(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}
