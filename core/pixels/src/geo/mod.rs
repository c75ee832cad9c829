//! Where things lie: Web Mercator, tiles, the grid of a map, areas.

pub(crate) mod area;
pub(crate) mod cell;
pub(crate) mod geo_transform;
pub(crate) mod grid;
pub mod mercator;
pub(crate) mod strips;
pub(crate) mod tile;
pub(crate) mod trace;
pub(crate) mod zone;

pub use area::{
    Area, AreaError, AreaRing, ProjectedArea, box_within_one_turn, by_containment, doubled_area,
};
pub use cell::{CHANGED, Empty, MapCell, PROVISIONAL, VALID, WATER_AFTER, has_value, start_states};
pub use geo_transform::GeoTransform;
pub use grid::Grid;
pub use strips::{STRIP_ROWS, strips};
pub use tile::{Tile, TileRange};
pub use trace::{ClassCells, ClassPiece, ClassRing, NO_CLASS, TooManyVerticesError, Traced, trace};
pub use zone::{ZoneWindow, cells_in_zone};
