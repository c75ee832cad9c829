//! Map tiles: lower zooms, the code of a cell, the index of stored tiles, PNG.

pub(crate) mod pyramid;
pub(crate) mod tile_code;
pub(crate) mod tile_index;
pub(crate) mod tile_png;

pub use pyramid::TileCells;
pub use tile_code::{
    LAST_VALUE_INDEX, class_from_index, colours, dnbr_from_index, index_from_cell, index_from_dnbr,
};
pub use tile_index::{TileFate, TileIndex, ZoomIndex};
pub use tile_png::{TILE_PIXELS, TileError, decode_tile, encode_tile};
