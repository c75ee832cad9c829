//! Ranges of remote files, with retries: checked answers, few at once per host, failures tried
//! again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use dragonfly_core::http::{
    PartialContent, RangeHeadError, RetryPolicy, StatusKind, read_range_head,
};
use tokio::sync::Semaphore;

use crate::fetch::transport::{RangeResponse, Transport, TransportError};

/// A transport with patience.
///
/// Everything ends at once when the future in hand is dropped: that is how to cancel.
pub struct RangeFetcher<T> {
    transport: T,
    at_once_per_host: usize,
    hosts: RefCell<HashMap<String, Rc<Semaphore>>>,
    on_received: Box<dyn Fn(u64)>,
}

/// Bytes fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedBytes {
    /// From the start of the range; fewer than requested where the file ends before.
    pub bytes: Vec<u8>,
    /// Length of the whole file, where the answer states it.
    pub file_length: Option<u64>,
}

/// Why bytes could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error(transparent)]
    Unreachable(#[from] TransportError),
    /// Status 401 or 403.
    #[error("access refused (status {0}): the bucket wants a login, or the link has expired")]
    Forbidden(u16),
    /// Status 404 or 410.
    #[error("there is no such file (status {0}): the catalogue names one that is gone")]
    NotFound(u16),
    /// Status 416, or a range past the end.
    #[error("the file is cut short: it ends before byte {0}")]
    PastTheEnd(u64),
    /// Status 429 or 5xx, even after several attempts.
    #[error(
        "the server is too busy or broken (status {0}), also after several attempts: try again \
        later"
    )]
    Busy(u16),
    /// Another status.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// Status 200: the whole file instead of a part.
    #[error(
        "the server sends whole files instead of parts (no range requests): the file would be \
        read entirely"
    )]
    NoRanges,
    /// Bytes of another range than requested.
    #[error("the server sent other bytes than asked for ({0})")]
    WrongRange(String),
    /// The body broke off, also after several attempts.
    #[error("the transfer broke off, also after several attempts: try again later")]
    BrokenOff,
    /// The file's length is another than before.
    #[error("the file changed while it was read: start again")]
    Changed,
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

/// A failure that another attempt may mend.
struct Passing {
    error: FetchError,
    requested_pause: Option<Duration>,
}

/// A range as far as it has been fetched.
struct Progress<'a> {
    url: &'a str,
    range: Range<u64>,
    bytes: Vec<u8>,
    file_length: Option<u64>,
}

impl<T: Transport> RangeFetcher<T> {
    /// At most `at_once_per_host` requests go to one host at a time (HTTP/1.1 in browsers: 6).
    /// `on_received` receives the length of every piece, in bytes.
    pub fn new(transport: T, at_once_per_host: usize, on_received: impl Fn(u64) + 'static) -> Self {
        Self {
            transport,
            at_once_per_host: at_once_per_host.max(1),
            hosts: RefCell::default(),
            on_received: Box::new(on_received),
        }
    }

    /// Fetches a range. What came before a transfer broke off is kept, and only the rest requested
    /// again.
    ///
    /// # Errors
    /// When the file cannot be had, or not yet after several attempts.
    pub async fn fetch(&self, url: &str, range: Range<u64>) -> Result<FetchedBytes, FetchError> {
        let mut progress = Progress { url, range, bytes: Vec::new(), file_length: None };
        let mut pauses = RETRIES.pauses();
        while let Err(Passing { error, requested_pause }) = self.attempt(&mut progress).await? {
            let Some(pause) = pauses.next(RETRIES.attempts, requested_pause) else {
                return Err(error);
            };
            self.transport.pause(pause).await;
        }
        Ok(FetchedBytes { bytes: progress.bytes, file_length: progress.file_length })
    }

    /// One request for what is missing. The outer error is final.
    async fn attempt(
        &self,
        progress: &mut Progress<'_>,
    ) -> Result<Result<(), Passing>, FetchError> {
        let passing =
            |error: FetchError, requested_pause| Ok(Err(Passing { error, requested_pause }));
        let gate = self.gate(progress.url);
        // First come, first served: what is needed first was requested first. Nobody closes the
        // gate.
        let _one_of_few = gate.acquire().await;
        let rest = progress.rest();
        let mut answer = match self.transport.request_range(progress.url, rest.clone()).await {
            Ok(answer) => answer,
            Err(unreachable) => return passing(unreachable.into(), None),
        };
        let head = answer.head();
        let content = match read_range_head(&head.range(), &rest) {
            Ok(content) => content,
            Err(RangeHeadError::NoRanges) => return Err(FetchError::NoRanges),
            Err(RangeHeadError::WrongRange(said)) => return Err(FetchError::WrongRange(said)),
            Err(RangeHeadError::Status(status)) => match StatusKind::of(status) {
                StatusKind::Forbidden => return Err(FetchError::Forbidden(status)),
                StatusKind::NotFound => return Err(FetchError::NotFound(status)),
                StatusKind::PastTheEnd if progress.bytes.is_empty() => {
                    return Err(FetchError::PastTheEnd(rest.start));
                }
                // The file's length was not stated; all of it had come.
                StatusKind::PastTheEnd => PartialContent { length: 0, file_size: Some(rest.start) },
                StatusKind::Transient => {
                    return passing(FetchError::Busy(status), head.retry_after);
                }
                StatusKind::Success | StatusKind::Other => return Err(FetchError::Status(status)),
            },
        };
        progress.learn_length(content.file_size)?;
        let end = progress.bytes.len() + content.length as usize;
        // No more than was requested.
        progress.bytes.reserve_exact(content.length as usize);
        while progress.bytes.len() < end {
            let before = progress.bytes.len();
            match answer.read(&mut progress.bytes).await {
                Ok(true) => (self.on_received)((progress.bytes.len() - before) as u64),
                Ok(false) => break,
                Err(unreachable) => return passing(unreachable.into(), None),
            }
        }
        if progress.bytes.len() == end {
            // An answer read to its very end leaves its connection for the next; what fails here is
            // no loss.
            let _ = answer.read(&mut progress.bytes).await;
        }
        // A server may send more than was requested; the rest is ignored.
        progress.bytes.truncate(end);
        if progress.is_done() { Ok(Ok(())) } else { passing(FetchError::BrokenOff, None) }
    }

    fn gate(&self, url: &str) -> Rc<Semaphore> {
        let host = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let mut hosts = self.hosts.borrow_mut();
        Rc::clone(
            hosts.entry(host).or_insert_with(|| Rc::new(Semaphore::new(self.at_once_per_host))),
        )
    }
}

impl Progress<'_> {
    fn rest(&self) -> Range<u64> {
        self.range.start + self.bytes.len() as u64..self.range.end
    }

    fn learn_length(&mut self, file_length: Option<u64>) -> Result<(), FetchError> {
        match (self.file_length, file_length) {
            (Some(before), Some(now)) if before != now => Err(FetchError::Changed),
            _ => {
                self.file_length = self.file_length.or(file_length);
                Ok(())
            }
        }
    }

    fn is_done(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || self.file_length.is_some_and(|length| rest.start >= length)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::VecDeque;

    use futures_util::future::join_all;
    use pollster::block_on;

    use super::*;
    use crate::fetch::transport::ResponseHead;

    /// Answers as written down beforehand, and notes what was asked.
    #[derive(Default)]
    struct Script {
        answers: RefCell<VecDeque<Scripted>>,
        asked: RefCell<Vec<Range<u64>>>,
        pauses: RefCell<Vec<Duration>>,
        at_once: Cell<usize>,
        most_at_once: Rc<Cell<usize>>,
    }

    #[derive(Clone, Default)]
    struct Scripted {
        head: ResponseHead,
        body: Vec<Vec<u8>>,
        breaks: bool,
    }

    impl Transport for Rc<Script> {
        type Response = Scripted;

        async fn request_range(
            &self,
            _url: &str,
            range: Range<u64>,
        ) -> Result<Scripted, TransportError> {
            self.asked.borrow_mut().push(range);
            self.at_once.set(self.at_once.get() + 1);
            self.most_at_once.set(self.most_at_once.get().max(self.at_once.get()));
            // Lets the others try to come in between.
            let mut waited = false;
            futures_util::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                let ready = std::mem::replace(&mut waited, true);
                if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            })
            .await;
            self.at_once.set(self.at_once.get() - 1);
            self.answers.borrow_mut().pop_front().ok_or(TransportError("script is over".to_owned()))
        }

        async fn pause(&self, time: Duration) {
            self.pauses.borrow_mut().push(time);
        }
    }

    impl RangeResponse for Scripted {
        fn head(&self) -> &ResponseHead {
            &self.head
        }

        async fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, TransportError> {
            if self.body.is_empty() {
                return if self.breaks {
                    Err(TransportError("reset".to_owned()))
                } else {
                    Ok(false)
                };
            }
            into.extend(self.body.remove(0));
            Ok(true)
        }
    }

    fn part(range: &str, body: &[u8]) -> Scripted {
        let content_range = Some(format!("bytes {range}"));
        Scripted {
            head: ResponseHead { status: 206, content_range, ..ResponseHead::default() },
            body: vec![body.to_vec()],
            breaks: false,
        }
    }

    fn status(status: u16) -> Scripted {
        Scripted { head: ResponseHead { status, ..ResponseHead::default() }, ..Scripted::default() }
    }

    fn fetched(
        answers: &[Scripted],
        range: Range<u64>,
    ) -> (Result<FetchedBytes, FetchError>, Rc<Script>) {
        let script = Rc::new(Script {
            answers: RefCell::new(answers.iter().cloned().collect()),
            ..Script::default()
        });
        let fetcher = RangeFetcher::new(Rc::clone(&script), 6, |_| {});
        (block_on(fetcher.fetch("https://bucket/file.tif", range)), script)
    }

    fn check_refused(answer: Scripted, expected: FetchError) {
        let (result, script) = fetched(&[answer], 10..14);
        assert_eq!(result, Err(expected));
        assert_eq!(script.asked.borrow().len(), 1, "tried again in vain");
    }

    #[test]
    fn an_answer_is_checked_against_what_was_asked() {
        let (result, _) = fetched(&[part("10-13/100", b"dnbr")], 10..14);
        assert_eq!(result, Ok(FetchedBytes { bytes: b"dnbr".to_vec(), file_length: Some(100) }));
        check_refused(part("0-3/100", b"dnbr"), FetchError::WrongRange("bytes 0-3/100".to_owned()));
        check_refused(
            part("10-99/100", b"dnbr"),
            FetchError::WrongRange("bytes 10-99/100".to_owned()),
        );
        check_refused(
            part("10-13/12", b"dnbr"),
            FetchError::WrongRange("bytes 10-13/12".to_owned()),
        );
        let endless = "10-13/18446744073709551615";
        check_refused(part(endless, b"dnbr"), FetchError::WrongRange(format!("bytes {endless}")));
        check_refused(status(200), FetchError::NoRanges);
        check_refused(status(403), FetchError::Forbidden(403));
        check_refused(status(404), FetchError::NotFound(404));
        check_refused(status(416), FetchError::PastTheEnd(10));
        check_refused(status(301), FetchError::Status(301));
    }

    #[test]
    fn headers_that_a_bucket_hides_are_done_without() {
        let mut hidden = part("", b"dnbr");
        hidden.head.content_range = None;
        let (result, _) = fetched(&[hidden.clone()], 10..14);
        assert_eq!(result.unwrap().bytes, b"dnbr");
        hidden.head.content_length = Some(4);
        let (result, _) = fetched(&[hidden.clone()], 10..90);
        assert_eq!(result, Ok(FetchedBytes { bytes: b"dnbr".to_vec(), file_length: Some(14) }));
        hidden.head.content_length = None;
        let (result, _) = fetched(&[hidden, status(416)], 10..90);
        assert_eq!(result, Ok(FetchedBytes { bytes: b"dnbr".to_vec(), file_length: Some(14) }));
    }

    #[test]
    fn a_file_shorter_than_asked_for_is_had_whole() {
        let (result, _) = fetched(&[part("0-3/4", b"dnbr")], 0..16_384);
        assert_eq!(result, Ok(FetchedBytes { bytes: b"dnbr".to_vec(), file_length: Some(4) }));
        let mut whole = status(200);
        whole.head.content_length = Some(4);
        whole.body = vec![b"dnbr".to_vec()];
        assert_eq!(fetched(&[whole], 0..16_384).0.unwrap().bytes, b"dnbr");
    }

    #[test]
    fn after_a_transfer_breaks_off_only_the_rest_is_asked_for() {
        let mut broken = part("10-13/100", b"dn");
        broken.breaks = true;
        let (result, script) = fetched(&[broken, part("12-13/100", b"br")], 10..14);
        assert_eq!(result.unwrap().bytes, b"dnbr");
        assert_eq!(*script.asked.borrow(), [10..14, 12..14]);
        let cut = [part("10-13/100", b"d"), part("11-13/101", b"nbr")];
        assert_eq!(fetched(&cut, 10..14).0, Err(FetchError::Changed));
    }

    #[test]
    fn a_busy_server_is_given_the_time_it_asks_for() {
        let mut busy = status(429);
        busy.head.retry_after = Some(Duration::from_secs(3));
        let (result, script) = fetched(&[busy, status(503), part("10-13/100", b"dnbr")], 10..14);
        assert_eq!(result.unwrap().bytes, b"dnbr");
        assert_eq!(*script.pauses.borrow(), [Duration::from_secs(3), RETRIES.first_pause * 2]);
        let (result, script) = fetched(&vec![status(503); 9], 10..14);
        assert_eq!(result, Err(FetchError::Busy(503)));
        assert_eq!(script.asked.borrow().len(), RETRIES.attempts);
    }

    #[test]
    fn progress_is_told_by_bytes() {
        let mut answer = part("10-13/100", b"dn");
        answer.body.push(b"br".to_vec());
        let script = Rc::new(Script {
            answers: RefCell::new(VecDeque::from([answer])),
            ..Script::default()
        });
        let total = Rc::new(Cell::new(0));
        let received = Rc::clone(&total);
        let fetcher =
            RangeFetcher::new(script, 6, move |bytes| received.set(received.get() * 10 + bytes));
        block_on(fetcher.fetch("https://bucket/file.tif", 10..14)).unwrap();
        assert_eq!(total.get(), 22);
    }

    #[test]
    fn few_requests_go_to_a_host_at_once() {
        let answers = (0..20).map(|_| part("10-13/100", b"dnbr")).collect();
        let script = Rc::new(Script { answers: RefCell::new(answers), ..Script::default() });
        let most = Rc::clone(&script.most_at_once);
        let fetcher = RangeFetcher::new(script, 6, |_| {});
        let all =
            block_on(join_all((0..20).map(|_| fetcher.fetch("https://bucket/file.tif", 10..14))));
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(most.get(), 6);
    }
}
