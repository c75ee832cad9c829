//! `rotate`: updates the regions that are due, or prints which they are.

use std::process::ExitCode;

use anyhow::Result;

use super::{CommandContext, exit_code};
use crate::cli::output::print;
use crate::deployment::Deployment;
use crate::nightly::night;

/// Updates the regions that are due.
pub(super) fn run(CommandContext { settings, now, log }: CommandContext) -> Result<ExitCode> {
    let failures = night::rotate(settings, now, log)?;
    for failure in &failures {
        eprintln!("error: {failure}");
    }
    Ok(exit_code(failures.is_empty()))
}

/// Prints tonight's plan with its reasons, and does nothing.
pub(super) fn print_plan(context: CommandContext) -> Result<ExitCode> {
    let deployment = Deployment::load(context.settings)?;
    print(&night::describe_plan(&deployment, context.now))?;
    Ok(ExitCode::SUCCESS)
}
