//! Cutting a run into tiles: exact cuts at the finest zoom, averages above.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use dragonfly_core::metadata::TilesSkipped;
use dragonfly_core::{
    Empty, Grid, MapCell, Tile, TileCells, TileFate, TileIndex, ZoomIndex, encode_tile,
};
use rayon::prelude::*;

use crate::cli::progress::ProgressStep;
use crate::publish::raster::RunReader;
use crate::publish::store::TileSink;

/// The outcome of cutting a run into tiles.
pub(crate) struct CutTiles {
    pub(crate) index: TileIndex,
    pub(crate) stored: u64,
    pub(crate) skipped: TilesSkipped,
    pub(crate) bytes: u64,
}

/// What a set of tiles shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TileSet {
    /// Severity of all ground; what changed without a fire is unburned.
    Severity {
        /// Whether wholly unburned tiles are left out.
        skip_unburned: bool,
    },
    /// The dNBR of what changed without a fire, and nothing else.
    Change,
    /// The dNBR of provisional ground, and nothing else.
    Provisional,
}

impl TileSet {
    /// The name of its folder.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Severity { .. } => "dnbr",
            Self::Change => "changed",
            Self::Provisional => "provisional",
        }
    }

    fn cell(self, cell: MapCell) -> Result<f32, Empty> {
        match self {
            Self::Severity { .. } => cell.severity(),
            Self::Change => cell.change(),
            Self::Provisional => cell.provisional(),
        }
    }

    fn indices(self, cells: &TileCells) -> Vec<u8> {
        match self {
            Self::Severity { .. } => cells.indices(),
            Self::Change | Self::Provisional => cells.majority_indices(),
        }
    }

    fn skips_unburned(self) -> bool {
        matches!(self, Self::Severity { skip_unburned: true })
    }
}

/// Cuts all tiles of a set from `zoom_min` to the grid's zoom.
pub(crate) fn cut_tiles(
    reader: &RunReader,
    grid: &Grid,
    zoom_min: u8,
    set: TileSet,
    sink: &dyn TileSink,
    step: &ProgressStep,
) -> Result<CutTiles> {
    let cutter =
        Cutter { reader, grid, set, sink, fates: Mutex::default(), bytes: AtomicU64::new(0), step };
    let tops: Vec<Tile> = grid.tiles().at_zoom(zoom_min).tiles().collect();
    tops.into_par_iter().try_for_each(|top| cutter.cut(top).map(drop))?;

    let fates = cutter.fates.into_inner().unwrap_or_else(PoisonError::into_inner);
    let fate = |tile: &Tile| fates.get(tile).copied().unwrap_or(TileFate::Empty(Empty::OutsideBox));
    let zooms = (zoom_min..=grid.zoom()).map(|zoom| {
        let range = grid.tiles().at_zoom(zoom);
        ZoomIndex::new(range, &range.tiles().map(|tile| fate(&tile)).collect::<Vec<_>>())
    });
    let count = |is_counted: fn(&TileFate) -> bool| {
        fates.values().filter(|fate| is_counted(fate)).count() as u64
    };
    Ok(CutTiles {
        index: TileIndex(zooms.collect()),
        stored: count(|fate| *fate == TileFate::Stored),
        skipped: TilesSkipped {
            empty: count(|fate| matches!(fate, TileFate::Empty(_))),
            unburned: count(|fate| *fate == TileFate::Unburned),
        },
        bytes: cutter.bytes.into_inner(),
    })
}

/// Number of tiles from `zoom_min` to the grid's zoom, stored or not.
pub(crate) fn tile_count(grid: &Grid, zoom_min: u8) -> u64 {
    let ranges = (zoom_min..=grid.zoom()).map(|zoom| grid.tiles().at_zoom(zoom));
    ranges.map(|range| u64::from(range.width()) * u64::from(range.height())).sum()
}

struct Cutter<'a> {
    reader: &'a RunReader,
    grid: &'a Grid,
    set: TileSet,
    sink: &'a dyn TileSink,
    fates: Mutex<HashMap<Tile, TileFate>>,
    bytes: AtomicU64,
    step: &'a ProgressStep,
}

impl Cutter<'_> {
    /// Cuts a tile and all below it; `None` outside the grid. A tile is made from those below, so
    /// every cell of the raster is read once, and only one branch of the pyramid is in memory.
    fn cut(&self, tile: Tile) -> Result<Option<TileCells>> {
        if !self.grid.tiles().at_zoom(tile.z).contains(tile) {
            return Ok(None);
        }
        let cells = match self.grid.corner_of(tile) {
            Some((column, row)) => {
                let cells = self.reader.tile(column, row)?.into_iter();
                TileCells::finest(cells.map(|cell| self.set.cell(cell)))
            }
            None => {
                let children = tile.children().into_par_iter().map(|child| self.cut(child));
                let children: Vec<Option<TileCells>> = children.collect::<Result<_>>()?;
                match <[_; 4]>::try_from(children) {
                    Ok(children) => TileCells::joined(&children),
                    Err(_) => return Ok(None),
                }
            }
        };
        self.store(tile, &self.set.indices(&cells))?;
        Ok(Some(cells))
    }

    fn store(&self, tile: Tile, indices: &[u8]) -> Result<()> {
        let fate = TileFate::of(indices, self.set.skips_unburned());
        if fate == TileFate::Stored {
            let png = encode_tile(indices)?;
            self.sink.write(tile, &png)?;
            self.bytes.fetch_add(png.len() as u64, Ordering::Relaxed);
        }
        self.fates.lock().unwrap_or_else(PoisonError::into_inner).insert(tile, fate);
        self.step.advance(1, self.bytes.load(Ordering::Relaxed));
        Ok(())
    }
}
