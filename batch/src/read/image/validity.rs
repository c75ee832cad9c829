//! Which pixels of a file hold data, where it states so pixel by pixel: by a mask inside the file,
//! or by an alpha band.

use anyhow::Result;
use gdal::raster::{RasterBand, ResampleAlg};

/// Whether a band has a mask or alpha.
pub(super) fn has_mask(band: &RasterBand<'_>) -> Result<bool> {
    let flags = band.mask_flags()?;
    Ok(flags.is_per_dataset() || flags.is_alpha())
}

/// Gives the pixels of a window that hold no data the number `no_data`. The window is one of `band`,
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
    let mut mask = vec![0u8; size.0 * size.1];
    let nearest = Some(ResampleAlg::NearestNeighbour);
    if has_mask(band)? {
        band.open_mask_band()?.read_into_slice(corner, window, size, &mut mask, nearest)?;
    } else {
        let (own, whole) = (band.size(), full.size());
        let scale = |at: usize, own: usize, whole: usize| at * whole / own.max(1);
        let start =
            (scale(corner.0 as usize, own.0, whole.0), scale(corner.1 as usize, own.1, whole.1));
        let end = (
            scale(corner.0 as usize + window.0, own.0, whole.0),
            scale(corner.1 as usize + window.1, own.1, whole.1),
        );
        let window = ((end.0 - start.0).max(1), (end.1 - start.1).max(1));
        let corner = (start.0 as isize, start.1 as isize);
        full.open_mask_band()?.read_into_slice(corner, window, size, &mut mask, nearest)?;
    }
    let masked = pixels.iter_mut().zip(&mask).filter(|(_, valid)| **valid == 0);
    masked.for_each(|(pixel, _)| *pixel = no_data);
    Ok(())
}
