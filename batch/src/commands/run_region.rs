//! `run-region`: the worker process that `update` and `rotate` start for each region.

use std::process::ExitCode;

use anyhow::Result;

use crate::nightly::region_job::RegionJob;

/// Needs no settings: they come with the job, on standard input.
pub(super) fn run() -> Result<ExitCode> {
    RegionJob::run_as_worker()?;
    Ok(ExitCode::SUCCESS)
}
