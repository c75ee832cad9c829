//! `update`: computes and publishes regions, now.

use std::process::ExitCode;

use anyhow::{Result, bail};
use dragonfly_core::Region;

use super::CommandContext;
use crate::deployment::Deployment;
use crate::nightly::night::{run_each, under_lock};

pub(super) fn run(context: CommandContext, names: &[String]) -> Result<ExitCode> {
    let CommandContext { settings, now, log } = context;
    let deployment = Deployment::load(settings)?;
    let regions: Vec<Region> =
        names.iter().map(|name| deployment.region(name).cloned()).collect::<Result<_>>()?;
    let failures =
        under_lock(&deployment, |lock| Ok(run_each(&deployment, &regions, now, log, lock)))?;
    if !failures.is_empty() {
        bail!(failures.join("\nerror: "));
    }
    Ok(ExitCode::SUCCESS)
}
