//! What a scene looks like: three of its bands as red, green and blue, the nearest pixel for each
//! cell.

use std::ops::Range;
use std::rc::Rc;

use dragonfly_core::stac::{AssetBand, Item};
use dragonfly_core::{BandRole, CellWindow, LevelFrame, Scaling, ScenePlan, choose_level};
use futures_util::future::{try_join_all, try_join3};

use crate::compute::band::CogBand;
use crate::compute::joined_rows::joined_rows;
use crate::compute::open_band::open_masked_band;
use crate::compute::projection::CrsProjection;
use crate::compute::scene_error::SceneError;
use crate::compute::stored_blocks::StoredBlocks;
use crate::compute::target::TargetCells;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::ReadError;
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;
use dragonfly_core::protocol::PictureKind;

/// Three bands that make a picture.
pub(crate) struct SceneColours<T, C> {
    red: ColourBand<T, C>,
    green: ColourBand<T, C>,
    blue: ColourBand<T, C>,
    scaling: Scaling,
    /// Reflectance that is shown as white.
    white: f32,
}

struct ColourBand<T, C> {
    band: CogBand<T, C>,
    plan: ScenePlan,
    /// Rows that have been read and are still needed.
    rows: Range<i64>,
    pixels: Vec<u16>,
}

/// Ground is dark to the eye and bright in the infrared. Reflectances.
const WHITE_TRUE: f32 = 0.3;
const WHITE_FALSE: f32 = 0.5;

impl<T: Transport, C: ByteCache> SceneColours<T, C> {
    /// Opens the bands of a picture; `None` where the item lacks one, or it covers no cell.
    ///
    /// # Errors
    /// When a file cannot be read or placed.
    pub(crate) async fn open(
        fetcher: &Rc<RangeFetcher<T>>,
        cache: &Rc<C>,
        item: &Item,
        picture: PictureKind,
        scaling: Scaling,
        target: &dyn TargetCells,
    ) -> Result<Option<Self>, SceneError> {
        let (roles, white) = match picture {
            PictureKind::True => (BandRole::VISIBLE, WHITE_TRUE),
            PictureKind::False => ([BandRole::Swir22, BandRole::Nir, BandRole::Red], WHITE_FALSE),
        };
        let bands = roles.map(|role| item.band(role).ok());
        let [Some(red), Some(green), Some(blue)] = bands else { return Ok(None) };
        let open = |band| ColourBand::open(fetcher, cache, (item, band), target);
        let (red, green, blue) = try_join3(open(red), open(green), open(blue)).await?;
        let (Some(red), Some(green), Some(blue)) = (red, green, blue) else { return Ok(None) };
        Ok(Some(Self { red, green, blue, scaling, white }))
    }

    /// A window's cells as RGBA, row by row; transparent where a band has no data. Windows come
    /// from north to south.
    ///
    /// # Errors
    /// When pixels cannot be read.
    pub(crate) async fn paint(&mut self, window: &CellWindow) -> Result<Vec<u8>, ReadError> {
        let Self { red, green, blue, .. } = self;
        try_join3(red.read(window), green.read(window), blue.read(window)).await?;
        let mut rgba = vec![0; window.columns.len() * window.rows.len() * 4];
        let bands = [&self.red, &self.green, &self.blue];
        for (channel, band) in bands.into_iter().enumerate() {
            band.plan.visit_nearest(window, band.origin(), |cell, pixel| {
                if let Some(dn) = pixel.and_then(|(column, row)| band.dn(column, row)) {
                    let light = self.scaling.reflectance(dn) / self.white;
                    rgba[cell * 4 + channel] = (light.min(1.0) * 255.0) as u8;
                    // Counts the bands that have data.
                    rgba[cell * 4 + 3] += 1;
                }
            });
        }
        for cell in rgba.chunks_exact_mut(4) {
            cell[3] = if cell[3] == 3 { 255 } else { 0 };
        }
        Ok(rgba)
    }
}

/// The blocks that a picture of an area reads of a band; none where the band covers no cell.
///
/// # Errors
/// When the file cannot be read or placed.
pub(crate) async fn picture_band_blocks<T: Transport, C: ByteCache>(
    fetcher: &Rc<RangeFetcher<T>>,
    cache: &Rc<C>,
    (item, band): (&Item, AssetBand<'_>),
    target: &dyn TargetCells,
) -> Result<StoredBlocks, SceneError> {
    let mut blocks = StoredBlocks::new();
    if let Some(ColourBand { band, plan, .. }) =
        ColourBand::open(fetcher, cache, (item, band), target).await?
    {
        let rows = plan.pixel_rows(&plan.window(&(0..target.height()))).unwrap_or(0..0);
        for (columns, rows) in plan.blocks().rectangles(plan.columns(), rows) {
            band.add_blocks(&columns, &rows, &mut blocks);
        }
    }
    Ok(blocks)
}

impl<T: Transport, C: ByteCache> ColourBand<T, C> {
    async fn open(
        fetcher: &Rc<RangeFetcher<T>>,
        cache: &Rc<C>,
        (item, band): (&Item, AssetBand<'_>),
        target: &dyn TargetCells,
    ) -> Result<Option<Self>, SceneError> {
        let file = open_masked_band(fetcher, cache, item, band, 0).await?;
        let (frame, cog) = (file.frame()?, &file.cog);
        let crs = |cause| SceneError::Crs { url: cog.url().to_owned(), cause };
        let projection = CrsProjection::new(&cog.image().crs).map_err(crs)?;
        let unplaced = |cause| SceneError::Placement { url: cog.url().to_owned(), cause };
        let Some(placed) = target.place(&frame, &projection).map_err(unplaced)? else {
            return Ok(None);
        };
        let level = choose_level(&cog.image().level_factors(), placed.cell_size_px).unwrap_or(0);
        let band = CogBand::at_level(file, level);
        let level = LevelFrame {
            full_size: frame.size,
            size: band.size(),
            block_size: band.block_size(),
            mask_size: band.size(),
        };
        let mut plan = ScenePlan::new(placed, &level, 0.0, |window| target.any(window));
        plan.begin(&(0..target.width()));
        Ok(Some(Self { band, plan, rows: 0..0, pixels: Vec::new() }))
    }

    /// Reads what a window needs, each block once, and drops the rows above it.
    async fn read(&mut self, window: &CellWindow) -> Result<(), ReadError> {
        let window =
            CellWindow { columns: window.columns.clone(), ..self.plan.window(&window.rows) };
        let Some(needed) = self.plan.pixel_rows(&window) else { return Ok(()) };
        let width = self.width();
        let gone = (needed.start.min(self.rows.end) - self.rows.start).max(0);
        self.pixels.drain(..gone as usize * width);
        self.rows.start += gone;
        let whole = self.plan.whole_blocks(&needed);
        if self.rows.is_empty() {
            self.rows = whole.start..whole.start;
        }
        if whole.end <= self.rows.end {
            return Ok(());
        }
        let new = self.rows.end..whole.end;
        let blocks = self.plan.blocks().rectangles(self.plan.columns(), new.clone());
        let rectangles = joined_rows(blocks);
        let read = rectangles.iter().map(|(columns, rows)| self.band.read(columns, rows));
        let parts = try_join_all(read).await?;
        let start = self.pixels.len();
        self.pixels.resize(start + (new.end - new.start) as usize * width, self.band.no_data_dn());
        for ((columns, rows), part) in rectangles.iter().zip(parts) {
            let across = (columns.end - columns.start) as usize;
            for (row, pixels) in rows.clone().zip(part.chunks_exact(across)) {
                let to = start
                    + (row - new.start) as usize * width
                    + (columns.start - self.plan.columns().start) as usize;
                self.pixels[to..to + across].copy_from_slice(pixels);
            }
        }
        self.rows.end = new.end;
        Ok(())
    }

    fn width(&self) -> usize {
        (self.plan.columns().end - self.plan.columns().start) as usize
    }

    /// Column and row of the first pixel that is there.
    fn origin(&self) -> (i64, i64) {
        (self.plan.columns().start, self.rows.start)
    }

    /// The number of a pixel, counted from the first; `None` where there is no data.
    fn dn(&self, column: i32, row: i32) -> Option<u16> {
        let (column, row) = (usize::try_from(column).ok()?, usize::try_from(row).ok()?);
        if column >= self.width() {
            return None;
        }
        self.pixels
            .get(row * self.width() + column)
            .copied()
            .filter(|dn| *dn != self.band.no_data_dn())
    }
}
