//! What killed runs leave behind, and runs that nobody needs any more.

use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::metadata::{EarlierRun, RegionMeta};

use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::publish::links::point_links;
use crate::publish::region_meta::MetaFile;
use crate::publish::run::{finished_runs, is_run_id};
use crate::publish::store::{LocalStore, PublishStore, StoreEntry, store_of};

/// Most earlier runs that are kept, however recent.
const MAX_EARLIER_RUNS: usize = 8;

/// The earlier runs to keep: the last `keep_runs`, and those replaced within the last `keep_hours`.
/// `runs` and the answer: newest first.
pub(crate) fn kept_runs(
    runs: &[EarlierRun],
    keep_runs: usize,
    keep_hours: u32,
    now: DateTime<Utc>,
) -> Vec<EarlierRun> {
    // Hours beyond the calendar keep all.
    let recent = now
        .checked_sub_signed(TimeDelta::hours(i64::from(keep_hours)))
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    let kept = runs
        .iter()
        .enumerate()
        .filter(|(index, run)| *index < keep_runs || run.replaced_at > recent);
    kept.map(|(_, run)| run.clone()).take(MAX_EARLIER_RUNS).collect()
}

/// Puts a root in order after whatever happened: removes unfinished runs and files half written,
/// and points the links at the runs that the metadata names. Needs the lock.
///
/// Where the metadata of a region cannot be read nothing is known, so nothing of the region is
/// changed. What cannot be put in order is reported, and stops neither the rest nor the night.
pub(crate) fn sweep(deployment: &Deployment) {
    let (layout, store) = (&deployment.layout, &store_of(deployment));
    let mut outcomes = vec![];
    for folder in ["meta", "raster", "tiles"] {
        outcomes.push(remove_half_written(store, &layout.root().join(folder)));
    }
    let work = LocalStore::of(layout);
    let mut regions: Vec<String> = Vec::new();
    for folders in [
        folders_in(&work, &layout.root().join("work")),
        folders_in(store, &layout.root().join("tiles")),
        folders_in(store, &layout.root().join("raster")),
    ] {
        match folders {
            Ok(folders) => regions.extend(folders),
            Err(error) => outcomes.push(Err(error)),
        }
    }
    regions.sort();
    regions.dedup();
    outcomes.extend(regions.iter().map(|region| sweep_region(store, layout, region)));
    for error in outcomes.into_iter().filter_map(Result::err) {
        tracing::warn!("left as it is: {error:#}");
    }
}

fn sweep_region(store: &impl PublishStore, layout: &RootLayout, region: &str) -> Result<()> {
    let (named, current): (Vec<String>, _) = match MetaFile::read(layout, region) {
        MetaFile::Unreadable(error) => return Err(error.into()),
        MetaFile::Readable(meta) if meta.map.is_some() => {
            let named = named_runs(&meta).into_iter().map(str::to_owned).collect();
            (named, meta.map.map(|map| map.run_id))
        }
        // Metadata may be lost, and the map be there: its newest run stays, for `dragonfly repair`.
        MetaFile::Readable(_) | MetaFile::Absent => {
            (published_runs(store, layout, region)?.pop().into_iter().collect(), None)
        }
    };
    let mut outcomes = vec![
        remove_half_written(store, &layout.tiles_of(region)),
        remove_half_written(store, &layout.raster_of(region)),
        remove_unfinished(layout, region, &named),
        remove_runs_except(store, layout, region, &named),
    ];
    if let Some(run_id) = current {
        outcomes.push(point_links(store, layout, region, &run_id));
    }
    outcomes.into_iter().collect()
}

/// Removes a region's runs that its metadata does not name.
///
/// # Errors
/// When a file cannot be removed.
pub(crate) fn prune(
    store: &impl PublishStore,
    layout: &RootLayout,
    meta: &RegionMeta,
) -> Result<()> {
    let named: Vec<String> = named_runs(meta).into_iter().map(str::to_owned).collect();
    remove_runs_except(store, layout, &meta.region_name, &named)
}

/// The runs that metadata names: the current one, then the earlier ones.
pub(crate) fn named_runs(meta: &RegionMeta) -> Vec<&str> {
    let current = meta.map.iter().map(|map| map.run_id.as_str());
    current.chain(meta.earlier_runs.iter().map(|run| run.run_id.as_str())).collect()
}

/// The runs of a region whose raster and tiles lie under their versioned names, by name.
///
/// # Errors
/// When the folders cannot be read.
pub(crate) fn published_runs(
    store: &impl PublishStore,
    layout: &RootLayout,
    region: &str,
) -> Result<Vec<String>> {
    let mut runs = folders_in(store, &layout.tiles_of(region))?;
    runs.retain(|run| is_run_id(run) && layout.raster(region, run).exists());
    runs.sort();
    Ok(runs)
}

fn remove_runs_except(
    store: &impl PublishStore,
    layout: &RootLayout,
    region: &str,
    named: &[String],
) -> Result<()> {
    let mut outcome = Ok(());
    for folder in [layout.tiles_of(region), layout.raster_of(region)] {
        for StoreEntry { path, .. } in store.list(&folder)? {
            let run = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if is_run_id(run) && !named.iter().any(|name| name == run) {
                outcome = store.remove(&path).and(outcome);
            }
        }
    }
    outcome
}

/// Keeps the newest finished run, which `tile` may still publish, unless it is published already.
fn remove_unfinished(layout: &RootLayout, region: &str, named: &[String]) -> Result<()> {
    let newest = finished_runs(layout, region)
        .pop()
        .map(|run| run.run_id)
        .filter(|run| !named.contains(run));
    let mut outcome = Ok(());
    let (work, folder) = (LocalStore::of(layout), layout.work(region));
    for name in folders_in(&work, &folder)? {
        if is_run_id(&name) && Some(&name) != newest.as_ref() {
            outcome = work.remove(&folder.join(&name)).and(outcome);
        }
    }
    outcome
}

/// Files and links made aside and never renamed into place.
fn remove_half_written(store: &impl PublishStore, folder: &Path) -> Result<()> {
    let mut outcome = Ok(());
    for StoreEntry { path, .. } in store.list(folder)? {
        if path.extension().is_some_and(|extension| extension == "new") {
            outcome = store.remove(&path).and(outcome);
        }
    }
    outcome
}

/// The names of the folders in a folder.
fn folders_in(store: &impl PublishStore, folder: &Path) -> Result<Vec<String>> {
    let entries = store.list(folder)?;
    let folders = entries.iter().filter(|entry| entry.is_folder);
    Ok(folders.filter_map(|entry| entry.name().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hours_ago: &[i64], keep_runs: usize, keep_hours: u32, kept: usize) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let runs: Vec<EarlierRun> = hours_ago
            .iter()
            .map(|hours| EarlierRun {
                run_id: hours.to_string(),
                replaced_at: now - TimeDelta::hours(*hours),
                post_window: None,
            })
            .collect();
        assert_eq!(kept_runs(&runs, keep_runs, keep_hours, now), runs[..kept]);
    }

    #[test]
    fn the_last_runs_and_the_last_hours_are_kept() {
        check(&[24 * 7, 24 * 14, 24 * 21], 2, 24, 2);
        check(&[1, 2, 3, 30], 2, 24, 3);
        check(&[], 2, 24, 0);
        check(&[0, 0, 0], 1, 0, 1);
        check(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 2, 24, MAX_EARLIER_RUNS);
        check(&[24 * 7, 24 * 14, 24 * 21], 0, u32::MAX, 3);
    }
}
