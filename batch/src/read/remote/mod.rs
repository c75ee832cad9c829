//! Files far away: pieces of them are ordered ahead of their use, held until used, and read by
//! GDAL.
//!
//! A night is bound by latency. So bytes are ordered for many files at once and fetched by threads
//! that do nothing but wait, while the cores decode what is already here.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Result, anyhow};
use dragonfly_core::stac::without_token;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::http::{Client, HttpError, Retries, Scope};
use request::{FetchedRange, RangeError};

mod request;
mod vsi;

pub(crate) use vsi::{RegisteredFile, install};

/// Bytes fetched at the beginning of a file: the headers of a cloud-optimized GeoTIFF.
const HEAD_BYTES: u64 = 16 << 10;
/// Stretches that lie no farther apart are fetched together.
const MAX_GAP_BYTES: u64 = 4 << 10;
/// Bytes that are fetched together at most, unless one stretch has more.
const MAX_REQUEST_BYTES: u64 = 16 << 20;
/// Bytes by which neighbouring blocks may overlap: what COGs repeat before and after each.
const MAX_OVERLAP_BYTES: u64 = 8;
/// Chunks of a long header that are kept of a file; the oldest go first.
const MAX_HEADER_PIECES: usize = 256;

static MAX_CONNECTIONS: AtomicUsize = AtomicUsize::new(64);
static THREADS: OnceLock<Result<ThreadPool, String>> = OnceLock::new();
/// Bytes ordered or here, and not yet used; heads are not counted.
static HELD_BYTES: AtomicU64 = AtomicU64::new(0);

/// Sets how many connections to one host are open at a time. Call before anything is read.
pub(crate) fn set_max_connections(count: usize) {
    MAX_CONNECTIONS.store(count.max(1), Ordering::Relaxed);
}

/// The threads that wait for servers, started when they are first needed.
fn threads() -> Result<&'static ThreadPool> {
    let started = THREADS.get_or_init(|| {
        let count = MAX_CONNECTIONS.load(Ordering::Relaxed);
        let threads = ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(|index| format!("far-{index}"))
            // Without a handler rayon ends the program. Who waits learns of it by `Unfinished`.
            .panic_handler(|_| tracing::error!("a thread that fetches files panicked"))
            .build();
        threads.map_err(|error| {
            format!("cannot start {count} threads ({error}): lower max_connections")
        })
    });
    started.as_ref().map_err(|message| anyhow!("{message}"))
}

/// Bytes of all files together that are ordered or here, and not yet used; heads are not counted.
pub(crate) fn held_bytes() -> u64 {
    HELD_BYTES.load(Ordering::Relaxed)
}

/// A file over http, of which pieces are here.
pub(crate) struct RemoteFile {
    url: String,
    client: Client,
    scope: Scope,
    /// Known once its head is here.
    size: OnceLock<u64>,
    pieces: Mutex<Chunks>,
    /// Where the pieces of a long header begin, the oldest first.
    header_pieces: Mutex<VecDeque<u64>>,
    arrived: Condvar,
}

/// Chunks by their first byte.
type Chunks = BTreeMap<u64, Chunk>;

enum Chunk {
    /// Under way, so many bytes.
    Ordered(u64),
    Here(Vec<u8>),
    Failed(u64, RangeError),
}

impl Chunk {
    fn len(&self) -> u64 {
        match self {
            Self::Ordered(length) | Self::Failed(length, _) => *length,
            Self::Here(bytes) => bytes.len() as u64,
        }
    }
}

impl RemoteFile {
    /// Orders the head of a file. Does not wait.
    ///
    /// # Errors
    /// Where the threads cannot be started.
    pub(crate) fn ask(url: &str, scope: Scope, client: &Client) -> Result<Arc<Self>> {
        let file = Arc::new(Self {
            url: url.to_owned(),
            client: client.clone(),
            scope,
            size: OnceLock::new(),
            pieces: Mutex::new(BTreeMap::from([(0, Chunk::Ordered(HEAD_BYTES))])),
            header_pieces: Mutex::default(),
            arrived: Condvar::new(),
        });
        let head = 0..HEAD_BYTES;
        file.order_together(vec![head])?;
        Ok(file)
    }

    /// Waits for the head.
    ///
    /// # Errors
    /// When it does not come: at once where the file is gone, after many attempts where its server
    /// stumbles.
    pub(crate) fn wait_for_head(&self) -> Result<()> {
        let head = 0..HEAD_BYTES;
        self.wait(&[head])
    }

    /// The file under a path that GDAL can open.
    pub(crate) fn offer(self: &Arc<Self>) -> RegisteredFile {
        RegisteredFile::of(self)
    }

    /// Its address, as it may be shown.
    pub(crate) fn address(&self) -> &str {
        without_token(&self.url)
    }

    /// Bytes of the whole file; 0 before its head is here.
    pub(crate) fn size(&self) -> u64 {
        self.size.get().copied().unwrap_or(0)
    }

    /// The last part of its address.
    fn name(&self) -> &str {
        self.url
            .split(['?', '#'])
            .next()
            .and_then(|path| path.rsplit('/').next())
            .unwrap_or("file.tif")
    }

    /// Orders ranges, each to be used and forgotten by itself; neighbours come in one request. Does
    /// not wait.
    ///
    /// A range that overlaps the one before it is not ordered, so that no more is held than the
    /// file has: it is fetched when it is read.
    ///
    /// # Errors
    /// Where the threads cannot be started.
    pub(crate) fn order(self: &Arc<Self>, ranges: Vec<Range<u64>>) -> Result<()> {
        let missing = {
            let mut pieces = self.pieces();
            let mut missing: Vec<Range<u64>> = ranges;
            let head_end = pieces.get(&0).map_or(0, Chunk::len);
            missing.retain(|range| {
                range.start < range.end
                    && range.end.min(self.size()) > head_end
                    && !pieces.contains_key(&range.start)
            });
            missing.sort_by_key(|range| (range.start, range.end));
            let mut end = 0;
            missing.retain(|range| {
                let is_apart = range.start.saturating_add(MAX_OVERLAP_BYTES) >= end;
                end = if is_apart { range.end.max(end) } else { end };
                is_apart
            });
            missing.dedup_by_key(|range| range.start);
            for range in &missing {
                hold(length(range));
                pieces.insert(range.start, Chunk::Ordered(length(range)));
            }
            missing
        };
        let mut together: Vec<Range<u64>> = Vec::new();
        for range in missing {
            if let Some(whole) = around(&together) {
                let is_near = range.start <= whole.end.saturating_add(MAX_GAP_BYTES);
                if !is_near || range.end.saturating_sub(whole.start) > MAX_REQUEST_BYTES {
                    self.order_together(std::mem::take(&mut together))?;
                }
            }
            together.push(range);
        }
        if together.is_empty() { Ok(()) } else { self.order_together(together) }
    }

    /// Has neighbouring ranges fetched in one request.
    fn order_together(self: &Arc<Self>, ranges: Vec<Range<u64>>) -> Result<()> {
        let file = Arc::downgrade(self);
        // A file that nobody wants any more by then is not asked for.
        threads()?.spawn_fifo(move || {
            if let Some(file) = file.upgrade() {
                let unfinished = Unfinished { file: &file, ranges: &ranges };
                unfinished.file.fetch(unfinished.ranges);
            }
        });
        Ok(())
    }

    /// Waits until ordered ranges are here.
    ///
    /// # Errors
    /// When one did not come, or the deadline passed. Names the file.
    pub(crate) fn wait(&self, ranges: &[Range<u64>]) -> Result<()> {
        let mut pieces = self.pieces();
        for range in ranges {
            loop {
                match pieces.get(&range.start) {
                    Some(Chunk::Ordered(_)) => {
                        let deadline = self.client.deadline();
                        deadline.check().map_err(|over| anyhow!("{}: {over}", self.address()))?;
                        let waited = self.arrived.wait_timeout(pieces, deadline.remaining());
                        pieces = waited.unwrap_or_else(PoisonError::into_inner).0;
                    }
                    Some(Chunk::Failed(_, fault)) => {
                        return Err(anyhow!("{}: {fault}", self.address()));
                    }
                    Some(Chunk::Here(_)) | None => break,
                }
            }
        }
        Ok(())
    }

    /// Lets go of ranges that were used.
    pub(crate) fn forget(&self, ranges: &[Range<u64>]) {
        let mut pieces = self.pieces();
        // The head stays.
        let blocks = ranges.iter().filter(|range| range.start > 0);
        for piece in blocks.filter_map(|range| pieces.remove(&range.start)) {
            let_go(piece.len());
        }
    }

    /// Fetches ordered ranges that lie close together, and parts them.
    fn fetch(&self, ranges: &[Range<u64>]) {
        let Some(whole) = around(ranges) else { return };
        let fetched = self.fetch_range(&whole);
        if let Ok(stretch) = &fetched {
            // Known already but for the head.
            let _ = self.size.set(stretch.file_size);
        }
        for range in ranges {
            let piece = match &fetched {
                Ok(stretch) => {
                    let place = |at: u64| {
                        at.saturating_sub(whole.start).min(stretch.bytes.len() as u64) as usize
                    };
                    let own =
                        stretch.bytes.get(place(range.start)..place(range.end)).unwrap_or_default();
                    Chunk::Here(own.to_vec())
                }
                Err(fault) => Chunk::Failed(length(range), fault.clone()),
            };
            self.put(range, piece);
        }
        self.arrived.notify_all();
    }

    /// Puts what came of an ordered range in its place.
    fn put(&self, range: &Range<u64>, piece: Chunk) {
        let mut pieces = self.pieces();
        // Nobody waits for a range that was forgotten meanwhile.
        if let Some(ordered) = pieces.get_mut(&range.start) {
            if range.start > 0 {
                let_go(ordered.len().saturating_sub(piece.len()));
            }
            *ordered = piece;
        }
    }

    fn fetch_range(&self, range: &Range<u64>) -> Result<FetchedRange, RangeError> {
        request::fetch(&self.client, self.scope, Retries::RANGES, &self.url, range)
    }

    /// Copies bytes from a place on, as many as there are; what is not here is fetched.
    pub(crate) fn read_at(&self, position: u64, into: &mut [u8]) -> usize {
        let mut copied = 0;
        while let Some(rest) = into.get_mut(copied..).filter(|rest| !rest.is_empty()) {
            let Some(at) = position.checked_add(copied as u64).filter(|at| *at < self.size())
            else {
                break;
            };
            copied += match self.copy_held(at, rest) {
                0 => match self.copy_unplanned(at, rest) {
                    Ok(more) => more,
                    Err(fault) => {
                        tracing::debug!(url = self.address(), "{fault}");
                        break;
                    }
                },
                more => more,
            };
        }
        copied
    }

    /// Copies what the piece around a place holds from there on.
    fn copy_held(&self, at: u64, into: &mut [u8]) -> usize {
        let pieces = self.pieces();
        // The nearest piece that begins before may end before too, where the head does not.
        let held = pieces.range(..=at).rev().find_map(|(start, piece)| match piece {
            Chunk::Here(bytes) => {
                bytes.get((at - start) as usize..).filter(|rest| !rest.is_empty())
            }
            _ => None,
        });
        held.map_or(0, |held| copy(held, into))
    }

    /// Fetches and copies what GDAL wants beyond what was ordered: the rest of a long header, which
    /// is kept, or whole blocks of a file that nobody orders ahead, which are not.
    fn copy_unplanned(&self, at: u64, into: &mut [u8]) -> Result<usize, RangeError> {
        let wanted = into.len() as u64;
        tracing::debug!(url = self.address(), at, wanted, "read beyond what was ordered");
        let end = at.saturating_add(wanted.clamp(HEAD_BYTES, MAX_REQUEST_BYTES)).min(self.size());
        let stretch = self.fetch_range(&(at..end))?;
        let copied = copy(&stretch.bytes, into);
        if copied == 0 {
            return Err(HttpError::Cut.into());
        }
        if wanted < HEAD_BYTES {
            self.keep_header_piece(at, stretch.bytes);
        }
        Ok(copied)
    }

    /// Keeps a piece of a long header, and drops the oldest where there are many.
    fn keep_header_piece(&self, at: u64, bytes: Vec<u8>) {
        let mut pieces = self.pieces();
        let mut places = self.header_pieces.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() == MAX_HEADER_PIECES
            && let Some(oldest) = places.pop_front().and_then(|oldest| pieces.remove(&oldest))
        {
            let_go(oldest.len());
        }
        places.push_back(at);
        hold(bytes.len() as u64);
        if let Some(replaced) = pieces.insert(at, Chunk::Here(bytes)) {
            let_go(replaced.len());
        }
    }

    fn pieces(&self) -> MutexGuard<'_, Chunks> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ranges that are being fetched. Those that have not come when it is dropped, as after a panic,
/// count as failed, so that nobody waits for them.
struct Unfinished<'a> {
    file: &'a RemoteFile,
    ranges: &'a [Range<u64>],
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        let mut pieces = self.file.pieces();
        for range in self.ranges {
            if let Some(piece) = pieces.get_mut(&range.start)
                && matches!(piece, Chunk::Ordered(_))
            {
                *piece = Chunk::Failed(piece.len(), RangeError::NotFetched);
            }
        }
        drop(pieces);
        self.file.arrived.notify_all();
    }
}

impl Drop for RemoteFile {
    fn drop(&mut self) {
        let_go(self.pieces().range(1..).map(|(_, piece)| piece.len()).sum());
    }
}

/// The smallest range that holds all of those sorted by their beginning; `None` where there is
/// none.
fn around(ranges: &[Range<u64>]) -> Option<Range<u64>> {
    let end = ranges.iter().map(|range| range.end).max()?;
    ranges.first().map(|first| first.start..end)
}

fn length(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

/// Copies as much as fits; returns how much.
fn copy(from: &[u8], into: &mut [u8]) -> usize {
    let copied = from.len().min(into.len());
    into[..copied].copy_from_slice(&from[..copied]);
    copied
}

fn hold(bytes: u64) {
    HELD_BYTES.fetch_add(bytes, Ordering::Relaxed);
}

fn let_go(bytes: u64) {
    let less = |held: u64| Some(held.saturating_sub(bytes));
    let _ = HELD_BYTES.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file whose head is here, of so many bytes; nothing answers at its address.
    fn file(bytes: u64) -> Arc<RemoteFile> {
        Arc::new(RemoteFile {
            url: "http://127.0.0.1:9/scene.tif".to_owned(),
            client: Client::of_test(),
            scope: Scope::File,
            size: OnceLock::from(bytes),
            pieces: Mutex::new(BTreeMap::from([(0, Chunk::Here(vec![1; HEAD_BYTES as usize]))])),
            header_pieces: Mutex::default(),
            arrived: Condvar::new(),
        })
    }

    #[test]
    fn ranges_that_a_panic_left_unfetched_count_as_failed() {
        let file = file(1 << 20);
        let ranges = [50_000..50_010, 60_000..60_010];
        for range in &ranges {
            file.pieces().insert(range.start, Chunk::Ordered(length(range)));
        }
        let waiting = {
            let (file, ranges) = (Arc::clone(&file), ranges.clone());
            std::thread::spawn(move || file.wait(&ranges))
        };
        let fetching = std::panic::AssertUnwindSafe(|| {
            let _unfinished = Unfinished { file: &file, ranges: &ranges };
            file.put(&ranges[0], Chunk::Here(vec![0; 10]));
            panic!("while fetching");
        });
        assert!(std::panic::catch_unwind(fetching).is_err());
        let waited = waiting.join().unwrap();
        assert!(waited.unwrap_err().to_string().contains("scene.tif: it could not be fetched"));
        assert!(file.wait(&ranges[..1]).is_ok());
    }

    #[test]
    fn a_panic_in_a_fetching_thread_does_not_end_the_program() {
        let (sender, receiver) = std::sync::mpsc::channel();
        threads().unwrap().spawn_fifo(|| panic!("in a pool's thread"));
        threads().unwrap().spawn_fifo(move || sender.send(()).unwrap());
        receiver.recv().unwrap();
    }

    #[test]
    fn ranges_that_overlap_are_not_held_twice() {
        let file = file(1 << 30);
        let start = 1 << 20;
        // Of these 10 MB of one MB, only the first is ordered; COGs' blocks overlap by their
        // leaders.
        let ranges = (0..10u64).map(|shift| start + shift * 100..start + shift * 100 + 1_000_000);
        file.order(
            ranges.chain([start..start + 1_000_000, start + 999_992..start + 1_001_000]).collect(),
        )
        .unwrap();
        let starts: Vec<u64> = file.pieces().keys().copied().filter(|start| *start > 0).collect();
        assert_eq!(starts, [start, start + 999_992]);
    }

    #[test]
    fn bytes_past_the_end_are_not_there_however_far() {
        let file = file(HEAD_BYTES);
        let mut into = [0; 100];
        for (at, expected) in
            [(0, 100), (HEAD_BYTES - 10, 10), (HEAD_BYTES, 0), (u64::MAX - 10, 0), (u64::MAX, 0)]
        {
            assert_eq!(file.read_at(at, &mut into), expected, "{at}");
        }
    }

    #[test]
    fn pieces_of_a_long_header_are_dropped_when_there_are_many() {
        let file = file(1 << 30);
        for piece in 1..=2 * MAX_HEADER_PIECES as u64 {
            file.keep_header_piece(piece * HEAD_BYTES, vec![0; 10]);
        }
        assert_eq!(file.pieces().len(), MAX_HEADER_PIECES + 1);
        assert!(file.pieces().contains_key(&0));
    }
}
