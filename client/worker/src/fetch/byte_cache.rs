//! A store of bytes on the reader's own machine, asked before the network.

use std::ops::Range;

/// Keeps bytes by the file and the range that were asked for.
pub trait ByteCache {
    /// The bytes kept for exactly this range; shorter than it where the file ends before.
    fn get(&self, url: &str, range: &Range<u64>) -> impl Future<Output = Option<Vec<u8>>>;

    /// Keeps bytes. What cannot be kept is forgotten: the network has it still.
    fn put(&self, url: &str, range: &Range<u64>, bytes: &[u8]) -> impl Future<Output = ()>;
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCache;

impl ByteCache for NoCache {
    async fn get(&self, _url: &str, _range: &Range<u64>) -> Option<Vec<u8>> {
        None
    }

    async fn put(&self, _url: &str, _range: &Range<u64>, _bytes: &[u8]) {}
}
