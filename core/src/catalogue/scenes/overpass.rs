//! The scenes of one pass of the satellite, and the best version of each.

use chrono::{DateTime, Utc};
use dragonfly_pixels::{SAME_OVERPASS, ordered};

use super::ground::{GroundPoints, ObservedPoints};
use super::skipped::SkipReason;
use crate::catalogue::stac::{Baseline, Item};

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
    scenes: Vec<(&'a Item, DateTime<Utc>)>,
    ground: &GroundPoints,
    skip: &mut impl FnMut(&Item, SkipReason),
) -> Vec<Candidate<'a>> {
    let scenes =
        ordered(scenes, &|(a, a_at), (b, b_at)| a_at.cmp(b_at).then_with(|| a.id.cmp(&b.id)));
    let mut kept: Vec<Candidate> = Vec::new();
    for same in scenes.chunk_by(|(_, at), (_, next)| *next - *at < SAME_OVERPASS) {
        let same = ordered(same.to_vec(), &|(a, _), (b, _)| version(b).cmp(&version(a)));
        let mut already = ground.unseen();
        for (place, (item, at)) in same.into_iter().enumerate() {
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

pub(super) fn version(item: &Item) -> (bool, Option<Baseline>, Option<DateTime<Utc>>, &str) {
    (item.is_first_tier(), item.baseline(), item.properties.created, &item.id)
}
