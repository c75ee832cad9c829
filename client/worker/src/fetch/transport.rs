//! How bytes of remote files are requested: by the browser, or by a double in tests.

use std::ops::Range;
use std::time::Duration;

use dragonfly_core::http::RangeHead;

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
}

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
}

/// No answer, or one that broke off: offline, or a bucket that refuses browsers (CORS).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no answer ({0}): either the network is down, or the bucket does not allow browsers (CORS)"
)]
pub struct TransportError(pub String);
