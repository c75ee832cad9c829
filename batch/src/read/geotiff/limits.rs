//! What of a file is read at most: bounds of the memory that its header can make readers reserve.

use anyhow::{Result, ensure};
use gdal::raster::RasterBand;
use gdal::{Dataset, Metadata};

use super::header::MAX_BANDS;

/// Pixels along a side of an image; the browser reads as many.
const MAX_SIDE_PX: usize = 1 << 24;
/// Bytes of the pixels of one block, of all bands that are stored together: a strip of a whole
/// Sentinel-2 scene of 20 m in one piece just fits. The browser reads as many.
const MAX_BLOCK_BYTES: u64 = 64 << 20;
/// Bytes of a place of a block in GDAL's memory: its offset and its length.
const BLOCK_PLACE_BYTES: u64 = 16;

/// What a file may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeaderLimits {
    /// Blocks of all levels of one band, or of all bands where these are stored apart.
    max_blocks: u64,
}

impl HeaderLimits {
    /// A file of a scene, of which many are open at a time.
    pub(crate) const SCENE: Self = Self { max_blocks: 1 << 18 };
    /// A file that is open alone, as the mask of the fire zone is: up to 2,000,000 pixels a side in
    /// blocks of 512.
    pub(crate) const SINGLE: Self = Self { max_blocks: 1 << 24 };

    /// Bytes of the tags that state where the blocks lie.
    pub(super) fn max_place_bytes(self) -> u64 {
        self.max_blocks * BLOCK_PLACE_BYTES
    }

    /// Checks the sizes that GDAL found, before any pixel is read.
    ///
    /// # Errors
    /// When one is larger than can be read. States how to rewrite the file.
    pub(super) fn check(self, dataset: &Dataset) -> Result<()> {
        let bands = dataset.raster_count();
        ensure!(bands > 0, "it has no band");
        ensure!(
            bands as u64 <= MAX_BANDS,
            "it has {bands} bands, and {MAX_BANDS} can be read at most"
        );
        let band = dataset.rasterband(1)?;
        let mut blocks = self.check_level(dataset, &band)?;
        for index in 0..band.overview_count()?.max(0) as usize {
            blocks = blocks.saturating_add(self.check_level(dataset, &band.overview(index)?)?);
        }
        ensure!(
            blocks <= self.max_blocks,
            "it has {blocks} blocks of pixels, and {} can be read at most: rewrite it with larger \
            blocks (gdal_translate -of COG -co BLOCKSIZE=512)",
            self.max_blocks
        );
        Ok(())
    }

    /// Checks one level; the number of its blocks.
    fn check_level(self, dataset: &Dataset, band: &RasterBand) -> Result<u64> {
        let (width, height) = band.size();
        ensure!(
            width > 0 && height > 0 && width.max(height) <= MAX_SIDE_PX,
            "it has {width} × {height} pixels, and {MAX_SIDE_PX} along a side can be read at \
            most: cut it into parts"
        );
        let (across, down) = band.block_size();
        ensure!(across > 0 && down > 0, "it has blocks without pixels");
        let bytes = block_bytes(dataset, band);
        ensure!(
            bytes <= MAX_BLOCK_BYTES,
            "it stores {across} × {down} pixels in one block of {} MiB, and {} MiB can be read at \
            most: rewrite it in smaller blocks (gdal_translate -of COG -co BLOCKSIZE=512)",
            bytes >> 20,
            MAX_BLOCK_BYTES >> 20
        );
        let planes = if is_pixel_interleaved(dataset) { 1 } else { dataset.raster_count() as u64 };
        Ok((width.div_ceil(across) as u64)
            .saturating_mul(height.div_ceil(down) as u64)
            .saturating_mul(planes))
    }
}

/// Bytes of the pixels of a block, decoded, of all bands that are stored together.
pub(crate) fn block_bytes(dataset: &Dataset, band: &RasterBand) -> u64 {
    let (across, down) = band.block_size();
    let samples = if is_pixel_interleaved(dataset) { dataset.raster_count() } else { 1 };
    let pixels = (across as u64).saturating_mul(down as u64);
    pixels.saturating_mul(u64::from(band.band_type().bytes())).saturating_mul(samples as u64)
}

fn is_pixel_interleaved(dataset: &Dataset) -> bool {
    dataset.raster_count() > 1
        && dataset.metadata_item("INTERLEAVE", "IMAGE_STRUCTURE").as_deref() != Some("BAND")
}
