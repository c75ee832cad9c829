//! One file of a scene at the level read: its pixels as digital numbers.

use std::ops::Range;
use std::rc::Rc;

use dragonfly_core::{DnCounts, MAX_COARSEST_PX, SIGNED_FILL_DN, dn_from_signed};

use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::{Cog, ReadError};
use crate::fetch::transport::Transport;
use dragonfly_tiff::Level;
use dragonfly_tiff::TiffError;
use dragonfly_tiff::{Pixels, SampleKind};

/// A band at one level.
pub(crate) struct CogBand<T, C> {
    cog: Rc<Cog<T, C>>,
    /// Its place in the file.
    level: usize,
    /// Pixels of the level requested; the file's own may be more, then the nearest are taken.
    size: (usize, usize),
    /// The number that stands for no data.
    pub(crate) no_data: u16,
}

impl<T: Transport, C: ByteCache> CogBand<T, C> {
    /// The band at a level of its file.
    pub(crate) fn at_level(cog: Rc<Cog<T, C>>, level: usize) -> Self {
        let size = size(&cog.image().levels()[level]);
        let no_data = cog.image().no_data.unwrap_or(0.0);
        let no_data = if cog.image().full().kind() == SampleKind::I16 {
            SIGNED_FILL_DN
        } else {
            no_data as u16
        };
        Self { cog, level, size, no_data }
    }

    /// The band at the level of a size; at full resolution where the file has none of that size.
    pub(crate) fn at_size(cog: Rc<Cog<T, C>>, size: (usize, usize)) -> Self {
        let level = cog.image().levels().iter().skip(1).position(|level| self::size(level) == size);
        Self { size, ..Self::at_level(cog, level.map_or(0, |overview| overview + 1)) }
    }

    /// Pixels across and down.
    pub(crate) fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Pixels of a block, across and down.
    pub(crate) fn block_size(&self) -> (usize, usize) {
        let level = self.level();
        (level.block_width as usize, level.block_height as usize)
    }

    /// The digital numbers of a rectangle inside the level, row by row.
    pub(crate) async fn read(
        &self,
        columns: &Range<i64>,
        rows: &Range<i64>,
    ) -> Result<Vec<u16>, ReadError> {
        let level = self.level();
        let own = size(level);
        // Of each pixel requested, the own one under its centre.
        let under = |range: &Range<i64>, own: usize, asked: usize| -> Vec<u32> {
            let step = own as f64 / asked as f64;
            range.clone().map(|at| ((at as f64 + 0.5) * step) as u32).collect()
        };
        let (across, down) = (under(columns, own.0, self.size.0), under(rows, own.1, self.size.1));
        let extent = |places: &[u32]| {
            places.first().copied().unwrap_or(0)..places.last().map_or(0, |last| last + 1)
        };
        let (own_columns, own_rows) = (extent(&across), extent(&down));
        let pixels = self.read_own(level, &own_columns, &own_rows).await?;
        if own == self.size {
            return Ok(pixels);
        }
        let width = own_columns.len();
        Ok(down
            .iter()
            .flat_map(|row| across.iter().map(move |column| (row, column)))
            .map(|(row, column)| {
                pixels[(row - own_rows.start) as usize * width
                    + (column - own_columns.start) as usize]
            })
            .collect())
    }

    /// Counts the digital numbers of the whole coarsest overview; of the image itself where it has
    /// none.
    ///
    /// # Errors
    /// When it has too many pixels, or cannot be read.
    pub(crate) async fn count_coarsest(&self) -> Result<DnCounts, ReadError> {
        let image = self.cog.image();
        let overviews = image.levels().iter().skip(1);
        let level = overviews.min_by_key(|level| level.width).unwrap_or(image.full());
        let mut counts = DnCounts::default();
        counts
            .add(&self.read_own(level, &(0..level.width), &(0..level.height)).await?, self.no_data);
        Ok(counts)
    }

    fn level(&self) -> &Level {
        &self.cog.image().levels()[self.level]
    }

    async fn read_own(
        &self,
        level: &Level,
        columns: &Range<u32>,
        rows: &Range<u32>,
    ) -> Result<Vec<u16>, ReadError> {
        let value = columns.len() as u64 * rows.len() as u64;
        if value > MAX_COARSEST_PX {
            let cause = TiffError::TooLarge { name: "level", value, most: MAX_COARSEST_PX };
            return Err(ReadError { url: self.cog.url().to_owned(), cause: cause.into() });
        }
        let fill = self.cog.image().no_data.unwrap_or(0.0) as i16;
        let width = columns.len();
        let mut window = vec![0; width * rows.len()];
        let copy = |block: crate::fetch::cog::BlockPixels| {
            let numbers = digital_numbers(block.pixels, fill);
            let across = columns.start.max(block.columns.start)..columns.end.min(block.columns.end);
            for row in block.rows.clone() {
                let from = (row - block.rows.start) as usize * block.columns.len();
                let from = from + (across.start - block.columns.start) as usize;
                let to =
                    (row - rows.start) as usize * width + (across.start - columns.start) as usize;
                window[to..to + across.len()].copy_from_slice(&numbers[from..from + across.len()]);
            }
        };
        self.cog.read(level, columns, rows, &[0], copy).await?;
        Ok(window)
    }
}

/// Pixels of a level, across and down.
pub(crate) fn size(level: &Level) -> (usize, usize) {
    (level.width as usize, level.height as usize)
}

fn digital_numbers(pixels: Pixels, fill: i16) -> Vec<u16> {
    match pixels {
        Pixels::I16(pixels) => {
            pixels.into_iter().map(|pixel| dn_from_signed(pixel, fill)).collect()
        }
        other => other.into_digital_numbers(),
    }
}
