//! An answer whose body is still to come: read up to a limit, and not slower than a least
//! throughput.

use std::io::Read;
use std::time::{Duration, Instant};

use chrono::Utc;
use dragonfly_core::http::parse_retry_after;
use dragonfly_core::stac::without_token;
use ureq::http::HeaderMap;

use super::error::HttpError;
use super::limits::{RequestLimits, bytes_per_s};
use super::slots::HostSlot;
use crate::nightly::deadline::Deadline;

/// Bytes read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// An answer of any status.
pub(crate) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// Where it came from, after redirects.
    pub(super) url: String,
    pub(super) body: ureq::Body,
    pub(super) deadline: Deadline,
    pub(super) limits: RequestLimits,
    pub(super) _slot: HostSlot,
}

fn is_slow(bytes: u64, time: Duration, limits: &RequestLimits) -> bool {
    bytes_per_s(bytes, time) < limits.min_bytes_per_s()
}

/// A body that came too slowly. The log names it at once: a run may end before the error is seen.
fn too_slow(url: &str, bytes: u64, window: Duration, limits: &RequestLimits) -> HttpError {
    let bytes_per_s = bytes_per_s(bytes, window);
    tracing::warn!(url = without_token(url), bytes_per_s, "the server sends too slowly");
    HttpError::TooSlow { bytes_per_s, min_bytes_per_s: limits.min_bytes_per_s() }
}

impl Response {
    /// Such as 200.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// All headers.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header's text; `None` where it is absent or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The links of all headers `Link`; `None` where there is none.
    pub(crate) fn link(&self) -> Option<String> {
        let headers = self.headers.get_all("link").iter();
        headers
            .filter_map(|header| header.to_str().ok().map(str::to_owned))
            .reduce(|all, next| format!("{all}, {next}"))
    }

    /// Where it came from, after redirects.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The error of an answer of another status than expected.
    pub(crate) fn status_error(&self) -> HttpError {
        let retry_after =
            self.header("retry-after").and_then(|text| parse_retry_after(text, Utc::now()));
        HttpError::Status { status: self.status, retry_after }
    }

    /// The whole body.
    ///
    /// # Errors
    /// When it is larger, cut short, or comes too slowly.
    pub(crate) fn read_body(mut self, max_bytes: u64) -> Result<Vec<u8>, HttpError> {
        if self.body.content_length().is_some_and(|length| length > max_bytes) {
            return Err(HttpError::TooLarge(max_bytes));
        }
        let mut body = Vec::new();
        self.read_into(&mut body, max_bytes + 1)?;
        if body.len() as u64 > max_bytes { Err(HttpError::TooLarge(max_bytes)) } else { Ok(body) }
    }

    /// Appends the next bytes of the body: so many, or fewer where it ends before. What came before
    /// an error stays.
    ///
    /// # Errors
    /// When it is cut short, or comes too slowly.
    pub(crate) fn read_into(&mut self, into: &mut Vec<u8>, bytes: u64) -> Result<(), HttpError> {
        let Self { body, url, deadline, limits, .. } = self;
        let mut reader = body.as_reader();
        let mut chunk = vec![0; CHUNK_BYTES.min(usize::try_from(bytes).unwrap_or(CHUNK_BYTES))];
        let mut left = bytes;
        let start = Instant::now();
        let (mut window_start, mut window_bytes) = (start, 0);
        while left > 0 {
            let wanted = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let read = reader.read(&mut chunk[..wanted]);
            let read = read.map_err(|error| {
                match HttpError::of(ureq::Error::from(error), url, deadline, limits) {
                    // Nothing more came, or too little.
                    HttpError::TooLong(_) if is_slow(bytes - left, start.elapsed(), limits) => {
                        too_slow(url, bytes - left, start.elapsed(), limits)
                    }
                    other => other,
                }
            })?;
            if read == 0 {
                return Ok(());
            }
            into.extend_from_slice(&chunk[..read]);
            left -= read as u64;
            window_bytes += read as u64;
            deadline.check()?;
            let window = window_start.elapsed();
            if window >= limits.window {
                if window_bytes < limits.min_bytes && left > 0 {
                    return Err(too_slow(url, window_bytes, window, limits));
                }
                (window_start, window_bytes) = (Instant::now(), 0);
            }
        }
        Ok(())
    }

    /// Reads past the end of a body of which so many bytes were read, by which its connection can
    /// be used again. Waits for nothing: a body with more to come is left.
    pub(crate) fn finish(mut self, read_bytes: u64) {
        if self.body.content_length() == Some(read_bytes) {
            // What fails here is no loss.
            let _ = self.body.as_reader().read(&mut [0]);
        }
    }
}
