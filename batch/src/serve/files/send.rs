//! An open file as the answer to a request: whole, in part, or not at all.

use std::ops::Range;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::conditions::{FileVersion, Verdict};
use super::range::{RequestedRange, requested_range};
use super::regular_file::RegularFile;

/// Bytes that are read from the file at a time.
const CHUNK_BYTES: u64 = 64 * 1024;

/// Answers with the file; method, range and conditions are the request's.
pub(in crate::serve) fn send(
    file: RegularFile,
    media_type: &str,
    request: &request::Parts,
) -> Response {
    let version = FileVersion::of(&file);
    let mut headers = HeaderMap::new();
    headers.extend(version.headers());
    match version.verdict(&request.method, &request.headers) {
        Verdict::NotModified => return (StatusCode::NOT_MODIFIED, headers).into_response(),
        Verdict::Failed => return StatusCode::PRECONDITION_FAILED.into_response(),
        Verdict::Send => {}
    }
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let len = file.len;
    let (status, part) = match requested_range_of(request, &version, len) {
        RequestedRange::Whole => (StatusCode::OK, 0..len),
        RequestedRange::Part(part) => {
            let content_range = format!("bytes {}-{}/{len}", part.start, part.end - 1);
            headers.extend(
                HeaderValue::from_str(&content_range).map(|value| (header::CONTENT_RANGE, value)),
            );
            (StatusCode::PARTIAL_CONTENT, part)
        }
        RequestedRange::NotThere => {
            let content_range = [(header::CONTENT_RANGE, format!("bytes */{len}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, headers, content_range).into_response();
        }
    };
    headers.extend(HeaderValue::from_str(media_type).map(|value| (header::CONTENT_TYPE, value)));
    headers.insert(header::CONTENT_LENGTH, (part.end - part.start).into());
    let body = if request.method == Method::HEAD { Body::empty() } else { body(file, part) };
    (status, headers, body).into_response()
}

/// Ranges are defined for GET alone (RFC 9110, section 14.2).
fn requested_range_of(request: &request::Parts, version: &FileVersion, len: u64) -> RequestedRange {
    let mut ranges = request.headers.get_all(header::RANGE).iter();
    match (ranges.next().and_then(|range| range.to_str().ok()), ranges.next()) {
        (Some(range), None)
            if request.method == Method::GET && version.allows_range(&request.headers) =>
        {
            requested_range(range, len)
        }
        _ => RequestedRange::Whole,
    }
}

/// A part of the file, read piece by piece as the reader takes it.
fn body(file: RegularFile, part: Range<u64>) -> Body {
    let file = Arc::new(file);
    Body::from_stream(stream::try_unfold(part, move |part| {
        let file = Arc::clone(&file);
        async move {
            let end = part.end.min(part.start.saturating_add(CHUNK_BYTES));
            let chunk = part.start..end;
            if chunk.is_empty() {
                return Ok(None);
            }
            let bytes = tokio::task::spawn_blocking(move || read(&file, chunk)).await??;
            Ok::<_, std::io::Error>(Some((bytes, end..part.end)))
        }
    }))
}

fn read(file: &RegularFile, chunk: Range<u64>) -> std::io::Result<Bytes> {
    // At most CHUNK_BYTES, which fit any usize.
    let mut bytes = vec![0; (chunk.end - chunk.start) as usize];
    file.read_exact_at(&mut bytes, chunk.start)?;
    Ok(bytes.into())
}
