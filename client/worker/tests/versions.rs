//! A file that is replaced is never read as a mixture of two versions, whatever is cached of it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use dragonfly_worker::{
    ByteCache, Cog, FetchError, RangeFetcher, RangeResponse, ReadErrorCause, ResponseHead,
    Transport, TransportError,
};

/// Pixels along each side of the file: strips of one row, most of them beyond its first 16 KiB.
const SIDE: u32 = 256;

/// An uncompressed file whose pixels all have one value.
fn tiff(value: u8) -> Vec<u8> {
    let tags: [(u16, u16, u32, u32); 9] = [
        (256, 4, 1, SIDE),
        (257, 4, 1, SIDE),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, SIDE, 200),
        (277, 3, 1, 1),
        (278, 4, 1, 1),
        (279, 4, SIDE, 200 + SIDE * 4),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in tags {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.resize(200, 0);
    let pixels = 200 + SIDE * 8;
    (0..SIDE).for_each(|row| file.extend((pixels + row * SIDE).to_le_bytes()));
    (0..SIDE).for_each(|_| file.extend(SIDE.to_le_bytes()));
    file.resize(file.len() + (SIDE * SIDE) as usize, value);
    file
}

/// A bucket with one file, which may be replaced.
#[derive(Clone, Default)]
struct VersionedBucket(Rc<RefCell<VersionedFile>>);

#[derive(Default)]
struct VersionedFile {
    file: Vec<u8>,
    etag: Option<&'static str>,
    last_modified: Option<&'static str>,
    asked: Vec<Range<u64>>,
}

struct Part {
    head: ResponseHead,
    body: Vec<u8>,
}

impl VersionedBucket {
    fn store(&self, value: u8, etag: Option<&'static str>, last_modified: Option<&'static str>) {
        let asked = Vec::new();
        *self.0.borrow_mut() = VersionedFile { file: tiff(value), etag, last_modified, asked };
    }

    fn requests(&self) -> usize {
        self.0.borrow().asked.len()
    }
}

impl Transport for VersionedBucket {
    type Response = Part;

    async fn request_range(&self, _: &str, range: Range<u64>) -> Result<Part, TransportError> {
        let mut shelf = self.0.borrow_mut();
        shelf.asked.push(range.clone());
        let length = shelf.file.len() as u64;
        let end = range.end.min(length);
        let head = ResponseHead {
            status: 206,
            content_range: Some(format!("bytes {}-{}/{length}", range.start, end - 1)),
            etag: shelf.etag.map(str::to_owned),
            last_modified: shelf.last_modified.map(str::to_owned),
            ..ResponseHead::default()
        };
        Ok(Part { head, body: shelf.file[range.start as usize..end as usize].to_vec() })
    }

    async fn pause(&self, _: Duration) {}
}

impl RangeResponse for Part {
    fn head(&self) -> &ResponseHead {
        &self.head
    }

    async fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, TransportError> {
        into.append(&mut self.body);
        Ok(false)
    }
}

#[derive(Default)]
struct Cache(RefCell<HashMap<Range<u64>, Vec<u8>>>);

impl ByteCache for Cache {
    async fn get(&self, _: &str, range: &Range<u64>) -> Option<Vec<u8>> {
        self.0.borrow().get(range).cloned()
    }

    async fn put(&self, _: &str, range: &Range<u64>, bytes: Vec<u8>) {
        self.0.borrow_mut().insert(range.clone(), bytes);
    }
}

type TestCog = Cog<VersionedBucket, Cache>;

fn open(bucket: &VersionedBucket, cache: &Rc<Cache>) -> TestCog {
    let fetcher = Rc::new(RangeFetcher::new(bucket.clone(), 6, |_| {}));
    pollster::block_on(Cog::open(fetcher, Rc::clone(cache), "https://bucket/file.tif")).unwrap()
}

/// The values of all pixels of some rows.
fn values(cog: &TestCog, rows: Range<u32>) -> Result<Vec<u16>, ReadErrorCause> {
    let mut values = Vec::new();
    let read = cog.read(cog.image().full(), &(0..SIDE), &rows, &[0], |block| {
        values.extend(block.pixels.into_digital_numbers());
    });
    pollster::block_on(read).map_err(|error| error.cause)?;
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

fn check_replaced(read: Result<Vec<u16>, ReadErrorCause>) {
    assert_eq!(read, Err(ReadErrorCause::Fetch(FetchError::Changed)));
}

const MONDAY: &str = "Mon, 02 Nov 2026 07:00:00 GMT";
const TUESDAY: &str = "Tue, 03 Nov 2026 07:00:00 GMT";

#[test]
fn neighbouring_strips_are_read_in_one_request() {
    let (bucket, cache) = (VersionedBucket::default(), Rc::default());
    bucket.store(1, None, None);
    let cog = open(&bucket, &cache);
    assert_eq!(values(&cog, 100..250), Ok(vec![1]));
    assert_eq!(bucket.requests(), 2);
}

#[test]
fn a_file_that_is_replaced_while_it_is_read_is_given_up() {
    for (first, second) in [
        ((Some("\"1\""), None), (Some("\"2\""), None)),
        ((None, Some(MONDAY)), (None, Some(TUESDAY))),
    ] {
        let (bucket, cache) = (VersionedBucket::default(), Rc::default());
        bucket.store(1, first.0, first.1);
        let cog = open(&bucket, &cache);
        assert_eq!(values(&cog, 100..150), Ok(vec![1]));
        bucket.store(2, second.0, second.1);
        check_replaced(values(&cog, 150..200));
        // Again from the start: the new version only, also where the old one is cached.
        assert_eq!(values(&open(&bucket, &cache), 0..SIDE), Ok(vec![2]));
    }
}

#[test]
fn cached_parts_of_an_older_version_are_not_read() {
    for (first, second) in [
        ((Some("\"1\""), None), (Some("\"2\""), None)),
        ((None, Some(MONDAY)), (None, Some(TUESDAY))),
        // Without a validator the file's start decides, which differs here.
        ((None, None), (None, None)),
    ] {
        let (bucket, cache) = (VersionedBucket::default(), Rc::default());
        bucket.store(1, first.0, first.1);
        assert_eq!(values(&open(&bucket, &cache), 100..150), Ok(vec![1]));
        // All of it is cached: nothing is requested.
        let before = bucket.requests();
        assert_eq!(values(&open(&bucket, &cache), 100..150), Ok(vec![1]));
        assert_eq!(bucket.requests(), before);
        bucket.store(2, second.0, second.1);
        check_replaced(values(&open(&bucket, &cache), 120..200));
        assert_eq!(values(&open(&bucket, &cache), 120..200), Ok(vec![2]));
    }
}

#[test]
fn what_is_cached_without_a_version_is_fetched_again() {
    let (bucket, cache) = (VersionedBucket::default(), Rc::new(Cache::default()));
    bucket.store(2, Some("\"2\""), None);
    cache.0.borrow_mut().insert(0..16 << 10, tiff(1)[..16 << 10].to_vec());
    assert_eq!(values(&open(&bucket, &cache), 0..SIDE), Ok(vec![2]));
}
