//! How much of the ground that their items promise the scenes of a map have data on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use dragonfly_core::{FireSide, MapWarning, PromisedGroundCount, SceneObservations, SideScenes};

use crate::compute::scene::ObservationUnit;
use crate::compute::scene_source::SceneSource;
use crate::compute::target::{GridTarget, TargetCells};

/// The count of each scene, by its side and id.
pub(super) struct GroundCounts(RefCell<BTreeMap<(FireSide, String), PromisedGroundCount>>);

impl GroundCounts {
    /// Nothing counted yet.
    pub(super) fn new<V: SceneSource>(target: &GridTarget, scenes: &[V]) -> Self {
        let count = |scene: &V| {
            let count = PromisedGroundCount::new(scene.promised_ground().cloned(), target.grid());
            ((scene.used().side, scene.used().id.clone()), count)
        };
        Self(RefCell::new(scenes.iter().map(count).collect()))
    }

    /// Counts what the scenes of a side observed of a strip.
    pub(super) fn add_strip<V: SceneSource>(
        &self,
        target: &GridTarget,
        side: &SideScenes<&V>,
        (rows, unit): (&Range<u32>, ObservationUnit),
        views: &[SceneObservations],
    ) {
        let grid = target.grid();
        // The row that was looked at last: few are.
        let looked_at: RefCell<(Option<u32>, Vec<bool>)> = RefCell::default();
        let is_wanted = |column: u32, row: u32| {
            let mut looked_at = looked_at.borrow_mut();
            if looked_at.0 != Some(row) {
                *looked_at = (Some(row), target.row(row));
            }
            looked_at.1.get(column as usize).copied().unwrap_or(false)
        };
        let mut counts = self.0.borrow_mut();
        for (scene, view) in side.scenes().iter().zip(views) {
            let key = (scene.used().side, scene.used().id.clone());
            let Some(count) = counts.get_mut(&key) else { continue };
            match (unit, scene.nearest()) {
                (ObservationUnit::Pixel, Some(nearest)) => {
                    count.add_pixels(grid, rows, is_wanted, (nearest, view));
                }
                _ => count.add_cells(grid, (&(0..grid.width()), rows), is_wanted, view),
            }
        }
    }

    /// A warning where scenes lack much of it.
    pub(super) fn warning(&self) -> Option<MapWarning> {
        let counts = self.0.borrow();
        let less_seen = counts.iter().filter(|(_, count)| count.is_less_seen());
        let ids: Vec<&str> = less_seen.map(|((_, id), _)| id.as_str()).collect();
        MapWarning::less_seen(&ids)
    }
}
