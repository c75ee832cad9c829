//! Active-fire points as NASA's services publish them: every layout is read by the names of its
//! columns, and what is not a table of points is refused.

mod archive;
mod columns;
mod dbase;
mod refusal;
mod row;
mod stored;
mod table;
mod unique;

#[cfg(test)]
mod fuzz_tests;
#[cfg(test)]
mod sample_files;

pub use archive::read_points_archive;
pub use refusal::{BrokenRow, PointsError, PointsErrorCause};
pub use stored::{StoredPointsReader, points_csv, points_csv_parts};
pub use table::{MAX_POINTS_BYTES, ReadPoints, read_points};
pub use unique::unique_detections;
