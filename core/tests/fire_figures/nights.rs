//! Nights over points.

use dragonfly_core::{
    Coverage, Detection, FireNight, FireSettings, FiresState, FiresUpdate, FoundFire, update_fires,
};

use crate::real_data::{fine_detection, minute};

/// One night with all points.
pub(crate) fn one_night(points: &[Detection], now: &str) -> FiresUpdate {
    update(FiresState::default(), Vec::new(), points.to_vec(), now)
}

/// A night after another.
pub(crate) fn update(
    state: FiresState,
    kept: Vec<Detection>,
    read: Vec<Detection>,
    now: &str,
) -> FiresUpdate {
    let coverage: Vec<Coverage> = Coverage::of(&read, None).into_iter().collect();
    let night = FireNight {
        kept,
        read,
        coverage: &coverage,
        sources: Vec::new(),
        is_in_zone: None,
        now: now.parse().unwrap(),
    };
    update_fires(state, night, &FireSettings::default())
}

/// The fire whose box holds a place; the largest of them.
pub(crate) fn containing(night: &FiresUpdate, (lon, lat): (f64, f64)) -> Option<&FoundFire> {
    let holding = night.found.iter().filter(|fire| {
        let [west, south, east, north] = fire.outline.bbox;
        (west..=east).contains(&lon) && (south..=north).contains(&lat)
    });
    holding.max_by(|a, b| a.outline.hectares.total_cmp(&b.outline.hectares))
}

/// A fire that moves east for so many nights, seen twice a day.
pub(crate) fn invented_long_fire(nights: i32) -> Vec<Detection> {
    let start = minute("2025-06-29T09:00:00Z");
    let mut points = Vec::new();
    for pass in 0..2 * nights {
        for row in 0..6 {
            for column in 0..2 {
                let lon_e5 = -12_000_000 + pass * 200 + column * 400;
                points.push(fine_detection(start + pass * 720, 4_000_000 + row * 350, lon_e5));
            }
        }
    }
    points
}

/// Fires and single points over the world, xorshift64*.
pub(crate) fn invented_world(count: usize) -> Vec<Detection> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut roll = |below: u64| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        ((state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below) as i32
    };
    let start = minute("2025-07-15T00:00:00Z");
    let mut points = Vec::with_capacity(count);
    while points.len() < count {
        let (lat, lon) = (roll(12_000_000) - 6_000_000, roll(36_000_000) - 18_000_000);
        let size = if roll(10) == 0 { 400 } else { 3 };
        for _ in 0..=roll(size) {
            let (dy, dx) = (roll(8_000), roll(8_000));
            points.push(fine_detection(
                start + roll(7 * 4) * 360,
                lat + dy,
                (lon + dx).min(17_999_999),
            ));
        }
    }
    points.truncate(count);
    points
}
