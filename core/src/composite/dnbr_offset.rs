//! The dNBR offset: what season and haze changed on unburned ground around a fire.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::geo::area::Area;
use crate::geo::grid::Grid;
use crate::geo::mercator;
use crate::severity::classes::{Breaks, Severity};

/// dNBR of unburned ground near a fire, to be subtracted everywhere (Key & Benson 2006, FIREMON).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DnbrOffset {
    /// Mean; typically 0.01 to 0.03.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Cells.
    pub count: u64,
}

impl DnbrOffset {
    /// dNBR of a cell without the offset. NaN stays NaN.
    #[inline]
    pub fn correct(&self, dnbr: f32) -> f32 {
        dnbr - self.mean as f32
    }
}

/// Where the ring begins, metres from the burnt area: its thin edge is no unburned ground.
const RING_FROM_M: f64 = 180.0;
/// Where the ring ends: further off the land is another.
const RING_TO_M: f64 = 2000.0;

/// Finds the offset from rows of a map that pass by once, from north to south.
///
/// The ring holds the cells from 180 m to 2 km outside the burnt area, counted along columns and
/// rows, at least one cell off it. Of these only unburned ones (class 3) count. Memory is
/// the ring's height times the width of the map.
#[derive(Clone, Debug)]
pub struct OffsetRing {
    width: usize,
    near_cells: usize,
    far_cells: usize,
    /// Rows that still wait for what lies south of them, and those that they reach to the north.
    rows: VecDeque<Row>,
    /// Index in `rows` of the next row to be judged.
    next: usize,
    /// Rows within reach of the next one that have burnt ground near each column.
    near: Vec<u32>,
    far: Vec<u32>,
    found: Moments,
}

#[derive(Clone, Debug)]
struct Row {
    dnbr: Vec<f32>,
    /// Whether burnt ground lies within reach along the row.
    near: Vec<bool>,
    far: Vec<bool>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: u64,
    sum: f64,
    sum_of_squares: f64,
}

impl OffsetRing {
    /// A ring in a map of `width` columns, whose cells are `cell_ground_m` wide on the ground.
    pub fn new(width: usize, cell_ground_m: f64) -> Self {
        let cells = |reach_m: f64| ((reach_m / cell_ground_m).ceil() as usize).max(1);
        let near_cells = cells(RING_FROM_M);
        Self {
            width,
            near_cells,
            // A ring of a single cell is a ring still.
            far_cells: cells(RING_TO_M).max(near_cells + 1),
            rows: VecDeque::new(),
            next: 0,
            near: vec![0; width],
            far: vec![0; width],
            found: Moments::default(),
        }
    }

    /// Adds the next row: dNBR, NaN where empty, and which cells belong to the burnt area.
    ///
    /// Rows of another length than the map's width count as far as they go.
    pub fn add_row(&mut self, dnbr: &[f32], is_burnt: &[bool]) {
        let mut dnbr = dnbr.to_vec();
        dnbr.resize(self.width, f32::NAN);
        let near = widened(is_burnt, self.near_cells, self.width);
        let far = widened(is_burnt, self.far_cells, self.width);
        self.rows.push_back(Row { dnbr, near, far });
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

    /// A ring in a map of a grid over a box: west, south, east, north.
    pub fn over(grid: &Grid, [_, south, _, north]: [f64; 4]) -> Self {
        let cell_ground_m = mercator::ground_size_m(grid.zoom(), (south + north) / 2.0);
        Self::new(grid.width() as usize, cell_ground_m)
    }

    /// Adds the next row of a grid. The burnt area is the fire's perimeter; without one it is the
    /// cells of class low and above.
    pub fn add_grid_row(&mut self, grid: &Grid, row: u32, dnbr: &[f32], perimeter: Option<&Area>) {
        let is_burnt = match perimeter {
            Some(perimeter) => perimeter.cells_of_row(grid, row),
            None => dnbr.iter().map(|dnbr| is_burnt(*dnbr)).collect(),
        };
        self.add_row(dnbr, &is_burnt);
    }

    /// The offset; `None` where the ring holds no unburned ground, or nothing burnt.
    pub fn finish(mut self) -> Option<DnbrOffset> {
        while self.next < self.rows.len() {
            self.count_next();
        }
        let Moments { count, sum, sum_of_squares } = self.found;
        (count > 0).then(|| {
            let mean = sum / count as f64;
            let variance = (sum_of_squares / count as f64 - mean * mean).max(0.0);
            DnbrOffset { mean, sd: variance.sqrt(), count }
        })
    }

    /// Judges the next row, whose reach is complete, and moves on.
    fn count_next(&mut self) {
        let row = &self.rows[self.next];
        for (column, dnbr) in row.dnbr.iter().enumerate() {
            let in_ring = self.far[column] > 0 && self.near[column] == 0;
            if in_ring && Breaks::USGS.classify(*dnbr) == Some(Severity::Unburned) {
                self.found.add(f64::from(*dnbr));
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

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.sum_of_squares += value * value;
    }
}

fn is_burnt(dnbr: f32) -> bool {
    Breaks::USGS.classify(dnbr).is_some_and(|class| class.is_burnt())
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

    /// A map of `side` × `side` cells of a size, burnt where `is_burnt` states; elsewhere dNBR as
    /// `value` states.
    fn ring(
        side: usize,
        cell_m: f64,
        is_burnt: impl Fn(usize, usize) -> bool,
        value: impl Fn(usize, usize) -> f32,
    ) -> Option<DnbrOffset> {
        let mut ring = OffsetRing::new(side, cell_m);
        for row in 0..side {
            let burnt: Vec<bool> = (0..side).map(|column| is_burnt(column, row)).collect();
            let dnbr: Vec<f32> = (0..side)
                .map(|column| if burnt[column] { 0.5 } else { value(column, row) })
                .collect();
            ring.add_row(&dnbr, &burnt);
        }
        ring.finish()
    }

    #[test]
    fn the_ring_lies_from_180_m_to_2_km_around_the_fire() {
        // One burnt cell amid cells of 100 m: nearer than 2 cells no, up to 20 cells yes.
        let offset = ring(61, 100.0, |x, y| (x, y) == (30, 30), |_, _| 0.02).unwrap();
        assert_eq!(offset.count, 41 * 41 - 5 * 5);
        assert!((offset.mean - 0.02).abs() < 1e-7 && offset.sd < 1e-4);
    }

    #[test]
    fn only_unburned_ground_of_the_ring_counts() {
        let value = |x: usize, _| match x {
            0..20 => f32::NAN,
            20..30 => 0.3,
            40..50 => 0.01,
            _ => 0.05,
        };
        let offset = ring(61, 1000.0, |x, y| (x, y) == (45, 30), value).unwrap();
        // Cells of 1 km: one cell off the fire up to two, all of them within columns 40 to 50.
        assert_eq!(offset.count, 25 - 9);
        assert!((offset.mean - 0.01).abs() < 1e-7);
    }

    #[test]
    fn the_streamed_ring_is_that_of_the_whole_map() {
        let mut state = 7u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1u32 << 24)
        };
        for (side, cell_m) in [(40, 900.0), (40, 250.0), (23, 77.0), (5, 30.0)] {
            let burnt: Vec<bool> = (0..side * side).map(|_| random() < 0.004).collect();
            let dnbr: Vec<f32> = (0..side * side).map(|_| (random() * 0.3 - 0.15) as f32).collect();
            let is_burnt = |x: usize, y: usize| burnt[y * side + x];
            let found = ring(side, cell_m, is_burnt, |x, y| dnbr[y * side + x]);
            let (near, far) = ((180.0 / cell_m).ceil() as usize, (2000.0 / cell_m).ceil() as usize);
            let mut whole = Moments::default();
            for (place, value) in dnbr.iter().enumerate().filter(|(place, _)| !burnt[*place]) {
                let off = |other: usize| {
                    (other % side).abs_diff(place % side).max((other / side).abs_diff(place / side))
                };
                let nearest = (0..side * side).filter(|other| burnt[*other]).map(off).min();
                if nearest.is_some_and(|off| near < off && off <= far)
                    && (-0.1..0.1).contains(value)
                {
                    whole.add(f64::from(*value));
                }
            }
            assert_eq!(
                found.map_or(0, |offset| offset.count),
                whole.count,
                "{side} cells of {cell_m} m"
            );
            if let Some(offset) = found {
                assert_eq!(offset.mean, whole.sum / whole.count as f64);
            }
        }
    }

    #[test]
    fn without_a_fire_there_is_no_ring() {
        assert_eq!(ring(20, 100.0, |_, _| false, |_, _| 0.02), None);
        assert_eq!(OffsetRing::new(0, 30.0).finish(), None);
    }

    #[test]
    fn a_corrected_cell_has_lost_the_offset_and_a_hole_stays_one() {
        let offset = DnbrOffset { mean: 0.02, sd: 0.01, count: 9 };
        assert_eq!(offset.correct(0.12), 0.12 - 0.02);
        assert!(offset.correct(f32::NAN).is_nan());
    }
}
