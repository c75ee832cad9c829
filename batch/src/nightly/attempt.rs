//! The attempt of a run: a file that is there from the start of a run until its end is recorded.

use std::fs;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{RegionMeta, RunStatus};
use dragonfly_core::{Region, RunFailure};
use serde::{Deserialize, Serialize};

use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::deployment::ownership::explain;
use crate::publish::json_file::write_json;
use crate::publish::region_meta::MetaFile;
use crate::publish::run_end::{RunEnd, record_end};
use crate::publish::store::LocalStore;

/// The contents of the file.
#[derive(Serialize, Deserialize)]
struct Attempt {
    started_at: DateTime<Utc>,
}

/// Notes that a run of a region begins.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn begin(layout: &RootLayout, region: &str, started_at: DateTime<Utc>) -> Result<()> {
    write_json(&LocalStore::of(layout), &layout.attempt(region), &Attempt { started_at })
}

/// Notes that the end of the run is recorded.
///
/// # Errors
/// When the file cannot be removed.
pub(crate) fn end(layout: &RootLayout, region: &str) -> Result<()> {
    let file = layout.attempt(region);
    match fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(explain(error.into(), &file))
                .with_context(|| format!("cannot remove {}", file.display()))
        }
        _ => Ok(()),
    }
}

/// Start of a run whose end is not recorded; `None` where there is none. A file that cannot be read
/// counts as begun at its own time.
pub(crate) fn started_at(layout: &RootLayout, region: &str) -> Option<DateTime<Utc>> {
    let file = layout.attempt(region);
    let metadata = fs::symlink_metadata(&file).ok()?;
    let read = fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Attempt>(&text).ok());
    let written_at = || metadata.modified().map(DateTime::<Utc>::from).unwrap_or_default();
    Some(read.map_or_else(written_at, |attempt| attempt.started_at))
}

/// Records a run that was found without a recorded end as failed. Needs the lock.
///
/// # Errors
/// When the record cannot be written; the attempt then stays for the next start.
pub(crate) fn settle(deployment: &Deployment, region: &Region) -> Result<()> {
    let layout = &deployment.layout;
    let Some(started_at) = started_at(layout, &region.name) else { return Ok(()) };
    let meta = MetaFile::read(layout, &region.name).or_pending(region)?;
    if !was_published(&meta, started_at) {
        let message =
            "killed: the last run ended without a record (out of memory, or the machine went down)"
                .to_owned();
        let failure = Some(RunFailure::Killed);
        let end = RunEnd { started_at, status: RunStatus::Failed, message, failure };
        record_end(deployment, region, end)?;
    }
    end(layout, &region.name)
}

/// Whether the run of an attempt got as far as its metadata before it was killed.
fn was_published(meta: &RegionMeta, started_at: DateTime<Utc>) -> bool {
    meta.last_status == RunStatus::Success && meta.last_success_at == Some(started_at)
}
