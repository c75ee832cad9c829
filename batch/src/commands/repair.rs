//! `repair`: rebuilds a region's metadata from its newest whole run.

use std::process::ExitCode;

use anyhow::Result;

use super::CommandContext;
use crate::cli::output::print;
use crate::deployment::Deployment;
use crate::nightly::night::under_lock;
use crate::publish::repair::repair;

pub(super) fn run(context: CommandContext, name: &str) -> Result<ExitCode> {
    let deployment = Deployment::load(context.settings)?;
    let region = deployment.region(name)?;
    let repaired = under_lock(&deployment, |_| repair(&deployment, region))?;
    print(&format!("{repaired}\n"))?;
    Ok(ExitCode::SUCCESS)
}
