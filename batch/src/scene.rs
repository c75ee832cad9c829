//! One scene, opened: where it lies, which level to read, and its pixels strip by strip.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::stac::Item;
use dragonfly_core::{
    CellWindow, FireSide, Grid, Lattice, Observation, OffsetRule, Resampling, Scaling, SceneWindow, Sky, choose_level,
    margin_px, mercator, offset_from_pixels, offset_rule, sky_from_scl, warp, widen_clouds,
};
use gdal::raster::{GdalDataType, RasterBand, ResampleAlg};
use gdal::{Dataset, GeoTransform, GeoTransformEx};

use crate::geotiff;
use crate::zone::FireZone;

/// A scene over a grid, with what has been read of it.
pub(crate) struct Scene {
    /// What the metadata says of it.
    pub(crate) used: UsedScene,
    /// Cells that it may cover.
    pub(crate) cells: CellWindow,
    nir: Band,
    swir: Band,
    mask: Option<Band>,
    scaling: Scaling,
    /// Positions of the cells in pixels of the level read.
    lattice: Lattice,
    resampling: Resampling,
    cloud_margin_px: usize,
    /// Columns of the level that any cell needs.
    columns: Range<i64>,
    blocks: NeededBlocks,
    read: ReadRows,
}

/// The blocks of a level that hold pixels for any cell to be computed.
struct NeededBlocks {
    /// Pixels of a block, across and down.
    size: (i64, i64),
    needed: BTreeSet<(i64, i64)>,
    /// Blocks under cells of the box that no cell of the zone needs.
    skipped: usize,
}

/// A scene that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("scene {id}: {cause}")]
pub(crate) struct SceneFailed {
    pub(crate) id: String,
    pub(crate) cause: String,
}

impl SceneFailed {
    fn new(id: &str, error: &anyhow::Error) -> Self {
        Self { id: id.to_owned(), cause: format!("{error:#}") }
    }
}

/// One asset at the level read.
struct Band {
    name: &'static str,
    location: String,
    dataset: Dataset,
    /// Overview to read; the image itself when `None`.
    overview: Option<usize>,
    /// Pixels of the level, across and down.
    size: (usize, usize),
    no_data: u16,
}

/// The rows read and still needed.
#[derive(Default)]
struct ReadRows {
    pixels: SceneWindow,
    /// The sky before clouds were widened.
    narrow_sky: Vec<Sky>,
}

/// Bytes of pixels decoded so far, for the progress line.
pub(crate) static BYTES_DECODED: AtomicU64 = AtomicU64::new(0);

/// Full-resolution image of an asset, opened.
struct Image {
    name: &'static str,
    location: String,
    dataset: Dataset,
    size: (usize, usize),
    geo_transform: GeoTransform,
}

impl Scene {
    /// Opens an item's assets and plans the reading; `None` when it covers no cell of the grid.
    ///
    /// # Errors
    /// When an asset is missing, cannot be opened, or does not fit the others. Names scene and file.
    pub(crate) fn open(
        item: &Item,
        side: FireSide,
        grid: &Grid,
        zone: Option<&FireZone>,
        cloud_margin_m: f32,
    ) -> Result<Option<Self>, SceneFailed> {
        Self::open_unnamed(item, side, grid, zone, cloud_margin_m).map_err(|error| SceneFailed::new(&item.id, &error))
    }

    fn open_unnamed(
        item: &Item,
        side: FireSide,
        grid: &Grid,
        zone: Option<&FireZone>,
        cloud_margin_m: f32,
    ) -> Result<Option<Self>> {
        let Some(acquired) = item.acquired() else { bail!("the item has no datetime") };
        let nir = Image::open("near infrared", &item.nir()?.href)?;
        let swir = Image::open("short-wave infrared", &item.swir()?.href)?;
        let mask = item.scl().map(|asset| Image::open("scene classification", &asset.href)).transpose()?;
        ensure!(
            nir.size == swir.size && nir.same_place(&swir),
            "{} and {} do not lie on one grid, so their pixels cannot be paired",
            nir.location,
            swir.location
        );
        if let Some(mask) = mask.as_ref().filter(|mask| !nir.same_place(mask)) {
            bail!("{} and {} do not cover the same ground", nir.location, mask.location);
        }

        let Some(placed) = Placement::of(&nir, grid)? else { return Ok(None) };
        let factors = nir.level_factors()?;
        let Some(level) = choose_level(&factors, placed.cell_size_px) else { bail!("{} has no pixels", nir.location) };
        let factor = factors[level];
        let nir = nir.at_level(level)?;
        let swir = swir.at_level(level)?;
        let mask = mask.map(|mask| mask.at_size(nir.size)).transpose()?;
        ensure!(nir.size == swir.size, "{} and {} have different overviews", nir.location, swir.location);

        let (scaling, offset_reason) = scaling_of(item, &swir)?;
        let factors = (
            nir.dataset.raster_size().0 as f64 / nir.size.0 as f64,
            nir.dataset.raster_size().1 as f64 / nir.size.1 as f64,
        );
        let lattice = placed.lattice.at_level(factors);
        let columns = lattice.pixels_touched(&placed.cells).map_or(0..0, |(columns, _)| columns);
        let pixel_on_ground_m = placed.cell_ground_m / placed.cell_size_px * factor;
        let cloud_margin_px = margin_px(cloud_margin_m, pixel_on_ground_m as f32);
        Ok(Some(Self {
            used: used_scene(item, side, acquired, scaling, offset_reason),
            columns: columns.start.max(0)..columns.end.min(nir.size.0 as i64),
            blocks: NeededBlocks::plan(&nir, &lattice, &placed.cells, zone, cloud_margin_px)?,
            cells: placed.cells,
            resampling: Resampling::for_cell(placed.cell_size_px / factor),
            cloud_margin_px,
            lattice,
            nir,
            swir,
            mask,
            scaling,
            read: ReadRows::default(),
        }))
    }

    /// Blocks of each band that lie in the box, but wholly outside the fire zone, and are not read.
    pub(crate) fn blocks_skipped(&self) -> u64 {
        self.blocks.skipped as u64
    }

    /// Whether a mask tells cloud from ground.
    pub(crate) fn has_mask(&self) -> bool {
        self.mask.is_some()
    }

    /// What the scene saw of the cells in a strip of rows, over its own columns; `None` where it has no cell.
    ///
    /// Strips come from north to south; rows of pixels that only earlier strips needed are dropped.
    ///
    /// # Errors
    /// When pixels cannot be read. Names scene and file.
    pub(crate) fn observe(&mut self, rows: Range<u32>) -> Result<Option<(CellWindow, Vec<Observation>)>> {
        let window = CellWindow {
            columns: self.cells.columns.clone(),
            rows: rows.start.max(self.cells.rows.start)..rows.end.min(self.cells.rows.end),
        };
        if window.rows.is_empty() || window.columns.is_empty() {
            return Ok(None);
        }
        let Some((_, pixel_rows)) = self.lattice.pixels_touched(&window) else { return Ok(None) };
        let margin = self.cloud_margin_px as i64;
        let height = self.nir.size.1 as i64;
        let needed = (pixel_rows.start - margin).clamp(0, height)..(pixel_rows.end + margin).clamp(0, height);
        if needed.is_empty() || self.columns.is_empty() {
            return Ok(None);
        }
        self.read_rows(needed).map_err(|error| SceneFailed::new(&self.used.id, &error))?;
        let observations = warp(&self.lattice, &self.read.pixels, self.scaling, self.resampling, &window);
        Ok(Some((window, observations)))
    }

    /// Makes the rows read hold `needed`: keeps what is there, reads whole blocks below it.
    fn read_rows(&mut self, needed: Range<i64>) -> Result<()> {
        self.read.forget_above(needed.start);
        let read = self.read.rows();
        if needed.end <= read.end {
            return Ok(());
        }
        let block = self.blocks.size.1;
        let start = if read.is_empty() { needed.start / block * block } else { read.end };
        let end = ((needed.end + block - 1) / block * block).min(self.nir.size.1 as i64);
        let width = (self.columns.end - self.columns.start) as usize;
        let mut rows = SceneWindow {
            nir: vec![0; width * (end - start) as usize],
            swir: vec![0; width * (end - start) as usize],
            sky: vec![Sky::NoData; width * (end - start) as usize],
            ..SceneWindow::default()
        };
        for (columns, block_rows) in self.blocks.rectangles(&self.columns, start..end) {
            self.read_rectangle(&columns, &block_rows, start, &mut rows)?;
        }
        if read.is_empty() {
            self.read.start_at(self.columns.clone(), start);
        }
        self.read.append(&rows, self.cloud_margin_px);
        Ok(())
    }

    /// Reads and masks a rectangle of pixels, into rows that begin at `first_row`.
    fn read_rectangle(
        &self,
        columns: &Range<i64>,
        rows: &Range<i64>,
        first_row: i64,
        into: &mut SceneWindow,
    ) -> Result<()> {
        let nir = self.nir.read(columns, rows)?;
        let swir = self.swir.read(columns, rows)?;
        let scl = self.mask.as_ref().map(|mask| mask.read(columns, rows)).transpose()?;
        let bytes = (nir.len() + swir.len()) * 2 + scl.as_ref().map_or(0, Vec::len);
        BYTES_DECODED.fetch_add(bytes as u64, Ordering::Relaxed);
        let across = (columns.end - columns.start) as usize;
        let width = (self.columns.end - self.columns.start) as usize;
        for row in rows.clone() {
            let from = (row - rows.start) as usize * across;
            let to = (row - first_row) as usize * width + (columns.start - self.columns.start) as usize;
            into.nir[to..to + across].copy_from_slice(&nir[from..from + across]);
            into.swir[to..to + across].copy_from_slice(&swir[from..from + across]);
            for pixel in 0..across {
                let has_data = nir[from + pixel] != self.nir.no_data && swir[from + pixel] != self.swir.no_data;
                into.sky[to + pixel] = match &scl {
                    _ if !has_data => Sky::NoData,
                    Some(scl) => sky_from_scl(scl[from + pixel] as u8),
                    None => Sky::Clear,
                };
            }
        }
        Ok(())
    }
}

/// Cells along the side of the squares by which blocks are planned; a step of the lattice.
const SQUARE_CELLS: usize = 16;

impl NeededBlocks {
    /// The blocks under every square of cells that touches the zone, and under the reach of clouds around it.
    fn plan(
        band: &Band,
        lattice: &Lattice,
        cells: &CellWindow,
        zone: Option<&FireZone>,
        margin_px: usize,
    ) -> Result<Self> {
        let block = band.raster_band()?.block_size();
        let (width, height) = (block.0.max(1) as i64, block.1.max(1) as i64);
        let mut planned = Self { size: (width, height), needed: BTreeSet::new(), skipped: 0 };
        let mut outside = BTreeSet::new();
        let stops = |range: &Range<u32>| {
            let (range, first) = (range.clone(), range.start / SQUARE_CELLS as u32 * SQUARE_CELLS as u32);
            (first..range.end)
                .step_by(SQUARE_CELLS)
                .map(move |start| start.max(range.start)..(start + SQUARE_CELLS as u32).min(range.end))
        };
        let margin = margin_px as i64;
        for rows in stops(&cells.rows) {
            for columns in stops(&cells.columns) {
                let square = CellWindow { columns, rows: rows.clone() };
                let is_needed = zone.is_none_or(|zone| zone.touches(&square));
                let blocks = if is_needed { &mut planned.needed } else { &mut outside };
                let Some((columns, rows)) = lattice.pixels_touched(&square) else { continue };
                for row in (rows.start - margin).div_euclid(planned.size.1)
                    ..=(rows.end - 1 + margin).div_euclid(planned.size.1)
                {
                    for column in (columns.start - margin).div_euclid(planned.size.0)
                        ..=(columns.end - 1 + margin).div_euclid(planned.size.0)
                    {
                        blocks.insert((row, column));
                    }
                }
            }
        }
        planned.skipped = outside.difference(&planned.needed).count();
        Ok(planned)
    }

    /// Neighbouring needed blocks as rectangles of pixels, columns and rows, cut to what is asked for.
    fn rectangles(&self, columns: &Range<i64>, rows: Range<i64>) -> Vec<(Range<i64>, Range<i64>)> {
        let (width, height) = self.size;
        let mut rectangles: Vec<(Range<i64>, Range<i64>)> = Vec::new();
        for block_row in rows.start.div_euclid(height)..(rows.end + height - 1).div_euclid(height) {
            let own_rows = (block_row * height).max(rows.start)..((block_row + 1) * height).min(rows.end);
            for (_, block_column) in self.needed.range((block_row, i64::MIN)..=(block_row, i64::MAX)) {
                let own = (block_column * width).max(columns.start)..((block_column + 1) * width).min(columns.end);
                match rectangles.last_mut() {
                    _ if own.is_empty() => {}
                    Some((last, same)) if *same == own_rows && last.end == own.start => last.end = own.end,
                    _ => rectangles.push((own, own_rows.clone())),
                }
            }
        }
        rectangles
    }
}

impl ReadRows {
    fn rows(&self) -> Range<i64> {
        self.pixels.row..self.pixels.row + self.pixels.height as i64
    }

    fn start_at(&mut self, columns: Range<i64>, row: i64) {
        self.pixels.column = columns.start;
        self.pixels.width = (columns.end - columns.start) as usize;
        self.pixels.row = row;
    }

    fn forget_above(&mut self, row: i64) {
        let gone = (row.min(self.rows().end) - self.pixels.row).max(0);
        let pixels = gone as usize * self.pixels.width;
        self.pixels.nir.drain(..pixels);
        self.pixels.swir.drain(..pixels);
        self.narrow_sky.drain(..pixels);
        self.pixels.row += gone;
        self.pixels.height -= gone as usize;
        self.pixels.sky.drain(..pixels);
    }

    fn append(&mut self, rows: &SceneWindow, cloud_margin_px: usize) {
        self.pixels.nir.extend_from_slice(&rows.nir);
        self.pixels.swir.extend_from_slice(&rows.swir);
        self.narrow_sky.extend_from_slice(&rows.sky);
        self.pixels.height = self.narrow_sky.len() / self.pixels.width.max(1);
        self.pixels.sky.clone_from(&self.narrow_sky);
        widen_clouds(&mut self.pixels.sky, self.pixels.width, cloud_margin_px);
    }
}

/// Scale and offset of a scene, with the reason for the offset.
fn scaling_of(item: &Item, swir: &Band) -> Result<(Scaling, &'static str)> {
    let scale = item.nir()?.scale().unwrap_or(1.0) as f32;
    let decision = match offset_rule(item) {
        OffsetRule::Decided(decision) => decision,
        OffsetRule::LookAtPixels { metadata_offset_dn } => {
            offset_from_pixels(metadata_offset_dn, &swir.read_coarsest()?)
        }
    };
    if decision.reason.starts_with("unverified") {
        tracing::warn!(scene = %item.id, offset = decision.offset_dn, "offset {}", decision.reason);
    }
    Ok((Scaling { scale, offset_dn: decision.offset_dn }, decision.reason))
}

fn used_scene(item: &Item, side: FireSide, datetime: DateTime<Utc>, scaling: Scaling, reason: &str) -> UsedScene {
    UsedScene {
        id: item.id.clone(),
        side,
        datetime,
        cloud_cover: item.properties.cloud_cover,
        processing_baseline: item.processing_baseline().map(str::to_owned),
        offset: scaling.offset_dn,
        offset_reason: reason.to_owned(),
    }
}

/// Where a grid's cells lie in an image.
struct Placement {
    cells: CellWindow,
    lattice: Lattice,
    /// Side of a cell in pixels of full resolution, at the middle of the image.
    cell_size_px: f64,
    /// Side of a cell on the ground there, metres.
    cell_ground_m: f64,
}

/// Points along each side of an image by which its outline is projected.
const OUTLINE_POINTS: usize = 21;

impl Placement {
    fn of(image: &Image, grid: &Grid) -> Result<Option<Self>> {
        let source =
            image.dataset.spatial_ref().with_context(|| format!("{} has no coordinate system", image.location))?;
        let mercator_from_source = geotiff::transform(&source, &geotiff::web_mercator()?)?;
        let source_from_mercator = geotiff::transform(&geotiff::web_mercator()?, &source)?;
        let pixel_from_source =
            image.geo_transform.invert().with_context(|| format!("{} has no usable georeference", image.location))?;
        let pixels_from_metres = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            geotiff::project(&source_from_mercator, points)
                .into_iter()
                .map(|(x, y)| pixel_from_source.apply(x, y))
                .collect()
        };

        let (width, height) = (image.size.0 as f64, image.size.1 as f64);
        let outline: Vec<(f64, f64)> = (0..OUTLINE_POINTS)
            .flat_map(|step| {
                let along = step as f64 / (OUTLINE_POINTS - 1) as f64;
                let (x, y) = (along * width, along * height);
                [(x, 0.0), (x, height), (0.0, y), (width, y)]
            })
            .chain([(width / 2.0, height / 2.0)])
            .map(|(x, y)| image.geo_transform.apply(x, y))
            .collect();
        let outline = geotiff::project(&mercator_from_source, &outline);
        let Some(cells) = cells_within(grid, &outline) else { return Ok(None) };

        let Some(&(x, y)) = outline.last() else { return Ok(None) };
        let size = grid.cell_size_m();
        let corner = pixels_from_metres(&[(x, y), (x + size, y), (x, y - size)]);
        let [origin, east, south] = corner[..] else { bail!("the middle of {} cannot be projected", image.location) };
        let side = |a: f64, b: f64| (a * a + b * b).sqrt();
        let across = side(east.0 - origin.0, south.0 - origin.0);
        let down = side(east.1 - origin.1, south.1 - origin.1);
        let cell_size_px = (across * down).sqrt();
        ensure!(cell_size_px.is_finite() && cell_size_px > 0.0, "the middle of {} cannot be projected", image.location);

        let positions = pixels_from_metres(&Lattice::control_points_m(grid, &cells));
        let (_, lat) = mercator::lonlat_from_metres(x, y);
        Ok(Some(Self {
            lattice: Lattice::new(&cells, positions),
            cells,
            cell_size_px,
            cell_ground_m: mercator::ground_size_m(grid.zoom(), lat),
        }))
    }
}

/// The cells inside the region's box that an outline in projected metres may cover.
fn cells_within(grid: &Grid, outline_m: &[(f64, f64)]) -> Option<CellWindow> {
    let size = grid.cell_size_m();
    let (west, north) = grid.metres_from_grid(0.0, 0.0);
    let finite = || outline_m.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    let cells = |positions: Vec<f64>, within: Range<u32>| -> Option<Range<u32>> {
        let least = positions.iter().copied().fold(f64::INFINITY, f64::min);
        let most = positions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // A side between two points of the outline may bulge: one cell more, and a share of the extent.
        let bulge = 1.0 + (most - least) / 1000.0;
        let start = ((least - bulge).floor().max(0.0) as u32).max(within.start);
        let end = ((most + bulge).ceil().max(0.0) as u32).min(within.end);
        (start < end).then_some(start..end)
    };
    Some(CellWindow {
        columns: cells(finite().map(|(x, _)| (x - west) / size).collect(), grid.inside_columns())?,
        rows: cells(finite().map(|(_, y)| (north - y) / size).collect(), grid.inside_rows())?,
    })
}

impl Image {
    fn open(name: &'static str, location: &str) -> Result<Self> {
        let dataset = geotiff::open(location).with_context(|| format!("the {name} cannot be read"))?;
        ensure!(dataset.raster_count() > 0, "{location} has no band");
        let geo_transform = dataset.geo_transform().with_context(|| format!("{location} has no georeference"))?;
        let kind = dataset.rasterband(1)?.band_type();
        ensure!(
            matches!(kind, GdalDataType::UInt8 | GdalDataType::UInt16 | GdalDataType::Int16),
            "{location} holds {} pixels, and only digital numbers of 8 or 16 bits can be read",
            kind.name()
        );
        Ok(Self { name, location: location.to_owned(), size: dataset.raster_size(), geo_transform, dataset })
    }

    /// Whether two images cover the same ground, to half a pixel of the coarser.
    fn same_place(&self, other: &Self) -> bool {
        let corners = |image: &Self| {
            let (width, height) = (image.size.0 as f64, image.size.1 as f64);
            [image.geo_transform.apply(0.0, 0.0), image.geo_transform.apply(width, height)]
        };
        let pixel = |image: &Self| image.geo_transform[1].abs().max(image.geo_transform[5].abs());
        let tolerance = pixel(self).max(pixel(other)) / 2.0;
        corners(self)
            .into_iter()
            .zip(corners(other))
            .all(|(a, b)| (a.0 - b.0).abs() <= tolerance && (a.1 - b.1).abs() <= tolerance)
    }

    /// Full-resolution pixels that a pixel spans: of the image itself (1), then of each overview.
    fn level_factors(&self) -> Result<Vec<f64>> {
        let band = self.dataset.rasterband(1)?;
        let mut factors = vec![1.0];
        for index in 0..band.overview_count()?.max(0) as usize {
            let (width, height) = band.overview(index)?.size();
            let across = self.size.0 as f64 / width.max(1) as f64;
            let down = self.size.1 as f64 / height.max(1) as f64;
            factors.push(across.max(down));
        }
        Ok(factors)
    }

    /// The image at a level of [`Image::level_factors`].
    fn at_level(self, level: usize) -> Result<Band> {
        let overview = level.checked_sub(1);
        let (size, no_data) = {
            let band = self.dataset.rasterband(1)?;
            let size = match overview {
                Some(index) => band.overview(index)?.size(),
                None => self.size,
            };
            // Fill values below zero become 0 on the way to u16, as reflectance below 0 counts as 0.
            (size, band.no_data_value().unwrap_or(0.0).clamp(0.0, 65_535.0) as u16)
        };
        Ok(Band { name: self.name, location: self.location, dataset: self.dataset, overview, size, no_data })
    }

    /// The image at the level of another's size; at full resolution where it has none of that size.
    fn at_size(self, size: (usize, usize)) -> Result<Band> {
        let fitting = {
            let band = self.dataset.rasterband(1)?;
            let mut levels = 0..band.overview_count()?.max(0) as usize;
            levels.find(|index| band.overview(*index).is_ok_and(|overview| overview.size() == size))
        };
        let level = fitting.map_or(0, |overview| overview + 1);
        let band = self.at_level(level)?;
        Ok(Band { size, ..band })
    }
}

impl Band {
    fn raster_band(&self) -> Result<RasterBand<'_>> {
        let band = self.dataset.rasterband(1)?;
        Ok(match self.overview {
            Some(index) => band.overview(index)?,
            None => band,
        })
    }

    /// Pixels of a rectangle of the level.
    fn read(&self, columns: &Range<i64>, rows: &Range<i64>) -> Result<Vec<u16>> {
        let size = ((columns.end - columns.start) as usize, (rows.end - rows.start) as usize);
        let band = self.raster_band()?;
        let own = band.size();
        let mut pixels = vec![0; size.0 * size.1];
        let read = if own == self.size {
            band.read_into_slice((columns.start as isize, rows.start as isize), size, size, &mut pixels, None)
        } else {
            // The file has no level of this size: the nearest of its pixels.
            let scale = |at: i64, own: usize, level: usize| (at as f64 * own as f64 / level as f64).round() as isize;
            let left = scale(columns.start, own.0, self.size.0);
            let top = scale(rows.start, own.1, self.size.1);
            let right = scale(columns.end, own.0, self.size.0).clamp(left + 1, own.0 as isize);
            let bottom = scale(rows.end, own.1, self.size.1).clamp(top + 1, own.1 as isize);
            let window = ((right - left) as usize, (bottom - top) as usize);
            band.read_into_slice((left, top), window, size, &mut pixels, Some(ResampleAlg::NearestNeighbour))
        };
        read.with_context(|| {
            format!("the {} cannot be read from {}: the file is broken or cut short", self.name, self.location)
        })?;
        Ok(pixels)
    }

    /// All pixels of the coarsest overview, 0 where there is no data.
    fn read_coarsest(&self) -> Result<Vec<u16>> {
        let band = self.dataset.rasterband(1)?;
        let overviews = (0..band.overview_count()?.max(0) as usize).map(|index| band.overview(index));
        let coarsest = overviews
            .collect::<gdal::errors::Result<Vec<_>>>()?
            .into_iter()
            .min_by_key(|overview| overview.size().0)
            .unwrap_or(band);
        let size = coarsest.size();
        let mut pixels = vec![0u16; size.0 * size.1];
        coarsest
            .read_into_slice((0, 0), size, size, &mut pixels, None)
            .with_context(|| format!("the coarsest overview cannot be read from {}", self.location))?;
        for pixel in pixels.iter_mut().filter(|pixel| **pixel == self.no_data) {
            *pixel = 0;
        }
        Ok(pixels)
    }
}
