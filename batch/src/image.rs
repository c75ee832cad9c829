//! One file of a scene: opened, and read at the level that fits.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use dragonfly_core::stac::without_token;
use dragonfly_core::{GeoTransform, ImageFrame, SIGNED_FILL_DN, dn_from_signed};
use gdal::raster::{GdalDataType, RasterBand, ResampleAlg};
use gdal::{Dataset, Metadata};

use crate::far::FarFile;
use crate::geotiff;
use crate::http::{Client, Scope};
use crate::settings::is_url;

/// A file of a scene, not yet opened; the head of one far away is under way.
pub(crate) struct Asset {
    name: &'static str,
    location: String,
    far: Option<Arc<FarFile>>,
}

impl Asset {
    /// Asks for a file that an item names, where the catalogue may lead there. Does not wait.
    pub(crate) fn ask(name: &'static str, location: &str, client: &Client) -> Result<Self> {
        client.policy().check_file(location).with_context(|| format!("the {name} {}", without_token(location)))?;
        let far = is_url(location).then(|| FarFile::ask(location, Scope::File, client)).transpose()?;
        Ok(Self { name, location: without_token(location).to_owned(), far })
    }
}

/// Full-resolution image of an asset, opened.
pub(crate) struct Image {
    pub(crate) name: &'static str,
    pub(crate) location: String,
    pub(crate) dataset: Dataset,
    pub(crate) size: (usize, usize),
    pub(crate) geo_transform: gdal::GeoTransform,
    far: Option<Arc<FarFile>>,
}

/// One asset at the level read.
pub(crate) struct Band {
    pub(crate) name: &'static str,
    pub(crate) location: String,
    /// Open while it is read: GDAL keeps a block's worth of buffers for each.
    dataset: Option<Dataset>,
    /// Where its bytes come from, unless they are on the disk.
    far: Option<Arc<FarFile>>,
    /// Overview to read; the image itself when `None`.
    overview: Option<usize>,
    /// Pixels of the level, across and down.
    pub(crate) size: (usize, usize),
    pub(crate) no_data: u16,
    /// The fill of a band of signed numbers, which are read as [`dn_from_signed`] says.
    signed_fill: Option<i16>,
}

impl Image {
    pub(crate) fn open(asset: Asset) -> Result<Self> {
        let Asset { name, location, far } = asset;
        let dataset = open(&location, far.as_ref()).with_context(|| format!("the {name} cannot be read"))?;
        ensure!(dataset.raster_count() > 0, "{location} has no band");
        let geo_transform = dataset.geo_transform().with_context(|| format!("{location} has no georeference"))?;
        let kind = dataset.rasterband(1)?.band_type();
        ensure!(
            matches!(kind, GdalDataType::UInt8 | GdalDataType::UInt16 | GdalDataType::Int16),
            "{location} holds {} pixels, and only digital numbers of 8 or 16 bits can be read",
            kind.name()
        );
        Ok(Self { name, location, size: dataset.raster_size(), geo_transform, dataset, far })
    }

    /// Extent and place.
    pub(crate) fn frame(&self) -> ImageFrame {
        ImageFrame { size: self.size, geo_transform: GeoTransform(self.geo_transform) }
    }

    /// Full-resolution pixels that a pixel spans: of the image itself (1), then of each overview.
    pub(crate) fn level_factors(&self) -> Result<Vec<f64>> {
        let band = self.dataset.rasterband(1)?;
        let mut factors = vec![1.0];
        for index in 0..band.overview_count()?.max(0) as usize {
            let (width, height) = band.overview(index)?.size();
            let across = self.size.0 as f64 / width.max(1) as f64;
            let down = self.size.1 as f64 / height.max(1) as f64;
            factors.push(across.max(down));
        }
        Ok(factors)
    }

    /// The image at a level of [`Image::level_factors`].
    pub(crate) fn at_level(self, level: usize) -> Result<Band> {
        let overview = level.checked_sub(1);
        let (size, no_data, signed_fill) = {
            let band = self.dataset.rasterband(1)?;
            let size = match overview {
                Some(index) => band.overview(index)?.size(),
                None => self.size,
            };
            let fill = band.no_data_value().unwrap_or(0.0);
            match band.band_type() {
                GdalDataType::Int16 => (size, SIGNED_FILL_DN, Some(fill as i16)),
                _ => (size, fill as u16, None),
            }
        };
        let Self { name, location, dataset, far, .. } = self;
        Ok(Band { name, location, dataset: Some(dataset), far, overview, size, no_data, signed_fill })
    }

    /// The image at the level of another's size; at full resolution where it has none of that size.
    pub(crate) fn at_size(self, size: (usize, usize)) -> Result<Band> {
        let fitting = {
            let band = self.dataset.rasterband(1)?;
            let mut levels = 0..band.overview_count()?.max(0) as usize;
            levels.find(|index| band.overview(*index).is_ok_and(|overview| overview.size() == size))
        };
        let level = fitting.map_or(0, |overview| overview + 1);
        let band = self.at_level(level)?;
        Ok(Band { size, ..band })
    }
}

impl Band {
    /// Opens the file where it is not open.
    fn reopen(&mut self) -> Result<()> {
        if self.dataset.is_none() {
            self.dataset = Some(open(&self.location, self.far.as_ref())?);
        }
        Ok(())
    }

    /// Closes the file; reading opens it again.
    pub(crate) fn close(&mut self) {
        self.dataset = None;
    }

    fn open_dataset(&self) -> Result<&Dataset> {
        self.dataset.as_ref().with_context(|| format!("{} is not open", self.location))
    }

    fn raster_band(&self) -> Result<RasterBand<'_>> {
        let band = self.open_dataset()?.rasterband(1)?;
        Ok(match self.overview {
            Some(index) => band.overview(index)?,
            None => band,
        })
    }

    /// Pixels of a block, across and down.
    pub(crate) fn block_size(&self) -> Result<(usize, usize)> {
        Ok(self.raster_band()?.block_size())
    }

    /// Pixels of a rectangle of the level.
    fn read(&self, columns: &Range<i64>, rows: &Range<i64>) -> Result<Vec<u16>> {
        let size = ((columns.end - columns.start) as usize, (rows.end - rows.start) as usize);
        let band = self.raster_band()?;
        let own = self.own_pixels(&band, columns, rows);
        let corner = (own.0.start as isize, own.1.start as isize);
        self.read_window(&band, corner, (own.0.len(), own.1.len()), size).with_context(|| {
            format!("the {} cannot be read from {}: the file is broken or cut short", self.name, self.location)
        })
    }

    /// Pixels of a window, the nearest where it is not read in its own size.
    fn read_window(
        &self,
        band: &RasterBand<'_>,
        corner: (isize, isize),
        window: (usize, usize),
        size: (usize, usize),
    ) -> gdal::errors::Result<Vec<u16>> {
        let nearest = Some(ResampleAlg::NearestNeighbour);
        let Some(fill) = self.signed_fill else {
            let mut pixels = vec![0u16; size.0 * size.1];
            band.read_into_slice(corner, window, size, &mut pixels, nearest)?;
            return Ok(pixels);
        };
        let mut pixels = vec![0i16; size.0 * size.1];
        band.read_into_slice(corner, window, size, &mut pixels, nearest)?;
        Ok(pixels.into_iter().map(|pixel| dn_from_signed(pixel, fill)).collect())
    }

    /// Where the blocks under rectangles of the level lie in the file; nowhere unless it is far away.
    pub(crate) fn bytes_under(&mut self, rectangles: &[(Range<i64>, Range<i64>)]) -> Result<Vec<Range<u64>>> {
        if self.far.is_none() {
            return Ok(Vec::new());
        }
        self.reopen()?;
        let band = self.raster_band()?;
        let (width, height) = band.block_size();
        let mut bytes = Vec::new();
        for (columns, rows) in rectangles {
            let (columns, rows) = self.own_pixels(&band, columns, rows);
            for row in rows.start / height..rows.end.div_ceil(height) {
                for column in columns.start / width..columns.end.div_ceil(width) {
                    bytes.extend(bytes_of_block(&band, column, row));
                }
            }
        }
        Ok(bytes)
    }

    /// Orders bytes of a file far away, without waiting for them.
    pub(crate) fn order(&self, bytes: Vec<Range<u64>>) -> Result<()> {
        self.far.as_ref().map_or(Ok(()), |far| far.order(bytes))
    }

    /// Reads a rectangle of the level, waits for what was ordered of it, and lets go of it.
    pub(crate) fn read_ordered(&mut self, columns: &Range<i64>, rows: &Range<i64>) -> Result<Vec<u16>> {
        self.reopen()?;
        let bytes = self.bytes_under(&[(columns.clone(), rows.clone())])?;
        let Some(far) = &self.far else { return self.read(columns, rows) };
        far.wait(&bytes).with_context(|| format!("the {} cannot be read", self.name))?;
        let pixels = self.read(columns, rows);
        far.forget(&bytes);
        pixels
    }

    /// The pixels of the file under a rectangle of the level. Where the file has no level of this size, the
    /// nearest of its pixels are taken.
    fn own_pixels(&self, band: &RasterBand, columns: &Range<i64>, rows: &Range<i64>) -> (Range<usize>, Range<usize>) {
        let own = band.size();
        let along = |range: &Range<i64>, own: usize, level: usize| {
            let scale = |at: i64| (at as f64 * own as f64 / level as f64).round() as usize;
            let start = scale(range.start);
            start..scale(range.end).clamp(start + 1, own)
        };
        (along(columns, own.0, self.size.0), along(rows, own.1, self.size.1))
    }

    /// All pixels of the coarsest overview, 0 where there is no data.
    pub(crate) fn read_coarsest(&self) -> Result<Vec<u16>> {
        let band = self.open_dataset()?.rasterband(1)?;
        let overviews = (0..band.overview_count()?.max(0) as usize).map(|index| band.overview(index));
        let coarsest = overviews
            .collect::<gdal::errors::Result<Vec<_>>>()?
            .into_iter()
            .min_by_key(|overview| overview.size().0)
            .unwrap_or(band);
        let size = coarsest.size();
        let mut pixels = self
            .read_window(&coarsest, (0, 0), size, size)
            .with_context(|| format!("the coarsest overview cannot be read from {}", self.location))?;
        for pixel in pixels.iter_mut().filter(|pixel| **pixel == self.no_data) {
            *pixel = 0;
        }
        Ok(pixels)
    }
}

fn open(location: &str, far: Option<&Arc<FarFile>>) -> Result<Dataset> {
    far.map_or_else(|| geotiff::open_near(location), geotiff::open_far)
}

/// Bytes before and after a block in which GDAL's COGs repeat its size and its end.
const BLOCK_LEADER_BYTES: u64 = 4;

/// Where a block lies in its file; `None` where it is not stored.
fn bytes_of_block(band: &RasterBand, column: usize, row: usize) -> Option<Range<u64>> {
    let number = |what: &str| -> Option<u64> {
        band.metadata_item(&format!("BLOCK_{what}_{column}_{row}"), "TIFF")?.parse().ok()
    };
    let (start, length) = (number("OFFSET")?, number("SIZE")?);
    Some(start.saturating_sub(BLOCK_LEADER_BYTES)..start + length + BLOCK_LEADER_BYTES)
}
