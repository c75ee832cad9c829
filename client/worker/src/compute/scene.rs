//! One scene over an area: opened, read ahead of the strip at hand, and observed strip by strip
//! from north to south.

use std::collections::VecDeque;
use std::future::Future;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::rc::Rc;

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::stac::{AssetBand, Item};
use dragonfly_core::{
    DnCounts, FireSide, ImageFrame, LevelFrame, MAX_DOUBTED_PX, MaskKind, MaskRules, MaskScale,
    NearestPixels, OffsetDecision, OffsetRule, Placement, QualityTable, ReadPixels, Scaling,
    SceneObservations, ScenePlan, SceneRows, SnowLimits, check_scene_files, choose_common_level,
    mark_haze, offset_from_pixels, offset_rule,
};
use futures_channel::oneshot;
use futures_util::future::{Either, select, try_join_all, try_join4};
use serde::{Deserialize, Serialize};

use crate::compute::band::CogBand;
use crate::compute::colours::SceneColours;
use crate::compute::joined_rows::joined_rows;
use crate::compute::open_band::{BandFile, open_masked_band};
use crate::compute::projection::CrsProjection;
use crate::compute::scene_error::SceneError;
use crate::compute::target::TargetCells;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::ReadError;
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
    scaling: Scaling,
    colours: Option<SceneColours<T, C>>,
    read: SceneRows,
    /// Parts that are not requested yet, from north to south.
    waiting: VecDeque<Range<i64>>,
    /// Parts under way, in the same order.
    under_way: VecDeque<oneshot::Receiver<Result<SceneRowsPart, ReadError>>>,
    under_way_bytes: u64,
    /// The first row of pixels that was not observed yet.
    observed_to: u32,
    spawn: Spawn,
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

/// The bands at the level read.
struct Bands<T, C> {
    /// Of [`SpectralIndex::MAPPED`].
    pair: [CogBand<T, C>; 2],
    mask: Option<CogBand<T, C>>,
    /// What states haze beside the mask, in the mask's pixels.
    haze: Option<(MaskKind, CogBand<T, C>)>,
    mask_scale: MaskScale,
    quality: Option<QualityTable>,
}

/// Some rows of the level, with the rectangles of them that are needed.
struct SceneRowsPart {
    rows: Range<i64>,
    rectangles: Vec<Rectangle>,
}

struct Rectangle {
    columns: Range<i64>,
    rows: Range<i64>,
    bands: [Vec<u16>; 2],
    mask: Option<Vec<u16>>,
}

/// Spawns work that runs by itself: scenes share connections, and one that is not being observed
/// must not hold them.
///
/// In the browser this is `spawn_local`; in tests the work may be done at once.
pub type Spawn = Rc<dyn Fn(Pin<Box<dyn Future<Output = ()>>>)>;

/// Fewest rows that are requested together, where blocks are flat.
const MIN_PART_ROWS: i64 = 256;
/// Bytes of pixels that are requested ahead of their use, but always two parts.
const AHEAD_BYTES: u64 = 48 << 20;

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
        let offset = offset_of(item, &pair).await?;
        let used = UsedScene::new(item, options.side, offset).ok_or(SceneError::NoDatetime)?;
        let scaling = Scaling { scale: item.scale() as f32, offset_dn: offset.offset_dn };
        let colours =
            open_colours(fetcher, cache, item, options.picture, (scaling, target)).await?;
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
        let bands = Bands {
            mask,
            haze: item.haze().map(|(kind, _)| kind).zip(haze),
            mask_scale: plan.mask_scale(),
            quality,
            pair,
        };
        let rows = plan.pixel_rows(&plan.window(&(0..target.height()))).unwrap_or(0..0);
        let mut read = SceneRows::default();
        read.start_at(plan.columns().clone(), rows.start, plan.mask_scale());
        let mut scene = Self {
            used,
            mask_kinds: item.mask_kinds(),
            pixel_grid,
            nearest: plan.nearest_pixels().filter(|_| colours.is_none()),
            observed_to: 0,
            waiting: parts(&plan, &rows),
            plan,
            bands: Rc::new(bands),
            scaling,
            colours,
            read,
            under_way: VecDeque::new(),
            under_way_bytes: 0,
            spawn: Rc::clone(spawn),
        };
        scene.prefetch();
        Ok(Some(scene))
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
            self.prefetch();
            let Some(part) = self.under_way.pop_front() else { break };
            // The spawned work ends by sending.
            let Ok(part) = part.await else { break };
            self.add_part(&part?);
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

    /// Requests parts ahead, as far as memory allows.
    fn prefetch(&mut self) {
        while self.under_way.len() < 2 || self.under_way_bytes < AHEAD_BYTES {
            let Some(rows) = self.waiting.pop_front() else { return };
            self.under_way_bytes += self.part_bytes(&rows);
            let blocks = self.plan.blocks().rectangles(self.plan.columns(), rows.clone());
            let rectangles = joined_rows(blocks);
            let (sender, receiver) = oneshot::channel();
            self.under_way.push_back(receiver);
            (self.spawn)(Box::pin(send_part(sender, Rc::clone(&self.bands), rectangles, rows)));
        }
    }

    fn add_part(&mut self, part: &SceneRowsPart) {
        self.under_way_bytes -= self.part_bytes(&part.rows);
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

    fn part_bytes(&self, rows: &Range<i64>) -> u64 {
        let columns = self.plan.columns();
        let pixels = ((rows.end - rows.start) * (columns.end - columns.start)) as u64;
        let mask_bytes = 2 * self.plan.mask_scale().mask_px_per_pixel();
        pixels * (SceneRows::PIXEL_BYTES + mask_bytes)
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

/// Splits rows of pixels into the parts that are requested together: whole rows of blocks.
fn parts(plan: &ScenePlan, rows: &Range<i64>) -> VecDeque<Range<i64>> {
    let block_rows = plan.blocks().size.1;
    let part_rows = (MIN_PART_ROWS + block_rows - 1) / block_rows * block_rows;
    let starts = plan.whole_blocks(rows).step_by(part_rows as usize);
    starts.map(|start| start.max(rows.start)..(start + part_rows).min(rows.end)).collect()
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

/// Reads a part and sends it; ends at once when the receiver is dropped.
async fn send_part<T: Transport, C: ByteCache>(
    mut sender: oneshot::Sender<Result<SceneRowsPart, ReadError>>,
    bands: Rc<Bands<T, C>>,
    rectangles: Vec<(Range<i64>, Range<i64>)>,
    rows: Range<i64>,
) {
    let read = match select(sender.cancellation(), pin!(read_part(bands, rectangles, rows))).await {
        Either::Left(_) => return,
        Either::Right((read, _)) => read,
    };
    // The receiver may be dropped in this very moment.
    let _ = sender.send(read);
}

async fn read_part<T: Transport, C: ByteCache>(
    bands: Rc<Bands<T, C>>,
    rectangles: Vec<(Range<i64>, Range<i64>)>,
    rows: Range<i64>,
) -> Result<SceneRowsPart, ReadError> {
    let read = rectangles.into_iter().map(|(columns, rows)| read_rectangle(&bands, columns, rows));
    Ok(SceneRowsPart { rows, rectangles: try_join_all(read).await? })
}

async fn read_rectangle<T: Transport, C: ByteCache>(
    bands: &Bands<T, C>,
    columns: Range<i64>,
    rows: Range<i64>,
) -> Result<Rectangle, ReadError> {
    let scale = bands.mask_scale;
    let (mask_columns, mask_rows) = (scale.columns(&columns), scale.rows(&rows));
    let read_mask = async |mask: Option<&CogBand<T, C>>| match mask {
        Some(mask) => mask.read(&mask_columns, &mask_rows).await.map(Some),
        None => Ok(None),
    };
    let [first, second] = &bands.pair;
    let (first, second, mut mask, haze) = try_join4(
        first.read(&columns, &rows),
        second.read(&columns, &rows),
        read_mask(bands.mask.as_ref()),
        read_mask(bands.haze.as_ref().map(|(_, haze)| haze)),
    )
    .await?;
    if let (Some(mask), Some(haze), Some((kind, _))) = (&mut mask, haze, &bands.haze) {
        mark_haze(mask, &haze, *kind);
    }
    Ok(Rectangle { columns, rows, bands: [first, second], mask })
}
