//! Publishes a finished run: a reader who follows the metadata sees the whole old map or the whole
//! new one.

use std::fs;

use anyhow::{Context, Result, bail};
use dragonfly_core::metadata::{EarlierRun, MapMeta, RegionMeta};
use dragonfly_core::{Grid, Region};

use crate::deployment::Deployment;
use crate::deployment::layout::{RootLayout, RunFolder};
use crate::deployment::settings::Settings;
use crate::nightly::burnt_seen::burnt_seen_share;
use crate::nightly::clock::now_in_seconds;
use crate::nightly::preflight::{check_burnt_share, check_valid_share};
use crate::publish::build::build;
use crate::publish::index::write_index;
use crate::publish::json_file::write_json;
use crate::publish::links::point_links;
use crate::publish::region_meta::MetaFile;
use crate::publish::run::{finished_runs, is_run_id, read_record};
use crate::publish::store::{PublishStore, store_of};
use crate::publish::sweep::{kept_runs, named_runs, prune};

/// Cuts the newest finished run of a region into tiles and publishes it.
///
/// # Errors
/// When there is no finished run that is not published yet; else as [`publish_run`].
pub(crate) fn publish_newest(deployment: &Deployment, region: &Region) -> Result<()> {
    let layout = &deployment.layout;
    let work = layout.work(&region.name);
    let published = MetaFile::read(layout, &region.name).or_pending(region)?;
    let published = named_runs(&published);
    let newest = finished_runs(layout, &region.name)
        .into_iter()
        .rfind(|run| !published.contains(&run.run_id.as_str()));
    let Some(newest) = newest else {
        let name = &region.name;
        bail!(
            "region `{name}` has no computed raster in {}: run `dragonfly lowres {name}` first",
            work.display()
        );
    };
    publish_run(deployment, region, &RunFolder(work.join(newest.run_id)))
}

/// Cuts a finished run into tiles and publishes it.
///
/// # Errors
/// When it saw too little, the region's metadata cannot be read, or a file cannot be written. What
/// was published before stays.
pub(crate) fn publish_run(
    deployment: &Deployment,
    region: &Region,
    folder: &RunFolder,
) -> Result<()> {
    let Deployment { settings, layout, .. } = deployment;
    let store = store_of(deployment);
    let record = read_record(folder)?;
    let old = MetaFile::read(layout, &region.name).or_pending(region)?;
    let published = old.map.as_ref().map(|map| &map.empty_share);
    check_valid_share(&record.map.empty_share, published, settings.min_valid_share)?;
    let seen_share = old.map.as_ref().and_then(|old| burnt_share(layout, region, old, folder));
    check_burnt_share(seen_share, settings.min_valid_share)?;
    let earlier_runs = earlier_runs(settings, old);
    let meta = RegionMeta { earlier_runs, ..build(&store, folder, record)? };
    move_into_place(&store, layout, folder, &meta)?;
    write_json(&store, &layout.meta(&region.name), &meta)?;
    if let Some(map) = &meta.map {
        point_links(&store, layout, &region.name, &map.run_id)?;
    }
    write_index(deployment)?;
    // The map is out. What cannot be removed now is removed by a later start, and `doctor` finds
    // it.
    for removed in [prune(&store, layout, &meta), remove_work(layout, &region.name)] {
        removed.unwrap_or_else(|error| tracing::warn!(region = region.name, "{error:#}"));
    }
    Ok(())
}

/// The share of a published map's burnt cells that a run saw; `None` where they are few, or its
/// raster cannot be read.
fn burnt_share(
    layout: &RootLayout,
    region: &Region,
    published: &MapMeta,
    folder: &RunFolder,
) -> Option<f64> {
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let raster = layout.raster(&region.name, &published.run_id);
    burnt_seen_share(&raster, folder, &grid).unwrap_or_else(|error| {
        tracing::warn!(region = region.name, "cannot compare with the published map: {error:#}");
        None
    })
}

/// The runs to keep beside the new one, newest first.
fn earlier_runs(settings: &Settings, old: RegionMeta) -> Vec<EarlierRun> {
    let now = now_in_seconds();
    let replaced = old.map.map(|map| EarlierRun {
        run_id: map.run_id,
        replaced_at: now,
        post_window: Some(map.post_window),
    });
    let runs: Vec<EarlierRun> = replaced.into_iter().chain(old.earlier_runs).collect();
    kept_runs(&runs, settings.keep_runs, settings.keep_hours, now)
}

/// Rasters, tiles and the run's own metadata under their versioned names, which no metadata names
/// yet.
fn move_into_place(
    store: &impl PublishStore,
    layout: &RootLayout,
    folder: &RunFolder,
    meta: &RegionMeta,
) -> Result<()> {
    let Some(map) = &meta.map else { bail!("a run without a map cannot be published") };
    let name = &meta.region_name;
    store.publish(&folder.cog(), &layout.raster(name, &map.run_id))?;
    store.publish(&folder.tiles(), &layout.tiles(name, &map.run_id))?;
    if map.layers.is_some() {
        store.publish(&folder.layer_cogs(), &layout.layers(name, &map.run_id))?;
    }
    write_json(store, &layout.run_meta(name, &map.run_id), meta)
}

/// Clears a region's work folder: its newest run has been published.
fn remove_work(layout: &RootLayout, region: &str) -> Result<()> {
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
