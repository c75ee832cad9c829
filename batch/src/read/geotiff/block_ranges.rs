//! Where the blocks of a file lie in it, as its header states, checked against what can be true.

use std::ops::Range;

use gdal::Metadata;
use gdal::raster::RasterBand;

/// Bytes before and after a block in which GDAL's COGs repeat its size and its end.
const BLOCK_LEADER_BYTES: u64 = 4;
/// Bytes by which a stored block may exceed one and a half times its pixels: what compression adds
/// to a small block.
const STORED_MARGIN_BYTES: u64 = 4096;

/// The places of the blocks of one level of a band.
pub(crate) struct BlockRanges<'a> {
    band: &'a RasterBand<'a>,
    file_bytes: u64,
    max_stored_bytes: u64,
}

/// A place of a block that cannot be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BlockRangeError {
    /// It lies past the end of the file.
    #[error(
        "block {column} of row {row} would end past the end of the file: the file is broken or \
        cut short"
    )]
    PastTheEnd {
        /// Column of blocks.
        column: usize,
        /// Row of blocks.
        row: usize,
    },
    /// It holds more bytes than its pixels can make.
    #[error(
        "block {column} of row {row} states {bytes} bytes, and its pixels make {max} at most: the \
        file is broken"
    )]
    TooLarge {
        /// Column of blocks.
        column: usize,
        /// Row of blocks.
        row: usize,
        /// What the header states.
        bytes: u64,
        /// What the pixels make at most.
        max: u64,
    },
}

impl<'a> BlockRanges<'a> {
    /// The blocks of a level in a file of so many bytes, each of so many decoded bytes.
    pub(crate) fn new(band: &'a RasterBand<'a>, file_bytes: u64, block_bytes: u64) -> Self {
        let max_stored_bytes =
            block_bytes.saturating_add(block_bytes / 2).saturating_add(STORED_MARGIN_BYTES);
        Self { band, file_bytes, max_stored_bytes }
    }

    /// Where the bytes of a block lie; `None` where it is not stored.
    ///
    /// # Errors
    /// When the header states what cannot be true.
    pub(crate) fn find(
        &self,
        column: usize,
        row: usize,
    ) -> Result<Option<Range<u64>>, BlockRangeError> {
        let number = |what: &str| -> Option<u64> {
            // A number beyond 64 bits is as wrong as the largest.
            let text = self.band.metadata_item(&format!("BLOCK_{what}_{column}_{row}"), "TIFF")?;
            Some(text.parse().unwrap_or(u64::MAX))
        };
        match (number("OFFSET"), number("SIZE")) {
            (Some(start), Some(bytes)) => self.check(column, row, start, bytes).map(Some),
            _ => Ok(None),
        }
    }

    /// Where the blocks under a rectangle of the level's pixels lie, row by row, as far as they are
    /// stored; each with what COGs repeat around it.
    ///
    /// # Errors
    /// When the header states what cannot be true.
    pub(crate) fn find_all(
        &self,
        columns: &Range<usize>,
        rows: &Range<usize>,
    ) -> Result<Vec<Range<u64>>, BlockRangeError> {
        let mut ranges = Vec::new();
        self.visit(columns, rows, |Range { start, end }| {
            let start = start.saturating_sub(BLOCK_LEADER_BYTES);
            ranges.push(start..end.saturating_add(BLOCK_LEADER_BYTES));
        })?;
        Ok(ranges)
    }

    /// Checks the places of the blocks under a rectangle of the level's pixels.
    ///
    /// # Errors
    /// When the header states what cannot be true.
    pub(crate) fn check_all(
        &self,
        columns: &Range<usize>,
        rows: &Range<usize>,
    ) -> Result<(), BlockRangeError> {
        self.visit(columns, rows, drop)
    }

    fn visit(
        &self,
        columns: &Range<usize>,
        rows: &Range<usize>,
        mut visit: impl FnMut(Range<u64>),
    ) -> Result<(), BlockRangeError> {
        let (width, height) = self.band.block_size();
        for row in rows.start / height..rows.end.div_ceil(height) {
            for column in columns.start / width..columns.end.div_ceil(width) {
                if let Some(range) = self.find(column, row)? {
                    visit(range);
                }
            }
        }
        Ok(())
    }

    fn check(
        &self,
        column: usize,
        row: usize,
        start: u64,
        bytes: u64,
    ) -> Result<Range<u64>, BlockRangeError> {
        if bytes > self.max_stored_bytes {
            return Err(BlockRangeError::TooLarge {
                column,
                row,
                bytes,
                max: self.max_stored_bytes,
            });
        }
        match start.checked_add(bytes).filter(|end| *end <= self.file_bytes) {
            Some(end) => Ok(start..end),
            None => Err(BlockRangeError::PastTheEnd { column, row }),
        }
    }
}
