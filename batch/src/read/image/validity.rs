//! Which pixels of a file hold data, where it states so pixel by pixel: by a mask inside the file or
//! beside it, or by an alpha band. All that it states counts.

use std::ops::Range;

use anyhow::Result;
use dragonfly_core::{mask_range, nearest_place};
use gdal::Dataset;
use gdal::raster::{ColorInterpretation, RasterBand};

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
        match level_of_size(alpha, band.size())? {
            Some(overview) => self.hide(&overview, pixels, no_data),
            None => self.scaled(band.size(), alpha.size()).hide(alpha, pixels, no_data),
        }
    }

    /// These columns and rows, pixel by pixel.
    pub(super) fn of(columns: &Range<usize>, rows: &Range<usize>) -> Self {
        let corner = (columns.start as isize, rows.start as isize);
        let extent = (columns.len(), rows.len());
        Self { corner, extent, size: extent }
    }

    /// The window of an image of another size over the same ground.
    pub(super) fn scaled(self, own: (usize, usize), other: (usize, usize)) -> Self {
        let along = |start: isize, extent: usize, own: usize, other: usize| {
            let range = start as u64..start as u64 + extent as u64;
            let range = mask_range(&range, own as u64, other as u64);
            (range.start as isize, (range.end - range.start) as usize)
        };
        let across = along(self.corner.0, self.extent.0, own.0, other.0);
        let down = along(self.corner.1, self.extent.1, own.1, other.1);
        Self { corner: (across.0, down.0), extent: (across.1, down.1), size: self.size }
    }

    /// Its columns and rows.
    pub(super) fn places(&self) -> (Range<usize>, Range<usize>) {
        let along = |start: isize, extent: usize| start as usize..start as usize + extent;
        (along(self.corner.0, self.extent.0), along(self.corner.1, self.extent.1))
    }

    /// Gives the pixels of the window that are 0 in a mask the number `no_data`.
    pub(super) fn hide(
        self,
        mask: &RasterBand<'_>,
        pixels: &mut [u16],
        no_data: u16,
    ) -> Result<()> {
        if self.extent != self.size {
            return self.hide_nearest(mask, pixels, no_data);
        }
        let mut valid = vec![0u16; self.size.0 * self.size.1];
        mask.read_into_slice(self.corner, self.extent, self.size, &mut valid, None)?;
        hide_zeros(pixels, &valid, no_data);
        Ok(())
    }

    /// The same by the nearest pixels of a mask of another size, row by row: GDAL would read them
    /// from an overview of the mask, and many rows of a fine mask take much memory.
    fn hide_nearest(self, mask: &RasterBand<'_>, pixels: &mut [u16], no_data: u16) -> Result<()> {
        let Self { corner, extent, size } = self;
        let columns: Vec<usize> =
            (0..size.0).map(|column| nearest_place(column, size.0, extent.0)).collect();
        let mut own = vec![0u16; extent.0];
        for (row, pixels) in pixels.chunks_exact_mut(size.0.max(1)).enumerate() {
            let own_row = corner.1 + nearest_place(row, size.1, extent.1) as isize;
            mask.read_into_slice(
                (corner.0, own_row),
                (extent.0, 1),
                (extent.0, 1),
                &mut own,
                None,
            )?;
            let valid: Vec<u16> = columns.iter().map(|column| own[*column]).collect();
            hide_zeros(pixels, &valid, no_data);
        }
        Ok(())
    }
}

/// The overview of a size; `None` where there is none, as where the size is that of the band.
pub(super) fn level_of_size<'a>(
    band: &RasterBand<'a>,
    size: (usize, usize),
) -> Result<Option<RasterBand<'a>>> {
    for index in 0..band.overview_count()?.max(0) as usize {
        let overview = band.overview(index)?;
        if overview.size() == size {
            return Ok(Some(overview));
        }
    }
    Ok(None)
}

fn hide_zeros(pixels: &mut [u16], valid: &[u16], no_data: u16) {
    let hidden = pixels.iter_mut().zip(valid).filter(|(_, valid)| **valid == 0);
    hidden.for_each(|(pixel, _)| *pixel = no_data);
}
