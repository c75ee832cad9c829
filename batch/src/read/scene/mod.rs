//! One scene, opened: where it lies, which level to read, and its pixels strip by strip.

mod opening;
mod sidecar_checks;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::{
    FireSide, Grid, MaskKind, MaskScale, Masks, PromisedGroundCount, QualityTable, ReadPixels,
    Scaling, SceneObservations, ScenePlan, SceneRows, SnowLimits, mark_haze,
};

use crate::nightly::deadline::DeadlineError;
use crate::read::image::ImageBand;
use crate::read::zone::FireZone;

pub(crate) use opening::{OpenedScene, RequestedScene};
pub(crate) use sidecar_checks::SidecarChecks;

/// A scene over a grid, with what has been read of it.
pub(crate) struct GridScene {
    /// What the metadata states of it.
    pub(crate) used: UsedScene,
    /// How its masks are written; without one every pixel with data counts as clear.
    pub(crate) mask_kinds: Vec<MaskKind>,
    /// How much of what its item promises was observed.
    pub(crate) ground_count: PromisedGroundCount,
    /// Of [`SpectralIndex::MAPPED`](dragonfly_core::SpectralIndex::MAPPED).
    bands: [ImageBand; 2],
    mask: Option<(ImageBand, QualityTable)>,
    /// What states haze beside the mask, in the mask's pixels.
    haze: Option<(MaskKind, ImageBand)>,
    scaling: Scaling,
    plan: ScenePlan,
    read: SceneRows,
    /// The first row of the level that is not prefetched yet.
    next_unfetched: i64,
}

/// A scene that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("scene {id}: {cause}")]
pub(crate) struct SceneReadError {
    pub(crate) id: String,
    pub(crate) cause: String,
    /// What was read when it failed: the cause without a deadline that passed.
    pub(crate) read: String,
}

impl SceneReadError {
    fn new(id: &str, error: &anyhow::Error) -> Self {
        let causes = error.chain().filter(|cause| !cause.is::<DeadlineError>());
        let read = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        Self { id: id.to_owned(), cause: format!("{error:#}"), read }
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
        let opened = OpenedScene::open(requested, grid)?;
        opened.map(|opened| opened.plan(side, zone, masks, cloud_buffer_m)).transpose()
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

    /// The bands, then the masks.
    fn files_mut(&mut self) -> impl Iterator<Item = &mut ImageBand> {
        let mask = self.mask.as_mut().map(|(band, _)| band);
        let haze = self.haze.as_mut().map(|(_, band)| band);
        self.bands.iter_mut().chain(mask).chain(haze)
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
        SceneReadError { id: self.used.id.clone(), read: cause.clone(), cause }
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
        let mask = self.mask.as_mut().map(|(band, _)| band);
        let masks = mask.into_iter().chain(self.haze.as_mut().map(|(_, band)| band));
        let files = self.bands.iter_mut().map(|band| (band, None));
        let files = files.chain(masks.map(|band| (band, Some(scale))));
        let mut files: Vec<(&mut ImageBand, Option<MaskScale>)> = files.collect();
        let mut bytes = [const { Vec::new() }; 4];
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
        if let (Some((band, table)), None) = (&mut self.mask, &self.haze)
            && self.plan.mask_scale().mask_px_per_pixel() > 1
        {
            let read = ReadPixels {
                columns,
                rows,
                bands: [&first, &second],
                mask: None,
                no_data,
                snow: SnowLimits::of(self.scaling),
            };
            return put_with_finer_mask(&mut self.read, &read, (band, table), &self.plan);
        }
        let mask = match &mut self.mask {
            Some((band, table)) => {
                let scale = self.plan.mask_scale();
                let (columns, rows) = (scale.columns(columns), scale.rows(rows));
                let mut mask = band.read_prefetched(&columns, &rows)?;
                if let Some((kind, haze)) = &mut self.haze {
                    mark_haze(&mut mask, &haze.read_prefetched(&columns, &rows)?, *kind);
                }
                Some((mask, &*table))
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
            snow: SnowLimits::of(self.scaling),
        });
        Ok(())
    }
}

/// Puts a rectangle of pixels, and reads their finer mask in parts: the whole of it takes many times
/// the memory of the pixels.
fn put_with_finer_mask(
    into: &mut SceneRows,
    read: &ReadPixels,
    (band, table): (&mut ImageBand, &QualityTable),
    plan: &ScenePlan,
) -> Result<()> {
    let scale = plan.mask_scale();
    let across = (read.columns.end - read.columns.start) as usize;
    let starts = (read.rows.start..read.rows.end).step_by(MASK_PART_ROWS);
    let parts: Vec<Range<i64>> =
        starts.map(|start| start..(start + MASK_PART_ROWS as i64).min(read.rows.end)).collect();
    let mask_parts: Vec<Range<i64>> = parts.iter().map(|rows| scale.rows(rows)).collect();
    let mut bytes = 2 * 2 * read.bands[0].len();
    band.read_parts(&scale.columns(read.columns), &mask_parts, |part, mask| {
        let rows = &parts[part];
        let from = (rows.start - read.rows.start) as usize * across;
        let own = from..from + (rows.end - rows.start) as usize * across;
        let bands = read.bands.map(|band| &band[own.clone()]);
        bytes += mask.len();
        into.put(&ReadPixels { rows, bands, mask: Some((mask, table)), ..*read });
    })?;
    BYTES_DECODED.fetch_add(bytes as u64, Ordering::Relaxed);
    Ok(())
}

/// Rows of pixels whose finer mask is read at a time.
const MASK_PART_ROWS: usize = 32;

/// Rectangles of the mask under rectangles of the bands.
fn mask_rectangles(
    rectangles: &[(Range<i64>, Range<i64>)],
    scale: &MaskScale,
) -> Vec<(Range<i64>, Range<i64>)> {
    rectangles.iter().map(|(columns, rows)| (scale.columns(columns), scale.rows(rows))).collect()
}
