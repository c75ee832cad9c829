//! The state of a fire on a night: `burning`, `quiet`, `out`, `settled`, `season`, and back.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};

use crate::fires::coverage::CoverageLog;
use crate::fires::detection::{MINUTES_PER_DAY, date_of_minute, minute_of_time};
use crate::fires::record::{Dismissal, FireMapKind, FireRecord, FireState};
use crate::fires::settings::FireSettings;

/// An initial map that shows this share of its cells is final.
pub(super) const SEEN_SHARE: f64 = 0.98;
/// Days after the end when the initial map is final, whatever it shows.
pub(super) const SETTLED_AFTER_DAYS: i64 = 60;
/// Months after the end between which the map of the next season is made …
const SEASON_MONTHS: (u32, u32) = (10, 13);
/// … of fires from this area on, hectares.
const SEASON_HECTARES: f64 = 500.0;
/// A fire of which less than this share of the seen cells is burnt was none.
const MIN_BURNT_SHARE: f64 = 0.05;

/// Sets the state of a fire, and the day of its end once its silence was observed long enough.
pub(super) fn advance(
    fire: &mut FireRecord,
    coverage: &CoverageLog,
    settings: &FireSettings,
    now: DateTime<Utc>,
) {
    let last_day = date_of_minute(fire.last_minute);
    // A detection after the end wakes the fire.
    fire.ended_on = fire.ended_on.filter(|ended_on| *ended_on == last_day);
    let (lon, lat) = fire.centre;
    let observed = coverage.observed_minutes_since(fire.last_minute, lon, lat);
    let out_minutes = i64::from(settings.out_days) * i64::from(MINUTES_PER_DAY);
    if i64::from(observed) >= out_minutes {
        fire.ended_on = Some(last_day);
    }
    if is_not_burnt(fire) {
        fire.dismissed = Some(Dismissal::NotBurnt);
    }
    let silent = i64::from(minute_of_time(now)) - i64::from(fire.last_minute);
    fire.state = match fire.ended_on {
        _ if fire.dismissed.is_some() => FireState::Dismissed,
        Some(ended_on) => state_after_end(fire, ended_on, now.date_naive()),
        None if silent > i64::from(settings.link_days) * i64::from(MINUTES_PER_DAY) => {
            FireState::Quiet
        }
        None if fire.woken_minute.is_some() => FireState::Woken,
        None => FireState::Burning,
    };
}

/// Whether the final map of an ended fire shows nearly no burnt ground.
fn is_not_burnt(fire: &FireRecord) -> bool {
    let initial = fire.maps.get(&FireMapKind::Initial);
    initial.is_some_and(|map| {
        map.ended_on == fire.ended_on
            && map.seen_share >= SEEN_SHARE
            && map.burnt_share < MIN_BURNT_SHARE
    })
}

fn state_after_end(fire: &FireRecord, ended_on: NaiveDate, today: NaiveDate) -> FireState {
    let months_later = |months| ended_on.checked_add_months(Months::new(months));
    let is_season = months_later(SEASON_MONTHS.0).is_some_and(|from| today >= from)
        && months_later(SEASON_MONTHS.1).is_some_and(|until| today <= until);
    let initial = fire.maps.get(&FireMapKind::Initial).filter(|m| m.ended_on == Some(ended_on));
    let hectares = initial.map_or(0.0, |map| map.burnt_hectares);
    let has_season =
        fire.maps.get(&FireMapKind::Season).is_some_and(|map| map.ended_on == Some(ended_on));
    if is_season && hectares >= SEASON_HECTARES && !has_season {
        return FireState::Season;
    }
    let settled_on = ended_on.checked_add_signed(TimeDelta::days(SETTLED_AFTER_DAYS));
    let is_seen = initial.is_some_and(|map| map.seen_share >= SEEN_SHARE);
    if is_seen || settled_on.is_some_and(|day| today > day) {
        FireState::Settled
    } else {
        FireState::Out
    }
}
