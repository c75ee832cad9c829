//! What the programs exchange: published metadata and health, and messages of page and worker.

pub mod failure;
pub(crate) mod health;
pub mod metadata;
pub mod protocol;
pub(crate) mod used_scene;
pub mod warning;

pub use failure::RunFailure;
pub use health::{Health, RegionFiles, RegionHealth};
pub use warning::{MapWarning, WarningReason};
