//! Nights over points.

use dragonfly_core::{
    Detection, FireNight, FireSettings, FiresState, FiresUpdate, FoundFire, PointCoverage,
    update_fires,
};

use crate::fine_detection::fine_detection;

/// 2025-06-29T09:00Z, minutes since 1970.
const LONG_FIRE_START: i32 = 29_186_460;

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
    let coverage: Vec<PointCoverage> = PointCoverage::of(&read, None).into_iter().collect();
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
    let mut points = Vec::new();
    for pass in 0..2 * nights {
        for row in 0..6 {
            for column in 0..2 {
                let lon_e5 = -12_000_000 + pass * 200 + column * 400;
                points.push(fine_detection(
                    LONG_FIRE_START + pass * 720,
                    4_000_000 + row * 350,
                    lon_e5,
                ));
            }
        }
    }
    points
}
