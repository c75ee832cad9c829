//! The rasters of a run in the work folder: written strip by strip, read tile by tile.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::{Grid, MapCell, MapLayer, PreNbrCode};
use gdal::cpl::CslStringList;
use gdal::raster::{Buffer, GdalType};
use gdal::{Dataset, DriverManager};

use crate::compute::mosaic::Strip;
use crate::deployment::layout::RunFolder;
use crate::read::geotiff::{FailureWatch, mark_thread, web_mercator};

/// The rasters of a run while they are written.
pub(crate) struct RunWriter {
    dnbr: OpenRaster,
    state: OpenRaster,
    pre_date: OpenRaster,
    post_date: OpenRaster,
    views: OpenRaster,
    pre_nbr: OpenRaster,
}

/// A raster while it is written.
struct OpenRaster {
    /// What is done to it, for errors.
    what: String,
    dataset: Dataset,
}

impl RunWriter {
    /// Starts all rasters.
    pub(crate) fn create(folder: &RunFolder, grid: &Grid) -> Result<Self> {
        let tiled = ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256"];
        let compact = [&tiled[..], &["COMPRESS=DEFLATE", "ZLEVEL=1"]].concat();
        let bytes = |layer| OpenRaster::create::<u8>(folder, layer, grid, &compact);
        let days = |layer| OpenRaster::create::<u16>(folder, layer, grid, &compact);
        Ok(Self {
            dnbr: OpenRaster::start("dNBR", || {
                create::<f32>(&folder.dnbr(), grid, &tiled, f64::NAN)
            })?,
            state: bytes(MapLayer::State)?,
            pre_date: days(MapLayer::PreDate)?,
            post_date: days(MapLayer::PostDate)?,
            views: bytes(MapLayer::Views)?,
            // Its last digits vary from cell to cell: compressing it saves little, and takes long.
            pre_nbr: OpenRaster::start("NBR before the fire", || {
                let empty = f64::from(PreNbrCode::EMPTY.0);
                create::<u8>(&folder.pre_nbr(), grid, &tiled, empty)
            })?,
        })
    }

    /// Writes a strip of cells.
    pub(crate) fn write(&mut self, strip: Strip) -> Result<()> {
        let size = (strip.width, strip.dnbr.len() / strip.width);
        let at = (strip.corner.0 as isize, strip.corner.1 as isize);
        self.dnbr.write(at, Buffer::new(size, strip.dnbr))?;
        self.state.write(at, Buffer::new(size, strip.state))?;
        self.pre_date.write(at, Buffer::new(size, strip.pre_date))?;
        self.post_date.write(at, Buffer::new(size, strip.post_date))?;
        self.views.write(at, Buffer::new(size, strip.views))?;
        self.pre_nbr.write(at, Buffer::new(size, strip.pre_nbr))?;
        // Whole blocks are written now, while the next strip is computed, and not all at the end.
        if is_whole_blocks(size.0, strip.corner.0) && is_whole_blocks(size.1, strip.corner.1) {
            self.rasters_mut().into_iter().try_for_each(OpenRaster::flush)?;
        }
        Ok(())
    }

    fn rasters_mut(&mut self) -> [&mut OpenRaster; 6] {
        let Self { dnbr, state, pre_date, post_date, views, pre_nbr } = self;
        [dnbr, state, pre_date, post_date, views, pre_nbr]
    }

    /// Closes all; a full disk shows only here.
    pub(crate) fn finish(self) -> Result<()> {
        let Self { dnbr, state, pre_date, post_date, views, pre_nbr } = self;
        [dnbr, state, pre_date, post_date, views, pre_nbr]
            .into_iter()
            .try_for_each(OpenRaster::close)
    }
}

/// Whether a number of cells from a first one on are whole blocks of the rasters.
fn is_whole_blocks(cells: usize, first: u32) -> bool {
    (cells as u32).is_multiple_of(TILE_SIZE_PX) && first.is_multiple_of(TILE_SIZE_PX)
}

impl OpenRaster {
    fn create<T: GdalType>(
        folder: &RunFolder,
        layer: MapLayer,
        grid: &Grid,
        options: &[&str],
    ) -> Result<Self> {
        let file = folder.layer(layer);
        Self::start(layer.name(), || create::<T>(&file, grid, options, layer.no_data()))
    }

    fn start(name: &str, create: impl FnOnce() -> Result<Dataset>) -> Result<Self> {
        let what = format!("writing the {name} raster");
        Ok(Self { dataset: watched(&what, create)?, what })
    }

    fn write<T: GdalType + Copy>(
        &mut self,
        at: (isize, isize),
        mut cells: Buffer<T>,
    ) -> Result<()> {
        let Self { what, dataset } = self;
        watched(what, || Ok(dataset.rasterband(1)?.write(at, cells.shape(), &mut cells)?))
    }

    fn flush(&mut self) -> Result<()> {
        let Self { what, dataset } = self;
        watched(what, || Ok(dataset.flush_cache()?))
    }

    fn close(self) -> Result<()> {
        let Self { what, mut dataset } = self;
        watched(&what, || {
            dataset.flush_cache()?;
            Ok(dataset.close()?)
        })
    }
}

/// Does something to a raster; an error also where GDAL reports a failure that it does not return.
fn watched<T>(what: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
    let watch = FailureWatch::begin();
    let done = act().with_context(|| what.to_owned())?;
    watch.check().with_context(|| what.to_owned())?;
    Ok(done)
}

fn create<T: GdalType>(
    file: &Path,
    grid: &Grid,
    options: &[&str],
    no_data: f64,
) -> Result<Dataset> {
    let options: CslStringList = options.iter().copied().collect();
    let size = (grid.width() as usize, grid.height() as usize);
    let mut dataset = DriverManager::get_driver_by_name("GTiff")?
        .create_with_band_type_with_options::<T, _>(file, size.0, size.1, 1, &options)
        .with_context(|| format!("cannot create {}", file.display()))?;
    dataset.set_spatial_ref(&web_mercator()?)?;
    let (west, north) = grid.metres_from_grid(0.0, 0.0);
    let cell = grid.cell_size_m();
    dataset.set_geo_transform(&[west, cell, 0.0, north, 0.0, -cell])?;
    dataset.rasterband(1)?.set_no_data_value(Some(no_data))?;
    Ok(dataset)
}

/// The rasters of a finished run, read tile by tile from any thread.
pub(crate) struct RunReader {
    dnbr: Mutex<Dataset>,
    state: Mutex<Dataset>,
    pre_nbr: Mutex<Dataset>,
}

impl RunReader {
    /// Opens all rasters.
    pub(crate) fn open(folder: &RunFolder) -> Result<Self> {
        let open = |file: &Path| {
            Dataset::open(file).with_context(|| format!("cannot open {}", file.display()))
        };
        Ok(Self {
            dnbr: Mutex::new(open(&folder.dnbr())?),
            state: Mutex::new(open(&folder.layer(MapLayer::State))?),
            pre_nbr: Mutex::new(open(&folder.pre_nbr())?),
        })
    }

    /// The 256 × 256 cells from a column and row on.
    pub(crate) fn tile(&self, column: u32, row: u32) -> Result<Vec<MapCell>> {
        let (dnbr, state) = self.cells((column, row), (TILE_SIZE_PX, TILE_SIZE_PX))?;
        Ok(dnbr.into_iter().zip(state).map(|(dnbr, state)| MapCell::new(dnbr, state)).collect())
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

    /// NBR before the fire of a rectangle of cells from a corner on, so many across and down.
    pub(crate) fn pre_nbr(&self, corner: (u32, u32), size: (u32, u32)) -> Result<Vec<PreNbrCode>> {
        let codes = read_cells::<u8>(&self.pre_nbr, corner, size)
            .context("reading the raster of NBR before the fire")?;
        Ok(codes.into_iter().map(PreNbrCode).collect())
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
