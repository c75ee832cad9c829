//! Random rasters of classes, and the rings traced around them, for tests.

use dragonfly_core::{ClassRing, Traced};

/// Rasters without a library: xorshift64*, the same on every run.
pub(crate) fn random_classes(seed: u64, cells: usize, classes: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut roll = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33
    };
    (0..cells).map(|_| (roll() % classes) as u8).collect()
}

/// A ring's corners as column and row.
pub(crate) fn ring_points(traced: &Traced, ring: &ClassRing) -> Vec<(i64, i64)> {
    let across = traced.corners_across as u32;
    traced.corners[ring.corners.clone()]
        .iter()
        .map(|corner| (i64::from(corner % across), i64::from(corner / across)))
        .collect()
}

/// Twice the area with north up: positive counterclockwise.
pub(crate) fn doubled_area(points: &[(i64, i64)]) -> i64 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|((x, y), (next_x, next_y))| next_x * y - x * next_y).sum()
}
