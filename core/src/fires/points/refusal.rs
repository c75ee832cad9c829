//! Why a file of points is refused.

/// A file of points that is refused. The message names the file, the cause and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct PointsError {
    /// Name or address of the file, without a key.
    pub file: String,
    /// What is wrong with it.
    pub problem: PointsErrorCause,
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRow {
    /// Its line in the file, the header being line 1; in a dBASE table its record, from 1 on.
    pub line: usize,
    /// The column and what is wrong with its value.
    pub problem: String,
}

impl std::fmt::Display for BrokenRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// What is wrong with a file of points.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointsErrorCause {
    /// No byte.
    #[error(
        "is empty, without even a header; the last points stay, and it is read again next time"
    )]
    Empty,
    /// More than a file of points holds.
    #[error("is larger than {} MB; use the file of a smaller area or of fewer days", .0 >> 20)]
    TooLarge(usize),
    /// HTML, JSON, an image, an archive.
    #[error(
        "is {0}, not a table of active-fire points; open the address in a browser and correct it"
    )]
    OtherFormat(&'static str),
    /// The key of the area API, or its quota.
    #[error(
        "was answered with `{0}`: the key is wrong, or its quota of requests is spent; check it \
        at firms.modaps.eosdis.nasa.gov/api/map_key, or use the files that need no key"
    )]
    Key(String),
    /// A message where the header is expected.
    #[error(
        "was answered with `{0}` instead of a table of points; correct the address, or wait when \
        the service is down"
    )]
    Message(String),
    /// A table without a column that is needed.
    #[error(
        "has no column `{column}` (first line `{header}`); use a file of active-fire points (CSV) \
        of VIIRS or MODIS"
    )]
    NoColumn {
        /// The column that is needed.
        column: &'static str,
        /// Beginning of the first line.
        header: String,
    },
    /// Landsat's points.
    #[error(
        "holds points of Landsat, whose `scan` and `track` are places in its image instead of \
        sizes; use the files of VIIRS or MODIS"
    )]
    Landsat,
    /// More than one row in a hundred cannot be read.
    #[error("{broken} of {rows} rows cannot be read, the first in {first}; fetch the file again")]
    BrokenRows {
        /// Rows that cannot be read.
        broken: usize,
        /// All rows.
        rows: usize,
        /// The first of them.
        first: BrokenRow,
    },
    /// A zip file or shapefile that is unsound or lacks the table.
    #[error("{0}")]
    Archive(String),
}
