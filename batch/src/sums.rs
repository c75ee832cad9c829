//! What is counted over a whole map while its rows pass by.

use anyhow::Result;
use dragonfly_core::{DnbrOffset, Empty, Grid, PatchFinder, Summary, VALID};

use crate::layout::RunFolder;
use crate::mosaic::STRIP_ROWS;
use crate::raster::RunReader;

/// Sums over a map.
#[derive(Default)]
pub(crate) struct Sums {
    pub(crate) summary: Summary,
    pub(crate) patches: PatchFinder,
    /// Clear views of all cells together.
    pub(crate) clear_views: u64,
    /// Taken off before the rest was counted.
    pub(crate) dnbr_offset: Option<DnbrOffset>,
}

impl Sums {
    /// Adds the next rows: dNBR and state of whole rows.
    pub(crate) fn add_rows(&mut self, grid: &Grid, first_row: u32, dnbr: &[f32], state: &[u8]) {
        let width = grid.width() as usize;
        for (row, (dnbr, state)) in (first_row..).zip(dnbr.chunks_exact(width).zip(state.chunks_exact(width))) {
            let area_ha = grid.cell_area_ha(row);
            self.summary.add_row(dnbr.iter().zip(state).map(|(dnbr, state)| cell(*dnbr, *state)), area_ha);
            self.patches.add_row(row, dnbr, area_ha);
        }
    }

    /// The same counted again on the run's raster, from which an offset has been taken.
    pub(crate) fn counted_again(self, offset: DnbrOffset, folder: &RunFolder, grid: &Grid) -> Result<Self> {
        let reader = RunReader::open(folder)?;
        let mut again = Self { clear_views: self.clear_views, dnbr_offset: Some(offset), ..Self::default() };
        for first_row in (0..grid.height()).step_by(STRIP_ROWS as usize) {
            let (dnbr, state) = reader.rows(grid, first_row..(first_row + STRIP_ROWS).min(grid.height()))?;
            again.add_rows(grid, first_row, &dnbr, &state);
        }
        Ok(again)
    }
}

fn cell(dnbr: f32, state: u8) -> Result<f32, Empty> {
    if state == VALID { Ok(dnbr) } else { Err(Empty::from_code(state).unwrap_or(Empty::NoData)) }
}
