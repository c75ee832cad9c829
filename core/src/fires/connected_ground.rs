//! Which burnt-looking ground of a region belongs to a fire that satellites saw: found while the
//! rows pass by, so that a map of any size needs two rows and the runs of cells near points.

use dragonfly_pixels::{CHANGED, Grid, has_value};

use crate::fires::burnt_area::BurntAreaRules;
use crate::fires::disc_rows::DiscRows;
use crate::fires::history::MonthPoint;
use crate::fires::neighbour_distance::neighbour_distances_m;

/// How far a fire may lie from the place that a pixel states, beside half of the pixel itself,
/// metres: 375 m in all for a pixel of VIIRS, which is stored as 400 m.
const PLACE_M: f64 = 175.0;
/// A point reaches as far as so many others lie from it, so that gaps between passes are filled
/// where points are sparse, and little else is taken in where they are dense. Of Las Conchas,
/// 0.45 % of the land outside is taken in by the second, 0.61 % by the fourth, 0.81 % within 2 km.
const LOW_RANK: usize = 2;
/// The same for ground of moderate severity, which is rarely harvest or drought: where two points
/// of three are missing, 97.6 % of the fire stay instead of 95.9 %.
const STRONG_RANK: usize = 4;
/// The least dNBR of such ground: moderate-low (Key & Benson 2006).
const STRONG_DNBR: f32 = 0.27;
/// Half the diagonal of a cell is this much of its side: a point marks the cell that it lies in,
/// however coarse the map.
const HALF_DIAGONAL: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// Burnt-looking cells side by side: columns `start..end`.
#[derive(Clone, Copy, Debug)]
struct CellRun {
    start: u32,
    end: u32,
    label: u32,
}

/// Joins burnt-looking cells near points, row by row from the north.
///
/// Takes rows of a map in ascending order; [`finish`](Self::finish) returns the ground of fires.
pub struct GroundConnector {
    grid: Grid,
    rules: BurntAreaRules,
    near: DiscRows,
    reach: DiscRows,
    strong_reach: DiscRows,
    is_near: Vec<bool>,
    is_reached: Vec<bool>,
    is_strongly_reached: Vec<bool>,
    labels: Labels,
    runs: Vec<CellRun>,
    /// The end of each row in `runs`.
    row_ends: Vec<usize>,
}

/// The cells of fires, as runs of each row.
#[derive(Debug)]
pub struct ConnectedGround {
    runs: Vec<CellRun>,
    row_ends: Vec<usize>,
    min_dnbr: f32,
}

/// Patches of connected cells: the patch that each was joined to, its area and whether a point
/// lies near it.
#[derive(Default)]
struct Labels {
    parents: Vec<u32>,
    hectares: Vec<f64>,
    is_witnessed: Vec<bool>,
}

impl Labels {
    fn start(&mut self) -> u32 {
        let label = self.parents.len() as u32;
        self.parents.push(label);
        self.hectares.push(0.0);
        self.is_witnessed.push(false);
        label
    }

    fn root(&mut self, mut label: u32) -> u32 {
        while self.parents[label as usize] != label {
            let above = self.parents[self.parents[label as usize] as usize];
            self.parents[label as usize] = above;
            label = above;
        }
        label
    }

    fn join(&mut self, one: u32, other: u32) -> u32 {
        let (one, other) = (self.root(one), self.root(other));
        let (kept, joined) = (one.min(other), one.max(other));
        if kept != joined {
            self.parents[joined as usize] = kept;
            self.hectares[kept as usize] += self.hectares[joined as usize];
            self.is_witnessed[kept as usize] |= self.is_witnessed[joined as usize];
        }
        kept
    }
}

impl GroundConnector {
    /// Starts on a map with the points of fires.
    ///
    /// Ground within half a pixel of a point is near it; ground that joins it lies at most as far
    /// from a point as its next neighbours do, up to `reach_m`.
    pub fn new(grid: &Grid, points: &[MonthPoint], rules: BurntAreaRules) -> Self {
        let cell_m = (grid.cell_area_ha(grid.height() / 2) * 10_000.0).sqrt();
        let near_m = |point: &MonthPoint| {
            let near_m = rules.near_m.max(f64::from(point.pixel_m) / 2.0 + PLACE_M);
            near_m.max(cell_m * HALF_DIAGONAL)
        };
        let discs = |reach_m: &[f64]| {
            let places = points.iter().zip(reach_m);
            let disc = |(point, reach): (&MonthPoint, &f64)| {
                (point.lon, point.lat, reach.max(near_m(point)))
            };
            DiscRows::around(grid, places.map(disc))
        };
        let reach = |rank| discs(&neighbour_distances_m(points, rank, rules.reach_m));
        Self {
            grid: grid.clone(),
            rules,
            near: discs(&vec![0.0; points.len()]),
            reach: reach(LOW_RANK),
            strong_reach: reach(STRONG_RANK),
            is_near: Vec::new(),
            is_reached: Vec::new(),
            is_strongly_reached: Vec::new(),
            labels: Labels::default(),
            runs: Vec::new(),
            row_ends: Vec::new(),
        }
    }

    /// Adds the next row of dNBR, NaN where empty.
    pub fn add_row(&mut self, dnbr: &[f32]) {
        let row = self.row_ends.len() as u32;
        self.near.cover_row(row, &mut self.is_near);
        self.reach.cover_row(row, &mut self.is_reached);
        self.strong_reach.cover_row(row, &mut self.is_strongly_reached);
        let above = match self.row_ends.as_slice() {
            [.., before, end] => *before..*end,
            [end] => 0..*end,
            [] => 0..0,
        };
        let cell_area_ha = self.grid.cell_area_ha(row);
        let mut next_above = above.start;
        let mut column = 0;
        while column < dnbr.len() {
            if !self.is_candidate(dnbr, column) {
                column += 1;
                continue;
            }
            let start = column;
            let mut is_witnessed = false;
            while column < dnbr.len() && self.is_candidate(dnbr, column) {
                is_witnessed |= self.is_near[column];
                column += 1;
            }
            let (start, end) = (start as u32, column as u32);
            while next_above < above.end && self.runs[next_above].end < start {
                next_above += 1;
            }
            let mut label = None;
            for run in self.runs[next_above..above.end].iter().take_while(|run| run.start <= end) {
                label = Some(match label {
                    Some(label) => self.labels.join(label, run.label),
                    None => self.labels.root(run.label),
                });
            }
            let label = label.unwrap_or_else(|| self.labels.start());
            self.labels.hectares[label as usize] += f64::from(end - start) * cell_area_ha;
            self.labels.is_witnessed[label as usize] |= is_witnessed;
            self.runs.push(CellRun { start, end, label });
        }
        self.row_ends.push(self.runs.len());
    }

    fn is_candidate(&self, dnbr: &[f32], column: usize) -> bool {
        (self.is_reached[column] && dnbr[column] >= self.rules.min_dnbr)
            || (self.is_strongly_reached[column] && dnbr[column] >= STRONG_DNBR)
    }

    /// The ground of fires: patches that are large enough and have a cell near a point.
    pub fn finish(mut self) -> ConnectedGround {
        let mut runs = Vec::new();
        let mut row_ends = Vec::with_capacity(self.row_ends.len());
        let mut start = 0;
        for end in &self.row_ends {
            for run in &self.runs[start..*end] {
                let root = self.labels.root(run.label) as usize;
                if self.labels.is_witnessed[root]
                    && self.labels.hectares[root] >= self.rules.min_patch_ha
                {
                    runs.push(*run);
                }
            }
            row_ends.push(runs.len());
            start = *end;
        }
        ConnectedGround { runs, row_ends, min_dnbr: self.rules.min_dnbr }
    }
}

impl ConnectedGround {
    /// Gives each burnt-looking cell of a row that belongs to no fire the state [`CHANGED`];
    /// returns how many.
    pub fn mark_row(&self, row: u32, dnbr: &[f32], state: &mut [u8]) -> u64 {
        let row = row as usize;
        let start = row.checked_sub(1).and_then(|before| self.row_ends.get(before));
        let end = self.row_ends.get(row).copied().unwrap_or(0);
        let mut runs = self.runs[start.copied().unwrap_or(0).min(end)..end].iter().peekable();
        let mut count = 0;
        for (column, (dnbr, state)) in (0..).zip(dnbr.iter().zip(state)) {
            while runs.next_if(|run| run.end <= column).is_some() {}
            let is_fire = runs.peek().is_some_and(|run| run.start <= column);
            if has_value(*state) && *dnbr >= self.min_dnbr && !is_fire {
                *state = CHANGED;
                count += 1;
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::burnt_area::burnt_area;
    use dragonfly_pixels::{Empty, PROVISIONAL, VALID};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const BOX: [f64; 4] = [-120.02, 35.0, -119.98, 35.03];

    fn point(lon: f64, lat: f64, pixel_m: u16) -> MonthPoint {
        MonthPoint { lon, lat, pixel_m }
    }

    /// The states of a map after the ground of fires was marked.
    fn states(grid: &Grid, dnbr: &[f32], points: &[MonthPoint], rules: BurntAreaRules) -> Vec<u8> {
        let width = grid.width() as usize;
        let mut connector = GroundConnector::new(grid, points, rules);
        dnbr.chunks_exact(width).for_each(|row| connector.add_row(row));
        let ground = connector.finish();
        let mut state: Vec<u8> = dnbr
            .iter()
            .map(|dnbr| if dnbr.is_nan() { Empty::Cloud.code() } else { VALID })
            .collect();
        let rows = dnbr.chunks_exact(width).zip(state.chunks_exact_mut(width));
        for (row, (dnbr, state)) in (0..).zip(rows) {
            ground.mark_row(row, dnbr, state);
        }
        state
    }

    #[test]
    fn changed_ground_is_a_fire_only_where_it_is_connected_to_a_point() {
        let grid = Grid::covering(BOX, 13);
        let is_in = |lon: f64, lat: f64, at: (f64, f64)| {
            (lon - at.0).abs() < 0.002 && (lat - at.1).abs() < 0.002
        };
        let (fire, harvest) = ((-120.0, 35.01), (-119.985, 35.025));
        let places: Vec<(f64, f64)> = (0..grid.height())
            .flat_map(|row| (0..grid.width()).map(move |column| (column, row)))
            .map(|(column, row)| {
                grid.lonlat_from_grid(f64::from(column) + 0.5, f64::from(row) + 0.5)
            })
            .collect();
        let dnbr: Vec<f32> = places
            .iter()
            .map(
                |(lon, lat)| {
                    if is_in(*lon, *lat, fire) || is_in(*lon, *lat, harvest) { 0.5 } else { 0.0 }
                },
            )
            .collect();
        let points = [point(fire.0, fire.1, 400)];
        let state = states(&grid, &dnbr, &points, BurntAreaRules::OUT);
        for ((lon, lat), state) in places.into_iter().zip(state) {
            let expected = if is_in(lon, lat, harvest) { CHANGED } else { VALID };
            assert_eq!(state, expected, "{lon} {lat}");
        }
        let without = states(&grid, &dnbr, &[], BurntAreaRules::OUT);
        let changed = without.iter().filter(|state| **state == CHANGED).count();
        assert_eq!(changed, dnbr.iter().filter(|dnbr| **dnbr > 0.0).count());
    }

    #[test]
    fn around_a_single_point_the_ground_of_a_fire_is_its_burnt_area() {
        let grid = Grid::covering(BOX, 11);
        let mut random_state = 5u32;
        let mut random = move || {
            random_state = random_state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            random_state >> 16
        };
        for _ in 0..8 {
            let dnbr: Vec<f32> = (0..grid.width() * grid.height())
                .map(|_| match random() % 7 {
                    0..3 => 0.4,
                    3 => f32::NAN,
                    _ => 0.02,
                })
                .collect();
            let (column, row) = (random() % grid.width(), random() % grid.height());
            let at = [grid.lonlat_from_grid(f64::from(column), f64::from(row))];
            let rules = BurntAreaRules { reach_m: 1000.0, ..BurntAreaRules::OUT };
            let points: Vec<MonthPoint> =
                at.iter().map(|(lon, lat)| point(*lon, *lat, 300)).collect();
            let state = states(&grid, &dnbr, &points, rules);
            let is_burnt = burnt_area(&grid, &dnbr, &at, rules);
            assert!(is_burnt.contains(&true));
            for ((dnbr, state), is_burnt) in dnbr.iter().zip(state).zip(is_burnt) {
                assert_eq!(*dnbr >= 0.1 && state == VALID, is_burnt);
            }
        }
    }

    #[test]
    fn where_points_are_dense_low_ground_beyond_them_is_no_fire() {
        let grid = Grid::covering(BOX, 13);
        let changed_share = |points: &[MonthPoint], dnbr: f32| {
            let dnbr = vec![dnbr; (grid.width() * grid.height()) as usize];
            let state = states(&grid, &dnbr, points, BurntAreaRules::OUT);
            let changed = state.iter().filter(|state| **state == CHANGED).count();
            changed as f64 / state.len() as f64
        };
        let spaced = |degrees: f64| {
            let point = move |at: i32| {
                point(
                    -120.0 + f64::from(at % 3) * degrees,
                    35.01 + f64::from(at / 3) * degrees,
                    400,
                )
            };
            (0..9).map(point).collect::<Vec<MonthPoint>>()
        };
        let [dense, sparse] = [spaced(0.0035), spaced(0.009)];
        let one = [dense[0]];
        assert!(changed_share(&dense, 0.15) > changed_share(&one, 0.15) + 0.1);
        assert!(changed_share(&dense, 0.4) < changed_share(&dense, 0.15) - 0.02);
        assert!(changed_share(&sparse, 0.15) < changed_share(&dense, 0.15) - 0.1);
    }

    #[test]
    fn a_coarse_pixel_is_near_what_lies_within_it() {
        let grid = Grid::covering(BOX, 13);
        let mut dnbr = vec![0.0; (grid.width() * grid.height()) as usize];
        let (column, row) = grid.grid_from_lonlat(-120.0, 35.02);
        for row in row as u32..row as u32 + 12 {
            let start = (row * grid.width() + column as u32) as usize;
            dnbr[start..start + 12].fill(0.3);
        }
        // A kilometre south of it.
        let changed = |pixel_m| {
            let state =
                states(&grid, &dnbr, &[point(-120.0, 35.008, pixel_m)], BurntAreaRules::OUT);
            state.iter().filter(|state| **state == CHANGED).count()
        };
        assert_eq!((changed(400), changed(2000)), (144, 0));
    }

    #[test]
    fn only_cells_with_a_value_change_their_state() {
        let grid = Grid::covering(BOX, 9);
        let mut connector = GroundConnector::new(&grid, &[], BurntAreaRules::OUT);
        connector.add_row(&[0.5; 256]);
        let mut state = [VALID, PROVISIONAL, Empty::Water.code(), VALID, VALID];
        let dnbr = [0.5, 0.5, f32::NAN, 0.099, -0.4];
        assert_eq!(connector.finish().mark_row(0, &dnbr, &mut state), 2);
        assert_eq!(state, [CHANGED, CHANGED, Empty::Water.code(), VALID, VALID]);
    }
}
