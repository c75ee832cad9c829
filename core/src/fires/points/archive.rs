//! An archive of points: CSV, a zip file with CSV or a shapefile, or a shapefile's table.

use chrono::{DateTime, Utc};

use super::columns::PointColumns;
use super::dbase::DbaseTable;
use super::refusal::{PointsError, PointsErrorCause};
use super::row::read_row;
use super::table::{MAX_POINTS_BYTES, ReadPoints, latest_minute, read_points};
use crate::area_file::ZippedFiles;

/// Reads points from a file by what it holds: CSV, a zip file with CSV files or shapefiles, or the
/// table of a shapefile (`.dbf`), which states latitude and longitude itself.
///
/// # Errors
/// As [`read_points`], and when a zip file is unsound or holds neither.
pub fn read_points_archive(
    file: &str,
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<ReadPoints, PointsError> {
    match bytes {
        [b'P', b'K', ..] => read_zip(file, bytes, now),
        [0, 0, 0x27, 0x0a, ..] => Err(PointsError {
            file: file.to_owned(),
            problem: PointsErrorCause::Archive(
                "is the geometry of a shapefile; give the zip file, or the .dbf beside it"
                    .to_owned(),
            ),
        }),
        [0x03, ..] => {
            read_dbase(bytes, now).map_err(|problem| PointsError { file: file.to_owned(), problem })
        }
        _ => read_points(file, bytes, now),
    }
}

fn read_zip(file: &str, bytes: &[u8], now: DateTime<Utc>) -> Result<ReadPoints, PointsError> {
    let unsound = |cause: String| PointsError {
        file: file.to_owned(),
        problem: PointsErrorCause::Archive(cause),
    };
    let archive = ZippedFiles::open(file, bytes).map_err(|error| unsound(error.problem))?;
    let is_table = |name: &&str| name.rsplit('/').next().is_some_and(|last| last != "Readme.txt");
    let endings = [".dbf", ".csv", ".txt"];
    let found: Vec<&str> =
        endings.iter().flat_map(|ending| archive.ending(ending)).filter(is_table).collect();
    if found.is_empty() {
        let problem = "holds neither CSV nor the table of a shapefile (.dbf); give the archive as \
            NASA FIRMS sends it";
        return Err(unsound(problem.to_owned()));
    }
    let mut all = ReadPoints::default();
    for name in found {
        let member = format!("{name} in {file}");
        let bytes =
            archive.unpack(name, MAX_POINTS_BYTES).map_err(|error| unsound(error.to_string()))?;
        let read = match &bytes[..] {
            [0x03, ..] => {
                read_dbase(&bytes, now).map_err(|problem| PointsError { file: member, problem })?
            }
            _ => read_points(&member, &bytes, now)?,
        };
        all.detections.extend(read.detections);
        all.rows += read.rows;
        all.broken += read.broken;
        all.broken_rows.extend(read.broken_rows);
    }
    Ok(all)
}

fn read_dbase(bytes: &[u8], now: DateTime<Utc>) -> Result<ReadPoints, PointsErrorCause> {
    let unsound = |cause: &str| PointsErrorCause::Archive(format!("{cause}; download it again"));
    let table = DbaseTable::open(bytes).ok_or_else(|| unsound("is not a sound dBASE table"))?;
    if table.is_cut_off() {
        return Err(unsound("ends before its last record"));
    }
    let columns = PointColumns::find(&table.names())?;
    let mut read = ReadPoints::default();
    for (number, fields) in table.records() {
        if columns.is_landsat(&fields) {
            return Err(PointsErrorCause::Landsat);
        }
        read.add(number, read_row(&columns, &fields, latest_minute(now)));
    }
    read.if_sound()
}
