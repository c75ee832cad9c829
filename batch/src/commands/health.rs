//! `health`: checks the deployment and notifies a monitor; the exit code states the result.

use std::process::ExitCode;

use anyhow::Result;

use super::{CommandContext, exit_code};
use crate::deployment::Deployment;
use crate::nightly::health;

/// The monitor is notified also where nothing could be checked.
pub(super) fn run(context: CommandContext, ping: Option<&str>) -> Result<ExitCode> {
    let CommandContext { settings, now, .. } = context;
    let min_free_gb = settings.min_free_gb;
    let checked = Deployment::load(settings).and_then(|deployment| health::check(&deployment, now));
    let ok = checked.as_ref().is_ok_and(|health| health.ok);
    if let Some(Err(error)) = ping.map(|url| health::ping(url, ok)) {
        tracing::warn!("{error:#}");
    }
    for problem in health::problems(&checked?, min_free_gb) {
        eprintln!("error: {problem}");
    }
    Ok(exit_code(ok))
}
