//! Files over HTTP.

use gloo_net::http::{Request, Response};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestCache;

#[wasm_bindgen]
extern "C" {
    /// The response to a request that client/start.js sent, once.
    #[wasm_bindgen(js_namespace = dragonfly)]
    fn early(url: &str) -> Option<Promise>;
}

/// A file that cannot be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FileFetchError {
    /// The server does not have it.
    #[error("{url} is not there")]
    NotFound {
        /// The file.
        url: String,
    },
    /// The server refuses it.
    #[error("{url} was answered with status {status}")]
    Refused {
        /// The file.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// No response, or one cut short.
    #[error("cannot fetch {url}")]
    Network {
        /// The file.
        url: String,
    },
}

/// A text that may have changed since it was last fetched.
pub async fn fresh_text(url: &str) -> Result<String, FileFetchError> {
    get(url, RequestCache::NoCache).await?.text().await.map_err(|_| network(url))
}

/// A text that the browser may cache.
pub async fn text(url: &str) -> Result<String, FileFetchError> {
    get(url, RequestCache::Default).await?.text().await.map_err(|_| network(url))
}

/// The bytes of a file that the browser may cache.
pub async fn bytes(url: &str) -> Result<Vec<u8>, FileFetchError> {
    get(url, RequestCache::Default).await?.binary().await.map_err(|_| network(url))
}

async fn get(url: &str, cache: RequestCache) -> Result<Response, FileFetchError> {
    let response = match early(url) {
        Some(sent) => JsFuture::from(sent).await.map(|sent| {
            let sent: web_sys::Response = sent.unchecked_into();
            sent.into()
        }),
        None => Request::get(url).cache(cache).send().await.map_err(|_| JsValue::UNDEFINED),
    };
    let response: Response = response.map_err(|_| network(url))?;
    match response.status() {
        200..=299 => Ok(response),
        404 | 410 => Err(FileFetchError::NotFound { url: url.to_owned() }),
        status => Err(FileFetchError::Refused { url: url.to_owned(), status }),
    }
}

fn network(url: &str) -> FileFetchError {
    FileFetchError::Network { url: url.to_owned() }
}
