//! What the programs exchange: published metadata and health, and messages of page and worker.

pub mod basemap;
pub mod failure;
pub(crate) mod health;
pub(crate) mod map_layers;
pub mod metadata;
pub mod overlay;
pub mod page_config;
pub mod protocol;
pub(crate) mod provenance;
pub(crate) mod used_scene;
pub mod warning;

pub use failure::RunFailure;
pub use health::{Health, RegionFiles, RegionHealth};
pub use map_layers::{MapLayer, MapLayers};
pub use provenance::{Note, Provenance};
pub use warning::{MapWarning, WarningReason};
