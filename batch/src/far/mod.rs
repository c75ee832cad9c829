//! Files far away: pieces of them are ordered ahead of their use, held until used, and read by GDAL.
//!
//! A night is bound by latency. So bytes are ordered for many files at once and fetched by threads that do
//! nothing but wait, while the cores decode what is already here.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Result, anyhow};
use dragonfly_core::stac::without_token;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::http::{Client, HttpError, RetryPolicy, Scope};
use request::{RangeError, Stretch};

mod request;
mod vsi;

pub(crate) use vsi::{Offer, install};

/// Bytes fetched at the beginning of a file: the headers of a cloud-optimized GeoTIFF.
const HEAD_BYTES: u64 = 16 << 10;
/// Stretches that lie no farther apart are fetched together.
const LARGEST_GAP_BYTES: u64 = 4 << 10;

static MOST_CONNECTIONS: AtomicUsize = AtomicUsize::new(64);
static THREADS: OnceLock<Result<ThreadPool, String>> = OnceLock::new();
/// Bytes ordered or here, and not yet used; heads are not counted.
static HELD_BYTES: AtomicU64 = AtomicU64::new(0);

/// Sets how many connections to one host are open at a time. Call before anything is read.
pub(crate) fn set_most_connections(count: usize) {
    MOST_CONNECTIONS.store(count.max(1), Ordering::Relaxed);
}

/// The threads that wait for servers, started when they are first needed.
fn threads() -> Result<&'static ThreadPool> {
    let started = THREADS.get_or_init(|| {
        let count = MOST_CONNECTIONS.load(Ordering::Relaxed);
        let threads = ThreadPoolBuilder::new().num_threads(count).thread_name(|index| format!("far-{index}")).build();
        threads.map_err(|error| format!("cannot start {count} threads ({error}): lower max_connections"))
    });
    started.as_ref().map_err(|message| anyhow!("{message}"))
}

/// Bytes of all files together that are ordered or here, and not yet used; heads are not counted.
pub(crate) fn held_bytes() -> u64 {
    HELD_BYTES.load(Ordering::Relaxed)
}

/// A file over http, of which pieces are here.
pub(crate) struct FarFile {
    url: String,
    client: Client,
    scope: Scope,
    /// Known once its head is here.
    size: OnceLock<u64>,
    pieces: Mutex<Pieces>,
    arrived: Condvar,
}

/// Pieces by their first byte.
type Pieces = BTreeMap<u64, Piece>;

enum Piece {
    /// Under way, so many bytes.
    Ordered(u64),
    Here(Vec<u8>),
    Failed(u64, RangeError),
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Ordered(length) | Self::Failed(length, _) => *length,
            Self::Here(bytes) => bytes.len() as u64,
        }
    }
}

impl FarFile {
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
            pieces: Mutex::new(BTreeMap::from([(0, Piece::Ordered(HEAD_BYTES))])),
            arrived: Condvar::new(),
        });
        let head = 0..HEAD_BYTES;
        file.order_together(vec![head])?;
        Ok(file)
    }

    /// Waits for the head.
    ///
    /// # Errors
    /// When it does not come: at once where the file is gone, after many attempts where its server stumbles.
    pub(crate) fn wait_for_head(&self) -> Result<()> {
        let head = 0..HEAD_BYTES;
        self.wait(&[head])
    }

    /// The file under a path that GDAL can open.
    pub(crate) fn offer(self: &Arc<Self>) -> Offer {
        Offer::of(self)
    }

    /// Its address, as it may be shown.
    pub(crate) fn address(&self) -> &str {
        without_token(&self.url)
    }

    /// Bytes of the whole file; 0 before its head is here.
    fn size(&self) -> u64 {
        self.size.get().copied().unwrap_or(0)
    }

    /// The last part of its address.
    fn name(&self) -> &str {
        self.url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or("file.tif")
    }

    /// Orders ranges, each to be used and forgotten by itself; neighbours come in one request. Does not wait.
    ///
    /// # Errors
    /// Where the threads cannot be started.
    pub(crate) fn order(self: &Arc<Self>, ranges: Vec<Range<u64>>) -> Result<()> {
        let missing = {
            let mut pieces = self.pieces();
            let mut missing: Vec<Range<u64>> = ranges;
            let head_end = pieces.get(&0).map_or(0, Piece::len);
            missing.retain(|range| range.end.min(self.size()) > head_end && !pieces.contains_key(&range.start));
            missing.sort_by_key(|range| range.start);
            for range in &missing {
                hold(range.end - range.start);
                pieces.insert(range.start, Piece::Ordered(range.end - range.start));
            }
            missing
        };
        let mut requests = missing.chunk_by(|one, next| next.start <= one.end + LARGEST_GAP_BYTES);
        requests.try_for_each(|together| self.order_together(together.to_vec()))
    }

    /// Has neighbouring ranges fetched in one request.
    fn order_together(self: &Arc<Self>, ranges: Vec<Range<u64>>) -> Result<()> {
        let file = Arc::downgrade(self);
        // A file that nobody wants any more by then is not asked for.
        threads()?.spawn_fifo(move || {
            if let Some(file) = file.upgrade() {
                file.fetch(&ranges);
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
                    Some(Piece::Ordered(_)) => {
                        let deadline = self.client.deadline();
                        deadline.check().map_err(|over| anyhow!("{}: {over}", self.address()))?;
                        let waited = self.arrived.wait_timeout(pieces, deadline.remaining());
                        pieces = waited.unwrap_or_else(PoisonError::into_inner).0;
                    }
                    Some(Piece::Failed(_, fault)) => return Err(anyhow!("{}: {fault}", self.address())),
                    Some(Piece::Here(_)) | None => break,
                }
            }
        }
        Ok(())
    }

    /// Lets go of ranges that were used.
    pub(crate) fn forget(&self, ranges: &[Range<u64>]) {
        let mut pieces = self.pieces();
        for piece in ranges.iter().filter_map(|range| pieces.remove(&range.start)) {
            let_go(piece.len());
        }
    }

    /// Fetches ordered ranges that lie close together, and parts them.
    fn fetch(&self, ranges: &[Range<u64>]) {
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return };
        let whole = first.start..last.end;
        let fetched = self.fetch_range(&whole);
        if let Ok(stretch) = &fetched {
            // Known already but for the head.
            let _ = self.size.set(stretch.file_size);
        }
        let mut pieces = self.pieces();
        for range in ranges {
            let length = range.end - range.start;
            let piece = match &fetched {
                Ok(stretch) => {
                    let bytes = |at: u64| (at - whole.start).min(stretch.bytes.len() as u64) as usize;
                    let own = &stretch.bytes[bytes(range.start)..bytes(range.end)];
                    if range.start > 0 {
                        let_go(length - own.len() as u64);
                    }
                    Piece::Here(own.to_vec())
                }
                Err(fault) => Piece::Failed(length, fault.clone()),
            };
            pieces.insert(range.start, piece);
        }
        drop(pieces);
        self.arrived.notify_all();
    }

    fn fetch_range(&self, range: &Range<u64>) -> Result<Stretch, RangeError> {
        request::fetch(&self.client, self.scope, RetryPolicy::RANGES, &self.url, range)
    }

    /// Copies bytes from a place on, as many as there are; what is not here is fetched.
    fn read_at(&self, position: u64, into: &mut [u8]) -> usize {
        let mut copied = 0;
        while copied < into.len() && position + (copied as u64) < self.size() {
            let (at, rest) = (position + copied as u64, &mut into[copied..]);
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
            Piece::Here(bytes) => bytes.get((at - start) as usize..).filter(|rest| !rest.is_empty()),
            _ => None,
        });
        let Some(held) = held else { return 0 };
        let length = held.len().min(into.len());
        into[..length].copy_from_slice(&held[..length]);
        length
    }

    /// Fetches and copies what GDAL wants beyond what was ordered: the rest of a long header, which is kept, or
    /// whole blocks of a file that nobody orders ahead, which are not.
    fn copy_unplanned(&self, at: u64, into: &mut [u8]) -> Result<usize, RangeError> {
        let wanted = into.len() as u64;
        tracing::debug!(url = self.address(), at, wanted, "read beyond what was ordered");
        let stretch = self.fetch_range(&(at..at + wanted.max(HEAD_BYTES)))?;
        let length = stretch.bytes.len().min(into.len());
        into[..length].copy_from_slice(&stretch.bytes[..length]);
        if length == 0 {
            return Err(HttpError::Cut.into());
        }
        if wanted < HEAD_BYTES {
            hold(stretch.bytes.len() as u64);
            if let Some(replaced) = self.pieces().insert(at, Piece::Here(stretch.bytes)) {
                let_go(replaced.len());
            }
        }
        Ok(length)
    }

    fn pieces(&self) -> MutexGuard<'_, Pieces> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FarFile {
    fn drop(&mut self) {
        let_go(self.pieces().range(1..).map(|(_, piece)| piece.len()).sum());
    }
}

fn hold(bytes: u64) {
    HELD_BYTES.fetch_add(bytes, Ordering::Relaxed);
}

fn let_go(bytes: u64) {
    HELD_BYTES.fetch_sub(bytes, Ordering::Relaxed);
}
