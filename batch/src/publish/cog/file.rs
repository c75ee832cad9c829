//! The file: all directories first, then the blocks, those of the coarsest overview first.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use dragonfly_tiff::tag;
use dragonfly_tiff::writer::{DirectoryWriter, HEADER_BYTES, SIGNATURE, TagValue, even};

use super::BLOCK_PX;
use super::pixel::CogPixel;
use super::pyramid::PyramidLevel;
use super::spill::BlocksOnDisk;

/// What GDAL's COGs promise their readers after the signature, and this file keeps.
const PROMISES: &str = "GDAL_STRUCTURAL_METADATA_SIZE=000140 bytes\n\
    LAYOUT=IFDS_BEFORE_DATA\n\
    BLOCK_ORDER=ROW_MAJOR\n\
    BLOCK_LEADER=SIZE_AS_UINT4\n\
    BLOCK_TRAILER=LAST_4_BYTES_REPEATED\n\
    KNOWN_INCOMPATIBLE_EDITION=NO\n ";
/// Bytes of a block's size before it, and of its end repeated after it.
const LEADER_BYTES: usize = 4;
const TRAILER_BYTES: usize = 4;
/// NewSubfileType of an overview.
const REDUCED: u32 = 1;

/// Writes the levels of an image. `describe` sets what the directory of the image states beside its
/// blocks; `no_data` is what all state.
///
/// # Errors
/// When the disk is full, or the file would exceed 4 GiB.
pub(super) fn write_levels<T: CogPixel>(
    to: &Path,
    levels: &[PyramidLevel<T>],
    blocks: &BlocksOnDisk,
    no_data: &str,
    describe: impl FnOnce(&mut DirectoryWriter),
) -> Result<()> {
    let mut directories: Vec<DirectoryWriter> =
        levels.iter().map(|level| directory(level, no_data)).collect();
    if let Some(image) = directories.first_mut() {
        describe(image);
    }
    for overview in directories.iter_mut().skip(1) {
        overview.set(tag::NEW_SUBFILE_TYPE, TagValue::Longs(vec![REDUCED]));
    }
    let head = head(&mut directories, levels)?;
    let mut file = BufWriter::with_capacity(1 << 20, File::create(to)?);
    file.write_all(&head)?;
    for place in levels.iter().rev().flat_map(|level| &level.blocks) {
        let block = blocks.read(place)?;
        file.write_all(&(block.len() as u32).to_le_bytes())?;
        file.write_all(&block)?;
        file.write_all(&block[block.len().saturating_sub(TRAILER_BYTES)..])?;
        file.write_all(&[0][..block.len() % 2])?;
    }
    file.into_inner().context("writing blocks")?;
    Ok(())
}

/// The directory of a level, whose blocks have no place yet.
fn directory<T: CogPixel>(level: &PyramidLevel<T>, no_data: &str) -> DirectoryWriter {
    let bytes = level.blocks.iter().map(|place| length(place) as u32).collect();
    let mut directory = DirectoryWriter::of_image(level.size, BLOCK_PX as u16, T::FORMAT, bytes);
    directory.set(tag::GDAL_NODATA, TagValue::Text(no_data.to_owned()));
    directory
}

/// The file up to its first block; gives all blocks their places.
fn head<T>(directories: &mut [DirectoryWriter], levels: &[PyramidLevel<T>]) -> Result<Vec<u8>> {
    let first = even(HEADER_BYTES + PROMISES.len());
    let mut next = first + directories.iter().map(DirectoryWriter::length).sum::<usize>();
    for (directory, level) in directories.iter_mut().zip(levels).rev() {
        let mut offsets = Vec::with_capacity(level.blocks.len());
        for place in &level.blocks {
            let offset = u32::try_from(next + LEADER_BYTES);
            offsets.push(offset.context("it would have more than 4 GiB: use a coarser zoom")?);
            next += LEADER_BYTES + even(length(place)) + TRAILER_BYTES;
        }
        directory.set_offsets(offsets);
    }
    let mut head = [&SIGNATURE[..], &(first as u32).to_le_bytes(), PROMISES.as_bytes()].concat();
    head.resize(first, 0);
    let last = directories.len().saturating_sub(1);
    for (index, directory) in directories.iter().enumerate() {
        let following = head.len() + directory.length();
        directory.write(&mut head, if index < last { following as u32 } else { 0 });
    }
    Ok(head)
}

fn length(place: &Range<u64>) -> usize {
    (place.end - place.start) as usize
}
