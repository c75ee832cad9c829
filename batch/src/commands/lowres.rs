//! `lowres`: computes a region's dNBR into the work folder.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::CommandContext;
use crate::compute::lowres::lowres;
use crate::deployment::Deployment;
use crate::nightly::night::under_lock;

pub(super) fn run(context: CommandContext, name: &str) -> Result<ExitCode> {
    let deployment = Deployment::load(context.settings)?;
    let region = deployment.region(name)?;
    under_lock(&deployment, |_| lowres(&deployment, region, context.now))
        .with_context(|| format!("region `{name}`"))?;
    Ok(ExitCode::SUCCESS)
}
