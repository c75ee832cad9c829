//! From what every scene saw of a row of cells to one dNBR each.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::cell::Empty;
use crate::composite::{Composite, Side, difference};
use crate::lattice::CellWindow;
use crate::scenes::overpasses;
use crate::warp::{Observation, join_overpass};

/// What a scene saw of a strip, over its own cells; `None` where it has none there.
pub type SceneView = Option<(CellWindow, Vec<Observation>)>;

/// How the scenes of a side, by their places, become one.
#[derive(Clone, Debug)]
pub struct Passes {
    composite: Composite,
    overpasses: Vec<Vec<usize>>,
}

/// The scenes of a side, and what each saw.
#[derive(Clone, Copy, Debug)]
pub struct SideViews<'a> {
    /// How they become one.
    pub passes: &'a Passes,
    /// What each saw, in the same order.
    pub views: &'a [SceneView],
}

/// A cell with a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// NBR before the fire less NBR after it.
    pub dnbr: f32,
    /// NBR before the fire.
    pub pre_nbr: f32,
}

/// A row of cells as every overpass of both sides saw it; kept to save allocations.
#[derive(Clone, Debug, Default)]
pub struct RowViews {
    pre: Vec<Vec<Observation>>,
    post: Vec<Vec<Observation>>,
    scratch: Vec<f32>,
}

impl Passes {
    /// Scenes were taken at `times`, in order of time, then id: that order decides where two show the same view.
    pub fn new(composite: Composite, times: &[DateTime<Utc>]) -> Self {
        Self { composite, overpasses: overpasses(times) }
    }

    /// Lays out what each overpass saw of a row of cells.
    fn lay_out(&self, views: &[SceneView], row: u32, columns: &Range<u32>, into: &mut Vec<Vec<Observation>>) {
        into.resize_with(self.overpasses.len(), Vec::new);
        for (scenes, cells) in self.overpasses.iter().zip(into) {
            cells.clear();
            cells.resize(columns.len(), Observation::UNSEEN);
            for (window, observations) in scenes.iter().filter_map(|scene| views[*scene].as_ref()) {
                if window.rows.contains(&row) {
                    let across = window.columns.len();
                    let start = (row - window.rows.start) as usize * across;
                    let first = (window.columns.start - columns.start) as usize;
                    join_overpass(&mut cells[first..first + across], &observations[start..start + across]);
                }
            }
        }
    }

    #[inline]
    fn side(&self, views: &[Vec<Observation>], place: usize, scratch: &mut Vec<f32>) -> Side {
        // One overpass a side is common, and needs no sorting.
        if let [only] = views {
            return Side::of_one(only[place]);
        }
        self.composite.side(views.iter().map(|pass| pass[place]), scratch)
    }
}

impl RowViews {
    /// Calls `visit` with every cell of a row, by its place among the columns: its change, or why it is empty.
    /// `left_out` tells, by column, which cells are not computed, and why. Returns how many clear views there were.
    pub fn visit_row(
        &mut self,
        (pre, post): (SideViews, SideViews),
        row: u32,
        columns: &Range<u32>,
        left_out: impl Fn(u32) -> Option<Empty>,
        mut visit: impl FnMut(usize, Result<Change, Empty>),
    ) -> u64 {
        pre.passes.lay_out(pre.views, row, columns, &mut self.pre);
        post.passes.lay_out(post.views, row, columns, &mut self.post);
        let mut clear_views = 0;
        for (place, column) in columns.clone().enumerate() {
            if let Some(reason) = left_out(column) {
                visit(place, Err(reason));
                continue;
            }
            let pre = pre.passes.side(&self.pre, place, &mut self.scratch);
            let post = post.passes.side(&self.post, place, &mut self.scratch);
            clear_views += u64::from(pre.clear_count) + u64::from(post.clear_count);
            visit(place, difference(&pre, &post).map(|dnbr| Change { dnbr, pre_nbr: pre.nbr }));
        }
        clear_views
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warp::Sight;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn view(columns: Range<u32>, nbr: f32) -> SceneView {
        let cells = vec![Observation { nbr, sight: Sight::Land }; columns.len()];
        Some((CellWindow { columns, rows: 5..6 }, cells))
    }

    #[test]
    fn a_row_is_made_of_every_scene_over_it() {
        let moment = |minutes: i64| DateTime::from_timestamp(minutes * 60, 0).unwrap();
        // Two scenes of one overpass, then one of another; after the fire a single one.
        let pre = Passes::new(Composite::Median, &[moment(0), moment(1), moment(9000)]);
        let post = Passes::new(Composite::Median, &[moment(20_000)]);
        let before = [view(10..13, 0.5), view(12..14, 0.9), view(10..12, 0.7)];
        let after = [view(10..14, 0.25)];
        let sides = (SideViews { passes: &pre, views: &before }, SideViews { passes: &post, views: &after });
        let mut cells = Vec::new();
        let left_out = |column| (column == 11).then_some(Empty::OutsideZone);
        let clear_views = RowViews::default()
            .visit_row(sides, 5, &(10..15), left_out, |_, cell| cells.push(cell.map(|it| it.pre_nbr)));
        let expected = [Ok(0.6), Err(Empty::OutsideZone), Ok(0.5), Ok(0.9), Err(Empty::NeverObserved)];
        assert_eq!((cells, clear_views), (expected.to_vec(), 7));
    }
}
