//! Which fires are mapped in a night, in which order, and by which days.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::catalogue::dates::{DateWindow, a_year_before, days_after, days_before};
use crate::fires::detection::date_of_minute;
use crate::fires::record::{FireMapKind, FireRecord, FireState, FiresState};
use crate::fires::settings::FireSettings;
use crate::fires::state_machine::{SEEN_SHARE, SETTLED_AFTER_DAYS};

/// A map to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedFireMap {
    /// The fire.
    pub id: String,
    /// Which map.
    pub kind: FireMapKind,
    /// Why it comes when it comes.
    pub turn: FireTurn,
    /// Days before the fire; the latest clear scene is the best.
    pub pre: DateWindow,
    /// Days after the fire, or the last ones while it burns.
    pub post: DateWindow,
    /// Day of the newest scene of the map that it replaces: without a newer one it is not made.
    pub newer_than: Option<NaiveDate>,
    /// The finest zoom.
    pub zoom_max: u8,
}

impl std::fmt::Display for FireTurn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::New => "it has no map yet",
            Self::Grown => "it grew since its last map",
            Self::Ended => "it ended, or was not seen whole since",
            Self::NextSeason => "its next growing season has come",
        })
    }
}

/// The order of maps in a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FireTurn {
    /// Never mapped; the largest first.
    New,
    /// It grew while it burns.
    Grown,
    /// Its final map is due.
    Ended,
    /// Its map of the next season is due.
    NextSeason,
}

/// A burning fire is mapped again when it grew by this share, or by so many hectares …
const GROWTH_SHARE: f64 = 0.05;
const GROWTH_HECTARES: f64 = 100.0;
/// … and its map is so old, days.
const SO_FAR_DAYS: i64 = 3;
/// A final map with too many empty cells is made again after so many days.
const AGAIN_DAYS: i64 = 5;
/// Days of scenes after a burning fire.
const SO_FAR_WINDOW_DAYS: u32 = 10;
/// Days of scenes after the end; the longer window where the shorter one left cells empty.
const POST_DAYS: u64 = 30;
/// Days on either side of the anniversary.
const SEASON_DAYS: u64 = 30;
/// Area from which zoom 12 is the finest, and zoom 11, hectares.
const ZOOM_12_HECTARES: f64 = 30_000.0;
const ZOOM_11_HECTARES: f64 = 200_000.0;

/// The maps that are due, in order; the caller stops when its budget is spent.
pub fn plan_maps(
    state: &FiresState,
    settings: &FireSettings,
    now: DateTime<Utc>,
) -> Vec<PlannedFireMap> {
    let due = state.fires.values().filter_map(|fire| {
        let is_waiting = fire.failure.as_ref().is_some_and(|failure| failure.retry_at > now);
        let is_mapped = fire.outline_hectares >= settings.map_from_hectares && !fire.is_complex();
        if is_waiting || !is_mapped {
            return None;
        }
        Some((fire, due_kind(fire, now)?))
    });
    let mut due: Vec<(&FireRecord, (FireMapKind, FireTurn))> = due.collect();
    due.sort_by(|(a, (_, turn_a)), (b, (_, turn_b))| {
        let by_size = b.outline_hectares.total_cmp(&a.outline_hectares);
        turn_a.cmp(turn_b).then(by_size).then_with(|| a.id.cmp(&b.id))
    });
    due.into_iter().map(|(fire, (kind, turn))| planned(fire, kind, turn, settings, now)).collect()
}

/// The map that the state of a fire asks for, whether or not it is due.
pub fn plan_map(fire: &FireRecord, settings: &FireSettings, now: DateTime<Utc>) -> PlannedFireMap {
    let (kind, turn) = match (fire.state, fire.ended_on) {
        (FireState::Season, _) => (FireMapKind::Season, FireTurn::NextSeason),
        (_, Some(_)) => (FireMapKind::Initial, FireTurn::Ended),
        (_, None) => (FireMapKind::SoFar, FireTurn::Grown),
    };
    planned(fire, kind, turn, settings, now)
}

fn due_kind(fire: &FireRecord, now: DateTime<Utc>) -> Option<(FireMapKind, FireTurn)> {
    let is_older = |mapped_at: DateTime<Utc>, days| now - mapped_at >= TimeDelta::days(days);
    match fire.state {
        FireState::Burning | FireState::Woken | FireState::Quiet => {
            let Some((_, map)) = fire.shown_map() else {
                return Some((FireMapKind::SoFar, FireTurn::New));
            };
            let grown = fire.outline_hectares - map.outline_hectares;
            let is_grown = grown >= GROWTH_HECTARES || grown >= GROWTH_SHARE * map.outline_hectares;
            (is_grown && is_older(map.mapped_at, SO_FAR_DAYS))
                .then_some((FireMapKind::SoFar, FireTurn::Grown))
        }
        FireState::Out | FireState::Settled => {
            let turn = if fire.maps.is_empty() { FireTurn::New } else { FireTurn::Ended };
            let initial = fire.maps.get(&FireMapKind::Initial);
            let is_due = match initial.filter(|map| map.ended_on == fire.ended_on) {
                None => true,
                Some(map) => {
                    fire.state == FireState::Out
                        && map.seen_share < SEEN_SHARE
                        && is_older(map.mapped_at, AGAIN_DAYS)
                }
            };
            is_due.then_some((FireMapKind::Initial, turn))
        }
        FireState::Season => Some((FireMapKind::Season, FireTurn::NextSeason)),
        FireState::Merged | FireState::Dismissed => None,
    }
}

fn planned(
    fire: &FireRecord,
    kind: FireMapKind,
    turn: FireTurn,
    settings: &FireSettings,
    now: DateTime<Utc>,
) -> PlannedFireMap {
    let (pre, post) = windows(fire, kind, settings, now.date_naive());
    let replaced = fire.maps.get(&kind).filter(|map| map.ended_on == fire.ended_on);
    PlannedFireMap {
        id: fire.id.clone(),
        kind,
        turn,
        pre,
        post,
        newer_than: replaced
            .filter(|_| kind == FireMapKind::SoFar)
            .and_then(|map| map.newest_scene),
        zoom_max: match fire.outline_hectares {
            hectares if hectares > ZOOM_11_HECTARES => 11,
            hectares if hectares > ZOOM_12_HECTARES => 12,
            _ => 13,
        },
    }
}

/// Days before and after, both of a kind of map.
fn windows(
    fire: &FireRecord,
    kind: FireMapKind,
    settings: &FireSettings,
    today: NaiveDate,
) -> (DateWindow, DateWindow) {
    let birth = date_of_minute(fire.first_minute);
    let end = fire.ended_on.unwrap_or_else(|| date_of_minute(fire.last_minute));
    let pre = DateWindow::ending(days_before(birth, Days::new(1)), settings.days);
    let post = match kind {
        FireMapKind::SoFar => {
            // Nothing before the fire shows what it burnt.
            let window = DateWindow::ending(today, SO_FAR_WINDOW_DAYS);
            DateWindow { start: window.start.max(birth), end: window.end }
        }
        FireMapKind::Initial => {
            let is_longer = fire.maps.get(&kind).is_some_and(|map| map.ended_on == fire.ended_on)
                || fire.state == FireState::Settled;
            let days = if is_longer { SETTLED_AFTER_DAYS as u64 } else { POST_DAYS };
            DateWindow {
                start: days_after(end, Days::new(1)),
                end: days_after(end, Days::new(days)),
            }
        }
        FireMapKind::Season => {
            let anniversary = end.checked_add_months(Months::new(12)).unwrap_or(end);
            let post = DateWindow {
                start: days_before(anniversary, Days::new(SEASON_DAYS)),
                end: days_after(anniversary, Days::new(SEASON_DAYS)),
            };
            return (season_before(post, birth), post);
        }
    };
    (pre, post)
}

/// The same days of the last year in which they end before the fire.
fn season_before(post: DateWindow, birth: NaiveDate) -> DateWindow {
    const MAX_YEARS: usize = 3;
    let mut window = post;
    for _ in 0..MAX_YEARS {
        if window.end < birth {
            break;
        }
        window = DateWindow { start: a_year_before(window.start), end: a_year_before(window.end) };
    }
    window
}
