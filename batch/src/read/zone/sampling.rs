//! Which pixels of a mask are sampled for the cells of a window: of which level, and every so many.

use std::ops::Range;

use anyhow::Result;
use dragonfly_core::{CellWindow, Lattice};
use gdal::raster::RasterBand;

/// Pixels that are read at a time.
pub(super) const MAX_WINDOW_PX: u64 = 2 << 20;
/// Pixels along the side of a cell that are sampled, at least, where the mask has more.
const MIN_SAMPLES: f64 = 4.0;
/// Cells along a side of the smallest window: a step of the lattice.
const MIN_WINDOW_CELLS: u32 = 16;
/// One resolution of the mask.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaskLevel {
    /// `None`: the image itself.
    pub(super) overview: Option<usize>,
    /// Pixels across and down.
    pub(super) size: (usize, usize),
    /// Pixels of a block.
    pub(super) block: (usize, usize),
    /// Pixels of full resolution along a pixel.
    pub(super) factors: (f64, f64),
}

/// Which pixels are sampled: every so many of a level, across and down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampling {
    pub(super) level: MaskLevel,
    pub(super) steps: (usize, usize),
}

impl Sampling {
    /// The pixels to sample for a window's cells; `None` where none of them can be placed.
    pub(super) fn for_cells(
        levels: &[MaskLevel],
        lattice: &Lattice,
        window: &CellWindow,
    ) -> Option<Self> {
        let mut cell_px = (f64::INFINITY, f64::INFINITY);
        for row in window.rows.clone().step_by(MIN_WINDOW_CELLS as usize) {
            lattice.visit_row(row, window.columns.clone(), |_, footprint| {
                if let Some(footprint) = footprint {
                    cell_px = (cell_px.0.min(footprint.width), cell_px.1.min(footprint.height));
                }
            });
        }
        if !cell_px.0.is_finite() || !cell_px.1.is_finite() {
            return None;
        }
        let largest = ((cell_px.0 / MIN_SAMPLES).max(1.0), (cell_px.1 / MIN_SAMPLES).max(1.0));
        let fits =
            |level: &&MaskLevel| level.factors.0 <= largest.0 && level.factors.1 <= largest.1;
        let area = |level: &MaskLevel| level.factors.0 * level.factors.1;
        let level = *levels.iter().filter(fits).max_by(|a, b| area(a).total_cmp(&area(b)))?;
        let steps = (largest.0 / level.factors.0, largest.1 / level.factors.1);
        Some(Self { level, steps: ((steps.0 as usize).max(1), (steps.1 as usize).max(1)) })
    }

    /// A lattice of full resolution in sampled pixels.
    pub(super) fn lattice(&self, lattice: &Lattice) -> Lattice {
        let ((across, down), (column_step, row_step)) = (self.level.factors, self.steps);
        lattice.at_level((across * column_step as f64, down * row_step as f64))
    }

    /// The sampled pixels that a part's cells may touch, as far as the mask has them; `lattice` is
    /// of full resolution. At the last edges of the mask, fewer pixels than a step are not sampled.
    pub(super) fn samples_under(&self, lattice: &Lattice, part: &CellWindow) -> CellWindow {
        let Some((columns, rows)) = self.lattice(lattice).pixels_touched(part) else {
            return CellWindow { columns: 0..0, rows: 0..0 };
        };
        let within = |range: Range<i64>, size: usize, step: usize| {
            let count = (size / step).max(1) as i64;
            range.start.clamp(0, count) as u32..range.end.clamp(0, count) as u32
        };
        CellWindow {
            columns: within(columns, self.level.size.0, self.steps.0),
            rows: within(rows, self.level.size.1, self.steps.1),
        }
    }

    /// Blocks across and down that contain the sampled pixels of a rectangle, about.
    pub(super) fn blocks(&self, samples: &CellWindow) -> (u64, u64) {
        let along = |samples: usize, step: usize, block: usize| {
            (samples.saturating_mul(step).div_ceil(block) + 1).min(samples) as u64
        };
        let across = along(samples.columns.len(), self.steps.0, self.level.block.0);
        (across, along(samples.rows.len(), self.steps.1, self.level.block.1))
    }

    /// The same, with steps so long that even the smallest part of a window has few pixels: for
    /// projections that stretch some cells without bound.
    pub(super) fn coarsened(mut self, lattice: &Lattice, part: &CellWindow) -> Self {
        loop {
            let samples = self.samples_under(lattice, part);
            if pixels(&samples) <= MAX_WINDOW_PX {
                return self;
            }
            match samples.columns.len() > samples.rows.len() {
                true => self.steps.0 *= 2,
                false => self.steps.1 *= 2,
            }
        }
    }
}

/// The image and its overviews.
pub(super) fn levels(band: &RasterBand) -> Result<Vec<MaskLevel>> {
    let full = band.size();
    let mut levels = vec![MaskLevel {
        overview: None,
        size: full,
        block: band.block_size(),
        factors: (1.0, 1.0),
    }];
    for index in 0..band.overview_count()?.max(0) as usize {
        let overview = band.overview(index)?;
        let size = overview.size();
        levels.push(MaskLevel {
            overview: Some(index),
            size,
            block: overview.block_size(),
            factors: (full.0 as f64 / size.0 as f64, full.1 as f64 / size.1 as f64),
        });
    }
    Ok(levels)
}

/// Cells or pixels of a window.
pub(super) fn pixels(window: &CellWindow) -> u64 {
    (window.columns.len() as u64).saturating_mul(window.rows.len() as u64)
}

/// A window of cells split in two where the lattice has its points and where it has more blocks of
/// the mask, so that few blocks are read for both parts; `None` where it is too small.
pub(super) fn halves(
    window: &CellWindow,
    sampling: &Sampling,
    samples: &CellWindow,
) -> Option<[CellWindow; 2]> {
    let middle = |range: &Range<u32>| {
        let middle = range.start + (range.end - range.start) / 2;
        let middle = middle.next_multiple_of(MIN_WINDOW_CELLS);
        (range.start < middle && middle < range.end).then_some(middle)
    };
    let (columns, rows) = (&window.columns, &window.rows);
    let (across, down) = sampling.blocks(samples);
    match (middle(columns), middle(rows)) {
        (Some(middle), by_rows) if across > down || by_rows.is_none() => {
            let parts = [columns.start..middle, middle..columns.end];
            Some(parts.map(|columns| CellWindow { columns, rows: rows.clone() }))
        }
        (_, Some(middle)) => {
            let parts = [rows.start..middle, middle..rows.end];
            Some(parts.map(|rows| CellWindow { columns: columns.clone(), rows }))
        }
        (_, None) => None,
    }
}
