//! Opening a scene: its files are requested, opened and checked, its offset is decided, and its
//! reading is planned.

use anyhow::{Result, bail};
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::stac::{AssetBand, Item};
use dragonfly_core::{
    DnCounts, FireSide, Grid, ImageFrame, LevelFrame, MAX_DOUBTED_PX, Masks, OffsetDecision,
    OffsetRule, Placement, PromisedGround, PromisedGroundCount, Scaling, SceneFile,
    SceneFilesError, ScenePlan, SceneRows, SpectralIndex, check_scene_files, choose_common_level,
    choose_mask_level, offset_from_pixels, offset_rule,
};

use super::{GridScene, SceneReadError, SidecarChecks};
use crate::http::Client;
use crate::read::image::{Image, ImageAsset, ImageBand};
use crate::read::placement::GdalPlacement;
use crate::read::zone::FireZone;

/// A scene whose files are requested and not yet opened.
pub(crate) struct RequestedScene<'a> {
    item: &'a Item,
    assets: Result<SceneAssets>,
}

struct SceneAssets {
    bands: [ImageAsset; 2],
    mask: Option<ImageAsset>,
    haze: Option<ImageAsset>,
}

impl<'a> RequestedScene<'a> {
    /// Requests the files of an item, without waiting for them.
    pub(crate) fn of(item: &'a Item, client: &Client) -> Self {
        Self { item, assets: SceneAssets::of(item, client) }
    }

    /// Requests the masks beside its files too, whatever the files state, where its host has some.
    /// Does not wait.
    pub(crate) fn request_masks(&mut self, found: &SidecarChecks) {
        if found.has_masks(self.item)
            && let Ok(assets) = &mut self.assets
            && let Err(error) = assets.request_masks()
        {
            self.assets = Err(error);
        }
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
        let request_mask = |name, band, fill: Option<u16>| {
            anyhow::Ok(request(name, band)?.or_no_data(fill.unwrap_or(0)))
        };
        let mask = item.mask().map(|(_, band)| request_mask("mask", band, item.mask_fill_value()));
        let haze =
            item.haze().map(|(kind, band)| request_mask("haze", band, Some(kind.fill_value())));
        let (mask, haze) = (mask.transpose()?, haze.transpose()?);
        Ok(Self { bands, mask, haze })
    }

    fn request_masks(&mut self) -> Result<()> {
        let masks = self.mask.iter_mut().chain(&mut self.haze);
        self.bands.iter_mut().chain(masks).try_for_each(ImageAsset::request_mask)
    }
}

/// A scene whose files are open, and whose offset is not decided yet.
pub(crate) struct OpenedScene<'a> {
    item: &'a Item,
    placed: Placement,
    full_size: (usize, usize),
    ground_count: PromisedGroundCount,
    bands: [ImageBand; 2],
    mask: Option<ImageBand>,
    haze: Option<ImageBand>,
}

impl<'a> OpenedScene<'a> {
    /// Opens the files of a scene and prefetches what decides its offset; `None` when it covers no
    /// cell of the grid.
    ///
    /// # Errors
    /// When a file cannot be opened, or does not fit the others. Names scene and file.
    pub(crate) fn open(
        requested: RequestedScene<'a>,
        grid: &Grid,
    ) -> Result<Option<Self>, SceneReadError> {
        let id = &requested.item.id;
        Self::open_unnamed(requested, grid).map_err(|error| SceneReadError::new(id, &error))
    }

    fn open_unnamed(requested: RequestedScene<'a>, grid: &Grid) -> Result<Option<Self>> {
        let RequestedScene { item, assets } = requested;
        let SceneAssets { bands: [first, second], mask, haze } = assets?;
        let (first, second) = (Image::open(first)?, Image::open(second)?);
        let mask = mask.map(Image::open).transpose()?;
        let haze = haze.map(Image::open).transpose()?;
        check_files([&first, &second], mask.iter().chain(&haze))?;

        let Some(placed) = GdalPlacement::of(&first, grid)? else { return Ok(None) };
        let sizes = [first.level_sizes()?, second.level_sizes()?];
        let common = choose_common_level([&sizes[0], &sizes[1]], placed.cell_size_px);
        let Some([first_level, second_level]) = common else {
            bail!("{} has no pixels", first.location)
        };
        let full_size = first.size;
        let bands = [first.at_level(first_level)?, second.at_level(second_level)?];
        let mask = mask.map(|mask| mask_at_level(mask, bands[0].size)).transpose()?;
        let mask_size = mask.as_ref().map_or(bands[0].size, |mask| mask.size);
        let haze = haze.map(|haze| haze.at_size(mask_size)).transpose()?;
        prefetch_offset_pixels(item, &bands);
        let ground_count = PromisedGroundCount::new(PromisedGround::of(item), grid);
        Ok(Some(Self { item, placed, full_size, ground_count, bands, mask, haze }))
    }

    /// Decides the offset and plans the reading.
    ///
    /// # Errors
    /// When the pixels that decide the offset cannot be read. Names scene and file.
    pub(crate) fn plan(
        self,
        side: FireSide,
        zone: Option<&FireZone>,
        masks: &Masks,
        cloud_buffer_m: f32,
    ) -> Result<GridScene, SceneReadError> {
        let item = self.item;
        self.plan_unnamed(side, zone, masks, cloud_buffer_m)
            .map_err(|error| SceneReadError::new(&item.id, &error))
    }

    fn plan_unnamed(
        self,
        side: FireSide,
        zone: Option<&FireZone>,
        masks: &Masks,
        cloud_buffer_m: f32,
    ) -> Result<GridScene> {
        let Self { item, placed, full_size, ground_count, bands, mask, haze } = self;
        let offset = offset_of(item, &bands)?;
        let Some(used) = UsedScene::new(item, side, offset) else {
            bail!("the item has no datetime")
        };
        let first = &bands[0];
        let level = LevelFrame {
            full_size,
            size: first.size,
            block_size: first.block_size()?,
            mask_size: mask.as_ref().map_or(first.size, |mask| mask.size),
        };
        let mask_kinds = item.mask_kinds();
        let touches_zone = |window: &_| zone.is_none_or(|zone| zone.touches(window));
        let mut scene = GridScene {
            used,
            ground_count,
            plan: ScenePlan::new(placed, &level, cloud_buffer_m, touches_zone),
            bands,
            mask: mask.zip(item.mask_table(masks)?),
            haze: item.haze().map(|(kind, _)| kind).zip(haze),
            mask_kinds,
            scaling: Scaling { scale: item.scale() as f32, offset_dn: offset.offset_dn },
            read: SceneRows::default(),
            next_unfetched: 0,
        };
        scene.close();
        Ok(scene)
    }
}

/// The mask at the level that is read for bands of a size: finer than these where the file has it.
fn mask_at_level(mask: Image, band_size: (usize, usize)) -> Result<ImageBand> {
    match choose_mask_level(&mask.level_sizes()?, band_size) {
        Some(level) => mask.at_level(level),
        None => mask.at_size(band_size),
    }
}

/// Checks that the files of a scene can be read together.
fn check_files<'a>(
    bands: [&Image; 2],
    masks: impl Iterator<Item = &'a Image>,
) -> Result<(), SceneFilesError> {
    let frames = bands.map(Image::frame);
    let masks: Vec<(&Image, ImageFrame)> = masks.map(|mask| (mask, mask.frame())).collect();
    let masks: Vec<SceneFile> = masks.iter().map(|(mask, frame)| scene_file(mask, frame)).collect();
    check_scene_files([scene_file(bands[0], &frames[0]), scene_file(bands[1], &frames[1])], &masks)
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

/// Prefetches the pixels by which [`offset_of`] decides, without waiting for them; what fails does
/// so again where they decide. Those of the first band are examined seldom, and are not prefetched.
fn prefetch_offset_pixels(item: &Item, [_, second]: &[ImageBand; 2]) {
    let is_examined = match offset_rule(item) {
        OffsetRule::Decided(decision) => decision.is_by_flag(),
        OffsetRule::LookAtPixels(_) => true,
    };
    if is_examined && let Err(error) = second.prefetch_coarsest(MAX_DOUBTED_PX) {
        tracing::debug!(scene = item.id, "{error:#}");
    }
}

/// The offset of a scene's digital numbers.
fn offset_of(item: &Item, [first, second]: &[ImageBand; 2]) -> Result<OffsetDecision> {
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
