//! A night of fires: points are read and become fires, the list is published, and what is due is
//! mapped.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use dragonfly_core::{
    Detection, FireList, FireNight, FireSettings, FoundFire, PlannedFireMap, listed_fire, plan_map,
    plan_maps, update_fires,
};

use crate::cli::args::LogOptions;
use crate::deployment::Deployment;
use crate::deployment::settings::FiresSettings;
use crate::fires::fire_map::map_fire;
use crate::fires::ground::{read_ground, write_ground};
use crate::fires::history::record_points;
use crate::fires::outlines::write_outlines;
use crate::fires::place::Towns;
use crate::fires::prone_ground::ProneGround;
use crate::fires::sources::NightPoints;
use crate::fires::state_files::{KnownFires, read_list};
use crate::fires::sweep::remove_forgotten;
use crate::http::{Client, RequestLimits};
use crate::nightly::deadline::Deadline;
use crate::nightly::lock::RootLock;
use crate::publish::index::write_index;
use crate::publish::json_file::write_json;
use crate::publish::store::store_of;

/// Time for all files of points of a night.
const MAX_READING: Duration = Duration::from_secs(15 * 60);

/// The fires of a deployment in a night.
pub(crate) struct FiresOfNight<'a> {
    deployment: &'a Deployment,
    settings: FiresSettings,
    now: DateTime<Utc>,
    known: KnownFires,
    list: FireList,
    /// Maps that are due, in order.
    pub(crate) plan: Vec<PlannedFireMap>,
}

impl<'a> FiresOfNight<'a> {
    /// Reads the points of `sources` and turns them into fires, which are stored and listed.
    ///
    /// Where no source can be read, the fires and the list stay, and the list states the errors.
    ///
    /// # Errors
    /// When what the last night left cannot be read, or a file cannot be written.
    pub(crate) fn update(
        deployment: &'a Deployment,
        sources: &[String],
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let last = read_list(&deployment.layout)?;
        let client = Client::new(
            deployment.settings.address_policy()?,
            Deadline::after(MAX_READING),
            RequestLimits::NIGHT,
            deployment.settings.max_connections,
        );
        let points = NightPoints::read(sources, last.as_ref(), &client, now);
        record_points(deployment, &points.detections, &points.coverage, now);
        let checked_at = if points.is_sighted() { now } else { checked_at_of(last.as_ref()) };
        Self::update_with(deployment, points, checked_at, now)
    }

    /// Turns the points of an archive into fires, which are stored and listed. The list stays as
    /// old as it was, with the sources of the last night: the points of the last days are still to
    /// be read. The first list is as old as the newest point.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub(crate) fn import(
        deployment: &'a Deployment,
        archive: NightPoints,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let last = read_list(&deployment.layout)?;
        let newest = archive.detections.iter().map(Detection::time).max();
        let checked_at = match &last {
            Some(list) => list.checked_at,
            None => newest.map_or(DateTime::UNIX_EPOCH, |newest| newest.min(now)),
        };
        let sources = last.map_or(archive.sources, |list| list.points);
        Self::update_with(deployment, NightPoints { sources, ..archive }, checked_at, now)
    }

    fn update_with(
        deployment: &'a Deployment,
        points: NightPoints,
        checked_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let known = KnownFires::read(&deployment.layout)?;
        let settings = deployment.settings.fires.clone().unwrap_or_default();
        let core_settings = settings.for_core(&deployment.regions);
        let prone = ProneGround::read(deployment, &settings);
        let is_prone = |lon: f64, lat: f64| prone.holds(lon, lat);
        let night = FireNight {
            kept: known.points,
            read: points.detections,
            coverage: &points.coverage,
            sources: points.sources,
            is_in_zone: if prone.is_known() { Some(&is_prone) } else { None },
            now,
        };
        let update = update_fires(known.state, night, &core_settings);
        let mut this = Self {
            deployment,
            settings,
            now,
            known: KnownFires { state: update.state, points: update.kept },
            list: FireList { checked_at, ..update.list },
            plan: update.plan,
        };
        this.name_fires();
        this.known.write(&deployment.layout)?;
        this.keep_ground(&update.found)?;
        this.publish_list(&core_settings)?;
        remove_forgotten(deployment, &this.known.state)
            .unwrap_or_else(|error| tracing::warn!("{error:#}"));
        Ok(this)
    }

    /// The fires as the last night left them, with nothing planned.
    ///
    /// # Errors
    /// When there are none, or they cannot be read.
    pub(crate) fn known(deployment: &'a Deployment, now: DateTime<Utc>) -> Result<Self> {
        let list = read_list(&deployment.layout)?
            .context("no fires are known yet: run `dragonfly fires update` first")?;
        Ok(Self {
            deployment,
            settings: deployment.settings.fires.clone().unwrap_or_default(),
            now,
            known: KnownFires::read(&deployment.layout)?,
            list,
            plan: Vec::new(),
        })
    }

    /// Makes the map that a fire's state asks for, whether or not it is due.
    ///
    /// # Errors
    /// A message, when there is no map.
    pub(crate) fn map_now(
        &mut self,
        id: &str,
        (log, lock): (LogOptions, &mut RootLock),
    ) -> Result<(), String> {
        let planned = {
            let fire = self.known.state.fires.get(id).ok_or_else(|| {
                "there is no such fire: `dragonfly fires list --all` names all".to_owned()
            })?;
            let core_settings = self.settings.for_core(&self.deployment.regions);
            PlannedFireMap { newer_than: None, ..plan_map(fire, &core_settings, self.now) }
        };
        self.map(&planned, log, lock).map(drop)
    }

    /// The fires as they are listed.
    pub(crate) fn list(&self) -> &FireList {
        &self.list
    }

    /// Maps what is due, as far as the budget of a night reaches. Returns a message for each map
    /// that failed.
    pub(crate) fn map_due(&mut self, log: LogOptions, lock: &mut RootLock) -> Vec<String> {
        let started = Instant::now();
        let budget = Duration::try_from_secs_f64(self.settings.minutes_per_night * 60.0)
            .unwrap_or(Duration::MAX);
        let mut failures = Vec::new();
        let plan = std::mem::take(&mut self.plan);
        let mut turns = 0;
        for planned in &plan {
            if turns >= self.settings.per_night {
                break;
            }
            if started.elapsed() >= budget {
                tracing::info!("minutes_per_night is spent: other fires wait for the next night");
                break;
            }
            match self.map(planned, log, lock) {
                Ok(is_made) => turns += usize::from(is_made),
                Err(message) => {
                    turns += 1;
                    failures.push(format!("fire `{}`: {message}", planned.id));
                }
            }
        }
        failures
    }

    /// Makes one map, and records how that ended; whether it was made, or waits for an image.
    ///
    /// # Errors
    /// A message, when there is no map.
    pub(crate) fn map(
        &mut self,
        planned: &PlannedFireMap,
        log: LogOptions,
        lock: &mut RootLock,
    ) -> Result<bool, String> {
        let Some(fire) = self.known.state.fires.get(&planned.id) else {
            return Err("there is no such fire: `dragonfly fires list --all` names all".to_owned());
        };
        tracing::info!(fire = fire.id, "to be mapped: {}", planned.turn);
        let ground = read_ground(&self.deployment.layout, &planned.id);
        let made = ground.map_err(|error| format!("{error:#}")).and_then(|ground| {
            map_fire(
                self.deployment,
                &self.settings,
                (fire, &ground),
                planned,
                self.now,
                (log, lock),
            )
        });
        let outcome = match made {
            Ok(Some(map)) => {
                self.known.state.record_map(&planned.id, planned.kind, map);
                Ok(true)
            }
            // No newer image yet: neither a map nor a failure.
            Ok(None) => Ok(false),
            Err(message) => {
                self.known.state.record_failure(&planned.id, &message, self.now);
                Err(message)
            }
        };
        let recorded = self.record(&planned.id);
        recorded.map_err(|error| format!("{error:#}")).and(outcome)
    }

    /// Stores the state of a fire whose map was made, and publishes it.
    fn record(&mut self, id: &str) -> Result<()> {
        self.known.write_state(&self.deployment.layout)?;
        if let Some(fire) = self.known.state.fires.get(id) {
            let ground = read_ground(&self.deployment.layout, id)?;
            write_outlines(self.deployment, fire, &ground)?;
        }
        let core_settings = self.settings.for_core(&self.deployment.regions);
        self.publish_list(&core_settings)
    }

    /// Names each new fire by the nearest town, for good.
    fn name_fires(&mut self) {
        let mut unnamed =
            self.known.state.fires.values_mut().filter(|fire| fire.place.is_none()).peekable();
        if unnamed.peek().is_none() {
            return;
        }
        let towns = towns(self.settings.places.as_deref());
        for fire in unnamed {
            let (_, lat_e5, lon_e5) = fire.founding;
            fire.place = Some(towns.describe((f64::from(lon_e5) / 1e5, f64::from(lat_e5) / 1e5)));
        }
    }

    /// Stores outline and points of the listed fires whose points are at hand, and publishes them.
    fn keep_ground(&self, found: &[FoundFire]) -> Result<()> {
        let min_hectares = self.settings.min_hectares;
        let is_listed = |id: &str| self.list.fires.iter().any(|fire| fire.id == id);
        let is_kept =
            |found: &&FoundFire| found.outline.hectares >= min_hectares && is_listed(&found.id);
        for found in found.iter().filter(is_kept) {
            let Some(fire) = self.known.state.fires.get(&found.id) else { continue };
            let ground = write_ground(&self.deployment.layout, found)?;
            write_outlines(self.deployment, fire, &ground)?;
        }
        Ok(())
    }

    fn publish_list(&mut self, core_settings: &FireSettings) -> Result<()> {
        for listed in &mut self.list.fires {
            if let Some(fire) = self.known.state.fires.get(&listed.id) {
                *listed = listed_fire(fire, core_settings);
            }
        }
        write_json(
            &store_of(self.deployment),
            &self.deployment.layout.meta_file("fires"),
            &self.list,
        )
        .context("publishing the list of fires")?;
        // The page reads in its settings that there are fires.
        write_index(self.deployment).context("publishing the settings of the page")
    }
}

/// When points were last read; never where there is no list yet.
fn checked_at_of(last: Option<&FireList>) -> DateTime<Utc> {
    last.map_or(DateTime::UNIX_EPOCH, |list| list.checked_at)
}

/// The maps of fires that are due by what the last night left, a line each; empty where no fires
/// are looked for.
///
/// # Errors
/// When what the last night left cannot be read.
pub(crate) fn describe_plan(deployment: &Deployment, now: DateTime<Utc>) -> Result<String> {
    let Some(settings) = &deployment.settings.fires else { return Ok(String::new()) };
    let known = KnownFires::read(&deployment.layout)?;
    let plan = plan_maps(&known.state, &settings.for_core(&deployment.regions), now);
    let line = |(place, planned): (usize, &PlannedFireMap)| {
        let when =
            if place < settings.per_night { "mapped tonight" } else { "left for another night" };
        format!("{:<24} {when}: {}\n", planned.id, planned.turn)
    };
    Ok(plan.iter().enumerate().map(line).collect())
}

/// The list of towns; none where it is not set or cannot be read, which names fires by their
/// coordinates.
fn towns(file: Option<&Path>) -> Towns {
    let read = file.map(Towns::read).unwrap_or_else(|| Ok(Towns::default()));
    read.unwrap_or_else(|error| {
        tracing::warn!("fires are called by their coordinates: {error:#}");
        Towns::default()
    })
}

#[cfg(test)]
#[path = "night_tests.rs"]
mod tests;
