//! What the head of a Cloud-Optimized GeoTIFF states: its levels, its place and what counts as no
//! data.

use dragonfly_core::{GeoTransform, ImageFrame, choose_level};

use crate::crs::Crs;
use crate::directory::{TiffError, directories};
use crate::georeference::{GeoKeys, geo_transform};
use crate::known_bytes::KnownBytes;
use crate::level::{Level, MAX_BLOCKS, Role, role};
use crate::tag;

/// An image with its overviews, pixels not yet read.
#[derive(Clone, Debug)]
pub struct TiffImage {
    /// The image itself, then its overviews in the order of the file. Never empty.
    levels: Vec<Level>,
    /// Masks of pixels with data, of any level: 0 where there is none.
    masks: Vec<Level>,
    /// From pixels of full resolution to the coordinate system; `None` where the file does not
    /// state it.
    pub geo_transform: Option<GeoTransform>,
    /// What the coordinates mean.
    pub crs: Crs,
    /// The pixel value that stands for no data; `None` where the file names none.
    pub no_data: Option<f64>,
}

/// Characters of a number in GDAL's tag for no data.
const MAX_NO_DATA_CHARACTERS: u64 = 64;

impl TiffImage {
    /// Reads a file's directories. Masks are distinguished from overviews by their type, never by
    /// their place.
    ///
    /// # Errors
    /// [`TiffError::Missing`] when more bytes are needed; another when the file cannot be read.
    pub fn parse(known: &KnownBytes) -> Result<Self, TiffError> {
        let directories = directories(known)?;
        let first = directories.first().ok_or(TiffError::Without("directory"))?;
        let mut levels = vec![Level::from_directory(first)?];
        let mut masks = Vec::new();
        let mut blocks = levels[0].block_count() as u64;
        for directory in &directories[1..] {
            let role = role(directory)?;
            if role == Role::Image {
                continue;
            }
            let level = Level::from_directory(directory)?;
            blocks += level.block_count() as u64;
            if blocks > MAX_BLOCKS {
                return Err(TiffError::TooLarge {
                    name: "number of blocks",
                    value: blocks,
                    most: MAX_BLOCKS,
                });
            }
            if role == Role::Mask { &mut masks } else { &mut levels }.push(level);
        }
        let keys = GeoKeys::read(first)?;
        let no_data = first.text(tag::GDAL_NODATA, MAX_NO_DATA_CHARACTERS)?;
        Ok(Self {
            levels,
            masks,
            geo_transform: geo_transform(first, &keys)?,
            crs: keys.crs(),
            no_data: no_data.and_then(|text| text.parse().ok()),
        })
    }

    /// The image itself, then its overviews, without the places of their blocks: for those who
    /// know these already. [`Level::byte_range`] is `None` for every block. Overviews of a layout
    /// that is not read here are left out.
    ///
    /// # Errors
    /// [`TiffError::Missing`] when more bytes are needed; another when the image itself cannot be
    /// read.
    pub fn levels_without_places(known: &KnownBytes) -> Result<Vec<Level>, TiffError> {
        let directories = directories(known)?;
        let first = directories.first().ok_or(TiffError::Without("directory"))?;
        let mut levels = vec![Level::without_places(first)?];
        for directory in &directories[1..] {
            if role(directory)? != Role::Overview {
                continue;
            }
            match Level::without_places(directory) {
                Ok(level) => levels.push(level),
                Err(missing @ TiffError::Missing(_)) => return Err(missing),
                Err(_) => {}
            }
        }
        Ok(levels)
    }

    /// Full resolution.
    pub fn full(&self) -> &Level {
        &self.levels[0]
    }

    /// The image itself, then its overviews in the order of the file.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The mask of pixels with data that fits a level: its own, else that of full resolution;
    /// `None` where the file has none. A mask is 0 where there is no data.
    pub fn mask_for(&self, level: &Level) -> Option<&Level> {
        let of = |level: &Level| {
            let size = (level.width, level.height);
            self.masks.iter().find(|mask| (mask.width, mask.height) == size)
        };
        of(level).or_else(|| of(self.full()))
    }

    /// Bands without alpha, counted from 0.
    pub fn data_bands(&self) -> Vec<usize> {
        let full = self.full();
        let is_data = |band: &usize| full.alpha.map(usize::from) != Some(*band);
        (0..usize::from(full.bands)).filter(is_data).collect()
    }

    /// Full-resolution pixels that a pixel of each level spans: 1, then one number an overview.
    pub fn level_factors(&self) -> Vec<f64> {
        let full = self.full();
        let factor = |level: &Level| {
            let across = f64::from(full.width) / f64::from(level.width);
            let down = f64::from(full.height) / f64::from(level.height);
            across.max(down)
        };
        self.levels.iter().map(factor).collect()
    }

    /// The level to read for cells of a size in pixels of full resolution.
    pub fn level_for(&self, cell_size_px: f64) -> &Level {
        choose_level(&self.level_factors(), cell_size_px)
            .map_or(self.full(), |level| &self.levels[level])
    }

    /// The image's extent and place; `None` where the file does not state where it lies.
    pub fn frame(&self) -> Option<ImageFrame> {
        let full = self.full();
        let size = (full.width as usize, full.height as usize);
        self.geo_transform.map(|geo_transform| ImageFrame { size, geo_transform })
    }
}
