//! The fetcher before servers that misbehave.

use std::cell::Cell;
use std::collections::VecDeque;

use futures_util::future::join_all;
use pollster::block_on;

use super::*;
use crate::fetch::range_body::BODY_WINDOW;
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
        let place = self.ending_timers.borrow().iter().position(|ends| *ends == limit);
        match place {
            Some(place) => drop(self.ending_timers.borrow_mut().remove(place)),
            None => std::future::pending().await,
        }
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
            return if self.breaks { Err(TransportError("reset".to_owned())) } else { Ok(false) };
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
    check_refused(part("10-99/100", b"dnbr"), FetchError::WrongRange("bytes 10-99/100".to_owned()));
    check_refused(part("10-13/12", b"dnbr"), FetchError::WrongRange("bytes 10-13/12".to_owned()));
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
        let asked = script.asked.take();
        assert!(asked.iter().all(|range| *range == (96..100)), "{asked:?}");
        (fetched.map(|fetched| fetched.bytes), asked.len())
    };
    let tagged = |etag: &str, range: &str, body: &[u8]| {
        let mut answer = part(range, body);
        answer.head.etag = Some(etag.to_owned());
        answer
    };
    let same = tagged("\"1\"", "96-99/100", b"dnbr");
    assert_eq!(fetch(&[same], 96..200), (Ok(b"dnbr".to_vec()), 1));
    assert_eq!(fetch(&[], 100..200), (Ok(Vec::new()), 0));
    for other in [
        tagged("\"2\"", "96-99/100", b"dnbr"),
        part("96-99/101", b"dnbr"),
        Scripted {
            head: ResponseHead { status: 200, ..tagged("\"2\"", "", b"").head },
            ..status(0)
        },
    ] {
        assert_eq!(fetch(&[other], 96..100), (Err(FetchError::Changed), 1));
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
    let parts = refused(|head| {
        head.content_type = Some("multipart/byteranges; boundary=B".to_owned());
        head.content_range = None;
    });
    assert!(parts.contains("multipart/byteranges"), "{parts}");
}

#[test]
fn a_file_that_may_be_absent_is_requested_only_once_more_where_no_answer_comes() {
    let asked = |change: fn(RangeFetcher<Rc<Script>>) -> RangeFetcher<Rc<Script>>| {
        let script = Rc::new(Script::default());
        let fetcher = change(RangeFetcher::new(Rc::clone(&script), 6, |_| {}));
        let fetched = block_on(fetcher.fetch("https://bucket/file.tif.msk", 0..4, &known()));
        assert!(matches!(fetched, Err(FetchError::Unreachable(_))));
        script.asked.borrow().len()
    };
    assert_eq!(asked(|fetcher| fetcher), 5);
    assert_eq!(asked(RangeFetcher::of_doubtful_files), 2);
}

#[test]
fn progress_is_told_by_bytes() {
    let mut answer = part("10-13/100", b"dn");
    answer.body.push(b"br".to_vec());
    let script =
        Rc::new(Script { answers: RefCell::new(VecDeque::from([answer])), ..Script::default() });
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
