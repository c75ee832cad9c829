//! A detection that no satellite made: for figures and times that need no data.

use dragonfly_core::{Confidence, Detection, Processing, Satellite};

/// A detection of NOAA-20 near nadir.
pub(crate) fn fine_detection(minute: i32, lat_e5: i32, lon_e5: i32) -> Detection {
    Detection {
        minute,
        lat_e5,
        lon_e5,
        satellite: Satellite::Noaa20,
        processing: Processing::NearRealTime,
        version_e2: 200,
        scan_m: 390,
        track_m: 360,
        confidence: Confidence::Nominal,
        source: None,
    }
}
