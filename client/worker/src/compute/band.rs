//! One file of a scene at the level read: its pixels as digital numbers.

use std::ops::Range;

use dragonfly_core::{
    DnCounts, MAX_COARSEST_PX, NoData, choose_mask_level, mask_range, nearest_place,
};

use crate::compute::open_band::BandFile;
use crate::compute::stored_blocks::{StoredBlocks, inside};
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::{BlockPixels, Cog, ReadError};
use crate::fetch::transport::Transport;
use dragonfly_tiff::Level;
use dragonfly_tiff::Pixels;
use dragonfly_tiff::TiffError;

/// A band at one level.
pub(crate) struct CogBand<T, C> {
    file: BandFile<T, C>,
    /// Its place in the file.
    level: usize,
    /// Pixels of the level requested; the file's own may be more, then the nearest are taken.
    size: (usize, usize),
}

impl<T: Transport, C: ByteCache> CogBand<T, C> {
    /// The band at a level of its file.
    pub(crate) fn at_level(file: BandFile<T, C>, level: usize) -> Self {
        let size = file.cog.image().levels()[level].size();
        Self { file, level, size }
    }

    /// The band at the level of a size; at full resolution where the file has none of that size.
    pub(crate) fn at_size(file: BandFile<T, C>, size: (usize, usize)) -> Self {
        let levels = file.cog.image().levels();
        let level = levels.iter().skip(1).position(|level| level.size() == size);
        Self { size, ..Self::at_level(file, level.map_or(0, |overview| overview + 1)) }
    }

    /// A mask at the level that is read for bands of a size: finer than these where the file has it.
    pub(crate) fn mask_at_level(file: BandFile<T, C>, band_size: (usize, usize)) -> Self {
        let sizes: Vec<_> = file.cog.image().levels().iter().map(Level::size).collect();
        match choose_mask_level(&sizes, band_size) {
            Some(level) => Self::at_level(file, level),
            None => Self::at_size(file, band_size),
        }
    }

    /// The number that stands for no data.
    pub(crate) fn no_data_dn(&self) -> u16 {
        self.file.no_data.dn()
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

    /// Adds the blocks that hold pixels of a rectangle.
    pub(crate) fn add_blocks(
        &self,
        columns: &Range<i64>,
        rows: &Range<i64>,
        blocks: &mut StoredBlocks,
    ) {
        let level = self.level();
        let places = level.blocks(&inside(columns), &inside(rows), &[self.file.band]);
        for range in places.into_iter().filter_map(|place| level.byte_range(place)) {
            blocks.insert((self.file.cog.url().to_owned(), range.start, range.end));
        }
    }

    /// The digital numbers of a rectangle inside the level, row by row.
    pub(crate) async fn read(
        &self,
        columns: &Range<i64>,
        rows: &Range<i64>,
    ) -> Result<Vec<u16>, ReadError> {
        let level = self.level();
        let own = level.size();
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

    /// Number of pixels of the coarsest overview; of the image itself where it has none.
    pub(crate) fn coarsest_px(&self) -> u64 {
        let level = self.coarsest();
        u64::from(level.width) * u64::from(level.height)
    }

    fn coarsest(&self) -> &Level {
        let image = self.file.cog.image();
        let overviews = image.levels().iter().skip(1);
        overviews.min_by_key(|level| level.width).unwrap_or(image.full())
    }

    /// Counts the digital numbers of the whole coarsest overview; of the image itself where it has
    /// none.
    ///
    /// # Errors
    /// When it has too many pixels, or cannot be read.
    pub(crate) async fn count_coarsest(&self) -> Result<DnCounts, ReadError> {
        let level = self.coarsest();
        let mut counts = DnCounts::default();
        let pixels = self.read_own(level, &(0..level.width), &(0..level.height)).await?;
        counts.add(&pixels, self.no_data_dn());
        Ok(counts)
    }

    fn level(&self) -> &Level {
        &self.file.cog.image().levels()[self.level]
    }

    async fn read_own(
        &self,
        level: &Level,
        columns: &Range<u32>,
        rows: &Range<u32>,
    ) -> Result<Vec<u16>, ReadError> {
        let BandFile { cog, band, no_data, mask_file } = &self.file;
        let value = columns.len() as u64 * rows.len() as u64;
        if value > MAX_COARSEST_PX {
            let cause = TiffError::TooLarge { name: "level", value, most: MAX_COARSEST_PX };
            return Err(ReadError { url: cog.url().to_owned(), cause: cause.into() });
        }
        let alpha = level.alpha.map(|alpha| [alpha]);
        let mut pixels = PixelWindow::new(columns, rows, no_data.dn());
        let mut opaque = alpha.map(|_| PixelWindow::new(columns, rows, 0u8));
        let wanted: Vec<u16> = [*band].into_iter().chain(alpha.into_iter().flatten()).collect();
        let copy = |block: BlockPixels| {
            let BlockPixels { band: own_band, columns, rows, pixels: numbers } = block;
            match &mut opaque {
                Some(opaque) if own_band != *band => {
                    opaque.put((&columns, &rows), &validity(&numbers));
                }
                _ => pixels.put((&columns, &rows), &digital_numbers(numbers, no_data)),
            }
        };
        cog.read(level, columns, rows, &wanted, copy).await?;
        let mut pixels = pixels.pixels;
        if let Some(opaque) = opaque {
            hide(&mut pixels, &opaque.pixels, no_data.dn());
        }
        if let Some(mask) = cog.image().mask_for(level) {
            let valid = read_mask(cog, (mask, 0), level, columns, rows).await?;
            hide(&mut pixels, &valid, no_data.dn());
        }
        if let Some(file) = mask_file {
            let mask = (file.level_for(level), file.band);
            let valid = read_mask(&file.cog, mask, level, columns, rows).await?;
            hide(&mut pixels, &valid, no_data.dn());
        }
        Ok(pixels)
    }
}

/// Which pixels of a level's rectangle hold data by a band of a mask, 0 where none; the nearest
/// pixels of a mask of another size.
async fn read_mask<T: Transport, C: ByteCache>(
    cog: &Cog<T, C>,
    (mask, band): (&Level, u16),
    level: &Level,
    columns: &Range<u32>,
    rows: &Range<u32>,
) -> Result<Vec<u8>, ReadError> {
    let along = |range: &Range<u32>, level: u32, mask: u32| {
        let range = u64::from(range.start)..u64::from(range.end);
        let own = mask_range(&range, level.into(), mask.into());
        own.start as u32..own.end as u32
    };
    let own = (along(columns, level.width, mask.width), along(rows, level.height, mask.height));
    let mut window = PixelWindow::new(&own.0, &own.1, 0u8);
    let copy = |block: BlockPixels| {
        window.put((&block.columns, &block.rows), &validity(&block.pixels));
    };
    cog.read_mask(mask, band, &own.0, &own.1, copy).await?;
    let (width, height) = (own.0.len(), own.1.len());
    if (width, height) == (columns.len(), rows.len()) {
        return Ok(window.pixels);
    }
    let pixels = &window.pixels;
    let down = (0..rows.len()).map(|row| nearest_place(row, rows.len(), height));
    Ok(down
        .flat_map(|row| {
            (0..columns.len()).map(move |column| {
                pixels[row * width + nearest_place(column, columns.len(), width)]
            })
        })
        .collect())
}

/// Pixels of a rectangle, filled block by block.
struct PixelWindow<'a, N> {
    columns: &'a Range<u32>,
    rows: &'a Range<u32>,
    pixels: Vec<N>,
}

impl<'a, N: Copy> PixelWindow<'a, N> {
    fn new(columns: &'a Range<u32>, rows: &'a Range<u32>, fill: N) -> Self {
        Self { columns, rows, pixels: vec![fill; columns.len() * rows.len()] }
    }

    /// Puts the numbers of a block over columns and rows, row by row, where they lie in the
    /// rectangle.
    fn put(&mut self, block: (&Range<u32>, &Range<u32>), numbers: &[N]) {
        let Self { columns, rows, pixels } = self;
        let width = columns.len();
        let across = columns.start.max(block.0.start)..columns.end.min(block.0.end);
        for row in block.1.clone() {
            let from = (row - block.1.start) as usize * block.0.len();
            let from = from + (across.start - block.0.start) as usize;
            let to = (row - rows.start) as usize * width + (across.start - columns.start) as usize;
            pixels[to..to + across.len()].copy_from_slice(&numbers[from..from + across.len()]);
        }
    }
}

/// Gives pixels that are 0 in a mask the number of no data.
fn hide(pixels: &mut [u16], valid: &[u8], no_data_dn: u16) {
    let hidden = pixels.iter_mut().zip(valid).filter(|(_, valid)| **valid == 0);
    hidden.for_each(|(pixel, _)| *pixel = no_data_dn);
}

/// 0 for the pixels of a mask or an alpha band that hold no data, else 1.
fn validity(pixels: &Pixels) -> Vec<u8> {
    match pixels {
        Pixels::U8(pixels) => pixels.iter().map(|pixel| u8::from(*pixel != 0)).collect(),
        Pixels::U16(pixels) => pixels.iter().map(|pixel| u8::from(*pixel != 0)).collect(),
        Pixels::I16(pixels) => pixels.iter().map(|pixel| u8::from(*pixel > 0)).collect(),
        Pixels::F32(pixels) => pixels.iter().map(|pixel| u8::from(*pixel > 0.0)).collect(),
    }
}

fn digital_numbers(pixels: Pixels, no_data: &NoData) -> Vec<u16> {
    if let Pixels::I16(pixels) = pixels {
        return pixels.into_iter().map(|pixel| no_data.dn_from_signed(pixel)).collect();
    }
    let mut numbers = pixels.into_digital_numbers();
    no_data.unify(&mut numbers);
    numbers
}
