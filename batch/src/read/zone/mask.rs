//! The mask's file, read at the level that fits the cells, in windows of few pixels.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::{CellWindow, Grid, Lattice, ZoneWindow, cells_in_zone};
use gdal::raster::ResampleAlg;
use gdal::spatial_ref::CoordTransform;
use gdal::{Dataset, GeoTransform, GeoTransformEx};

use super::coverage::has_pixels;
use super::sampling::{MAX_WINDOW_PX, MaskLevel, Sampling, halves, levels, pixels};
use crate::http::Client;
use crate::read::decoding::DecodingPermit;
use crate::read::geotiff::{self, BlockRanges, GeoTiff, HeaderLimits, block_bytes};

/// Blocks that are decoded of one mask at most: many minutes' work.
const MAX_BLOCKS_READ: u64 = 2_000_000;
/// Blocks of fewer decoded bytes are read without a check of their stored size, which GDAL bounds
/// by ten times theirs.
const MIN_CHECKED_BLOCK_BYTES: u64 = 1 << 20;

/// Masks of more blocks, or larger ones, are read by one thread: GDAL keeps the places of all, and
/// the last one decoded, for each.
const MAX_SHARED_BLOCKS: usize = 1 << 20;
const MAX_SHARED_BLOCK_BYTES: u64 = 4 << 20;

/// The mask's file.
pub(super) struct Mask {
    dataset: Dataset,
    file_bytes: u64,
    no_data: Option<f64>,
    mask_from_mercator: CoordTransform,
    pixel_from_mask: GeoTransform,
    /// The image itself, then its overviews.
    levels: Vec<MaskLevel>,
    /// Blocks decoded so far by all that read the same mask.
    blocks_read: Arc<AtomicU64>,
}

/// What a mask shows of the cells of a window, row by row.
pub(super) struct CellsObserved {
    /// Whether each cell lies in the zone.
    pub(super) in_zone: Vec<bool>,
    /// Cells where the mask has no data.
    pub(super) beyond: usize,
}

/// Where a mask lies, and the client that reads it from there.
#[derive(Clone, Copy)]
pub(super) struct MaskSource<'a> {
    pub(super) path: &'a str,
    pub(super) client: &'a Client,
}

impl MaskSource<'_> {
    /// Opens the mask.
    ///
    /// # Errors
    /// When it is missing, or is no raster of whole numbers in one band with a place on the ground.
    pub(super) fn open(self) -> Result<Mask> {
        Mask::open(self.path, self.client)
    }

    /// Opens the mask once more, for another thread.
    ///
    /// # Errors
    /// As [`MaskSource::open`].
    pub(super) fn open_beside(self, blocks_read: Arc<AtomicU64>) -> Result<Mask> {
        Ok(Mask { blocks_read, ..self.open()? })
    }
}

impl Mask {
    /// Opens a mask.
    ///
    /// # Errors
    /// When it is missing, or is no raster of whole numbers in one band with a place on the ground.
    fn open(path: &str, client: &Client) -> Result<Self> {
        let GeoTiff { dataset, file_bytes } = geotiff::open(path, client, HeaderLimits::SINGLE)?;
        ensure!(
            dataset.raster_count() == 1,
            "has {} bands, and must have one",
            dataset.raster_count()
        );
        let source = dataset.spatial_ref().context("has no coordinate system")?;
        let mask_from_mercator = geotiff::transform(&geotiff::web_mercator()?, &source)?;
        let pixel_from_mask = dataset.geo_transform()?.invert()?;
        let (no_data, levels) = {
            let band = dataset.rasterband(1)?;
            ensure!(
                band.band_type().is_integer(),
                "holds {} pixels, and must hold whole numbers: 1 fire-prone, 0 not",
                band.band_type().name()
            );
            let flags = band.mask_flags()?;
            ensure!(
                !flags.is_per_dataset() && !flags.is_alpha(),
                "has a mask inside, which is not read: write it with a no-data value instead \
                (gdal_translate -b 1 -a_nodata 255, or gdal_calc.py)"
            );
            (band.no_data_value(), levels(&band)?)
        };
        Ok(Self {
            dataset,
            file_bytes,
            no_data,
            mask_from_mercator,
            pixel_from_mask,
            levels,
            blocks_read: Arc::default(),
        })
    }

    /// The count of blocks decoded, which all share that read the same mask; `None` where GDAL
    /// would take much memory for each.
    pub(super) fn shared_count(&self) -> Result<Option<Arc<AtomicU64>>> {
        let blocks = |level: &MaskLevel| {
            level.size.0.div_ceil(level.block.0) * level.size.1.div_ceil(level.block.1)
        };
        let bytes = block_bytes(&self.dataset, &self.dataset.rasterband(1)?);
        let is_small = bytes <= MAX_SHARED_BLOCK_BYTES;
        let are_few = self.levels.iter().map(blocks).sum::<usize>() <= MAX_SHARED_BLOCKS;
        Ok((is_small && are_few).then(|| Arc::clone(&self.blocks_read)))
    }

    /// What the mask shows of a window's cells; calls `visit` with each part of the window.
    ///
    /// A cell lies in the zone when any sampled pixel under it does: all of them, unless the mask
    /// is so much finer that `MIN_SAMPLES` along a side are enough. Parts follow each other by
    /// rows, then by columns.
    ///
    /// # Errors
    /// When the mask cannot be read, holds values other than 0, 1 and no data, or has too many
    /// blocks to be decoded.
    pub(super) fn visit(
        &self,
        grid: &Grid,
        window: &CellWindow,
        mut visit: impl FnMut(CellWindow, CellsObserved),
    ) -> Result<()> {
        let lattice = self.lattice(grid, window);
        let Some(sampling) = Sampling::for_cells(&self.levels, &lattice, window) else {
            visit(window.clone(), CellsObserved::none(window));
            return Ok(());
        };
        let mut waiting = vec![window.clone()];
        while let Some(part) = waiting.pop() {
            let samples = sampling.samples_under(&lattice, &part);
            match halves(&part, &sampling, &samples).filter(|_| pixels(&samples) > MAX_WINDOW_PX) {
                Some([first, second]) => waiting.extend([second, first]),
                None => {
                    let seen = self.cells(&lattice, sampling.coarsened(&lattice, &part), &part)?;
                    visit(part, seen);
                }
            }
        }
        Ok(())
    }

    /// How many blocks would be decoded to see all cells of a grid, about.
    pub(super) fn blocks_under(&self, grid: &Grid) -> u64 {
        let window = CellWindow { columns: grid.inside_columns(), rows: grid.inside_rows() };
        let lattice = self.lattice(grid, &window);
        let Some(sampling) = Sampling::for_cells(&self.levels, &lattice, &window) else { return 0 };
        let (across, down) = sampling.blocks(&sampling.samples_under(&lattice, &window));
        across.saturating_mul(down)
    }

    /// Where a window's cells lie, in pixels of full resolution.
    fn lattice(&self, grid: &Grid, window: &CellWindow) -> Lattice {
        let points =
            geotiff::project(&self.mask_from_mercator, &Lattice::control_points_m(grid, window));
        Lattice::new(
            window,
            points.into_iter().map(|(x, y)| self.pixel_from_mask.apply(x, y)).collect(),
        )
    }

    /// What the sampled pixels show of a part's cells.
    fn cells(
        &self,
        lattice: &Lattice,
        sampling: Sampling,
        part: &CellWindow,
    ) -> Result<CellsObserved> {
        let samples = sampling.samples_under(lattice, part);
        if samples.columns.is_empty() || samples.rows.is_empty() {
            return Ok(CellsObserved::none(part));
        }
        let values = self.values(sampling, &samples)?;
        let lattice = sampling.lattice(lattice);
        let is_known =
            |value: &i32| self.no_data.is_none_or(|no_data| f64::from(*value) != no_data);
        if let Some(other) =
            values.iter().find(|value| !(0..=1).contains(*value) && is_known(value))
        {
            bail!(
                "holds the value {other}, and may hold only 1 (fire-prone), 0 (not) and its \
                no-data value"
            );
        }
        let seen = |is_set: &dyn Fn(&i32) -> bool| {
            let zone = ZoneWindow {
                column: i64::from(samples.columns.start),
                row: i64::from(samples.rows.start),
                width: samples.columns.len(),
                height: samples.rows.len(),
                in_zone: values.iter().map(is_set).collect(),
            };
            cells_in_zone(&lattice, &zone, part)
        };
        let beyond = seen(&is_known).iter().filter(|known| !**known).count();
        Ok(CellsObserved { in_zone: seen(&|value| is_known(value) && *value == 1), beyond })
    }

    /// The values of the sampled pixels, row by row.
    fn values(&self, sampling: Sampling, samples: &CellWindow) -> Result<Vec<i32>> {
        let Sampling { level, steps } = sampling;
        let extent = |samples: &Range<u32>, step: usize, size: usize| {
            let start = samples.start as usize * step;
            start..(samples.end as usize * step).min(size)
        };
        let columns = extent(&samples.columns, steps.0, level.size.0);
        let rows = extent(&samples.rows, steps.1, level.size.1);
        let band = self.dataset.rasterband(1)?;
        let band =
            level.overview.map_or(Ok(band), |index| self.dataset.rasterband(1)?.overview(index))?;
        let size = (samples.columns.len(), samples.rows.len());
        if !has_pixels(&band, &columns, &rows) {
            // As GDAL fills what is not stored.
            return Ok(vec![self.no_data.unwrap_or(0.0) as i32; size.0 * size.1]);
        }
        let (across, down) = sampling.blocks(samples);
        let blocks = across.saturating_mul(down).min(MAX_BLOCKS_READ);
        ensure!(
            self.blocks_read.fetch_add(blocks, Ordering::Relaxed) <= MAX_BLOCKS_READ,
            "is so much finer than the map that more than {MAX_BLOCKS_READ} of its blocks would \
            be read: add overviews with gdaladdo -r mode"
        );
        let block_bytes = block_bytes(&self.dataset, &band);
        if block_bytes >= MIN_CHECKED_BLOCK_BYTES {
            BlockRanges::new(&band, self.file_bytes, block_bytes).check_all(&columns, &rows)?;
        }
        let _permit = DecodingPermit::wait_for(block_bytes);
        let mut values = vec![0; size.0 * size.1];
        let corner = (columns.start as isize, rows.start as isize);
        let window = (columns.len(), rows.len());
        band.read_into_slice(
            corner,
            window,
            size,
            &mut values,
            Some(ResampleAlg::NearestNeighbour),
        )
        .context("cannot be read")?;
        Ok(values)
    }
}

impl CellsObserved {
    /// A window of which nothing is known.
    fn none(window: &CellWindow) -> Self {
        let cells = window.columns.len() * window.rows.len();
        Self { in_zone: vec![false; cells], beyond: cells }
    }
}
