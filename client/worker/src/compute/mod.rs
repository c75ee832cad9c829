//! From chosen scenes to dNBR, strip by strip.

mod band;
mod colours;
pub(crate) mod engine;
pub(crate) mod open_band;
pub(crate) mod projection;
pub(crate) mod raster;
pub(crate) mod scene;
pub(crate) mod scene_error;
pub(crate) mod target;
pub(crate) mod utm_grid;

pub use engine::{Map, Pictures, Ring, View, compute, compute_in_utm};
pub use projection::CrsProjection;
pub use scene::{Begin, Look, PixelGrid, Scene, SceneWish, Unit};
pub use scene_error::SceneError;
pub use target::{Wanted, WantedCells};
pub use utm_grid::{NoUtmGrid, UtmGrid};
