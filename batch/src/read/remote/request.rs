//! One range of a file over http: requested until it has arrived whole, or cannot.

use std::ops::Range;

use dragonfly_core::http::{
    RangeHead, RangeHeadError, RemoteVersion, ReplacedError, StatusKind, read_range_head,
    stated_length,
};
use dragonfly_core::stac::{shown, without_token};
use ureq::http::Method;

use crate::http::{self, Client, HttpError, HttpRequest, Response, Retries, Scope};
use crate::nightly::deadline::DeadlineError;

/// Bytes that are reserved before they come: no more, however long the range.
const MAX_RESERVED_BYTES: u64 = 16 << 20;

/// What a server sent of a file.
pub(super) struct FetchedRange {
    /// The requested bytes, fewer only at the end of the file.
    pub(super) bytes: Vec<u8>,
    /// The version of the file that they belong to.
    pub(super) version: RemoteVersion,
}

/// A range that did not arrive.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum RangeError {
    /// No answer, or another than bytes.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The server sends whole files only.
    #[error(
        "its server does not answer byte ranges, without which nothing can be read piece by piece: \
        copy the file to a server that does"
    )]
    NoRanges,
    /// A web page instead of the file, after a redirect to this address.
    #[error(
        "its server asks for a login: it redirects to {0}, which is a web page (HTML); name files \
        that can be read without a login"
    )]
    Login(String),
    /// A web page instead of the file.
    #[error(
        "its server sends a web page (HTML) instead of the file: it asks for a login, or the file \
        is gone; open the address in a browser to see which"
    )]
    WebPage,
    /// An answer that contradicts itself, or the request.
    #[error(
        "its server sends another part of it than was requested, or a size that cannot be: copy the \
        file to a server that answers byte ranges as they are requested"
    )]
    BadRange,
    /// Another file under the same address.
    #[error("it changed while it was read: another version replaced it; run again")]
    Changed,
    /// The thread that fetched it ended before.
    #[error("it could not be fetched, for a fault of this program")]
    NotFetched,
}

impl RangeError {
    /// Whether it states that there is no such file; a page with words for people does as well.
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Self::Http(HttpError::Status { status, .. }) => StatusKind::of(*status).is_absent(),
            Self::Login(_) | Self::WebPage => true,
            _ => false,
        }
    }
}

impl From<DeadlineError> for RangeError {
    fn from(over: DeadlineError) -> Self {
        Self::Http(over.into())
    }
}

impl From<ReplacedError> for RangeError {
    fn from(_: ReplacedError) -> Self {
        Self::Changed
    }
}

impl http::RetryableError for RangeError {
    fn attempts(&self, passing: usize) -> usize {
        match self {
            // What came is kept, and the next attempt requests the rest.
            Self::Http(HttpError::TooLong(_)) => passing,
            Self::Http(error) => error.attempts(passing),
            Self::NoRanges
            | Self::Login(_)
            | Self::WebPage
            | Self::BadRange
            | Self::Changed
            | Self::NotFetched => 1,
        }
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        match self {
            Self::Http(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// A file, as it is requested.
pub(super) struct RangeSource<'a> {
    pub(super) client: &'a Client,
    pub(super) scope: Scope,
    pub(super) url: &'a str,
}

impl RangeSource<'_> {
    /// The bytes of a range, fewer where the file ends before. What came before a cut is kept.
    /// `known` is the version that earlier ranges belong to.
    ///
    /// # Errors
    /// At once where another attempt is of no use, as of another version; otherwise after the
    /// attempts of `retries`.
    pub(super) fn fetch(
        &self,
        retries: Retries,
        range: &Range<u64>,
        known: &RemoteVersion,
    ) -> Result<FetchedRange, RangeError> {
        let reserved = range.end.saturating_sub(range.start).min(MAX_RESERVED_BYTES);
        let bytes = Vec::with_capacity(usize::try_from(reserved).unwrap_or_default());
        let mut fetched = FetchedRange { bytes, version: known.clone() };
        retries.run(self.client.deadline(), self.url, || self.attempt(range, &mut fetched))?;
        Ok(fetched)
    }

    /// Requests what is still missing of a range, but nothing past the end of the file.
    fn attempt(&self, range: &Range<u64>, fetched: &mut FetchedRange) -> Result<(), RangeError> {
        let first = range.start + fetched.bytes.len() as u64;
        let missing = first..range.end.min(fetched.version.length().unwrap_or(u64::MAX));
        if missing.is_empty() {
            return Ok(());
        }
        let mut response = self.request(&missing)?;
        if response.status() == 416 {
            return end_at(first, &response, &mut fetched.version);
        }
        if (200..300).contains(&response.status()) {
            self.check_kind(&response)?;
            fetched.version.confirm(&RemoteVersion::new(
                response.header("etag"),
                response.header("last-modified"),
                None,
            ))?;
        }
        let length = read_head(&response, &missing, &mut fetched.version)?;
        let before = fetched.bytes.len() as u64;
        // What came before an error stays in the buffer.
        response.read_into(&mut fetched.bytes, length)?;
        let end = missing.end.min(fetched.version.length().unwrap_or(u64::MAX));
        // Where the file's length is unknown, another request finds its end.
        if fetched.bytes.len() as u64 - before < length || first + length < end {
            return Err(HttpError::Cut.into());
        }
        response.finish(length);
        Ok(())
    }

    fn request(&self, missing: &Range<u64>) -> Result<Response, RangeError> {
        let value = format!("bytes={}-{}", missing.start, missing.end - 1);
        tracing::trace!(url = without_token(self.url), range = value);
        let headers = [("range", value.as_str())];
        Ok(self.client.send(&HttpRequest {
            scope: self.scope,
            method: &Method::GET,
            url: self.url,
            headers: &headers,
            body: "",
        })?)
    }

    /// Refuses what is no file: a web page, or several ranges in one body.
    fn check_kind(&self, response: &Response) -> Result<(), RangeError> {
        let kind = response.header("content-type").unwrap_or_default().trim().to_ascii_lowercase();
        if kind.starts_with("multipart/") {
            return Err(RangeError::BadRange);
        }
        if !kind.starts_with("text/html") && !kind.starts_with("application/xhtml") {
            return Ok(());
        }
        if response.url() == self.url {
            return Err(RangeError::WebPage);
        }
        // A query may hold secrets.
        let address = response.url().split(['?', '#']).next().unwrap_or_default();
        Err(RangeError::Login(shown(address)))
    }
}

/// A file that ends before the requested first byte, as status 416 states: of another version where
/// it was longer.
fn end_at(first: u64, response: &Response, version: &mut RemoteVersion) -> Result<(), RangeError> {
    let stated = response.header("content-range").and_then(stated_length);
    match stated {
        // It states that the range is there, and does not send it.
        Some(length) if length > first => Err(RangeError::BadRange),
        Some(length) => Ok(version.set_length(length)?),
        // What was requested lies before the end that was stated earlier.
        None if version.length().is_some() => Err(RangeError::Changed),
        None => Ok(version.set_length(first)?),
    }
}

/// How much of a range a response contains. The version gets the size of the whole file, where the
/// response states it.
fn read_head(
    response: &Response,
    requested: &Range<u64>,
    version: &mut RemoteVersion,
) -> Result<u64, RangeError> {
    let head = RangeHead {
        status: response.status(),
        content_range: response.header("content-range"),
        content_length: response
            .header("content-length")
            .and_then(|length| length.trim().parse().ok()),
    };
    let content = read_range_head(&head, requested).map_err(|error| match error {
        RangeHeadError::NoRanges => RangeError::NoRanges,
        RangeHeadError::WrongRange(_) => RangeError::BadRange,
        RangeHeadError::Status(_) => response.status_error().into(),
    })?;
    if let Some(size) = content.file_size {
        version.set_length(size)?;
    }
    Ok(content.length)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// The outcome of requesting bytes 4 to 9 of a server that gives these answers in turn, and the
    /// ranges that it received.
    fn requests_of(
        known: &RemoteVersion,
        answers: &[&str],
    ) -> (Result<FetchedRange, RangeError>, Vec<String>) {
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
        let source = RangeSource { client: &Client::of_test(), scope: Scope::File, url: &url };
        let fetched = source.fetch(Retries::RANGES.without_pauses(), &(4..10), known);
        (fetched, server.join().unwrap())
    }

    fn requests(answers: &[&str]) -> (Result<FetchedRange, RangeError>, Vec<String>) {
        requests_of(&RemoteVersion::default(), answers)
    }

    /// An answer with status 206 with these headers, each with its end of line.
    fn part(headers: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 206 Partial Content\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn end(length: &str) -> String {
        format!(
            "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{length}\r\n\
            Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
    }

    #[test]
    fn a_file_whose_size_is_not_stated_is_read_to_its_end() {
        for headers in ["Content-Range: bytes 4-9/*\r\n", ""] {
            let (fetched, ranges) = requests(&[&part(headers, "abcdef")]);
            let fetched = fetched.unwrap();
            assert_eq!((&fetched.bytes[..], fetched.version.length()), (&b"abcdef"[..], None));
            assert_eq!(ranges, ["range: bytes=4-9"]);
        }
        for (end, asked) in [(end("7"), 2), (end("*"), 2)] {
            let short = part("Connection: close\r\nContent-Range: bytes 4-6/*\r\n", "abc");
            let (fetched, ranges) = requests(&[&short, &end]);
            let fetched = fetched.unwrap();
            assert_eq!((&fetched.bytes[..], fetched.version.length()), (&b"abc"[..], Some(7)));
            assert_eq!(ranges.len(), asked);
        }
        let (fetched, _) = requests(&[&end("3")]);
        assert_eq!(fetched.unwrap().version.length(), Some(3));
        assert!(matches!(requests(&[&end("30")]).0, Err(RangeError::BadRange)));
    }

    #[test]
    fn nothing_is_requested_past_the_end_of_a_file() {
        let known = RemoteVersion::new(None, None, Some(7));
        let (fetched, ranges) =
            requests_of(&known, &[&part("Content-Range: bytes 4-6/7\r\n", "abc")]);
        assert_eq!(fetched.unwrap().bytes, b"abc");
        assert_eq!(ranges, ["range: bytes=4-6"]);
        let known = RemoteVersion::new(None, None, Some(4));
        let (fetched, ranges) = requests_of(&known, &[]);
        assert!(fetched.unwrap().bytes.is_empty() && ranges.is_empty());
    }

    #[test]
    fn another_version_of_the_file_is_an_error_whatever_states_it() {
        let first = "Last-Modified: Mon, 02 Nov 2026 07:00:00 GMT\r\n";
        let known =
            RemoteVersion::new(Some("\"1\""), Some("Mon, 02 Nov 2026 07:00:00 GMT"), Some(100));
        let range = "content-range: bytes 4-9/100\r\n";
        let other = [
            part(&format!("{range}etag: \"2\"\r\n"), "abcdef"),
            part(&format!("{range}LAST-MODIFIED: Tue, 03 Nov 2026 07:00:00 GMT\r\n"), "abcdef"),
            part("Content-Range: bytes 4-9/99\r\n", "abcdef"),
            "HTTP/1.1 200 OK\r\nETag: \"2\"\r\nContent-Length: 0\r\n\r\n".to_owned(),
            end("*"),
            end("3"),
        ];
        for answer in &other {
            let (fetched, ranges) = requests_of(&known, &[answer]);
            assert!(matches!(fetched, Err(RangeError::Changed)), "{answer}: {:?}", fetched.err());
            assert_eq!(ranges.len(), 1, "{answer}");
        }
        for same in [format!("{range}ETAG: \"1\"\r\n"), format!("{range}{first}"), range.into()] {
            assert!(requests_of(&known, &[&part(&same, "abcdef")]).0.is_ok(), "{same}");
        }
    }

    #[test]
    fn a_web_page_instead_of_the_file_is_named_with_its_address() {
        let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
            Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
        let (fetched, ranges) = requests(&[page]);
        assert!(matches!(fetched, Err(RangeError::WebPage)));
        assert_eq!(ranges.len(), 1);
        let to_login = "HTTP/1.1 302 Found\r\nLocation: /sign-in?token=SECRET\r\n\
            Content-Length: 0\r\nConnection: close\r\n\r\n";
        let message = requests(&[to_login, page]).0.err().unwrap().to_string();
        assert!(message.contains("login") && message.contains("/sign-in,"), "{message}");
        assert!(!message.contains("SECRET"), "{message}");
    }

    #[test]
    fn what_is_compressed_on_the_way_is_named() {
        let packed = part("Content-Encoding: gzip\r\nContent-Range: bytes 4-9/100\r\n", "abcdef");
        let message = requests(&[&packed]).0.err().unwrap().to_string();
        assert!(message.contains("Content-Encoding: gzip"), "{message}");
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
        assert_eq!(
            (response.bytes.as_slice(), response.version.length()),
            (&b"abcdef"[..], Some(100))
        );
        assert_eq!(ranges, ["range: bytes=4-9", "range: bytes=7-9", "range: bytes=7-9"]);
    }

    #[test]
    fn what_is_gone_is_not_requested_again() {
        let (fetched, ranges) = requests(&["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]);
        assert!(fetched.err().unwrap().to_string().starts_with("it answers 404"));
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
