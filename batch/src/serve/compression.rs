//! What is made smaller on the way: program and text, never pictures, never a part of a file.

use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::compression::predicate::{And, SizeAbove};
use tower_http::compression::{CompressionLayer, Predicate};

/// Below this an answer fits one network packet anyway.
const SMALLEST_BYTES: u64 = 1024;

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

type IsText = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Brotli or gzip, whichever the reader prefers.
pub(super) fn layer() -> CompressionLayer<And<SizeAbove, IsText>> {
    CompressionLayer::new().compress_when(SizeAbove::new(SMALLEST_BYTES).and(is_program_or_text as IsText))
}

fn is_program_or_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = stated.split(';').next().unwrap_or_default().trim();
    COMPRESSED_TYPES.contains(&media_type)
}

/// Positions in a range, and the length that HEAD tells, are those of the file as it is.
///
/// A compressed answer has other bytes than the file, so its `ETag` says "same meaning" only.
pub(super) async fn whole_where_bytes_are_counted(mut request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD || request.headers().contains_key(header::RANGE) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    let mut response = next.run(request).await;
    if response.headers().contains_key(header::CONTENT_ENCODING) {
        weaken_etag(response.headers_mut());
    }
    response
}

fn weaken_etag(headers: &mut HeaderMap) {
    let strong = headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()).filter(|etag| etag.starts_with('"'));
    if let Some(Ok(weak)) = strong.map(|etag| HeaderValue::from_str(&format!("W/{etag}"))) {
        headers.insert(header::ETAG, weak);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(media_type: &'static str, compressed: bool) {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        let is_text = is_program_or_text(StatusCode::OK, Version::HTTP_11, &headers, &Extensions::new());
        assert_eq!(is_text, compressed, "{media_type}");
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
        let mut headers = HeaderMap::from_iter([(header::ETAG, HeaderValue::from_static(r#""a""#))]);
        weaken_etag(&mut headers);
        weaken_etag(&mut headers);
        assert_eq!(headers[header::ETAG], r#"W/"a""#);
    }
}
