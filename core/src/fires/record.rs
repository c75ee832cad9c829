//! What is known of a fire from night to night.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_pixels::Severity;
use serde::{Deserialize, Serialize};

use crate::fires::antimeridian::BeyondAntimeridian;
use crate::fires::coverage::CoverageLog;
use crate::fires::detection::{Detection, STORED_CELL_E5};
use crate::fires::static_sources::StaticCells;

/// The state of a fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FireState {
    /// Seen in the last days.
    #[default]
    Burning,
    /// Seen again after it was out.
    Woken,
    /// Not seen for some days.
    Quiet,
    /// Not seen over the days of `out_days`, all of them observed.
    Out,
    /// Due for the map of the next season.
    Season,
    /// Its map is final.
    Settled,
    /// Part of an older fire.
    Merged,
    /// No wildfire.
    Dismissed,
}

/// Why a fire is dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dismissal {
    /// Heat that stays in its place.
    StaticSource,
    /// It lies in a circle of `exclude`.
    Excluded,
    /// Most of its detections lie outside the fire zone.
    OutsideZone,
    /// The map shows no burnt ground.
    NotBurnt,
}

/// Which map of a fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FireMapKind {
    /// While it burns.
    SoFar,
    /// After its end.
    Initial,
    /// A year after its end.
    Season,
}

/// A map that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FireMapRecord {
    /// When it was made.
    pub mapped_at: DateTime<Utc>,
    /// The outline by points at that time, hectares.
    pub outline_hectares: f64,
    /// The end of the fire at that time.
    pub ended_on: Option<NaiveDate>,
    /// Fraction of the zone's cells that have a value, 0 to 1.
    pub seen_share: f64,
    /// Fraction of those that are burnt, 0 to 1.
    pub burnt_share: f64,
    /// Burnt area by the map, hectares.
    pub burnt_hectares: f64,
    /// The worst class.
    pub worst: Option<Severity>,
    /// Day of the newest scene.
    pub newest_scene: Option<NaiveDate>,
    /// What of the fire the map does not show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_antimeridian: Option<BeyondAntimeridian>,
}

/// Runs that failed since the last map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FireFailure {
    /// How many in a row.
    pub count: u32,
    /// When the next one is due.
    pub retry_at: DateTime<Utc>,
    /// What failed, as it may be published.
    pub error: String,
}

/// A fire. Nights keep it; batch stores it as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FireRecord {
    /// Its id, fixed at its birth.
    pub id: String,
    /// Minute, latitude and longitude (1e-5 degrees) of its founding detection.
    pub founding: (i32, i32, i32),
    /// Its name, set by batch.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it began, as text; set by batch once.
    #[serde(default)]
    pub place: Option<String>,
    /// State of the last night.
    pub state: FireState,
    /// Minute of the first detection.
    pub first_minute: i32,
    /// Minute of the last detection.
    pub last_minute: i32,
    /// The first minute after the last pause in which it would have been out.
    #[serde(default)]
    pub woken_minute: Option<i32>,
    /// Its last day, once it is out.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
    /// Detections.
    pub detections: usize,
    /// Names of satellites that saw it.
    pub satellites: Vec<String>,
    /// Area of the outline by points, hectares.
    pub outline_hectares: f64,
    /// Centre of that area: longitude, latitude.
    pub centre: (f64, f64),
    /// West, south, east, north in degrees; west and east may pass ±180.
    pub bbox: [f64; 4],
    /// The diagonal of its detections, km.
    pub extent_km: f64,
    /// Cells of 0.004° that were hot: row, column, last minute.
    pub cells: Vec<(i32, i32, i32)>,
    /// Why it is no wildfire.
    #[serde(default)]
    pub dismissed: Option<Dismissal>,
    /// Maps by kind.
    #[serde(default)]
    pub maps: BTreeMap<FireMapKind, FireMapRecord>,
    /// The last failure since the last map.
    #[serde(default)]
    pub failure: Option<FireFailure>,
}

/// Larger fires are not mapped whole, km.
const MAX_EXTENT_KM: f64 = 150.0;

impl FireRecord {
    /// Whether it is too large to be one fire, as savanna that burns for months.
    pub fn is_complex(&self) -> bool {
        self.extent_km > MAX_EXTENT_KM
    }

    /// The map to show first: the newest of those that were made.
    pub fn shown_map(&self) -> Option<(FireMapKind, &FireMapRecord)> {
        let initial = self.maps.get(&FireMapKind::Initial);
        let so_far = self.maps.get(&FireMapKind::SoFar);
        match (initial, so_far) {
            (Some(initial), Some(so_far)) if so_far.mapped_at > initial.mapped_at => {
                Some((FireMapKind::SoFar, so_far))
            }
            (Some(initial), _) => Some((FireMapKind::Initial, initial)),
            (None, Some(so_far)) => Some((FireMapKind::SoFar, so_far)),
            (None, None) => None,
        }
    }
}

/// The stored cell of a detection.
pub(super) fn stored_cell(point: &Detection) -> (i32, i32) {
    let column = point.lon_e5.div_euclid(STORED_CELL_E5);
    (point.lat_e5.div_euclid(STORED_CELL_E5), column_of_turn(column))
}

/// The column of a cell that may lie beyond ±180°.
pub(super) fn column_of_turn(column: i32) -> i32 {
    const COLUMNS: i32 = 36_000_000 / STORED_CELL_E5;
    (column + COLUMNS / 2).rem_euclid(COLUMNS) - COLUMNS / 2
}

/// An id that now leads to another fire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedFire {
    /// The fire of which it is a part.
    pub merged_into: String,
    /// Minute of the merger.
    pub minute: i32,
    /// Minute, latitude and longitude (1e-5 degrees) of its founding detection.
    pub founding: (i32, i32, i32),
}

/// All that passes from night to night, except for the points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FiresState {
    /// Fires by id.
    pub fires: BTreeMap<String, FireRecord>,
    /// Merged fires by id.
    pub merged: BTreeMap<String, MergedFire>,
    /// Cells of static sources.
    pub static_cells: StaticCells,
    /// When which ground was observed.
    pub coverage: CoverageLog,
}

impl FiresState {
    /// The id of the fire to which an id leads.
    pub fn resolve<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        let mut id = id;
        // Each step leads to an older fire; a broken file must not lead in a circle.
        for _ in 0..=self.merged.len() {
            match self.merged.get(id) {
                Some(merged) => id = &merged.merged_into,
                None => return self.fires.get(id).map(|fire| fire.id.as_str()),
            }
        }
        None
    }

    /// Notes that a map was made.
    pub fn record_map(&mut self, id: &str, kind: FireMapKind, map: FireMapRecord) {
        if let Some(fire) = self.fires.get_mut(id) {
            fire.failure = None;
            fire.maps.insert(kind, map);
        }
    }

    /// Notes that a map could not be made; it is tried again after 1, 2, 4 … days.
    pub fn record_failure(&mut self, id: &str, error: &str, now: DateTime<Utc>) {
        const MAX_DOUBLINGS: u32 = 5;
        if let Some(fire) = self.fires.get_mut(id) {
            let count = fire.failure.as_ref().map_or(0, |failure| failure.count).saturating_add(1);
            let days = 1i64 << (count - 1).min(MAX_DOUBLINGS);
            // An hour less, so that the night of that day is not too early by minutes.
            let wait = chrono::TimeDelta::hours(24 * days - 1);
            let retry_at = now.checked_add_signed(wait).unwrap_or(now);
            fire.failure = Some(FireFailure { count, retry_at, error: error.to_owned() });
        }
    }
}
