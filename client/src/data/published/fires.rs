//! `meta/fires.json`, field by field.

use chrono::{DateTime, Utc};
use dragonfly_core::{FireMapKind, FireState, ListedFire, NoFireMap, Severity};

use super::PublishedFileError;
use crate::data::fields::Fields;
use crate::data::json::Value;
use crate::state::key;

pub(super) const FIRE_STATES: [(&str, FireState); 8] = [
    ("burning", FireState::Burning),
    ("woken", FireState::Woken),
    ("quiet", FireState::Quiet),
    ("out", FireState::Out),
    ("season", FireState::Season),
    ("settled", FireState::Settled),
    ("merged", FireState::Merged),
    ("dismissed", FireState::Dismissed),
];

pub(super) const FIRE_MAPS: [(&str, FireMapKind); 3] = [
    ("so_far", FireMapKind::SoFar),
    ("initial", FireMapKind::Initial),
    ("season", FireMapKind::Season),
];

const NO_MAPS: [(&str, NoFireMap); 4] = [
    ("small", NoFireMap::Small),
    ("complex", NoFireMap::Complex),
    ("waiting", NoFireMap::Waiting),
    ("failed", NoFireMap::Failed),
];

/// The word of a state, as the list writes it.
pub fn state_key(state: FireState) -> &'static str {
    FIRE_STATES.into_iter().find(|(_, it)| *it == state).map_or("", |(word, _)| word)
}

/// The readable fires of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadFires {
    /// When the points were last read; `None` where the list does not state it.
    pub checked_at: Option<DateTime<Utc>>,
    /// Whether a source of points could not be read.
    pub is_source_missing: bool,
    /// The fires.
    pub fires: Vec<ListedFire>,
    /// Fires that could not be read.
    pub broken: usize,
}

/// Reads `meta/fires.json`; a broken fire does not hide the others.
pub fn fires_from_json(text: &str) -> Result<ReadFires, PublishedFileError> {
    let value = Value::read(text).ok_or(PublishedFileError::Json)?;
    let lines = value.field("fires").and_then(Value::list).ok_or(PublishedFileError::NoFires)?;
    let fires: Vec<ListedFire> =
        lines.iter().filter_map(|line| Fields::of(line).and_then(fire)).collect();
    let sources = value.field("points").and_then(Value::list).unwrap_or_default();
    Ok(ReadFires {
        checked_at: Fields::of(&value).and_then(|list| list.moment("checked_at")),
        is_source_missing: sources
            .iter()
            .any(|source| source.field("error").and_then(Value::text).is_some()),
        broken: lines.len() - fires.len(),
        fires,
    })
}

fn fire(fire: Fields<'_>) -> Option<ListedFire> {
    let (lon, lat) = (fire.number("lon")?, fire.number("lat")?);
    let is_on_earth = (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
    let classes = Severity::ALL.map(|class| (key::of_class(class), class));
    is_on_earth.then_some(())?;
    Some(ListedFire {
        id: fire.text("id").filter(|id| key::is_name(id))?,
        name: fire.maybe("name", Fields::text)?,
        place: fire.maybe("place", Fields::text)?,
        state: fire.word("state", &FIRE_STATES)?,
        started_at: fire.moment("started_at")?,
        last_seen_at: fire.moment("last_seen_at")?,
        ended_on: fire.maybe("ended_on", Fields::day)?,
        lon,
        lat,
        bbox: fire.bbox("bbox").filter(is_a_box),
        outline_hectares: fire.or("outline_hectares", 0.0, Fields::number)?,
        burnt_hectares: fire.maybe("burnt_hectares", Fields::number)?,
        worst: fire.word("worst", &classes),
        map: fire.word("map", &FIRE_MAPS),
        no_map: fire.word("no_map", &NO_MAPS),
        merged_into: fire.maybe("merged_into", Fields::text)?,
        complex: fire.or("complex", false, Fields::flag)?,
        // Not shown.
        ..ListedFire::default()
    })
}

fn is_a_box([west, south, east, north]: &[f64; 4]) -> bool {
    west < east && south < north && *south >= -90.0 && *north <= 90.0
}
