//! From what every scene observed of a row of cells to one dNBR each.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::composite::confirmation::confirmed;
use crate::composite::overpasses::overpasses;
use crate::composite::sides::{Composite, state_after_flood, state_of};
use crate::composite::view_layers::{
    SideViews, ViewLayersRow, day_number, latest_clear_days, overpass_days,
};
use crate::geo::cell::{VALID, has_value};
use crate::resample::lattice::CellWindow;
use crate::resample::observation::{CellQuality, Observations};

/// What a scene observed of a strip, over its own cells; `None` where it has none there.
pub type SceneObservations = Option<(CellWindow, Observations)>;

/// How the scenes of a side, by their indices, become one.
#[derive(Clone, Debug)]
pub struct Overpasses {
    composite: Composite,
    overpasses: Vec<Vec<usize>>,
    /// The day of each overpass, since 1970-01-01.
    days: Vec<u16>,
    /// How many of the first overpasses may show smoke.
    smoky: usize,
}

/// The scenes of a side, and what each observed.
#[derive(Clone, Copy, Debug)]
pub struct SideObservations<'a> {
    /// How they become one.
    pub overpasses: &'a Overpasses,
    /// What each observed, in the same order.
    pub scenes: &'a [SceneObservations],
}

/// A row of cells as every overpass of both sides observed it, and the composite of each side;
/// reused to save allocations.
#[derive(Clone, Debug, Default)]
pub struct RowCompositor {
    overpasses: Vec<Observations>,
    scratch: Vec<f32>,
    pre: SideRow,
    post: SideRow,
    records_views: bool,
}

/// A side's composite of a row of cells.
#[derive(Clone, Debug, Default)]
struct SideRow {
    /// NBR and the best quality that any overpass had.
    best: Observations,
    is_water: Vec<bool>,
    clear_counts: Vec<u32>,
    /// The days of the latest clear views; empty unless they are recorded.
    latest_days: Vec<u16>,
    /// What confirms the NBR of each cell, NaN where nothing does; empty where it needs no other
    /// view.
    greener: Vec<f32>,
    /// Whether the last two views of each cell show water; empty of a single overpass.
    ends_in_water: Vec<bool>,
}

impl Overpasses {
    /// Scenes were taken at `times`, in order of time, then id: that order decides where two show
    /// the same view.
    pub fn new(composite: Composite, times: &[DateTime<Utc>]) -> Self {
        let overpasses = overpasses(times);
        let days = overpass_days(&overpasses, times);
        let smoky = match composite {
            Composite::AfterSmoke { last_smoky_day } => {
                let last = day_number(last_smoky_day);
                days.iter().take_while(|day| **day <= last).count()
            }
            _ => 0,
        };
        // Without smoke it is the median.
        let composite = match composite {
            Composite::AfterSmoke { .. } if smoky == 0 => Composite::Median,
            other => other,
        };
        Self { composite, overpasses, days, smoky }
    }

    /// Gathers the observations of a row of cells by each overpass.
    fn gather(
        &self,
        views: &[SceneObservations],
        row: u32,
        columns: &Range<u32>,
        into: &mut Vec<Observations>,
    ) {
        into.resize_with(self.overpasses.len(), Observations::default);
        for (scenes, cells) in self.overpasses.iter().zip(into) {
            let views = scenes.iter().filter_map(|scene| views[*scene].as_ref());
            let mut views = views.filter(|(window, _)| window.rows.contains(&row)).map(
                |(window, observations)| {
                    let across = window.columns.len();
                    let start = (row - window.rows.start) as usize * across;
                    (
                        (window.columns.start - columns.start) as usize,
                        observations,
                        start..start + across,
                    )
                },
            );
            match views.next() {
                Some((first, observations, own)) => {
                    cells.start_overpass(columns.len(), first, observations, own)
                }
                None => cells.clear_to(columns.len()),
            }
            for (first, observations, own) in views {
                cells.join_overpass(first, observations, own);
            }
        }
    }

    /// Makes one of all overpasses over a row of cells.
    fn composite_row(
        &self,
        cells: usize,
        overpasses: &mut [Observations],
        scratch: &mut Vec<f32>,
        into: &mut SideRow,
    ) {
        into.is_water.clear();
        into.clear_counts.clear();
        into.greener.clear();
        into.ends_in_water.clear();
        let is_confirmed_by_others = self.composite != Composite::Median;
        // One overpass per side is common, and needs no sorting.
        if let [only] = overpasses {
            std::mem::swap(&mut into.best, only);
            into.is_water.extend(
                into.best
                    .quality
                    .iter()
                    .map(|quality| matches!(quality, CellQuality::Water | CellQuality::DarkWater)),
            );
            into.clear_counts.extend(
                into.best
                    .quality
                    .iter()
                    .map(|quality| u32::from(*quality >= CellQuality::DarkWater)),
            );
            into.greener.resize(if is_confirmed_by_others { cells } else { 0 }, f32::NAN);
            return;
        }
        into.best.clear_to(cells);
        for index in 0..cells {
            let views = overpasses.iter().map(|overpass| overpass.at(index));
            let side = self.composite.side(views, self.smoky, scratch);
            (into.best.nbr[index], into.best.quality[index]) = (side.nbr, side.best);
            into.is_water.push(side.is_water);
            into.clear_counts.push(side.clear_count);
            into.ends_in_water.push(side.ends_in_water);
            if is_confirmed_by_others {
                into.greener.push(side.greener);
            }
        }
    }
}

impl RowCompositor {
    /// A compositor that also records the views of each cell, for [`Self::take_views`].
    pub fn recording_views() -> Self {
        Self { records_views: true, ..Self::default() }
    }

    /// Computes a row of cells.
    ///
    /// `state` holds for each cell in `columns` whether it is computed: [`VALID`], or
    /// the code of why not. Afterwards it also states why a computed cell is empty, and which value
    /// is [provisional](crate::PROVISIONAL). `dnbr` becomes NaN where empty. Returns how many clear
    /// observations there were.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn compute_row(
        &mut self,
        (pre, post): (SideObservations, SideObservations),
        row: u32,
        columns: &Range<u32>,
        dnbr: &mut [f32],
        state: &mut [u8],
    ) -> u64 {
        for (side, into) in [(pre, &mut self.pre), (post, &mut self.post)] {
            side.overpasses.gather(side.scenes, row, columns, &mut self.overpasses);
            if self.records_views {
                let days = &side.overpasses.days;
                latest_clear_days(&self.overpasses, days, &mut into.latest_days);
            }
            side.overpasses.composite_row(
                columns.len(),
                &mut self.overpasses,
                &mut self.scratch,
                into,
            );
        }
        let (pre, post) = (&self.pre, &self.post);
        let counts = pre.clear_counts.iter().zip(&post.clear_counts).zip(state.iter());
        let clear_views = counts
            .map(|((pre, post), state)| if *state == VALID { pre + post } else { 0 })
            .sum::<u32>();
        let qualities = pre.best.quality.iter().zip(&post.best.quality).zip(&pre.is_water);
        for (state, ((pre, post), is_water)) in state.iter_mut().zip(qualities) {
            let observed = state_of(*is_water, *pre.min(post));
            *state = if *state == VALID { observed } else { *state };
        }
        let floods = pre.best.quality.iter().zip(&post.ends_in_water);
        for (state, (before, ends_in_water)) in state.iter_mut().zip(floods) {
            *state = state_after_flood(*state, before.is_clear(), *ends_in_water);
        }
        let nbrs = pre.best.nbr.iter().zip(&post.best.nbr);
        for ((dnbr, state), (pre, post)) in dnbr.iter_mut().zip(&*state).zip(nbrs) {
            *dnbr = if *state == VALID { crate::dnbr(*pre, *post) } else { f32::NAN };
        }
        let others = pre.best.nbr.iter().zip(&post.greener);
        for ((dnbr, state), (pre, greener)) in dnbr.iter_mut().zip(state).zip(others) {
            if *state == VALID {
                (*dnbr, *state) = confirmed(*dnbr, crate::dnbr(*pre, *greener));
            }
        }
        clear_views.into()
    }

    /// NBR before the fire of the row computed last, whose states these are; NaN where empty.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn take_pre_nbr(&self, pre_nbr: &mut [f32], state: &[u8]) {
        for ((pre_nbr, state), observed) in pre_nbr.iter_mut().zip(state).zip(&self.pre.best.nbr) {
            *pre_nbr = if has_value(*state) { *observed } else { f32::NAN };
        }
    }

    /// The views of the row computed last, whose states these are. Only of a compositor that
    /// [records views](Self::recording_views); another one leaves the dates as they are.
    pub fn take_views(&self, layers: ViewLayersRow, state: &[u8]) {
        layers.fill((self.pre.views(), self.post.views()), state);
    }
}

impl SideRow {
    fn views(&self) -> SideViews<'_> {
        SideViews { latest_days: &self.latest_days, clear_counts: &self.clear_counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::cell::Empty;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn view(columns: Range<u32>, nbr: f32) -> SceneObservations {
        let cells = Observations {
            nbr: vec![nbr; columns.len()],
            quality: vec![CellQuality::Land; columns.len()],
        };
        Some((CellWindow { columns, rows: 5..6 }, cells))
    }

    #[test]
    fn a_row_is_made_of_every_scene_over_it() {
        let moment = |minutes: i64| DateTime::from_timestamp(minutes * 60, 0).unwrap();
        // Two scenes of one overpass, then one of another; after the fire a single one.
        let pre = Overpasses::new(Composite::Median, &[moment(0), moment(1), moment(9000)]);
        let post = Overpasses::new(Composite::Median, &[moment(20_000)]);
        let before = [view(10..13, 0.5), view(12..14, 0.9), view(10..12, 0.7)];
        let after = [view(10..14, 0.25)];
        let sides = (
            SideObservations { overpasses: &pre, scenes: &before },
            SideObservations { overpasses: &post, scenes: &after },
        );
        let mut state = [VALID, Empty::OutsideZone.code(), VALID, VALID, VALID];
        let mut dnbr = [0.0; 5];
        let mut views = RowCompositor::default();
        let clear_views = views.compute_row(sides, 5, &(10..15), &mut dnbr, &mut state);
        assert_eq!(
            state,
            [VALID, Empty::OutsideZone.code(), VALID, VALID, Empty::NeverObserved.code()]
        );
        let mut pre_nbr = [0.0; 5];
        views.take_pre_nbr(&mut pre_nbr, &state);
        assert_eq!(
            [0, 2, 3].map(|index| (pre_nbr[index], dnbr[index])),
            [(0.6, 0.6 - 0.25), (0.5, 0.25), (0.9, 0.9 - 0.25)]
        );
        assert!(
            [1, 4].iter().all(|index: &usize| dnbr[*index].is_nan() && pre_nbr[*index].is_nan())
        );
        assert_eq!(clear_views, 7);
    }

    #[test]
    fn a_row_names_the_days_of_its_views() {
        let moment = |days: i64| DateTime::from_timestamp(days * 86_400, 0).unwrap();
        let pre = Overpasses::new(Composite::Median, &[moment(100), moment(105)]);
        let post = Overpasses::new(Composite::Latest, &[moment(120)]);
        let (before, after) = ([view(0..3, 0.5), view(1..2, 0.9)], [view(0..2, 0.25)]);
        let sides = (
            SideObservations { overpasses: &pre, scenes: &before },
            SideObservations { overpasses: &post, scenes: &after },
        );
        let (mut dnbr, mut state) = ([0.0; 4], [VALID; 4]);
        state[0] = Empty::OutsideZone.code();
        let mut compositor = RowCompositor::recording_views();
        compositor.compute_row(sides, 5, &(0..4), &mut dnbr, &mut state);
        let (mut pre_date, mut post_date, mut clear_views) = ([9; 4], [9; 4], [9; 4]);
        let row = ViewLayersRow {
            pre_date: &mut pre_date,
            post_date: &mut post_date,
            clear_views: &mut clear_views,
        };
        compositor.take_views(row, &state);
        assert_eq!((pre_date, post_date), ([0, 105, 100, 0], [0, 120, 0, 0]));
        assert_eq!(clear_views, [255, 3, 1, 0]);
    }
}
