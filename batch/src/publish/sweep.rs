//! What killed runs leave behind, and runs that nobody needs any more.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::metadata::{EarlierRun, RegionMeta};

use crate::deployment::layout::RootLayout;
use crate::deployment::ownership::explain;
use crate::publish::links::point_links;
use crate::publish::region_meta::MetaFile;
use crate::publish::run::{finished_runs, is_run_id};

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
        .filter(|(place, run)| *place < keep_runs || run.replaced_at > recent);
    kept.map(|(_, run)| run.clone()).take(MAX_EARLIER_RUNS).collect()
}

/// Puts a root in order after whatever happened: removes unfinished runs and files half written,
/// and points the links at the runs that the metadata names. Needs the lock.
///
/// Where the metadata of a region cannot be read nothing is known, so nothing of the region is
/// changed. What cannot be put in order is reported, and stops neither the rest nor the night.
pub(crate) fn sweep(layout: &RootLayout) {
    let mut outcomes = vec![];
    for folder in ["meta", "raster", "tiles"] {
        outcomes.push(remove_half_written(&layout.root().join(folder)));
    }
    let mut regions: Vec<String> = Vec::new();
    for folder in ["work", "tiles", "raster"] {
        match folders_in(&layout.root().join(folder)) {
            Ok(folders) => regions.extend(folders.iter().filter_map(|path| file_name(path))),
            Err(error) => outcomes.push(Err(error)),
        }
    }
    regions.sort();
    regions.dedup();
    outcomes.extend(regions.iter().map(|region| sweep_region(layout, region)));
    for error in outcomes.into_iter().filter_map(Result::err) {
        tracing::warn!("left as it is: {error:#}");
    }
}

fn sweep_region(layout: &RootLayout, region: &str) -> Result<()> {
    let (named, current): (Vec<String>, _) = match MetaFile::read(layout, region) {
        MetaFile::Unreadable(error) => return Err(error.into()),
        MetaFile::Readable(meta) if meta.map.is_some() => {
            let named = named_runs(&meta).into_iter().map(str::to_owned).collect();
            (named, meta.map.map(|map| map.run_id))
        }
        // Metadata may be lost, and the map be there: its newest run stays, for `dragonfly repair`.
        MetaFile::Readable(_) | MetaFile::Absent => {
            (published_runs(layout, region)?.pop().into_iter().collect(), None)
        }
    };
    let mut outcomes = vec![
        remove_half_written(&layout.tiles_of(region)),
        remove_half_written(&layout.raster_of(region)),
        remove_unfinished(layout, region, &named),
        remove_runs_except(layout, region, &named),
    ];
    if let Some(run_id) = current {
        outcomes.push(point_links(layout, region, &run_id));
    }
    outcomes.into_iter().collect()
}

/// Removes a region's runs that its metadata does not name.
///
/// # Errors
/// When a file cannot be removed.
pub(crate) fn prune(layout: &RootLayout, meta: &RegionMeta) -> Result<()> {
    let named: Vec<String> = named_runs(meta).into_iter().map(str::to_owned).collect();
    remove_runs_except(layout, &meta.region_name, &named)
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
pub(crate) fn published_runs(layout: &RootLayout, region: &str) -> Result<Vec<String>> {
    let mut runs: Vec<String> =
        folders_in(&layout.tiles_of(region))?.iter().filter_map(|path| file_name(path)).collect();
    runs.retain(|run| is_run_id(run) && layout.raster(region, run).exists());
    runs.sort();
    Ok(runs)
}

fn remove_runs_except(layout: &RootLayout, region: &str, named: &[String]) -> Result<()> {
    let mut outcome = Ok(());
    for folder in [layout.tiles_of(region), layout.raster_of(region)] {
        for path in entries_in(&folder)? {
            let run = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if is_run_id(run) && !named.iter().any(|name| name == run) {
                outcome = remove(&path).and(outcome);
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
    for path in folders_in(&layout.work(region))? {
        let name = file_name(&path).unwrap_or_default();
        if is_run_id(&name) && Some(name) != newest {
            outcome = remove(&path).and(outcome);
        }
    }
    outcome
}

/// Files and links made aside and never renamed into place.
fn remove_half_written(folder: &Path) -> Result<()> {
    let mut outcome = Ok(());
    for path in entries_in(folder)? {
        if path.extension().is_some_and(|extension| extension == "new") {
            outcome = remove(&path).and(outcome);
        }
    }
    outcome
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name()?.to_str().map(str::to_owned)
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries_in(folder)?.into_iter().filter(|path| path.is_dir() && !path.is_symlink()).collect())
}

/// Paths in a folder; none where there is no folder.
fn entries_in(folder: &Path) -> Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", folder.display())),
    }
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() && !path.is_symlink() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed
            .map_err(|error| explain(error.into(), path))
            .with_context(|| format!("cannot remove {}", path.display())),
    }
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
