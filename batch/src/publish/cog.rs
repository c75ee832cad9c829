//! Published GeoTIFFs: the rasters of a run as COGs that carry their provenance.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::Note;
use gdal::config::{clear_thread_local_config_option, set_thread_local_config_option};
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
    /// What kind of values its cells hold.
    pub(crate) cells: CellValues,
}

/// The kind of a raster's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellValues {
    /// Numbers that differ from cell to cell, and have a mean.
    Measured,
    /// Codes, days or counts, which repeat over wide ground, and have no mean.
    Coded,
}

/// Pixels along a side of a block, as an option and as a number. The coarsest overview is one block.
const BLOCK_SIZE: &str = "BLOCKSIZE=512";
const BLOCK_SIZE_OF_OVERVIEWS: &str = "512";
const BLOCK_PX: usize = 512;

impl CellValues {
    /// Options of GDAL's COG driver. A predictor only spoils values that repeat.
    fn options(self) -> [&'static str; 2] {
        match self {
            Self::Measured => ["OVERVIEW_RESAMPLING=AVERAGE", "PREDICTOR=YES"],
            Self::Coded => ["OVERVIEW_RESAMPLING=NEAREST", "PREDICTOR=NO"],
        }
    }
}

impl CogSource<'_> {
    /// Writes the COG, and reads it back: a full disk shows only at the end.
    pub(crate) fn write(&self, to: &Path) -> Result<()> {
        let watch = FailureWatch::begin();
        let no_data = self.create(to).with_context(|| format!("cannot write {}", to.display()))?;
        watch.check().with_context(|| format!("writing {}", to.display()))?;
        read_back(to, no_data).with_context(|| format!("{} cannot be read back", to.display()))
    }

    /// Opens the raster; with overviews where GDAL would take long over those of the COG.
    fn open(&self) -> Result<Dataset> {
        let overviews = self.raster.with_added_extension("ovr");
        if overviews.exists() {
            // Of a run that was interrupted.
            fs::remove_file(&overviews)
                .with_context(|| format!("cannot remove {}", overviews.display()))?;
        }
        let mut source = Dataset::open(self.raster)
            .with_context(|| format!("cannot open {}", self.raster.display()))?;
        if self.cells == CellValues::Measured {
            build_overviews(&mut source)
                .with_context(|| format!("cannot write {}", overviews.display()))?;
        }
        Ok(source)
    }

    /// Writes the file; gives the value of cells without one.
    fn create(&self, to: &Path) -> Result<f64> {
        let mut source = self.open()?;
        let mut band = source.rasterband(1)?;
        band.set_description(self.band_name)?;
        let no_data = band.no_data_value().context("it has no no-data value")?;
        source.set_metadata_item("TIFFTAG_IMAGEDESCRIPTION", self.description, "")?;
        let software = format!("Dragonfly {}", dragonfly_core::VERSION);
        source.set_metadata_item("TIFFTAG_SOFTWARE", &software, "")?;
        for note in self.notes {
            source.set_metadata_item(&note.tag_name(), &note.text, "")?;
        }
        let options = ["COMPRESS=DEFLATE", "LEVEL=1", BLOCK_SIZE, "NUM_THREADS=2"];
        let options: CslStringList = options.into_iter().chain(self.cells.options()).collect();
        let driver = DriverManager::get_driver_by_name("COG")?;
        let mut cog = source.create_copy(&driver, to, &options)?;
        cog.flush_cache()?;
        cog.close()?;
        Ok(no_data)
    }
}

/// Builds the overviews of a raster beside it, as GDAL does for a COG; but that compresses them for
/// the short time until they are copied.
fn build_overviews(source: &mut Dataset) -> Result<()> {
    let longest = source.raster_size().0.max(source.raster_size().1);
    let factors: Vec<i32> = (1..i32::BITS - 1)
        .take_while(|power| longest >> (power - 1) > BLOCK_PX)
        .map(|power| 1 << power)
        .collect();
    if factors.is_empty() {
        return Ok(());
    }
    let options =
        [("COMPRESS_OVERVIEW", "NONE"), ("GDAL_TIFF_OVR_BLOCKSIZE", BLOCK_SIZE_OF_OVERVIEWS)];
    for (key, value) in options {
        set_thread_local_config_option(key, value)?;
    }
    let built = source.build_overviews("AVERAGE", &factors, &[]);
    for (key, _) in options {
        clear_thread_local_config_option(key)?;
    }
    Ok(built?)
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
