//! Bytes of remote files: HTTP ranges, checked and retried, and the Cloud-Optimized GeoTIFFs that
//! are read by them.

mod block_requests;
#[cfg(target_arch = "wasm32")]
mod browser;
pub(crate) mod byte_cache;
pub(crate) mod cog;
pub(crate) mod range_fetcher;
pub(crate) mod transport;

#[cfg(target_arch = "wasm32")]
pub use browser::{BrowserResponse, BrowserTransport};
pub use byte_cache::{ByteCache, NoCache};
pub use cog::{BlockPixels, Cog, ReadCause, ReadError};
pub use range_fetcher::{FetchError, FetchedBytes, RangeFetcher};
pub use transport::{RangeResponse, ResponseHead, Transport, TransportError};
