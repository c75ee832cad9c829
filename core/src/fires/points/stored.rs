//! Points as they are stored: a table that [`read_points`](super::read_points) reads.

use std::fmt::Write;

use crate::fires::detection::{Confidence, Detection, Satellite};

/// The header of stored points, a layout of NASA's area API with `type`.
const HEADER: &str =
    "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version,type\n";

/// Detections as CSV, in their order; read again they are the same.
pub fn points_csv(detections: &[Detection]) -> String {
    let mut text = HEADER.to_owned();
    let (mut minute, mut time) = (None, String::new());
    for point in detections {
        // A pass has many detections, and a moment is written slowly.
        if minute.replace(point.minute) != Some(point.minute) {
            time = point.time().format("%Y-%m-%d,%H%M").to_string();
        }
        let satellite = letters(point.satellite);
        let confidence = match point.confidence {
            Confidence::Low => "l",
            Confidence::Nominal => "n",
            Confidence::High => "h",
        };
        write_decimal(&mut text, point.lat_e5, 100_000);
        text.push(',');
        write_decimal(&mut text, point.lon_e5, 100_000);
        text.push(',');
        write_decimal(&mut text, point.scan_m.into(), 1000);
        text.push(',');
        write_decimal(&mut text, point.track_m.into(), 1000);
        // Writing to a string cannot fail.
        let _ = write!(text, ",{time},{satellite},{confidence},");
        write_decimal(&mut text, point.version_e2.into(), 100);
        text.push_str(point.processing.suffix());
        text.push(',');
        text.extend(point.source.map(|source| char::from(b'0' + source.number())));
        text.push('\n');
    }
    text
}

/// Writes a number of parts, of which `parts` (a power of ten) are one, with all decimals.
fn write_decimal(text: &mut String, value: i32, parts: u32) {
    if value < 0 {
        text.push('-');
    }
    let mut rest = value.unsigned_abs();
    let _ = write!(text, "{}.", rest / parts);
    let mut unit = parts / 10;
    while unit > 0 {
        rest %= unit * 10;
        text.push(char::from(b'0' + (rest / unit) as u8));
        unit /= 10;
    }
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
