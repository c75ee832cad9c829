//! The metadata of a computed map.

use anyhow::Result;
use dragonfly_core::attribution::{lacks_credit, map_attribution};
use dragonfly_core::metadata::{FireMask, MapMeta, TilesSkipped, UsedScene};
use dragonfly_core::{
    BinnedOffset, Grid, MapLayers, MapWarning, NoOffsetReason, Region, SkippedScene, TileIndex,
    mercator,
};

use crate::compute::fire_parting::FireParting;
use crate::compute::scene_dates::scene_dates;
use crate::compute::statistics::MapStatistics;
use crate::deployment::settings::Settings;
use crate::nightly::clock::now_in_seconds;
use crate::publish::public_text::{public_location, public_text};
use crate::read::scene::GridScene;
use crate::read::search::FoundScenes;
use crate::read::zone::FireZone;

/// Scenes not used that are listed in the metadata; the log names them all.
const MAX_SKIPPED_SCENES: usize = 1000;
/// Patches listed in the metadata.
const MAX_PATCHES: usize = 200;

/// What a map was computed from.
pub(crate) struct MapMetaInput<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) region: &'a Region,
    pub(crate) grid: &'a Grid,
    pub(crate) found: &'a FoundScenes,
    /// Clear views of all cells together.
    pub(crate) clear_views: u64,
    /// The fire zone and the location of its mask.
    pub(crate) mask: Option<(&'a str, &'a FireZone)>,
    /// The dNBR offset, or why there is none; `None` where the region does not set it.
    pub(crate) dnbr_offset: Option<Result<BinnedOffset, NoOffsetReason>>,
    /// Whether fire was parted from other change; `None` for the map of a fire.
    pub(crate) parting: Option<FireParting>,
}

impl MapMetaInput<'_> {
    /// The metadata of the map, still without tiles.
    ///
    /// # Errors
    /// When a side has no scenes.
    pub(crate) fn map_meta(self, run_id: String, statistics: MapStatistics) -> Result<MapMeta> {
        let Self { settings, region, grid, found, clear_views, .. } = self;
        let FoundScenes { pre, post, windows, .. } = found;
        let MapStatistics { summary, patches, burnt_pre_nbr } = statistics;
        let burnt_pre_nbr = burnt_pre_nbr.median();
        let mut warnings = self.warnings();
        warnings.extend(MapWarning::of_cells(&summary, burnt_pre_nbr));
        warnings.extend(MapWarning::mostly_changed(&summary));
        let no_offset = self.dnbr_offset.as_ref().and_then(|offset| offset.as_ref().err());
        warnings.extend(no_offset.map(|reason| MapWarning::no_offset(*reason)));
        let binned = self.dnbr_offset.as_ref().and_then(|offset| offset.as_ref().ok());
        warnings.extend(binned.and_then(|binned| MapWarning::large_offset(binned.offset)));
        let name = &region.name;
        let mask_kinds = self.scenes().flat_map(|scene| scene.mask_kinds.clone()).collect();
        Ok(MapMeta {
            generated_at: now_in_seconds(),
            assessment: windows.assessment,
            pre_start: windows.pre.start,
            pre_end: windows.pre.end,
            post_start: windows.post.start,
            post_end: windows.post.end,
            pre_window: scene_dates(pre)?,
            post_window: scene_dates(post)?,
            window_reason: windows.reason.to_string(),
            window: Some(windows.reason),
            tile_url_template: format!("/tiles/{name}/dnbr/{{z}}/{{x}}/{{y}}.png"),
            run_tile_url_template: format!("/tiles/{name}/{run_id}/dnbr/{{z}}/{{x}}/{{y}}.png"),
            zoom_min: region.zoom_min,
            zoom_max: region.zoom_max,
            cell_size_m: cell_size_m(region),
            tile_count: 0,
            tiles_skipped: TilesSkipped::default(),
            tile_index: TileIndex::default(),
            disk_usage_mb: 0.0,
            raster_url: format!("/raster/{name}/{run_id}.tif"),
            layers: Some(MapLayers::new(|layer| {
                format!("/raster/{name}/{run_id}/{}.tif", layer.name())
            })),
            hectares: summary.hectares(),
            hectares_cell_m: Some(cell_size_m(region)),
            provisional_hectares: summary.provisional_hectares(),
            provisional_share: summary.provisional_share(),
            provisional_tiles: None,
            implausible_share: summary.implausible_share(),
            empty_share: summary.empty_share(),
            clear_observations_mean: clear_views as f64 / summary.box_count().max(1) as f64,
            background_dnbr: summary.background_dnbr(),
            dnbr_offset: binned.map(|binned| binned.offset),
            dnbr_offset_bins: binned.map_or_else(Vec::new, |binned| binned.bins.clone()),
            burnt_pre_nbr,
            burnt_patches: patches.finish(grid, MAX_PATCHES),
            change_only: self.parting.map(|parting| !parting.is_parted),
            points_since: self.parting.and_then(|parting| parting.points_since),
            changed_hectares: self
                .parting
                .filter(|parting| parting.is_parted)
                .map(|_| summary.changed_hectares()),
            changed_tiles: None,
            fire_mask: self.fire_mask(),
            masks: settings.masks.describe_map(&mask_kinds, settings.cloud_buffer_m),
            scenes: self.scenes().map(|scene| scene.used.clone()).collect(),
            scenes_skipped: self.skipped_scenes(),
            fire: None,
            warnings: published(region, warnings),
            collection: region.collection.clone(),
            attribution: self.attribution(),
            core_version: dragonfly_core::VERSION.to_owned(),
            run_id,
        })
    }

    /// The scenes of both sides.
    fn scenes(&self) -> impl Iterator<Item = &GridScene> {
        self.found.pre.scenes().iter().chain(self.found.post.scenes())
    }

    /// Whom the map names.
    fn attribution(&self) -> String {
        let (own, collection) = (&self.settings.attribution, &self.region.collection);
        if lacks_credit(own, collection) {
            tracing::warn!(
                region = self.region.name,
                "the credit that the licence of the collection `{collection}` requires is not \
                known: set `attribution`"
            );
        }
        map_attribution(own, collection, &self.scenes().map(|scene| scene.used.year()).collect())
    }

    fn fire_mask(&self) -> Option<FireMask> {
        let (path, zone) = self.mask?;
        Some(FireMask {
            path: public_location(path),
            zone_share: zone.share,
            blocks_skipped: self.scenes().map(GridScene::blocks_skipped).sum(),
        })
    }

    /// What makes the scenes doubtful.
    fn warnings(&self) -> Vec<MapWarning> {
        let scenes: Vec<UsedScene> = self.scenes().map(|scene| scene.used.clone()).collect();
        let lacking = self.found.lacking.iter();
        let mut warnings: Vec<MapWarning> = lacking
            .map(|counts| MapWarning::incomplete_search(counts.matched, counts.received))
            .collect();
        warnings.extend(MapWarning::unrequested_scenes(&self.found.unrequested));
        warnings.extend(MapWarning::of_scenes(&scenes));
        let less_seen = self.scenes().filter(|scene| scene.ground_count.is_less_seen());
        let ids: Vec<&str> = less_seen.map(|scene| scene.used.id.as_str()).collect();
        warnings.extend(MapWarning::less_seen(&ids));
        warnings
    }

    fn skipped_scenes(&self) -> Vec<SkippedScene> {
        let listed = self.found.skipped.iter().take(MAX_SKIPPED_SCENES);
        listed
            .map(|scene| SkippedScene {
                id: public_text(&scene.id),
                reason: public_text(&scene.reason),
                why: scene.why.clone(),
            })
            .collect()
    }
}

/// Warnings as they are published; logged too.
fn published(region: &Region, mut warnings: Vec<MapWarning>) -> Vec<MapWarning> {
    for warning in &mut warnings {
        warning.text = public_text(&warning.text);
        tracing::warn!(region = region.name, "{}", warning.text);
    }
    warnings
}

/// The size of a cell on the ground in the middle of a region, metres, to a tenth.
fn cell_size_m(region: &Region) -> f64 {
    let [_, south, _, north] = region.bbox;
    let size_m = mercator::ground_size_m(region.zoom_max, (south + north) / 2.0);
    (size_m * 10.0).round() / 10.0
}
