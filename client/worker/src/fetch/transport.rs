//! How bytes of remote files are requested: by the browser, or by a double in tests.

use std::future::pending;
use std::ops::Range;
use std::time::Duration;

use dragonfly_core::http::{RangeHead, RemoteVersion};
use dragonfly_core::stac::shown;

use crate::fetch::fetch_error::FetchError;
pub use crate::fetch::fetch_error::TransportError;

/// Requests bytes. Dropping a future that it returned ends the request at once.
pub trait Transport {
    /// An answer that has begun.
    type Response: RangeResponse;

    /// Requests a range of bytes; done when the head of the answer is there, whatever its status.
    fn request_range(
        &self,
        url: &str,
        range: Range<u64>,
    ) -> impl Future<Output = Result<Self::Response, TransportError>>;

    /// Lets time pass.
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;

    /// Done when a limit of time has passed. A transport without a clock sets none.
    fn timer(&self, _limit: Duration) -> impl Future<Output = ()> {
        pending()
    }
}

/// An answer whose body is still to come.
pub trait RangeResponse {
    /// Its head.
    fn head(&self) -> &ResponseHead;

    /// Appends the next bytes of the body; `false` when there are no more.
    fn read(&mut self, into: &mut Vec<u8>) -> impl Future<Output = Result<bool, TransportError>>;
}

/// What is needed of the head of an answer. A browser hides headers that a bucket does not expose.
#[derive(Clone, Debug, Default)]
pub struct ResponseHead {
    /// Such as 206.
    pub status: u16,
    /// Content-Range, where visible.
    pub content_range: Option<String>,
    /// Content-Length, where visible.
    pub content_length: Option<u64>,
    /// The pause of Retry-After, where visible.
    pub retry_after: Option<Duration>,
    /// ETag, where visible.
    pub etag: Option<String>,
    /// Last-Modified, which browsers do not hide.
    pub last_modified: Option<String>,
    /// Content-Type, which browsers do not hide.
    pub content_type: Option<String>,
    /// Content-Encoding, where visible.
    pub content_encoding: Option<String>,
    /// Link, where visible.
    pub link: Option<String>,
    /// Where it came from, if it was redirected.
    pub redirected_to: Option<String>,
}

/// Encodings of a body that readers of HTTP unpack.
const COMPRESSIONS: [&str; 5] = ["gzip", "deflate", "compress", "br", "zstd"];

impl ResponseHead {
    /// What states the range.
    pub(crate) fn range(&self) -> RangeHead<'_> {
        let Self { status, content_range, content_length, .. } = self;
        RangeHead {
            status: *status,
            content_range: content_range.as_deref(),
            content_length: *content_length,
        }
    }

    /// What the file's version is recognized by, but for its length.
    pub(crate) fn version(&self) -> RemoteVersion {
        RemoteVersion::new(self.etag.as_deref(), self.last_modified.as_deref(), None)
    }

    /// Refuses a body that is no part of a file: a web page, or packed on the way.
    ///
    /// # Errors
    /// Names what it is.
    pub(crate) fn check_kind(&self) -> Result<(), FetchError> {
        let lower =
            |text: &Option<String>| text.as_deref().unwrap_or_default().to_ascii_lowercase();
        let encoding = lower(&self.content_encoding);
        if COMPRESSIONS.iter().any(|name| encoding.contains(name)) {
            return Err(FetchError::Compressed(shown(&encoding)));
        }
        let kind = lower(&self.content_type);
        // Parts with heads of their own, which are no bytes of the file.
        if kind.starts_with("multipart/") {
            return Err(FetchError::WrongRange(shown(&kind)));
        }
        if !kind.starts_with("text/html") && !kind.starts_with("application/xhtml") {
            return Ok(());
        }
        // A query may hold secrets.
        let address = |url: &String| shown(url.split(['?', '#']).next().unwrap_or_default());
        Err(self
            .redirected_to
            .as_ref()
            .map_or(FetchError::WebPage, |url| FetchError::Login(address(url))))
    }
}
