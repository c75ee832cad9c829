//! Connections over HTTP/1: how many there may be, how long each may wait, and what happens when
//! the server stops.

// One connection.
mod activity;
mod stream;

// All of them.
mod descriptors;
mod registry;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper::{Request, server::conn::http1};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::time::MissedTickBehavior;

use super::guarded_body::GuardedBody;
use activity::{Activity, TimeLimits};
pub(super) use descriptors::TooFewFilesError;
use registry::{ConnectionKey, Registry};

/// What connections are allowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionLimits {
    max_connections: usize,
    times: TimeLimits,
}

/// Bytes of a request's head, and of an answer that is read ahead of the reader.
const MAX_BUFFERED_BYTES: usize = 64 * 1024;
/// Fields of a request's head.
const MAX_HEADERS: usize = 64;
/// Bytes that the kernel keeps for a reader beyond those under way to it.
const MAX_UNSENT_BYTES: u32 = 128 * 1024;

/// Pause after the system refused a connection, for want of descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Between two checks of the limits of time.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);
/// How long a download may go on after the server was stopped.
const GRACE: Duration = Duration::from_secs(5);

impl ConnectionLimits {
    /// As many connections as descriptors and memory allow, for which the limit of open files is
    /// raised.
    pub(super) fn of_this_process() -> Result<Self, TooFewFilesError> {
        let times = TimeLimits {
            head: Duration::from_secs(15),
            idle: Duration::from_secs(75),
            stall: Duration::from_secs(60),
        };
        Ok(Self { max_connections: descriptors::allowed_connections()?, times })
    }
}

/// Answers requests until `stop` ends, and downloads under way for a little longer.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let registry = Arc::new(Registry::new(limits.max_connections));
    let (stopping, stopped) = watch::channel(false);
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((socket, _)) => {
                    registry.room().await;
                    start(socket, &router, &registry, &stopped);
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}; trying again");
                    registry.close_idlest();
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = keep_limits(&registry, &limits.times) => {}
        () = stop => {}
    }
    drop(listener);
    let _ = stopping.send(true);
    tokio::select! {
        () = registry.emptied() => {}
        () = keep_limits(&registry, &limits.times) => {}
        () = tokio::time::sleep(GRACE) => {}
    }
}

/// Closes overdue connections, without end.
async fn keep_limits(registry: &Registry, limits: &TimeLimits) {
    let mut ticks = tokio::time::interval(CHECK_INTERVAL.min(limits.head));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        registry.close_overdue(limits);
    }
}

/// Errors of the connection that was to be accepted; the next one may be accepted at once.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

fn start(
    socket: TcpStream,
    router: &Router,
    registry: &Arc<Registry>,
    stopped: &watch::Receiver<bool>,
) {
    let activity = Activity::new();
    let (place, closed) = registry.add(activity.clone());
    // A socket that takes no options is gone already; its connection ends with the first read.
    let _ = socket.set_nodelay(true);
    let _ = SockRef::from(&socket).set_tcp_notsent_lowat(MAX_UNSENT_BYTES);
    let stream = TokioIo::new(stream::RecordedStream::new(socket, activity.clone()));
    let service = ObservedService { router: TowerToHyperService::new(router.clone()), activity };
    tokio::spawn(run(stream, service, place, closed, stopped.clone()));
}

/// Answers the requests of one connection until it ends or is closed.
async fn run(
    stream: TokioIo<stream::RecordedStream>,
    service: ObservedService,
    _place: ConnectionKey,
    mut closed: oneshot::Receiver<()>,
    mut stopped: watch::Receiver<bool>,
) {
    let connection = http1::Builder::new()
        .max_buf_size(MAX_BUFFERED_BYTES)
        .max_headers(MAX_HEADERS)
        // The registry keeps the time.
        .header_read_timeout(None)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            outcome = connection.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!("a connection ended: {error}");
                }
                return;
            }
            _ = &mut closed => return,
            _ = stopped.wait_for(|stopped| *stopped), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The site, with each request and its answer recorded in the connection's [`Activity`].
struct ObservedService {
    router: TowerToHyperService<Router>,
    activity: Activity,
}

impl Service<Request<Incoming>> for ObservedService {
    type Response = Response;
    type Error = std::convert::Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let answering = self.activity.begin_answer();
        let answer = self.router.call(request.map(Body::new));
        Box::pin(async move { Ok(answer.await?.map(|body| GuardedBody::wrap(body, answering))) })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Instant;

    use axum::routing::get;
    use futures_util::stream;

    use super::*;

    /// Far more than any limit of the tests below.
    const TEST_TIMEOUT: Duration = Duration::from_secs(120);
    const LONG: Duration = Duration::from_secs(3600);
    const SHORT: Duration = Duration::from_millis(200);
    /// More than the buffers of two sockets hold.
    const LARGE_BYTES: usize = 64 << 20;
    const CHUNK_BYTES: usize = 64 << 10;

    fn limits(head: Duration, idle: Duration, stall: Duration) -> ConnectionLimits {
        ConnectionLimits { max_connections: 16, times: TimeLimits { head, idle, stall } }
    }

    /// A server with those limits; it stops with the tests.
    fn start(limits: ConnectionLimits) -> SocketAddr {
        start_with(limits, None)
    }

    /// The same, whose first large answer holds a value.
    fn start_with(limits: ConnectionLimits, guard: Option<mpsc::Sender<()>>) -> SocketAddr {
        let guard = Arc::new(std::sync::Mutex::new(guard));
        let large = move || {
            let guard = guard.lock().unwrap().take();
            let chunks =
                (0..LARGE_BYTES / CHUNK_BYTES).map(|_| Ok::<_, io::Error>(vec![0; CHUNK_BYTES]));
            async { GuardedBody::wrap(Body::from_stream(stream::iter(chunks)), guard) }
        };
        let router =
            Router::new().route("/", get(|| async { "hello" })).route("/large", get(large));
        let (ready, address) = mpsc::channel();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                ready.send(listener.local_addr().unwrap()).unwrap();
                serve(listener, router, limits, std::future::pending()).await;
            });
        });
        address.recv().unwrap()
    }

    fn connect(address: SocketAddr, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// Whether the server ends the connection, with or without an error; panics if it never does.
    fn is_cut(mut stream: TcpStream) -> bool {
        let mut rest = Vec::new();
        match stream.read_to_end(&mut rest) {
            Ok(_) => true,
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }

    fn read_until(stream: &mut TcpStream, end: &str) {
        let mut answer = Vec::new();
        while !answer.ends_with(end.as_bytes()) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.extend(byte);
        }
    }

    fn is_answered(address: SocketAddr) -> bool {
        let mut stream = connect(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).is_ok() && answer.ends_with("hello")
    }

    #[test]
    fn a_head_that_never_ends_is_cut() {
        let address = start(limits(SHORT, LONG, LONG));
        assert!(is_cut(connect(address, "")));
        assert!(is_cut(connect(address, "GET / HTTP/1.1\r\nHost: ")));
        let mut second = connect(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        read_until(&mut second, "hello");
        second.write_all(b"GET /").unwrap();
        assert!(is_cut(second));
    }

    #[test]
    fn bytes_that_trickle_in_do_not_prolong_a_head() {
        let address = start(limits(SHORT, LONG, LONG));
        let mut stream = connect(address, "GET / HTTP/1.1\r\n");
        let began = Instant::now();
        while stream.write_all(b"A: b\r\n").is_ok() {
            assert!(began.elapsed() < TEST_TIMEOUT, "the connection is still open");
            thread::sleep(SHORT / 10);
        }
    }

    #[test]
    fn a_connection_without_requests_is_cut() {
        let address = start(limits(LONG, SHORT, LONG));
        assert!(is_cut(connect(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
    }

    #[test]
    fn a_reader_that_accepts_nothing_is_cut() {
        let (given_up, large_body) = mpsc::channel::<()>();
        let address = start_with(limits(LONG, LONG, SHORT), Some(given_up));
        let stalled = connect(address, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
        // The sender is dropped with the body.
        assert_eq!(
            large_body.recv_timeout(TEST_TIMEOUT),
            Err(mpsc::RecvTimeoutError::Disconnected)
        );
        let mut rest = Vec::new();
        let _ = (&stalled).read_to_end(&mut rest);
        assert!(rest.len() < LARGE_BYTES, "{}", rest.len());
    }

    #[test]
    fn a_reader_that_goes_on_reading_gets_everything() {
        // Far more than a busy machine holds up the test's own thread.
        let stall = SHORT * 20;
        let address = start(limits(LONG, LONG, stall));
        let mut slow =
            connect(address, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let began = Instant::now();
        let mut received = 0;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match slow.read(&mut buffer).unwrap() {
                0 => break,
                count => received += count,
            }
            if began.elapsed() < stall * 2 {
                thread::sleep(stall / 40);
            }
        }
        assert!(received > LARGE_BYTES, "{received}");
        assert!(began.elapsed() > stall, "too fast to show anything");
    }

    #[test]
    fn idle_connections_give_way_to_live_readers() {
        let address = start(limits(LONG, LONG, LONG));
        let unused: Vec<TcpStream> = (0..40).map(|_| connect(address, "")).collect();
        assert!(is_answered(address));
        let half: Vec<TcpStream> = (0..40).map(|_| connect(address, "GET / HT")).collect();
        assert!(is_answered(address));
        drop((unused, half));
    }
}
