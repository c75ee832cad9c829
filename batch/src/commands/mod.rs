//! The subcommands, one a file, and the exit codes of the program.

mod doctor;
mod fires;
mod health;
mod lowres;
mod repair;
mod rotate;
mod run_region;
mod sample;
mod serve;
mod tile;
mod update;

use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, Utc};

use crate::cli::args::{Cli, Command, FiresCommand, Global, LogOptions};
use crate::deployment::settings::Settings;
use crate::nightly::clock::check_not_ahead;
use crate::nightly::lock::LockedError;
use crate::read::geotiff::set_up_gdal;
use crate::read::remote;

/// `rotate` or `health` could not start.
const EXIT_NOT_STARTED: u8 = 2;
/// Another run has the lock.
const EXIT_LOCKED: u8 = 3;

/// What the commands of a deployment get of the options that all share.
struct CommandContext {
    settings: Settings,
    /// The present moment, or that of `--now`.
    now: DateTime<Utc>,
    log: LogOptions,
}

impl CommandContext {
    fn of(global: &Global) -> Result<Self> {
        let settings = Settings::load(global.config.as_deref(), &global.overrides)?;
        remote::set_max_connections(settings.max_connections);
        Ok(Self { settings, now: global.now.unwrap_or_else(Utc::now), log: global.log })
    }
}

/// Runs the subcommand.
///
/// # Errors
/// When it could not do its work; see [`exit_code_of`].
pub(crate) fn run(cli: &Cli) -> Result<ExitCode> {
    set_up_gdal()?;
    match &cli.command {
        Command::Sample { folder, seed } => return sample::run(folder, *seed),
        Command::RunRegion => return run_region::run(),
        _ => {}
    }
    let context = CommandContext::of(&cli.global)?;
    if records_runs(&cli.command) && !cli.global.allow_future {
        check_not_ahead(context.now)?;
    }
    match &cli.command {
        Command::Rotate { dry_run: true } => rotate::print_plan(context),
        Command::Rotate { dry_run: false } => rotate::run(context),
        Command::Lowres { region } => lowres::run(context, region),
        Command::Tile { region } => tile::run(context, region),
        Command::Update { names } => update::run(context, names),
        Command::Repair { region } => repair::run(context, region),
        Command::Fires(command) => fires::run(context, command),
        Command::Health { ping } => health::run(context, ping.as_deref()),
        Command::Doctor { names, origin, json } => {
            doctor::run(&context, names, origin.as_deref(), *json)
        }
        Command::Serve { listen, dist } => serve::run(&context.settings, *listen, dist),
        Command::Sample { .. } | Command::RunRegion => Ok(ExitCode::SUCCESS),
    }
}

/// Whether a command records runs with the moment that it is given.
fn records_runs(command: &Command) -> bool {
    match command {
        Command::Rotate { dry_run } => !dry_run,
        Command::Fires(command) => !matches!(command, FiresCommand::List { .. }),
        Command::Lowres { .. } | Command::Update { .. } => true,
        _ => false,
    }
}

/// The exit code of a command that an error ended.
pub(crate) fn exit_code_of(error: &anyhow::Error, command: &Command) -> ExitCode {
    match command {
        _ if error.is::<LockedError>() => ExitCode::from(EXIT_LOCKED),
        Command::Rotate { .. } | Command::Health { .. } => ExitCode::from(EXIT_NOT_STARTED),
        _ => ExitCode::FAILURE,
    }
}

/// Success or failure.
fn exit_code(is_ok: bool) -> ExitCode {
    if is_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
