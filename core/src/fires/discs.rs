//! Discs around points, painted on a grid.

use dragonfly_pixels::Grid;

/// The cells whose centres lie within a distance of a point.
pub(crate) struct Discs {
    /// Whether a cell does; row by row.
    pub(crate) is_covered: Vec<bool>,
    /// True area of a cell of each row, hectares.
    pub(crate) cell_areas_ha: Vec<f64>,
}

impl Discs {
    /// Paints discs of `radius_m` metres on the ground around longitudes and latitudes.
    pub(crate) fn around(grid: &Grid, points: &[(f64, f64)], radius_m: f64) -> Self {
        let (width, height) = (grid.width() as usize, grid.height() as usize);
        let cell_areas_ha: Vec<f64> =
            (0..grid.height()).map(|row| grid.cell_area_ha(row)).collect();
        // Where a run of covered cells begins (+1) and ends (−1), so that discs of any size cost
        // their height only.
        let mut changes = vec![0i32; (width + 1) * height];
        for (lon, lat) in points {
            let (column, row) = grid.grid_from_lonlat(*lon, *lat);
            let near_row = (row.clamp(0.0, height.saturating_sub(1) as f64)) as usize;
            let Some(area_ha) = cell_areas_ha.get(near_row) else { continue };
            let radius = radius_m / (area_ha * 10_000.0).sqrt();
            let first = (row - radius - 0.5).ceil().max(0.0) as usize;
            let end = (row + radius + 0.5).floor().clamp(0.0, height as f64) as usize;
            for covered in first..end {
                let off = covered as f64 + 0.5 - row;
                let half = (radius * radius - off * off).max(0.0).sqrt();
                let start = (column - half - 0.5).ceil().clamp(0.0, width as f64) as usize;
                let stop = (column + half + 0.5).floor().clamp(0.0, width as f64) as usize;
                if start < stop {
                    changes[covered * (width + 1) + start] += 1;
                    changes[covered * (width + 1) + stop] -= 1;
                }
            }
        }
        let mut is_covered = Vec::with_capacity(width * height);
        for row in changes.chunks_exact(width + 1) {
            let mut depth = 0;
            is_covered.extend(row[..width].iter().map(|change| {
                depth += change;
                depth > 0
            }));
        }
        Self { is_covered, cell_areas_ha }
    }
}
