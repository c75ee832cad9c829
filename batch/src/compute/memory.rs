//! How the memory of a run is split.

/// What the program takes beside the pixels: GDAL and its cache, the catalogue, threads, headers of
/// files, and pixels that are moved as their rows grow. Measured by tests/bench/run.py where a
/// column chunk just fits.
const PROGRAM_BYTES: u64 = 256 << 20;

/// A fire zone may take so much, however little memory there is.
const MIN_ZONE_BYTES: u64 = 16 << 20;

/// Parts of the memory that a run may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// For the decoded pixels of a strip, and the observations of its cells.
    pub(crate) pixel_bytes: u64,
    /// For remote files: bytes that are prefetched.
    pub(crate) prefetch_bytes: u64,
}

impl Memory {
    /// The parts of so many MiB, beside the fire zone; small ones where there is little memory.
    pub(crate) fn of(memory_mb: u64, zone_bytes: u64) -> Self {
        let free = memory_mb
            .saturating_mul(1 << 20)
            .saturating_sub(PROGRAM_BYTES)
            .saturating_sub(zone_bytes);
        Self { pixel_bytes: free / 2, prefetch_bytes: free / 4 }
    }

    /// Bytes that the fire zone may take of so many MiB.
    pub(crate) fn max_zone_bytes(memory_mb: u64) -> u64 {
        let free = memory_mb.saturating_mul(1 << 20).saturating_sub(PROGRAM_BYTES);
        (free / 4 * 3).max(MIN_ZONE_BYTES)
    }
}
