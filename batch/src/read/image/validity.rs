//! Which pixels of a file hold data, where it states so pixel by pixel: by a mask inside the file or
//! beside it, or by an alpha band.

use anyhow::Result;
use gdal::Dataset;
use gdal::raster::{ColorInterpretation, RasterBand, ResampleAlg};

/// A window of a level of an image, and the size in which it is read.
#[derive(Clone, Copy)]
pub(super) struct LevelWindow {
    /// Column and row of its first pixel.
    pub(super) corner: (isize, isize),
    /// Pixels across and down.
    pub(super) extent: (usize, usize),
    /// Pixels into which it is read: the nearest.
    pub(super) size: (usize, usize),
}

/// Whether a band has a mask.
pub(super) fn has_mask(band: &RasterBand<'_>) -> Result<bool> {
    let flags = band.mask_flags()?;
    Ok(flags.is_per_dataset() && !flags.is_alpha())
}

/// The alpha band of a file, counted from 1.
pub(super) fn alpha_band(dataset: &Dataset) -> Result<Option<usize>> {
    for number in 1..=dataset.raster_count() {
        if dataset.rasterband(number)?.color_interpretation() == ColorInterpretation::AlphaBand {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

impl LevelWindow {
    /// Gives the pixels of the window that a mask hides the number `no_data`. The window is one of
    /// `band`, which is `full` or an overview of it.
    ///
    /// Where the overview has no mask of its own, the nearest pixels of the mask of `full` count.
    pub(super) fn hide_masked(
        self,
        band: &RasterBand<'_>,
        full: &RasterBand<'_>,
        pixels: &mut [u16],
        no_data: u16,
    ) -> Result<()> {
        if has_mask(band)? {
            return self.hide(&band.open_mask_band()?, pixels, no_data);
        }
        self.scaled(band.size(), full.size()).hide(&full.open_mask_band()?, pixels, no_data)
    }

    /// The same by the alpha band of the file, of which the overview as large as `band` is read,
    /// else the nearest pixels of full resolution.
    pub(super) fn hide_transparent(
        self,
        band: &RasterBand<'_>,
        alpha: &RasterBand<'_>,
        pixels: &mut [u16],
        no_data: u16,
    ) -> Result<()> {
        for index in 0..alpha.overview_count()?.max(0) as usize {
            let overview = alpha.overview(index)?;
            if overview.size() == band.size() {
                return self.hide(&overview, pixels, no_data);
            }
        }
        self.scaled(band.size(), alpha.size()).hide(alpha, pixels, no_data)
    }

    /// The window of an image of another size over the same ground.
    fn scaled(self, own: (usize, usize), other: (usize, usize)) -> Self {
        let scale = |at: usize, own: usize, other: usize| at * other / own.max(1);
        let along = |start: isize, extent: usize, own: usize, other: usize| {
            let (start, end) =
                (scale(start as usize, own, other), scale(start as usize + extent, own, other));
            (start as isize, (end - start).max(1))
        };
        let across = along(self.corner.0, self.extent.0, own.0, other.0);
        let down = along(self.corner.1, self.extent.1, own.1, other.1);
        Self { corner: (across.0, down.0), extent: (across.1, down.1), size: self.size }
    }

    fn hide(self, mask: &RasterBand<'_>, pixels: &mut [u16], no_data: u16) -> Result<()> {
        let Self { corner, extent, size } = self;
        let mut valid = vec![0u16; size.0 * size.1];
        let nearest = Some(ResampleAlg::NearestNeighbour);
        mask.read_into_slice(corner, extent, size, &mut valid, nearest)?;
        let hidden = pixels.iter_mut().zip(&valid).filter(|(_, valid)| **valid == 0);
        hidden.for_each(|(pixel, _)| *pixel = no_data);
        Ok(())
    }
}
