//! `fires`: finds fires, maps them, and lists what is known.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use dragonfly_core::{
    FireList, FireState, FiresState, ListedFire, PointCoverage, PointSource, Region, listed_fire,
    read_points_archive, surrounds,
};

use super::{CommandContext, exit_code};
use crate::cli::args::FiresCommand;
use crate::cli::output::print;
use crate::deployment::Deployment;
use crate::fires::forget::forget;
use crate::fires::history::record_points;
use crate::fires::night::FiresOfNight;
use crate::fires::point_files::MAX_POINT_BYTES;
use crate::fires::sources::{NightPoints, coverage_of, report_broken_rows};
use crate::fires::state_files::{KnownFires, read_list};
use crate::nightly::night::under_lock;
use crate::publish::public_text::public_location;
use crate::read::local_file::read_bytes;

pub(super) fn run(context: CommandContext, command: &FiresCommand) -> Result<ExitCode> {
    match command {
        FiresCommand::Update { points } => update(context, points),
        FiresCommand::Map { ids } => map(context, ids),
        FiresCommand::List { all, json } => list(context, *all, *json),
        FiresCommand::Forget { id } => {
            let deployment = Deployment::load(context.settings)?;
            under_lock(&deployment, |_| forget(&deployment, id))?;
            Ok(ExitCode::SUCCESS)
        }
        FiresCommand::Import { file, covers } => import(context, file, covers),
    }
}

fn update(context: CommandContext, points: &[String]) -> Result<ExitCode> {
    let deployment = Deployment::load(context.settings)?;
    let fires = deployment.settings.fires.clone().unwrap_or_default();
    let sources = if points.is_empty() { &fires.points[..] } else { points };
    under_lock(&deployment, |_| {
        let fires = FiresOfNight::update(&deployment, sources, context.now)?;
        let errors: Vec<&str> =
            fires.list().points.iter().filter_map(|source| source.error.as_deref()).collect();
        tracing::info!("{} fires are listed", listed_count(fires.list()));
        for error in &errors {
            eprintln!("error: {error}");
        }
        Ok(exit_code(errors.is_empty()))
    })
}

fn map(context: CommandContext, ids: &[String]) -> Result<ExitCode> {
    let CommandContext { settings, now, log } = context;
    let deployment = Deployment::load(settings)?;
    let failures = under_lock(&deployment, |lock| {
        let mut fires = FiresOfNight::known(&deployment, now)?;
        let mut failures = Vec::new();
        for id in ids {
            if let Err(message) = fires.map_now(id, (log, &mut *lock)) {
                failures.push(format!("fire `{id}`: {message}"));
            }
        }
        Ok(failures)
    })?;
    if !failures.is_empty() {
        bail!(failures.join("\nerror: "));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(context: CommandContext, all: bool, json: bool) -> Result<ExitCode> {
    let deployment = Deployment::load(context.settings)?;
    let settings = deployment.settings.fires.clone().unwrap_or_default();
    let fires: Vec<ListedFire> = if all {
        let KnownFires { state, .. } = KnownFires::read(&deployment.layout)?;
        let FiresState { fires, .. } = &state;
        let core_settings = settings.for_core(&deployment.regions);
        fires.values().map(|fire| listed_fire(fire, &core_settings)).collect()
    } else {
        let list = read_list(&deployment.layout)?
            .context("no fires are listed yet: run `dragonfly fires update` first")?;
        list.fires
    };
    if json {
        print(&(serde_json::to_string_pretty(&fires)? + "\n"))?;
    } else {
        print(&fires.iter().map(|fire| line(fire) + "\n").collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Fires that are no part of another.
fn listed_count(list: &FireList) -> usize {
    list.fires.iter().filter(|fire| fire.state != FireState::Merged).count()
}

/// A fire as a line of text.
fn line(fire: &ListedFire) -> String {
    let place = fire.name.as_ref().or(fire.place.as_ref());
    let place = place.map_or("", String::as_str);
    if let (FireState::Merged, Some(into)) = (fire.state, &fire.merged_into) {
        return format!("{:<18} merged into {into}", fire.id);
    }
    let state = format!("{:?}", fire.state).to_lowercase();
    let days = format!("{} to {}", fire.started_at.date_naive(), fire.last_seen_at.date_naive());
    let area = match fire.burnt_hectares {
        Some(hectares) => format!("{hectares:.0} ha burnt"),
        None => format!("{:.0} ha by points", fire.outline_hectares),
    };
    format!("{:<18} {state:<10} {days}  {area:<20} {place}", fire.id)
}

fn import(context: CommandContext, file: &Path, covers: &[String]) -> Result<ExitCode> {
    let points = imported(file, &context)?;
    let deployment = Deployment::load(context.settings)?;
    let covered = covered_regions(&deployment, &points, covers)?;
    under_lock(&deployment, |_| {
        record_points(&deployment, &points.detections, &covered, context.now);
        let fires = FiresOfNight::import(&deployment, points, context.now)?;
        tracing::info!("{} fires are listed", listed_count(fires.list()));
        Ok(ExitCode::SUCCESS)
    })
}

/// The time of an archive over each region that it covers: those that are named, else those that
/// its points surround.
fn covered_regions(
    deployment: &Deployment,
    points: &NightPoints,
    named: &[String],
) -> Result<Vec<PointCoverage>> {
    let is_covered = |region: &&Region| match named {
        [] => surrounds(&points.detections, region.bbox),
        named => named.contains(&region.name),
    };
    named.iter().try_for_each(|name| deployment.region(name).map(drop))?;
    let covered: Vec<&Region> = deployment.regions.iter().filter(is_covered).collect();
    let names: Vec<&str> = covered.iter().map(|region| region.name.as_str()).collect();
    if names.is_empty() && !deployment.regions.is_empty() {
        tracing::info!(
            "the points surround no region: name those that the archive covers with --covers, so \
             that their maps part fire from other change"
        );
    } else {
        tracing::info!("regions that the archive covers: {}", names.join(", "));
    }
    let coverage = |region: &Region| PointCoverage::of(&points.detections, Some(region.bbox));
    Ok(covered.into_iter().filter_map(coverage).collect())
}

fn imported(file: &Path, context: &CommandContext) -> Result<NightPoints> {
    let name = public_location(&file.display().to_string());
    let bytes = read_bytes(file, MAX_POINT_BYTES)
        .with_context(|| format!("the archive {name} cannot be read"))?;
    let read = read_points_archive(&name, &bytes, context.now)?;
    report_broken_rows(&name, &read);
    tracing::info!("{} points, {} rows left out", read.detections.len(), read.broken);
    let source = PointSource {
        source: name,
        read_at: Some(context.now),
        rows: read.detections.len(),
        newest: read.detections.iter().map(|point| point.time()).max(),
        ..PointSource::default()
    };
    Ok(NightPoints {
        coverage: coverage_of(&source.source, &read.detections),
        detections: read.detections,
        sources: vec![source],
    })
}
