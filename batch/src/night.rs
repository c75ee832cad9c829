//! Running regions one after the other, under the lock: `update`, and the nightly `rotate`.

use std::fs;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::Status;
use dragonfly_core::{NightPlan, Region, RegionRecord, plan_night};
use serde::{Deserialize, Serialize};

use crate::guard::check_disk;
use crate::layout::Layout;
use crate::lock::RootLock;
use crate::lowres::lowres;
use crate::publish::{End, read_meta, record_end, tile, write_index, write_json};
use crate::search::Waiting;
use crate::settings::Settings;
use crate::sweep::sweep;

/// A run that began; its file is removed when the run ends, however it ends, unless it is killed.
#[derive(Serialize, Deserialize)]
struct Attempt {
    started_at: DateTime<Utc>,
}

/// Takes the lock and puts the root in order. Runs found unfinished count as failed.
///
/// # Errors
/// When another run holds the lock, or the root cannot be written.
pub(crate) fn begin(settings: &Settings) -> Result<RootLock> {
    let layout = Layout::new(&settings.root);
    let lock = RootLock::take(&layout)?;
    let regions = settings.regions()?;
    for region in &regions {
        let file = layout.attempt(&region.name);
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let started_at = serde_json::from_str(&text).map_or_else(|_| Utc::now(), |attempt: Attempt| attempt.started_at);
        let message = "killed: the last run ended without a word (out of memory, or the machine went down)".to_owned();
        record_end(settings, region, End { started_at, status: Status::Failed, message })?;
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    sweep(&layout)?;
    // Nothing is published before the first map.
    if layout.meta_file("index").exists() {
        write_index(settings)?;
    }
    Ok(lock)
}

/// Updates the regions whose turn it is; gives a message for each that failed.
///
/// # Errors
/// When the night cannot start: the configuration, the root or the lock.
pub(crate) fn rotate(settings: &Settings, now: DateTime<Utc>) -> Result<Vec<String>> {
    let _lock = begin(settings)?;
    let plan = plan(settings, now)?;
    if plan.is_overloaded() {
        tracing::warn!("{}", plan.load_in_words());
    }
    let regions = settings.regions()?;
    let chosen: Vec<Region> = plan
        .chosen
        .iter()
        .filter_map(|turn| {
            tracing::info!(region = turn.name, "chosen: {}", turn.reason);
            regions.iter().find(|region| region.name == turn.name).cloned()
        })
        .collect();
    if chosen.is_empty() {
        tracing::info!("no region is due");
    }
    Ok(run_each(settings, &chosen, now))
}

/// Tonight's plan with its reasons, as `rotate --dry-run` prints it.
///
/// # Errors
/// When the configuration cannot be read.
pub(crate) fn plan_in_words(settings: &Settings, now: DateTime<Utc>) -> Result<String> {
    let plan = plan(settings, now)?;
    let groups =
        [("runs tonight", &plan.chosen), ("left for another night", &plan.postponed), ("not due", &plan.not_due)];
    let lines = groups.into_iter().flat_map(|(group, turns)| {
        turns.iter().map(move |turn| format!("{:<24} {group}: {}\n", turn.name, turn.reason))
    });
    Ok(lines.chain([format!("{}\n", plan.load_in_words())]).collect())
}

fn plan(settings: &Settings, now: DateTime<Utc>) -> Result<NightPlan> {
    let layout = Layout::new(&settings.root);
    let regions = settings.regions()?;
    let records: Vec<RegionRecord> = regions
        .iter()
        .map(|region| RegionRecord::new(region, &read_meta(&layout, &region.name).or_pending(region)))
        .collect();
    Ok(plan_night(&records, settings.regions_per_night, now))
}

/// Computes and publishes each region in turn; one that fails is recorded and does not stop the next.
/// Gives a message for each that failed.
pub(crate) fn run_each(settings: &Settings, regions: &[Region], now: DateTime<Utc>) -> Vec<String> {
    regions.iter().filter_map(|region| run_one(settings, region, now).err()).collect()
}

fn run_one(settings: &Settings, region: &Region, now: DateTime<Utc>) -> Result<(), String> {
    let layout = Layout::new(&settings.root);
    let attempt = layout.attempt(&region.name);
    let published = || -> Result<()> {
        write_json(&attempt, &Attempt { started_at: now })?;
        let old = read_meta(&layout, &region.name).or_pending(region);
        check_disk(settings, region, old.map.as_ref())?;
        lowres(settings, region, now)?;
        tile(settings, region)
    };
    let ended = match published() {
        Ok(()) => Ok(()),
        Err(error) => {
            let status = if error.is::<Waiting>() { Status::Waiting } else { Status::Failed };
            let message = format!("{error:#}");
            if let Err(error) = record_end(settings, region, End { started_at: now, status, message: message.clone() })
            {
                tracing::warn!("the end of the run could not be recorded: {error:#}");
            }
            match status {
                Status::Waiting => {
                    tracing::warn!(region = region.name, "{message}");
                    Ok(())
                }
                _ => Err(format!("region `{}`: {message}", region.name)),
            }
        }
    };
    // Where the attempt could not be written there is nothing to remove.
    let _ = fs::remove_file(&attempt);
    ended
}
