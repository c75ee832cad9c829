//! One night: the state before and new points in, the state after, the list and the plan out.

use chrono::{DateTime, Utc};

use crate::fires::births::name_groups;
use crate::fires::coverage::{PointCoverage, lies_in};
use crate::fires::detection::{Detection, MINUTES_PER_DAY, minute_of_time};
use crate::fires::excluded::ExcludedCircles;
use crate::fires::groups::{FireGroup, WAKE_DAYS, fire_groups};
use crate::fires::list::{FireList, PointSource, fire_list};
use crate::fires::outline::FireOutline;
use crate::fires::plan::{PlannedFireMap, plan_maps};
use crate::fires::points::unique_detections;
use crate::fires::record::{Dismissal, FireState, FiresState};
use crate::fires::settings::FireSettings;
use crate::fires::state_machine::advance;

/// What a night brings.
pub struct FireNight<'a> {
    /// The points that the last night kept.
    pub kept: Vec<Detection>,
    /// The points that were read, of all sources in any order, duplicates included.
    pub read: Vec<Detection>,
    /// When which ground was observed, by the sources that are sound.
    pub coverage: &'a [PointCoverage],
    /// The sources, as they are listed.
    pub sources: Vec<PointSource>,
    /// Whether a place (longitude, latitude) lies in the fire zone; `None` without a zone.
    pub is_in_zone: Option<&'a dyn Fn(f64, f64) -> bool>,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What a night results in.
#[derive(Clone, Debug, PartialEq)]
pub struct FiresUpdate {
    /// The state to store.
    pub state: FiresState,
    /// The points to store, sorted.
    pub kept: Vec<Detection>,
    /// The list to publish.
    pub list: FireList,
    /// Maps that are due, in order.
    pub plan: Vec<PlannedFireMap>,
    /// Outline and detections of the fires whose points are at hand, in the order of their ids.
    pub found: Vec<FoundFire>,
}

/// A fire whose points are at hand.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundFire {
    /// Its id.
    pub id: String,
    /// Its outline by points.
    pub outline: FireOutline,
    /// Its detections in order of time.
    pub detections: Vec<Detection>,
}

/// Days for which a file may be late: the longest public file, and some reserve.
const LATE_DAYS: i32 = 10;
/// Degrees around an area from which points are taken, so that a fire at its edge is whole.
const AREA_MARGIN_DEGREES: f64 = 0.25;
/// Days for which a merged id leads to its fire.
const MERGED_DAYS: i32 = 90;
/// Days for which a fire is known after it was last seen: until after the map of the next season.
const KNOWN_DAYS: i32 = 430;
/// Days for which a dismissed one is.
const DISMISSED_DAYS: i32 = 90;
/// Share of a fire's detections outside the zone from which it is no wildfire.
const MAX_OUTSIDE_SHARE: f64 = 0.5;

/// Turns points into fires. The result depends on the points and the time alone, not on the order
/// of rows or files; nights that were left out change nothing.
pub fn update_fires(
    previous: FiresState,
    night: FireNight<'_>,
    settings: &FireSettings,
) -> FiresUpdate {
    let now_minute = minute_of_time(night.now);
    let mut state = previous;
    state.coverage.add(night.coverage, now_minute);
    let in_area = |point: &Detection| is_in_areas(point, settings);
    let mut read = night.read;
    read.retain(in_area);
    state.static_cells.learn(&read);
    let mut active = unique_detections(joined(night.kept, read));

    let excluded = ExcludedCircles::new(&settings.exclude);
    // In place: points are most of the memory of a night.
    let (static_cells, mut resting) = (state.static_cells.static_alone(), Vec::new());
    active.retain(|point| {
        let rests = static_cells.holds(point) || excluded.holds(point);
        resting.extend(rests.then_some(*point));
        !rests
    });
    let mut groups = fire_groups(active, settings);
    let named = name_groups(&mut state, &mut groups, settings, now_minute);
    for (group, id) in groups.iter().zip(&named) {
        let fire = id.as_ref().and_then(|id| state.fires.get_mut(id));
        if let Some(fire) = fire {
            fire.dismissed = dismissal(group, night.is_in_zone);
        }
    }
    dismiss_removed(&mut state, &named, &excluded, now_minute);
    for fire in state.fires.values_mut() {
        advance(fire, &state.coverage, settings, night.now);
    }
    let kept = points_to_keep(&groups, &named, resting, settings, now_minute);
    let mut found = found_fires(groups, named);
    found.sort_by(|a, b| a.id.cmp(&b.id));
    forget(&mut state, now_minute);
    let list = fire_list(&state, night.sources, settings, night.now);
    let plan = plan_maps(&state, settings, night.now);
    FiresUpdate { state, kept, list, plan, found }
}

/// Both, in the memory of the larger.
fn joined(kept: Vec<Detection>, read: Vec<Detection>) -> Vec<Detection> {
    let (mut points, others) = if kept.len() > read.len() { (kept, read) } else { (read, kept) };
    points.extend(others);
    points
}

fn is_in_areas(point: &Detection, settings: &FireSettings) -> bool {
    let margin = AREA_MARGIN_DEGREES;
    settings.areas.is_empty()
        || settings.areas.iter().any(|[west, south, east, north]| {
            let area = [west - margin, south - margin, east + margin, north + margin];
            lies_in(area, point.lon(), point.lat())
        })
}

fn dismissal(
    group: &FireGroup,
    is_in_zone: Option<&dyn Fn(f64, f64) -> bool>,
) -> Option<Dismissal> {
    if group.is_static {
        return Some(Dismissal::StaticSource);
    }
    let is_in_zone = is_in_zone?;
    let outside = group.detections.iter().filter(|point| !is_in_zone(point.lon(), point.lat()));
    let share = outside.count() as f64 / group.detections.len() as f64;
    (share > MAX_OUTSIDE_SHARE).then_some(Dismissal::OutsideZone)
}

/// Dismisses fires whose detections were all removed as static or excluded.
fn dismiss_removed(
    state: &mut FiresState,
    named: &[Option<String>],
    excluded: &ExcludedCircles,
    now_minute: i32,
) {
    let named: std::collections::BTreeSet<&str> =
        named.iter().flatten().map(String::as_str).collect();
    for fire in state.fires.values_mut().filter(|fire| !named.contains(fire.id.as_str())) {
        let is_recent = fire.last_minute >= now_minute - WAKE_DAYS * MINUTES_PER_DAY;
        let cells = fire.cells.iter();
        let static_cells = cells.filter(|cell| state.static_cells.holds_stored(cell)).count();
        if excluded.holds_place(fire.centre.0, fire.centre.1) {
            fire.dismissed = Some(Dismissal::Excluded);
        } else if is_recent && static_cells * 2 > fire.cells.len() {
            fire.dismissed = Some(Dismissal::StaticSource);
        }
    }
}

/// Points that may still be linked, and those of fires that may wake.
fn points_to_keep(
    groups: &[FireGroup],
    named: &[Option<String>],
    resting: Vec<Detection>,
    settings: &FireSettings,
    now_minute: i32,
) -> Vec<Detection> {
    let days_ago = |days: i32| now_minute.saturating_sub(days.saturating_mul(MINUTES_PER_DAY));
    let late_days = i32::try_from(settings.link_days).unwrap_or(i32::MAX).saturating_add(LATE_DAYS);
    let mut kept = resting;
    kept.retain(|point| point.minute >= days_ago(late_days));
    for (group, id) in groups.iter().zip(named) {
        let last = group.detections.last().map_or(i32::MIN, |point| point.minute);
        let days = if id.is_some() { WAKE_DAYS + LATE_DAYS } else { late_days };
        if last >= days_ago(days) {
            kept.extend(&group.detections);
        }
    }
    kept.sort_unstable();
    kept
}

fn found_fires(groups: Vec<FireGroup>, named: Vec<Option<String>>) -> Vec<FoundFire> {
    let found = groups.into_iter().zip(named).filter_map(|(group, id)| {
        Some(FoundFire { id: id?, outline: group.outline?, detections: group.detections })
    });
    found.collect()
}

/// Removes what is no longer needed.
fn forget(state: &mut FiresState, now_minute: i32) {
    let days_ago = |days: i32| now_minute.saturating_sub(days * MINUTES_PER_DAY);
    state.fires.retain(|_, fire| {
        let days = if fire.state == FireState::Dismissed { DISMISSED_DAYS } else { KNOWN_DAYS };
        fire.last_minute >= days_ago(days)
    });
    state.merged.retain(|_, merged| merged.minute >= days_ago(MERGED_DAYS));
}
