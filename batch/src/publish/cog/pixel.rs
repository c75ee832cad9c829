//! The kinds of pixels that COGs hold: how four make one of an overview, and how blocks are packed.

use dragonfly_tiff::writer::{PixelFormat, pack_floats};
use gdal::raster::GdalType;

/// A pixel of a COG.
pub(super) trait CogPixel: GdalType + Copy + Send + Sync {
    /// As the file states it.
    const FORMAT: PixelFormat;

    /// The pixel of an overview over up to four: the first is that of the north-west.
    fn joined(pixels: &[Self]) -> Self;

    /// The bytes of blocks' rows of so many pixels, before compression.
    fn pack(pixels: &[Self], row_px: usize) -> Vec<u8>;
}

/// Values that differ from cell to cell, and have a mean; NaN where there is none.
impl CogPixel for f32 {
    const FORMAT: PixelFormat = PixelFormat::FLOAT;

    fn joined(pixels: &[Self]) -> Self {
        // In 64 bits, as by GDAL.
        let (mut sum, mut count) = (0.0, 0.0);
        for pixel in pixels.iter().filter(|pixel| !pixel.is_nan()) {
            sum += f64::from(*pixel);
            count += 1.0;
        }
        // 0 / 0 would be a NaN of other bits.
        if count == 0.0 { f32::NAN } else { (sum / count) as f32 }
    }

    fn pack(pixels: &[Self], row_px: usize) -> Vec<u8> {
        pack_floats(pixels, row_px)
    }
}

/// Codes and counts, which repeat over wide ground, and have no mean.
impl CogPixel for u8 {
    const FORMAT: PixelFormat = PixelFormat::BYTE;

    fn joined(pixels: &[Self]) -> Self {
        pixels[0]
    }

    fn pack(pixels: &[Self], _: usize) -> Vec<u8> {
        pixels.to_vec()
    }
}

/// Days, alike.
impl CogPixel for u16 {
    const FORMAT: PixelFormat = PixelFormat::SHORT;

    fn joined(pixels: &[Self]) -> Self {
        pixels[0]
    }

    fn pack(pixels: &[Self], _: usize) -> Vec<u8> {
        pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect()
    }
}
