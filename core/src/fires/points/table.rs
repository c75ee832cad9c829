//! A table of points as text.

use chrono::{DateTime, Utc};

use super::columns::PointColumns;
use super::refusal::{BrokenRow, PointsError, PointsErrorCause};
use super::row::read_row;
use crate::catalogue::stac::shown;
use crate::fires::detection::{Detection, minute_of_time, time_of_minute};
use crate::http::{FORMAT_BYTES, ForeignFormat};

/// A day of the world is 4 MB a satellite; a year of a large country 150 MB.
pub const MAX_POINTS_BYTES: usize = 200 << 20;
/// How far a satellite's clock may be ahead, minutes.
const MAX_AHEAD_MINUTES: i32 = 3 * 60;
/// Broken rows that are kept with their cause.
const MAX_NAMED_ROWS: usize = 20;

/// The points of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadPoints {
    /// In the order of the file, duplicates included.
    pub detections: Vec<Detection>,
    /// Rows below the header, broken ones included.
    pub rows: usize,
    /// Rows that could not be read.
    pub broken: usize,
    /// The first of them.
    pub broken_rows: Vec<BrokenRow>,
}

impl ReadPoints {
    /// When the oldest detection was taken; `None` without one.
    pub fn oldest(&self) -> Option<DateTime<Utc>> {
        self.detections.iter().map(|point| point.minute).min().map(time_of_minute)
    }

    /// When the newest detection was taken; `None` without one.
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        self.detections.iter().map(|point| point.minute).max().map(time_of_minute)
    }

    pub(super) fn add(&mut self, line: usize, row: Result<Detection, String>) {
        self.rows += 1;
        match row {
            Ok(detection) => self.detections.push(detection),
            Err(problem) => {
                self.broken += 1;
                if self.broken_rows.len() < MAX_NAMED_ROWS {
                    self.broken_rows.push(BrokenRow { line, problem });
                }
            }
        }
    }

    /// Itself, unless more than one row in a hundred is broken.
    pub(super) fn if_sound(self) -> Result<Self, PointsErrorCause> {
        match self.broken_rows.first() {
            Some(first) if self.broken * 100 > self.rows => Err(PointsErrorCause::BrokenRows {
                broken: self.broken,
                rows: self.rows,
                first: first.clone(),
            }),
            _ => Ok(self),
        }
    }
}

/// Reads points in any of NASA's CSV layouts. `now` limits how far ahead they may be.
///
/// A header without rows is a quiet day, and no error.
///
/// # Errors
/// When it is another format or a message of the service, lacks a column, holds points of Landsat,
/// is too large, or has more than one broken row in a hundred.
pub fn read_points(
    file: &str,
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<ReadPoints, PointsError> {
    table(bytes, latest_minute(now))
        .map_err(|problem| PointsError { file: file.to_owned(), problem })
}

/// The last minute in which a detection may have been taken.
pub(super) fn latest_minute(now: DateTime<Utc>) -> i32 {
    minute_of_time(now).saturating_add(MAX_AHEAD_MINUTES)
}

fn table(bytes: &[u8], latest_minute: i32) -> Result<ReadPoints, PointsErrorCause> {
    if bytes.len() > MAX_POINTS_BYTES {
        return Err(PointsErrorCause::TooLarge(MAX_POINTS_BYTES));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.split(line_end(text)).enumerate();
    let header = lines.by_ref().map(|(_, line)| line.trim()).find(|line| !line.is_empty());
    let Some(header) = header else { return Err(PointsErrorCause::Empty) };
    if let Some(refusal) = message_instead(bytes, header) {
        return Err(refusal);
    }
    let names: Vec<&str> = header.split(',').map(unquoted).collect();
    let columns = PointColumns::find(&names)?;
    let mut read = ReadPoints::default();
    let mut fields: Vec<&str> = Vec::with_capacity(names.len());
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        fields.clear();
        fields.extend(line.split(',').map(unquoted));
        if columns.is_landsat(&fields) {
            return Err(PointsErrorCause::Landsat);
        }
        read.add(at + 1, read_row(&columns, &fields, latest_minute));
    }
    read.if_sound()
}

/// What ends a line; a carriage return before a line feed counts as space. Where only carriage
/// returns end lines, all rows would otherwise be read as one header.
fn line_end(text: &str) -> char {
    if text.contains('\n') { '\n' } else { '\r' }
}

/// What was sent in place of a table.
fn message_instead(bytes: &[u8], first_line: &str) -> Option<PointsErrorCause> {
    let is_key = |text: &str| text.to_ascii_lowercase().contains("map_key");
    let is_table = first_line.to_ascii_lowercase().contains("latitude");
    let start = bytes.get(..FORMAT_BYTES).unwrap_or(bytes);
    match ForeignFormat::of(start) {
        Some(ForeignFormat::Json) if is_key(first_line) => {
            Some(PointsErrorCause::Key(shown(first_line)))
        }
        Some(ForeignFormat::Json) => Some(PointsErrorCause::Message(shown(first_line))),
        Some(format) => Some(PointsErrorCause::OtherFormat(format.name())),
        None if !is_table && is_key(first_line) => Some(PointsErrorCause::Key(shown(first_line))),
        None if !is_table && !first_line.contains(',') => {
            Some(PointsErrorCause::Message(shown(first_line)))
        }
        None if !is_table && first_line.contains(". ") => {
            Some(PointsErrorCause::Message(shown(first_line)))
        }
        None => None,
    }
}

pub(super) fn unquoted(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(field)
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
