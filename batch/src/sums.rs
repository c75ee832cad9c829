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
        let mut sums =
            Self { summary: Summary::default(), patches: PatchFinder::default(), clear_views };
        let width = grid.width();
        for first_row in (0..grid.height()).step_by(STRIP_ROWS as usize) {
            let rows = first_row..(first_row + STRIP_ROWS).min(grid.height());
            let (dnbr, state) = reader.cells((0, first_row), (width, rows.len() as u32))?;
            let lines = || {
                rows.clone()
                    .zip(dnbr.chunks_exact(width as usize).zip(state.chunks_exact(width as usize)))
            };
            let Self { summary, patches, .. } = &mut sums;
            let add_to_summary = || {
                for (row, (dnbr, state)) in lines() {
                    let cells = dnbr.iter().zip(state).map(|(dnbr, state)| cell(*dnbr, *state));
                    summary.add_row(cells, grid.cell_area_ha(row));
                }
            };
            let add_to_patches = || {
                for (row, (dnbr, _)) in lines() {
                    patches.add_row(row, dnbr, grid.cell_area_ha(row));
                }
            };
            rayon::join(add_to_summary, add_to_patches);
        }
        Ok(sums)
    }
}
