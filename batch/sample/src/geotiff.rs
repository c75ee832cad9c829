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

const CREATION: [&str; 7] = [
    "COPY_SRC_OVERVIEWS=YES",
    "TILED=YES",
    "BLOCKXSIZE=512",
    "BLOCKYSIZE=512",
    "COMPRESS=DEFLATE",
    "PREDICTOR=2",
    "ZLEVEL=4",
];

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
        .and_then(|band| copy_to_file(&band, path, &CREATION))
        .with_context(|| format!("writing {}", path.display()))
}

/// The same of the pixels of an overview, that `factor` pixels of the full image are one of across:
/// finer levels are stored empty, coarser ones are averages.
pub(crate) fn write_coarse(
    path: &Path,
    layout: &RasterLayout,
    description: &str,
    factor: usize,
    pixels: Vec<u16>,
) -> Result<()> {
    coarse_band_in_memory(layout, description, factor, pixels)
        .and_then(|band| copy_to_file(&band, path, &[&CREATION[..], &["SPARSE_OK=TRUE"]].concat()))
        .with_context(|| format!("writing {}", path.display()))
}

fn coarse_band_in_memory(
    layout: &RasterLayout,
    description: &str,
    factor: usize,
    mut pixels: Vec<u16>,
) -> Result<Dataset> {
    let mut dataset = empty_in_memory::<u16>(layout, description)?;
    dataset.rasterband(1)?.set_no_data_value(Some(0.0))?;
    dataset.build_overviews("NONE", &layout.overview_factors, &[])?;
    let band = dataset.rasterband(1)?;
    let coarse = layout.overview_factors.iter().enumerate();
    for (index, _) in coarse.filter(|(_, own)| **own as usize >= factor) {
        let mut overview = band.overview(index)?;
        let size = overview.size();
        let mut buffer = Buffer::new(size, pixels);
        overview.write((0, 0), size, &mut buffer)?;
        pixels = halved(buffer.data(), size.0);
    }
    Ok(dataset)
}

/// The averages of squares of two pixels, of fewer at the east and south edges.
fn halved(pixels: &[u16], width_px: usize) -> Vec<u16> {
    let mut averages = Vec::new();
    for rows in pixels.chunks(2 * width_px) {
        for column in (0..width_px).step_by(2) {
            let own =
                rows.chunks(width_px).flat_map(|row| &row[column..(column + 2).min(width_px)]);
            let (sum, count) =
                own.fold((0, 0), |(sum, count), pixel| (sum + u32::from(*pixel), count + 1));
            averages.push((sum / count) as u16);
        }
    }
    averages
}

fn empty_in_memory<T: GdalType + Copy>(
    layout: &RasterLayout,
    description: &str,
) -> Result<Dataset> {
    let mut dataset = DriverManager::get_driver_by_name("MEM")?.create_with_band_type::<T, _>(
        "",
        layout.width_px,
        layout.height_px,
        1,
    )?;
    dataset.set_spatial_ref(&crs_from_epsg(layout.epsg)?)?;
    dataset.set_geo_transform(&layout.geo_transform)?;
    dataset.set_metadata_item("TIFFTAG_IMAGEDESCRIPTION", description, "")?;
    Ok(dataset)
}

fn band_in_memory<T: GdalType + Copy>(
    layout: &RasterLayout,
    description: &str,
    overviews: Overviews,
    pixels: Vec<T>,
) -> Result<Dataset> {
    let size = (layout.width_px, layout.height_px);
    let mut dataset = empty_in_memory::<T>(layout, description)?;
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

fn copy_to_file(band: &Dataset, path: &Path, options: &[&str]) -> Result<()> {
    let options = RasterCreationOptions::from_iter(options.iter().copied());
    set_thread_local_config_option(OVERVIEW_BLOCK_OPTION, "256")?;
    let copy = DriverManager::get_driver_by_name("GTiff")
        .and_then(|driver| band.create_copy(&driver, path, &options));
    clear_thread_local_config_option(OVERVIEW_BLOCK_OPTION)?;
    let mut copy = copy?;
    copy.flush_cache()?;
    Ok(copy.close()?)
}
