//! Which pixels of a file hold data, where it states so pixel by pixel: by a mask inside the file or
//! beside it, or by an alpha band.

use anyhow::Result;
use gdal::Dataset;
use gdal::raster::{ColorInterpretation, RasterBand, ResampleAlg};

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

/// Gives the pixels of a window that a mask hides the number `no_data`. The window is one of `band`,
/// which is `full` or an overview of it, read into an image of a size.
///
/// Where the overview has no mask of its own, the nearest pixels of the mask of `full` count.
pub(super) fn hide_masked(
    (band, full): (&RasterBand<'_>, &RasterBand<'_>),
    corner: (isize, isize),
    window: (usize, usize),
    size: (usize, usize),
    pixels: &mut [u16],
    no_data: u16,
) -> Result<()> {
    if has_mask(band)? {
        return hide(&band.open_mask_band()?, corner, window, size, pixels, no_data);
    }
    let (corner, window) = scaled(corner, window, band.size(), full.size());
    hide(&full.open_mask_band()?, corner, window, size, pixels, no_data)
}

/// The same by the alpha band of the file, of which the overview as large as `band` is read, else
/// the nearest pixels of full resolution.
pub(super) fn hide_transparent(
    (band, alpha): (&RasterBand<'_>, &RasterBand<'_>),
    corner: (isize, isize),
    window: (usize, usize),
    size: (usize, usize),
    pixels: &mut [u16],
    no_data: u16,
) -> Result<()> {
    for index in 0..alpha.overview_count()?.max(0) as usize {
        let overview = alpha.overview(index)?;
        if overview.size() == band.size() {
            return hide(&overview, corner, window, size, pixels, no_data);
        }
    }
    let (corner, window) = scaled(corner, window, band.size(), alpha.size());
    hide(alpha, corner, window, size, pixels, no_data)
}

/// A window of an image of another size over the same ground.
fn scaled(
    corner: (isize, isize),
    window: (usize, usize),
    own: (usize, usize),
    other: (usize, usize),
) -> ((isize, isize), (usize, usize)) {
    let scale = |at: usize, own: usize, other: usize| at * other / own.max(1);
    let start =
        (scale(corner.0 as usize, own.0, other.0), scale(corner.1 as usize, own.1, other.1));
    let end = (
        scale(corner.0 as usize + window.0, own.0, other.0),
        scale(corner.1 as usize + window.1, own.1, other.1),
    );
    let window = ((end.0 - start.0).max(1), (end.1 - start.1).max(1));
    ((start.0 as isize, start.1 as isize), window)
}

fn hide(
    mask: &RasterBand<'_>,
    corner: (isize, isize),
    window: (usize, usize),
    size: (usize, usize),
    pixels: &mut [u16],
    no_data: u16,
) -> Result<()> {
    let mut valid = vec![0u16; size.0 * size.1];
    let nearest = Some(ResampleAlg::NearestNeighbour);
    mask.read_into_slice(corner, window, size, &mut valid, nearest)?;
    let hidden = pixels.iter_mut().zip(&valid).filter(|(_, valid)| **valid == 0);
    hidden.for_each(|(pixel, _)| *pixel = no_data);
    Ok(())
}
