//! The ring around a fire whose unburned ground gives the dNBR offset.

use std::collections::VecDeque;

use crate::composite::dnbr_histogram::DnbrHistogram;
use crate::composite::dnbr_offset::{BinnedOffset, NoOffsetReason, OffsetCounts};
use crate::composite::pre_nbr::PreNbrCode;
use crate::geo::area::Area;
use crate::geo::grid::Grid;
use crate::geo::mercator;
use crate::severity::classes::Breaks;

/// Where the ring begins, metres from the fire: its thin edge is no unburned ground.
const RING_FROM_M: f64 = 500.0;
/// Where the ring ends: further off the land is another.
const RING_TO_M: f64 = 5000.0;
/// Length along a row of a burnt patch that is taken for fire, metres. Shorter ones are noise,
/// fields and clearings: left out of the ring they would take its browner ground with them.
const MIN_PATCH_M: f64 = 500.0;

/// Which cells are the fire.
#[derive(Clone, Copy, Debug)]
pub enum FireGround<'a> {
    /// Those within its perimeter.
    Perimeter(&'a Area),
    /// Those that belong to burnt patches: cells of class low and above by their difference from
    /// the quiet ground of the map, at least 500 m of them side by side.
    Patches {
        /// dNBR of the quiet ground.
        quiet: f64,
    },
    /// No cell is known to be: less than half of the map lies close to any dNBR, so that the fire
    /// itself may be its densest part.
    Unknown,
}

impl<'a> FireGround<'a> {
    /// The fire's perimeter, or without one the burnt patches of a map.
    pub fn of(perimeter: Option<&'a Area>, map: &DnbrHistogram) -> Self {
        match perimeter {
            Some(perimeter) => Self::Perimeter(perimeter),
            None => match map.whole_background() {
                Some(quiet) => Self::Patches { quiet: quiet.median },
                None => Self::Unknown,
            },
        }
    }
}

/// Finds the offset from rows of a map that pass by once, from north to south.
///
/// The ring holds the clear cells from 500 m to 5 km outside the fire, counted along columns and
/// rows, at least one cell off it. All of them count, whatever their dNBR: limited to class
/// unburned they would hide a drift beyond it. Memory is the ring's height times the width of the
/// map.
#[derive(Clone, Debug)]
pub struct OffsetRing {
    width: usize,
    patch_cells: usize,
    near_cells: usize,
    far_cells: usize,
    /// Rows that still wait for what lies south of them, and those that they reach to the north.
    rows: VecDeque<Row>,
    /// Index in `rows` of the next row to be judged.
    next: usize,
    /// Rows within reach of the next one that have burnt ground near each column.
    near: Vec<u32>,
    far: Vec<u32>,
    counts: OffsetCounts,
}

#[derive(Clone, Debug)]
struct Row {
    dnbr: Vec<f32>,
    pre_nbr: Vec<PreNbrCode>,
    /// Whether burnt ground lies within reach along the row.
    near: Vec<bool>,
    far: Vec<bool>,
}

impl OffsetRing {
    /// A ring in a map of `width` columns, whose cells are `cell_ground_m` wide on the ground.
    pub fn new(width: usize, cell_ground_m: f64) -> Self {
        let cells = |reach_m: f64| ((reach_m / cell_ground_m).ceil() as usize).max(1);
        let near_cells = cells(RING_FROM_M);
        Self {
            width,
            patch_cells: cells(MIN_PATCH_M),
            near_cells,
            // A ring of a single cell is a ring still.
            far_cells: cells(RING_TO_M).max(near_cells + 1),
            rows: VecDeque::new(),
            next: 0,
            near: vec![0; width],
            far: vec![0; width],
            counts: OffsetCounts::default(),
        }
    }

    /// A ring in a map of a grid over a box: west, south, east, north.
    pub fn over(grid: &Grid, [_, south, _, north]: [f64; 4]) -> Self {
        let cell_ground_m = mercator::ground_size_m(grid.zoom(), (south + north) / 2.0);
        Self::new(grid.width() as usize, cell_ground_m)
    }

    /// Adds the next row of a grid: dNBR, NaN where empty, and NBR before the fire.
    pub fn add_grid_row(
        &mut self,
        (grid, row): (&Grid, u32),
        fire: FireGround,
        dnbr: &[f32],
        pre_nbr: Vec<PreNbrCode>,
    ) {
        let is_fire = match fire {
            FireGround::Perimeter(perimeter) => perimeter.cells_of_row(grid, row),
            FireGround::Patches { quiet } => patches(dnbr, quiet as f32, self.patch_cells),
            FireGround::Unknown => vec![false; self.width],
        };
        self.add_row(dnbr, pre_nbr, &is_fire);
    }

    /// Adds the next row: dNBR, NaN where empty, NBR before the fire, and which cells are the fire.
    ///
    /// Rows of another length than the map's width count as far as they go.
    pub fn add_row(&mut self, dnbr: &[f32], mut pre_nbr: Vec<PreNbrCode>, is_fire: &[bool]) {
        let mut dnbr = dnbr.to_vec();
        dnbr.resize(self.width, f32::NAN);
        pre_nbr.resize(self.width, PreNbrCode::EMPTY);
        let cells = dnbr.iter().zip(&pre_nbr).zip(is_fire);
        for ((dnbr, code), _) in cells.filter(|(_, is_fire)| **is_fire) {
            self.counts.add_fire(*dnbr, *code);
        }
        let near = widened(is_fire, self.near_cells, self.width);
        let far = widened(is_fire, self.far_cells, self.width);
        self.rows.push_back(Row { dnbr, pre_nbr, near, far });
        let newest = self.rows.len() - 1;
        // Rows enter the reach of the next row to be judged as that one moves south.
        if newest <= self.next + self.far_cells {
            count(&mut self.far, &self.rows[newest].far, 1);
        }
        if newest <= self.next + self.near_cells {
            count(&mut self.near, &self.rows[newest].near, 1);
        }
        if newest == self.next + self.far_cells {
            self.count_next();
        }
    }

    /// The offset, and the bins that it was computed from.
    ///
    /// # Errors
    /// When nothing burnt, or too few clear cells lie in the ring.
    pub fn finish(mut self) -> Result<BinnedOffset, NoOffsetReason> {
        while self.next < self.rows.len() {
            self.count_next();
        }
        self.counts.finish()
    }

    /// Judges the next row, whose reach is complete, and moves on.
    fn count_next(&mut self) {
        let row = &self.rows[self.next];
        for (column, (dnbr, pre_nbr)) in row.dnbr.iter().zip(&row.pre_nbr).enumerate() {
            if self.far[column] > 0 && self.near[column] == 0 && !dnbr.is_nan() {
                self.counts.add_ring(*dnbr, *pre_nbr);
            }
        }
        self.slide();
    }

    fn slide(&mut self) {
        let (next, near, far) = (self.next, self.near_cells, self.far_cells);
        for (reach, counts, of) in [
            (near, &mut self.near, (|row| &row.near) as fn(&Row) -> &Vec<bool>),
            (far, &mut self.far, |row| &row.far),
        ] {
            if let Some(gone) = next.checked_sub(reach) {
                count(counts, of(&self.rows[gone]), -1);
            }
            if let Some(come) = self.rows.get(next + reach + 1) {
                count(counts, of(come), 1);
            }
        }
        if next >= far {
            self.rows.pop_front();
        } else {
            self.next += 1;
        }
    }
}

/// Cells of a row that differ from quiet ground as burnt ones do, at least `min_cells` side by side.
fn patches(dnbr: &[f32], quiet: f32, min_cells: usize) -> Vec<bool> {
    let is_burnt =
        |dnbr: &f32| Breaks::USGS.classify(*dnbr - quiet).is_some_and(|class| class.is_burnt());
    let mut is_patch: Vec<bool> = dnbr.iter().map(is_burnt).collect();
    for run in is_patch.chunk_by_mut(|one, next| one == next) {
        if run.len() < min_cells {
            run.fill(false);
        }
    }
    is_patch
}

/// Whether a burnt cell lies within `reach` columns, for every column of a row.
fn widened(is_burnt: &[bool], reach: usize, width: usize) -> Vec<bool> {
    let mut near = vec![false; width];
    for (column, _) in is_burnt.iter().take(width).enumerate().filter(|(_, burnt)| **burnt) {
        // Neighbouring burnt cells reach the same ones: only what is new is filled.
        let (start, end) = (column.saturating_sub(reach), (column + reach + 1).min(width));
        let start = if column > 0 && is_burnt[column - 1] { end - 1 } else { start };
        near[start..end].fill(true);
    }
    near
}

fn count(counts: &mut [u32], reached: &[bool], by: i32) {
    for (count, _) in counts.iter_mut().zip(reached).filter(|(_, reached)| **reached) {
        *count = count.saturating_add_signed(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A map of `side` × `side` cells of a size, on fire where `is_fire` states; elsewhere dNBR as
    /// `value` states.
    fn ring(
        side: usize,
        cell_m: f64,
        is_fire: impl Fn(usize, usize) -> bool,
        value: impl Fn(usize, usize) -> f32,
    ) -> Result<BinnedOffset, NoOffsetReason> {
        let mut ring = OffsetRing::new(side, cell_m);
        for row in 0..side {
            let fire: Vec<bool> = (0..side).map(|column| is_fire(column, row)).collect();
            let dnbr: Vec<f32> = (0..side)
                .map(|column| if fire[column] { 0.5 } else { value(column, row) })
                .collect();
            ring.add_row(&dnbr, vec![PreNbrCode::of(0.5); side], &fire);
        }
        ring.finish()
    }

    #[test]
    fn the_ring_lies_from_500_m_to_5_km_around_the_fire() {
        // One burnt cell amid cells of 250 m: nearer than 2 cells no, up to 20 cells yes.
        let found = ring(61, 250.0, |x, y| (x, y) == (30, 30), |_, _| 0.0204).unwrap().offset;
        assert_eq!(found.count, 41 * 41 - 5 * 5);
        assert!((found.mean - 0.0205).abs() < 1e-9 && found.sd < 1e-4, "{found:?}");
    }

    #[test]
    fn all_clear_cells_of_the_ring_count() {
        let value = |x: usize, _| match x {
            0..40 => f32::NAN,
            40..50 => 0.1504,
            _ => 0.0504,
        };
        let found = ring(61, 1000.0, |x, y| (x, y) == (45, 30), value).unwrap().offset;
        // Cells of 1 km: one cell off the fire up to five.
        assert_eq!(found.count, 11 * 11 - 3 * 3);
        assert!((found.mean - 0.1505).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn the_streamed_ring_is_that_of_the_whole_map() {
        let mut state = 7u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1u32 << 24)
        };
        for (side, cell_m) in [(40, 2200.0), (40, 700.0), (23, 250.0), (25, 900.0)] {
            let fire: Vec<bool> = (0..side * side).map(|_| random() < 0.004).collect();
            let dnbr: Vec<f32> = (0..side * side).map(|_| (random() * 0.3 - 0.15) as f32).collect();
            let is_fire = |x: usize, y: usize| fire[y * side + x];
            let found = ring(side, cell_m, is_fire, |x, y| dnbr[y * side + x]);
            let near = (RING_FROM_M / cell_m).ceil() as usize;
            let far = ((RING_TO_M / cell_m).ceil() as usize).max(near + 1);
            let mut whole = DnbrHistogram::default();
            for (place, value) in dnbr.iter().enumerate().filter(|(place, _)| !fire[*place]) {
                let off = |other: usize| {
                    (other % side).abs_diff(place % side).max((other / side).abs_diff(place / side))
                };
                let nearest = (0..side * side).filter(|other| fire[*other]).map(off).min();
                if nearest.is_some_and(|off| near < off && off <= far) {
                    whole.add(*value);
                }
            }
            let found = found.unwrap_or_else(|reason| panic!("{side}, {cell_m}: {reason:?}"));
            assert_eq!(found.offset.count, whole.total(), "{side} cells of {cell_m} m");
            assert!((found.offset.mean - whole.median().unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn patches_are_found_by_their_difference_from_quiet_ground() {
        let dnbr = [0.2, 0.35, 0.35, 0.2, 0.35, f32::NAN, 0.35, 0.9, 0.35];
        let expected = [1, 2, 6, 7, 8];
        let found = patches(&dnbr, 0.2, 2);
        assert!((0..dnbr.len()).all(|cell| found[cell] == expected.contains(&cell)), "{found:?}");
        assert_eq!(patches(&dnbr, 0.2, 3).iter().filter(|is_patch| **is_patch).count(), 3);
    }

    #[test]
    fn without_a_fire_there_is_no_ring() {
        assert_eq!(ring(20, 100.0, |_, _| false, |_, _| 0.02), Err(NoOffsetReason::NoFire));
        assert_eq!(OffsetRing::new(0, 30.0).finish(), Err(NoOffsetReason::NoFire));
    }
}
