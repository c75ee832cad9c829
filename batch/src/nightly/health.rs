//! `health`: checks disk and regions, writes `meta/health.json`, and notifies a monitor.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use dragonfly_core::metadata::{MapMeta, RegionIndex};
use dragonfly_core::{
    Health, MapLayer, Region, RegionFiles, RegionHealth, RegionRecord, Tile, TileFate, decode_tile,
    plan_night,
};

use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::deployment::permissions::find_not_public;
use crate::fires::state_files::read_list;
use crate::http;
use crate::nightly::attempt;
use crate::nightly::clock::problem_of_clock;
use crate::nightly::lock::LastCommand;
use crate::nightly::preflight::free_gb;
use crate::publish::index::{read_index, write_index};
use crate::publish::json_file::write_json;
use crate::publish::public_text::public_text;
use crate::publish::region_meta::MetaFile;
use crate::publish::store::{TileFolder, store_of};
use crate::read::geotiff;

/// Checks everything and writes `meta/health.json`, however much is wrong.
///
/// # Errors
/// When nothing could be checked: the disk cannot be read, or the file not written.
pub(crate) fn check(deployment: &Deployment, now: DateTime<Utc>) -> Result<Health> {
    let Deployment { settings, layout, regions } = deployment;
    let disk_free_gb = free_gb(layout)?;
    if regions.iter().any(|region| first_seen(read_index(layout).as_ref(), region).is_none()) {
        // No run has listed the region yet: its grace period starts now.
        write_index(deployment)?;
    }
    let index = read_index(layout);
    let last_command = LastCommand::of(layout);
    let is_running = last_command == LastCommand::Running;
    let judged = regions.iter().map(|region| {
        let files = RegionFiles {
            first_seen_at: first_seen(index.as_ref(), region),
            missing_files: settings.missing_files_of(region),
            unrecorded_run: attempt::started_at(layout, &region.name).filter(|_| !is_running),
            ..region_files(layout, region)
        };
        (region.name.clone(), RegionHealth::judge(region, &files, settings.stale_after_days, now))
    });
    let judged: std::collections::BTreeMap<_, _> = judged.collect();
    let records: Vec<RegionRecord> = regions
        .iter()
        .filter_map(|region| {
            let meta = MetaFile::read(layout, &region.name).or_pending(region).ok()?;
            Some(RegionRecord::new(region, &meta))
        })
        .collect();
    let mut last_command_problems = match last_command {
        LastCommand::Over(problems) => problems,
        LastCommand::Running | LastCommand::Unknown => Vec::new(),
    };
    last_command_problems.extend(problem_of_clock(now));
    let fires_ok = settings.fires.as_ref().map(|_| points_are_recent(layout, now));
    let disk_ok = disk_free_gb >= settings.min_free_gb;
    let regions_ok = judged.values().all(|region| region.ok);
    let health = Health {
        checked_at: now,
        ok: disk_ok && regions_ok && fires_ok != Some(false) && last_command_problems.is_empty(),
        disk_ok,
        disk_free_gb: (disk_free_gb * 10.0).round() / 10.0,
        last_command_ok: last_command_problems.is_empty(),
        last_command_problems,
        fires_ok,
        regions_ok,
        load: plan_night(&records, settings.regions_per_night, now).describe_load(),
        regions: judged,
    };
    write_json(&store_of(deployment), &layout.meta_file("health"), &published(health.clone()))?;
    Ok(health)
}

/// Hours without points after which new fires may have been missed.
const MAX_BLIND_HOURS: i64 = 48;

/// Whether points were read lately, and by a clock that was not ahead.
fn points_are_recent(layout: &RootLayout, now: DateTime<Utc>) -> bool {
    let list = read_list(layout).ok().flatten();
    list.is_some_and(|list| {
        let age = now - list.checked_at;
        age <= TimeDelta::hours(MAX_BLIND_HOURS) && age >= -TimeDelta::days(1)
    })
}

/// Health as it is published: without paths of this machine.
fn published(mut health: Health) -> Health {
    let problems = health.regions.values_mut().flat_map(|region| &mut region.problems);
    for problem in problems.chain(&mut health.last_command_problems) {
        *problem = public_text(problem);
    }
    health
}

/// When a region was first found in the configuration; `None` where the list does not contain it.
fn first_seen(index: Option<&RegionIndex>, region: &Region) -> Option<DateTime<Utc>> {
    index?.regions.iter().find(|line| line.name == region.name)?.first_seen_at
}

/// The problems of a deployment, one line each.
pub(crate) fn problems(health: &Health, min_free_gb: f64) -> Vec<String> {
    let mut problems = Vec::new();
    if !health.disk_ok {
        problems.push(format!(
            "only {} GB are free, and {min_free_gb} GB must be: make room",
            health.disk_free_gb
        ));
    }
    if health.fires_ok == Some(false) {
        problems.push(format!(
            "no active-fire points could be read for {MAX_BLIND_HOURS} hours, so no new fire is \
            found: meta/fires.json states why, and `dragonfly doctor` probes the sources"
        ));
    }
    problems.extend(health.last_command_problems.iter().cloned());
    for (name, region) in &health.regions {
        problems
            .extend(region.problems.iter().map(|problem| format!("region `{name}`: {problem}")));
    }
    problems
}

/// Notifies a monitor: its address on success, `/fail` behind it otherwise (the convention of
/// Healthchecks).
///
/// # Errors
/// When the monitor does not answer.
pub(crate) fn ping(url: &str, ok: bool) -> Result<()> {
    let url = if ok { url.to_owned() } else { format!("{}/fail", url.trim_end_matches('/')) };
    http::notify(&url).with_context(|| format!("the monitor {url} could not be notified"))
}

fn region_files(layout: &RootLayout, region: &Region) -> RegionFiles {
    let meta = match MetaFile::read(layout, &region.name) {
        MetaFile::Readable(meta) => *meta,
        MetaFile::Absent => return RegionFiles::default(),
        MetaFile::Unreadable(error) => {
            return RegionFiles { meta_problem: Some(error.cause), ..RegionFiles::default() };
        }
    };
    let mut published =
        vec![layout.meta_file("index"), layout.meta_file("client"), layout.meta(&region.name)];
    let (mut tile, mut raster) = (None, None);
    if let Some(map) = &meta.map {
        published.push(layout.raster(&region.name, &map.run_id));
        published.extend(layer_files(layout, region, map));
        if let Some(file) = well_known_tile(layout, region, map) {
            tile = Some(check_tile(&file));
            published.push(file);
        }
        raster = Some(check_raster(layout, region, map));
    }
    let not_public = find_not_public(layout.root(), published.iter().map(|file| file.as_path()));
    RegionFiles { meta: Some(meta), tile, raster, not_public, ..RegionFiles::default() }
}

/// The tile in the middle of those stored at the finest zoom that stores any.
fn well_known_tile(layout: &RootLayout, region: &Region, map: &MapMeta) -> Option<PathBuf> {
    let tile = map.tile_index.0.iter().rev().find_map(|zoom| {
        let stored: Vec<Tile> =
            zoom.tiles.tiles().filter(|tile| zoom.fate(*tile) == Some(TileFate::Stored)).collect();
        stored.get(stored.len() / 2).copied()
    })?;
    let folder = layout.tiles(&region.name, &map.run_id).join("dnbr");
    Some(TileFolder::new(&folder).file(tile))
}

fn check_tile(file: &Path) -> Result<(), String> {
    let read = fs::read(file).map_err(|error| error.to_string());
    let decoded =
        read.and_then(|png| decode_tile(&png).map(drop).map_err(|error| error.to_string()));
    decoded.map_err(|cause| format!("{}: {cause}", file.display()))
}

/// The layers that a map names.
fn layer_files(layout: &RootLayout, region: &Region, map: &MapMeta) -> Vec<PathBuf> {
    let layers = MapLayer::ALL.into_iter().filter(|_| map.layers.is_some());
    layers.map(|layer| layout.layer(&region.name, &map.run_id, layer)).collect()
}

/// Whether the raster and the layers can be opened.
fn check_raster(layout: &RootLayout, region: &Region, map: &MapMeta) -> Result<(), String> {
    let raster = layout.raster(&region.name, &map.run_id);
    let mut files = std::iter::once(raster).chain(layer_files(layout, region, map));
    files.try_for_each(|file| {
        geotiff::open_local(&file.display().to_string(), geotiff::HeaderLimits::SINGLE)
            .map(drop)
            .map_err(|error| format!("{error:#}"))
    })
}
