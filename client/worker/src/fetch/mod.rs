//! Bytes of remote files: HTTP ranges, checked and retried, and the Cloud-Optimized GeoTIFFs that
//! are read by them.

mod block_requests;
#[cfg(target_arch = "wasm32")]
mod browser;
pub(crate) mod byte_cache;
mod cached_part;
pub(crate) mod cog;
pub(crate) mod fetch_error;
pub(crate) mod page_redirect;
pub(crate) mod page_transport;
mod range_body;
pub(crate) mod range_fetcher;
pub(crate) mod transport;

#[cfg(target_arch = "wasm32")]
pub use browser::{BrowserResponse, BrowserTransport};
pub use byte_cache::{ByteCache, NoCache};
pub use cog::{BlockPixels, Cog, ReadError, ReadErrorCause};
pub use fetch_error::FetchError;
pub use page_transport::{PageResponse, PageTransport};
pub use range_fetcher::{FetchedBytes, RangeFetcher};
pub use transport::{RangeResponse, ResponseHead, Transport, TransportError};
