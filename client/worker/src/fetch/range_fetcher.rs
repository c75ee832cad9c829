//! Ranges of remote files, with retries: checked answers, few at once per host, failures tried
//! again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use dragonfly_core::http::{
    PartialContent, RangeHeadError, RemoteVersion, RetryPolicy, StatusKind, read_range_head,
    stated_length,
};
use futures_util::future::{Either, select};
use tokio::sync::Semaphore;

use crate::fetch::fetch_error::FetchError;
use crate::fetch::range_body::RangeBody;
use crate::fetch::transport::{RangeResponse, ResponseHead, Transport};

/// A transport with patience.
///
/// Everything ends at once when the future in hand is dropped: that is how to cancel.
pub struct RangeFetcher<T> {
    transport: T,
    at_once_per_host: usize,
    /// Attempts where no answer comes.
    lost_attempts: usize,
    hosts: RefCell<HashMap<String, Rc<Semaphore>>>,
    on_received: Box<dyn Fn(u64)>,
}

/// Bytes fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedBytes {
    /// From the start of the range; fewer than requested where the file ends before.
    pub bytes: Vec<u8>,
    /// The version of the file that they belong to.
    pub version: RemoteVersion,
}

/// Up to five attempts for one range.
const RETRIES: RetryPolicy = RetryPolicy {
    attempts: 5,
    first_pause: Duration::from_millis(250),
    max_pause: Duration::from_secs(20),
    max_requested_pause: Duration::from_secs(20),
    max_total_pause: Duration::from_secs(80),
    has_jitter: false,
};
/// Attempts where the server had the time of one and did not use it.
const SLOW_ATTEMPTS: usize = 2;
/// Until the head of an answer is there. Browsers send few requests at a time, and let the others
/// wait for whole transfers.
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);

/// A failure that another attempt may not have.
struct Passing {
    error: FetchError,
    requested_pause: Option<Duration>,
}

/// A range as far as it has been fetched.
struct Progress<'a> {
    url: &'a str,
    range: Range<u64>,
    bytes: Vec<u8>,
    version: RemoteVersion,
}

impl<T: Transport> RangeFetcher<T> {
    /// At most `at_once_per_host` requests go to one host at a time (HTTP/1.1 in browsers: 6).
    /// `on_received` receives the length of every piece, in bytes.
    pub fn new(transport: T, at_once_per_host: usize, on_received: impl Fn(u64) + 'static) -> Self {
        Self {
            transport,
            at_once_per_host: at_once_per_host.max(1),
            lost_attempts: RETRIES.attempts,
            hosts: RefCell::default(),
            on_received: Box::new(on_received),
        }
    }

    /// The same for files that may be absent: browsers hide answers without headers for CORS, which
    /// many servers do not add to a 404, so that an answer that does not come is requested only
    /// once more.
    pub fn of_doubtful_files(self) -> Self {
        Self { lost_attempts: SLOW_ATTEMPTS, ..self }
    }

    /// Fetches a range, but nothing past the end of the file. What came before a transfer broke off
    /// is kept, and only the rest requested again. `known` is the version that earlier ranges
    /// belong to.
    ///
    /// # Errors
    /// When the file cannot be had, or not yet after several attempts, or was replaced.
    pub async fn fetch(
        &self,
        url: &str,
        range: Range<u64>,
        known: &RemoteVersion,
    ) -> Result<FetchedBytes, FetchError> {
        let mut progress = Progress { url, range, bytes: Vec::new(), version: known.clone() };
        let mut pauses = RETRIES.pauses();
        while !progress.is_done() {
            let Err(Passing { error, requested_pause }) = self.attempt(&mut progress).await? else {
                continue;
            };
            let Some(pause) = pauses.next(self.attempts(&error), requested_pause) else {
                return Err(error);
            };
            self.transport.pause(pause).await;
        }
        Ok(FetchedBytes { bytes: progress.bytes, version: progress.version })
    }

    /// One request for what is missing. The outer error is final.
    async fn attempt(
        &self,
        progress: &mut Progress<'_>,
    ) -> Result<Result<(), Passing>, FetchError> {
        let gate = self.gate(progress.url);
        // First come, first served: what is needed first was requested first. Nobody closes the
        // gate.
        let _one_of_few = gate.acquire().await;
        let rest = progress.rest();
        let request = pin!(self.transport.request_range(progress.url, rest.clone()));
        let mut answer = match select(request, pin!(self.transport.timer(HEAD_TIMEOUT))).await {
            Either::Left((Ok(answer), _)) => answer,
            Either::Left((Err(unreachable), _)) => return passing(unreachable.into(), None),
            Either::Right(_) => {
                return passing(FetchError::NoAnswer(HEAD_TIMEOUT.as_secs()), None);
            }
        };
        let content = match progress.content(answer.head(), &rest)? {
            Ok(content) => content,
            Err(busy) => return Ok(Err(busy)),
        };
        let end = progress.bytes.len() + content.length as usize;
        // No more than was requested.
        progress.bytes.reserve_exact(content.length as usize);
        let body = RangeBody { transport: &self.transport, on_received: &*self.on_received };
        if let Err(error) = body.read(&mut answer, &mut progress.bytes, end).await {
            return passing(error, None);
        }
        // A server may send more than was requested; the rest is ignored.
        progress.bytes.truncate(end);
        progress.confirm_length(content.file_size, &rest)?;
        if progress.is_done() { Ok(Ok(())) } else { passing(FetchError::BrokenOff, None) }
    }

    /// Attempts in all after a failure.
    fn attempts(&self, error: &FetchError) -> usize {
        match error {
            FetchError::TooSlow(_) | FetchError::NoAnswer(_) => SLOW_ATTEMPTS,
            FetchError::Unreachable(_) => self.lost_attempts,
            _ => RETRIES.attempts,
        }
    }

    fn gate(&self, url: &str) -> Rc<Semaphore> {
        let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let mut hosts = self.hosts.borrow_mut();
        Rc::clone(
            hosts.entry(host).or_insert_with(|| Rc::new(Semaphore::new(self.at_once_per_host))),
        )
    }
}

fn passing<R>(
    error: FetchError,
    requested_pause: Option<Duration>,
) -> Result<Result<R, Passing>, FetchError> {
    Ok(Err(Passing { error, requested_pause }))
}

impl Progress<'_> {
    fn rest(&self) -> Range<u64> {
        let end = self.range.end.min(self.version.length().unwrap_or(u64::MAX));
        self.range.start + self.bytes.len() as u64..end
    }

    fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    /// What an answer contains of the rest. The outer error is final.
    fn content(
        &mut self,
        head: &ResponseHead,
        rest: &Range<u64>,
    ) -> Result<Result<PartialContent, Passing>, FetchError> {
        if (200..300).contains(&head.status) {
            head.check_kind()?;
            self.version.confirm(&head.version())?;
        }
        let content = match read_range_head(&head.range(), rest) {
            Ok(content) => content,
            Err(RangeHeadError::NoRanges) => return Err(FetchError::NoRanges),
            Err(RangeHeadError::WrongRange(range)) => return Err(FetchError::WrongRange(range)),
            Err(RangeHeadError::Status(status)) => match StatusKind::of(status) {
                StatusKind::Forbidden => return Err(FetchError::Forbidden(status)),
                StatusKind::NotFound => return Err(FetchError::NotFound(status)),
                StatusKind::PastTheEnd => self.end_at(rest.start, head)?,
                StatusKind::Transient => {
                    return passing(FetchError::Busy(status), head.retry_after);
                }
                StatusKind::Success | StatusKind::Other => return Err(FetchError::Status(status)),
            },
        };
        Ok(Ok(content))
    }

    /// Checks the length of the file that an answer to a request for `rest` stated, after its bytes
    /// have come.
    fn confirm_length(&mut self, stated: Option<u64>, rest: &Range<u64>) -> Result<(), FetchError> {
        let Some(length) = stated else { return Ok(()) };
        match self.version.set_length(length) {
            // Another version, or a copy that was cut: in both cases there is no more of it.
            Err(_) if length < rest.end => Err(FetchError::PastTheEnd(length)),
            outcome => Ok(outcome?),
        }
    }

    /// A file that ends before the first byte of the rest, as status 416 states.
    fn end_at(&self, first: u64, head: &ResponseHead) -> Result<PartialContent, FetchError> {
        if self.bytes.is_empty() || self.version.length().is_some() {
            return Err(FetchError::PastTheEnd(first));
        }
        let stated = head.content_range.as_deref().and_then(stated_length);
        // The length was not stated before; all of the file had come.
        Ok(PartialContent { length: 0, file_size: stated.or(Some(first)) })
    }
}

#[cfg(test)]
mod tests;
