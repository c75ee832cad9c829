//! Permits to decode large blocks: as many at a time as memory allows, however many threads there
//! are.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes of blocks that are decoded at a time. A block that is larger is decoded alone.
const MAX_BYTES: u64 = 96 << 20;
/// Smaller blocks need no permit.
const MIN_BYTES: u64 = 2 << 20;

static BYTES_UNDER_WAY: Mutex<u64> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// The right to decode blocks of a size, until dropped. It is kept while GDAL reads.
pub(crate) struct DecodingPermit {
    bytes: u64,
}

impl DecodingPermit {
    /// Waits until blocks of so many bytes can be decoded beside those under way.
    pub(crate) fn wait_for(block_bytes: u64) -> Self {
        let bytes = if block_bytes < MIN_BYTES { 0 } else { block_bytes };
        let mut under_way = BYTES_UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        while *under_way > 0 && bytes > 0 && *under_way + bytes > MAX_BYTES {
            under_way = ENDED.wait(under_way).unwrap_or_else(PoisonError::into_inner);
        }
        *under_way += bytes;
        Self { bytes }
    }
}

impl Drop for DecodingPermit {
    fn drop(&mut self) {
        *BYTES_UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        ENDED.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn large_blocks_are_decoded_a_few_at_a_time() {
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    let _permit = DecodingPermit::wait_for(40 << 20);
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert!((1..=2).contains(&most.into_inner()));
        drop(DecodingPermit::wait_for(1 << 40));
    }
}
