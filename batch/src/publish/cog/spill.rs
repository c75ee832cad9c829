//! Blocks on the disk until all are known: a COG holds its overviews before the image that they are
//! computed from.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result};

/// A file without a name: it ends with the program.
pub(super) struct Spill {
    file: BufWriter<File>,
    length: u64,
}

impl Spill {
    /// Creates it at a path, which is free again at once.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        fs::remove_file(path)?;
        Ok(Self { file: BufWriter::new(file), length: 0 })
    }

    /// Adds a block; gives its place.
    pub(super) fn add(&mut self, block: &[u8]) -> Result<Range<u64>> {
        self.file.write_all(block)?;
        let start = self.length;
        self.length += block.len() as u64;
        Ok(start..self.length)
    }

    /// To be read from now on.
    pub(super) fn finish(self) -> Result<BlocksOnDisk> {
        let file = self.file.into_inner().context("writing blocks")?;
        Ok(BlocksOnDisk(file))
    }
}

/// Blocks that were added to a spill.
pub(super) struct BlocksOnDisk(File);

impl BlocksOnDisk {
    /// The bytes of a block.
    pub(super) fn read(&self, place: &Range<u64>) -> Result<Vec<u8>> {
        let mut block = vec![0; (place.end - place.start) as usize];
        self.0.read_exact_at(&mut block, place.start)?;
        Ok(block)
    }
}
