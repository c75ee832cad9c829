//! Points as they are stored: a table that [`read_points`](super::read_points) reads.

use std::fmt::Write;

use crate::fires::detection::{Confidence, Detection, Satellite};

/// The header of stored points, a layout of NASA's area API with `type`.
const HEADER: &str =
    "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version,type\n";

/// Detections as CSV, in their order; read again they are the same.
pub fn points_csv(detections: &[Detection]) -> String {
    let mut text = HEADER.to_owned();
    for point in detections {
        let time = point.time().format("%Y-%m-%d,%H%M");
        let (lat, lon) = (degrees(point.lat_e5), degrees(point.lon_e5));
        let (scan, track) = (kilometres(point.scan_m), kilometres(point.track_m));
        let satellite = letters(point.satellite);
        let confidence = match point.confidence {
            Confidence::Low => "l",
            Confidence::Nominal => "n",
            Confidence::High => "h",
        };
        let version = format!("{}.{:02}", point.version_e2 / 100, point.version_e2 % 100);
        let suffix = point.processing.suffix();
        let source = point.source.map_or(String::new(), |source| source.number().to_string());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{lat},{lon},{scan},{track},{time},{satellite},{confidence},{version}{suffix},{source}"
        );
    }
    text
}

fn degrees(value_e5: i32) -> String {
    let sign = if value_e5 < 0 { "-" } else { "" };
    let value = value_e5.unsigned_abs();
    format!("{sign}{}.{:05}", value / 100_000, value % 100_000)
}

fn kilometres(value_m: u16) -> String {
    format!("{}.{:03}", value_m / 1000, value_m % 1000)
}

fn letters(satellite: Satellite) -> &'static str {
    match satellite {
        Satellite::SuomiNpp => "N",
        Satellite::Noaa20 => "N20",
        Satellite::Noaa21 => "N21",
        Satellite::Terra => "Terra",
        Satellite::Aqua => "Aqua",
        Satellite::Other => "other",
    }
}
