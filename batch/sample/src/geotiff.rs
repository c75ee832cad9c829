//! Writes one band the way the `sentinel-cogs` bucket stores it.

use std::path::Path;

use anyhow::{Context, Result};
use gdal::config::{clear_thread_local_config_option, set_thread_local_config_option};
use gdal::raster::{Buffer, GdalType, RasterCreationOptions};
use gdal::{Dataset, DriverManager, Metadata};

use super::raster_layout::RasterLayout;
use super::tile::crs_from_epsg;

/// GDAL takes the block size of overviews from its configuration alone.
const OVERVIEW_BLOCK_OPTION: &str = "GDAL_TIFF_OVR_BLOCKSIZE";

/// How the pixels of an overview are made from those below.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Overviews {
    Average,
    Mode,
}

/// Writes `pixels`, row by row from the north, as a cloud-optimized GeoTIFF with 0 for no data.
pub(crate) fn write<T: GdalType + Copy>(
    path: &Path,
    layout: &RasterLayout,
    description: &str,
    overviews: Overviews,
    pixels: Vec<T>,
) -> Result<()> {
    band_in_memory(layout, description, overviews, pixels)
        .and_then(|band| copy_to_file(&band, path))
        .with_context(|| format!("writing {}", path.display()))
}

fn band_in_memory<T: GdalType + Copy>(
    layout: &RasterLayout,
    description: &str,
    overviews: Overviews,
    pixels: Vec<T>,
) -> Result<Dataset> {
    let size = (layout.width_px, layout.height_px);
    let mut dataset = DriverManager::get_driver_by_name("MEM")?
        .create_with_band_type::<T, _>("", size.0, size.1, 1)?;
    dataset.set_spatial_ref(&crs_from_epsg(layout.epsg)?)?;
    dataset.set_geo_transform(&layout.geo_transform)?;
    dataset.set_metadata_item("TIFFTAG_IMAGEDESCRIPTION", description, "")?;
    let mut band = dataset.rasterband(1)?;
    band.set_no_data_value(Some(0.0))?;
    band.write((0, 0), size, &mut Buffer::new(size, pixels))?;
    let resampling = match overviews {
        Overviews::Average => "AVERAGE",
        Overviews::Mode => "MODE",
    };
    dataset.build_overviews(resampling, &layout.overview_factors, &[])?;
    Ok(dataset)
}

fn copy_to_file(band: &Dataset, path: &Path) -> Result<()> {
    let options = RasterCreationOptions::from_iter([
        "COPY_SRC_OVERVIEWS=YES",
        "TILED=YES",
        "BLOCKXSIZE=512",
        "BLOCKYSIZE=512",
        "COMPRESS=DEFLATE",
        "PREDICTOR=2",
        "ZLEVEL=4",
    ]);
    set_thread_local_config_option(OVERVIEW_BLOCK_OPTION, "256")?;
    let copy = DriverManager::get_driver_by_name("GTiff")
        .and_then(|driver| band.create_copy(&driver, path, &options));
    clear_thread_local_config_option(OVERVIEW_BLOCK_OPTION)?;
    let mut copy = copy?;
    copy.flush_cache()?;
    Ok(copy.close()?)
}
