//! Files over HTTP.

use gloo_net::http::{Request, Response};
use web_sys::RequestCache;

/// Why a file could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server does not have it.
    #[error("{url} is not there")]
    NotFound {
        /// The file.
        url: String,
    },
    /// The server would not give it.
    #[error("{url} was answered with status {status}")]
    Refused {
        /// The file.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// No answer, or one cut short.
    #[error("cannot fetch {url}")]
    Network {
        /// The file.
        url: String,
        /// What the browser said.
        #[source]
        source: gloo_net::Error,
    },
}

/// A text that may have changed since it was last fetched.
pub async fn fresh_text(url: &str) -> Result<String, FetchError> {
    let response = answer(url, RequestCache::NoCache).await?;
    response.text().await.map_err(|source| network(url, source))
}

/// A text that the browser may keep.
pub async fn text(url: &str) -> Result<String, FetchError> {
    let response = answer(url, RequestCache::Default).await?;
    response.text().await.map_err(|source| network(url, source))
}

/// The bytes of a file that the browser may keep.
pub async fn bytes(url: &str) -> Result<Vec<u8>, FetchError> {
    let response = answer(url, RequestCache::Default).await?;
    response.binary().await.map_err(|source| network(url, source))
}

async fn answer(url: &str, cache: RequestCache) -> Result<Response, FetchError> {
    let response = Request::get(url).cache(cache).send().await.map_err(|source| network(url, source))?;
    match response.status() {
        200..=299 => Ok(response),
        404 | 410 => Err(FetchError::NotFound { url: url.to_owned() }),
        status => Err(FetchError::Refused { url: url.to_owned(), status }),
    }
}

fn network(url: &str, source: gloo_net::Error) -> FetchError {
    FetchError::Network { url: url.to_owned(), source }
}
