//! Tiles on demand: from memory, or fetched and decoded.

use std::cell::RefCell;
use std::rc::Rc;

use dragonfly_core::{TileError, decode_tile};

use crate::data::fetch::{self, FileFetchError};
use crate::data::tile_store::{Indices, TileStore};

/// Tiles kept in memory: 16 MiB, several screens full.
const TILES_KEPT: usize = 256;

/// Why a tile cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TileFetchError {
    /// The file could not be had.
    #[error(transparent)]
    Fetch(#[from] FileFetchError),
    /// The file is no value tile.
    #[error(transparent)]
    Broken(#[from] TileError),
}

impl TileFetchError {
    /// Whether the server does not have the tile.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Fetch(FileFetchError::NotFound { .. }))
    }
}

/// Fetches and decodes tiles, and remembers them. A clone shares the memory.
#[derive(Clone)]
pub struct TileSource(Rc<RefCell<TileStore>>);

impl TileSource {
    /// A source that has fetched nothing yet.
    pub fn new() -> Self {
        Self(Rc::new(RefCell::new(TileStore::new(TILES_KEPT))))
    }

    /// The palette indices of a tile.
    pub async fn indices(&self, url: &str) -> Result<Indices, TileFetchError> {
        if let Some(indices) = self.0.borrow_mut().find(url) {
            return Ok(indices);
        }
        let indices: Indices = decode_tile(&fetch::bytes(url).await?)?.into();
        self.0.borrow_mut().keep(url, indices.clone());
        Ok(indices)
    }
}
