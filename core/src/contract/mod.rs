//! What the programs exchange: published metadata and health, and messages of page and worker.

pub(crate) mod health;
pub mod metadata;
pub mod protocol;

pub use health::{Health, RegionFiles, RegionHealth};
