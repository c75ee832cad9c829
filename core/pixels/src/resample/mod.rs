//! From the pixels of a scene to the cells of a grid.

pub(crate) mod cell_average;
pub(crate) mod cell_box;
pub(crate) mod lattice;
pub(crate) mod level;
pub(crate) mod mask_scale;
pub(crate) mod mask_window;
pub(crate) mod nearest_pixels;
pub(crate) mod needed_blocks;
pub(crate) mod observation;
pub(crate) mod pixel_sums;
pub(crate) mod placement;
pub(crate) mod plain_cells;
pub(crate) mod scene_files;
pub(crate) mod scene_plan;
pub(crate) mod scene_rows;
pub(crate) mod scene_window;
pub(crate) mod square_pixels;
pub(crate) mod warp;

pub use lattice::{CellFootprint, CellWindow, Lattice};
pub use level::{choose_common_level, choose_level};
pub use mask_scale::{MaskScale, choose_mask_level};
pub use mask_window::{mask_range, nearest_place};
pub use nearest_pixels::NearestPixels;
pub use needed_blocks::NeededBlocks;
pub use observation::{CellQuality, Observation, Observations};
pub use placement::{ImageFrame, Placement, PlacementError, Projection};
pub use scene_files::{SceneFile, SceneFilesError, band_of_file, check_scene_files, check_sides};
pub use scene_plan::{LevelFrame, ScenePlan};
pub use scene_rows::{ReadPixels, SceneRows};
pub use scene_window::SceneWindow;
pub use warp::{Resampling, warp};
