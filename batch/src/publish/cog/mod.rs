//! Published GeoTIFFs: the rasters of a run as COGs that carry their provenance.

mod file;
mod pixel;
mod pyramid;
mod spill;

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::Note;
use dragonfly_tiff::tag;
use dragonfly_tiff::writer::{DirectoryWriter, TagValue};
use gdal::Dataset;
use gdal::raster::{GdalDataType, RasterBand};

use crate::read::geotiff::FailureWatch;

use file::write_levels;
use pixel::CogPixel;
use pyramid::Pyramid;
use spill::Spill;

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
}

/// Pixels along a side of a block. The coarsest overview is one block.
const BLOCK_PX: usize = 512;

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
        let source = Dataset::open(self.raster)
            .with_context(|| format!("cannot open {}", self.raster.display()))?;
        let band = source.rasterband(1)?;
        let no_data = band.no_data_value().context("it has no no-data value")?;
        match band.band_type() {
            GdalDataType::Float32 => self.create_of(to, &source, f32::NAN)?,
            GdalDataType::UInt8 => self.create_of(to, &source, no_data as u8)?,
            GdalDataType::UInt16 => self.create_of(to, &source, no_data as u16)?,
            other => bail!("it holds {} pixels, which no raster of a run has", other.name()),
        }
        Ok(no_data)
    }

    fn create_of<T: CogPixel>(&self, to: &Path, source: &Dataset, no_data: T) -> Result<()> {
        let (width, height) = source.raster_size();
        let band = source.rasterband(1)?;
        let spill = Spill::create(&to.with_added_extension("blocks"))?;
        let mut pyramid = Pyramid::new((width, height), no_data, spill);
        for top in (0..height).step_by(BLOCK_PX) {
            let size = (width, BLOCK_PX.min(height - top));
            let rows = band.read_as::<T>((0, top as isize), size, size, None)?;
            pyramid.add(rows.into_shape_and_vec().1)?;
        }
        let [west, pixel_m, _, north, _, _] = source.geo_transform()?;
        let (levels, spill) = pyramid.finish();
        let stated_no_data = band.no_data_value().context("it has no no-data value")?;
        // As GDAL writes it: NaN in lower case.
        let stated_no_data = stated_no_data.to_string().to_lowercase();
        write_levels(to, &levels, &spill.finish()?, &stated_no_data, |image| {
            image.set_georeference(WEB_MERCATOR, (west, north), pixel_m);
            self.describe(image);
        })
    }

    /// States what the values are and where they come from.
    fn describe(&self, image: &mut DirectoryWriter) {
        let software = format!("Dragonfly {}", dragonfly_core::VERSION);
        image.set(tag::SOFTWARE, TagValue::Text(software));
        image.set(tag::IMAGE_DESCRIPTION, TagValue::Text(self.description.to_owned()));
        let items: Vec<(String, &str)> =
            self.notes.iter().map(|note| (note.tag_name(), note.text.as_str())).collect();
        image.set_gdal_metadata(self.band_name, &items);
    }
}

/// The number of the rasters' coordinate system.
const WEB_MERCATOR: u16 = 3857;

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
