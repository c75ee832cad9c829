//! `tile`: publishes the newest computed raster of a region.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::CommandContext;
use crate::deployment::Deployment;
use crate::nightly::night::under_lock;
use crate::publish::commit::publish_newest;

pub(super) fn run(context: CommandContext, name: &str) -> Result<ExitCode> {
    let deployment = Deployment::load(context.settings)?;
    let region = deployment.region(name)?;
    under_lock(&deployment, |_| publish_newest(&deployment, region))
        .with_context(|| format!("region `{name}`"))?;
    Ok(ExitCode::SUCCESS)
}
