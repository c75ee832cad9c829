//! `repair`: rebuilds a region's metadata from its newest whole run.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{EarlierRun, MapMeta, RegionMeta};
use dragonfly_core::{MapLayer, Region, TileFate, TileIndex};

use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::nightly::clock::now_in_seconds;
use crate::publish::cog::read_back;
use crate::publish::index::write_index;
use crate::publish::json_file::write_json;
use crate::publish::links::point_links;
use crate::publish::region_meta::MetaFile;
use crate::publish::store::{PublishStore, TileFolder, store_of};
use crate::publish::sweep::published_runs;
use crate::publish::tiles::TileSet;

/// Rebuilds a region's metadata where it cannot be read, is absent, or names a run that is not
/// whole. Needs the lock. Returns what was done, as text.
///
/// A run is whole when its own metadata, beside its raster, can be read, its rasters read to the
/// end and all its tiles are there. The file that cannot be read is kept in the work folder.
///
/// # Errors
/// When there is no whole run, or a file cannot be written.
pub(crate) fn repair(deployment: &Deployment, region: &Region) -> Result<String> {
    let layout = &deployment.layout;
    let name = &region.name;
    let state = MetaFile::read(layout, name);
    if let MetaFile::Readable(meta) = &state
        && meta.map.as_ref().is_some_and(|map| check_whole(layout, name, map).is_ok())
    {
        return Ok(format!(
            "region `{name}`: its metadata can be read, and its map is whole: nothing to repair"
        ));
    }
    let runs = whole_runs(&store_of(deployment), layout, name)?;
    if runs.is_empty() {
        bail!(
            "region `{name}` has no whole run from which its metadata can be rebuilt: move {} \
            away, and `dragonfly update {name}` makes a new map",
            layout.meta(name).display()
        );
    }
    if matches!(state, MetaFile::Unreadable(_)) {
        keep_aside(layout, name)?;
    }
    let run_id = rebuild(deployment, name, &runs)?;
    Ok(format!("region `{name}`: its metadata is rebuilt from the run {run_id}"))
}

/// Rebuilds the metadata of a region where there is none and a whole run is published: the file was
/// lost, or its first run was killed just before it was written. Needs the lock.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn restore_lost(deployment: &Deployment, region: &Region) -> Result<()> {
    let layout = &deployment.layout;
    if !matches!(MetaFile::read(layout, &region.name), MetaFile::Absent) {
        return Ok(());
    }
    let runs = whole_runs(&store_of(deployment), layout, &region.name)?;
    if !runs.is_empty() {
        let run_id = rebuild(deployment, &region.name, &runs)?;
        tracing::warn!(
            region = region.name,
            "the metadata was absent, and is rebuilt from the run {run_id}"
        );
    }
    Ok(())
}

/// Writes a region's metadata from the metadata of its runs, the oldest first, of which there is
/// one at least. Gives the newest.
fn rebuild(deployment: &Deployment, region: &str, runs: &[RegionMeta]) -> Result<String> {
    let layout = &deployment.layout;
    let maps: Vec<&MapMeta> = runs.iter().filter_map(|meta| meta.map.as_ref()).collect();
    let (Some(newest), Some(map)) = (runs.last(), maps.last()) else {
        bail!("there is no run to rebuild from")
    };
    let pairs = maps.iter().zip(maps.iter().skip(1)).rev();
    let earlier_runs = pairs.map(|(earlier, next)| EarlierRun {
        run_id: earlier.run_id.clone(),
        replaced_at: next.generated_at,
        post_window: Some(earlier.post_window),
    });
    let meta = RegionMeta { earlier_runs: earlier_runs.collect(), ..newest.clone() };
    let store = store_of(deployment);
    write_json(&store, &layout.meta(region), &meta)?;
    point_links(&store, layout, region, &map.run_id)?;
    write_index(deployment)?;
    Ok(map.run_id.clone())
}

/// The metadata of the whole runs of a region, the oldest first.
fn whole_runs(
    store: &impl PublishStore,
    layout: &RootLayout,
    region: &str,
) -> Result<Vec<RegionMeta>> {
    let mut whole = Vec::new();
    for run_id in published_runs(store, layout, region)? {
        match read_whole(layout, region, &run_id) {
            Ok(meta) => whole.push(meta),
            Err(error) => tracing::warn!(region, "the run {run_id} is passed over: {error:#}"),
        }
    }
    let keys: Vec<RunKey> = whole.iter().filter_map(RunKey::of).collect();
    Ok(oldest_first(&keys).into_iter().filter_map(|index| whole.get(index).cloned()).collect())
}

/// What runs are sorted by.
struct RunKey<'a> {
    run_id: &'a str,
    generated_at: DateTime<Utc>,
    replaced: Vec<&'a str>,
}

impl<'a> RunKey<'a> {
    fn of(meta: &'a RegionMeta) -> Option<Self> {
        let map = meta.map.as_ref()?;
        let replaced = meta.earlier_runs.iter().map(|run| run.run_id.as_str()).collect();
        Some(Self { run_id: &map.run_id, generated_at: map.generated_at, replaced })
    }
}

/// The indices of runs in the order in which they were published.
///
/// A run names those that it replaced. That counts before the clock, which may be put back, and
/// which two runs may share.
fn oldest_first(runs: &[RunKey]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..runs.len()).collect();
    let mut newest_first = Vec::with_capacity(runs.len());
    while !left.is_empty() {
        let is_replaced =
            |run: &RunKey| left.iter().any(|other| runs[*other].replaced.contains(&run.run_id));
        let key = |index: &usize| {
            (!is_replaced(&runs[*index]), runs[*index].generated_at, runs[*index].run_id)
        };
        let Some(newest) = left.iter().copied().max_by_key(key) else { break };
        left.retain(|index| *index != newest);
        newest_first.push(newest);
    }
    newest_first.reverse();
    newest_first
}

fn read_whole(layout: &RootLayout, region: &str, run_id: &str) -> Result<RegionMeta> {
    let file = layout.run_meta(region, run_id);
    let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let meta: RegionMeta =
        serde_json::from_slice(&text).with_context(|| format!("{} is broken", file.display()))?;
    let Some(map) = meta.map.as_ref().filter(|map| map.run_id == run_id) else {
        bail!("{} is the metadata of another run", file.display());
    };
    check_whole(layout, region, map)?;
    Ok(meta)
}

fn check_whole(layout: &RootLayout, region: &str, map: &MapMeta) -> Result<()> {
    let raster = layout.raster(region, &map.run_id);
    read_back(&raster, f64::NAN).with_context(|| format!("{} cannot be read", raster.display()))?;
    for layer in MapLayer::ALL.into_iter().filter(|_| map.layers.is_some()) {
        let file = layout.layer(region, &map.run_id, layer);
        read_back(&file, layer.no_data())
            .with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let tiles = layout.tiles(region, &map.run_id);
    check_tiles(&TileFolder::new(&tiles.join("dnbr")), &map.tile_index)?;
    let marks =
        [(TileSet::Change, &map.changed_tiles), (TileSet::Provisional, &map.provisional_tiles)];
    for (set, marks) in marks {
        if let Some(marks) = marks {
            check_tiles(&TileFolder::new(&tiles.join(set.name())), &marks.tile_index)?;
        }
    }
    Ok(())
}

fn check_tiles(tiles: &TileFolder, index: &TileIndex) -> Result<()> {
    for zoom in &index.0 {
        for tile in zoom.tiles.tiles().filter(|tile| zoom.fate(*tile) == Some(TileFate::Stored)) {
            let file = tiles.file(tile);
            let is_there =
                fs::metadata(&file).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0);
            ensure!(is_there, "the tile {} is missing or empty", file.display());
        }
    }
    Ok(())
}

/// Moves the file that cannot be read into the work folder, where it can be inspected.
fn keep_aside(layout: &RootLayout, region: &str) -> Result<()> {
    let work = layout.work(region);
    let aside = work.join(format!("unreadable-{}.json", now_in_seconds().format("%Y%m%dT%H%M%SZ")));
    fs::create_dir_all(&work).and_then(|()| fs::rename(layout.meta(region), &aside)).with_context(
        || format!("cannot move {} to {}", layout.meta(region).display(), aside.display()),
    )
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn runs_are_ordered_by_what_they_replaced_and_then_by_the_clock() {
        let check = |runs: &[(&'static str, i64, &[&'static str])], expected: &[&str]| {
            let key = |(run_id, minute, replaced): &(&'static str, i64, &[&'static str])| RunKey {
                run_id,
                generated_at: DateTime::UNIX_EPOCH + TimeDelta::minutes(*minute),
                replaced: replaced.to_vec(),
            };
            let keys: Vec<RunKey> = runs.iter().map(key).collect();
            let ids: Vec<&str> =
                oldest_first(&keys).into_iter().map(|index| runs[index].0).collect();
            assert_eq!(ids, expected);
        };
        check(&[("b", 2, &[]), ("a", 1, &[])], &["a", "b"]);
        check(&[("z", 1, &[]), ("a", 1, &["z"])], &["z", "a"]);
        check(&[("c", 1, &["b", "a"]), ("a", 9, &[]), ("b", 5, &["a"])], &["a", "b", "c"]);
        check(&[("a", 1, &["b"]), ("b", 2, &["a"])], &["a", "b"]);
        check(&[], &[]);
    }
}
