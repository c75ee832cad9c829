//! A cache of bytes on the reader's own machine, read before the network.

use std::ops::Range;

/// Caches bytes by the file and the range that were requested.
pub trait ByteCache {
    /// The bytes cached for exactly this range; shorter than it where the file ends before.
    fn get(&self, url: &str, range: &Range<u64>) -> impl Future<Output = Option<Vec<u8>>>;

    /// Caches bytes. What cannot be cached is dropped: it can be fetched again.
    fn put(&self, url: &str, range: &Range<u64>, bytes: Vec<u8>) -> impl Future<Output = ()>;
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCache;

impl ByteCache for NoCache {
    async fn get(&self, _url: &str, _range: &Range<u64>) -> Option<Vec<u8>> {
        None
    }

    async fn put(&self, _url: &str, _range: &Range<u64>, _bytes: Vec<u8>) {}
}
