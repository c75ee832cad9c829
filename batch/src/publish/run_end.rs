//! The end of a run that published nothing, recorded in the metadata of its region.

use anyhow::Result;
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{RegionMeta, RunStatus};
use dragonfly_core::{Region, RunFailure};

use crate::deployment::Deployment;
use crate::publish::index::write_index;
use crate::publish::json_file::write_json;
use crate::publish::public_text::public_text;
use crate::publish::region_meta::MetaFile;
use crate::publish::store::store_of;

/// How a run ended that published nothing.
pub(crate) struct RunEnd {
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) status: RunStatus,
    /// Why, as text.
    pub(crate) message: String,
    /// Why; `None` unless it failed.
    pub(crate) failure: Option<RunFailure>,
}

/// Records that a run of a region ended without a map; the old map and its fields stay.
///
/// # Errors
/// When the metadata cannot be read or written.
pub(crate) fn record_end(deployment: &Deployment, region: &Region, end: RunEnd) -> Result<()> {
    let layout = &deployment.layout;
    let old = MetaFile::read(layout, &region.name).or_pending(region)?;
    let failures = old.consecutive_failures;
    let consecutive_failures =
        if end.status == RunStatus::Failed { failures.saturating_add(1) } else { failures };
    let meta = RegionMeta {
        last_run_at: Some(end.started_at),
        last_status: end.status,
        last_error: Some(public_text(&end.message)),
        failure: end.failure,
        consecutive_failures,
        ..old
    };
    write_json(&store_of(deployment), &layout.meta(&region.name), &meta)?;
    // The record stands; the next start writes the index again.
    write_index(deployment)
        .unwrap_or_else(|error| tracing::warn!(region = region.name, "{error:#}"));
    Ok(())
}
