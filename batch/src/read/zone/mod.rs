//! The fire zone of a region: read once from a mask in any coordinate system, kept as one bit per
//! cell.

// The mask's file.
mod coverage;
mod mask;
mod sampling;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use anyhow::{Context, Result, ensure};
use dragonfly_core::{CellWindow, Grid, STRIP_ROWS};

use crate::http::Client;

use mask::{CellsObserved, Mask, MaskSource};

/// Which cells of a grid may burn.
pub(crate) struct FireZone {
    width: u32,
    bits: Vec<u64>,
    /// Share of the box's cells inside the zone, 0 to 1.
    pub(crate) share: f64,
    /// Share of the box's cells beyond the mask's edge, or without data in it.
    pub(crate) beyond_share: f64,
}

impl FireZone {
    /// Reads a mask: 1 is fire-prone, 0 is not; its no-data value and what lies beyond its edge
    /// count as 0.
    ///
    /// At most `max_bytes` of memory are taken for the zone of all cells.
    ///
    /// # Errors
    /// When the mask is missing, holds other values, or does not touch the region's box; when the
    /// zone takes more.
    pub(crate) fn read(path: &str, grid: &Grid, max_bytes: u64, client: &Client) -> Result<Self> {
        let named = || {
            format!(
                "the fire-zone mask {path} (`fire_mask_path` of the region or `fire_zone_mask`)"
            )
        };
        let source = MaskSource { path, client };
        Self::read_from(source, source.open().with_context(named)?, grid, max_bytes)
            .with_context(named)
    }

    /// Reads a mask for the coarsest of some grids that needs no more than `max_blocks` of its
    /// blocks, or for the last of them.
    ///
    /// # Errors
    /// As [`FireZone::read`].
    pub(crate) fn read_roughly(
        path: &str,
        grids: &[Grid],
        max_blocks: u64,
        max_bytes: u64,
        client: &Client,
    ) -> Result<Self> {
        let named = || {
            format!(
                "the fire-zone mask {path} (`fire_mask_path` of the region or `fire_zone_mask`)"
            )
        };
        let source = MaskSource { path, client };
        let mask = source.open().with_context(named)?;
        let small = grids.iter().find(|grid| {
            Self::bytes_of(grid) <= max_bytes && mask.blocks_under(grid) <= max_blocks
        });
        let grid = small.or(grids.last()).context("no grid to read a mask for")?;
        Self::read_from(source, mask, grid, max_bytes).with_context(named)
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> u64 {
        (self.bits.len() * size_of::<u64>()) as u64
    }

    fn bytes_of(grid: &Grid) -> u64 {
        (u64::from(grid.width()) * u64::from(grid.height()))
            .div_ceil(64)
            .saturating_mul(size_of::<u64>() as u64)
    }

    fn read_from(source: MaskSource<'_>, mask: Mask, grid: &Grid, max_bytes: u64) -> Result<Self> {
        let bytes = Self::bytes_of(grid);
        ensure!(
            bytes <= max_bytes,
            "the zone of {} × {} cells takes {} MiB of memory, and memory_mb leaves {}: raise \
            memory_mb, lower zoom_max, or make the region smaller",
            grid.width(),
            grid.height(),
            bytes.div_ceil(1 << 20),
            max_bytes >> 20
        );
        let mut zone = Self {
            width: grid.width(),
            bits: vec![0; bytes as usize / size_of::<u64>()],
            share: 0.0,
            beyond_share: 0.0,
        };
        let (columns, rows) = (&grid.inside_columns(), &grid.inside_rows());
        let box_cells = (columns.len() * rows.len()).max(1);
        let (mut inside, mut beyond) = (0usize, 0usize);
        read_windows(source, mask, grid, &windows(columns, rows), |part, seen| {
            beyond += seen.beyond;
            let places = part
                .rows
                .clone()
                .flat_map(|row| part.columns.clone().map(move |column| (column, row)));
            for ((column, row), _) in places.zip(seen.in_zone).filter(|(_, in_zone)| *in_zone) {
                zone.insert(column, row);
                inside += 1;
            }
        })?;
        ensure!(
            beyond < box_cells,
            "does not touch the region's box: name a mask of this part of the world in \
            `fire_mask_path`"
        );
        if beyond > 0 {
            zone.beyond_share = beyond as f64 / box_cells as f64;
            tracing::warn!(
                "{:.1} % of the box lies beyond the mask's edge or has no data there, and \
                counts as outside the fire zone",
                100.0 * zone.beyond_share
            );
        }
        zone.share = inside as f64 / box_cells as f64;
        Ok(zone)
    }

    /// Whether a cell may burn.
    pub(crate) fn contains(&self, column: u32, row: u32) -> bool {
        let bit = self.bit(column, row);
        self.bits.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// Whether any cell of a window may burn.
    pub(crate) fn touches(&self, window: &CellWindow) -> bool {
        window
            .rows
            .clone()
            .any(|row| window.columns.clone().any(|column| self.contains(column, row)))
    }

    fn insert(&mut self, column: u32, row: u32) {
        let bit = self.bit(column, row);
        self.bits[bit / 64] |= 1 << (bit % 64);
    }

    fn bit(&self, column: u32, row: u32) -> usize {
        row as usize * self.width as usize + column as usize
    }
}

/// Threads that read a mask: each has it open by itself.
const MAX_THREADS: usize = 4;
/// Columns of a window.
const WINDOW_COLUMNS: u32 = 1 << 14;

/// Windows of cells from north to south, and from west to east.
fn windows(columns: &Range<u32>, rows: &Range<u32>) -> Vec<CellWindow> {
    let parts = |range: &Range<u32>, step: u32| {
        let end = range.end;
        range
            .clone()
            .step_by(step as usize)
            .map(move |start| start..start.saturating_add(step).min(end))
    };
    let of_rows = |rows: Range<u32>| {
        parts(columns, WINDOW_COLUMNS)
            .map(move |columns| CellWindow { columns, rows: rows.clone() })
    };
    parts(rows, STRIP_ROWS).flat_map(of_rows).collect()
}

/// Reads windows of a mask in a few threads; calls `use_part` in this one, in any order of the
/// parts.
fn read_windows(
    source: MaskSource<'_>,
    mask: Mask,
    grid: &Grid,
    windows: &[CellWindow],
    mut use_part: impl FnMut(CellWindow, CellsObserved),
) -> Result<()> {
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_THREADS)
        .min(windows.len());
    let Some(count) = mask.shared_count()?.filter(|_| threads > 1) else {
        return windows.iter().try_for_each(|window| mask.visit(grid, window, &mut use_part));
    };
    drop(mask);
    let next = &AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, parts) = mpsc::sync_channel(threads);
        for _ in 0..threads {
            let (sender, count) = (sender.clone(), Arc::clone(&count));
            scope.spawn(move || {
                let read = source.open_beside(count).and_then(|mask| {
                    while let Some(window) = windows.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let mut has_receiver = true;
                        let send = |part, seen| {
                            has_receiver = has_receiver && sender.send(Ok((part, seen))).is_ok()
                        };
                        mask.visit(grid, window, send)?;
                        if !has_receiver {
                            break;
                        }
                    }
                    Ok(())
                });
                if let Err(error) = read {
                    // Where another thread failed before, nobody receives.
                    let _ = sender.send(Err(error));
                }
            });
        }
        drop(sender);
        // After a failure the receiver is gone, and the threads end with their window.
        parts.into_iter().try_for_each(|part| {
            let (part, seen) = part?;
            use_part(part, seen);
            Ok(())
        })
    })
}
