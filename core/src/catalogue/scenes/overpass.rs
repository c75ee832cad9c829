//! The scenes of one pass of the satellite, and the best version of each.

use chrono::{DateTime, TimeDelta, Utc};

use super::ground::{GroundPoints, ObservedPoints};
use super::skipped::SkipReason;
use crate::catalogue::stac::{Baseline, Item};

/// Scenes of one overpass lie closer together in time than this; the next pass is 100 minutes away.
const SAME_OVERPASS: TimeDelta = TimeDelta::minutes(10);

/// Share from which on two scenes of one pass are its two parts, and no duplicates.
const OTHER_PART: f64 = 0.1;

/// A scene in the window, and what it observed of its tile.
pub(super) struct Candidate<'a> {
    pub(super) item: &'a Item,
    pub(super) at: DateTime<Utc>,
    pub(super) seen: ObservedPoints,
}

/// The best version of each view of a tile. A pass that was cut in two has two views.
pub(super) fn without_duplicates<'a>(
    mut scenes: Vec<(&'a Item, DateTime<Utc>)>,
    ground: &GroundPoints,
    skip: &mut impl FnMut(&Item, SkipReason),
) -> Vec<Candidate<'a>> {
    scenes.sort_unstable_by(|(a, a_at), (b, b_at)| a_at.cmp(b_at).then_with(|| a.id.cmp(&b.id)));
    let mut kept: Vec<Candidate> = Vec::new();
    for same in scenes.chunk_by_mut(|(_, at), (_, next)| *next - *at < SAME_OVERPASS) {
        same.sort_unstable_by(|(a, _), (b, _)| version(b).cmp(&version(a)));
        let mut already = ground.unseen();
        for (place, &mut (item, at)) in same.iter_mut().enumerate() {
            let seen = ground.observed_by(item);
            if place == 0 || ground.gain(&seen, &already) >= OTHER_PART {
                already.add(&seen);
                kept.push(Candidate { item, at, seen });
            } else if let Some(best) = kept.last() {
                skip(item, SkipReason::Duplicate { of: best.item.id.clone() });
            }
        }
    }
    kept
}

/// Parts scenes in order of time into overpasses: positions in `times` that belong together.
pub fn overpasses(times: &[DateTime<Utc>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, at) in times.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if index > 0 && *at - times[index - 1] < SAME_OVERPASS => group.push(index),
            _ => groups.push(vec![index]),
        }
    }
    groups
}

pub(super) fn version(item: &Item) -> (bool, Option<Baseline>, Option<DateTime<Utc>>, &str) {
    (item.is_first_tier(), item.baseline(), item.properties.created, &item.id)
}
