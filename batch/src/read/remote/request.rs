//! One range of a file over http: requested until it has arrived whole, or cannot.

use std::ops::Range;

use dragonfly_core::http::{RangeHead, RangeHeadError, read_range_head};
use dragonfly_core::stac::without_token;
use ureq::http::Method;

use crate::http::{self, Client, HttpError, HttpRequest, Response, Retries, Scope};
use crate::nightly::deadline::DeadlineError;

/// Bytes that are reserved before they come: no more, however long the range.
const MAX_RESERVED_BYTES: u64 = 16 << 20;

/// What a server sent of a file.
pub(super) struct FetchedRange {
    /// The requested bytes, fewer only at the end of the file.
    pub(super) bytes: Vec<u8>,
    /// Bytes of the whole file.
    pub(super) file_size: u64,
}

/// A range that did not arrive.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum RangeError {
    /// No answer, or another than bytes.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The server sends whole files only.
    #[error(
        "its server does not answer byte ranges, without which nothing can be read piece by piece"
    )]
    NoRanges,
    /// An answer that contradicts itself, or the request.
    #[error("its server sends another part of it than was requested, or a size that cannot be")]
    BadRange,
    /// Another file under the same address.
    #[error("it changed while it was read; run again")]
    Changed,
    /// The thread that fetched it ended before.
    #[error("it could not be fetched, for a fault of this program")]
    NotFetched,
}

impl From<DeadlineError> for RangeError {
    fn from(over: DeadlineError) -> Self {
        Self::Http(over.into())
    }
}

impl http::RetryableError for RangeError {
    fn attempts(&self, passing: usize) -> usize {
        match self {
            Self::Http(error) => error.attempts(passing),
            Self::NoRanges | Self::BadRange | Self::Changed | Self::NotFetched => 1,
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Http(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// The bytes of a range, fewer where the file ends before. What came before a cut is kept.
///
/// # Errors
/// At once where another attempt is of no use; otherwise after the attempts of `retries`.
pub(super) fn fetch(
    client: &Client,
    scope: Scope,
    retries: Retries,
    url: &str,
    range: &Range<u64>,
) -> Result<FetchedRange, RangeError> {
    let reserved = range.end.saturating_sub(range.start).min(MAX_RESERVED_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(reserved).unwrap_or_default());
    let mut file_size = None;
    let attempt = || attempt(client, scope, url, range, &mut bytes, &mut file_size);
    retries.run(client.deadline(), url, attempt)?;
    // A file whose size was not stated ends where its bytes do.
    let file_size = file_size.unwrap_or(range.start + bytes.len() as u64);
    Ok(FetchedRange { bytes, file_size })
}

/// Requests what is still missing of a range.
fn attempt(
    client: &Client,
    scope: Scope,
    url: &str,
    range: &Range<u64>,
    bytes: &mut Vec<u8>,
    file_size: &mut Option<u64>,
) -> Result<(), RangeError> {
    let first = range.start + bytes.len() as u64;
    if first >= range.end {
        return Ok(());
    }
    let value = format!("bytes={first}-{}", range.end - 1);
    tracing::trace!(url = without_token(url), range = value);
    let headers = [("range", value.as_str())];
    let mut response = client.send(&HttpRequest {
        scope,
        method: &Method::GET,
        url,
        headers: &headers,
        body: "",
    })?;
    let (length, size) = read_head(&response, &(first..range.end))?;
    if file_size.is_some_and(|known| known != size) {
        return Err(RangeError::Changed);
    }
    *file_size = Some(size);
    let before = bytes.len() as u64;
    // What came before an error stays in the buffer.
    response.read_into(bytes, length)?;
    if bytes.len() as u64 - before < length || first + length < range.end.min(size) {
        return Err(HttpError::Cut.into());
    }
    response.finish(length);
    Ok(())
}

/// What a response contains of a range, and the size of the whole file. A server that does not
/// state the size, or hides the range, cannot be read from.
fn read_head(response: &Response, requested: &Range<u64>) -> Result<(u64, u64), RangeError> {
    let head = RangeHead {
        status: response.status(),
        content_range: response.header("content-range"),
        content_length: response
            .header("content-length")
            .and_then(|length| length.trim().parse().ok()),
    };
    if head.status == 206 && head.content_range.is_none() {
        return Err(RangeError::NoRanges);
    }
    let content = read_range_head(&head, requested).map_err(|error| match error {
        RangeHeadError::NoRanges => RangeError::NoRanges,
        RangeHeadError::WrongRange(_) => RangeError::BadRange,
        RangeHeadError::Status(_) => response.status_error().into(),
    })?;
    Ok((content.length, content.file_size.ok_or(RangeError::BadRange)?))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// The outcome of requesting bytes 4 to 9 of a server that gives these answers in turn, and the
    /// ranges that it received.
    fn requests(answers: &[&str]) -> (Result<FetchedRange, RangeError>, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/scene.tif", listener.local_addr().unwrap());
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let server = thread::spawn(move || {
            let mut ranges = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<String> =
                    lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
                ranges.extend(
                    head.into_iter().filter(|line| line.to_ascii_lowercase().starts_with("range")),
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
            ranges
        });
        let fetched = fetch(
            &Client::of_test(),
            Scope::File,
            Retries::RANGES.without_pauses(),
            &url,
            &(4..10),
        );
        (fetched, server.join().unwrap())
    }

    #[test]
    fn what_was_cut_is_requested_from_the_cut_on() {
        let cut = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \
            4-9/100\r\nContent-Length: 6\r\n\r\nabc";
        let rest = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \
            7-9/100\r\nContent-Length: 3\r\n\r\ndef";
        let busy = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let (fetched, ranges) = requests(&[cut, busy, rest]);
        let response = fetched.unwrap();
        assert_eq!((response.bytes.as_slice(), response.file_size), (&b"abcdef"[..], 100));
        assert_eq!(ranges, ["range: bytes=4-9", "range: bytes=7-9", "range: bytes=7-9"]);
    }

    #[test]
    fn what_is_gone_is_not_requested_again() {
        let (fetched, ranges) = requests(&["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]);
        assert_eq!(fetched.err().unwrap().to_string(), "it answers 404");
        assert_eq!(ranges.len(), 1);
    }

    #[test]
    fn a_server_that_sends_whole_files_only_is_an_error() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nabcdefghijkl";
        assert!(requests(&[whole]).0.err().unwrap().to_string().contains("ranges"));
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_an_error() {
        let cut = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \
            4-9/100\r\nContent-Length: 6\r\n\r\nabc";
        let other = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \
            7-9/99\r\nContent-Length: 3\r\n\r\ndef";
        assert!(requests(&[cut, other]).0.err().unwrap().to_string().contains("changed"));
    }

    #[test]
    fn a_size_that_cannot_be_is_an_error() {
        let check = |content_range: &str| {
            let answer = format!(
                "HTTP/1.1 206 Partial Content\r\nContent-Range: \
                {content_range}\r\nContent-Length: 6\r\n\r\nabcdef"
            );
            let (fetched, ranges) = requests(&[&answer]);
            assert!(
                matches!(fetched, Err(RangeError::BadRange)),
                "{content_range}: {:?}",
                fetched.err()
            );
            assert_eq!(ranges.len(), 1);
        };
        check("bytes 4-9/18446744073709551615");
        check("bytes 4-9/9223372036854775808");
        check("bytes 4-9/99999999999999999999999");
        check("bytes 4-9/5");
        check("bytes 9-4/100");
        check("bytes 4-9/*");
        check("4-9/100");
    }

    #[test]
    fn a_server_that_sends_more_than_was_requested_is_read_no_further() {
        let more = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \
            4-9/99999999999\r\nContent-Length: 1099511627776\r\n\r\nabcdefghijklmnop";
        assert_eq!(requests(&[more]).0.unwrap().bytes, b"abcdef");
    }

    #[test]
    fn a_redirect_to_a_file_is_an_error() {
        let elsewhere =
            "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n";
        let (fetched, ranges) = requests(&[elsewhere]);
        let message = fetched.err().unwrap().to_string();
        assert!(
            message.contains("redirects elsewhere") && !message.contains("passwd"),
            "{message}"
        );
        assert_eq!(ranges.len(), 1);
    }
}
