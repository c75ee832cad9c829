//! Requesting pages of text: what the page's browser does, and a double in tests.

use std::future::Future;
use std::time::Duration;

use dragonfly_core::stac::SearchPage;

use crate::fetch::transport::TransportError;

/// Requests pages of text: by the browser, or by a double in tests.
pub trait PageTransport {
    /// Requests a page; done when all of it is there, whatever its status.
    fn request_page(
        &self,
        page: &SearchPage,
    ) -> impl Future<Output = Result<PageResponse, TransportError>>;

    /// Lets time pass.
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;
}

/// A page's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageResponse {
    /// Such as 200.
    pub status: u16,
    /// Where it came from, after redirects.
    pub url: String,
    /// At most [`MAX_PAGE_BYTES`](dragonfly_core::stac::MAX_PAGE_BYTES).
    pub body: Vec<u8>,
    /// The pause of Retry-After, where visible.
    pub retry_after: Option<Duration>,
    /// The header `Link`, where visible.
    pub link: Option<String>,
    /// Whether the browser followed redirects.
    pub is_redirected: bool,
}
