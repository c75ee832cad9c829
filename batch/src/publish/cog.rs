//! Published GeoTIFFs: the rasters of a run as COGs that carry their provenance.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::Note;
use gdal::cpl::CslStringList;
use gdal::raster::RasterBand;
use gdal::{Dataset, DriverManager, Metadata};

use crate::read::geotiff::FailureWatch;

/// What a COG is written from.
pub(crate) struct CogSource<'a> {
    /// A raster of the work folder.
    pub(crate) raster: &'a Path,
    /// What its values are.
    pub(crate) band_name: &'a str,
    /// A sentence for people.
    pub(crate) description: &'a str,
    /// Where it comes from.
    pub(crate) notes: &'a [Note],
    /// Method of GDAL for its overviews.
    pub(crate) overviews: &'static str,
}

impl CogSource<'_> {
    /// Writes the COG, and reads it back: a full disk shows only at the end.
    pub(crate) fn write(&self, to: &Path) -> Result<()> {
        let watch = FailureWatch::begin();
        let no_data = self.create(to).with_context(|| format!("cannot write {}", to.display()))?;
        watch.check().with_context(|| format!("writing {}", to.display()))?;
        read_back(to, no_data).with_context(|| format!("{} cannot be read back", to.display()))
    }

    /// Writes the file; gives the value of cells without one.
    fn create(&self, to: &Path) -> Result<f64> {
        let mut source = Dataset::open(self.raster)
            .with_context(|| format!("cannot open {}", self.raster.display()))?;
        let mut band = source.rasterband(1)?;
        band.set_description(self.band_name)?;
        let no_data = band.no_data_value().context("it has no no-data value")?;
        source.set_metadata_item("TIFFTAG_IMAGEDESCRIPTION", self.description, "")?;
        let software = format!("Dragonfly {}", dragonfly_core::VERSION);
        source.set_metadata_item("TIFFTAG_SOFTWARE", &software, "")?;
        for note in self.notes {
            source.set_metadata_item(&note.tag_name(), &note.text, "")?;
        }
        let overviews = format!("OVERVIEW_RESAMPLING={}", self.overviews);
        let options: CslStringList = [
            "COMPRESS=DEFLATE",
            "LEVEL=1",
            "PREDICTOR=YES",
            "BLOCKSIZE=512",
            overviews.as_str(),
            "NUM_THREADS=2",
        ]
        .into_iter()
        .collect();
        let driver = DriverManager::get_driver_by_name("COG")?;
        let mut cog = source.create_copy(&driver, to, &options)?;
        cog.flush_cache()?;
        cog.close()?;
        Ok(no_data)
    }
}

/// Reads the last block of the image and of its coarsest overview.
///
/// # Errors
/// When the file is cut short, or its value of cells without one is another.
pub(crate) fn read_back(file: &Path, no_data: f64) -> Result<()> {
    let dataset = Dataset::open(file)?;
    let band = dataset.rasterband(1)?;
    let is_same = |value: f64| value == no_data || (value.is_nan() && no_data.is_nan());
    ensure!(band.no_data_value().is_some_and(is_same), "it has lost its no-data value");
    read_last_block(&band)?;
    match band.overview_count()? {
        0 => Ok(()),
        count => read_last_block(&band.overview(count as usize - 1)?),
    }
}

fn read_last_block(band: &RasterBand) -> Result<()> {
    let (size, block) = (band.size(), band.block_size());
    if size.0 == 0 || size.1 == 0 {
        bail!("it has no pixels");
    }
    let first = ((size.0 - 1) / block.0 * block.0, (size.1 - 1) / block.1 * block.1);
    let window = (size.0 - first.0, size.1 - first.1);
    band.read_as::<f32>((first.0 as isize, first.1 as isize), window, window, None)?;
    Ok(())
}
