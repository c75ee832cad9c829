//! What a page of any other site may do here: everything a reader may.

use std::time::Duration;

use axum::http::{HeaderName, Method, header};
use tower_http::cors::{Any, CorsLayer};

/// How long a browser may remember the permission.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// Readers of COGs send ranges and conditions; libraries add the last few of themselves.
const REQUEST_HEADERS: [HeaderName; 11] = [
    header::RANGE,
    header::IF_RANGE,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_MATCH,
    header::IF_UNMODIFIED_SINCE,
    header::ACCEPT,
    header::CONTENT_TYPE,
    header::CACHE_CONTROL,
    header::PRAGMA,
    HeaderName::from_static("x-requested-with"),
];

/// What a reader of COGs must see of the answer.
const EXPOSED_HEADERS: [HeaderName; 6] = [
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::ETAG,
    header::LAST_MODIFIED,
];

/// Any origin; POST is for STAC searches.
pub(super) fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::OPTIONS, Method::POST])
        .allow_headers(REQUEST_HEADERS)
        .expose_headers(EXPOSED_HEADERS)
        .max_age(REMEMBERED)
}
