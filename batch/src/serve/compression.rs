//! What is made smaller on the way: program and text, never pictures, never a part of a file.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::compression::predicate::{And, SizeAbove};
use tower_http::compression::{CompressionLayer, Predicate};

use super::guarded_body::GuardedBody;

/// Below this an answer fits one network packet anyway.
const MIN_BYTES: u64 = 1024;

const COMPRESSED_TYPES: [&str; 8] = [
    "application/wasm",
    "text/javascript",
    "application/javascript",
    "text/css",
    "text/html",
    "application/json",
    "application/geo+json",
    "image/svg+xml",
];

/// Answers that are compressed at a time: each takes some 20 MB for as long as its reader does.
/// Further ones are sent as they are.
const MAX_ENCODERS: usize = 4;

/// What allows an answer to be compressed; kept until it was sent.
#[derive(Clone)]
struct Encoder {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// The encoders that are free.
#[derive(Clone)]
pub(super) struct Encoders(Arc<Semaphore>);

impl Encoders {
    /// All of them.
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MAX_ENCODERS)))
    }
}

type HasEncoder = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Brotli or gzip, whichever the reader prefers, where [`reserve_encoder`] found one.
pub(super) fn layer() -> CompressionLayer<And<SizeAbove, HasEncoder>> {
    CompressionLayer::new().compress_when(SizeAbove::new(MIN_BYTES).and(has_encoder as HasEncoder))
}

fn has_encoder(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<Encoder>().is_some()
}

/// Takes an encoder for an answer that is worth it, if one is free.
pub(super) async fn reserve_encoder(
    State(encoders): State<Encoders>,
    request: Request,
    next: Next,
) -> Response {
    let accepts_encodings = request.headers().contains_key(header::ACCEPT_ENCODING);
    let mut response = next.run(request).await;
    if !is_program_or_text(response.headers()) {
        return response;
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let is_compressed = response.headers().contains_key(header::CONTENT_ENCODING);
    if accepts_encodings
        && !is_compressed
        && let Ok(permit) = encoders.0.try_acquire_owned()
    {
        response.extensions_mut().insert(Encoder { _permit: Arc::new(permit) });
    }
    response
}

fn is_program_or_text(headers: &HeaderMap) -> bool {
    let stated =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = stated.split(';').next().unwrap_or_default().trim();
    COMPRESSED_TYPES.contains(&media_type)
}

/// Positions in a range, and the length that HEAD states, are those of the file as it is.
///
/// A compressed answer has other bytes than the file, so its `ETag` is a weak one.
pub(super) async fn whole_where_bytes_are_counted(mut request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD || request.headers().contains_key(header::RANGE) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    let mut response = next.run(request).await;
    let encoder = response.extensions_mut().remove::<Encoder>();
    if !response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    weaken_etag(response.headers_mut());
    response.map(|body| GuardedBody::wrap(body, encoder))
}

fn weaken_etag(headers: &mut HeaderMap) {
    let strong = headers
        .get(header::ETAG)
        .and_then(|etag| etag.to_str().ok())
        .filter(|etag| etag.starts_with('"'));
    if let Some(Ok(weak)) = strong.map(|etag| HeaderValue::from_str(&format!("W/{etag}"))) {
        headers.insert(header::ETAG, weak);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(media_type: &'static str, compressed: bool) {
        let headers =
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        assert_eq!(is_program_or_text(&headers), compressed, "{media_type}");
    }

    #[test]
    fn pictures_stay_as_they_are() {
        check("application/wasm", true);
        check("text/html; charset=utf-8", true);
        check("application/geo+json", true);
        check("image/svg+xml", true);
        check("image/png", false);
        check("image/tiff", false);
        check("application/octet-stream", false);
    }

    #[test]
    fn an_etag_is_weakened_once() {
        let mut headers =
            HeaderMap::from_iter([(header::ETAG, HeaderValue::from_static(r#""a""#))]);
        weaken_etag(&mut headers);
        weaken_etag(&mut headers);
        assert_eq!(headers[header::ETAG], r#"W/"a""#);
    }
}
