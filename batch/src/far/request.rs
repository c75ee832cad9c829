//! One stretch of a file over http: asked for patiently, until it is here whole or gone for good.

use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use dragonfly_core::stac::without_token;

use crate::catalogue::pause_from_header;

/// Attempts in all: with pauses from [`FIRST_PAUSE`], doubling up to [`LONGEST_PAUSE`], three quarters of a minute.
const ATTEMPTS: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
const BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// What a server sent of a file.
pub(super) struct Stretch {
    /// The bytes asked for, fewer only at the end of the file.
    pub(super) bytes: Vec<u8>,
    /// Bytes of the whole file.
    pub(super) file_size: u64,
}

/// A stretch that did not come.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// No connection, or one that broke.
    #[error("{0}")]
    Lost(String),
    /// An answer other than bytes.
    #[error("it answers {status}")]
    Status { status: u16, retry_after: Option<Duration> },
    /// The body ended early.
    #[error("its answer was cut short")]
    Cut,
    /// The server knows no ranges, or the file has changed under our hands.
    #[error("{0}")]
    Unfit(&'static str),
}

impl Fault {
    fn is_passing(&self) -> bool {
        match self {
            Self::Lost(_) | Self::Cut => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::Unfit(_) => false,
        }
    }

    fn asked_pause(&self) -> Duration {
        match self {
            Self::Status { retry_after: Some(pause), .. } => *pause,
            _ => Duration::ZERO,
        }
    }
}

/// Connections kept open, and no more than so many at a time to each host.
pub(super) struct Connections {
    agent: ureq::Agent,
    most_per_host: usize,
    busy: Mutex<HashMap<String, usize>>,
    freed: Condvar,
}

impl Connections {
    pub(super) fn new(most_per_host: usize) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(most_per_host * 2)
            .max_idle_connections_per_host(most_per_host)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_recv_response(Some(ANSWER_TIMEOUT))
            .timeout_recv_body(Some(BODY_TIMEOUT))
            .user_agent(concat!("dragonfly/", env!("CARGO_PKG_VERSION"), " (burn-severity maps)"))
            .build();
        Self { agent: agent.into(), most_per_host, busy: Mutex::default(), freed: Condvar::new() }
    }

    /// The bytes of a range, fewer where the file ends before. What came before a cut is kept.
    ///
    /// # Errors
    /// At once where asking again is of no use; otherwise after [`ATTEMPTS`].
    pub(super) fn fetch(&self, url: &str, range: &Range<u64>) -> Result<Stretch, Fault> {
        let mut stretch = Stretch { bytes: Vec::with_capacity((range.end - range.start) as usize), file_size: 0 };
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.attempt(url, range, &mut stretch) {
                Err(fault) if fault.is_passing() => {
                    let asked_for = fault.asked_pause().max(pause);
                    tracing::debug!(
                        url = without_token(url),
                        "{fault}; asking again in {:.1} s",
                        asked_for.as_secs_f64()
                    );
                    thread::sleep(asked_for);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                ended => return ended.map(|()| stretch),
            }
        }
        self.attempt(url, range, &mut stretch).map(|()| stretch)
    }

    /// Asks for what is still missing of a range.
    fn attempt(&self, url: &str, range: &Range<u64>, stretch: &mut Stretch) -> Result<(), Fault> {
        let _turn = self.take_turn(url);
        let first = range.start + stretch.bytes.len() as u64;
        let asked = format!("bytes={first}-{}", range.end - 1);
        tracing::trace!(url = without_token(url), asked);
        let answer = self.agent.get(url).header("range", asked).call();
        let mut answer = answer.map_err(|error| Fault::Lost(error.to_string()))?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let (start, file_size) = match answer.status().as_u16() {
            206 => header("content-range").and_then(start_and_size).ok_or(NO_RANGES)?,
            // The whole file: as good, from its beginning.
            200 => (0, header("content-length").and_then(|length| length.parse().ok()).ok_or(NO_RANGES)?),
            status => {
                let retry_after = header("retry-after").and_then(pause_from_header);
                return Err(Fault::Status { status, retry_after });
            }
        };
        if start != first {
            return Err(NO_RANGES);
        }
        if stretch.file_size != 0 && stretch.file_size != file_size {
            return Err(Fault::Unfit("it changed while it was read; run again"));
        }
        stretch.file_size = file_size;
        let missing = range.end.min(file_size).saturating_sub(first);
        let before = stretch.bytes.len() as u64;
        // What came before an error stays in the buffer.
        let read = answer.body_mut().as_reader().take(missing).read_to_end(&mut stretch.bytes);
        match read {
            _ if stretch.bytes.len() as u64 - before == missing => Ok(()),
            Ok(_) => Err(Fault::Cut),
            Err(error) => Err(Fault::Lost(error.to_string())),
        }
    }

    /// Waits until the host of a URL has a connection to spare.
    fn take_turn(&self, url: &str) -> Turn<'_> {
        let host = url.split('/').nth(2).unwrap_or(url).to_owned();
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while busy.get(&host).is_some_and(|count| *count >= self.most_per_host) {
            busy = self.freed.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        *busy.entry(host.clone()).or_default() += 1;
        Turn { connections: self, host }
    }
}

const NO_RANGES: Fault =
    Fault::Unfit("its server does not answer byte ranges, without which nothing can be read piece by piece");

/// The right to one connection to a host, until dropped.
struct Turn<'a> {
    connections: &'a Connections,
    host: String,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut busy = self.connections.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = busy.get_mut(&self.host) {
            *count -= 1;
        }
        drop(busy);
        self.connections.freed.notify_all();
    }
}

/// The first byte and the file's size from `Content-Range: bytes 0-99/1234`.
fn start_and_size(content_range: &str) -> Option<(u64, u64)> {
    let (range, size) = content_range.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, size.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    /// What comes of asking for bytes 4 to 9 of a server that gives these answers in turn, and what it was asked.
    fn asked(answers: &[&str]) -> (Result<Stretch, Fault>, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/scene.tif", listener.local_addr().unwrap());
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let server = thread::spawn(move || {
            let mut ranges = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
                ranges.extend(head.into_iter().filter(|line| line.to_ascii_lowercase().starts_with("range")));
                stream.write_all(answer.as_bytes()).unwrap();
            }
            ranges
        });
        let fetched = Connections::new(1).fetch(&url, &(4..10));
        (fetched, server.join().unwrap())
    }

    #[test]
    fn what_was_cut_is_asked_for_from_the_cut_on() {
        let cut = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/100\r\nContent-Length: 6\r\n\r\nabc";
        let rest = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-9/100\r\nContent-Length: 3\r\n\r\ndef";
        let busy = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let (fetched, ranges) = asked(&[cut, busy, rest]);
        let stretch = fetched.unwrap();
        assert_eq!((stretch.bytes.as_slice(), stretch.file_size), (&b"abcdef"[..], 100));
        assert_eq!(ranges, ["range: bytes=4-9", "range: bytes=7-9", "range: bytes=7-9"]);
    }

    #[test]
    fn what_is_gone_is_not_asked_for_again() {
        let (fetched, ranges) = asked(&["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]);
        assert_eq!(fetched.err().unwrap().to_string(), "it answers 404");
        assert_eq!(ranges.len(), 1);
    }

    #[test]
    fn a_server_that_sends_whole_files_only_is_an_error() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nabcdefghijkl";
        assert!(asked(&[whole]).0.err().unwrap().to_string().contains("ranges"));
    }

    #[test]
    fn a_file_that_changes_under_our_hands_is_an_error() {
        let cut = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/100\r\nContent-Length: 6\r\n\r\nabc";
        let other = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-9/99\r\nContent-Length: 3\r\n\r\ndef";
        assert!(asked(&[cut, other]).0.err().unwrap().to_string().contains("changed"));
    }
}
