//! Files over HTTP.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response};

/// Why a file could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FileFetchError {
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
    },
}

/// A text that may have changed since it was last fetched.
pub async fn fresh_text(url: &str) -> Result<String, FileFetchError> {
    text_of(url, RequestCache::NoCache).await
}

/// A text that the browser may keep.
pub async fn text(url: &str) -> Result<String, FileFetchError> {
    text_of(url, RequestCache::Default).await
}

/// The bytes of a file that the browser may keep.
pub async fn bytes(url: &str) -> Result<Vec<u8>, FileFetchError> {
    let buffer = body(url, RequestCache::Default, Response::array_buffer).await?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}

async fn text_of(url: &str, cache: RequestCache) -> Result<String, FileFetchError> {
    body(url, cache, Response::text).await?.as_string().ok_or_else(|| network(url))
}

async fn body(
    url: &str,
    cache: RequestCache,
    read: fn(&Response) -> Result<Promise, JsValue>,
) -> Result<JsValue, FileFetchError> {
    let how = RequestInit::new();
    how.set_cache(cache);
    let answer = JsFuture::from(window().fetch_with_str_and_init(url, &how))
        .await
        .map_err(|_| network(url))?;
    let response: Response = answer.unchecked_into();
    match response.status() {
        200..=299 => {}
        404 | 410 => return Err(FileFetchError::NotFound { url: url.to_owned() }),
        status => return Err(FileFetchError::Refused { url: url.to_owned(), status }),
    }
    let whole = read(&response).map_err(|_| network(url))?;
    JsFuture::from(whole).await.map_err(|_| network(url))
}

fn network(url: &str) -> FileFetchError {
    FileFetchError::Network { url: url.to_owned() }
}
