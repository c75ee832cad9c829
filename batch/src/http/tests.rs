//! The client before servers that misbehave.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use dragonfly_core::stac::AddressPolicy;

use super::loopback::{ReceivedRequests, answers, serve};
use super::*;
use crate::nightly::deadline::Deadline;

/// For tests that must not wait: a night's limits, but a tenth of a second for a body to bring
/// enough.
const SHORT: RequestLimits =
    RequestLimits { window: Duration::from_millis(100), ..RequestLimits::NIGHT };
/// A bound far beyond what a test takes, and far below what the fault would take.
const SOON: Duration = Duration::from_secs(120);

fn client(policy: AddressPolicy, deadline: Deadline) -> Client {
    Client::new(policy, deadline, SHORT, 4)
}

fn api(root: &str) -> AddressPolicy {
    AddressPolicy::of_api(root, &[], false).unwrap()
}

/// What comes of reading a page of at most 1000 bytes.
fn page(root: &str, deadline: Deadline) -> Result<Vec<u8>, HttpError> {
    let client = client(api(root), deadline);
    client.send(&HttpRequest::get(Scope::Catalogue, &format!("{root}/search")))?.read_body(1000)
}

fn ten_minutes() -> Deadline {
    Deadline::after(Duration::from_secs(600))
}

fn head(stream: &mut TcpStream, length: u64) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
}

#[test]
fn a_body_that_trickles_is_given_up() {
    let (root, _) = serve(|_, _, stream| {
        head(stream, 900);
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(200));
        }
    });
    let started = Instant::now();
    assert!(matches!(page(&root, ten_minutes()), Err(HttpError::TooSlow { .. })));
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
}

#[test]
fn silence_ends_with_the_deadline() {
    let hang = |before: &'static [u8]| {
        serve(move |_, _, stream| {
            stream.write_all(before).unwrap();
            thread::sleep(Duration::from_secs(600));
        })
    };
    for before in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1",
    ] {
        let (root, _received) = hang(before);
        let started = Instant::now();
        let error = page(&root, Deadline::of_run(0.005)).unwrap_err().to_string();
        assert!(error.contains("max_run_minutes"), "{error}");
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    }
    // Connects, as the system does so for it, and never accepts.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = page(&format!("http://{}", deaf.local_addr().unwrap()), Deadline::of_run(0.005))
        .unwrap_err();
    assert!(matches!(error, HttpError::Deadline(_)), "{error}");
}

#[test]
fn a_body_beyond_its_limit_is_read_no_further() {
    let announced = |length: u64, sent: usize| {
        serve(move |_, _, stream| {
            head(stream, length);
            // The client hangs up in between.
            let _ = stream.write_all(&vec![b' '; sent]);
        })
    };
    let chunked = serve(|_, _, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        while stream.write_all(format!("400\r\n{}\r\n", " ".repeat(1024)).as_bytes()).is_ok() {}
    });
    for (root, _received) in [announced(1 << 40, 10), announced(1001, 1001), chunked] {
        assert!(matches!(page(&root, ten_minutes()), Err(HttpError::TooLarge(1000))));
    }
    let (root, _received) = announced(1000, 1000);
    assert_eq!(page(&root, ten_minutes()).unwrap().len(), 1000);
    let (root, _received) = announced(1000, 999);
    assert!(matches!(page(&root, ten_minutes()), Err(HttpError::Cut)));
}

#[test]
fn what_is_no_http_is_an_error() {
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "\0\0\0\0\0\0\0\0",
    ] {
        let (root, _received) =
            serve(move |_, _, stream| stream.write_all(answer.as_bytes()).unwrap());
        let error = page(&root, ten_minutes()).unwrap_err();
        assert!(
            !error.to_string().contains("SSH") && !error.to_string().contains("many"),
            "{error}"
        );
    }
    let endless = |_, _: &str, stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").unwrap();
        while stream.write_all(b"X-More: and more\r\n").is_ok() {}
    };
    let (root, _received) = serve(endless);
    assert!(page(&root, ten_minutes()).is_err());
}

#[test]
fn redirects_that_do_not_end_are_an_error() {
    let (root, received) = serve(|number, _, stream| {
        let answer = format!(
            "HTTP/1.1 302 Found\r\nLocation: /{number}\r\nContent-Length: 0\r\nConnection: \
            close\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).unwrap();
    });
    assert!(matches!(page(&root, ten_minutes()), Err(HttpError::RedirectLoop(5))));
    assert_eq!(received.all().len(), 6);
}

/// Where a server redirects to a second one, for each purpose; and what the second one received.
fn redirected(
    policy: impl Fn(&str) -> AddressPolicy,
    scope: Scope,
) -> (Result<u16, HttpError>, ReceivedRequests) {
    let (inside, received) = answers(&[("200 OK", "SECRET")]);
    let (root, _) = answers(&[(&format!("307 Temporary Redirect\r\nLocation: {inside}/x"), "")]);
    let client = client(policy(&root), ten_minutes());
    (
        client.send(&HttpRequest::get(scope, &format!("{root}/a"))).map(|answer| answer.status()),
        received,
    )
}

#[test]
fn a_redirect_goes_only_where_its_purpose_may() {
    // The catalogue lies in a private network: its files may be anywhere, its pages may not.
    let (outcome, received) = redirected(api, Scope::Catalogue);
    assert!(matches!(outcome, Err(HttpError::Redirect { .. })) && received.all().is_empty());
    assert!(redirected(api, Scope::File).0.is_ok());
    // The catalogue is public: what the operator configured may lie inside, and does not lead
    // others there.
    let public = |_: &str| api("https://stac.example/v1");
    let (outcome, received) = redirected(public, Scope::Configured);
    assert!(matches!(outcome, Err(HttpError::Redirect { .. })) && received.all().is_empty());
    let (outcome, received) = redirected(public, Scope::File);
    assert!(matches!(outcome, Err(HttpError::Address(_))) && received.all().is_empty());
    assert!(redirected(|_| AddressPolicy::of_file(), Scope::File).0.is_ok());
}

#[test]
fn a_public_catalogue_does_not_lead_to_names_of_this_machine() {
    let (root, received) = answers(&[("200 OK", "SECRET")]);
    let port = root.rsplit(':').next().unwrap();
    let client = client(api("https://stac.example/v1"), ten_minutes());
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ] {
        let error = client
            .send(&HttpRequest::get(Scope::File, &format!("http://{host}:{port}/")))
            .err()
            .unwrap();
        assert!(matches!(error, HttpError::Address(_)), "{host}: {error}");
    }
    for href in [
        "file:///etc/passwd",
        "/etc/passwd",
        "ftp://8.8.8.8/",
        "/vsicurl/http://8.8.8.8/",
        "http://a b/",
        "",
    ] {
        let error = client.send(&HttpRequest::get(Scope::File, href)).err().unwrap();
        assert!(matches!(error, HttpError::Address(_)), "{href}: {error}");
    }
    assert_eq!(received.all(), [""; 0]);
}

#[test]
fn a_refused_connection_and_an_unknown_name_are_distinct_errors() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(
        page(&format!("http://{closed}"), ten_minutes()),
        Err(HttpError::ConnectionRefused)
    ));
    assert!(matches!(
        page("http://no-such-name.invalid", ten_minutes()),
        Err(HttpError::UnknownHost)
    ));
}

#[test]
fn a_monitor_is_notified_or_the_cause_named() {
    let (root, received) = answers(&[("200 OK", "OK"), ("500 SECRET", "SECRET")]);
    notify(&format!("{root}/ping")).unwrap();
    assert!(received.all()[0].starts_with("GET /ping "));
    assert_eq!(
        notify(&root).unwrap_err().to_string(),
        "it answers 500 (too busy, or broken: try again later)"
    );
    assert!(notify("file:///etc/passwd").is_err());
}

#[test]
fn a_long_body_that_comes_steadily_is_not_called_slow() {
    let body = Duration::from_millis(300);
    let limits = RequestLimits { body, min_bytes: 0, ..RequestLimits::NIGHT };
    let (root, _received) = serve(|_, _, stream| {
        head(stream, 1 << 20);
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let client = Client::new(api(&root), ten_minutes(), limits, 4);
    let response = client.send(&HttpRequest::get(Scope::Catalogue, &root)).unwrap();
    let error = response.read_body(1 << 20).unwrap_err();
    assert!(matches!(error, HttpError::TooLong(_)), "{error}");
}
