//! `lowres`: finds a region's scenes, computes its dNBR and leaves it in the work folder.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_core::metadata::{FireMask, MapMeta, SceneDates, TilesSkipped};
use dragonfly_core::stac::Item;
use dragonfly_core::{
    DateWindow, Empty, FireSide, Grid, PatchFinder, Region, SceneRequest, SearchWindows, SkippedScene, Summary,
    TileIndex, VALID, choose_scenes, mercator,
};
use rayon::prelude::*;

use crate::catalogue::read_items;
use crate::layout::{Layout, RunFolder};
use crate::mosaic::{STRIP_ROWS, SideScenes, compute_strip};
use crate::progress::Step;
use crate::publish::{now_in_seconds, write_json};
use crate::raster::RunWriter;
use crate::run::{RunRecord, new_run_id};
use crate::scene::{BYTES_DECODED, Scene};
use crate::settings::Settings;
use crate::zone::FireZone;

/// Patches listed in the metadata.
const MOST_PATCHES: usize = 200;

/// No scene yet, in a window that is still open: not a failure.
#[derive(Debug, thiserror::Error)]
#[error("waiting: no scene on the {side} side yet, and {window} is not over")]
pub(crate) struct Waiting {
    side: FireSide,
    window: DateWindow,
}

/// Computes a region's dNBR into a new run folder, and publishes nothing.
///
/// # Errors
/// [`Waiting`] while an open window has no scene; else when there is no scene on a side, or one
/// cannot be read. The run folder is then removed.
pub(crate) fn lowres(settings: &Settings, region: &Region, now: DateTime<Utc>) -> Result<RunFolder> {
    let windows = SearchWindows::of(region, now.date_naive());
    let items = read_items(settings.catalogue()?)?;
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let mask_path = settings.fire_mask_of(region);
    let zone = mask_path.as_deref().map(|path| FireZone::read(path, &grid)).transpose()?;
    let mut search =
        Search { settings, region, grid: &grid, zone: zone.as_ref(), items: &items, now, skipped: Vec::new() };
    let (post, post_searched) = search.side(FireSide::Post, &windows, windows.wanted_post())?;
    let latest_post = post.iter().map(|scene| scene.used.datetime.date_naive()).max().unwrap_or(windows.post.end);
    let (pre, pre_searched) = search.side(FireSide::Pre, &windows, windows.wanted_pre(latest_post))?;
    let skipped = search.skipped;
    let mut pre = SideScenes::new(pre, windows.composite(FireSide::Pre));
    let mut post = SideScenes::new(post, windows.composite(FireSide::Post));

    let run_id = new_run_id();
    let folder = RunFolder(Layout::new(&settings.root).work(&region.name).join(&run_id));
    std::fs::create_dir_all(&folder.0)
        .with_context(|| format!("cannot create {}: is the root writable?", folder.0.display()))?;
    let computed = compute(settings, &grid, zone.as_ref(), &mut pre, &mut post, region, &folder).and_then(|sums| {
        let mut searched = windows;
        (searched.pre, searched.post) = (pre_searched, post_searched);
        let fire_mask = mask_path.zip(zone.as_ref()).map(|(path, zone)| FireMask { path, zone_share: zone.share });
        let map = map_meta(settings, region, &searched, run_id, &grid, (&pre, &post), fire_mask, skipped, sums)?;
        write_json(&folder.record(), &RunRecord { region: region.clone(), started_at: now, map })
    });
    if computed.is_err() {
        // Half a run is of no use to anyone; a failure to remove it is no worse than the first.
        let _ = std::fs::remove_dir_all(&folder.0);
    }
    computed.map(|()| folder)
}

/// What the scenes of both sides have in common.
struct Search<'a> {
    settings: &'a Settings,
    region: &'a Region,
    grid: &'a Grid,
    zone: Option<&'a FireZone>,
    items: &'a [Item],
    now: DateTime<Utc>,
    skipped: Vec<SkippedScene>,
}

impl Search<'_> {
    /// The scenes of a side, opened, and the days they were found in; looked for once more over twice the window.
    fn side(&mut self, side: FireSide, windows: &SearchWindows, wanted: NaiveDate) -> Result<(Vec<Scene>, DateWindow)> {
        let mut last = windows.side(side);
        for window in [Some(windows.side(side)), windows.widened(side)].into_iter().flatten() {
            let scenes = self.open(side, window, wanted)?;
            if !scenes.is_empty() {
                return Ok((scenes, window));
            }
            last = window;
        }
        if last.end >= self.now.date_naive() {
            bail!(Waiting { side, window: last });
        }
        bail!(
            "no scene on the {side} side: collection `{}` has none from {last} over {:?} that is clear enough \
             ({} passed over); widen the window or raise max_cloud_cover",
            self.region.collection,
            self.region.bbox,
            self.skipped.len()
        );
    }

    fn open(&mut self, side: FireSide, window: DateWindow, wanted: NaiveDate) -> Result<Vec<Scene>> {
        let region = self.region;
        let choice = choose_scenes(
            self.items,
            &SceneRequest {
                side,
                window,
                wanted,
                collection: &region.collection,
                bbox: region.bbox,
                max_cloud_cover: region.max_cloud_cover,
                scenes_per_tile: region.scenes_per_tile,
            },
        );
        self.skipped.extend(choice.skipped);
        let scenes: Vec<Option<Scene>> = choice
            .used
            .into_par_iter()
            .map(|item| Scene::open(item, side, self.grid, self.zone, self.settings.cloud_margin_m))
            .collect::<Result<_>>()?;
        Ok(scenes.into_iter().flatten().collect())
    }
}

/// Sums over the whole map.
struct Sums {
    summary: Summary,
    patches: PatchFinder,
    clear_views: u64,
}

fn compute(
    settings: &Settings,
    grid: &Grid,
    zone: Option<&FireZone>,
    pre: &mut SideScenes,
    post: &mut SideScenes,
    region: &Region,
    folder: &RunFolder,
) -> Result<Sums> {
    let width = grid.width() as usize;
    let mut writer = RunWriter::create(folder, grid)?;
    let mut sums = Sums { summary: Summary::default(), patches: PatchFinder::default(), clear_views: 0 };
    let starts: Vec<u32> = (0..grid.height()).step_by(STRIP_ROWS as usize).collect();
    let scene_count = pre.scenes().len() + post.scenes().len();
    let step = Step::start(&region.name, "dNBR computed", starts.len() as u64, "strips").of_scenes(scene_count);
    let bytes_before = BYTES_DECODED.load(std::sync::atomic::Ordering::Relaxed);
    let bytes = || BYTES_DECODED.load(std::sync::atomic::Ordering::Relaxed) - bytes_before;
    let started = Instant::now();
    let limit = Duration::from_secs(u64::from(settings.max_run_minutes) * 60);
    for first_row in starts {
        ensure!(
            started.elapsed() <= limit,
            "the run took longer than max_run_minutes ({}): raise it, or make the region smaller or coarser",
            settings.max_run_minutes
        );
        let strip = compute_strip(grid, zone, pre, post, first_row)?;
        for (row, (dnbr, state)) in
            (first_row..).zip(strip.dnbr.chunks_exact(width).zip(strip.state.chunks_exact(width)))
        {
            let area_ha = grid.cell_area_ha(row);
            sums.summary.add_row(dnbr.iter().zip(state).map(|(dnbr, state)| cell(*dnbr, *state)), area_ha);
            sums.patches.add_row(row, dnbr, area_ha);
        }
        sums.clear_views += strip.clear_views;
        writer.append(strip.dnbr, strip.state)?;
        step.advance(bytes());
    }
    writer.finish()?;
    step.finish(bytes());
    Ok(sums)
}

fn cell(dnbr: f32, state: u8) -> Result<f32, Empty> {
    if state == VALID { Ok(dnbr) } else { Err(Empty::from_code(state).unwrap_or(Empty::NoData)) }
}

#[expect(clippy::too_many_arguments, reason = "gathers what the run knows, once")]
fn map_meta(
    settings: &Settings,
    region: &Region,
    windows: &SearchWindows,
    run_id: String,
    grid: &Grid,
    (pre, post): (&SideScenes, &SideScenes),
    fire_mask: Option<FireMask>,
    scenes_skipped: Vec<SkippedScene>,
    sums: Sums,
) -> Result<MapMeta> {
    let name = &region.name;
    let [_, south, _, north] = region.bbox;
    let cells = sums.summary.box_count().max(1);
    let has_masks = pre.scenes().iter().chain(post.scenes()).any(Scene::has_mask);
    Ok(MapMeta {
        generated_at: now_in_seconds(),
        assessment: windows.assessment,
        pre_start: windows.pre.start,
        pre_end: windows.pre.end,
        post_start: windows.post.start,
        post_end: windows.post.end,
        pre_window: scene_dates(pre)?,
        post_window: scene_dates(post)?,
        window_reason: windows.reason.clone(),
        tile_url_template: format!("/tiles/{name}/dnbr/{{z}}/{{x}}/{{y}}.png"),
        run_tile_url_template: format!("/tiles/{name}/{run_id}/dnbr/{{z}}/{{x}}/{{y}}.png"),
        zoom_min: region.zoom_min,
        zoom_max: region.zoom_max,
        cell_size_m: (mercator::ground_size_m(region.zoom_max, (south + north) / 2.0) * 10.0).round() / 10.0,
        tile_count: 0,
        tiles_skipped: TilesSkipped::default(),
        tile_index: TileIndex::default(),
        disk_usage_mb: 0.0,
        raster_url: format!("/raster/{name}/{run_id}.tif"),
        hectares: sums.summary.hectares(),
        implausible_share: sums.summary.implausible_share(),
        empty_share: sums.summary.empty_share(),
        clear_observations_mean: sums.clear_views as f64 / cells as f64,
        background_dnbr: sums.summary.background_dnbr(),
        dnbr_offset: None,
        burnt_patches: sums.patches.finish(grid, MOST_PATCHES),
        fire_mask,
        masks: masks_in_words(has_masks, settings.cloud_margin_m),
        scenes: pre.scenes().iter().chain(post.scenes()).map(|scene| scene.used.clone()).collect(),
        scenes_skipped,
        collection: region.collection.clone(),
        attribution: settings.attribution.clone(),
        core_version: dragonfly_core::VERSION.to_owned(),
        run_id,
    })
}

fn masks_in_words(has_masks: bool, cloud_margin_m: f32) -> String {
    if has_masks {
        format!(
            "SCL: 0 and 1 no data; 3 shadow, 8 to 10 cloud, 11 snow masked, cloud and shadow widened by {cloud_margin_m} m; \
             6 water by the pre side"
        )
    } else {
        "no mask asset: every pixel with data counts as clear".to_owned()
    }
}

fn scene_dates(side: &SideScenes) -> Result<SceneDates> {
    let days = || side.scenes().iter().map(|scene| scene.used.datetime.date_naive());
    match (days().min(), days().max()) {
        (Some(first), Some(last)) => Ok(SceneDates { first, last }),
        _ => bail!("a side without scenes has no dates"),
    }
}
