//! One scene, opened: where it lies, which level to read, and its pixels strip by strip.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, bail, ensure};
use chrono::{DateTime, Utc};
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::stac::Item;
use dragonfly_core::{
    CellWindow, FireSide, Grid, Lattice, MaskKind, Masks, Observation, OffsetRule, Resampling, Scaling, SceneWindow,
    Sky, SkyTable, choose_level, margin_px, offset_from_pixels, offset_rule, warp, widen_clouds,
};

use crate::blocks::NeededBlocks;
use crate::image::{Asset, Band, Image};
use crate::placement::Placement;
use crate::zone::FireZone;

/// A scene over a grid, with what has been read of it.
pub(crate) struct Scene {
    /// What the metadata says of it.
    pub(crate) used: UsedScene,
    /// Cells that it may cover.
    pub(crate) cells: CellWindow,
    /// How the mask is written; without one every pixel with data counts as clear.
    pub(crate) mask_kind: Option<MaskKind>,
    nir: Band,
    swir: Band,
    mask: Option<(Band, SkyTable)>,
    scaling: Scaling,
    /// Positions of the cells in pixels of the level read.
    lattice: Lattice,
    resampling: Resampling,
    cloud_margin_px: usize,
    /// The cells of the band under way, and the columns of the level that they need.
    band: CellWindow,
    columns: Range<i64>,
    blocks: NeededBlocks,
    read: ReadRows,
    /// The first row of the level that is not ordered yet.
    next_ordered: i64,
}

/// A scene whose files are asked for and not yet opened.
pub(crate) struct AskedScene<'a> {
    item: &'a Item,
    assets: Result<Assets>,
}

struct Assets {
    nir: Asset,
    swir: Asset,
    mask: Option<Asset>,
}

impl<'a> AskedScene<'a> {
    /// Asks for the files of an item, without waiting for them.
    pub(crate) fn of(item: &'a Item) -> Self {
        Self { item, assets: Assets::of(item) }
    }
}

impl Assets {
    fn of(item: &Item) -> Result<Self> {
        let nir = Asset::ask("near infrared", &item.nir()?.href)?;
        let swir = Asset::ask("short-wave infrared", &item.swir()?.href)?;
        let mask = item.mask().map(|(_, asset)| Asset::ask("mask", &asset.href)).transpose()?;
        Ok(Self { nir, swir, mask })
    }
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

/// The rows read and still needed.
#[derive(Default)]
struct ReadRows {
    pixels: SceneWindow,
    /// The sky before clouds were widened.
    narrow_sky: Vec<Sky>,
}

/// Bytes of a pixel read: two bands of 16 bits, its sky with and without the reach of clouds.
const PIXEL_BYTES: u64 = 6;

/// A request for less takes longer to begin than to end: so much is ordered of a scene at a time, where it has it.
const LEAST_ORDER_BYTES: u64 = 6 << 20;

/// Bytes of pixels decoded so far, for the progress line.
pub(crate) static BYTES_DECODED: AtomicU64 = AtomicU64::new(0);

impl Scene {
    /// Opens a scene and plans the reading; `None` when it covers no cell of the grid.
    ///
    /// # Errors
    /// When a file cannot be opened, or does not fit the others. Names scene and file.
    pub(crate) fn open(
        asked: AskedScene,
        side: FireSide,
        grid: &Grid,
        zone: Option<&FireZone>,
        masks: &Masks,
        cloud_margin_m: f32,
    ) -> Result<Option<Self>, SceneFailed> {
        let item = asked.item;
        Self::open_unnamed(asked, side, grid, zone, masks, cloud_margin_m)
            .map_err(|error| SceneFailed::new(&item.id, &error))
    }

    fn open_unnamed(
        asked: AskedScene,
        side: FireSide,
        grid: &Grid,
        zone: Option<&FireZone>,
        masks: &Masks,
        cloud_margin_m: f32,
    ) -> Result<Option<Self>> {
        let AskedScene { item, assets } = asked;
        let Some(acquired) = item.acquired() else { bail!("the item has no datetime") };
        let Assets { nir, swir, mask } = assets?;
        let (nir, swir) = (Image::open(nir)?, Image::open(swir)?);
        let mask_kind = item.mask().map(|(kind, _)| kind);
        let mask = mask.map(Image::open).transpose()?;
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
        let lattice = placed.lattice.at_level(nir.factors);
        let pixel_on_ground_m = placed.cell_ground_m / placed.cell_size_px * factor;
        let cloud_margin_px = margin_px(cloud_margin_m, pixel_on_ground_m as f32);
        let mut scene = Self {
            used: used_scene(item, side, acquired, scaling, offset_reason),
            band: CellWindow { columns: 0..0, rows: 0..0 },
            columns: 0..0,
            blocks: NeededBlocks::plan(nir.block_size()?, &lattice, &placed.cells, zone, cloud_margin_px),
            cells: placed.cells,
            resampling: Resampling::for_cell(placed.cell_size_px / factor),
            cloud_margin_px,
            lattice,
            nir,
            swir,
            mask: mask.zip(mask_kind.map(|kind| SkyTable::new(kind, masks))),
            mask_kind,
            scaling,
            read: ReadRows::default(),
            next_ordered: 0,
        };
        scene.close();
        Ok(Some(scene))
    }

    /// Closes the files and lets go of all pixels.
    fn close(&mut self) {
        self.read = ReadRows::default();
        for band in
            [Some(&mut self.nir), Some(&mut self.swir), self.mask.as_mut().map(|(band, _)| band)].into_iter().flatten()
        {
            band.close();
        }
    }

    /// Blocks of each band that lie in the box, but wholly outside the fire zone, and are not read.
    pub(crate) fn blocks_skipped(&self) -> u64 {
        self.blocks.skipped as u64
    }

    /// Begins a band of the grid's columns, to be visited from north to south.
    pub(crate) fn begin(&mut self, columns: Range<u32>) {
        let own = &self.cells.columns;
        self.band = CellWindow {
            columns: columns.start.max(own.start)..columns.end.min(own.end),
            rows: self.cells.rows.clone(),
        };
        let columns = match self.band.columns.is_empty() {
            true => None,
            false => self.lattice.pixels_touched(&self.band).map(|(columns, _)| columns),
        };
        // Clouds beside the box reach into it.
        let margin = self.cloud_margin_px as i64;
        self.columns = columns.map_or(0..0, |columns| {
            (columns.start - margin).max(0)..(columns.end + margin).min(self.nir.size.0 as i64)
        });
        self.read = ReadRows::default();
        self.next_ordered = 0;
    }

    /// Orders what a strip of rows needs from files far away, and more where that is little. Does not wait.
    ///
    /// # Errors
    /// When the place of a block is not known. Names the scene.
    pub(crate) fn order(&mut self, rows: Range<u32>) -> Result<(), SceneFailed> {
        self.order_rows(rows).map_err(|error| SceneFailed::new(&self.used.id, &error))
    }

    /// What the scene saw of the cells in a strip of rows, over its own columns; `None` where it has no cell.
    ///
    /// Strips come from north to south; rows of pixels that only earlier strips needed are dropped.
    ///
    /// # Errors
    /// When pixels cannot be read. Names scene and file.
    pub(crate) fn observe(&mut self, rows: Range<u32>) -> Result<Option<(CellWindow, Vec<Observation>)>> {
        let window = self.window(&rows);
        if window.rows.is_empty() || window.columns.is_empty() {
            if rows.start >= self.cells.rows.end {
                self.close();
            }
            return Ok(None);
        }
        let Some(needed) = self.pixel_rows(&window) else { return Ok(None) };
        self.read_rows(needed).map_err(|error| SceneFailed::new(&self.used.id, &error))?;
        let observations = warp(&self.lattice, &self.read.pixels, self.scaling, self.resampling, &window);
        Ok(Some((window, observations)))
    }

    /// Bytes that a strip of rows takes: pixels of whole blocks, and what was seen of the cells.
    pub(crate) fn memory_bytes(&self, rows: &Range<u32>) -> u64 {
        let window = self.window(rows);
        let Some(needed) = self.pixel_rows(&window) else { return 0 };
        let needed = self.whole_blocks(&needed);
        let pixels = (needed.end - needed.start) * (self.columns.end - self.columns.start);
        let cells = window.rows.len() * window.columns.len();
        pixels as u64 * PIXEL_BYTES + (cells * size_of::<Observation>()) as u64
    }

    /// The cells of the band in a strip of rows.
    fn window(&self, rows: &Range<u32>) -> CellWindow {
        CellWindow {
            columns: self.band.columns.clone(),
            rows: rows.start.max(self.cells.rows.start)..rows.end.min(self.cells.rows.end),
        }
    }

    /// Rows of pixels that cells need, with the reach of clouds; `None` where they need none.
    fn pixel_rows(&self, window: &CellWindow) -> Option<Range<i64>> {
        if window.rows.is_empty() || self.columns.is_empty() {
            return None;
        }
        let (_, rows) = self.lattice.pixels_touched(window)?;
        let (margin, height) = (self.cloud_margin_px as i64, self.nir.size.1 as i64);
        let rows = (rows.start - margin).clamp(0, height)..(rows.end + margin).clamp(0, height);
        (!rows.is_empty()).then_some(rows)
    }

    /// Rows widened to whole blocks.
    fn whole_blocks(&self, rows: &Range<i64>) -> Range<i64> {
        let block = self.blocks.size.1;
        rows.start / block * block..((rows.end + block - 1) / block * block).min(self.nir.size.1 as i64)
    }

    fn order_rows(&mut self, rows: Range<u32>) -> Result<()> {
        let Some(needed) = self.pixel_rows(&self.window(&rows)) else { return Ok(()) };
        let needed = self.whole_blocks(&needed);
        let last_row = self.pixel_rows(&self.band).map_or(needed.end, |all| self.whole_blocks(&all).end);
        let mut next = self.next_ordered.max(needed.start);
        if next >= needed.end {
            return Ok(());
        }
        let mut bands = [Some(&mut self.nir), Some(&mut self.swir), self.mask.as_mut().map(|(band, _)| band)];
        let mut bytes = [const { Vec::new() }; 3];
        let ordered_bytes =
            |bytes: &[Vec<Range<u64>>]| -> u64 { bytes.iter().flatten().map(|range| range.end - range.start).sum() };
        while next < needed.end || (next < last_row && ordered_bytes(&bytes) < LEAST_ORDER_BYTES) {
            let rows = next..(next + self.blocks.size.1).min(last_row);
            next = rows.end;
            let rectangles = self.blocks.rectangles(&self.columns, rows);
            for (band, bytes) in bands.iter_mut().zip(&mut bytes) {
                if let Some(band) = band {
                    bytes.extend(band.bytes_under(&rectangles)?);
                }
            }
        }
        for (band, bytes) in bands.into_iter().zip(bytes) {
            band.map_or(Ok(()), |band| band.order(bytes))?;
        }
        self.next_ordered = next;
        Ok(())
    }

    /// Makes the rows read hold `needed`: keeps what is there, reads whole blocks below it.
    fn read_rows(&mut self, needed: Range<i64>) -> Result<()> {
        self.read.forget_above(needed.start);
        let read = self.read.rows();
        if needed.end <= read.end {
            return Ok(());
        }
        let Range { start, end } = self.whole_blocks(&needed);
        let start = if read.is_empty() { start } else { read.end };
        if read.is_empty() {
            self.read.start_at(self.columns.clone(), start);
        }
        self.read.make_room(end);
        for (columns, rows) in self.blocks.rectangles(&self.columns, start..end) {
            self.read_rectangle(&columns, &rows)?;
        }
        self.read.widen_clouds(start, self.cloud_margin_px);
        Ok(())
    }

    /// Reads and masks a rectangle of pixels.
    fn read_rectangle(&mut self, columns: &Range<i64>, rows: &Range<i64>) -> Result<()> {
        let nir = self.nir.read_ordered(columns, rows)?;
        let swir = self.swir.read_ordered(columns, rows)?;
        let mask = match &mut self.mask {
            Some((band, table)) => Some((band.read_ordered(columns, rows)?, &*table)),
            None => None,
        };
        let bytes = (nir.len() + swir.len()) * 2 + mask.as_ref().map_or(0, |(mask, _)| mask.len());
        BYTES_DECODED.fetch_add(bytes as u64, Ordering::Relaxed);
        let across = (columns.end - columns.start) as usize;
        let ReadRows { pixels, narrow_sky } = &mut self.read;
        for row in rows.clone() {
            let from = (row - rows.start) as usize * across;
            let to = (row - pixels.row) as usize * pixels.width + (columns.start - pixels.column) as usize;
            let (from, to) = (from..from + across, to..to + across);
            let (nir, swir) = (&nir[from.clone()], &swir[from.clone()]);
            pixels.nir[to.clone()].copy_from_slice(nir);
            pixels.swir[to.clone()].copy_from_slice(swir);
            let mask = mask.as_ref().map(|(mask, table)| (&mask[from], *table));
            for (pixel, sky) in narrow_sky[to].iter_mut().enumerate() {
                let has_data = nir[pixel] != self.nir.no_data && swir[pixel] != self.swir.no_data;
                *sky = match mask {
                    _ if !has_data => Sky::NoData,
                    Some((mask, table)) => table.sky(mask[pixel]),
                    None => Sky::Clear,
                };
            }
        }
        Ok(())
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

    /// Rows without data down to `end`.
    fn make_room(&mut self, end: i64) {
        self.pixels.height = (end - self.pixels.row) as usize;
        let pixels = self.pixels.height * self.pixels.width;
        self.pixels.nir.resize(pixels, 0);
        self.pixels.swir.resize(pixels, 0);
        self.pixels.sky.resize(pixels, Sky::NoData);
        self.narrow_sky.resize(pixels, Sky::NoData);
    }

    /// Lets clouds spread, from where the rows from `new_row` on reach up to.
    fn widen_clouds(&mut self, new_row: i64, margin_px: usize) {
        let new_row = (new_row - self.pixels.row) as usize;
        let width = self.pixels.width;
        let (seen, changed) = (new_row.saturating_sub(2 * margin_px), new_row.saturating_sub(margin_px));
        let mut sky = self.narrow_sky[seen * width..].to_vec();
        widen_clouds(&mut sky, width, margin_px);
        self.pixels.sky[changed * width..].copy_from_slice(&sky[(changed - seen) * width..]);
    }
}

/// Scale and offset of a scene, with the reason for the offset.
fn scaling_of(item: &Item, swir: &Band) -> Result<(Scaling, &'static str)> {
    let scale = item.scale() as f32;
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
        processing_baseline: item.baseline().map(|baseline| baseline.to_string()),
        offset: scaling.offset_dn,
        offset_reason: reason.to_owned(),
    }
}
