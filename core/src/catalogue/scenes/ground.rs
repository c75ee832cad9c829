//! How much of a tile's ground in the box each scene observed, on a fixed grid of points.

use crate::catalogue::stac::{Footprint, Item, overlap};

/// Points across and down.
const POINTS: u32 = 24;
/// Percent without data up to which a scene without a footprint counts as whole.
const WHOLE: f64 = 5.0;

/// Points over the ground that the scenes of a tile share with the map's box.
pub(super) struct GroundPoints {
    points: Vec<[f64; 2]>,
}

/// Which of the points a scene observed, and what it lacks.
pub(super) struct ObservedPoints {
    points: Vec<bool>,
    /// Ground that it did not observe, percent.
    pub(super) missing_percent: f64,
}

impl GroundPoints {
    /// The ground of scenes whose boxes touch `bbox`.
    pub(super) fn of<'a>(items: impl Iterator<Item = &'a Item>, bbox: [f64; 4]) -> Self {
        let boxes = items.filter_map(|item| overlap(item.bbox()?, bbox));
        let joined =
            boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
        let [west, south, east, north] = joined.unwrap_or(bbox);
        let position = |from: f64, to: f64, step| {
            from + (to - from) * (f64::from(step) + 0.5) / f64::from(POINTS)
        };
        let columns = |row| {
            (0..POINTS)
                .map(move |column| [position(west, east, column), position(south, north, row)])
        };
        Self { points: (0..POINTS).flat_map(columns).collect() }
    }

    /// What a scene observed, by its footprint; without one by its box, when it states that the box
    /// is full.
    pub(super) fn observed_by(&self, item: &Item) -> ObservedPoints {
        let see = |footprint: &Footprint| -> Vec<bool> {
            self.points.iter().map(|[lon, lat]| footprint.contains(*lon, *lat)).collect()
        };
        if let Some(footprint) = &item.footprint {
            let points = see(footprint);
            let seen = points.iter().filter(|seen| **seen).count();
            let missing_percent = 100.0 - 100.0 * seen as f64 / points.len() as f64;
            return ObservedPoints { points, missing_percent };
        }
        let missing_percent = item.properties.nodata_percentage.unwrap_or(0.0);
        let points = match item.bbox() {
            Some(own) if missing_percent <= WHOLE => see(&Footprint::of_box(own)),
            // It is unknown which part it observed.
            _ => vec![false; self.points.len()],
        };
        ObservedPoints { points, missing_percent }
    }

    /// The fraction of the points that a scene would add to those observed already, 0 to 1.
    pub(super) fn gain(&self, seen: &ObservedPoints, already: &ObservedPoints) -> f64 {
        let added = seen.points.iter().zip(&already.points).filter(|(new, old)| **new && !**old);
        added.count() as f64 / self.points.len() as f64
    }

    /// Nothing observed yet.
    pub(super) fn unseen(&self) -> ObservedPoints {
        ObservedPoints { points: vec![false; self.points.len()], missing_percent: 100.0 }
    }
}

impl ObservedPoints {
    /// Joins what another scene observed.
    pub(super) fn add(&mut self, other: &Self) {
        self.points.iter_mut().zip(&other.points).for_each(|(own, other)| *own |= other);
    }
}
