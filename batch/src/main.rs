//! `dragonfly`: makes burn-severity maps of whole regions, and serves them.

use std::fs;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use clap::Parser;
use dragonfly_core::Region;
use tracing::level_filters::LevelFilter;

use crate::cli::args::{Cli, Command, LogFormat, LogOptions};
use crate::cli::progress::ProgressStep;
use crate::deployment::settings::Settings;
use crate::doctor::{Examination, Finding, FindingStatus};
use crate::nightly::region_job::RegionJob;
use crate::serve::Served;

mod cli;
mod compute;
mod deployment;
mod doctor;
mod http;
mod nightly;
mod publish;
mod read;
mod serve;

/// `rotate` or `health` could not start.
const EXIT_NOT_STARTED: u8 = 2;
/// Another run holds the lock.
const EXIT_LOCKED: u8 = 3;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // The web server runs as another user and must be able to read what is published.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    start_log(cli.global.log);
    match dispatch(&cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            match cli.command {
                _ if error.is::<crate::nightly::lock::LockedError>() => ExitCode::from(EXIT_LOCKED),
                Command::Rotate { .. } | Command::Health { .. } => ExitCode::from(EXIT_NOT_STARTED),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn dispatch(cli: &Cli) -> Result<ExitCode> {
    crate::read::geotiff::set_up_gdal()?;
    if let Command::Sample { folder, seed } = &cli.command {
        return write_sample(folder, *seed).map(|()| ExitCode::SUCCESS);
    }
    if let Command::RunRegion = &cli.command {
        return RegionJob::run_as_worker().map(|()| ExitCode::SUCCESS);
    }
    let settings = Settings::load(cli.global.config.as_deref(), &cli.global.overrides)?;
    crate::read::remote::set_most_connections(settings.max_connections);
    let now = cli.global.now.unwrap_or_else(Utc::now);
    let records_runs = match &cli.command {
        Command::Rotate { dry_run } => !dry_run,
        Command::Lowres { .. } | Command::Update { .. } => true,
        _ => false,
    };
    if records_runs && !cli.global.allow_future {
        crate::nightly::clock::check_not_ahead(now)?;
    }
    match &cli.command {
        Command::Rotate { dry_run } => return rotate(&settings, *dry_run, now, cli.global.log),
        Command::Health { ping } => return check_health(&settings, ping.as_deref(), now),
        Command::Doctor { names, origin, json } => {
            let examination =
                Examination { settings: &settings, names, origin: origin.as_deref(), now };
            return report(&examination.run()?, *json, cli.global.log.quiet);
        }
        Command::Lowres { region } => {
            let region = named(&settings, region)?;
            let computed = crate::nightly::night::under_lock(&settings, |_| {
                crate::compute::lowres::lowres(&settings, &region, now)
            });
            computed.with_context(|| format!("region `{}`", region.name))?;
        }
        Command::Tile { region } => {
            let region = named(&settings, region)?;
            let published = crate::nightly::night::under_lock(&settings, |_| {
                crate::publish::commit::tile(&settings, &region)
            });
            published.with_context(|| format!("region `{}`", region.name))?;
        }
        Command::Update { names } => {
            let regions: Vec<Region> =
                names.iter().map(|name| named(&settings, name)).collect::<Result<_>>()?;
            let run = |lock: &mut _| {
                Ok(crate::nightly::night::run_each(&settings, &regions, now, cli.global.log, lock))
            };
            let failures = crate::nightly::night::under_lock(&settings, run)?;
            if !failures.is_empty() {
                bail!(failures.join("\nerror: "));
            }
        }
        Command::Repair { region } => {
            let region = named(&settings, region)?;
            println!(
                "{}",
                crate::nightly::night::under_lock(&settings, |_| crate::publish::repair::repair(
                    &settings, &region
                ))?
            );
        }
        Command::Serve { listen, dist } => serve(&settings, *listen, dist)?,
        Command::Sample { .. } | Command::RunRegion => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Fills a folder with invented scenes, and logs how to go on.
fn write_sample(folder: &Path, seed: u64) -> Result<()> {
    let step = ProgressStep::start(
        "sample",
        "files written",
        dragonfly_sample::file_count() as u64,
        "files",
    );
    let bytes_written = AtomicU64::new(0);
    let sample = dragonfly_sample::write(folder, seed, &|file| {
        let size_bytes = fs::metadata(file).map_or(0, |file| file.len());
        step.advance(1, bytes_written.fetch_add(size_bytes, Ordering::Relaxed) + size_bytes);
    })?;
    step.finish(sample.size_bytes);
    tracing::info!(
        "{} invented scenes; next: dragonfly --config {} update {}",
        sample.scene_count,
        folder.join("dragonfly.toml").display(),
        dragonfly_sample::region_names().collect::<Vec<_>>().join(" ")
    );
    Ok(())
}

/// Updates the regions that are due, or prints which they are.
fn rotate(
    settings: &Settings,
    dry_run: bool,
    now: DateTime<Utc>,
    log: LogOptions,
) -> Result<ExitCode> {
    if dry_run {
        print!("{}", crate::nightly::night::describe_plan(settings, now)?);
        return Ok(ExitCode::SUCCESS);
    }
    let failures = crate::nightly::night::rotate(settings, now, log)?;
    for failure in &failures {
        eprintln!("error: {failure}");
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks the deployment and tells the monitor; the exit code says how it is.
fn check_health(settings: &Settings, ping: Option<&str>, now: DateTime<Utc>) -> Result<ExitCode> {
    let checked = crate::nightly::health::check(settings, now);
    let ok = checked.as_ref().is_ok_and(|health| health.ok);
    if let Some(Err(error)) = ping.map(|url| crate::nightly::health::ping(url, ok)) {
        tracing::warn!("{error:#}");
    }
    for problem in crate::nightly::health::problems(&checked?, settings.min_free_gb) {
        eprintln!("error: {problem}");
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what the doctor found; the exit code says whether anything is wrong.
fn report(findings: &[Finding], as_json: bool, only_trouble: bool) -> Result<ExitCode> {
    let is_trouble =
        |finding: &&Finding| matches!(finding.status, FindingStatus::Fail | FindingStatus::Warn);
    let shown: Vec<Finding> =
        findings.iter().filter(|finding| !only_trouble || is_trouble(finding)).cloned().collect();
    if as_json {
        print!("{}", doctor::as_json(&shown)?);
    } else {
        let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        print!("{}", doctor::describe(&shown, coloured));
    }
    let is_well = findings.iter().all(|finding| finding.status != FindingStatus::Fail);
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Serves the page and the published files; over a local catalogue a STAC API too.
fn serve(settings: &Settings, listen: SocketAddr, dist: &Path) -> Result<()> {
    let served = Served {
        listen,
        dist: dist.to_owned(),
        root: settings.root.clone(),
        catalogue: settings.catalogue_file().map(Path::to_owned),
        client: settings.client_config()?,
        image_sources: settings.image_sources.clone(),
    };
    serve::run(&served, |address| println!("Dragonfly is at http://{address} (Ctrl-C ends it)"))
}

fn named(settings: &Settings, name: &str) -> Result<Region> {
    let regions = settings.regions()?;
    let names: Vec<String> = regions.iter().map(|region| region.name.clone()).collect();
    regions.into_iter().find(|region| region.name == name).with_context(|| {
        format!(
            "there is no region `{name}` in {}; it has: {}",
            settings.regions.display(),
            names.join(", ")
        )
    })
}

fn start_log(LogOptions { format, verbose, quiet }: LogOptions) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::INFO,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    if quiet {
        crate::cli::progress::be_quiet();
    }
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
