//! Discs around places, row by row of a grid: what is held is one row, whatever the size of the
//! grid.

use dragonfly_pixels::Grid;

/// Discs, visited from the first row of a grid to the last.
pub(super) struct DiscRows {
    /// In the order of their first rows.
    discs: Vec<Disc>,
    /// The first disc that no row has reached yet.
    next: usize,
    /// The discs that the current row may cross.
    open: Vec<Disc>,
    /// Where runs of covered cells begin (+1) and end (−1).
    changes: Vec<i32>,
}

#[derive(Clone, Copy)]
struct Disc {
    column: f64,
    row: f64,
    /// Cells.
    radius: f64,
}

impl Disc {
    fn first_row(self) -> f64 {
        self.row - self.radius
    }
}

impl DiscRows {
    /// Discs around longitudes and latitudes, each with its radius in metres on the ground.
    pub(super) fn around(grid: &Grid, places: impl Iterator<Item = (f64, f64, f64)>) -> Self {
        let last_row = grid.height().saturating_sub(1);
        let disc = |(lon, lat, radius_m): (f64, f64, f64)| {
            let (column, row) = grid.grid_from_lonlat(lon, lat);
            let near_row = row.clamp(0.0, f64::from(last_row)) as u32;
            let cell_m = (grid.cell_area_ha(near_row) * 10_000.0).sqrt();
            Disc { column, row, radius: radius_m / cell_m }
        };
        let mut discs: Vec<Disc> = places.map(disc).collect();
        discs.sort_by(|one, other| one.first_row().total_cmp(&other.first_row()));
        let changes = vec![0; grid.width() as usize + 1];
        Self { discs, next: 0, open: Vec::new(), changes }
    }

    /// Marks the cells of the next row whose centres lie within a disc. Rows come in ascending
    /// order.
    pub(super) fn cover_row(&mut self, row: u32, is_covered: &mut Vec<bool>) {
        let middle = f64::from(row) + 0.5;
        while let Some(disc) = self.discs.get(self.next).filter(|disc| disc.first_row() <= middle) {
            self.open.push(*disc);
            self.next += 1;
        }
        self.open.retain(|disc| disc.row + disc.radius >= middle);
        let width = self.changes.len() - 1;
        self.changes.fill(0);
        for disc in &self.open {
            let off = middle - disc.row;
            let half = (disc.radius * disc.radius - off * off).max(0.0).sqrt();
            let cell = |edge: f64| edge.clamp(0.0, width as f64) as usize;
            let start = cell((disc.column - half - 0.5).ceil());
            let end = cell((disc.column + half + 0.5).floor());
            if start < end {
                self.changes[start] += 1;
                self.changes[end] -= 1;
            }
        }
        let mut depth = 0;
        is_covered.clear();
        is_covered.extend(self.changes[..width].iter().map(|change| {
            depth += change;
            depth > 0
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::discs::Discs;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_rows_are_those_of_discs_painted_at_once() {
        let grid = Grid::covering([-120.02, 35.0, -119.98, 35.03], 12);
        let places = [(-120.0, 35.01), (-119.99, 35.02), (-120.05, 35.01), (-120.0, 35.4)];
        let painted = Discs::around(&grid, &places, 900.0).is_covered;
        assert!(painted.contains(&true) && painted.contains(&false));
        let mut rows =
            DiscRows::around(&grid, places.map(|(lon, lat)| (lon, lat, 900.0)).into_iter());
        let mut row_cells = Vec::new();
        let mut all = Vec::new();
        for row in 0..grid.height() {
            rows.cover_row(row, &mut row_cells);
            all.extend_from_slice(&row_cells);
        }
        assert_eq!(all, painted);
    }
}
