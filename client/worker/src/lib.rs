//! What the page's Web Worker does: reads satellite images by HTTP ranges and computes in the
//! browser.
//!
//! The GeoTIFF reader is our own, over maintained decoders, and not `async-tiff`: that one panics
//! on hostile tags and LZW, sets no bound to what a block unpacks to, wants a C compiler for zstd,
//! and took 0.53 s in a first try where the whole picture may take 0.45 s. Here nothing panics,
//! every count is bounded, and a decoder writes into a buffer of the block's own size. `fdeflate`,
//! which core's PNGs bring along, inflates a block of 512 × 512 pixels as fast as `zune-inflate` or
//! faster.

// What the page asks for, and what it is told.
mod fault;

// What is found, and what is made of it.
mod catalogue;
mod choice;
mod download;
mod engine;
mod kept;
mod utm_grid;
mod wanted;

// What a GeoTIFF says.
mod byte_order;
mod directory;
mod geo_keys;
mod image;
mod known_bytes;

// Its pixels.
mod compression;
mod level;
mod pixels;

// Its bytes, from far away.
#[cfg(target_arch = "wasm32")]
mod browser;
mod cache;
mod cog;
mod far;
mod requests;
mod transport;

// Its part in a scene.
mod band;
mod colours;
mod scene;

// Its place on the map.
mod crs;
mod projection;

pub mod products;

#[cfg(target_arch = "wasm32")]
pub use browser::{BrowserAnswer, BrowserTransport};
pub use byte_order::ByteOrder;
pub use cache::{ByteCache, NoCache};
pub use catalogue::{Catalogue, CatalogueError, Tokens, Web, WebAnswer};
pub use choice::{around, found, nearest, question, windows};
pub use cog::{BlockPixels, Cog, ReadCause, ReadError};
pub use compression::{BrokenBlock, Compression};
pub use crs::{Crs, UnknownCrs};
pub use directory::TiffError;
pub use download::Harvest;
pub use engine::{Map, Pictures, Ring, View, compute, compute_in_utm};
pub use far::{Far, FetchError, Fetched};
pub use fault::{catalogue_fault, scene_fault};
pub use image::Image;
pub use kept::{ResultKey, ResultReader, ResultWriter};
pub use known_bytes::{KnownBytes, Unknown};
pub use level::{BlockPlace, Level};
pub use pixels::{Pixels, SampleKind};
pub use projection::CrsProjection;
pub use scene::{Begin, Look, PixelGrid, Scene, SceneError, SceneWish, Unit};
pub use transport::{Answer, AnswerHead, Transport, Unreachable};
pub use utm_grid::{NoUtmGrid, UtmGrid};
pub use wanted::{Wanted, WantedCells};
