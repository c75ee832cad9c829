//! Broken and hostile files end in errors: never in a panic, a hang or a flood of memory.
//!
//! The replay changes each file of `corpus/` in a few hundred ways. For longer,
//! `DRAGONFLY_FUZZ_SECONDS=600 cargo test --locked --release -p dragonfly-worker --test hostile --
//! --ignored --nocapture` goes on from inputs that ended otherwise than any before. An input that
//! fails is left in the temporary folder and named.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(unsafe_code, reason = "memory can be counted only from within the allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use dragonfly_core::{Grid, Placement};
use dragonfly_tiff::{KnownBytes, TiffImage};
use dragonfly_worker::{
    Cog, CrsProjection, NoCache, RangeFetcher, RangeResponse, ResponseHead, Transport,
    TransportError,
};

/// Counts the bytes in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MAX_IN_USE: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MAX_IN_USE.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        MAX_IN_USE.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One file may take so much: a block of the largest size, its pixels, one copy for each of a few
/// bands.
const MAX_BYTES: usize = 512 << 20;
/// One file may take so long, also on a busy machine.
const LONGEST: Duration = Duration::from_secs(30);

/// A file in memory that answers like a bucket.
struct MemoryTransport(Vec<u8>);

struct MemoryResponse {
    head: ResponseHead,
    body: Vec<u8>,
}

impl Transport for MemoryTransport {
    type Response = MemoryResponse;

    async fn request_range(
        &self,
        _url: &str,
        range: Range<u64>,
    ) -> Result<MemoryResponse, TransportError> {
        let length = self.0.len() as u64;
        if range.start >= length {
            return Ok(MemoryResponse {
                head: ResponseHead { status: 416, ..ResponseHead::default() },
                body: Vec::new(),
            });
        }
        let end = range.end.min(length);
        let body = self.0[range.start as usize..end as usize].to_vec();
        let content_range = Some(format!("bytes {}-{}/{length}", range.start, end - 1));
        Ok(MemoryResponse {
            head: ResponseHead { status: 206, content_range, ..ResponseHead::default() },
            body,
        })
    }

    async fn pause(&self, _time: Duration) {}
}

impl RangeResponse for MemoryResponse {
    fn head(&self) -> &ResponseHead {
        &self.head
    }

    async fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, TransportError> {
        into.append(&mut self.body);
        Ok(false)
    }
}

/// Does with a file all that the worker may; states how it ended.
fn exercise(file: &[u8]) -> String {
    let _ = TiffImage::parse(&KnownBytes::whole(file.to_vec()));
    let far = Rc::new(RangeFetcher::new(MemoryTransport(file.to_vec()), 6, |_| {}));
    let cog = match pollster::block_on(Cog::open(far, Rc::new(NoCache), "file")) {
        Ok(cog) => cog,
        Err(error) => return error.to_string(),
    };
    let image = cog.image();
    let mut ends = vec![format!("{} levels, {}", image.levels().len(), image.crs)];
    match CrsProjection::new(&image.crs) {
        Ok(projection) => {
            let grid = Grid::covering([-121.0, 35.0, -119.0, 36.0], 6);
            let placed = image.frame().map(|frame| {
                Placement::of(&frame, &grid, &projection).map(|placed| placed.is_some())
            });
            ends.push(format!("{placed:?}"));
        }
        Err(error) => ends.push(error.to_string()),
    }
    for level in image.levels().iter().take(4) {
        let bands: Vec<u16> = (0..level.bands.min(3)).collect();
        for (left, top) in
            [(0, 0), (level.width / 2, level.height / 2), (level.width - 1, level.height - 1)]
        {
            let (columns, rows) = (left..left.saturating_add(20), top..top.saturating_add(20));
            let mut pixels = 0usize;
            let read = pollster::block_on(cog.read(level, &columns, &rows, &bands, |block| {
                assert_eq!(block.pixels.len(), block.columns.len() * block.rows.len());
                pixels += block.pixels.into_digital_numbers().len();
            }));
            ends.push(
                read.err().map_or(format!("{} pixels", pixels.min(1)), |error| error.to_string()),
            );
        }
    }
    ends.dedup();
    ends.join("; ")
}

/// Exercises a file under watch.
fn survive(file: &[u8], watch: &Watch) -> String {
    watch.begin(file);
    MAX_IN_USE.store(IN_USE.load(Relaxed), Relaxed);
    let before = IN_USE.load(Relaxed);
    let ended = std::panic::catch_unwind(|| exercise(file));
    let taken = MAX_IN_USE.load(Relaxed).saturating_sub(before);
    watch.end();
    match ended {
        Ok(ended) if taken <= MAX_BYTES => ended,
        Ok(_) => panic!("{taken} bytes of memory for {}", keep(file).display()),
        Err(_) => panic!("a panic in {}", keep(file).display()),
    }
}

fn keep(file: &[u8]) -> std::path::PathBuf {
    let path = std::env::temp_dir().join("dragonfly-hostile.tif");
    std::fs::write(&path, file).unwrap();
    path
}

/// Ends the program when one file takes too long.
struct Watch {
    started: Instant,
    /// Milliseconds after the start at which the file in hand began; 0 between files.
    begun: AtomicU64,
    file: std::sync::Mutex<Vec<u8>>,
}

impl Watch {
    fn new() -> std::sync::Arc<Self> {
        let watch = std::sync::Arc::new(Self {
            started: Instant::now(),
            begun: AtomicU64::new(0),
            file: std::sync::Mutex::default(),
        });
        let watching = std::sync::Arc::downgrade(&watch);
        std::thread::spawn(move || {
            while let Some(watch) = watching.upgrade() {
                let begun = watch.begun.load(Relaxed);
                if begun > 0 && watch.now().saturating_sub(begun) > LONGEST.as_millis() as u64 {
                    eprintln!("a hang in {}", keep(&watch.file.lock().unwrap()).display());
                    std::process::abort();
                }
                drop(watch);
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        watch
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_millis() as u64 + 1
    }

    fn begin(&self, file: &[u8]) {
        file.clone_into(&mut self.file.lock().unwrap());
        self.begun.store(self.now(), Relaxed);
    }

    fn end(&self) {
        self.begun.store(0, Relaxed);
    }
}

/// Numbers without a library: xorshift64*.
struct Mutations(u64);

impl Mutations {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides.max(1)
    }
}

/// Numbers at which programs stumble.
const AWKWARD: [u64; 16] = [
    0,
    1,
    2,
    3,
    7,
    8,
    16,
    255,
    256,
    65_535,
    65_536,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    1 << 32,
    i64::MAX as u64,
    u64::MAX,
];

/// Changes a file in one of the ways in which files are broken, or made to break their readers.
fn mutate(file: &mut Vec<u8>, other: &[u8], dice: &mut Mutations) {
    if file.len() < 16 {
        file.extend_from_slice(&other[..other.len().min(64)]);
        return;
    }
    let length = file.len();
    let at = dice.roll(length);
    match dice.roll(12) {
        0 => file[at] ^= 1 << dice.roll(8),
        1 => file[at] = dice.roll(256) as u8,
        2 => file.truncate(at),
        3 => {
            let end = (at + dice.roll(64)).min(length);
            let from = dice.roll(length - (end - at));
            file.copy_within(from..from + (end - at), at);
        }
        4 => {
            let from = dice.roll(other.len());
            let count = dice.roll(256).min(other.len() - from).min(length - at);
            file[at..at + count].copy_from_slice(&other[from..from + count]);
        }
        5 | 6 => {
            let (number, width) = (AWKWARD[dice.roll(AWKWARD.len())], 1 << dice.roll(4));
            write_number(file, at, number, width, dice.roll(2) == 0);
        }
        // A field of a tag: its number, kind, count or value.
        _ => {
            let is_little = file[0] == b'I';
            let is_big = file[if is_little { 2 } else { 3 }] == 43;
            let entry = if is_big { 20 } else { 12 };
            let first = read_number(
                file,
                if is_big { 8 } else { 4 },
                if is_big { 8 } else { 4 },
                is_little,
            ) as usize;
            let tags = read_number(file, first, 2, is_little).max(1) as usize;
            let start = first
                .saturating_add(if is_big { 8 } else { 2 })
                .saturating_add(dice.roll(tags.min(64)) * entry);
            let (offset, width) = match (dice.roll(4), is_big) {
                (0, _) => (2, 2),
                (1, false) => (4, 4),
                (1, true) => (4, 8),
                (_, false) => (8, if dice.roll(2) == 0 { 4 } else { 2 }),
                (_, true) => (12, if dice.roll(2) == 0 { 8 } else { 2 }),
            };
            let near = dice.roll(70) as u64;
            let number = match dice.roll(3) {
                0 => near,
                1 => AWKWARD[dice.roll(AWKWARD.len())],
                _ => dice.roll(length) as u64,
            };
            write_number(file, start.saturating_add(offset), number, width, is_little);
        }
    }
}

fn read_number(file: &[u8], at: usize, width: usize, is_little: bool) -> u64 {
    let Some(raw) = at.checked_add(width).and_then(|end| file.get(at..end)) else { return 0 };
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    if is_little { raw.iter().rev().fold(0, add) } else { raw.iter().fold(0, add) }
}

fn write_number(file: &mut [u8], at: usize, number: u64, width: usize, is_little: bool) {
    let Some(raw) = at.checked_add(width).and_then(|end| file.get_mut(at..end)) else { return };
    for (index, byte) in raw.iter_mut().enumerate() {
        let place = if is_little { index } else { width - 1 - index };
        *byte = (number >> (8 * place)) as u8;
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Tries changed files until it must stop; returns how many, and how many ends there were.
fn try_hard(seed: u64, mut goes_on: impl FnMut(u64) -> bool) -> (u64, usize) {
    let watch = Watch::new();
    let mut dice = Mutations(seed);
    let mut files = corpus();
    let mut ends: HashSet<String> = HashSet::new();
    let mut tries = 0;
    while goes_on(tries) {
        let mut file = files[dice.roll(files.len())].clone();
        let other = dice.roll(files.len());
        for _ in 0..=dice.roll(6) {
            mutate(&mut file, &files[other], &mut dice);
        }
        let ended = survive(&file, &watch);
        // Numbers aside: what the file came to, not where.
        let is_new = ends.insert(ended.chars().filter(|letter| !letter.is_ascii_digit()).collect());
        if is_new && files.len() < 5000 {
            files.push(file);
        }
        tries += 1;
    }
    (tries, ends.len())
}

#[test]
fn the_corpus_reads_without_error() {
    let watch = Watch::new();
    let files = corpus();
    assert!(files.len() >= 20);
    for file in files {
        let ended = survive(&file, &watch);
        assert!(
            ended.starts_with("2 levels, EPSG:32610; Some(Ok(") && ended.ends_with(")); 1 pixels"),
            "{ended}"
        );
    }
}

#[test]
fn changed_files_end_in_errors() {
    let (tries, ends) = try_hard(1, |tries| tries < 10_000);
    println!("{tries} changed files came to {ends} different ends");
    assert!(ends > 100, "the changes hardly reach the reader: {ends}");
}

#[test]
fn an_endless_chain_of_directories_is_a_circle() {
    let mut file = b"II*\0\x08\0\0\0\x01\0\x00\x01\x03\0\x01\0\0\0\x08\0\0\0\x08\0\0\0".to_vec();
    file.resize(64, 0);
    assert!(exercise(&file).contains("directories run in a circle"));
}

#[test]
#[ignore = "runs for DRAGONFLY_FUZZ_SECONDS"]
fn changed_files_end_in_errors_for_long() {
    let number =
        |name: &str, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(number("DRAGONFLY_FUZZ_SECONDS", 600));
    let (tries, ends) = try_hard(number("DRAGONFLY_FUZZ_SEED", 2), |_| Instant::now() < end);
    println!("{tries} changed files came to {ends} different ends");
}
