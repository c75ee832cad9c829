//! Burnt patches: connected cells of class 4 and above that are not provisional, found while the
//! rows pass by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::geo::cell::MapCell;
use crate::geo::grid::Grid;
use crate::order::ordered;
use crate::severity::classes::{Breaks, Severity};

/// One connected piece of burnt ground.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurntPatch {
    /// Longitude of its centre of area, degrees.
    pub lon: f64,
    /// Latitude of its centre of area, degrees.
    pub lat: f64,
    /// True area, hectares.
    pub hectares: f64,
    /// Its worst class.
    pub worst: Severity,
}

/// Collects patches from rows in order; cells touching at a side or corner belong together.
///
/// Holds two rows and the open patches, whatever the size of the region.
#[derive(Clone, Debug, Default)]
pub struct PatchFinder {
    above: Vec<Run>,
    open: BTreeMap<usize, Growing>,
    closed: Vec<Growing>,
    next_label: usize,
}

/// Burnt cells side by side in one row: columns `start..end`.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: usize,
    end: usize,
    label: usize,
}

#[derive(Clone, Copy, Debug)]
struct Growing {
    hectares: f64,
    cells: f64,
    column_sum: f64,
    row_sum: f64,
    worst: Severity,
    last_row: u32,
}

impl Growing {
    fn join(&mut self, other: Self) {
        self.hectares += other.hectares;
        self.cells += other.cells;
        self.column_sum += other.column_sum;
        self.row_sum += other.row_sum;
        self.worst = self.worst.max(other.worst);
        self.last_row = self.last_row.max(other.last_row);
    }
}

impl PatchFinder {
    /// Adds the next row; every cell covers `cell_area_ha`. Provisional cells are in no patch: a
    /// cloud that the mask misses would be one.
    pub fn add_row(&mut self, row: u32, cells: &[MapCell], cell_area_ha: f64) {
        let mut runs: Vec<Run> = Vec::new();
        let mut column = 0;
        while column < cells.len() {
            let Some(mut worst) = burnt_class(cells[column]) else {
                column += 1;
                continue;
            };
            let start = column;
            while let Some(class) = cells.get(column).and_then(|cell| burnt_class(*cell)) {
                worst = worst.max(class);
                column += 1;
            }
            let count = (column - start) as f64;
            let run = Growing {
                hectares: count * cell_area_ha,
                cells: count,
                column_sum: count * ((start + column) as f64 / 2.0),
                row_sum: count * (f64::from(row) + 0.5),
                worst,
                last_row: row,
            };
            let label = self.join_above(start, column, run, &mut runs);
            runs.push(Run { start, end: column, label });
        }
        self.above = runs;
        self.close_left_behind(row);
    }

    /// The patches found, largest first, `most` of them at most.
    pub fn finish(mut self, grid: &Grid, most: usize) -> Vec<BurntPatch> {
        self.closed.extend(self.open.into_values());
        let closed = ordered(self.closed, &|a, b| {
            let place =
                |patch: &Growing| (patch.row_sum / patch.cells, patch.column_sum / patch.cells);
            b.hectares
                .total_cmp(&a.hectares)
                .then(place(a).0.total_cmp(&place(b).0))
                .then(place(a).1.total_cmp(&place(b).1))
        });
        let patches = closed.into_iter().take(most);
        patches
            .map(|patch| {
                let (lon, lat) = grid
                    .lonlat_from_grid(patch.column_sum / patch.cells, patch.row_sum / patch.cells);
                BurntPatch { lon, lat, hectares: patch.hectares, worst: patch.worst }
            })
            .collect()
    }

    /// Labels a run after the patches that it touches above, which become one.
    fn join_above(&mut self, start: usize, end: usize, run: Growing, current: &mut [Run]) -> usize {
        let mut touched: Vec<usize> = self
            .above
            .iter()
            .filter(|above| above.start <= end && start <= above.end)
            .map(|above| above.label)
            .collect();
        touched.sort_unstable();
        touched.dedup();
        let Some((&label, others)) = touched.split_first() else {
            self.next_label += 1;
            self.open.insert(self.next_label, run);
            return self.next_label;
        };
        let mut joined = run;
        for old in others {
            if let Some(patch) = self.open.remove(old) {
                joined.join(patch);
            }
            for run in
                self.above.iter_mut().chain(current.iter_mut()).filter(|run| run.label == *old)
            {
                run.label = label;
            }
        }
        self.open.entry(label).and_modify(|patch| patch.join(joined)).or_insert(joined);
        label
    }

    /// Patches without a cell in this row cannot grow any more.
    fn close_left_behind(&mut self, row: u32) {
        let (open, closed): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|(_, patch)| patch.last_row == row);
        self.open = open;
        self.closed.extend(closed.into_values());
    }
}

/// The class of burnt ground that two views show, or that needs no second one.
fn burnt_class(cell: MapCell) -> Option<Severity> {
    match cell {
        MapCell::Value(dnbr) => Breaks::USGS.classify(dnbr).filter(|class| class.is_burnt()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::cell::Empty;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Letters: `.` unburned, `l` low, `h` high, `p` high in a single view. Sizes in cells, largest first.
    fn patches(rows: &[&str]) -> Vec<BurntPatch> {
        let mut finder = PatchFinder::default();
        for (row, cells) in rows.iter().enumerate() {
            let cells: Vec<MapCell> = cells
                .bytes()
                .map(|letter| match letter {
                    b'l' => MapCell::Value(0.2),
                    b'h' => MapCell::Value(0.8),
                    b'p' => MapCell::Provisional(0.8),
                    b'n' => MapCell::Empty(Empty::Cloud),
                    _ => MapCell::Value(0.0),
                })
                .collect();
            finder.add_row(row as u32, &cells, 1.0);
        }
        finder.finish(&Grid::covering([10.0, 40.0, 11.0, 41.0], 9), 200)
    }

    fn check(rows: &[&str], sizes: &[f64]) {
        let found: Vec<f64> = patches(rows).iter().map(|patch| patch.hectares).collect();
        assert_eq!(found, sizes, "{rows:?}");
    }

    #[test]
    fn connected_cells_are_one_patch() {
        check(&["ll..", "....", "..ll"], &[2.0, 2.0]);
        check(&["l.l", "lll"], &[5.0]);
        check(&["l.l.l", "l.l.l", "lllll"], &[11.0]);
        check(&["lllll", "l...l", "l.l.l", "l...l", "lllll"], &[16.0, 1.0]);
    }

    #[test]
    fn corners_connect() {
        check(&["l..", ".l.", "..l"], &[3.0]);
        check(&["..l", ".l.", "l.."], &[3.0]);
    }

    #[test]
    fn arms_that_meet_late_are_one_patch() {
        check(&["l...l..l", "l...l..l", ".l.l..l.", "..l..l..", "..l.l...", "...l...."], &[14.0]);
    }

    #[test]
    fn holes_part_patches() {
        check(&["lnl", "nnn"], &[1.0, 1.0]);
    }

    #[test]
    fn what_a_single_view_shows_is_in_no_patch_and_joins_none() {
        check(&["lpl", "ppp"], &[1.0, 1.0]);
        check(&["pp", "pp"], &[]);
    }

    #[test]
    fn a_patch_knows_its_worst_class_and_its_middle() {
        let found = patches(&["....", ".lhl", "...."]);
        assert_eq!(found[0].worst, Severity::High);
        let (lon, lat) = Grid::covering([10.0, 40.0, 11.0, 41.0], 9).lonlat_from_grid(2.5, 1.5);
        assert!((found[0].lon - lon).abs() < 1e-9 && (found[0].lat - lat).abs() < 1e-9);
    }

    #[test]
    fn patches_are_those_that_flooding_finds() {
        let mut state = 11u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        for _ in 0..30 {
            let rows: Vec<String> = (0..12)
                .map(|_| (0..17).map(|_| if random() % 5 < 2 { 'l' } else { '.' }).collect())
                .collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            check(&rows, &flooded(&rows));
        }
    }

    fn flooded(rows: &[&str]) -> Vec<f64> {
        let mut burnt: Vec<Vec<bool>> =
            rows.iter().map(|row| row.bytes().map(|letter| letter == b'l').collect()).collect();
        let mut sizes = Vec::new();
        for row in 0..burnt.len() {
            for column in 0..burnt[0].len() {
                let mut stack = vec![(row, column)];
                let mut size = 0.0;
                while let Some((row, column)) = stack.pop() {
                    if !burnt.get(row).and_then(|row| row.get(column)).copied().unwrap_or(false) {
                        continue;
                    }
                    burnt[row][column] = false;
                    size += 1.0;
                    for (down, across) in
                        [(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)]
                    {
                        stack.push((
                            (row + down).wrapping_sub(1),
                            (column + across).wrapping_sub(1),
                        ));
                    }
                }
                if size > 0.0 {
                    sizes.push(size);
                }
            }
        }
        sizes.sort_by(|a, b| f64::total_cmp(b, a));
        sizes
    }
}
