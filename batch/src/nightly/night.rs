//! Running regions one after the other, under the lock: `update`, and the nightly `rotate`.

use anyhow::Result;
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::RunStatus;
use dragonfly_core::{NightPlan, Region, RegionRecord, plan_night};

use crate::cli::args::LogOptions;
use crate::deployment::layout::RootLayout;
use crate::deployment::ownership::warn_superuser;
use crate::deployment::settings::Settings;
use crate::nightly::attempt;
use crate::nightly::lock::RootLock;
use crate::nightly::preflight::check_disk;
use crate::nightly::region_job::{RegionJob, RunOutcome};
use crate::publish::index::write_index;
use crate::publish::region_meta::MetaFile;
use crate::publish::repair::restore_lost;
use crate::publish::run_end::{RunEnd, record_end};
use crate::publish::sweep::sweep;

/// Takes the lock and puts the root in order. Runs found without a recorded end count as failed.
/// What cannot be put in order is reported and stops nothing.
///
/// # Errors
/// When another command holds the lock, the root cannot be written, or the regions cannot be read.
fn begin(settings: &Settings) -> Result<RootLock> {
    let layout = RootLayout::new(&settings.root);
    let mut lock = RootLock::take(&layout)?;
    warn_superuser(layout.root());
    let regions = match settings.regions() {
        Ok(regions) => regions,
        Err(error) => {
            lock.note_problem(&format!("the last command could not start: {error:#}"));
            lock.end();
            return Err(error);
        }
    };
    for region in &regions {
        restore_lost(settings, region).unwrap_or_else(|error| {
            tracing::warn!(region = region.name, "the lost metadata stays lost: {error:#}")
        });
        if let Err(error) = attempt::settle(settings, region) {
            tracing::warn!(
                region = region.name,
                "the last run has no recorded end, and none can be written: {error:#}"
            );
        }
    }
    sweep(&layout);
    // Nothing is published before the first map.
    if layout.meta_file("index").exists() {
        write_index(settings).unwrap_or_else(|error| tracing::warn!("{error:#}"));
    }
    Ok(lock)
}

/// Does some work under the lock, and notes in its journal that the work came to its end.
///
/// # Errors
/// As [`begin`], and those of the work.
pub(crate) fn under_lock<T>(
    settings: &Settings,
    work: impl FnOnce(&mut RootLock) -> Result<T>,
) -> Result<T> {
    let mut lock = begin(settings)?;
    let outcome = work(&mut lock);
    lock.end();
    outcome
}

/// Updates the regions whose turn it is; gives a message for each that failed.
///
/// # Errors
/// When the night cannot start: the configuration, the root or the lock.
pub(crate) fn rotate(
    settings: &Settings,
    now: DateTime<Utc>,
    log: LogOptions,
) -> Result<Vec<String>> {
    under_lock(settings, |lock| {
        let (plan, mut failures) = plan(settings, now)?;
        if plan.is_overloaded() {
            tracing::warn!("{}", plan.describe_load());
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
        failures.extend(run_each(settings, &chosen, now, log, lock));
        Ok(failures)
    })
}

/// Tonight's plan with its reasons, as `rotate --dry-run` prints it.
///
/// # Errors
/// When the configuration cannot be read.
pub(crate) fn describe_plan(settings: &Settings, now: DateTime<Utc>) -> Result<String> {
    let (plan, unreadable) = plan(settings, now)?;
    let groups = [
        ("runs tonight", &plan.chosen),
        ("left for another night", &plan.postponed),
        ("not due", &plan.not_due),
    ];
    let lines = groups.into_iter().flat_map(|(group, turns)| {
        turns.iter().map(move |turn| format!("{:<24} {group}: {}\n", turn.name, turn.reason))
    });
    let unreadable = unreadable.iter().map(|problem| format!("{problem}\n"));
    Ok(lines.chain(unreadable).chain([format!("{}\n", plan.describe_load())]).collect())
}

/// The plan of a night, and a message for each region that can have no place in it, as its metadata
/// cannot be read.
fn plan(settings: &Settings, now: DateTime<Utc>) -> Result<(NightPlan, Vec<String>)> {
    let layout = RootLayout::new(&settings.root);
    let mut records = Vec::new();
    let mut unreadable = Vec::new();
    for region in &settings.regions()? {
        match MetaFile::read(&layout, &region.name).or_pending(region) {
            Ok(meta) => records.push(RegionRecord::new(region, &meta)),
            Err(error) => unreadable.push(format!("region `{}`: {error}", region.name)),
        }
    }
    Ok((plan_night(&records, settings.regions_per_night, now), unreadable))
}

/// Computes and publishes each region in turn, in a process of its own; one that fails is recorded
/// and does not stop the next. Gives a message for each that failed.
pub(crate) fn run_each(
    settings: &Settings,
    regions: &[Region],
    now: DateTime<Utc>,
    log: LogOptions,
    lock: &mut RootLock,
) -> Vec<String> {
    let mut failures = Vec::new();
    for region in regions {
        if let Err(message) = run_one(settings, region, now, log, lock) {
            failures.push(format!("region `{}`: {message}", region.name));
        }
    }
    failures
}

fn run_one(
    settings: &Settings,
    region: &Region,
    now: DateTime<Utc>,
    log: LogOptions,
    lock: &mut RootLock,
) -> Result<(), String> {
    let layout = RootLayout::new(&settings.root);
    let old = MetaFile::read(&layout, &region.name)
        .or_pending(region)
        .map_err(|error| error.to_string())?;
    let outcome = attempt::begin(&layout, &region.name, now)
        .and_then(|()| check_disk(settings, region, old.map.as_ref()))
        .map(|()| RegionJob::new(settings, region, now).run_in_worker(log))
        .unwrap_or_else(|error| RunOutcome::failed(&error));
    let end = match &outcome {
        RunOutcome::Published => None,
        RunOutcome::Waiting(message) => Some((RunStatus::Waiting, message, None)),
        RunOutcome::Failed { message, failure } => {
            Some((RunStatus::Failed, message, Some(*failure)))
        }
    };
    let recorded = end.map_or(Ok(()), |(status, message, failure)| {
        let message = message.clone();
        record_end(settings, region, RunEnd { started_at: now, status, message, failure })
    });
    // Without a record the attempt stays: `health` and the next start find it.
    if let Err(error) = recorded.and_then(|()| attempt::end(&layout, &region.name)) {
        let problem = format!(
            "the end of the run of region `{}` could not be recorded: {error:#}",
            region.name
        );
        tracing::warn!("{problem}");
        lock.note_problem(&problem);
    }
    match outcome {
        RunOutcome::Published => Ok(()),
        RunOutcome::Waiting(message) => {
            tracing::warn!(region = region.name, "{message}");
            Ok(())
        }
        RunOutcome::Failed { message, .. } => Err(message),
    }
}
