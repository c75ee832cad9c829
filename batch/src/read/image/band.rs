//! One file of a scene at the level that is read.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use dragonfly_core::{DnCounts, MAX_COARSEST_PX, NoData};
use gdal::Dataset;
use gdal::raster::{GdalDataType, RasterBand, ResampleAlg};

use super::block_reader::{BlockReader, DecodedBlocks, LevelRectangle};
use super::mask_file::MaskFile;
use super::open;
use super::validity::LevelWindow;
use crate::read::decoding::DecodingPermit;
use crate::read::geotiff::{BlockRanges, block_bytes, mark_thread};
use crate::read::remote::RemoteFile;

/// Pixels of a file for each one of the level, beyond which they are not prefetched.
const MUCH_FINER_PX: f64 = 16.0;
/// Pixels that are read at once of a file much finer than the level, and of its coarsest overview.
const MAX_PART_PX: usize = 4 << 20;
/// Bytes of a block, and blocks, beyond which a file is closed after each reading.
const HEAVY_BLOCK_BYTES: u64 = 4 << 20;
const HEAVY_BLOCKS: usize = 1 << 16;

/// One asset at the level read.
pub(crate) struct ImageBand {
    pub(crate) name: &'static str,
    pub(crate) location: String,
    /// Open while it is read: GDAL keeps a block's worth of buffers for each.
    pub(super) dataset: Option<Dataset>,
    /// Decodes its blocks, where GDAL need not.
    pub(super) blocks: Option<BlockReader>,
    /// Where its bytes come from, unless they are on the disk.
    pub(super) remote: Option<Arc<RemoteFile>>,
    /// Bytes of the whole file.
    pub(super) file_bytes: u64,
    /// The band that is read, counted from 1.
    pub(super) band_number: usize,
    /// Overview to read; the image itself when `None`.
    pub(super) overview: Option<usize>,
    /// Pixels of the level, across and down.
    pub(crate) size: (usize, usize),
    pub(super) no_data: NoData,
    /// Whether the file has a mask, which states pixel by pixel which hold data.
    pub(super) has_mask: bool,
    /// The band that does so, counted from 1.
    pub(super) alpha_number: Option<usize>,
    /// A mask beside the file.
    pub(super) mask_file: Option<MaskFile>,
    /// What was read of a remote file and is still buffered, for the rows below.
    pub(super) kept: Vec<Range<u64>>,
}

impl ImageBand {
    /// Opens the file where it is not open.
    fn reopen(&mut self) -> Result<()> {
        if self.dataset.is_none() {
            self.dataset = Some(open(&self.location, self.remote.as_ref())?.dataset);
        }
        self.mask_file.as_mut().map_or(Ok(()), MaskFile::reopen)
    }

    /// The file and the band in it.
    pub(crate) fn band_name(&self) -> String {
        format!("{}#{}", self.location, self.band_number)
    }

    /// Closes the file; reading opens it again.
    pub(crate) fn close(&mut self) {
        self.dataset = None;
        if let Some(remote) = &self.remote {
            remote.release(&std::mem::take(&mut self.kept));
        }
        if let Some(mask_file) = &mut self.mask_file {
            mask_file.close();
        }
    }

    fn open_dataset(&self) -> Result<&Dataset> {
        self.dataset.as_ref().with_context(|| format!("{} is not open", self.location))
    }

    fn raster_band(&self) -> Result<RasterBand<'_>> {
        let band = self.open_dataset()?.rasterband(self.band_number)?;
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
    fn read(
        &self,
        columns: &Range<i64>,
        rows: &Range<i64>,
        decoded: &mut DecodedBlocks,
    ) -> Result<Vec<u16>> {
        let size = ((columns.end - columns.start) as usize, (rows.end - rows.start) as usize);
        let band = self.raster_band()?;
        let own = self.own_pixels(&band, columns, rows);
        let corner = (own.0.start as isize, own.1.start as isize);
        let window = LevelWindow { corner, extent: (own.0.len(), own.1.len()), size };
        self.read_window(&band, window, decoded).with_context(|| {
            format!(
                "the {} cannot be read from {}: the file is broken or cut short",
                self.name, self.location
            )
        })
    }

    /// Pixels of a window, the nearest where it is not read in its own size.
    fn read_window(
        &self,
        band: &RasterBand<'_>,
        window: LevelWindow,
        decoded: &mut DecodedBlocks,
    ) -> Result<Vec<u16>> {
        mark_thread();
        let _permit = DecodingPermit::wait_for(block_bytes(self.open_dataset()?, band));
        let mut dns = self.read_dns(band, window, decoded)?;
        let no_data = self.no_data_dn();
        if self.has_mask {
            let full = self.open_dataset()?.rasterband(self.band_number)?;
            window.hide_masked(band, &full, &mut dns, no_data)?;
        }
        if let Some(number) = self.alpha_number {
            let alpha = self.open_dataset()?.rasterband(number)?;
            window.hide_transparent(band, &alpha, &mut dns, no_data)?;
        }
        if let Some(mask_file) = &self.mask_file {
            mask_file.hide(window, band.size(), &mut dns, no_data)?;
        }
        Ok(dns)
    }

    /// Digital numbers of a window, whatever masks hide of them.
    fn read_dns(
        &self,
        band: &RasterBand<'_>,
        window: LevelWindow,
        decoded: &mut DecodedBlocks,
    ) -> Result<Vec<u16>> {
        if let Some(blocks) = self.blocks.as_ref().filter(|_| window.extent == window.size) {
            let (columns, rows) = window.places();
            let rectangle = LevelRectangle {
                level_size: band.size(),
                block_size: band.block_size(),
                places: self.block_places(band)?,
                columns,
                rows,
            };
            let by_gdal = |columns: &Range<usize>, rows: &Range<usize>| {
                self.read_by_gdal(band, LevelWindow::of(columns, rows))
            };
            if let Some(dns) = blocks.read(&rectangle, decoded, by_gdal)? {
                return Ok(dns);
            }
        }
        self.read_by_gdal(band, window)
    }

    fn read_by_gdal(&self, band: &RasterBand<'_>, window: LevelWindow) -> Result<Vec<u16>> {
        let LevelWindow { corner, extent, size } = window;
        let nearest = Some(ResampleAlg::NearestNeighbour);
        if band.band_type() == GdalDataType::Int16 {
            let mut pixels = vec![0i16; size.0 * size.1];
            band.read_into_slice(corner, extent, size, &mut pixels, nearest)?;
            return Ok(pixels
                .into_iter()
                .map(|pixel| self.no_data.dn_from_signed(pixel))
                .collect());
        }
        let mut pixels = vec![0u16; size.0 * size.1];
        band.read_into_slice(corner, extent, size, &mut pixels, nearest)?;
        self.no_data.unify(&mut pixels);
        Ok(pixels)
    }

    /// The digital number of pixels without data.
    pub(crate) fn no_data_dn(&self) -> u16 {
        self.no_data.dn()
    }

    /// Where the blocks under rectangles of the level lie in the file, to be prefetched; none
    /// unless the file is remote, and none of a file much finer than the level, whose pixels are
    /// fetched when they are read.
    ///
    /// # Errors
    /// When the file cannot be opened again, or states offsets that cannot be true.
    pub(crate) fn bytes_to_prefetch(
        &mut self,
        rectangles: &[(Range<i64>, Range<i64>)],
    ) -> Result<Vec<Range<u64>>> {
        if self.remote.is_none() {
            return Ok(Vec::new());
        }
        self.reopen()?;
        if self.is_much_finer()? {
            return Ok(Vec::new());
        }
        let mut bytes = Vec::new();
        for (columns, rows) in rectangles {
            bytes.extend(self.bytes_under(columns, rows)?);
        }
        Ok(bytes)
    }

    /// Where the blocks under a rectangle of the level lie in the file.
    fn bytes_under(&self, columns: &Range<i64>, rows: &Range<i64>) -> Result<Vec<Range<u64>>> {
        let band = self.raster_band()?;
        let places = self.block_places(&band)?;
        let (columns, rows) = self.own_pixels(&band, columns, rows);
        places
            .find_all(&columns, &rows)
            .with_context(|| format!("the {} cannot be read from {}", self.name, self.location))
    }

    /// Prefetches bytes of a remote file, without waiting for them.
    pub(crate) fn prefetch(&self, bytes: Vec<Range<u64>>) -> Result<()> {
        self.remote.as_ref().map_or(Ok(()), |remote| remote.prefetch(bytes))
    }

    /// Reads a rectangle of the level: waits for what was prefetched of it, and releases it.
    pub(crate) fn read_prefetched(
        &mut self,
        columns: &Range<i64>,
        rows: &Range<i64>,
    ) -> Result<Vec<u16>> {
        self.reopen()?;
        let mut pixels = Vec::new();
        // One after the other where the file is much finer: so much of it is never buffered at
        // once.
        for rows in self.row_parts(columns, rows)? {
            let read = self.read_then_release(columns, &rows, |band| {
                band.read(columns, &rows, &mut DecodedBlocks::default())
            })?;
            match pixels.is_empty() {
                true => pixels = read,
                false => pixels.extend(read),
            }
        }
        if self.is_heavy()? {
            self.close();
        }
        Ok(pixels)
    }

    /// Reads rectangles of the same columns one after the other, each handed to `use_pixels` with its
    /// place, and waits for the bytes of all at once.
    pub(crate) fn read_parts(
        &mut self,
        columns: &Range<i64>,
        parts: &[Range<i64>],
        mut use_pixels: impl FnMut(usize, &[u16]),
    ) -> Result<()> {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(()) };
        self.reopen()?;
        if self.is_much_finer()? {
            for (part, rows) in parts.iter().enumerate() {
                use_pixels(part, &self.read_prefetched(columns, rows)?);
            }
            return Ok(());
        }
        self.read_then_release(columns, &(first.start..last.end), |band| {
            let mut decoded = DecodedBlocks::default();
            for (part, rows) in parts.iter().enumerate() {
                use_pixels(part, &band.read(columns, rows, &mut decoded)?);
            }
            Ok(())
        })?;
        if self.is_heavy()? {
            self.close();
        }
        Ok(())
    }

    /// Reads a rectangle of the level once its bytes have arrived, and releases those that the rows
    /// below do not need: blocks of a mask do not end where those of the bands do.
    fn read_then_release<T>(
        &mut self,
        columns: &Range<i64>,
        rows: &Range<i64>,
        read: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        // Of a file on the disk too: what its header states of them is checked.
        let used = self.bytes_under(columns, rows)?;
        if self.remote.is_none() {
            return read(self);
        }
        let below = match rows.end < self.size.1 as i64 {
            true => self.bytes_under(columns, &(rows.end..rows.end + 1))?,
            false => Vec::new(),
        };
        let (kept, released): (Vec<_>, _) =
            used.iter().cloned().partition(|range| below.contains(range));
        let read = self.with_prefetched(&used, released, || read(self));
        self.kept.retain(|range| !used.contains(range));
        self.kept.extend(kept);
        read
    }

    /// Reads once bytes of a remote file have arrived, and then releases some.
    fn with_prefetched<T>(
        &self,
        bytes: &[Range<u64>],
        released: Vec<Range<u64>>,
        read: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let Some(remote) = &self.remote else { return read() };
        let unread = || format!("the {} cannot be read", self.name);
        remote.prefetch(bytes.to_vec())?;
        remote.wait(bytes).with_context(unread)?;
        let read = read();
        remote.release(&released);
        remote.check().with_context(unread)?;
        read
    }

    /// Rows of the level, split so that those of the file under each part have few pixels, where
    /// the file is much finer than the level.
    fn row_parts(&self, columns: &Range<i64>, rows: &Range<i64>) -> Result<Vec<Range<i64>>> {
        if !self.is_much_finer()? {
            return Ok(vec![rows.clone()]);
        }
        let band = self.raster_band()?;
        let (_, own_row) = self.own_pixels(&band, columns, &(rows.start..rows.start + 1));
        let (own_columns, _) = self.own_pixels(&band, columns, rows);
        let row_px = own_row.len().max(1).saturating_mul(own_columns.len().max(1));
        let step = (MAX_PART_PX / row_px).max(1);
        Ok((rows.start..rows.end)
            .step_by(step)
            .map(|start| start..(start + step as i64).min(rows.end))
            .collect())
    }

    /// Whether the file has so many pixels for one of the level that they are not prefetched.
    fn is_much_finer(&self) -> Result<bool> {
        let (own, level) = (self.raster_band()?.size(), self.size);
        let pixels = |size: (usize, usize)| size.0 as f64 * size.1 as f64;
        Ok(pixels(own) > pixels(level) * MUCH_FINER_PX)
    }

    /// Whether GDAL keeps so much for the open file that it is closed after each reading.
    fn is_heavy(&self) -> Result<bool> {
        let band = self.raster_band()?;
        let ((width, height), (across, down)) = (band.size(), band.block_size());
        let blocks = width.div_ceil(across).saturating_mul(height.div_ceil(down));
        Ok(block_bytes(self.open_dataset()?, &band) > HEAVY_BLOCK_BYTES || blocks > HEAVY_BLOCKS)
    }

    /// The pixels of the file under a rectangle of the level. Where the file has no level of this
    /// size, the nearest of its pixels are taken.
    fn own_pixels(
        &self,
        band: &RasterBand,
        columns: &Range<i64>,
        rows: &Range<i64>,
    ) -> (Range<usize>, Range<usize>) {
        let own = band.size();
        let along = |range: &Range<i64>, own: usize, level: usize| {
            let scale = |at: i64| (at as f64 * own as f64 / level as f64).round() as usize;
            let start = scale(range.start).min(own.saturating_sub(1));
            start..scale(range.end).clamp(start + 1, own.max(start + 1))
        };
        (along(columns, own.0, self.size.0), along(rows, own.1, self.size.1))
    }

    /// Number of pixels of the coarsest overview; of the image itself where it has none.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn coarsest_px(&self) -> Result<u64> {
        Ok(pixel_count(&self.coarsest()?))
    }

    fn coarsest(&self) -> Result<RasterBand<'_>> {
        let band = self.open_dataset()?.rasterband(self.band_number)?;
        let overviews =
            (0..band.overview_count()?.max(0) as usize).map(|index| band.overview(index));
        let overviews = overviews.collect::<gdal::errors::Result<Vec<_>>>()?;
        Ok(overviews.into_iter().min_by_key(|overview| overview.size().0).unwrap_or(band))
    }

    /// Prefetches the whole coarsest overview of a remote file where it has few pixels, without
    /// waiting for it.
    ///
    /// # Errors
    /// When the file states offsets that cannot be true.
    pub(crate) fn prefetch_coarsest(&self, max_px: u64) -> Result<()> {
        let coarsest = self.coarsest()?;
        if self.remote.is_none() || pixel_count(&coarsest) > max_px {
            return Ok(());
        }
        let (width, height) = coarsest.size();
        let places = self.block_places(&coarsest)?;
        self.prefetch(places.find_all(&(0..width), &(0..height))?)
    }

    fn block_places<'a>(&self, band: &'a RasterBand<'a>) -> Result<BlockRanges<'a>> {
        let block_bytes = block_bytes(self.open_dataset()?, band);
        Ok(BlockRanges::new(band, self.file_bytes, block_bytes))
    }

    /// Counts the digital numbers of the whole coarsest overview; of the image itself where it has
    /// none.
    ///
    /// # Errors
    /// When it has too many pixels, or cannot be read.
    pub(crate) fn count_coarsest(&self) -> Result<DnCounts> {
        let coarsest = self.coarsest()?;
        let (width, height) = coarsest.size();
        let pixels = pixel_count(&coarsest);
        ensure!(
            pixels <= MAX_COARSEST_PX,
            "{} has no overview smaller than {width} × {height} pixels by which its offset could \
            be decided: rewrite it with overviews (gdal_translate -of COG)",
            self.location
        );
        let places = self.block_places(&coarsest)?;
        let mut counts = DnCounts::default();
        // Rows of whole blocks, in parts of few pixels.
        let (across, down) = coarsest.block_size();
        let rows = (MAX_PART_PX / width / down * down).clamp(down.min(height), height);
        let columns = (MAX_PART_PX / rows / across * across).clamp(across.min(width), width);
        for top in (0..height).step_by(rows) {
            for left in (0..width).step_by(columns) {
                let size = (columns.min(width - left), rows.min(height - top));
                let own = (left..left + size.0, top..top + size.1);
                let window = LevelWindow::of(&own.0, &own.1);
                let pixels = places
                    .find_all(&own.0, &own.1)
                    .map_err(Into::into)
                    .and_then(|bytes| {
                        self.with_prefetched(&bytes, bytes.clone(), || {
                            self.read_window(&coarsest, window, &mut DecodedBlocks::default())
                        })
                    })
                    .with_context(|| {
                        format!("the coarsest overview cannot be read from {}", self.location)
                    })?;
                counts.add(&pixels, self.no_data_dn());
            }
        }
        Ok(counts)
    }
}

fn pixel_count(band: &RasterBand) -> u64 {
    let (width, height) = band.size();
    (width as u64).saturating_mul(height as u64)
}

#[cfg(test)]
mod tests {
    use gdal::DriverManager;
    use gdal::cpl::CslStringList;
    use gdal::raster::Buffer;

    use dragonfly_core::stac::{Asset, AssetBand, Item};

    use super::*;
    use crate::http::Client;
    use crate::read::image::{Image, ImageAsset};

    /// A sparse image of a size and no-data value 7, opened; with pixels in its corner.
    fn band(folder: &tempfile::TempDir, size: (usize, usize), corner: &[u16]) -> ImageBand {
        let file = folder.path().join("image.tif");
        let options: CslStringList =
            ["TILED=YES", "SPARSE_OK=YES", "BIGTIFF=YES"].into_iter().collect();
        let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
        let mut dataset = driver
            .create_with_band_type_with_options::<u16, _>(&file, size.0, size.1, 1, &options)
            .unwrap();
        dataset.set_geo_transform(&[0.0, 1.0, 0.0, 0.0, 0.0, -1.0]).unwrap();
        let mut band = dataset.rasterband(1).unwrap();
        band.set_no_data_value(Some(7.0)).unwrap();
        band.write((0, 0), (corner.len(), 1), &mut Buffer::new((corner.len(), 1), corner.to_vec()))
            .unwrap();
        dataset.close().unwrap();
        let asset = Asset { href: file.to_str().unwrap().to_owned(), ..Asset::default() };
        let item = r#"{"id":"a","collection":"sentinel-2-l2a","properties":{}}"#;
        let item: Item = serde_json::from_str(item).unwrap();
        let band = AssetBand { asset: &asset, index: None };
        let sidecar = item.mask_sidecar(&band);
        let asset =
            ImageAsset::request("short-wave infrared", band, sidecar, &Client::of_test()).unwrap();
        Image::open(asset).unwrap().at_level(0).unwrap()
    }

    #[test]
    fn the_pixels_of_a_large_image_are_counted_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let counts = band(&folder, (9000, 3000), &[5, 7, 0, 300]).count_coarsest().unwrap();
        let mut expected = DnCounts::default();
        expected.add(&[5, 300], 7);
        assert_eq!(counts, expected);
    }

    #[test]
    fn an_image_too_large_to_be_counted_is_named_with_what_helps() {
        let folder = tempfile::tempdir().unwrap();
        let error = band(&folder, (20_000, 20_000), &[5]).count_coarsest().unwrap_err().to_string();
        assert!(
            error.contains("image.tif")
                && error.contains("20000 × 20000")
                && error.contains("overviews"),
            "{error}"
        );
    }
}
