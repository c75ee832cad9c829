//! What killed runs leave behind, and runs that nobody needs any more.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::metadata::{EarlierRun, RegionMeta};

use crate::layout::{Layout, RunFolder};
use crate::publish::{Published, point_links, read_meta};
use crate::run::is_run_id;

/// Most earlier runs that are kept, however recent.
const MOST_EARLIER_RUNS: usize = 8;

/// The earlier runs to keep: the last `keep_runs`, and those replaced within the last `keep_hours`.
/// `runs` and the answer: newest first.
pub(crate) fn kept_runs(runs: &[EarlierRun], keep_runs: usize, keep_hours: u32, now: DateTime<Utc>) -> Vec<EarlierRun> {
    let recent = now - TimeDelta::hours(i64::from(keep_hours));
    let kept = runs.iter().enumerate().filter(|(place, run)| *place < keep_runs || run.replaced_at > recent);
    kept.map(|(_, run)| run.clone()).take(MOST_EARLIER_RUNS).collect()
}

/// Puts a root in order after whatever happened: removes unfinished runs and files half written, and
/// points the links at the runs that the metadata names. Needs the lock.
///
/// # Errors
/// When the root cannot be read or written.
pub(crate) fn sweep(layout: &Layout) -> Result<()> {
    for folder in ["meta", "raster", "tiles"] {
        remove_half_written(&layout.root().join(folder))?;
    }
    for work in folders_in(&layout.root().join("work"))? {
        remove_unfinished(&work)?;
    }
    for region in regions_with_files(layout)? {
        remove_half_written(&layout.tiles_of(&region))?;
        match read_meta(layout, &region) {
            // Nothing is known, so nothing is removed.
            Published::Broken => {}
            Published::Absent => remove_runs_except(layout, &region, &[])?,
            Published::Meta(meta) => {
                remove_runs_except(layout, &region, &named_runs(&meta))?;
                if let Some(map) = &meta.map {
                    point_links(layout, &region, &map.run_id)?;
                }
            }
        }
    }
    Ok(())
}

/// Removes a region's runs that its metadata does not name.
///
/// # Errors
/// When a file cannot be removed.
pub(crate) fn prune(layout: &Layout, meta: &RegionMeta) -> Result<()> {
    remove_runs_except(layout, &meta.region_name, &named_runs(meta))
}

fn named_runs(meta: &RegionMeta) -> Vec<&str> {
    let current = meta.map.iter().map(|map| map.run_id.as_str());
    current.chain(meta.earlier_runs.iter().map(|run| run.run_id.as_str())).collect()
}

fn remove_runs_except(layout: &Layout, region: &str, named: &[&str]) -> Result<()> {
    for folder in [layout.tiles_of(region), layout.raster_of(region)] {
        for path in entries_in(&folder)? {
            let run = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if is_run_id(run) && !named.contains(&run) {
                remove(&path)?;
            }
        }
    }
    Ok(())
}

/// Keeps the newest finished run, which `tile` may still publish.
fn remove_unfinished(work: &Path) -> Result<()> {
    let mut runs: Vec<PathBuf> = folders_in(work)?;
    runs.retain(|run| run.file_name().and_then(|name| name.to_str()).is_some_and(is_run_id));
    runs.sort();
    let newest = runs.iter().rposition(|run| RunFolder(run.clone()).record().exists());
    for (place, run) in runs.iter().enumerate() {
        if Some(place) != newest {
            remove(run)?;
        }
    }
    Ok(())
}

/// Files and links made aside and never renamed into place.
fn remove_half_written(folder: &Path) -> Result<()> {
    for path in entries_in(folder)? {
        if path.extension().is_some_and(|extension| extension == "new") {
            remove(&path)?;
        }
    }
    Ok(())
}

fn regions_with_files(layout: &Layout) -> Result<Vec<String>> {
    let mut names: Vec<String> = ["tiles", "raster"]
        .into_iter()
        .map(|folder| folders_in(&layout.root().join(folder)))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .filter_map(|path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
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
    let removed = if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hours_ago: &[i64], keep_runs: usize, keep_hours: u32, kept: usize) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let runs: Vec<EarlierRun> = hours_ago
            .iter()
            .map(|hours| EarlierRun { run_id: hours.to_string(), replaced_at: now - TimeDelta::hours(*hours) })
            .collect();
        assert_eq!(kept_runs(&runs, keep_runs, keep_hours, now), runs[..kept]);
    }

    #[test]
    fn the_last_runs_and_the_last_hours_are_kept() {
        check(&[24 * 7, 24 * 14, 24 * 21], 2, 24, 2);
        check(&[1, 2, 3, 30], 2, 24, 3);
        check(&[], 2, 24, 0);
        check(&[0, 0, 0], 1, 0, 1);
        check(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 2, 24, MOST_EARLIER_RUNS);
    }
}
