//! `dragonfly`: makes burn-severity maps of whole regions, and serves them.

use std::process::ExitCode;

use clap::Parser;

use crate::cli::args::Cli;

mod cli;
mod commands;
mod compute;
mod deployment;
mod doctor;
mod fires;
mod http;
mod nightly;
mod publish;
mod read;
mod serve;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // The web server runs as another user and must be able to read what is published.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    cli::log::start(cli.global.log);
    commands::run(&cli).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        commands::exit_code_of(&error, &cli.command)
    })
}
