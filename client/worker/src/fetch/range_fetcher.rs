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
use crate::fetch::transport::{RangeResponse, ResponseHead, Transport};

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
/// A body that brings less than [`MIN_WINDOW_BYTES`] in this time is given up, as batch does.
const BODY_WINDOW: Duration = Duration::from_secs(30);
/// See [`BODY_WINDOW`].
const MIN_WINDOW_BYTES: usize = 16 << 10;

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
    version: RemoteVersion,
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
            let Some(pause) = pauses.next(attempts(&error), requested_pause) else {
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
        if let Err(passing) = self.read_body(&mut answer, &mut progress.bytes, end).await {
            return Ok(Err(passing));
        }
        // A server may send more than was requested; the rest is ignored.
        progress.bytes.truncate(end);
        if progress.is_done() { Ok(Ok(())) } else { passing(FetchError::BrokenOff, None) }
    }

    /// Reads a body until so many bytes are there, or it ends.
    async fn read_body(
        &self,
        answer: &mut T::Response,
        bytes: &mut Vec<u8>,
        end: usize,
    ) -> Result<(), Passing> {
        let mut window = pin!(self.transport.timer(BODY_WINDOW));
        let mut window_start = bytes.len();
        while bytes.len() < end {
            let before = bytes.len();
            let mut window_bytes = before - window_start;
            let has_more = {
                let mut read = pin!(answer.read(bytes));
                loop {
                    match select(read.as_mut(), window.as_mut()).await {
                        Either::Left((has_more, _)) => break has_more,
                        Either::Right(_) if window_bytes < MIN_WINDOW_BYTES => {
                            let bytes_per_s = window_bytes as u64 / BODY_WINDOW.as_secs();
                            let error = FetchError::TooSlow(bytes_per_s);
                            return Err(Passing { error, requested_pause: None });
                        }
                        Either::Right(_) => {
                            window.set(self.transport.timer(BODY_WINDOW));
                            (window_start, window_bytes) = (before, 0);
                        }
                    }
                }
            };
            match has_more {
                Ok(true) => (self.on_received)((bytes.len() - before) as u64),
                Ok(false) => return Ok(()),
                Err(unreachable) => {
                    return Err(Passing { error: unreachable.into(), requested_pause: None });
                }
            }
        }
        // An answer read to its very end leaves its connection for the next; what fails here is no
        // loss.
        let _ = select(pin!(answer.read(bytes)), window).await;
        Ok(())
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

/// Attempts in all after a failure.
fn attempts(error: &FetchError) -> usize {
    match error {
        FetchError::TooSlow(_) | FetchError::NoAnswer(_) => SLOW_ATTEMPTS,
        _ => RETRIES.attempts,
    }
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
            Err(RangeHeadError::WrongRange(said)) => return Err(FetchError::WrongRange(said)),
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
        match content.file_size.map(|length| (length, self.version.set_length(length))) {
            // Another version, or a copy that was cut: in both cases there is no more of it.
            Some((length, Err(_))) if length < rest.end => Err(FetchError::PastTheEnd(length)),
            Some((_, Err(replaced))) => Err(replaced.into()),
            _ => Ok(Ok(content)),
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
mod tests {
    use std::cell::Cell;
    use std::collections::VecDeque;

    use futures_util::future::join_all;
    use pollster::block_on;

    use super::*;
    use crate::fetch::transport::TransportError;

    /// Answers as written down beforehand, and notes what was asked.
    #[derive(Default)]
    struct Script {
        /// Limits whose timers end at once, each time one is here; the others never do.
        ending_timers: RefCell<Vec<Duration>>,
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
        hangs: bool,
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

        async fn timer(&self, limit: Duration) {
            let ends = self.ending_timers.borrow_mut();
            let Some(end) = ends.iter().position(|ends| *ends == limit) else {
                drop(ends);
                return std::future::pending().await;
            };
            { ends }.remove(end);
        }
    }

    impl RangeResponse for Scripted {
        fn head(&self) -> &ResponseHead {
            &self.head
        }

        async fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, TransportError> {
            if self.body.is_empty() {
                if self.hangs {
                    std::future::pending::<()>().await;
                }
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
            ..Scripted::default()
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
        (block_on(fetcher.fetch("https://bucket/file.tif", range, &known())), script)
    }

    fn known() -> RemoteVersion {
        RemoteVersion::default()
    }

    /// What is fetched of a file of so many bytes.
    fn bytes(bytes: &[u8], length: u64) -> FetchedBytes {
        let version = RemoteVersion::new(None, None, Some(length));
        FetchedBytes { bytes: bytes.to_vec(), version }
    }

    fn check_refused(answer: Scripted, expected: FetchError) {
        let (result, script) = fetched(&[answer], 10..14);
        assert_eq!(result, Err(expected));
        assert_eq!(script.asked.borrow().len(), 1, "tried again in vain");
    }

    #[test]
    fn an_answer_is_checked_against_what_was_asked() {
        let (result, _) = fetched(&[part("10-13/100", b"dnbr")], 10..14);
        assert_eq!(result, Ok(bytes(b"dnbr", 100)));
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
        assert_eq!(result, Ok(bytes(b"dnbr", 14)));
        hidden.head.content_length = None;
        let (result, _) = fetched(&[hidden, status(416)], 10..90);
        assert_eq!(result, Ok(bytes(b"dnbr", 14)));
    }

    #[test]
    fn a_file_shorter_than_asked_for_is_had_whole() {
        let (result, _) = fetched(&[part("0-3/4", b"dnbr")], 0..16_384);
        assert_eq!(result, Ok(bytes(b"dnbr", 4)));
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
    fn another_version_is_refused_and_no_byte_requested_past_the_end() {
        let known = RemoteVersion::new(Some("\"1\""), None, Some(100));
        let fetch = |answers: &[Scripted], range| {
            let script = Rc::new(Script {
                answers: RefCell::new(answers.iter().cloned().collect()),
                ..Script::default()
            });
            let fetcher = RangeFetcher::new(Rc::clone(&script), 6, |_| {});
            let fetched = block_on(fetcher.fetch("https://bucket/file.tif", range, &known));
            (fetched.map(|fetched| fetched.bytes), script.asked.take())
        };
        let tagged = |etag: &str, range: &str, body: &[u8]| {
            let mut answer = part(range, body);
            answer.head.etag = Some(etag.to_owned());
            answer
        };
        let same = tagged("\"1\"", "96-99/100", b"dnbr");
        assert_eq!(fetch(&[same], 96..200), (Ok(b"dnbr".to_vec()), vec![96..100]));
        assert_eq!(fetch(&[], 100..200), (Ok(Vec::new()), vec![]));
        for other in [
            tagged("\"2\"", "96-99/100", b"dnbr"),
            part("96-99/101", b"dnbr"),
            Scripted {
                head: ResponseHead { status: 200, ..tagged("\"2\"", "", b"").head },
                ..status(0)
            },
        ] {
            assert_eq!(fetch(&[other], 96..100), (Err(FetchError::Changed), vec![96..100]));
        }
        let cut = part("96-97/98", b"dn");
        assert_eq!(fetch(&[cut], 96..100).0, Err(FetchError::PastTheEnd(98)));
        assert_eq!(fetch(&[status(416)], 96..100).0, Err(FetchError::PastTheEnd(96)));
    }

    #[test]
    fn a_server_that_stalls_is_given_up_with_its_speed() {
        let stalled = || Scripted { hangs: true, ..part("10-13/100", b"dn") };
        let outcome = |answers: Vec<Scripted>, ending_timers: &[Duration]| {
            let script = Rc::new(Script {
                ending_timers: RefCell::new(ending_timers.to_vec()),
                answers: RefCell::new(answers.into()),
                ..Script::default()
            });
            let fetcher = RangeFetcher::new(Rc::clone(&script), 6, |_| {});
            let range = 10..14;
            let fetched = block_on(fetcher.fetch("https://bucket/file.tif", range, &known()));
            (fetched.map(|fetched| fetched.bytes), script.asked.borrow().len())
        };
        let silent = FetchError::NoAnswer(HEAD_TIMEOUT.as_secs());
        assert_eq!(outcome(vec![], &[HEAD_TIMEOUT; 2]), (Err(silent), 2));
        let whole = part("10-13/100", b"dnbr");
        assert_eq!(outcome(vec![whole.clone()], &[HEAD_TIMEOUT]), (Ok(b"dnbr".to_vec()), 2));
        let rest = Scripted { hangs: true, ..part("12-13/100", b"b") };
        let slow = outcome(vec![stalled(), rest], &[BODY_WINDOW; 2]);
        assert_eq!(slow, (Err(FetchError::TooSlow(0)), 2));
        let rest = part("12-13/100", b"br");
        assert_eq!(outcome(vec![stalled(), rest], &[BODY_WINDOW]), (Ok(b"dnbr".to_vec()), 2));
    }

    #[test]
    fn what_is_no_part_of_the_file_is_named() {
        let refused = |change: fn(&mut ResponseHead)| {
            let mut answer = part("10-13/100", b"dnbr");
            change(&mut answer.head);
            fetched(&[answer], 10..14).0.unwrap_err().to_string()
        };
        let page = refused(|head| head.content_type = Some("Text/HTML; charset=utf-8".to_owned()));
        assert!(page.contains("web page"), "{page}");
        let login = refused(|head| {
            head.content_type = Some("text/html".to_owned());
            head.redirected_to = Some("https://login.example/in?token=SECRET".to_owned());
        });
        assert!(login.contains("login") && login.contains("https://login.example/in,"), "{login}");
        let packed = refused(|head| head.content_encoding = Some("GZIP".to_owned()));
        assert!(packed.contains("Content-Encoding: gzip"), "{packed}");
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
        block_on(fetcher.fetch("https://bucket/file.tif", 10..14, &known())).unwrap();
        assert_eq!(total.get(), 22);
    }

    #[test]
    fn few_requests_go_to_a_host_at_once() {
        let answers = (0..20).map(|_| part("10-13/100", b"dnbr")).collect();
        let script = Rc::new(Script { answers: RefCell::new(answers), ..Script::default() });
        let most = Rc::clone(&script.most_at_once);
        let fetcher = RangeFetcher::new(script, 6, |_| {});
        let known = known();
        let all = block_on(join_all(
            (0..20).map(|_| fetcher.fetch("https://bucket/file.tif", 10..14, &known)),
        ));
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(most.get(), 6);
    }
}
