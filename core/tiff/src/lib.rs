//! Reads Cloud-Optimized GeoTIFFs from bytes at hand.
//!
//! The crate requests no bytes itself: [`KnownBytes`] holds what is at hand of a file,
//! [`TiffImage::parse`] reads its directories or returns which bytes are missing, and
//! [`Level::decode`] turns the bytes of a block into pixels.
//!
//! It is our own reader over maintained decoders, and not `async-tiff`: that one panics on hostile
//! tags and LZW, sets no bound to what a block unpacks to, needs a C compiler for zstd, and took
//! 0.53 s in a first trial where the whole picture may take 0.45 s. Here nothing panics, every
//! count is bounded, and a decoder writes into a buffer of the block's own size. `fdeflate`, which
//! core's PNGs already use, inflates a block of 512 × 512 pixels as fast as `zune-inflate` or
//! faster.

mod byte_order;
mod known_bytes;

// The directories.
mod directory;
mod georeference;
mod image;
mod level;

// The pixels.
mod compression;
mod pixels;

mod crs;

pub use byte_order::ByteOrder;
pub use compression::{BlockError, Compression};
pub use crs::{Crs, CrsError};
pub use directory::TiffError;
pub use image::TiffImage;
pub use known_bytes::{KnownBytes, KnownBytesError};
pub use level::{BlockPlace, Level};
pub use pixels::{Pixels, SampleKind};
