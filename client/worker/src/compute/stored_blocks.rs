//! The blocks of files that a rectangle of pixels takes.

use std::collections::BTreeSet;
use std::ops::Range;

/// Blocks of files: the file's address, first byte and end.
pub(crate) type StoredBlocks = BTreeSet<(String, u64, u64)>;

/// A range of pixels of which those outside the image are cut off.
pub(crate) fn inside(pixels: &Range<i64>) -> Range<u32> {
    let bound = |at: i64| u32::try_from(at.max(0)).unwrap_or(u32::MAX);
    bound(pixels.start)..bound(pixels.end)
}
