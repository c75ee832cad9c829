//! What is true of burnt ground: formulas, thresholds, and all that follows from a pixel.
//!
//! The nightly batch compiles this crate natively and the page to WebAssembly; the same input gives
//! the same bits in both. So it opens no file, reads no clock, prints nothing, starts no thread,
//! and per-pixel arithmetic keeps to `+ − × ÷ √` in a fixed order.
//!
//! Conventions: rasters are row-major with north at row 0. Reflectance runs from 0 to 1, NBR from
//! −1 to 1, neither is printed ×1000. Boxes are west, south, east, north in degrees. Areas are
//! hectares. NaN means "not observed" and passes through every formula.

mod burn_ratio;
mod index;
mod legend;
mod palette;
mod severity;
mod thresholds;

mod offset;
mod reflectance;
mod sky;

mod geo_transform;
mod grid;
mod joined_pixels;
mod lattice;
mod level;
pub mod mercator;
mod nearest_pixels;
mod needed_blocks;
mod placement;
mod scene_plan;
mod scene_rows;
mod tile;
mod warp;
mod zone;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod rehearsal;

mod area;
mod cell;
mod composite;
mod dnbr_offset;
mod mosaic;
mod patches;
mod summary;

mod pyramid;
mod tile_code;
mod tile_index;
mod tile_png;

mod collection;
mod region;
mod rotation;
mod scenes;
pub mod stac;
mod window;

mod health;
pub mod metadata;
// The messages in which page and worker meet.
pub mod protocol;

pub use area::{Area, AreaError, ProjectedArea};
pub use burn_ratio::{dnbr, nbr, rbr, rdnbr};
pub use cell::{Empty, VALID};
pub use collection::{Collection, OffsetSource, VISIBLE_BANDS};
pub use composite::{Composite, Side, median, state_of};
pub use dnbr_offset::{DnbrOffset, OffsetRing};
pub use geo_transform::GeoTransform;
pub use grid::Grid;
pub use health::{Health, RegionFiles, RegionHealth};
pub use index::Index;
pub use joined_pixels::JoinedPixels;
pub use lattice::{CellWindow, Footprint, Lattice};
pub use legend::{LEGEND, LegendEntry};
pub use level::choose_level;
pub use mosaic::{Passes, RowViews, SceneView, SideViews};
pub use nearest_pixels::NearestPixels;
pub use needed_blocks::NeededBlocks;
pub use offset::{
    DnCounts, MAX_COARSEST_PX, OffsetDecision, OffsetRule, offset_from_pixels, offset_rule,
};
pub use palette::{Palette, Rgb};
pub use patches::{BurntPatch, PatchFinder};
pub use placement::{ImageFrame, Placement, Projection, Unplaced};
pub use pyramid::TileCells;
pub use reflectance::{SIGNED_FILL_DN, Scaling, dn_from_signed};
pub use region::{Region, RegionError, regions_from_json};
pub use rotation::{NightPlan, RegionRecord, Turn, plan_night};
pub use scene_plan::{LevelFrame, ScenePlan};
pub use scene_rows::{ReadPixels, SceneRows};
pub use scenes::{SceneChoice, SceneRequest, SkippedScene, choose_scenes, overpasses};
pub use severity::{
    BadBreaks, Breaks, IMPLAUSIBLE_ABOVE, IMPLAUSIBLE_BELOW, Severity, is_implausible,
};
pub use sky::{CLOUD_MARGIN_M, MaskKind, Masks, Sky, SkyRules, SkyTable, margin_px, widen_clouds};
pub use summary::{BackgroundDnbr, EmptyShare, Hectares, Summary};
pub use thresholds::{BadThresholds, ClassTable, TableClass, Thresholds};
pub use tile::{Tile, TileRange};
pub use tile_code::{
    LAST_VALUE_INDEX, class_from_index, colours, dnbr_from_index, index_from_cell, index_from_dnbr,
};
pub use tile_index::{TileFate, TileIndex, ZoomIndex};
pub use tile_png::{TILE_PIXELS, TileError, decode_tile, encode_tile};
pub use warp::{Observation, Observations, Resampling, SceneWindow, Sight, warp};
pub use window::{DateWindow, FireSide, SearchWindows};
pub use zone::{ZoneWindow, cells_in_zone};

/// Version of this crate, stated in the metadata of every map. It goes up whenever the same input
/// gives other bits: browsers keep results under it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
