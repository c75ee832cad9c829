//! One run of a region, in a process of its own, with its end recorded.

use chrono::{DateTime, Utc};
use dragonfly_core::Region;
use dragonfly_core::metadata::RunStatus;

use crate::cli::args::LogOptions;
use crate::deployment::Deployment;
use crate::fires::burnt_area::FireOfRun;
use crate::nightly::attempt;
use crate::nightly::lock::RootLock;
use crate::nightly::preflight::check_disk;
use crate::nightly::region_job::{RegionJob, RunOutcome};
use crate::publish::region_meta::MetaFile;
use crate::publish::run_end::{RunEnd, record_end};

/// Computes and publishes a region, or a fire as one, in a process of its own, and records how that
/// ended.
pub(crate) fn run_one(
    deployment: &Deployment,
    region: &Region,
    fire: Option<&FireOfRun>,
    now: DateTime<Utc>,
    (log, lock): (LogOptions, &mut RootLock),
) -> RunOutcome {
    let layout = &deployment.layout;
    let old = match MetaFile::read(layout, &region.name).or_pending(region) {
        Ok(old) => old,
        Err(error) => return RunOutcome::failed(&error.into()),
    };
    let outcome = attempt::begin(layout, &region.name, now)
        .and_then(|()| check_disk(deployment, region, old.map.as_ref()))
        .map(|()| RegionJob::new(deployment, region, fire, now).run_in_worker(log))
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
        record_end(deployment, region, RunEnd { started_at: now, status, message, failure })
    });
    // Without a record the attempt stays: `health` and the next start find it.
    if let Err(error) = recorded.and_then(|()| attempt::end(layout, &region.name)) {
        let problem = format!(
            "the end of the run of region `{}` could not be recorded: {error:#}",
            region.name
        );
        tracing::warn!("{problem}");
        lock.note_problem(&problem);
    }
    outcome
}
