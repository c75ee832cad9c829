//! One scene over an area: opened, read ahead of the strip at hand, and observed strip by strip
//! from north to south.

use std::ops::Range;
use std::rc::Rc;

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::stac::{AssetBand, Item};
use dragonfly_core::{
    DnCounts, FireSide, ImageFrame, LevelFrame, MAX_DOUBTED_PX, MaskKind, MaskRules, NearestPixels,
    OffsetDecision, OffsetRule, Placement, ReadPixels, Scaling, SceneObservations, ScenePlan,
    SceneRows, SnowLimits, check_scene_files, choose_common_level, offset_from_pixels, offset_rule,
};
use futures_util::future::{join, try_join4};
use serde::{Deserialize, Serialize};

use crate::compute::band::CogBand;
use crate::compute::colours::SceneColours;
use crate::compute::open_band::{BandFile, open_masked_band};
use crate::compute::projection::CrsProjection;
use crate::compute::read_ahead::{Bands, ReadAhead, SceneRowsPart, Spawn};
use crate::compute::scene_error::SceneError;
use crate::compute::target::TargetCells;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;
use dragonfly_core::protocol::PictureKind;
use dragonfly_tiff::{Crs, Level};

/// A scene with what has been read of it.
pub struct CogScene<T, C> {
    /// Its entry in the list of scenes used.
    pub used: UsedScene,
    /// How its masks are written; none where every pixel with data counts as clear.
    pub mask_kinds: Vec<MaskKind>,
    /// Its own pixels' grid; `None` where its system has no number.
    pub pixel_grid: Option<PixelGrid>,
    /// The nearest pixel of each cell; `None` where cells average pixels, or pictures are
    /// requested, which show every cell.
    pub nearest: Option<NearestPixels>,
    plan: ScenePlan,
    bands: Rc<Bands<T, C>>,
    ahead: ReadAhead<T, C>,
    scaling: Scaling,
    colours: Option<SceneColours<T, C>>,
    read: SceneRows,
    /// The first row of pixels that was not observed yet.
    observed_to: u32,
}

/// The unit in which a scene is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObservationUnit {
    /// The cells of a strip.
    Cell,
    /// The nearest pixels of these cells, except those of earlier strips.
    Pixel,
}

/// The observations of a strip by a scene.
#[derive(Clone, Debug, Default)]
pub struct SceneStrip {
    /// The cells, or the pixels: rows of the level.
    pub view: SceneObservations,
    /// Their colours, 4 bytes per cell; empty where no picture is requested, or can be made.
    pub rgba: Vec<u8>,
}

/// Where the pixels of a scene lie at full resolution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PixelGrid {
    /// The coordinate system's number in EPSG's list.
    pub epsg: u16,
    /// North-west corner of the first pixel, metres of the system.
    pub corner_m: (f64, f64),
    /// Side of a pixel, metres of the system.
    pub pixel_m: f64,
}

/// How a scene is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SceneOptions {
    /// Its side of the fire.
    pub side: FireSide,
    /// A picture beside the numbers.
    pub picture: Option<PictureKind>,
    /// What counts as hidden.
    pub mask_rules: MaskRules,
}

impl<T: Transport + 'static, C: ByteCache + 'static> CogScene<T, C> {
    /// Opens a scene and plans the reading; `None` when it covers no cell of the grid.
    ///
    /// # Errors
    /// When a file cannot be opened, or does not fit the others.
    pub async fn open(
        fetcher: &Rc<RangeFetcher<T>>,
        cache: &Rc<C>,
        item: &Item,
        options: &SceneOptions,
        target: &dyn TargetCells,
        spawn: &Spawn,
    ) -> Result<Option<Self>, SceneError> {
        let quality = item.mask_table(&options.mask_rules.masks)?;
        let files = SceneCogs::open(fetcher, cache, item).await?;
        let frame = files.frame()?;
        let Some(placed) = files.place(&frame, target)? else { return Ok(None) };
        let pair = files.pair_for(placed.cell_size_px);
        let pixel_grid = pixel_grid(&files.pair[0].cog.image().crs, &frame);
        let [level_size, block_size] = [pair[0].size(), pair[0].block_size()];
        let mask = files.mask.map(|file| CogBand::mask_at_level(file, level_size));
        let level_frame = LevelFrame {
            full_size: frame.size,
            size: level_size,
            block_size,
            mask_size: mask.as_ref().map_or(level_size, CogBand::size),
        };
        let plan = plan_of(placed, &level_frame, options, target);
        let haze = files.haze.map(|file| CogBand::at_size(file, level_frame.mask_size));
        let bands = Rc::new(Bands {
            mask,
            haze: item.haze().map(|(kind, _)| kind).zip(haze),
            mask_scale: plan.mask_scale(),
            quality,
            pair,
        });
        let rows = plan.pixel_rows(&plan.window(&(0..target.height()))).unwrap_or(0..0);
        let mut read = SceneRows::default();
        read.start_at(plan.columns().clone(), rows.start, plan.mask_scale());
        let mut ahead = ReadAhead::new(&plan, &rows, Rc::clone(&bands), spawn);
        // What the offset needs is requested first, and what the strips need behind it.
        let (offset, ()) = join(offset_of(item, &bands.pair), async { ahead.request(&plan) }).await;
        let offset = offset?;
        let used = UsedScene::new(item, options.side, offset).ok_or(SceneError::NoDatetime)?;
        let scaling = Scaling { scale: item.scale() as f32, offset_dn: offset.offset_dn };
        let colours =
            open_colours(fetcher, cache, item, options.picture, (scaling, target)).await?;
        Ok(Some(Self {
            used,
            mask_kinds: item.mask_kinds(),
            pixel_grid,
            nearest: plan.nearest_pixels().filter(|_| colours.is_none()),
            observed_to: 0,
            plan,
            bands,
            ahead,
            scaling,
            colours,
            read,
        }))
    }

    /// Observes the cells in a strip of rows, or their pixels; `None` where the scene covers no
    /// cell.
    ///
    /// Strips come from north to south; rows of pixels that only earlier strips needed are dropped.
    ///
    /// # Errors
    /// When pixels cannot be read.
    pub async fn observe(
        &mut self,
        rows: &Range<u32>,
        unit: ObservationUnit,
    ) -> Result<SceneStrip, SceneError> {
        let window = self.plan.window(rows);
        if window.rows.is_empty() || window.columns.is_empty() {
            return Ok(SceneStrip::default());
        }
        let Some(needed) = self.plan.pixel_rows(&window) else { return Ok(SceneStrip::default()) };
        let read = self.read.rows();
        // The rows that remain are moved: so not for a few rows.
        if needed.start - read.start >= read.end - needed.start {
            self.read.forget_above(needed.start);
        }
        while self.read.rows().end < needed.end {
            let Some(part) = self.ahead.next(&self.plan).await? else { break };
            self.add_part(&part);
        }
        if unit == ObservationUnit::Pixel {
            return Ok(SceneStrip { view: self.new_pixels(rows), rgba: Vec::new() });
        }
        let observations = self.plan.observe(&self.read, self.scaling, &window);
        let rgba = match &mut self.colours {
            Some(colours) => colours.paint(&window).await?,
            None => Vec::new(),
        };
        Ok(SceneStrip { view: Some((window, observations)), rgba })
    }

    /// Observations of the nearest pixels of the cells in a strip, except those of earlier strips.
    fn new_pixels(&mut self, strip: &Range<u32>) -> SceneObservations {
        let rows = self.nearest.as_ref()?.rows_under(strip)?;
        let start = rows.start.max(self.observed_to);
        let new = start..rows.end.max(start);
        self.observed_to = new.end;
        Some(self.read.observe(&new, self.scaling))
    }

    fn add_part(&mut self, part: &SceneRowsPart) {
        self.read.make_room(part.rows.end);
        for rectangle in &part.rectangles {
            self.read.put(&ReadPixels {
                columns: &rectangle.columns,
                rows: &rectangle.rows,
                bands: [&rectangle.bands[0], &rectangle.bands[1]],
                mask: rectangle.mask.as_deref().zip(self.bands.quality.as_ref()),
                no_data: self.bands.pair.each_ref().map(CogBand::no_data_dn),
                snow: SnowLimits::of(self.scaling),
            });
        }
        self.read.dilate_clouds(part.rows.start, self.plan.mask_buffer_px());
    }
}

/// The files of a scene, opened.
pub(super) struct SceneCogs<T, C> {
    /// Of [`SpectralIndex::MAPPED`].
    pub(super) pair: [BandFile<T, C>; 2],
    pub(super) mask: Option<BandFile<T, C>>,
    haze: Option<BandFile<T, C>>,
}

impl<T: Transport + 'static, C: ByteCache + 'static> SceneCogs<T, C> {
    pub(super) async fn open(
        fetcher: &Rc<RangeFetcher<T>>,
        cache: &Rc<C>,
        item: &Item,
    ) -> Result<Self, SceneError> {
        let open = |band, fill| open_masked_band(fetcher, cache, item, band, fill);
        let mask = open_mask(fetcher, cache, item, item.mask(), item.mask_fill_value());
        let haze = item.haze();
        let fill = haze.as_ref().map(|(kind, _)| kind.fill_value());
        let haze = open_mask(fetcher, cache, item, haze, fill);
        let [first, second] = item.mapped_bands()?;
        let (first, second, mask, haze) =
            try_join4(open(first, 0), open(second, 0), mask, haze).await?;
        Ok(Self { pair: [first, second], mask, haze })
    }

    /// Where the cells of a target lie in its images; `None` when these cover none of them.
    pub(crate) fn place(
        &self,
        frame: &ImageFrame,
        target: &dyn TargetCells,
    ) -> Result<Option<Placement>, SceneError> {
        let first = &self.pair[0].cog;
        let projection = CrsProjection::new(&first.image().crs)
            .map_err(|cause| SceneError::Crs { url: first.url().to_owned(), cause })?;
        let unplaced = |cause| SceneError::Placement { url: first.url().to_owned(), cause };
        target.place(frame, &projection).map_err(unplaced)
    }

    /// Extent and georeference that the files share.
    pub(super) fn frame(&self) -> Result<ImageFrame, SceneError> {
        let [first, second] = &self.pair;
        let frames = [first.frame()?, second.frame()?];
        let masks = || self.mask.iter().chain(&self.haze);
        let mask_frames = masks().map(BandFile::frame).collect::<Result<Vec<_>, _>>()?;
        let masks: Vec<_> =
            masks().zip(&mask_frames).map(|(mask, frame)| mask.file(frame)).collect();
        check_scene_files([first.file(&frames[0]), second.file(&frames[1])], &masks)?;
        let [frame, _] = frames;
        Ok(frame)
    }

    /// The bands of the pair at the level to read for a cell size; full resolution where they have
    /// no other in common.
    pub(super) fn pair_for(&self, cell_size_px: f64) -> [CogBand<T, C>; 2] {
        let sizes = self
            .pair
            .each_ref()
            .map(|file| -> Vec<_> { file.cog.image().levels().iter().map(Level::size).collect() });
        let common = choose_common_level([&sizes[0], &sizes[1]], cell_size_px);
        let [first_level, second_level] = common.unwrap_or([0, 0]);
        let [first, second] = &self.pair;
        [
            CogBand::at_level(first.clone(), first_level),
            CogBand::at_level(second.clone(), second_level),
        ]
    }
}

/// Plans the reading of a level for all cells of an area.
pub(super) fn plan_of(
    placed: Placement,
    level: &LevelFrame,
    options: &SceneOptions,
    target: &dyn TargetCells,
) -> ScenePlan {
    let cloud_buffer_m = options.mask_rules.cloud_buffer_m;
    let mut plan = ScenePlan::new(placed, level, cloud_buffer_m, |window| target.any(window));
    plan.begin(&(0..target.width()));
    plan
}

/// Opens a mask where there is one.
async fn open_mask<T: Transport, C: ByteCache>(
    fetcher: &Rc<RangeFetcher<T>>,
    cache: &Rc<C>,
    item: &Item,
    mask: Option<(MaskKind, AssetBand<'_>)>,
    fill: Option<u16>,
) -> Result<Option<BandFile<T, C>>, SceneError> {
    let Some((_, band)) = mask else { return Ok(None) };
    open_masked_band(fetcher, cache, item, band, fill.unwrap_or(0)).await.map(Some)
}

async fn open_colours<T: Transport + 'static, C: ByteCache + 'static>(
    fetcher: &Rc<RangeFetcher<T>>,
    cache: &Rc<C>,
    item: &Item,
    picture: Option<PictureKind>,
    (scaling, target): (Scaling, &dyn TargetCells),
) -> Result<Option<SceneColours<T, C>>, SceneError> {
    match picture {
        Some(picture) => SceneColours::open(fetcher, cache, item, picture, scaling, target).await,
        None => Ok(None),
    }
}

fn pixel_grid(crs: &Crs, frame: &ImageFrame) -> Option<PixelGrid> {
    let Crs::Epsg(epsg) = crs else { return None };
    let corner_m = frame.geo_transform.projected_from_pixel(0.0, 0.0);
    Some(PixelGrid { epsg: *epsg, corner_m, pixel_m: frame.geo_transform.pixel_size() })
}

/// The offset that a scene's numbers carry.
async fn offset_of<T: Transport, C: ByteCache>(
    item: &Item,
    [first, second]: &[CogBand<T, C>; 2],
) -> Result<OffsetDecision, SceneError> {
    match offset_rule(item) {
        OffsetRule::Decided(decision) => {
            let is_doubtful = decision.is_by_flag()
                && coarsest_has(second, DnCounts::is_dark_at_offset).await
                && coarsest_has(first, DnCounts::is_above_offset).await;
            Ok(if is_doubtful { decision.doubted() } else { decision })
        }
        OffsetRule::LookAtPixels(assumed) => {
            Ok(offset_from_pixels(assumed, &second.count_coarsest().await?))
        }
    }
}

/// Whether the pixels of the coarsest overview fulfil a condition. One that is large, or cannot be
/// read, proves nothing.
async fn coarsest_has<T: Transport, C: ByteCache>(
    band: &CogBand<T, C>,
    condition: fn(&DnCounts) -> bool,
) -> bool {
    band.coarsest_px() <= MAX_DOUBTED_PX
        && band.count_coarsest().await.is_ok_and(|counts| condition(&counts))
}
