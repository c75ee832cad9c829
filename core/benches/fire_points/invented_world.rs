//! Points of a world that burns as in July.

use dragonfly_core::{Detection, Satellite};

use crate::fine_detection::fine_detection;

/// 2025-07-15T00:00Z.
const WORLD_START: i32 = 29_208_960;

/// Fires and single points over the world, xorshift64*.
pub(crate) fn invented_world(count: usize) -> Vec<Detection> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut roll = |below: u64| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        ((state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below) as i32
    };
    let mut points = Vec::with_capacity(count);
    while points.len() < count {
        let (lat, lon) = (roll(12_000_000) - 6_000_000, roll(36_000_000) - 18_000_000);
        let size = if roll(10) == 0 { 400 } else { 3 };
        for _ in 0..=roll(size) {
            let (dy, dx) = (roll(8_000), roll(8_000));
            points.push(fine_detection(
                WORLD_START + roll(7 * 4) * 360,
                lat + dy,
                (lon + dx).min(17_999_999),
            ));
        }
    }
    points.truncate(count);
    // Each file is of another satellite.
    points[count / 2..].iter_mut().for_each(|point| point.satellite = Satellite::Noaa21);
    points
}
