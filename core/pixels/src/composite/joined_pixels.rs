//! Scenes on one grid of pixels, joined before cells take them: every pixel is computed once,
//! however many cells it has, and to the same bits.

use std::ops::Range;

use crate::composite::mosaic::{RowCompositor, SideObservations};
use crate::geo::cell::{Empty, VALID};
use crate::resample::nearest_pixels::NearestPixels;

/// Rows of pixels with their dNBR, as strips of cells pass from north to south.
#[derive(Clone, Debug)]
pub struct JoinedPixels {
    nearest: NearestPixels,
    rows: Range<u32>,
    /// NaN where empty.
    dnbr: Vec<f32>,
    /// NBR before the fire; NaN where empty.
    pre_nbr: Vec<f32>,
    /// The code of its state.
    state: Vec<u8>,
}

impl JoinedPixels {
    /// No pixels yet, of those that cells take.
    pub fn new(nearest: NearestPixels) -> Self {
        Self { nearest, rows: 0..0, dnbr: Vec::new(), pre_nbr: Vec::new(), state: Vec::new() }
    }

    /// Computes the pixels that a strip of cells needs beside those of earlier strips, from what
    /// every scene observed of them, and drops what it needs no more.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn add_strip(
        &mut self,
        strip: &Range<u32>,
        sides: (SideObservations, SideObservations),
        row_views: &mut RowCompositor,
    ) {
        let Some(needed) = self.nearest.rows_under(strip) else { return };
        self.drop_above(needed.start);
        let mut windows =
            sides.0.scenes.iter().chain(sides.1.scenes).flatten().map(|(window, _)| window);
        let Some(new) = windows.next().map(|window| window.rows.clone()) else { return };
        if self.rows.end != new.start {
            self.drop_above(self.rows.end);
            self.rows = new.start..new.start;
        }
        let columns = &self.nearest.pixels().columns;
        for row in new {
            let start = self.state.len();
            let end = start + columns.len();
            self.dnbr.resize(end, f32::NAN);
            self.pre_nbr.resize(end, f32::NAN);
            self.state.resize(end, VALID);
            let state = &mut self.state[start..];
            row_views.compute_row(sides, row, columns, &mut self.dnbr[start..], state);
            row_views.take_pre_nbr(&mut self.pre_nbr[start..], state);
            self.rows.end = row + 1;
        }
    }

    fn drop_above(&mut self, row: u32) {
        let gone = row.clamp(self.rows.start, self.rows.end) - self.rows.start;
        let pixels = gone as usize * self.nearest.pixels().columns.len();
        self.dnbr.drain(..pixels);
        self.pre_nbr.drain(..pixels);
        self.state.drain(..pixels);
        self.rows.start += gone;
    }

    /// Composes a row of cells of the strip from the pixels.
    ///
    /// `state` holds for each cell whether it is computed: [`VALID`], or the code of
    /// why not. Afterwards it also states why a computed cell is empty. `dnbr` and `pre_nbr` become
    /// NaN where empty.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn take(&self, row: u32, dnbr: &mut [f32], pre_nbr: &mut [f32], state: &mut [u8]) {
        let cells = self.nearest.cells();
        let seen = if cells.rows.contains(&row) { cells.columns.clone() } else { 0..0 };
        for beside in [0..seen.start as usize, seen.end as usize..state.len()] {
            dnbr[beside.clone()].fill(f32::NAN);
            pre_nbr[beside.clone()].fill(f32::NAN);
            for state in &mut state[beside] {
                *state = if *state == VALID { Empty::NeverObserved.code() } else { *state };
            }
        }
        if seen.is_empty() {
            return;
        }
        self.nearest.visit(row, &self.rows, |columns, places| {
            let own = columns.start as usize..columns.end as usize;
            let cells =
                dnbr[own.clone()].iter_mut().zip(&mut pre_nbr[own.clone()]).zip(&mut state[own]);
            for (((dnbr, pre_nbr), state), place) in cells.zip(places) {
                let place = if *state == VALID { *place } else { usize::MAX };
                *dnbr = self.dnbr.get(place).copied().unwrap_or(f32::NAN);
                *pre_nbr = self.pre_nbr.get(place).copied().unwrap_or(f32::NAN);
                if *state == VALID {
                    *state = self.state.get(place).copied().unwrap_or(Empty::NeverObserved.code());
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::{
        CellWindow, Composite, Grid, Lattice, LevelFrame, MaskKind, Masks, Overpasses, Placement,
        QualityTable, ReadPixels, Scaling, SceneObservations, ScenePlan, SceneRows, SnowLimits,
    };

    const SIZE: (usize, usize) = (96, 64);
    const WIDTH: u32 = 200;
    const SCALING: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };

    /// Cells a little smaller than pixels and turned; some lie outside of the image.
    fn plan() -> ScenePlan {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let cells = CellWindow { columns: 20..180, rows: 10..90 };
        let corners = Lattice::control_points_m(&grid, &cells);
        let (x0, y0) = grid.metres_from_grid(20.0, 10.0);
        let size = grid.cell_size_m();
        let pixel = |(x, y): (f64, f64)| {
            let (east, south) = ((x - x0) / size * 0.68, (y0 - y) / size * 0.68);
            (east - 0.1 * south - 4.0, south + 0.1 * east - 3.0)
        };
        let lattice = Lattice::new(&cells, corners.into_iter().map(pixel).collect());
        let placed = Placement { cells, lattice, cell_size_px: 0.68, cell_ground_m: 13.6 };
        let frame =
            LevelFrame { full_size: SIZE, size: SIZE, block_size: (32, 32), mask_size: SIZE };
        let mut plan = ScenePlan::new(placed, &frame, 40.0, |_| true);
        plan.begin(&(0..WIDTH));
        plan
    }

    /// A scene whose pixels are as good as random: land, water, cloud, and holes.
    fn scene(plan: &ScenePlan, mut seed: u32) -> SceneRows {
        let (columns, rows) = (plan.columns().clone(), 0..SIZE.1 as i64);
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        let count = (columns.end - columns.start) as usize * SIZE.1;
        let mut band = || -> Vec<u16> {
            let dn = |random: &mut dyn FnMut(u32) -> u32| {
                if random(30) == 0 { 0 } else { 1000 + random(4000) as u16 }
            };
            (0..count).map(|_| dn(&mut random)).collect()
        };
        let (nir, swir) = (band(), band());
        let mask: Vec<u16> =
            (0..count).map(|_| [4, 4, 4, 5, 6, 4, 4, 9, 0, 4][random(10) as usize]).collect();
        let table = QualityTable::new(MaskKind::Scl, &Masks::default());
        let mut read = SceneRows::default();
        read.start_at(columns.clone(), 0, plan.mask_scale());
        read.make_room(rows.end);
        let mask = Some((&mask[..], &table));
        read.put(&ReadPixels {
            columns: &columns,
            rows: &rows,
            bands: [&nir, &swir],
            mask,
            no_data: [0, 0],
            snow: SnowLimits::NONE,
        });
        read.dilate_clouds(0, 0);
        read
    }

    /// Scenes before the fire, of two days, and after it.
    struct Sides {
        pre: Overpasses,
        post: Overpasses,
    }

    impl Sides {
        fn of<'a>(
            &'a self,
            views: &'a [SceneObservations],
        ) -> (SideObservations<'a>, SideObservations<'a>) {
            let (pre, post) = views.split_at(2);
            (
                SideObservations { overpasses: &self.pre, scenes: pre },
                SideObservations { overpasses: &self.post, scenes: post },
            )
        }
    }

    #[test]
    // Long: both ways side by side, strip by strip.
    fn joining_first_and_taking_then_has_the_bits_of_taking_first() {
        let plan = plan();
        let nearest = plan.nearest_pixels().unwrap();
        let scenes = [1, 2, 3].map(|seed| scene(&plan, seed));
        let passes = |composite, days: &[i64]| {
            let times: Vec<_> =
                days.iter().map(|day| DateTime::from_timestamp(day * 86_400, 0).unwrap()).collect();
            Overpasses::new(composite, &times)
        };
        let sides = Sides {
            pre: passes(Composite::Median, &[0, 5]),
            post: passes(Composite::Latest, &[20]),
        };
        let mut joined = JoinedPixels::new(nearest.clone());
        let mut row_views = RowCompositor::default();
        let (mut looked_at, mut kinds) = (0, [0; 256]);
        for strip in [0..16, 16..48, 48..50, 50..100] {
            let window = plan.window(&strip);
            let by_cell: Vec<SceneObservations> = scenes
                .iter()
                .map(|read| Some((window.clone(), plan.observe(read, SCALING, &window))))
                .collect();
            let under = nearest.rows_under(&strip).unwrap();
            let new = under.start.max(looked_at)..under.end;
            looked_at = under.end;
            let by_pixel: Vec<SceneObservations> =
                scenes.iter().map(|read| Some(read.observe(&new, SCALING))).collect();
            joined.add_strip(&strip, sides.of(&by_pixel), &mut row_views);
            for row in strip {
                let wanted =
                    |column: u32| if column % 7 == 3 { Empty::OutsideBox.code() } else { VALID };
                let empty = || (vec![0.0; WIDTH as usize], vec![0.0; WIDTH as usize]);
                let ((mut dnbr, mut pre_nbr), mut state) =
                    (empty(), (0..WIDTH).map(wanted).collect::<Vec<u8>>());
                let ((mut expected_dnbr, mut expected_pre), mut expected) =
                    (empty(), state.clone());
                joined.take(row, &mut dnbr, &mut pre_nbr, &mut state);
                row_views.compute_row(
                    sides.of(&by_cell),
                    row,
                    &(0..WIDTH),
                    &mut expected_dnbr,
                    &mut expected,
                );
                row_views.take_pre_nbr(&mut expected_pre, &expected);
                let bits = |numbers: &[f32]| {
                    numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>()
                };
                assert_eq!(state, expected, "row {row}");
                assert_eq!(bits(&dnbr), bits(&expected_dnbr), "row {row}");
                assert_eq!(bits(&pre_nbr), bits(&expected_pre), "row {row}");
                state.iter().for_each(|state| kinds[usize::from(*state)] += 1);
            }
        }
        // What was compared holds every kind of cell.
        let empty =
            [Empty::OutsideBox, Empty::NeverObserved, Empty::NoData, Empty::Cloud, Empty::Water];
        assert!(
            kinds[usize::from(VALID)] > 1000
                && empty.iter().all(|why| kinds[usize::from(why.code())] > 100)
        );
    }
}
