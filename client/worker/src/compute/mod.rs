//! From chosen scenes to dNBR, strip by strip.

mod band;
mod colours;
pub(crate) mod engine;
mod ground_counts;
mod joined_rows;
pub(crate) mod mask_file;
mod masked_hosts;
pub(crate) mod open_band;
pub(crate) mod projection;
pub(crate) mod raster;
mod read_ahead;
pub(crate) mod scene;
mod scene_bytes;
pub(crate) mod scene_error;
mod scene_source;
mod stored_blocks;
pub(crate) mod target;
pub(crate) mod utm_grid;

pub use engine::{ComputedMap, OffsetGround, SidePictures, compute, compute_in_utm};
pub use masked_hosts::masked_hosts;
pub use projection::CrsProjection;
pub use read_ahead::Spawn;
pub use scene::{CogScene, ObservationUnit, PixelGrid, SceneOptions, SceneStrip};
pub use scene_bytes::{SceneBytes, scene_bytes};
pub use scene_error::SceneError;
pub use scene_source::SceneSource;
pub use target::{GridTarget, TargetCells};
pub use utm_grid::{UtmGrid, UtmGridError};
