//! `meta/fires.json`: the fires that are published.

use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_pixels::Severity;
use serde::{Deserialize, Serialize};

use crate::fires::antimeridian::BeyondAntimeridian;
use crate::fires::detection::{E5, date_of_minute, time_of_minute};
use crate::fires::record::{FireMapKind, FireRecord, FireState, FiresState, MergedFire};
use crate::fires::settings::FireSettings;

/// The file `meta/fires.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FireList {
    /// When the points were last read.
    pub checked_at: DateTime<Utc>,
    /// Where points came from.
    #[serde(default)]
    pub points: Vec<PointSource>,
    /// Days of the last months in which no source observed anything.
    #[serde(default)]
    pub gap_days: Vec<NaiveDate>,
    /// Fires, the burning ones first.
    pub fires: Vec<ListedFire>,
}

/// A source of points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PointSource {
    /// Address or file, without a key.
    pub source: String,
    /// When it was last read with success.
    pub read_at: Option<DateTime<Utc>>,
    /// Rows that it held then.
    pub rows: usize,
    /// The newest of them.
    pub newest: Option<DateTime<Utc>>,
    /// Why it could not be read this time.
    #[serde(default)]
    pub error: Option<String>,
    /// Since when it has had so few rows that it is taken for cut off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_since: Option<DateTime<Utc>>,
}

/// A fire in the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListedFire {
    /// Name in paths and addresses.
    pub id: String,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it began, as text.
    #[serde(default)]
    pub place: Option<String>,
    /// Its state.
    pub state: FireState,
    /// First detection.
    pub started_at: DateTime<Utc>,
    /// Last detection.
    pub last_seen_at: DateTime<Utc>,
    /// Last day, once it is out.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
    /// Longitude of its centre, degrees.
    pub lon: f64,
    /// Latitude of its centre, degrees.
    pub lat: f64,
    /// West, south, east, north in degrees.
    #[serde(default)]
    pub bbox: Option<[f64; 4]>,
    /// Detections.
    #[serde(default)]
    pub detections: usize,
    /// Satellites that saw it.
    #[serde(default)]
    pub satellites: Vec<String>,
    /// Area of the outline by points.
    #[serde(default)]
    pub outline_hectares: f64,
    /// Burnt area by the map.
    #[serde(default)]
    pub burnt_hectares: Option<f64>,
    /// The worst class of the map.
    #[serde(default)]
    pub worst: Option<Severity>,
    /// The map that is published.
    #[serde(default)]
    pub map: Option<FireMapKind>,
    /// What of the fire the map does not show, and `burnt_hectares` does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_antimeridian: Option<BeyondAntimeridian>,
    /// Why there is no map.
    #[serde(default)]
    pub no_map: Option<NoFireMap>,
    /// The fire of which it is a part.
    #[serde(default)]
    pub merged_into: Option<String>,
    /// Whether it is larger than a fire that is mapped whole.
    #[serde(default)]
    pub complex: bool,
}

/// Why a fire has no map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoFireMap {
    /// Its outline is smaller than `map_from_hectares`.
    Small,
    /// Larger than a fire that is mapped whole.
    Complex,
    /// It was not its turn yet.
    Waiting,
    /// The last run failed.
    Failed,
}

/// Merged fires in a list at most, as a part of it: one in so many.
const MERGED_PART: usize = 5;

/// The list of a night. Dismissed fires are left out, merged ones come last. Where there are more
/// than a list holds, the largest stay.
pub(super) fn fire_list(
    state: &FiresState,
    points: Vec<PointSource>,
    settings: &FireSettings,
    now: DateTime<Utc>,
) -> FireList {
    let mut listed: Vec<&FireRecord> =
        state.fires.values().filter(|fire| fire.state != FireState::Dismissed).collect();
    let merged = state.merged.iter().rev().take(settings.keep / MERGED_PART);
    let room = settings.keep - merged.len();
    if listed.len() > room {
        listed.sort_by(|a, b| {
            b.outline_hectares.total_cmp(&a.outline_hectares).then_with(|| a.id.cmp(&b.id))
        });
        listed.truncate(room);
    }
    listed.sort_by(|a, b| {
        let key = |fire: &FireRecord| (fire.ended_on.is_some(), -i64::from(fire.last_minute));
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    let fires = listed.into_iter().map(|fire| listed_fire(fire, settings));
    let merged = merged.map(|(id, merged)| listed_merger(state, id, merged));
    FireList {
        checked_at: now,
        points,
        gap_days: state.coverage.gap_days(),
        fires: fires.chain(merged).collect(),
    }
}

/// A fire as it is listed.
pub fn listed_fire(fire: &FireRecord, settings: &FireSettings) -> ListedFire {
    let shown = fire.shown_map();
    ListedFire {
        id: fire.id.clone(),
        name: fire.name.clone(),
        place: fire.place.clone(),
        state: fire.state,
        started_at: time_of_minute(fire.first_minute),
        last_seen_at: time_of_minute(fire.last_minute),
        ended_on: fire.ended_on,
        lon: rounded(within_turn(fire.centre.0)),
        lat: rounded(fire.centre.1),
        bbox: Some(fire.bbox.map(rounded)),
        detections: fire.detections,
        satellites: fire.satellites.clone(),
        outline_hectares: fire.outline_hectares.round(),
        burnt_hectares: shown.map(|(_, map)| map.burnt_hectares),
        worst: shown.and_then(|(_, map)| map.worst),
        map: shown.map(|(kind, _)| kind),
        beyond_antimeridian: shown.and_then(|(_, map)| map.beyond_antimeridian),
        no_map: shown.is_none().then(|| no_map(fire, settings)),
        merged_into: None,
        complex: fire.is_complex(),
    }
}

fn no_map(fire: &FireRecord, settings: &FireSettings) -> NoFireMap {
    if fire.is_complex() {
        NoFireMap::Complex
    } else if fire.outline_hectares < settings.map_from_hectares {
        NoFireMap::Small
    } else if fire.failure.is_some() {
        NoFireMap::Failed
    } else {
        NoFireMap::Waiting
    }
}

fn listed_merger(state: &FiresState, id: &str, merged: &MergedFire) -> ListedFire {
    let (minute, lat_e5, lon_e5) = merged.founding;
    ListedFire {
        id: id.to_owned(),
        state: FireState::Merged,
        started_at: time_of_minute(minute),
        last_seen_at: time_of_minute(merged.minute),
        ended_on: Some(date_of_minute(merged.minute)),
        lon: f64::from(lon_e5) / E5,
        lat: f64::from(lat_e5) / E5,
        merged_into: Some(state.resolve(id).unwrap_or(&merged.merged_into).to_owned()),
        ..ListedFire::default()
    }
}

/// Five decimals: a metre.
fn rounded(degrees: f64) -> f64 {
    (degrees * E5).round() / E5
}

fn within_turn(lon: f64) -> f64 {
    lon - ((lon + 180.0) / 360.0).floor() * 360.0
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn fire(id: &str, hectares: f64, last_minute: i32) -> FireRecord {
        serde_json::from_value(serde_json::json!({
            "id": id, "founding": [0, 0, 0], "state": "burning", "first_minute": 0,
            "last_minute": last_minute, "detections": 9, "satellites": [],
            "outline_hectares": hectares, "centre": [0.0, 0.0], "bbox": [0.0, 0.0, 0.1, 0.1],
            "extent_km": 3.0, "cells": [],
        }))
        .unwrap()
    }

    #[test]
    fn a_full_list_keeps_the_largest_fires_and_some_that_lead_to_others() {
        let mut state = FiresState::default();
        for number in 0..10 {
            let id = format!("f{number}");
            state.fires.insert(id.clone(), fire(&id, f64::from(number) * 100.0, 10 - number));
        }
        for number in 0..4 {
            let merged =
                MergedFire { merged_into: "f9".to_owned(), minute: number, founding: (0, 0, 0) };
            state.merged.insert(format!("m{number}"), merged);
        }
        let settings = FireSettings { keep: 5, ..FireSettings::default() };
        let list = fire_list(&state, Vec::new(), &settings, time_of_minute(20));
        let ids: Vec<&str> = list.fires.iter().map(|fire| fire.id.as_str()).collect();
        // The one seen last comes first.
        assert_eq!(ids, ["f6", "f7", "f8", "f9", "m3"]);
    }
}
