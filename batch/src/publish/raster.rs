//! The rasters of a run: written strip by strip, read tile by tile, published as a COG.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::{Empty, Grid, MapCell};
use gdal::cpl::CslStringList;
use gdal::raster::{Buffer, GdalType};
use gdal::{Dataset, DriverManager, Metadata};

use crate::compute::mosaic::Strip;
use crate::deployment::layout::RunFolder;
use crate::read::geotiff::{FailureWatch, mark_thread, web_mercator};

/// The two rasters of a run while they are written.
pub(crate) struct RunWriter {
    dnbr: Dataset,
    state: Dataset,
}

impl RunWriter {
    /// Starts both rasters.
    pub(crate) fn create(folder: &RunFolder, grid: &Grid) -> Result<Self> {
        let dnbr = watched(DNBR, || {
            let dnbr = create::<f32>(
                &folder.dnbr(),
                grid,
                &["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"],
            )?;
            dnbr.rasterband(1)?.set_no_data_value(Some(f64::NAN))?;
            Ok(dnbr)
        })?;
        let compact =
            ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "COMPRESS=DEFLATE", "ZLEVEL=1"];
        let state = watched(STATE, || create::<u8>(&folder.state(), grid, &compact))?;
        Ok(Self { dnbr, state })
    }

    /// Writes a strip of cells.
    pub(crate) fn write(&mut self, strip: Strip) -> Result<()> {
        let size = (strip.width, strip.dnbr.len() / strip.width);
        let at = (strip.corner.0 as isize, strip.corner.1 as isize);
        write(DNBR, &self.dnbr, at, Buffer::new(size, strip.dnbr))?;
        write(STATE, &self.state, at, Buffer::new(size, strip.state))
    }

    /// Closes both; a full disk shows only here.
    pub(crate) fn finish(self) -> Result<()> {
        close(DNBR, self.dnbr)?;
        close(STATE, self.state)
    }
}

const DNBR: &str = "writing the dNBR raster";
const STATE: &str = "writing the state raster";

fn write<T: GdalType + Copy>(
    what: &'static str,
    raster: &Dataset,
    at: (isize, isize),
    mut cells: Buffer<T>,
) -> Result<()> {
    watched(what, || Ok(raster.rasterband(1)?.write(at, cells.shape(), &mut cells)?))
}

fn close(what: &'static str, mut raster: Dataset) -> Result<()> {
    watched(what, || {
        raster.flush_cache()?;
        Ok(raster.close()?)
    })
}

/// Does something to a raster; an error also where GDAL reports a failure that it does not return.
fn watched<T>(what: &'static str, act: impl FnOnce() -> Result<T>) -> Result<T> {
    let watch = FailureWatch::begin();
    let done = act().context(what)?;
    watch.check().context(what)?;
    Ok(done)
}

fn create<T: GdalType>(file: &Path, grid: &Grid, options: &[&str]) -> Result<Dataset> {
    let options: CslStringList = options.iter().copied().collect();
    let size = (grid.width() as usize, grid.height() as usize);
    let mut dataset = DriverManager::get_driver_by_name("GTiff")?
        .create_with_band_type_with_options::<T, _>(file, size.0, size.1, 1, &options)
        .with_context(|| format!("cannot create {}", file.display()))?;
    dataset.set_spatial_ref(&web_mercator()?)?;
    let (west, north) = grid.metres_from_grid(0.0, 0.0);
    let cell = grid.cell_size_m();
    dataset.set_geo_transform(&[west, cell, 0.0, north, 0.0, -cell])?;
    Ok(dataset)
}

/// The rasters of a finished run, read tile by tile from any thread.
pub(crate) struct RunReader {
    dnbr: Mutex<Dataset>,
    state: Mutex<Dataset>,
}

impl RunReader {
    /// Opens both rasters.
    pub(crate) fn open(folder: &RunFolder) -> Result<Self> {
        let open = |file: &Path| {
            Dataset::open(file).with_context(|| format!("cannot open {}", file.display()))
        };
        Ok(Self {
            dnbr: Mutex::new(open(&folder.dnbr())?),
            state: Mutex::new(open(&folder.state())?),
        })
    }

    /// The 256 × 256 cells from a column and row on.
    pub(crate) fn tile(&self, column: u32, row: u32) -> Result<Vec<Result<f32, Empty>>> {
        let (dnbr, state) = self.cells((column, row), (TILE_SIZE_PX, TILE_SIZE_PX))?;
        Ok(dnbr
            .into_iter()
            .zip(state)
            .map(|(dnbr, state)| MapCell::new(dnbr, state).value())
            .collect())
    }

    /// dNBR and state of a rectangle of cells from a corner on, so many across and down.
    pub(crate) fn cells(
        &self,
        corner: (u32, u32),
        size: (u32, u32),
    ) -> Result<(Vec<f32>, Vec<u8>)> {
        let dnbr = read_cells(&self.dnbr, corner, size).context("reading the dNBR raster")?;
        let state = read_cells(&self.state, corner, size).context("reading the state raster")?;
        Ok((dnbr, state))
    }
}

fn read_cells<T: Copy + GdalType>(
    dataset: &Mutex<Dataset>,
    (column, row): (u32, u32),
    (width, height): (u32, u32),
) -> Result<Vec<T>> {
    let size = (width as usize, height as usize);
    mark_thread();
    let dataset = dataset.lock().unwrap_or_else(PoisonError::into_inner);
    let buffer =
        dataset.rasterband(1)?.read_as::<T>((column as isize, row as isize), size, size, None)?;
    Ok(buffer.into_shape_and_vec().1)
}

/// Writes the run's dNBR as a COG, and reads it back: a full disk shows only at the end.
pub(crate) fn write_cog(folder: &RunFolder, description: &str) -> Result<()> {
    let (from, to) = (folder.dnbr(), folder.cog());
    let watch = FailureWatch::begin();
    {
        let mut source =
            Dataset::open(&from).with_context(|| format!("cannot open {}", from.display()))?;
        source.set_metadata_item("TIFFTAG_IMAGEDESCRIPTION", description, "")?;
        let options: CslStringList = [
            "COMPRESS=DEFLATE",
            "LEVEL=1",
            "PREDICTOR=YES",
            "BLOCKSIZE=512",
            "OVERVIEW_RESAMPLING=AVERAGE",
            "NUM_THREADS=2",
        ]
        .into_iter()
        .collect();
        let driver = DriverManager::get_driver_by_name("COG")?;
        let mut cog = source
            .create_copy(&driver, &to, &options)
            .with_context(|| format!("cannot write {}", to.display()))?;
        cog.flush_cache()?;
        cog.close()?;
    }
    watch.check().with_context(|| format!("writing {}", to.display()))?;
    read_back(&to).with_context(|| format!("{} cannot be read back", to.display()))
}

/// Reads the last block of the image and of its coarsest overview.
///
/// # Errors
/// When the file is cut short, or has lost its no-data value.
pub(crate) fn read_back(file: &Path) -> Result<()> {
    let dataset = Dataset::open(file)?;
    let band = dataset.rasterband(1)?;
    ensure!(band.no_data_value().is_some_and(f64::is_nan), "it has lost its no-data value");
    let last = |band: &gdal::raster::RasterBand| -> Result<()> {
        let (size, block) = (band.size(), band.block_size());
        if size.0 == 0 || size.1 == 0 {
            bail!("it has no pixels");
        }
        band.read_block::<f32>(((size.0 - 1) / block.0, (size.1 - 1) / block.1))?;
        Ok(())
    };
    last(&band)?;
    match band.overview_count()? {
        0 => Ok(()),
        count => last(&band.overview(count as usize - 1)?),
    }
}
