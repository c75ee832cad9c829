//! Statistics over a whole map.

use anyhow::Result;
use dragonfly_core::{
    BurntPreNbr, CHANGED, Grid, MapCell, PatchFinder, STRIP_ROWS, Summary, strips,
};

use crate::deployment::layout::RunFolder;
use crate::publish::raster::RunReader;

/// Statistics of a map.
pub(crate) struct MapStatistics {
    pub(crate) summary: Summary,
    pub(crate) patches: PatchFinder,
    pub(crate) burnt_pre_nbr: BurntPreNbr,
    /// Clear views of all cells together.
    pub(crate) clear_views: u64,
}

impl MapStatistics {
    /// The statistics of the rasters of a run, from north to south.
    pub(crate) fn of_run(folder: &RunFolder, grid: &Grid, clear_views: u64) -> Result<Self> {
        let reader = RunReader::open(folder)?;
        let mut statistics = Self {
            summary: Summary::default(),
            patches: PatchFinder::default(),
            burnt_pre_nbr: BurntPreNbr::default(),
            clear_views,
        };
        let width = grid.width();
        for rows in strips(grid.height(), STRIP_ROWS) {
            let size = (width, rows.len() as u32);
            let (dnbr, state) = reader.cells((0, rows.start), size)?;
            let pre_nbr = reader.pre_nbr((0, rows.start), size)?;
            let lines = || {
                rows.clone()
                    .zip(dnbr.chunks_exact(width as usize).zip(state.chunks_exact(width as usize)))
            };
            let Self { summary, patches, burnt_pre_nbr, .. } = &mut statistics;
            let add_to_summary = || {
                for (row, (dnbr, state)) in lines() {
                    let cells =
                        dnbr.iter().zip(state).map(|(dnbr, state)| MapCell::new(*dnbr, *state));
                    summary.add_row(cells, grid.cell_area_ha(row));
                }
            };
            let add_to_patches = || {
                let mut cells = Vec::with_capacity(width as usize);
                for (row, (dnbr, state)) in lines() {
                    cells.clear();
                    let line = dnbr.iter().zip(state);
                    cells.extend(line.map(|(dnbr, state)| MapCell::new(*dnbr, *state)));
                    patches.add_row(row, &cells, grid.cell_area_ha(row));
                }
                let cells = dnbr.iter().zip(&state).zip(&pre_nbr);
                cells
                    .filter(|((_, state), _)| **state != CHANGED)
                    .for_each(|((dnbr, _), pre_nbr)| burnt_pre_nbr.add(*dnbr, *pre_nbr));
            };
            rayon::join(add_to_summary, add_to_patches);
        }
        Ok(statistics)
    }
}
