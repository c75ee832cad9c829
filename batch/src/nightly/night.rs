//! Running regions one after the other, under the lock: `update`, and the nightly `rotate`.

use anyhow::Result;
use chrono::{DateTime, Utc};
use dragonfly_core::{NightPlan, Region, RegionRecord, plan_night};

use crate::cli::args::LogOptions;
use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::deployment::ownership::warn_superuser;
use crate::deployment::settings::Settings;
use crate::fires;
use crate::fires::night::FiresOfNight;
use crate::nightly::attempt;
use crate::nightly::lock::RootLock;
use crate::nightly::region_job::RunOutcome;
use crate::nightly::region_run::run_one;
use crate::publish::index::write_index;
use crate::publish::region_meta::MetaFile;
use crate::publish::repair::restore_lost;
use crate::publish::sweep::sweep;

/// Does some work under the lock, in a root that was put in order, and notes in the lock's journal
/// that the work came to its end.
///
/// # Errors
/// When another command has the lock or the root cannot be written; else those of the work.
pub(crate) fn under_lock<T>(
    deployment: &Deployment,
    work: impl FnOnce(&mut RootLock) -> Result<T>,
) -> Result<T> {
    let lock = acquire_lock(&deployment.layout)?;
    work_and_release(lock, deployment, work)
}

fn acquire_lock(layout: &RootLayout) -> Result<RootLock> {
    let lock = RootLock::acquire(layout)?;
    warn_superuser(layout.root());
    Ok(lock)
}

fn work_and_release<T>(
    mut lock: RootLock,
    deployment: &Deployment,
    work: impl FnOnce(&mut RootLock) -> Result<T>,
) -> Result<T> {
    recover(deployment);
    let outcome = work(&mut lock);
    lock.end();
    outcome
}

/// Puts the root in order. Runs found without a recorded end count as failed. What cannot be put in
/// order is reported and stops nothing. Needs the lock.
fn recover(deployment: &Deployment) {
    for region in &deployment.regions {
        restore_lost(deployment, region).unwrap_or_else(|error| {
            tracing::warn!(region = region.name, "the lost metadata stays lost: {error:#}")
        });
        if let Err(error) = attempt::settle(deployment, region) {
            tracing::warn!(
                region = region.name,
                "the last run has no recorded end, and none can be written: {error:#}"
            );
        }
    }
    sweep(deployment);
    // Nothing is published before the first map, unless no region is to be mapped: then the page
    // has an empty list to show.
    if deployment.regions.is_empty() || deployment.layout.meta_file("index").exists() {
        write_index(deployment).unwrap_or_else(|error| tracing::warn!("{error:#}"));
    }
}

/// Updates the regions that are due; gives a message for each that failed.
///
/// # Errors
/// When the night cannot start: the configuration, the root or the lock. Regions that cannot be
/// read are noted in the lock's journal too: no one may read a night's messages.
pub(crate) fn rotate(
    settings: Settings,
    now: DateTime<Utc>,
    log: LogOptions,
) -> Result<Vec<String>> {
    let mut lock = acquire_lock(&RootLayout::new(&settings.root))?;
    let deployment = match Deployment::load(settings) {
        Ok(deployment) => deployment,
        Err(error) => {
            lock.note_problem(&format!("the last command could not start: {error:#}"));
            lock.end();
            return Err(error);
        }
    };
    work_and_release(lock, &deployment, |lock| {
        let (plan, mut failures) = plan(&deployment, now);
        if plan.is_overloaded() {
            tracing::warn!("{}", plan.describe_load());
        }
        let chosen: Vec<Region> = plan
            .chosen
            .iter()
            .map(|turn| {
                tracing::info!(region = turn.name, "chosen: {}", turn.reason);
                deployment.region(&turn.name).cloned()
            })
            .collect::<Result<_>>()?;
        if chosen.is_empty() {
            tracing::info!("no region is due");
        }
        // Fires are found first, so that they are listed however long the regions take.
        let mut fires = find_fires(&deployment, now, &mut failures);
        failures.extend(run_each(&deployment, &chosen, now, log, lock));
        if let Some(fires) = &mut fires {
            failures.extend(fires.map_due(log, lock));
        }
        Ok(failures)
    })
}

/// The fires of the night; `None` where none are looked for, or they cannot be read.
fn find_fires<'a>(
    deployment: &'a Deployment,
    now: DateTime<Utc>,
    failures: &mut Vec<String>,
) -> Option<FiresOfNight<'a>> {
    let settings = deployment.settings.fires.as_ref()?;
    match FiresOfNight::update(deployment, &settings.points, now) {
        Ok(fires) => Some(fires),
        Err(error) => {
            failures.push(format!("fires: {error:#}"));
            None
        }
    }
}

/// Tonight's plan with its reasons, as `rotate --dry-run` prints it.
pub(crate) fn describe_plan(deployment: &Deployment, now: DateTime<Utc>) -> String {
    let (plan, problems) = plan(deployment, now);
    let groups = [
        ("runs tonight", &plan.chosen),
        ("left for another night", &plan.postponed),
        ("not due", &plan.not_due),
    ];
    let lines = groups.into_iter().flat_map(|(group, turns)| {
        turns.iter().map(move |turn| format!("{:<24} {group}: {}\n", turn.name, turn.reason))
    });
    let problems = problems.iter().map(|problem| format!("{problem}\n"));
    let fires = fires::night::describe_plan(deployment, now)
        .unwrap_or_else(|error| format!("fires: {error:#}\n"));
    lines.chain(problems).chain([fires, format!("{}\n", plan.describe_load())]).collect()
}

/// The plan of a night, and a message for each region that can have no place in it: its metadata
/// cannot be read, or its last run lies in the future.
fn plan(deployment: &Deployment, now: DateTime<Utc>) -> (NightPlan, Vec<String>) {
    let Deployment { settings, layout, regions } = deployment;
    let mut records = Vec::new();
    let mut problems = Vec::new();
    for region in regions {
        match MetaFile::read(layout, &region.name).or_pending(region) {
            Ok(meta) => records.push(RegionRecord::new(region, &meta)),
            Err(error) => problems.push(format!("region `{}`: {error}", region.name)),
        }
    }
    let ahead = records.iter().filter_map(|record| {
        let stamp = record.ahead_of(now)?;
        Some(format!("region `{}`: {}", record.name, record.describe_ahead(stamp)))
    });
    problems.extend(ahead);
    (plan_night(&records, settings.regions_per_night, now), problems)
}

/// Computes and publishes each region in turn, in a process of its own; one that fails is recorded
/// and does not stop the next. Gives a message for each that failed.
pub(crate) fn run_each(
    deployment: &Deployment,
    regions: &[Region],
    now: DateTime<Utc>,
    log: LogOptions,
    lock: &mut RootLock,
) -> Vec<String> {
    let mut failures = Vec::new();
    for region in regions {
        match run_one(deployment, region, None, now, (log, lock)) {
            RunOutcome::Published => {}
            RunOutcome::Waiting(message) => tracing::warn!(region = region.name, "{message}"),
            RunOutcome::Failed { message, .. } => {
                failures.push(format!("region `{}`: {message}", region.name));
            }
        }
    }
    failures
}
