//! How much of a tile's ground in the box each scene observed, on a fixed grid of points.

use crate::catalogue::stac::{Footprint, Item, overlap};

/// Points across and down.
const POINTS: u32 = 24;
/// Percent without data up to which a scene counts as whole.
const WHOLE: f64 = 5.0;
/// Percent of the tile by which a footprint may be larger than the stated data, and still be its
/// outline: a tile leaves corners of its box in longitude and latitude.
const OUTLINE_TOLERANCE: f64 = 10.0;

/// Points over the ground that the scenes of a tile share with the map's box.
pub(super) struct GroundPoints {
    points: Vec<[f64; 2]>,
    /// Points over all ground of the scenes, also beside the map's box.
    tile: Vec<[f64; 2]>,
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
        let join = |a: [f64; 4], b: [f64; 4]| {
            [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
        };
        let boxes: Vec<[f64; 4]> = items.filter_map(Item::bbox).collect();
        let shared = boxes.iter().filter_map(|own| overlap(*own, bbox)).reduce(join);
        let tile = boxes.iter().map(|own| beside(*own, bbox)).reduce(join);
        Self {
            points: points_over(shared.unwrap_or(bbox)),
            tile: points_over(tile.unwrap_or(bbox)),
        }
    }

    /// What a scene observed: by its footprint, unless it states that more of the tile has no data;
    /// without one by its box, when it states that the box is full.
    pub(super) fn observed_by(&self, item: &Item) -> ObservedPoints {
        let see = |footprint: &Footprint| -> Vec<bool> {
            self.points.iter().map(|[lon, lat]| footprint.contains(*lon, *lat)).collect()
        };
        let stated = item.properties.nodata_percentage.unwrap_or(0.0).clamp(0.0, 100.0);
        // It is unknown which part the scene observed.
        let somewhere = |missing_percent| ObservedPoints { missing_percent, ..self.unseen() };
        if let Some(footprint) = &item.footprint {
            let points = see(footprint);
            let seen = points.iter().filter(|seen| **seen).count();
            let missing_percent = 100.0 - 100.0 * seen as f64 / points.len() as f64;
            if stated > WHOLE && self.is_larger_than_data(footprint, stated) {
                return somewhere(missing_percent.max(stated));
            }
            return ObservedPoints { points, missing_percent };
        }
        match item.bbox() {
            Some(own) if stated <= WHOLE => {
                ObservedPoints { points: see(&Footprint::of_box(own)), missing_percent: stated }
            }
            _ => somewhere(stated),
        }
    }

    /// Whether a footprint is larger than the data, of which the tile lacks `stated` percent: some
    /// catalogues state the square of the tile as the geometry, whatever the orbit observed.
    fn is_larger_than_data(&self, footprint: &Footprint, stated: f64) -> bool {
        let covered = self.tile.iter().filter(|[lon, lat]| footprint.contains(*lon, *lat)).count();
        let covered_percent = 100.0 * covered as f64 / self.tile.len() as f64;
        covered_percent > 100.0 - stated + OUTLINE_TOLERANCE
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

/// Points on a fixed grid over a box.
fn points_over([west, south, east, north]: [f64; 4]) -> Vec<[f64; 2]> {
    let position =
        |from: f64, to: f64, step| from + (to - from) * (f64::from(step) + 0.5) / f64::from(POINTS);
    let columns = |row| {
        (0..POINTS).map(move |column| [position(west, east, column), position(south, north, row)])
    };
    (0..POINTS).flat_map(columns).collect()
}

/// A box in the longitudes of another.
fn beside([west, south, east, north]: [f64; 4], other: [f64; 4]) -> [f64; 4] {
    let turn = ((other[0] + other[2] - west - east) / 720.0).round() * 360.0;
    [west + turn, south, east + turn, north]
}

impl ObservedPoints {
    /// Joins what another scene observed.
    pub(super) fn add(&mut self, other: &Self) {
        self.points.iter_mut().zip(&other.points).for_each(|(own, other)| *own |= other);
    }
}
