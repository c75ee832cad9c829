//! One map of a fire, from its region to the record of what it shows.

use chrono::{DateTime, Utc};
use dragonfly_core::{BeyondAntimeridian, FireMapRecord, FireRecord, PlannedFireMap, lon_near};

use crate::cli::args::LogOptions;
use crate::deployment::Deployment;
use crate::deployment::settings::FiresSettings;
use crate::fires::burnt_area::{FireOfRun, MapOfFire};
use crate::fires::fire_region::make_region;
use crate::fires::ground::GroundByPoints;
use crate::fires::layout::FiresLayout;
use crate::nightly::lock::RootLock;
use crate::nightly::region_job::RunOutcome;
use crate::nightly::region_run::run_one;

/// Maps a fire and publishes the map; `None` where there is no image yet, or no newer one than the
/// map has.
///
/// # Errors
/// A message, when the map cannot be made.
pub(crate) fn map_fire(
    deployment: &Deployment,
    settings: &FiresSettings,
    (fire, ground): (&FireRecord, &GroundByPoints),
    planned: &PlannedFireMap,
    now: DateTime<Utc>,
    (log, lock): (LogOptions, &mut RootLock),
) -> Result<Option<FireMapRecord>, String> {
    // Earlier maps of a fire would fill the disk; the one that is replaced stays for `keep_hours`.
    let mut deployment = deployment.clone();
    deployment.settings.keep_runs = 0;
    let (outline, beyond) = ground.outline().mapped_side();
    if let Some(beyond) = beyond {
        report_beyond(fire, &beyond);
    }
    let region = make_region(&deployment, settings, (fire, &outline), planned)
        .map_err(|error| format!("{error:#}"))?;
    let [west, _, east, _] = outline.bbox;
    let beside = |(lon, lat): &(f64, f64)| (lon_near(*lon, 0.5 * (west + east)), *lat);
    let of_run = FireOfRun {
        id: fire.id.clone(),
        kind: planned.kind,
        state: fire.state,
        newer_than: planned.newer_than,
        points: ground.points.iter().map(beside).collect(),
        beyond_antimeridian: beyond,
    };
    match run_one(&deployment, &region, Some(&of_run), now, (log, lock)) {
        RunOutcome::Published => {}
        RunOutcome::Waiting(message) => {
            tracing::info!(fire = fire.id, "{message}");
            return Ok(None);
        }
        RunOutcome::Failed { message, .. } => return Err(message),
    }
    let file = FiresLayout::of(&deployment.layout).burnt_area(&region.name);
    let map = MapOfFire::read(&file).map_err(|error| format!("{error:#}"))?;
    Ok(Some(FireMapRecord {
        mapped_at: now,
        outline_hectares: fire.outline_hectares,
        ended_on: fire.ended_on,
        seen_share: map.seen_share,
        burnt_share: map.burnt_share,
        burnt_hectares: map.hectares.burnt(),
        worst: map.worst,
        newest_scene: map.newest_scene,
        beyond_antimeridian: beyond,
    }))
}

fn report_beyond(fire: &FireRecord, beyond: &BeyondAntimeridian) {
    tracing::warn!(
        fire = fire.id,
        "the fire lies on both sides of the 180° meridian, where a map ends: its larger side is \
        mapped, and {:.0} ha of its outline, from {:.3}° to {:.3}°, are not. A region of the \
        configuration can map them",
        beyond.hectares,
        beyond.bbox[0],
        beyond.bbox[2]
    );
}
