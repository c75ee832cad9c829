//! One scene, opened: where it lies, which level to read, and its pixels strip by strip.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, bail};
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::stac::{AssetBand, Item};
use dragonfly_core::{
    DnCounts, FireSide, Grid, ImageFrame, LevelFrame, MAX_DOUBTED_PX, MaskKind, MaskScale, Masks,
    OffsetDecision, OffsetRule, PromisedGround, PromisedGroundCount, QualityTable, ReadPixels,
    Scaling, SceneFile, SceneObservations, ScenePlan, SceneRows, SpectralIndex, check_scene_files,
    choose_common_level, choose_mask_level, offset_from_pixels, offset_rule,
};

use crate::http::Client;
use crate::read::image::{Image, ImageAsset, ImageBand};
use crate::read::placement::GdalPlacement;
use crate::read::zone::FireZone;

/// A scene over a grid, with what has been read of it.
pub(crate) struct GridScene {
    /// What the metadata states of it.
    pub(crate) used: UsedScene,
    /// How the mask is written; without one every pixel with data counts as clear.
    pub(crate) mask_kind: Option<MaskKind>,
    /// How much of what its item promises was observed.
    pub(crate) ground_count: PromisedGroundCount,
    /// Of [`SpectralIndex::MAPPED`].
    bands: [ImageBand; 2],
    mask: Option<(ImageBand, QualityTable)>,
    scaling: Scaling,
    plan: ScenePlan,
    read: SceneRows,
    /// The first row of the level that is not prefetched yet.
    next_unfetched: i64,
}

/// A scene whose files are requested and not yet opened.
pub(crate) struct RequestedScene<'a> {
    item: &'a Item,
    assets: Result<SceneAssets>,
}

struct SceneAssets {
    bands: [ImageAsset; 2],
    mask: Option<ImageAsset>,
}

impl<'a> RequestedScene<'a> {
    /// Requests the files of an item, without waiting for them.
    pub(crate) fn of(item: &'a Item, client: &Client) -> Self {
        Self { item, assets: SceneAssets::of(item, client) }
    }
}

impl SceneAssets {
    fn of(item: &Item, client: &Client) -> Result<Self> {
        let [first_role, second_role] = SpectralIndex::MAPPED.bands();
        let [first, second] = item.mapped_bands()?;
        let request = |name, band: AssetBand<'_>| {
            ImageAsset::request(name, band, item.mask_sidecar(&band), client)
        };
        let bands = [request(first_role.name(), first)?, request(second_role.name(), second)?];
        let mask = |(_, band): (MaskKind, AssetBand<'_>)| {
            anyhow::Ok(request("mask", band)?.or_no_data(item.mask_fill_value().unwrap_or(0)))
        };
        Ok(Self { bands, mask: item.mask().map(mask).transpose()? })
    }
}

/// A scene that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("scene {id}: {cause}")]
pub(crate) struct SceneReadError {
    pub(crate) id: String,
    pub(crate) cause: String,
}

impl SceneReadError {
    fn new(id: &str, error: &anyhow::Error) -> Self {
        Self { id: id.to_owned(), cause: format!("{error:#}") }
    }
}

/// A smaller request spends more time on latency than on transfer: so much of a scene is prefetched
/// at a time, where there is so much.
const MIN_PREFETCH_BYTES: u64 = 6 << 20;

/// Bytes of pixels decoded so far, for the progress line.
pub(crate) static BYTES_DECODED: AtomicU64 = AtomicU64::new(0);

impl GridScene {
    /// Opens a scene and plans the reading; `None` when it covers no cell of the grid.
    ///
    /// # Errors
    /// When a file cannot be opened, or does not fit the others. Names scene and file.
    pub(crate) fn open(
        requested: RequestedScene,
        side: FireSide,
        grid: &Grid,
        zone: Option<&FireZone>,
        masks: &Masks,
        cloud_buffer_m: f32,
    ) -> Result<Option<Self>, SceneReadError> {
        let item = requested.item;
        Self::open_unnamed(requested, side, grid, zone, masks, cloud_buffer_m)
            .map_err(|error| SceneReadError::new(&item.id, &error))
    }

    fn open_unnamed(
        requested: RequestedScene,
        side: FireSide,
        grid: &Grid,
        zone: Option<&FireZone>,
        masks: &Masks,
        cloud_buffer_m: f32,
    ) -> Result<Option<Self>> {
        let RequestedScene { item, assets } = requested;
        let quality = item.mask_table(masks)?;
        let SceneAssets { bands: [first, second], mask } = assets?;
        let (first, second) = (Image::open(first)?, Image::open(second)?);
        let mask_kind = item.mask().map(|(kind, _)| kind);
        let mask = mask.map(Image::open).transpose()?;
        let frames = [first.frame(), second.frame()];
        let mask_frame = mask.as_ref().map(Image::frame);
        check_scene_files(
            [scene_file(&first, &frames[0]), scene_file(&second, &frames[1])],
            mask.as_ref().zip(mask_frame.as_ref()).map(|(mask, frame)| scene_file(mask, frame)),
        )?;

        let Some(placed) = GdalPlacement::of(&first, grid)? else { return Ok(None) };
        let sizes = [first.level_sizes()?, second.level_sizes()?];
        let common = choose_common_level([&sizes[0], &sizes[1]], placed.cell_size_px);
        let Some([first_level, second_level]) = common else {
            bail!("{} has no pixels", first.location)
        };
        let full_size = first.size;
        let bands = [first.at_level(first_level)?, second.at_level(second_level)?];
        let [first, second] = &bands;
        let mask = mask.map(|mask| mask_at_level(mask, first.size)).transpose()?;

        let offset = offset_of(item, [first, second])?;
        let Some(used) = UsedScene::new(item, side, offset) else {
            bail!("the item has no datetime")
        };
        let level = LevelFrame {
            full_size,
            size: first.size,
            block_size: first.block_size()?,
            mask_size: mask.as_ref().map_or(first.size, |mask| mask.size),
        };
        let touches_zone = |window: &_| zone.is_none_or(|zone| zone.touches(window));
        let mut scene = Self {
            used,
            ground_count: PromisedGroundCount::new(PromisedGround::of(item), grid),
            plan: ScenePlan::new(placed, &level, cloud_buffer_m, touches_zone),
            bands,
            mask: mask.zip(quality),
            mask_kind,
            scaling: Scaling { scale: item.scale() as f32, offset_dn: offset.offset_dn },
            read: SceneRows::default(),
            next_unfetched: 0,
        };
        scene.close();
        Ok(Some(scene))
    }

    /// Its bands, as [`check_sides`](dragonfly_core::check_sides) compares them.
    pub(crate) fn band_names(&self) -> impl Iterator<Item = String> {
        self.bands.iter().map(ImageBand::band_name)
    }

    /// Closes the files and drops all pixels.
    fn close(&mut self) {
        self.read = SceneRows::default();
        self.files_mut().for_each(ImageBand::close);
    }

    /// The bands, then the mask.
    fn files_mut(&mut self) -> impl Iterator<Item = &mut ImageBand> {
        self.bands.iter_mut().chain(self.mask.as_mut().map(|(band, _)| band))
    }

    /// Blocks of each band that lie in the box, but wholly outside the fire zone, and are not read.
    pub(crate) fn blocks_skipped(&self) -> u64 {
        self.plan.blocks().skipped as u64
    }

    /// Begins a chunk of the grid's columns, to be visited from north to south.
    pub(crate) fn begin(&mut self, columns: &Range<u32>) {
        self.plan.begin(columns);
        self.read = SceneRows::default();
        self.next_unfetched = 0;
    }

    /// Prefetches what a strip of rows needs from remote files, and more where that is little. Does
    /// not wait.
    ///
    /// # Errors
    /// When the offset of a block is not known. Names the scene.
    pub(crate) fn prefetch(&mut self, rows: Range<u32>) -> Result<(), SceneReadError> {
        self.prefetch_rows(rows).map_err(|error| SceneReadError::new(&self.used.id, &error))
    }

    /// The observations of the cells in a strip of rows, over its own columns; `None` where it
    /// has no cell.
    ///
    /// Strips come from north to south; rows of pixels that only earlier strips needed are dropped.
    ///
    /// # Errors
    /// When pixels cannot be read. Names scene and file.
    pub(crate) fn observe(&mut self, rows: Range<u32>) -> Result<SceneObservations> {
        let window = self.plan.window(&rows);
        if window.rows.is_empty() || window.columns.is_empty() {
            if rows.start >= self.plan.cells().rows.end {
                self.close();
            }
            return Ok(None);
        }
        let Some(needed) = self.plan.pixel_rows(&window) else { return Ok(None) };
        self.read_rows(needed).map_err(|error| SceneReadError::new(&self.used.id, &error))?;
        let observations = self.plan.observe(&self.read, self.scaling, &window);
        Ok(Some((window, observations)))
    }

    /// The failure of a scene that takes more memory for the smallest part of a map than there is.
    pub(crate) fn too_fine_error(&self, bytes: u64, max: u64) -> SceneReadError {
        let cause = format!(
            "{} has pixels so much finer than the map's cells that a few of these take {} MiB, \
            and memory_mb leaves {}: rewrite it with overviews, in blocks of 512 pixels \
            (gdal_translate -of COG)",
            self.bands[0].location,
            bytes >> 20,
            max >> 20
        );
        SceneReadError { id: self.used.id.clone(), cause }
    }

    /// Bytes that a strip of rows takes: pixels of whole blocks, and the observations of the cells.
    pub(crate) fn memory_bytes(&self, rows: &Range<u32>) -> u64 {
        self.plan.memory_bytes(rows)
    }

    fn prefetch_rows(&mut self, rows: Range<u32>) -> Result<()> {
        let Some(needed) = self.plan.pixel_rows(&self.plan.window(&rows)) else { return Ok(()) };
        let needed = self.plan.whole_blocks(&needed);
        let last_row = self.plan.band_rows().map_or(needed.end, |all| all.end);
        let blocks = self.plan.blocks();
        let mut next = self.next_unfetched.max(needed.start);
        if next >= needed.end {
            return Ok(());
        }
        let scale = self.plan.mask_scale();
        let files = self.bands.iter_mut().map(|band| (band, None));
        let files = files.chain(self.mask.as_mut().map(|(band, _)| (band, Some(scale))));
        let mut files: Vec<(&mut ImageBand, Option<MaskScale>)> = files.collect();
        let mut bytes = [const { Vec::new() }; 3];
        let total_bytes = |bytes: &[Vec<Range<u64>>]| -> u64 {
            bytes.iter().flatten().map(|range| range.end.saturating_sub(range.start)).sum()
        };
        // No more than the pixels take, whatever the files state: the rest is fetched when it is
        // read.
        let most = self.plan.memory_bytes(&rows).saturating_add(MIN_PREFETCH_BYTES);
        while next < last_row
            && total_bytes(&bytes) < if next < needed.end { most } else { MIN_PREFETCH_BYTES }
        {
            let rows = next..(next + blocks.size.1).min(last_row);
            next = rows.end;
            let rectangles = blocks.rectangles(self.plan.columns(), rows);
            for ((file, scale), bytes) in files.iter_mut().zip(&mut bytes) {
                bytes.extend(match scale {
                    Some(scale) => file.bytes_to_prefetch(&mask_rectangles(&rectangles, scale))?,
                    None => file.bytes_to_prefetch(&rectangles)?,
                });
            }
        }
        for ((file, _), bytes) in files.into_iter().zip(bytes) {
            file.prefetch(bytes)?;
        }
        self.next_unfetched = next;
        Ok(())
    }

    /// Makes `needed` available: keeps the rows that were read, reads whole blocks below them.
    fn read_rows(&mut self, needed: Range<i64>) -> Result<()> {
        self.read.forget_above(needed.start);
        let read = self.read.rows();
        if needed.end <= read.end {
            return Ok(());
        }
        let Range { start, end } = self.plan.whole_blocks(&needed);
        let start = if read.is_empty() { start } else { read.end };
        if read.is_empty() {
            self.read.start_at(self.plan.columns().clone(), start, self.plan.mask_scale());
        }
        self.read.make_room(end);
        for (columns, rows) in self.plan.blocks().rectangles(self.plan.columns(), start..end) {
            self.read_rectangle(&columns, &rows)?;
        }
        self.read.dilate_clouds(start, self.plan.mask_buffer_px());
        Ok(())
    }

    /// Reads and masks a rectangle of pixels.
    fn read_rectangle(&mut self, columns: &Range<i64>, rows: &Range<i64>) -> Result<()> {
        let [first, second] = &mut self.bands;
        let no_data = [first.no_data_dn(), second.no_data_dn()];
        let (first, second) =
            (first.read_prefetched(columns, rows)?, second.read_prefetched(columns, rows)?);
        let mask = match &mut self.mask {
            Some((band, table)) => {
                let scale = self.plan.mask_scale();
                let (columns, rows) = (scale.columns(columns), scale.rows(rows));
                Some((band.read_prefetched(&columns, &rows)?, &*table))
            }
            None => None,
        };
        let bytes =
            (first.len() + second.len()) * 2 + mask.as_ref().map_or(0, |(mask, _)| mask.len());
        BYTES_DECODED.fetch_add(bytes as u64, Ordering::Relaxed);
        self.read.put(&ReadPixels {
            columns,
            rows,
            bands: [&first, &second],
            mask: mask.as_ref().map(|(mask, table)| (&mask[..], *table)),
            no_data,
        });
        Ok(())
    }
}

/// The mask at the level that is read for bands of a size: finer than these where the file has it.
fn mask_at_level(mask: Image, band_size: (usize, usize)) -> Result<ImageBand> {
    match choose_mask_level(&mask.level_sizes()?, band_size) {
        Some(level) => mask.at_level(level),
        None => mask.at_size(band_size),
    }
}

/// Rectangles of the mask under rectangles of the bands.
fn mask_rectangles(
    rectangles: &[(Range<i64>, Range<i64>)],
    scale: &MaskScale,
) -> Vec<(Range<i64>, Range<i64>)> {
    rectangles.iter().map(|(columns, rows)| (scale.columns(columns), scale.rows(rows))).collect()
}

fn scene_file<'a>(image: &'a Image, frame: &'a ImageFrame) -> SceneFile<'a> {
    SceneFile { name: &image.location, frame }
}

/// Whether the pixels of the coarsest overview fulfil a condition. One that is large, or cannot be
/// read, proves nothing.
fn coarsest_has(band: &ImageBand, condition: fn(&DnCounts) -> bool) -> bool {
    let is_small = band.coarsest_px().is_ok_and(|pixels| pixels <= MAX_DOUBTED_PX);
    is_small && band.count_coarsest().is_ok_and(|counts| condition(&counts))
}

/// The offset of a scene's digital numbers.
fn offset_of(item: &Item, [first, second]: [&ImageBand; 2]) -> Result<OffsetDecision> {
    let decision = match offset_rule(item) {
        OffsetRule::Decided(decision) => {
            let is_doubtful = decision.is_by_flag()
                && coarsest_has(second, DnCounts::is_dark_at_offset)
                && coarsest_has(first, DnCounts::is_above_offset);
            if is_doubtful { decision.doubted() } else { decision }
        }
        OffsetRule::LookAtPixels(assumed) => offset_from_pixels(assumed, &second.count_coarsest()?),
    };
    if decision.reason.is_unverified() {
        tracing::warn!(scene = %item.id, offset = decision.offset_dn, "offset {}", decision.reason);
    }
    Ok(decision)
}
