//! A bucket of scenes over http that fails on request and records what was requested.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// What goes wrong.
#[derive(Clone, Copy, Default)]
pub(crate) struct Faults {
    /// Every so many requests end with 503; 0: none.
    pub(crate) fail_every: usize,
    /// Every so many answers are cut in half; 0: none.
    pub(crate) cut_every: usize,
    /// Files whose name ends so are gone.
    pub(crate) gone: Option<&'static str>,
    /// The size that answers state of every file, whatever it is; `None`: the true one.
    pub(crate) stated_bytes: Option<u64>,
}

/// A folder of scenes behind http, in threads of the test.
pub(crate) struct Bucket {
    shelf: Arc<Shelf>,
    catalogue: TempDir,
}

struct Shelf {
    folder: PathBuf,
    faults: Faults,
    requests: AtomicUsize,
    open_now: AtomicUsize,
    max_open: AtomicUsize,
    /// Requests for files that are gone.
    gone_requests: AtomicUsize,
    /// The number of the request that is not answered, and where its arrival is sent.
    stall: Mutex<Option<(usize, Sender<()>)>>,
    /// Ranges sent whole, by file.
    sent: Mutex<BTreeMap<String, Vec<Range<u64>>>>,
}

impl Bucket {
    /// Serves a folder, and leads its catalogue there.
    pub(crate) fn of(folder: &Path, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let catalogue = catalogue_leading_to(&address, folder);
        let shelf = Arc::new(Shelf {
            folder: folder.to_owned(),
            faults,
            requests: AtomicUsize::new(0),
            open_now: AtomicUsize::new(0),
            max_open: AtomicUsize::new(0),
            gone_requests: AtomicUsize::default(),
            stall: Mutex::default(),
            sent: Mutex::default(),
        });
        let serving = Arc::clone(&shelf);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shelf = Arc::clone(&serving);
                thread::spawn(move || shelf.serve(stream.unwrap()));
            }
        });
        Self { shelf, catalogue }
    }

    /// The catalogue whose hrefs lead here.
    pub(crate) fn catalogue(&self) -> PathBuf {
        self.catalogue.path().join("items.json")
    }

    /// Leaves the nth request from now on without an answer; its arrival is received.
    pub(crate) fn stall_at(&self, nth: usize) -> Receiver<()> {
        let (sender, receiver) = channel();
        *self.shelf.stall.lock().unwrap() = Some((self.requests() + nth, sender));
        receiver
    }

    pub(crate) fn gone_requests(&self) -> usize {
        self.shelf.gone_requests.load(Ordering::Relaxed)
    }

    pub(crate) fn requests(&self) -> usize {
        self.shelf.requests.load(Ordering::Relaxed)
    }

    /// Most requests that were answered at one time.
    pub(crate) fn most_at_a_time(&self) -> usize {
        self.shelf.max_open.load(Ordering::Relaxed)
    }

    /// Ranges sent whole, by file.
    pub(crate) fn sent(&self) -> BTreeMap<String, Vec<Range<u64>>> {
        self.shelf.sent.lock().unwrap().clone()
    }
}

/// `far_store.py`, a third-party bucket, over a folder of scenes; it fails every seventh request
/// and cuts every eleventh answer. Ended when dropped.
pub(crate) struct FarStore {
    process: Child,
    catalogue: TempDir,
}

impl FarStore {
    pub(crate) fn start(program: &Path, folder: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let faults = ["--ttfb-ms", "5", "--fail-every", "7", "--cut-every", "11", "--port"];
        let process = Command::new("python3")
            .arg(program)
            .arg(folder)
            .args(faults)
            .arg(free.port().to_string())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while TcpStream::connect(free).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(120),
                "{} does not answer",
                program.display()
            );
            thread::sleep(Duration::from_millis(50));
        }
        Self { process, catalogue: catalogue_leading_to(&format!("http://{free}"), folder) }
    }

    /// The catalogue whose hrefs lead here.
    pub(crate) fn catalogue(&self) -> PathBuf {
        self.catalogue.path().join("items.json")
    }
}

impl Drop for FarStore {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The catalogue of a folder, its hrefs at an address.
fn catalogue_leading_to(address: &str, folder: &Path) -> TempDir {
    let mut items: Value =
        serde_json::from_slice(&fs::read(folder.join("items.json")).unwrap()).unwrap();
    for item in items["features"].as_array_mut().unwrap() {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            let href = asset["href"].as_str().unwrap().trim_start_matches("./").to_owned();
            asset["href"] = format!("{address}/{href}").into();
        }
    }
    let catalogue = tempfile::tempdir().unwrap();
    fs::write(catalogue.path().join("items.json"), items.to_string()).unwrap();
    catalogue
}

impl Shelf {
    /// Answers the requests of one connection until it ends or is cut.
    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some((name, range)) = next_request(&mut reader) {
            let open = self.open_now.fetch_add(1, Ordering::SeqCst) + 1;
            self.max_open.fetch_max(open, Ordering::SeqCst);
            // Long enough for others to arrive.
            thread::sleep(Duration::from_millis(5));
            let (whole, is_cut) = self.answer(&name, range);
            self.open_now.fetch_sub(1, Ordering::SeqCst);
            if self.is_stalled() {
                // Until the other side is gone.
                let _ = reader.read(&mut [0]);
                return;
            }
            if (&stream).write_all(&whole).is_err() || is_cut {
                return;
            }
        }
    }

    /// Whether the latest request is the one without an answer.
    fn is_stalled(&self) -> bool {
        let mut stall = self.stall.lock().unwrap();
        let requests = self.requests.load(Ordering::SeqCst);
        let Some((_, sender)) = stall.take_if(|(number, _)| *number <= requests) else {
            return false;
        };
        sender.send(()).is_ok()
    }

    /// The bytes of an answer, and whether the connection ends with them.
    fn answer(&self, name: &str, range: Option<Range<u64>>) -> (Vec<u8>, bool) {
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let is_nth = |every: usize| every > 0 && number.is_multiple_of(every);
        let empty = |status: &str| {
            (format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").into_bytes(), false)
        };
        if self.faults.gone.is_some_and(|end| name.ends_with(end)) {
            self.gone_requests.fetch_add(1, Ordering::Relaxed);
            return empty("404 Not Found");
        }
        if is_nth(self.faults.fail_every) {
            return empty("503 Service Unavailable");
        }
        let (Ok(file), Some(range)) = (fs::read(self.folder.join(name)), range) else {
            return empty("404 Not Found");
        };
        let range = range.start..range.end.min(file.len() as u64);
        if range.is_empty() {
            return empty("416 Range Not Satisfiable");
        }
        let body = &file[range.start as usize..range.end as usize];
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes \
            {}-{}/{}\r\n\r\n",
            body.len(),
            range.start,
            range.end - 1,
            self.faults.stated_bytes.unwrap_or(file.len() as u64)
        );
        if is_nth(self.faults.cut_every) {
            return ([head.as_bytes(), &body[..body.len() / 2]].concat(), true);
        }
        self.sent.lock().unwrap().entry(name.to_owned()).or_default().push(range);
        ([head.as_bytes(), body].concat(), false)
    }
}

/// The file and the range asked for next; `None` when the connection has ended.
fn next_request(reader: &mut impl BufRead) -> Option<(String, Option<Range<u64>>)> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let name = line.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let mut range = None;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            return Some((name, range));
        }
        if let Some(bytes) = header.to_ascii_lowercase().trim().strip_prefix("range: bytes=") {
            let (first, last) = bytes.split_once('-')?;
            range = Some(first.parse().ok()?..last.parse::<u64>().ok()? + 1);
        }
    }
}
