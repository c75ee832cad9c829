//! A remote file: its chunks, from the request to the release.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Context, Result, anyhow};
use dragonfly_core::http::RemoteVersion;
use dragonfly_core::stac::without_token;

use super::buffered::{release_bytes, reserve_bytes};
use super::pool::fetch_pool;
use super::request::{FetchedRange, RangeError, RangeSource};
use crate::http::{Client, Retries, Scope};

/// Bytes fetched at the beginning of a file: the headers of a cloud-optimized GeoTIFF.
const HEAD_BYTES: u64 = 16 << 10;
/// Ranges that lie no farther apart are fetched in one request.
const MAX_GAP_BYTES: u64 = 4 << 10;
/// Bytes of one request at most, unless a single range has more.
const MAX_REQUEST_BYTES: u64 = 16 << 20;
/// Bytes by which neighbouring blocks may overlap: what COGs repeat before and after each.
const MAX_OVERLAP_BYTES: u64 = 8;
/// The size of a file whose server states none. Readers compute with offsets from its end.
const UNSTATED_BYTES: u64 = 1 << 60;
/// Chunks of a long header that are kept of a file; the oldest go first.
const MAX_HEADER_CHUNKS: usize = 256;

/// A file over http, of which chunks are buffered.
pub(crate) struct RemoteFile {
    url: String,
    client: Client,
    scope: Scope,
    /// What all its ranges belong to; set once its head has arrived.
    version: Mutex<Option<RemoteVersion>>,
    /// Why a range did not arrive that was not prefetched, or is of another version.
    failure: OnceLock<RangeError>,
    chunks: Mutex<Chunks>,
    /// Offsets of the chunks of a long header, the oldest first.
    header_chunks: Mutex<VecDeque<u64>>,
    arrived: Condvar,
}

/// Chunks by their first byte.
type Chunks = BTreeMap<u64, Chunk>;

enum Chunk {
    /// Requested, so many bytes.
    Pending(u64),
    Ready(Vec<u8>),
    Failed(u64, RangeError),
}

impl Chunk {
    fn len(&self) -> u64 {
        match self {
            Self::Pending(length) | Self::Failed(length, _) => *length,
            Self::Ready(bytes) => bytes.len() as u64,
        }
    }
}

impl RemoteFile {
    /// Requests the head of a file. Does not wait.
    ///
    /// # Errors
    /// Where the threads cannot be started.
    pub(crate) fn open(url: &str, scope: Scope, client: &Client) -> Result<Arc<Self>> {
        let file = Arc::new(Self {
            url: url.to_owned(),
            client: client.clone(),
            scope,
            version: Mutex::default(),
            failure: OnceLock::new(),
            chunks: Mutex::new(BTreeMap::from([(0, Chunk::Pending(HEAD_BYTES))])),
            header_chunks: Mutex::default(),
            arrived: Condvar::new(),
        });
        let head = 0..HEAD_BYTES;
        file.fetch_together(vec![head])?;
        Ok(file)
    }

    /// Waits for the head.
    ///
    /// # Errors
    /// When it does not arrive: at once where the file is gone, after many attempts where its
    /// server fails now and then.
    pub(crate) fn wait_for_head(&self) -> Result<()> {
        let head = 0..HEAD_BYTES;
        self.wait(&[head])
    }

    /// Waits for the head of a file that may be there; `false` where it is not.
    ///
    /// # Errors
    /// When another cause keeps it from arriving.
    pub(crate) fn wait_for_head_if_there(&self) -> Result<bool> {
        let waited = self.wait_for_head();
        match self.chunks().get(&0) {
            Some(Chunk::Failed(_, error)) if error.is_absent() => Ok(false),
            _ => waited.map(|()| true),
        }
    }

    /// Its address, as it may be shown.
    pub(crate) fn address(&self) -> &str {
        without_token(&self.url)
    }

    /// Bytes of the whole file; 0 before its head has arrived, and more than any file has while its
    /// server does not state them.
    pub(crate) fn size(&self) -> u64 {
        self.version().as_ref().map_or(0, |version| version.length().unwrap_or(UNSTATED_BYTES))
    }

    /// An error once a range did not arrive that was read without being prefetched, or came from
    /// another version of the file.
    ///
    /// # Errors
    /// Names the file and the cause.
    pub(crate) fn check(&self) -> Result<()> {
        match self.failure.get() {
            Some(error) => Err(anyhow!("{}: {error}", self.address())),
            None => Ok(()),
        }
    }

    /// The last part of its address.
    pub(super) fn name(&self) -> &str {
        self.url
            .split(['?', '#'])
            .next()
            .and_then(|path| path.rsplit('/').next())
            .unwrap_or("file.tif")
    }

    /// Prefetches ranges, each to be used and released by itself; neighbours share one request.
    /// Does not wait.
    ///
    /// A range that overlaps the one before it is not prefetched, so that no more is buffered than
    /// the file has: it is fetched when it is read.
    ///
    /// # Errors
    /// Where the threads cannot be started.
    pub(crate) fn prefetch(self: &Arc<Self>, ranges: Vec<Range<u64>>) -> Result<()> {
        let missing = {
            let mut chunks = self.chunks();
            let mut missing: Vec<Range<u64>> = ranges;
            let head_end = chunks.get(&0).map_or(0, Chunk::len);
            missing.retain(|range| {
                range.start < range.end
                    && range.end.min(self.size()) > head_end
                    && !chunks.contains_key(&range.start)
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
                reserve_bytes(length(range));
                chunks.insert(range.start, Chunk::Pending(length(range)));
            }
            missing
        };
        let mut together: Vec<Range<u64>> = Vec::new();
        for range in missing {
            if let Some(whole) = around(&together) {
                let is_near = range.start <= whole.end.saturating_add(MAX_GAP_BYTES);
                if !is_near || range.end.saturating_sub(whole.start) > MAX_REQUEST_BYTES {
                    self.fetch_together(std::mem::take(&mut together))?;
                }
            }
            together.push(range);
        }
        if together.is_empty() { Ok(()) } else { self.fetch_together(together) }
    }

    /// Fetches neighbouring ranges in one request, in another thread.
    fn fetch_together(self: &Arc<Self>, ranges: Vec<Range<u64>>) -> Result<()> {
        let file = Arc::downgrade(self);
        // A file that was dropped by then is not requested.
        fetch_pool()?.spawn_fifo(move || {
            if let Some(file) = file.upgrade() {
                let pending = PendingRanges { file: &file, ranges: &ranges };
                pending.file.fetch(pending.ranges);
            }
        });
        Ok(())
    }

    /// Waits until prefetched ranges have arrived.
    ///
    /// # Errors
    /// When one did not arrive, or the deadline passed. Names the file.
    pub(crate) fn wait(&self, ranges: &[Range<u64>]) -> Result<()> {
        self.check()?;
        let mut chunks = self.chunks();
        for range in ranges {
            loop {
                match chunks.get(&range.start) {
                    Some(Chunk::Pending(_)) => {
                        let deadline = self.client.deadline();
                        deadline.check().with_context(|| self.address().to_owned())?;
                        let waited = self.arrived.wait_timeout(chunks, deadline.remaining());
                        chunks = waited.unwrap_or_else(PoisonError::into_inner).0;
                    }
                    Some(Chunk::Failed(_, error)) => {
                        return Err(anyhow!("{}: {error}", self.address()));
                    }
                    Some(Chunk::Ready(_)) | None => break,
                }
            }
        }
        Ok(())
    }

    /// Releases ranges that were used.
    pub(crate) fn release(&self, ranges: &[Range<u64>]) {
        let mut chunks = self.chunks();
        // The head stays.
        let blocks = ranges.iter().filter(|range| range.start > 0);
        for chunk in blocks.filter_map(|range| chunks.remove(&range.start)) {
            release_bytes(chunk.len());
        }
    }

    /// Fetches ranges that lie close together, and splits the response into chunks.
    fn fetch(&self, ranges: &[Range<u64>]) {
        let Some(whole) = around(ranges) else { return };
        let fetched = self.fetch_range(&whole);
        for range in ranges {
            let chunk = match &fetched {
                Ok(response) => {
                    let position = |at: u64| {
                        at.saturating_sub(whole.start).min(response.bytes.len() as u64) as usize
                    };
                    let own = response
                        .bytes
                        .get(position(range.start)..position(range.end))
                        .unwrap_or_default();
                    Chunk::Ready(own.to_vec())
                }
                Err(error) => Chunk::Failed(length(range), error.clone()),
            };
            self.put(range, chunk);
        }
        self.arrived.notify_all();
    }

    /// Stores the outcome of a requested range.
    fn put(&self, range: &Range<u64>, chunk: Chunk) {
        let mut chunks = self.chunks();
        // A range that was released meanwhile is not needed any more.
        if let Some(pending) = chunks.get_mut(&range.start) {
            if range.start > 0 {
                release_bytes(pending.len().saturating_sub(chunk.len()));
            }
            *pending = chunk;
        }
    }

    /// Fetches a range of the version that was read so far.
    fn fetch_range(&self, range: &Range<u64>) -> Result<FetchedRange, RangeError> {
        let source = RangeSource { client: &self.client, scope: self.scope, url: &self.url };
        let known = self.version().clone().unwrap_or_default();
        let fetched = source.fetch(Retries::RANGES, range, &known).and_then(|fetched| {
            // Others may have arrived meanwhile.
            self.version().get_or_insert_default().confirm(&fetched.version)?;
            Ok(fetched)
        });
        if let Err(error @ RangeError::Changed) = &fetched {
            let _ = self.failure.set(error.clone());
        }
        fetched
    }

    fn version(&self) -> MutexGuard<'_, Option<RemoteVersion>> {
        self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies bytes from a position on, as many as there are; what is not buffered is fetched.
    pub(crate) fn read_at(&self, position: u64, into: &mut [u8]) -> usize {
        let mut copied = 0;
        while let Some(rest) = into.get_mut(copied..).filter(|rest| !rest.is_empty()) {
            let Some(at) = position.checked_add(copied as u64).filter(|at| *at < self.size())
            else {
                break;
            };
            copied += match self.copy_buffered(at, rest) {
                0 => match self.copy_unplanned(at, rest) {
                    Ok(0) => break,
                    Ok(more) => more,
                    Err(error) => {
                        tracing::debug!(url = self.address(), "{error}");
                        // The first is kept.
                        let _ = self.failure.set(error);
                        break;
                    }
                },
                more => more,
            };
        }
        copied
    }

    /// Copies what the chunk around a position has from there on.
    fn copy_buffered(&self, at: u64, into: &mut [u8]) -> usize {
        let chunks = self.chunks();
        // The nearest chunk that begins before may end before too, where the head does not.
        let buffered = chunks.range(..=at).rev().find_map(|(start, chunk)| match chunk {
            Chunk::Ready(bytes) => {
                bytes.get((at - start) as usize..).filter(|rest| !rest.is_empty())
            }
            _ => None,
        });
        buffered.map_or(0, |buffered| copy(buffered, into))
    }

    /// Fetches and copies what GDAL reads beyond what was prefetched: the rest of a long header,
    /// which is kept, or whole blocks of a file that is not prefetched, which are not.
    fn copy_unplanned(&self, at: u64, into: &mut [u8]) -> Result<usize, RangeError> {
        let requested = into.len() as u64;
        tracing::debug!(url = self.address(), at, requested, "read beyond what was prefetched");
        let end =
            at.saturating_add(requested.clamp(HEAD_BYTES, MAX_REQUEST_BYTES)).min(self.size());
        let response = self.fetch_range(&(at..end))?;
        let copied = copy(&response.bytes, into);
        if copied == 0 {
            // The size was not stated, and this is past the end.
            return Ok(0);
        }
        if requested < HEAD_BYTES {
            self.keep_header_chunk(at, response.bytes);
        }
        Ok(copied)
    }

    /// Keeps a chunk of a long header, and drops the oldest where there are many.
    fn keep_header_chunk(&self, at: u64, bytes: Vec<u8>) {
        let mut chunks = self.chunks();
        let mut starts = self.header_chunks.lock().unwrap_or_else(PoisonError::into_inner);
        if starts.len() == MAX_HEADER_CHUNKS
            && let Some(oldest) = starts.pop_front().and_then(|oldest| chunks.remove(&oldest))
        {
            release_bytes(oldest.len());
        }
        starts.push_back(at);
        reserve_bytes(bytes.len() as u64);
        if let Some(replaced) = chunks.insert(at, Chunk::Ready(bytes)) {
            release_bytes(replaced.len());
        }
    }

    fn chunks(&self) -> MutexGuard<'_, Chunks> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ranges that are being fetched. Those that have not arrived when it is dropped, as after a panic,
/// count as failed, so that no thread waits for them.
struct PendingRanges<'a> {
    file: &'a RemoteFile,
    ranges: &'a [Range<u64>],
}

impl Drop for PendingRanges<'_> {
    fn drop(&mut self) {
        let mut chunks = self.file.chunks();
        for range in self.ranges {
            if let Some(chunk) = chunks.get_mut(&range.start)
                && matches!(chunk, Chunk::Pending(_))
            {
                *chunk = Chunk::Failed(chunk.len(), RangeError::NotFetched);
            }
        }
        drop(chunks);
        self.file.arrived.notify_all();
    }
}

impl Drop for RemoteFile {
    fn drop(&mut self) {
        release_bytes(self.chunks().range(1..).map(|(_, chunk)| chunk.len()).sum());
    }
}

/// The smallest range that contains all of those sorted by their beginning; `None` where there is
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A file whose head is buffered, of so many bytes; nothing answers at its address.
    fn file(bytes: u64) -> Arc<RemoteFile> {
        Arc::new(RemoteFile {
            url: "http://127.0.0.1:9/scene.tif".to_owned(),
            client: Client::of_test(),
            scope: Scope::File,
            version: Mutex::new(Some(RemoteVersion::new(None, None, Some(bytes)))),
            failure: OnceLock::new(),
            chunks: Mutex::new(BTreeMap::from([(0, Chunk::Ready(vec![1; HEAD_BYTES as usize]))])),
            header_chunks: Mutex::default(),
            arrived: Condvar::new(),
        })
    }

    #[test]
    fn ranges_that_a_panic_left_unfetched_count_as_failed() {
        let file = file(1 << 20);
        let ranges = [50_000..50_010, 60_000..60_010];
        for range in &ranges {
            file.chunks().insert(range.start, Chunk::Pending(length(range)));
        }
        let waiting = {
            let (file, ranges) = (Arc::clone(&file), ranges.clone());
            std::thread::spawn(move || file.wait(&ranges))
        };
        let fetching = std::panic::AssertUnwindSafe(|| {
            let _pending = PendingRanges { file: &file, ranges: &ranges };
            file.put(&ranges[0], Chunk::Ready(vec![0; 10]));
            panic!("while fetching");
        });
        assert!(std::panic::catch_unwind(fetching).is_err());
        let waited = waiting.join().unwrap();
        assert!(waited.unwrap_err().to_string().contains("scene.tif: it could not be fetched"));
        assert!(file.wait(&ranges[..1]).is_ok());
    }

    #[test]
    fn ranges_that_overlap_are_not_buffered_twice() {
        let file = file(1 << 30);
        let start = 1 << 20;
        // Of these 10 MB of one MB, only the first is prefetched; COGs' blocks overlap by their
        // leaders.
        let ranges = (0..10u64).map(|shift| start + shift * 100..start + shift * 100 + 1_000_000);
        file.prefetch(
            ranges.chain([start..start + 1_000_000, start + 999_992..start + 1_001_000]).collect(),
        )
        .unwrap();
        let starts: Vec<u64> = file.chunks().keys().copied().filter(|start| *start > 0).collect();
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
    fn chunks_of_a_long_header_are_dropped_when_there_are_many() {
        let file = file(1 << 30);
        for chunk in 1..=2 * MAX_HEADER_CHUNKS as u64 {
            file.keep_header_chunk(chunk * HEAD_BYTES, vec![0; 10]);
        }
        assert_eq!(file.chunks().len(), MAX_HEADER_CHUNKS + 1);
        assert!(file.chunks().contains_key(&0));
    }
}
