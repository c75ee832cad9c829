//! An image and its overviews, compressed block by block while rows arrive from north to south: of
//! each level only one row of blocks is in memory.

use std::ops::Range;

use anyhow::Result;
use libdeflater::{CompressionLvl, Compressor};
use rayon::prelude::*;

use super::BLOCK_PX;
use super::pixel::CogPixel;
use super::spill::Spill;

/// The compressed blocks of all levels.
pub(super) struct Pyramid<T> {
    /// The image itself, then overviews, each of half the pixels along a side.
    levels: Vec<PyramidLevel<T>>,
    spill: Spill,
    /// Of pixels without data, and beyond the edge.
    no_data: T,
}

/// One level: its blocks row by row.
pub(super) struct PyramidLevel<T> {
    pub(super) size: (usize, usize),
    /// Where the spill holds the blocks, row by row.
    pub(super) blocks: Vec<Range<u64>>,
    /// Rows that are not compressed yet.
    rows: Vec<T>,
    /// Rows that are.
    done: usize,
}

impl<T: CogPixel> Pyramid<T> {
    /// Of an image of so many pixels across and down. The coarsest overview is one block.
    pub(super) fn new(mut size: (usize, usize), no_data: T, spill: Spill) -> Self {
        let level = |size| PyramidLevel { size, blocks: Vec::new(), rows: Vec::new(), done: 0 };
        let mut levels = vec![level(size)];
        while size.0.max(size.1) > BLOCK_PX {
            size = (size.0.div_ceil(2), size.1.div_ceil(2));
            levels.push(level(size));
        }
        Self { levels, spill, no_data }
    }

    /// Adds rows of the image: as many as a block has, and at its end those that are left.
    pub(super) fn add(&mut self, mut rows: Vec<T>) -> Result<()> {
        for level in 0..self.levels.len() {
            let (width, height) = self.levels[level].size;
            let own = &mut self.levels[level];
            own.rows.append(&mut rows);
            let count = own.rows.len() / width.max(1);
            if count < BLOCK_PX && own.done + count < height {
                break;
            }
            own.done += count;
            let full = std::mem::take(&mut own.rows);
            self.compress(level, &full)?;
            rows = halved(&full, width);
        }
        Ok(())
    }

    /// The levels, the image itself first, and the spill that holds their blocks.
    pub(super) fn finish(self) -> (Vec<PyramidLevel<T>>, Spill) {
        (self.levels, self.spill)
    }

    /// Compresses a row of blocks.
    fn compress(&mut self, level: usize, rows: &[T]) -> Result<()> {
        let width = self.levels[level].size.0;
        let no_data = self.no_data;
        let lefts: Vec<usize> = (0..width).step_by(BLOCK_PX).collect();
        let compressed = lefts.into_par_iter().map(|left| {
            let mut block = vec![no_data; BLOCK_PX * BLOCK_PX];
            let across = BLOCK_PX.min(width - left);
            for (into, row) in block.chunks_exact_mut(BLOCK_PX).zip(rows.chunks_exact(width)) {
                into[..across].copy_from_slice(&row[left..left + across]);
            }
            deflate(&T::pack(&block, BLOCK_PX))
        });
        let compressed: Vec<Vec<u8>> = compressed.collect::<Result<_>>()?;
        for block in compressed {
            let place = self.spill.add(&block)?;
            self.levels[level].blocks.push(place);
        }
        Ok(())
    }
}

/// The effort of GDAL's level 1; 0 would only store.
const LEVEL: CompressionLvl = match CompressionLvl::new(1) {
    Ok(level) => level,
    Err(_) => CompressionLvl::fastest(),
};

/// With zlib's header.
fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressor = Compressor::new(LEVEL);
    let mut compressed = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor.zlib_compress(bytes, &mut compressed)?;
    compressed.truncate(length);
    Ok(compressed)
}

/// Rows of an overview: every pixel joins four, or those of them that there are.
fn halved<T: CogPixel>(rows: &[T], width: usize) -> Vec<T> {
    let mut halved = Vec::with_capacity(rows.len() / 4 + width);
    for pair in rows.chunks(2 * width.max(1)) {
        let (north, south) = pair.split_at(width);
        if south.is_empty() {
            halved.extend(north.chunks(2).map(T::joined));
            continue;
        }
        let fours = north.chunks(2).zip(south.chunks(2));
        halved.extend(fours.map(|(north, south)| match (north, south) {
            (&[a, b], &[c, d]) => T::joined(&[a, b, c, d]),
            _ => T::joined(&[north[0], south[0]]),
        }));
    }
    halved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overview_is_the_mean_of_those_with_a_value() {
        let nan = f32::NAN;
        let rows = [1.0, 2.0, nan, 3.0, nan, 4.0, nan, 5.0, 7.0];
        assert_eq!(halved(&rows, 3), [2.0, 4.0, 5.0, 7.0]);
        assert!(halved(&[nan; 4], 2)[0].is_nan());
        assert_eq!(halved(&[1u8, 2, 3, 4, 5, 6], 3), [1, 3]);
    }

    #[test]
    fn every_level_has_all_its_blocks_however_odd_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let (width, height) = (1301, 777);
        let spill = Spill::create(&folder.path().join("spill")).unwrap();
        let mut pyramid = Pyramid::<u8>::new((width, height), 0, spill);
        for top in (0..height).step_by(BLOCK_PX) {
            pyramid.add(vec![1; width * BLOCK_PX.min(height - top)]).unwrap();
        }
        let (levels, _) = pyramid.finish();
        let levels: Vec<_> = levels.iter().map(|level| (level.size, level.blocks.len())).collect();
        assert_eq!(levels, [((1301, 777), 6), ((651, 389), 2), ((326, 195), 1)]);
    }
}
