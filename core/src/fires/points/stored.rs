//! Points as they are stored from night to night: a table in one of NASA's layouts.

use super::columns::PointColumns;
use super::refusal::{BrokenRow, PointsErrorCause};
use super::row::read_row;
use super::table::unquoted;
use crate::fires::detection::{Confidence, Detection, Satellite};

/// The header of stored points, a layout of NASA's area API with `type`.
const HEADER: &str =
    "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version,type\n";

/// Rows in a part of a table: about half a megabyte.
const ROWS_OF_PART: usize = 8192;

/// Detections as CSV, in their order; read again they are the same.
pub fn points_csv(detections: &[Detection]) -> String {
    points_csv_parts(detections).collect()
}

/// The parts of the same table, one after the other: a million points take 70 MB as text.
pub fn points_csv_parts(detections: &[Detection]) -> impl Iterator<Item = String> + '_ {
    std::iter::once(HEADER.to_owned()).chain(detections.chunks(ROWS_OF_PART).map(rows))
}

fn rows(detections: &[Detection]) -> String {
    let mut text = String::new();
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
        for field in [&time, satellite, confidence] {
            text.push(',');
            text.push_str(field);
        }
        text.push(',');
        write_decimal(&mut text, point.version_e2.into(), 100);
        text.push_str(point.processing.suffix());
        text.push(',');
        text.extend(point.source.map(|source| char::from(b'0' + source.number())));
        text.push('\n');
    }
    text
}

/// Digits, a point and a sign of the longest number.
const MAX_LETTERS: usize = 12;

/// Writes a number of parts, of which `parts` (a power of ten) are one, with all decimals.
fn write_decimal(text: &mut String, value: i32, parts: u32) {
    let mut letters = [b'0'; MAX_LETTERS];
    let mut start = MAX_LETTERS;
    let mut push = |letter: u8| {
        start -= 1;
        letters[start] = letter;
    };
    let (mut rest, mut unit) = (value.unsigned_abs(), 1);
    // From the last digit to the first; at least one before the point.
    while rest > 0 || unit <= parts {
        if unit == parts {
            push(b'.');
        }
        push(b'0' + (rest % 10) as u8);
        rest /= 10;
        unit = unit.saturating_mul(10);
    }
    if value < 0 {
        push(b'-');
    }
    text.extend(letters[start..].iter().map(|letter| char::from(*letter)));
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

/// Reads stored points line by line, however many there are: those of a season of the whole world
/// are larger than any file that is downloaded.
///
/// Their rows were sound and not of the future when they were stored, by a clock that may have been
/// set back since; so no date is refused, and a single broken row refuses the table.
#[derive(Clone, Debug, Default)]
pub struct StoredPointsReader {
    columns: Option<PointColumns>,
    lines: usize,
    detections: Vec<Detection>,
}

impl StoredPointsReader {
    /// Reads the next line, the header being the first.
    ///
    /// # Errors
    /// When it is not one of stored points.
    pub fn add_line(&mut self, line: &str) -> Result<(), PointsErrorCause> {
        self.lines += 1;
        let line = line.trim();
        if line.is_empty() {
            return Ok(());
        }
        let fields: Vec<&str> = line.split(',').map(unquoted).collect();
        match &self.columns {
            None => self.columns = Some(PointColumns::find(&fields)?),
            Some(columns) => {
                let row = read_row(columns, &fields, i32::MAX);
                let broken = |problem| BrokenRow { line: self.lines, problem };
                self.detections.push(row.map_err(|problem| PointsErrorCause::BrokenRows {
                    broken: 1,
                    rows: self.lines - 1,
                    first: broken(problem),
                })?);
            }
        }
        Ok(())
    }

    /// The points, in the order of the lines.
    ///
    /// # Errors
    /// When there was no header.
    pub fn finish(self) -> Result<Vec<Detection>, PointsErrorCause> {
        self.columns.map(|_| self.detections).ok_or(PointsErrorCause::Empty)
    }
}
