//! What is true of burnt ground: formulas, thresholds, and all that follows from a pixel.
//!
//! The nightly batch compiles this crate natively and the page to WebAssembly; the same input gives
//! the same bits in both. So it opens no file, reads no clock, prints nothing, starts no thread,
//! and per-pixel arithmetic keeps to `+ − × ÷ √` in a fixed order.
//!
//! Conventions: rasters are row-major with north at row 0. Reflectance runs from 0 to 1, NBR from
//! −1 to 1, neither is printed ×1000. Boxes are west, south, east, north in degrees. Areas are
//! hectares. NaN means "not observed" and passes through every formula.

mod area_file;
mod catalogue;
mod contract;
mod crc32;
mod fires;
pub mod http;
mod regions;

#[cfg(test)]
mod tests;

pub use area_file::*;
pub use catalogue::*;
pub use contract::*;
pub use crc32::crc32;
pub use dragonfly_pixels::*;
pub use fires::*;
pub use regions::*;

/// Version of this crate, stated in the metadata of every map. It goes up whenever the same input
/// gives other bits: browsers keep results under it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
