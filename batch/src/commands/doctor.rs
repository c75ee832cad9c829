//! `doctor`: prints what its probes find; the exit code states whether anything is wrong.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;

use super::{CommandContext, exit_code};
use crate::cli::output::print;
use crate::doctor::{Examination, Finding, FindingStatus, as_json, describe};

pub(super) fn run(
    context: &CommandContext,
    names: &[String],
    origin: Option<&str>,
    json: bool,
) -> Result<ExitCode> {
    let CommandContext { settings, now, log } = context;
    let findings = Examination { settings, names, origin, now: *now }.run()?;
    let is_problem =
        |finding: &&Finding| matches!(finding.status, FindingStatus::Fail | FindingStatus::Warn);
    let shown: Vec<Finding> =
        findings.iter().filter(|finding| !log.quiet || is_problem(finding)).cloned().collect();
    if json {
        print(&as_json(&shown)?)?;
    } else {
        let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        print(&describe(&shown, coloured))?;
    }
    Ok(exit_code(findings.iter().all(|finding| finding.status != FindingStatus::Fail)))
}
