//! The bytes of all remote files that are requested or buffered, and not yet used.

use std::sync::atomic::{AtomicU64, Ordering};

static BUFFERED_BYTES: AtomicU64 = AtomicU64::new(0);

/// Bytes of all files together that are requested or buffered, and not yet used; heads are not
/// counted.
pub(crate) fn buffered_bytes() -> u64 {
    BUFFERED_BYTES.load(Ordering::Relaxed)
}

/// Counts bytes that are requested.
pub(super) fn reserve_bytes(bytes: u64) {
    BUFFERED_BYTES.fetch_add(bytes, Ordering::Relaxed);
}

/// Counts bytes that are released.
pub(super) fn release_bytes(bytes: u64) {
    let less = |buffered: u64| Some(buffered.saturating_sub(bytes));
    let _ = BUFFERED_BYTES.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
}
