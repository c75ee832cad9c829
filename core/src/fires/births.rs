//! The ids of groups: inherited from the fires of the last night, or new.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::fires::detection::{Detection, MINUTES_PER_DAY};
use crate::fires::groups::{FireGroup, WAKE_DAYS};
use crate::fires::identity::fire_id;
use crate::fires::outline::FireOutline;
use crate::fires::record::{
    FireRecord, FireState, FiresState, MergedFire, column_of_turn, stored_cell,
};
use crate::fires::settings::FireSettings;

/// Minute, latitude and longitude of a founding detection.
type Founding = (i32, i32, i32);

/// Gives each group that is a fire its id, and brings its record up to date; `None` for groups
/// that are none. Fires that joined an older one lead to it.
pub(super) fn name_groups(
    state: &mut FiresState,
    groups: &mut [FireGroup],
    settings: &FireSettings,
    now_minute: i32,
) -> Vec<Option<String>> {
    let inherited = inherited_ids(state, groups);
    let mut named = Vec::with_capacity(groups.len());
    for (group, ids) in groups.iter_mut().zip(inherited) {
        if ids.is_empty() && !group.is_fire(settings) {
            named.push(None);
            continue;
        }
        let oldest =
            ids.iter().min_by_key(|id| (state.fires.get(*id).map(|fire| fire.founding), *id));
        let id = match oldest {
            Some(id) => id.clone(),
            None => fire_id(&group.detections[0], |id| is_used(state, id)),
        };
        for younger in ids.iter().filter(|other| **other != id) {
            if let Some(fire) = state.fires.remove(younger) {
                merge(state, younger.clone(), &id, fire.founding, now_minute);
            }
        }
        // A known fire may be smaller than what is a fire by now.
        group.outline.get_or_insert_with(|| FireOutline::of(&group.detections));
        update_record(state, group, &id);
        for (founding, minute) in &group.joined {
            let younger = fire_id(founding, |_| false);
            if younger != id && !state.fires.contains_key(&younger) {
                let founding = founding_of(founding);
                merge(state, younger, &id, founding, *minute);
            }
        }
        named.push(Some(id));
    }
    named
}

fn is_used(state: &FiresState, id: &str) -> bool {
    state.fires.contains_key(id) || state.merged.contains_key(id)
}

fn founding_of(point: &Detection) -> Founding {
    (point.minute, point.lat_e5, point.lon_e5)
}

fn merge(state: &mut FiresState, id: String, into: &str, founding: Founding, minute: i32) {
    let merged = MergedFire { merged_into: into.to_owned(), minute, founding };
    // The moment at which the detections joined them is exact; that of the night is not.
    let minute = state.merged.get(&id).map_or(minute, |known| known.minute.min(minute));
    state.merged.insert(id, MergedFire { minute, ..merged });
}

/// For every group the ids of known fires that lie in it: by the founding detection, or, where
/// that is not at hand, by stored cells.
fn inherited_ids(state: &FiresState, groups: &[FireGroup]) -> Vec<BTreeSet<String>> {
    let by_founding: HashMap<Founding, &str> =
        state.fires.values().map(|fire| (fire.founding, fire.id.as_str())).collect();
    let mut inherited = vec![BTreeSet::new(); groups.len()];
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for (group, ids) in groups.iter().zip(&mut inherited) {
        for point in &group.detections {
            if let Some(id) = by_founding.get(&founding_of(point)) {
                ids.insert((*id).to_owned());
                found.insert(id);
            }
        }
    }
    let lost = state.fires.values().filter(|fire| !found.contains(fire.id.as_str()));
    let cells = cells_of(lost);
    if cells.is_empty() {
        return inherited;
    }
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (group, ids) in groups.iter().zip(&mut inherited) {
        for id in ids_by_cells(&cells, group) {
            // A fire whose cells lie in two groups goes on in the older one.
            if taken.insert(id) {
                ids.insert(id.to_owned());
            }
        }
    }
    inherited
}

/// Ids and last minutes of fires by stored cell.
type FiresByCell<'a> = BTreeMap<(i32, i32), Vec<(&'a str, i32)>>;

fn cells_of<'a>(fires: impl Iterator<Item = &'a FireRecord>) -> FiresByCell<'a> {
    let mut cells = FiresByCell::new();
    for fire in fires {
        for (row, column, _) in &fire.cells {
            cells.entry((*row, *column)).or_default().push((&fire.id, fire.last_minute));
        }
    }
    cells
}

fn ids_by_cells<'a>(cells: &FiresByCell<'a>, group: &FireGroup) -> BTreeSet<&'a str> {
    let mut ids = BTreeSet::new();
    for point in &group.detections {
        let (row, column) = stored_cell(point);
        for (row, column) in (-1..=1).flat_map(|dr| (-1..=1).map(move |dc| (row + dr, column + dc)))
        {
            let fires = cells.get(&(row, column_of_turn(column))).into_iter().flatten();
            let is_in_time = |last_minute: i32| {
                point.minute.saturating_sub(last_minute) <= WAKE_DAYS * MINUTES_PER_DAY
            };
            ids.extend(fires.filter(|(_, last)| is_in_time(*last)).map(|(id, _)| *id));
        }
    }
    ids
}

/// Brings the record of a fire up to date with its group.
fn update_record(state: &mut FiresState, group: &FireGroup, id: &str) {
    let (Some(first), Some(last)) = (group.detections.first(), group.detections.last()) else {
        return;
    };
    let fire = state.fires.entry(id.to_owned()).or_insert_with(|| FireRecord {
        id: id.to_owned(),
        founding: founding_of(first),
        name: None,
        place: None,
        state: FireState::Burning,
        first_minute: first.minute,
        last_minute: last.minute,
        woken_minute: None,
        ended_on: None,
        detections: 0,
        satellites: Vec::new(),
        outline_hectares: 0.0,
        centre: (first.lon(), first.lat()),
        bbox: [first.lon(), first.lat(), first.lon(), first.lat()],
        extent_km: 0.0,
        cells: Vec::new(),
        dismissed: None,
        maps: BTreeMap::new(),
        failure: None,
    });
    fire.first_minute = fire.first_minute.min(first.minute);
    fire.last_minute = fire.last_minute.max(last.minute);
    // Where stored points were lost, the larger outline of before stays.
    let is_whole = group.detections.len() >= fire.detections
        || group.detections.iter().any(|point| founding_of(point) == fire.founding);
    if !is_whole {
        return;
    }
    fire.detections = group.detections.len();
    fire.satellites = satellites(&group.detections);
    fire.woken_minute = woken_minute(&group.detections);
    fire.extent_km = group.extent_km;
    fire.cells = hot_cells(&group.detections);
    if let Some(outline) = &group.outline {
        fire.outline_hectares = outline.hectares;
        fire.centre = outline.centre;
        fire.bbox = outline.bbox;
    }
}

fn satellites(points: &[Detection]) -> Vec<String> {
    let found: BTreeSet<_> = points.iter().map(|point| point.satellite).collect();
    found.into_iter().map(|satellite| satellite.name().to_owned()).collect()
}

/// Pauses between detections after which a fire counts as woken, days.
const PAUSE_DAYS: i32 = 10;

/// The first minute after the last pause in which the fire would have been out.
fn woken_minute(points: &[Detection]) -> Option<i32> {
    let pauses = points.windows(2).rev();
    let mut woken =
        pauses.filter(|pair| pair[1].minute - pair[0].minute >= PAUSE_DAYS * MINUTES_PER_DAY);
    woken.next().map(|pair| pair[1].minute)
}

/// Stored cells with their last minutes.
fn hot_cells(points: &[Detection]) -> Vec<(i32, i32, i32)> {
    let mut cells: BTreeMap<(i32, i32), i32> = BTreeMap::new();
    for point in points {
        let last = cells.entry(stored_cell(point)).or_insert(point.minute);
        *last = (*last).max(point.minute);
    }
    cells.into_iter().map(|((row, column), minute)| (row, column, minute)).collect()
}
