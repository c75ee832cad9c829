//! What is counted over a whole map.

use anyhow::Result;
use dragonfly_core::{Grid, PatchFinder, Summary};

use crate::layout::RunFolder;
use crate::mosaic::STRIP_ROWS;
use crate::raster::{RunReader, cell};

/// Sums over a map.
pub(crate) struct Sums {
    pub(crate) summary: Summary,
    pub(crate) patches: PatchFinder,
    /// Clear views of all cells together.
    pub(crate) clear_views: u64,
}

impl Sums {
    /// The sums over the rasters of a run, from north to south.
    pub(crate) fn of_run(folder: &RunFolder, grid: &Grid, clear_views: u64) -> Result<Self> {
        let reader = RunReader::open(folder)?;
        let mut sums = Self { summary: Summary::default(), patches: PatchFinder::default(), clear_views };
        let width = grid.width();
        for first_row in (0..grid.height()).step_by(STRIP_ROWS as usize) {
            let rows = first_row..(first_row + STRIP_ROWS).min(grid.height());
            let (dnbr, state) = reader.cells((0, first_row), (width, rows.len() as u32))?;
            let lines = dnbr.chunks_exact(width as usize).zip(state.chunks_exact(width as usize));
            for (row, (dnbr, state)) in rows.zip(lines) {
                let area_ha = grid.cell_area_ha(row);
                sums.summary.add_row(dnbr.iter().zip(state).map(|(dnbr, state)| cell(*dnbr, *state)), area_ha);
                sums.patches.add_row(row, dnbr, area_ha);
            }
        }
        Ok(sums)
    }
}
