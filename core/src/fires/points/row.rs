//! One row of a table of points.

use chrono::NaiveDate;

use super::columns::{MAX_PIXEL_KM, PointColumns};
use crate::catalogue::stac::shown;
use crate::fires::detection::{
    Confidence, Detection, E5, HeatSource, MINUTES_PER_DAY, Processing, Satellite,
};

/// Smallest confidence of MODIS, in percent, that counts as nominal, and as high (its user guide).
const MODIS_NOMINAL: f64 = 30.0;
const MODIS_HIGH: f64 = 80.0;

/// Reads a row, which was taken no later than `latest_minute`; the error names the column.
pub(super) fn read_row(
    columns: &PointColumns,
    fields: &[&str],
    latest_minute: i32,
) -> Result<Detection, String> {
    let has_more = || fields[columns.count..].iter().any(|field| !field.trim().is_empty());
    // With a value too many, others would be read from the wrong column.
    if fields.len() < columns.count || has_more() {
        return Err(format!("{} of {} columns", fields.len(), columns.count));
    }
    let satellite = text(fields, columns.satellite).map_or(Satellite::Other, Satellite::from_text);
    let minute = minute(fields[columns.date].trim(), fields[columns.time].trim())?;
    if minute > latest_minute {
        return Err(format!(
            "acq_date `{}` lies in the future",
            shown(fields[columns.date].trim())
        ));
    }
    let (processing, version_e2) = version(text(fields, columns.version).unwrap_or_default());
    Ok(Detection {
        minute,
        lat_e5: degrees_e5("latitude", fields[columns.latitude], 90.0)?,
        lon_e5: degrees_e5("longitude", fields[columns.longitude], 180.0)?,
        satellite,
        processing,
        version_e2,
        scan_m: pixel_m("scan", text(fields, columns.scan), satellite)?,
        track_m: pixel_m("track", text(fields, columns.track), satellite)?,
        confidence: confidence(text(fields, columns.confidence).unwrap_or("n"))?,
        source: text(fields, columns.source).map(heat_source).transpose()?,
    })
}

/// A value that is there.
fn text<'a>(fields: &[&'a str], column: Option<usize>) -> Option<&'a str> {
    column.and_then(|column| fields.get(column)).map(|value| value.trim()).filter(|v| !v.is_empty())
}

fn degrees_e5(column: &str, value: &str, max: f64) -> Result<i32, String> {
    let degrees: f64 = value.trim().parse().unwrap_or(f64::NAN);
    if degrees.is_nan() || degrees.abs() > max {
        return Err(format!("{column} `{}` is not within ±{max}°", shown(value.trim())));
    }
    Ok((degrees * E5).round() as i32)
}

fn pixel_m(column: &str, value: Option<&str>, satellite: Satellite) -> Result<u16, String> {
    let Some(value) = value else { return Ok(satellite.nadir_pixel_m()) };
    let km: f64 = value.parse().unwrap_or(f64::NAN);
    if km > 0.0 && km <= MAX_PIXEL_KM {
        Ok((km * 1000.0).round() as u16)
    } else {
        Err(format!("{column} `{}` is not a size of up to {MAX_PIXEL_KM} km", shown(value)))
    }
}

/// Minutes since 1970 of a date as `2025-01-07`, `2025/01/07` or `20250107` and a time as `18`,
/// `0955`, `230`, `00:18` or `00:18:30`.
fn minute(date: &str, time: &str) -> Result<i32, String> {
    let any_format = || {
        let formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"];
        formats.iter().find_map(|format| NaiveDate::parse_from_str(date, format).ok())
    };
    let day = usual_date(date)
        .or_else(any_format)
        .ok_or_else(|| format!("acq_date `{}` is not a date", shown(date)))?;
    let clock = clock(time).ok_or_else(|| format!("acq_time `{}` is not a time", shown(time)))?;
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days)
        .ok()
        .and_then(|days| days.checked_mul(MINUTES_PER_DAY)?.checked_add(clock))
        .ok_or_else(|| format!("acq_date `{}` is not a date of today's satellites", shown(date)))
}

/// A date as `2025-01-07`, as nearly all rows have it: read much faster than by a format.
fn usual_date(date: &str) -> Option<NaiveDate> {
    let number = |digits: &[u8]| {
        let step = |number: u32, digit: &u8| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
        };
        digits.iter().try_fold(0, step)
    };
    match date.as_bytes() {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => NaiveDate::from_ymd_opt(
            i32::try_from(number(year)?).ok()?,
            number(&[*m1, *m2])?,
            number(&[*d1, *d2])?,
        ),
        _ => None,
    }
}

/// Minutes since midnight.
fn clock(time: &str) -> Option<i32> {
    let (hours, minutes) = match time.split_once(':') {
        Some((hours, rest)) => {
            let minutes = rest.split_once(':').map_or(rest, |(minutes, _)| minutes);
            (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?)
        }
        None if time.len() <= 4 => {
            let number: u16 = time.parse().ok()?;
            (number / 100, number % 100)
        }
        None => return None,
    };
    (hours < 24 && minutes < 60).then(|| i32::from(hours) * 60 + i32::from(minutes))
}

fn version(text: &str) -> (Processing, u16) {
    let without = |suffix: &str| {
        let (number, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
        end.eq_ignore_ascii_case(suffix).then_some(number)
    };
    let kinds = [Processing::UltraRealTime, Processing::NearRealTime, Processing::RealTime];
    let (processing, number) = kinds
        .into_iter()
        .find_map(|kind| Some((kind, without(kind.suffix())?)))
        .unwrap_or((Processing::Standard, text));
    let number: f64 = number.trim().parse().unwrap_or(0.0);
    (processing, (number * 100.0).round().clamp(0.0, f64::from(u16::MAX)) as u16)
}

fn confidence(text: &str) -> Result<Confidence, String> {
    let words = [
        ("l", "low", Confidence::Low),
        ("n", "nominal", Confidence::Nominal),
        ("h", "high", Confidence::High),
    ];
    let is_word = |word: &str| text.eq_ignore_ascii_case(word);
    if let Some((.., confidence)) = words.iter().find(|(l, w, _)| is_word(l) || is_word(w)) {
        return Ok(*confidence);
    }
    match text.parse::<f64>() {
        Ok(percent) if (0.0..MODIS_NOMINAL).contains(&percent) => Ok(Confidence::Low),
        Ok(percent) if (MODIS_NOMINAL..MODIS_HIGH).contains(&percent) => Ok(Confidence::Nominal),
        Ok(percent) if (MODIS_HIGH..=100.0).contains(&percent) => Ok(Confidence::High),
        _ => Err(format!("confidence `{}` is neither a word nor a percentage", shown(text))),
    }
}

fn heat_source(text: &str) -> Result<HeatSource, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.fract() == 0.0);
    number
        .filter(|number| (0.0..=3.0).contains(number))
        .and_then(|number| HeatSource::from_number(number as u8))
        .ok_or_else(|| format!("type `{}` is not 0 to 3", shown(text)))
}
