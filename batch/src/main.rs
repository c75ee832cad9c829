//! `dragonfly`: makes burn-severity maps of whole regions, and serves them.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use clap::Parser;
use dragonfly_core::Region;
use tracing::level_filters::LevelFilter;

use crate::args::{Cli, Command};
use crate::layout::Layout;
use crate::lock::RootLock;
use crate::serve::Served;
use crate::settings::Settings;

mod args;
mod settings;

mod catalogue;
mod geotiff;
mod scene;

mod lowres;
mod mosaic;
mod run;

mod layout;
mod lock;
mod publish;
mod raster;
mod tiles;

mod sample;
mod serve;

mod progress;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(cli.global.verbose, cli.global.quiet);
    match dispatch(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: &Cli) -> Result<()> {
    geotiff::set_up_gdal()?;
    if let Command::Sample { folder, seed } = &cli.command {
        return sample::run(folder, *seed);
    }
    let settings = Settings::load(cli.global.config.as_deref(), &cli.global.overrides)?;
    let now = cli.global.now.unwrap_or_else(Utc::now);
    match &cli.command {
        Command::Lowres { region } => {
            let region = named(&settings, region)?;
            let _lock = RootLock::take(&Layout::new(&settings.root))?;
            lowres::lowres(&settings, &region, now).map(drop).with_context(|| format!("region `{}`", region.name))
        }
        Command::Tile { region } => {
            let region = named(&settings, region)?;
            let _lock = RootLock::take(&Layout::new(&settings.root))?;
            publish::tile(&settings, &region).with_context(|| format!("region `{}`", region.name))
        }
        Command::Update { names } => update(&settings, names, now),
        Command::Serve { listen, dist } => serve(&settings, *listen, dist),
        Command::Sample { .. } => Ok(()),
    }
}

/// Updates regions one after the other; one that fails does not stop the next.
fn update(settings: &Settings, names: &[String], now: DateTime<Utc>) -> Result<()> {
    let regions: Vec<Region> = names.iter().map(|name| named(settings, name)).collect::<Result<_>>()?;
    let _lock = RootLock::take(&Layout::new(&settings.root))?;
    let mut failures = Vec::new();
    for region in &regions {
        let updated = lowres::lowres(settings, region, now).and_then(|_| publish::tile(settings, region));
        if let Err(error) = updated {
            let message = format!("{error:#}");
            if let Err(error) = publish::record_failure(settings, region, now, &message) {
                tracing::warn!("the failure could not be recorded: {error:#}");
            }
            failures.push(format!("region `{}`: {message}", region.name));
        }
    }
    if failures.is_empty() { Ok(()) } else { bail!(failures.join("\nerror: ")) }
}

/// Serves the page and the published files; over a local catalogue a STAC API too.
fn serve(settings: &Settings, listen: SocketAddr, dist: &Path) -> Result<()> {
    let served = Served {
        listen,
        dist: dist.to_owned(),
        root: settings.root.clone(),
        catalogue: settings.catalogue().ok().map(Path::to_owned),
    };
    serve::run(&served, |address| println!("Dragonfly is at http://{address} (Ctrl-C ends it)"))
}

fn named(settings: &Settings, name: &str) -> Result<Region> {
    let regions = settings.regions()?;
    let names: Vec<String> = regions.iter().map(|region| region.name.clone()).collect();
    regions.into_iter().find(|region| region.name == name).with_context(|| {
        format!("there is no region `{name}` in {}; it has: {}", settings.regions.display(), names.join(", "))
    })
}

fn start_log(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::INFO,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    if quiet {
        progress::be_quiet();
    }
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(false).init();
}
