//! Coarse cells against the average that GDAL makes of the same overview level.
//!
//! Both bands of a date are first set to no data where either is, or a cell would divide sums over
//! different ground. NBR of a mean is not the mean of NBR, so the bands are averaged, not the
//! ratio.

use std::path::{Path, PathBuf};
use std::process::Command;

use gdal::DriverManager;
use gdal::raster::Buffer;

use crate::fires::{las_conchas, madre};
use crate::raster::{ReadRaster, agreement};
use crate::test_bed::{TestBed, shared};

/// One date of a fire: its bands, its mask, and the offset of its digital numbers.
struct Date {
    nir: PathBuf,
    swir: PathBuf,
    scl: Option<PathBuf>,
    /// Classes of the mask that are clear.
    clear_classes: &'static [u8],
    offset_dn: f32,
}

const NO_DATA: f32 = -1.0;

impl Date {
    /// NBR of GDAL's averages on another raster's grid; `None` unless all pixels below are clear.
    fn nbr_by_gdal(
        &self,
        overview: Option<usize>,
        like: &ReadRaster<f32>,
        folder: &Path,
    ) -> Vec<Option<f32>> {
        let (nir, swir) = (
            ReadRaster::<u16>::read(&self.nir, overview),
            ReadRaster::<u16>::read(&self.swir, overview),
        );
        let scl = self.scl.as_ref().map(|scl| ReadRaster::<u8>::read(scl, overview));
        let clear: Vec<bool> = (0..nir.pixels.len())
            .map(|pixel| {
                let sky_is_clear =
                    scl.as_ref().is_none_or(|scl| self.clear_classes.contains(&scl.pixels[pixel]));
                nir.pixels[pixel] != 0 && swir.pixels[pixel] != 0 && sky_is_clear
            })
            .collect();
        let masked = |band: &ReadRaster<u16>| -> Vec<f32> {
            let pixels = band.pixels.iter().zip(&clear);
            pixels
                .map(
                    |(dn, clear)| {
                        if *clear { (f32::from(*dn) + self.offset_dn).max(0.0) } else { NO_DATA }
                    },
                )
                .collect()
        };
        let share: Vec<f32> = clear.iter().map(|clear| if *clear { 1.0 } else { 0.0 }).collect();
        let averaged = |pixels: Vec<f32>, no_data| average(&nir, pixels, no_data, like, folder);
        let (share, nir, swir) = (
            averaged(share, None),
            averaged(masked(&nir), Some(NO_DATA)),
            averaged(masked(&swir), Some(NO_DATA)),
        );
        (0..like.pixels.len())
            .map(|cell| {
                let (nir, swir) = (nir.pixels[cell], swir.pixels[cell]);
                (share.pixels[cell] > 0.9999 && nir + swir > 0.0)
                    .then(|| (nir - swir) / (nir + swir))
            })
            .collect()
    }
}

/// GDAL's area average of pixels that lie as `source`'s do, on the grid of `like`.
fn average(
    source: &ReadRaster<u16>,
    pixels: Vec<f32>,
    no_data: Option<f32>,
    like: &ReadRaster<f32>,
    folder: &Path,
) -> ReadRaster<f32> {
    let (from, to) = (folder.join("from.tif"), folder.join("to.tif"));
    let size = (source.width, source.height);
    let mut dataset = DriverManager::get_driver_by_name("GTiff")
        .unwrap()
        .create_with_band_type::<f32, _>(&from, size.0, size.1, 1)
        .unwrap();
    dataset.set_geo_transform(&source.geo_transform).unwrap();
    dataset.set_spatial_ref(&source.system).unwrap();
    dataset.rasterband(1).unwrap().write((0, 0), size, &mut Buffer::new(size, pixels)).unwrap();
    dataset.close().unwrap();
    let [west, cell, _, north, _, _] = like.geo_transform;
    let (east, south) = (west + cell * like.width as f64, north - cell * like.height as f64);
    let mut warp = Command::new("gdalwarp");
    warp.args(["-q", "-overwrite", "-r", "average", "-et", "0", "-t_srs", "EPSG:3857", "-te"])
        .args([west, south, east, north].map(|edge| edge.to_string()))
        .args(["-ts", &like.width.to_string(), &like.height.to_string()]);
    if let Some(no_data) = no_data {
        warp.args(["-srcnodata", &no_data.to_string(), "-dstnodata", &no_data.to_string()]);
    }
    assert!(warp.arg(&from).arg(&to).status().unwrap().success());
    ReadRaster::read(&to, None)
}

/// Compares a region's raster with GDAL's averages of a level of its two dates.
fn check(
    name: &str,
    bed: &TestBed,
    region: &str,
    dates: &[Date; 2],
    overview: Option<usize>,
    least_r_squared: f64,
) {
    let ours: ReadRaster<f32> =
        ReadRaster::read(&bed.published(&format!("raster/{region}_lowres_dnbr.tif")), None);
    let folder = tempfile::tempdir().unwrap();
    let [pre, post] = dates.each_ref().map(|date| date.nbr_by_gdal(overview, &ours, folder.path()));
    let pairs: Vec<(f32, f32)> = ours
        .pixels
        .iter()
        .zip(pre.into_iter().zip(post))
        .filter_map(|(dnbr, (pre, post))| (!dnbr.is_nan()).then_some((*dnbr, pre? - post?)))
        .collect();
    let found = agreement(&pairs);
    println!("{name}: {found:?}");
    assert!(found.count > 10_000 && found.r_squared >= least_r_squared, "{name}: {found:?}");
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn madre_at_zoom_10_is_gdals_average_of_the_80_m_overview() {
    let bed = madre(10);
    bed.succeed(&["update", "madre"]);
    let folder = shared("data/madre");
    let date = |scene: &str, clear_classes, offset_dn| {
        let band = |name: &str| folder.join(format!("{scene}_{name}.tif"));
        let scl = Some(band("scl"));
        Date { nir: band("nir08"), swir: band("swir22"), scl, clear_classes, offset_dn }
    };
    // Class 2 of both is the shadow of terrain: their baselines are 05.11.
    let clear: &[u8] = &[4, 5, 6, 7];
    let dates = [
        date("S2B_10SGD_20250617_0_L2A", clear, 0.0),
        date("S2A_10SGD_20250806_0_L2A", clear, -1000.0),
    ];
    check(
        "Madre, zoom 10, against GDAL's average of the 80 m overview",
        &bed,
        "madre",
        &dates,
        Some(1),
        0.995,
    );
    // What reading an overview instead of all pixels loses.
    check(
        "Madre, zoom 10, against GDAL's average of full resolution",
        &bed,
        "madre",
        &dates,
        None,
        0.97,
    );
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn las_conchas_at_zoom_10_is_gdals_average() {
    let bed = las_conchas(10, 35.65);
    bed.succeed(&["update", "las_conchas"]);
    let folder = shared("data/las-conchas");
    let date = |scene: &str| {
        let band = |name: &str| folder.join(format!("{scene}_{name}.tif"));
        let (nir, swir) = (band("nir08"), band("swir22"));
        Date { nir, swir, scl: None, clear_classes: &[], offset_dn: 0.0 }
    };
    let dates = [date("LT05_las-conchas_20110624"), date("LE07_las-conchas_20120618")];
    check("Las Conchas, zoom 10, against GDAL's average", &bed, "las_conchas", &dates, None, 0.995);
}
