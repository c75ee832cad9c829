//! Which parts of a sparse raster are stored.
#![allow(unsafe_code, reason = "the bindings have no safe call for it")]

use std::ffi::c_int;
use std::ops::Range;

use gdal::raster::RasterBand;

/// Whether any pixel of a rectangle is stored; also where GDAL has no answer.
pub(super) fn has_pixels(band: &RasterBand, columns: &Range<usize>, rows: &Range<usize>) -> bool {
    let number = |value: usize| c_int::try_from(value).ok();
    let (Some(x), Some(y), Some(width), Some(height)) =
        (number(columns.start), number(rows.start), number(columns.len()), number(rows.len()))
    else {
        return true;
    };
    // SAFETY: the band is open, the rectangle lies within it, and GDAL accepts that the fraction
    // is not requested.
    let status = unsafe {
        gdal_sys::GDALGetDataCoverageStatus(
            band.c_rasterband(),
            x,
            y,
            width,
            height,
            0,
            std::ptr::null_mut(),
        )
    };
    status != EMPTY
}

/// `GDAL_DATA_COVERAGE_STATUS_EMPTY`: there is a hole in all of the rectangle, and nothing else.
const EMPTY: c_int = 0x04;
