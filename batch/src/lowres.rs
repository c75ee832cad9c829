//! `lowres`: finds a region's scenes, computes its dNBR and leaves it in the work folder.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_core::metadata::{Assessment, MapMeta, SceneDates, TilesSkipped};
use dragonfly_core::stac::Item;
use dragonfly_core::{
    Composite, DateWindow, Empty, FireSide, Grid, PatchFinder, Region, SceneRequest, SkippedScene, Summary, TileIndex,
    VALID, choose_scenes, mercator,
};
use rayon::prelude::*;

use crate::catalogue::read_items;
use crate::layout::{Layout, RunFolder};
use crate::mosaic::{STRIP_ROWS, SideScenes, compute_strip};
use crate::progress::Step;
use crate::publish::write_json;
use crate::raster::RunWriter;
use crate::run::{RunRecord, new_run_id};
use crate::scene::{BYTES_DECODED, Scene};
use crate::settings::Settings;

/// Patches listed in the metadata.
const MOST_PATCHES: usize = 200;

/// Computes a region's dNBR into a new run folder, and publishes nothing.
///
/// # Errors
/// When there is no scene on a side, or one cannot be read. The run folder is then removed.
pub(crate) fn lowres(settings: &Settings, region: &Region, now: DateTime<Utc>) -> Result<RunFolder> {
    let windows = Windows::of(region)?;
    let items = read_items(settings.catalogue()?)?;
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let mut skipped = Vec::new();
    let mut side = |side, window, wanted| -> Result<SideScenes> {
        let scenes = open_side(settings, region, &grid, &items, side, window, wanted, &mut skipped)?;
        Ok(SideScenes::new(scenes, Composite::Median))
    };
    let mut pre = side(FireSide::Pre, windows.pre, windows.pre.end)?;
    let mut post = side(FireSide::Post, windows.post, windows.post.start)?;

    let run_id = new_run_id();
    let folder = RunFolder(Layout::new(&settings.root).work(&region.name).join(&run_id));
    std::fs::create_dir_all(&folder.0)
        .with_context(|| format!("cannot create {}: is the root writable?", folder.0.display()))?;
    let computed = compute(&grid, &mut pre, &mut post, region, &folder).and_then(|sums| {
        let map = map_meta(settings, region, &windows, run_id, &grid, (&pre, &post), skipped, sums)?;
        write_json(&folder.record(), &RunRecord { region: region.clone(), started_at: now, map })
    });
    if computed.is_err() {
        // Half a run is of no use to anyone; a failure to remove it is no worse than the first.
        let _ = std::fs::remove_dir_all(&folder.0);
    }
    computed.map(|()| folder)
}

/// The days searched on both sides.
struct Windows {
    pre: DateWindow,
    post: DateWindow,
}

impl Windows {
    fn of(region: &Region) -> Result<Self> {
        match (region.pre, region.post) {
            (Some(pre), Some(post)) => Ok(Self { pre, post }),
            _ => bail!(
                "region `{}` has no windows: give it `pre` and `post`, each with `start` and `end`, in regions.json",
                region.name
            ),
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the whole question in one place, asked twice")]
fn open_side(
    settings: &Settings,
    region: &Region,
    grid: &Grid,
    items: &[Item],
    side: FireSide,
    window: DateWindow,
    wanted: NaiveDate,
    skipped: &mut Vec<SkippedScene>,
) -> Result<Vec<Scene>> {
    let choice = choose_scenes(
        items,
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
    let passed_over = choice.skipped.len();
    skipped.extend(choice.skipped);
    let scenes: Vec<Option<Scene>> = choice
        .used
        .into_par_iter()
        .map(|item| Scene::open(item, side, grid, settings.cloud_margin_m))
        .collect::<Result<_>>()?;
    let scenes: Vec<Scene> = scenes.into_iter().flatten().collect();
    if scenes.is_empty() {
        bail!(
            "no scene on the {side} side: collection `{}` has none from {window} over {:?} \
             ({passed_over} passed over for cloud or as duplicates); widen the window or raise max_cloud_cover",
            region.collection,
            region.bbox
        );
    }
    Ok(scenes)
}

/// Sums over the whole map.
struct Sums {
    summary: Summary,
    patches: PatchFinder,
    clear_views: u64,
}

fn compute(
    grid: &Grid,
    pre: &mut SideScenes,
    post: &mut SideScenes,
    region: &Region,
    folder: &RunFolder,
) -> Result<Sums> {
    let width = grid.width() as usize;
    let mut writer = RunWriter::create(folder, grid)?;
    let mut sums = Sums { summary: Summary::default(), patches: PatchFinder::default(), clear_views: 0 };
    let starts: Vec<u32> = (0..grid.height()).step_by(STRIP_ROWS as usize).collect();
    let step = Step::start(&region.name, "dNBR computed", starts.len() as u64, "strips");
    let bytes_before = BYTES_DECODED.load(std::sync::atomic::Ordering::Relaxed);
    let bytes = || BYTES_DECODED.load(std::sync::atomic::Ordering::Relaxed) - bytes_before;
    for first_row in starts {
        let strip = compute_strip(grid, pre, post, first_row)?;
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
    windows: &Windows,
    run_id: String,
    grid: &Grid,
    (pre, post): (&SideScenes, &SideScenes),
    scenes_skipped: Vec<SkippedScene>,
    sums: Sums,
) -> Result<MapMeta> {
    let name = &region.name;
    let [_, south, _, north] = region.bbox;
    let cells = sums.summary.box_count().max(1);
    let has_masks = pre.scenes().iter().chain(post.scenes()).any(Scene::has_mask);
    Ok(MapMeta {
        generated_at: now_in_seconds(),
        assessment: Assessment::Initial,
        pre_start: windows.pre.start,
        pre_end: windows.pre.end,
        post_start: windows.post.start,
        post_end: windows.post.end,
        pre_window: scene_dates(pre)?,
        post_window: scene_dates(post)?,
        window_reason: "explicit windows of the region's configuration".to_owned(),
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
        fire_mask: None,
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

fn now_in_seconds() -> DateTime<Utc> {
    DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap_or_default()
}
