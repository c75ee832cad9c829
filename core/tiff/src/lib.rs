//! Reads Cloud-Optimized GeoTIFFs from bytes at hand, and writes the directories of GeoTIFFs.
//!
//! The crate requests no bytes itself: [`KnownBytes`] holds what is at hand of a file,
//! [`TiffImage::parse`] reads its directories or returns which bytes are missing, and
//! [`Level::decode`] turns the bytes of a block into pixels.
//!
//! It is our own reader over maintained decoders, and not `async-tiff`: that one panics on hostile
//! tags and LZW, sets no bound to what a block unpacks to, needs a C compiler for zstd, and took
//! 0.53 s in a first trial where the whole picture may take 0.45 s. Here nothing panics, every
//! count is bounded, and a decoder writes into a buffer of the block's own size. `fdeflate`, which
//! core's PNGs already use, inflates a block of 512 × 512 pixels in WebAssembly as fast as
//! `zune-inflate` or faster; natively `libdeflate` takes less.
//!
//! # Limits
//! Read are classic TIFF and BigTIFF of either byte order, in tiles or strips, with bands side by
//! side or apart; pixels of 8 or 16 bits without sign, 16 bits with sign, or 32 bits
//! floating-point; uncompressed, deflate, LZW and zstd; horizontal and floating-point predictors;
//! coordinate systems by EPSG number or by parameters (UTM, transverse Mercator, Lambert and Albers
//! conic) in metres on WGS 84 and its equals. Anything else is an error that names it.
//!
//! | bound | at most |
//! |---|---|
//! | directories of a file | 128 |
//! | tags of a directory | 4,096 |
//! | pixels along a side | 2²⁴ |
//! | bands | 64 |
//! | bytes of a block's pixels | 64 MiB |
//! | blocks of all levels | 2²⁰ |
//! | bytes of a stored block | 1.5 × its pixels + 4 KiB |
//! | values of a georeferencing tag | 1,024 |
//! | window of a zstd frame | the block, but 8 MiB may always be requested |

mod byte_order;
mod known_bytes;

// The directories.
mod directory;
mod georeference;
mod image;
mod level;
pub mod tag;

// The pixels.
mod compression;
mod pixels;

mod crs;

// Files that are written.
pub mod writer;

pub use byte_order::ByteOrder;
pub use compression::{BlockError, Compression};
pub use crs::{Crs, CrsError};
pub use directory::TiffError;
pub use image::TiffImage;
pub use known_bytes::{KnownBytes, KnownBytesError};
pub use level::{BlockPlace, Level};
pub use pixels::{Pixels, SampleKind};
