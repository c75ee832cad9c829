//! Published files: fetched, read without trust, and kept.

pub mod decimal;
pub mod fetch;
pub mod fields;
pub mod json;
pub mod published;
pub mod tile_address;
pub mod tile_source;
pub mod tile_store;
pub mod world;
