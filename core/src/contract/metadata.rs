//! What is published beside the tiles: the files in which batch and client meet.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_pixels::{
    BackgroundDnbr, BurntPatch, DnbrOffset, EmptyShare, Hectares, MaskRules, OffsetBin, TileIndex,
};
use serde::{Deserialize, Serialize};

pub use crate::catalogue::dates::Assessment;
use crate::catalogue::scenes::SkippedScene;
pub use crate::contract::basemap::Basemap;
use crate::contract::failure::RunFailure;
use crate::contract::map_layers::MapLayers;
use crate::contract::page_config::PageConfig;
pub use crate::contract::used_scene::UsedScene;
use crate::contract::warning::MapWarning;
use crate::fires::{BeyondAntimeridian, FireMapKind, FireState};
use crate::regions::region::Region;
use crate::regions::window::WindowReason;

/// How the last run of a region ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Never run.
    #[default]
    Pending,
    /// A map was published.
    Success,
    /// No map was published; an older one stays.
    Failed,
    /// No scene yet, in a window still open.
    Waiting,
}

/// First and last day of the scenes used on a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneDates {
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
}

/// Tiles that were not stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TilesSkipped {
    /// All empty.
    pub empty: u64,
    /// All unburned.
    pub unburned: u64,
}

/// The fire zone that was applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FireMask {
    /// File of the zone.
    pub path: String,
    /// Fraction of the box's cells inside the zone, 0 to 1.
    pub zone_share: f64,
    /// Blocks of the scenes in the box, but outside the zone, that were not read.
    #[serde(default)]
    pub blocks_skipped: u64,
}

/// The fire that a map shows, and its burnt area: changed ground that is connected to active-fire
/// points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MappedFire {
    /// Its id.
    pub id: String,
    /// Its state when the map was made.
    pub state: FireState,
    /// Which map this is.
    pub map: FireMapKind,
    /// Burnt area, all of which active-fire points witness.
    pub burnt_hectares: f64,
    /// What of it a single image shows, and no other confirms.
    #[serde(default)]
    pub provisional_hectares: f64,
    /// Burnt area by class.
    pub hectares: Hectares,
    /// What of the fire lies beyond the 180° meridian, where its map ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_antimeridian: Option<BeyondAntimeridian>,
    /// The outlines of the fire by points and by map.
    pub outlines_url: String,
}

/// Tiles of ground that is marked apart: its dNBR as in other tiles, and nothing elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarkTiles {
    /// Template of this run's immutable tiles, with `{z}`, `{x}`, `{y}`.
    pub run_tile_url_template: String,
    /// Tiles stored.
    pub tile_count: u64,
    /// What became of every tile.
    pub tile_index: TileIndex,
}

/// `meta/<region>.json`: a region's last run, and the map it shows.
///
/// Everything about the map is absent until the first success; after a failure it stays the old
/// map's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionMeta {
    /// Name in paths.
    pub region_name: String,
    /// What people read.
    pub title: String,
    /// Regions that belong together.
    #[serde(default)]
    pub group: Option<String>,
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// Start of the last run.
    #[serde(default)]
    pub last_run_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub last_status: RunStatus,
    /// Why it failed, as text.
    #[serde(default)]
    pub last_error: Option<String>,
    /// Why it failed; `None` unless the last run failed, and in metadata of an older version.
    #[serde(default)]
    pub failure: Option<RunFailure>,
    /// Start of the last run that succeeded.
    #[serde(default)]
    pub last_success_at: Option<DateTime<Utc>>,
    /// Failures since then.
    #[serde(default)]
    pub consecutive_failures: u32,
    /// Runs published before the current one whose files are kept, newest first.
    #[serde(default)]
    pub earlier_runs: Vec<EarlierRun>,
    /// The map.
    #[serde(flatten)]
    pub map: Option<MapMeta>,
}

/// A run that was published before the current one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierRun {
    /// Names its files.
    pub run_id: String,
    /// When another took its place.
    pub replaced_at: DateTime<Utc>,
    /// Days of its images from after the fire; `None` in metadata of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_window: Option<SceneDates>,
}

/// The part of `meta/<region>.json` that speaks of the published map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapMeta {
    /// When the map was made.
    pub generated_at: DateTime<Utc>,
    /// Start time and four hexadecimal digits; names the map's files.
    pub run_id: String,
    /// When the post-fire images were taken.
    pub assessment: Assessment,
    /// First day searched before the fire.
    pub pre_start: NaiveDate,
    /// Last day searched before the fire.
    pub pre_end: NaiveDate,
    /// First day searched after the fire.
    pub post_start: NaiveDate,
    /// Last day searched after the fire.
    pub post_end: NaiveDate,
    /// Days of the scenes used before the fire.
    pub pre_window: SceneDates,
    /// Days of the scenes used after the fire.
    pub post_window: SceneDates,
    /// Why these windows, as text.
    pub window_reason: String,
    /// Why these windows; `None` in metadata of an older version.
    #[serde(default)]
    pub window: Option<WindowReason>,
    /// Template of the stable tile links, with `{z}`, `{x}`, `{y}`.
    pub tile_url_template: String,
    /// Template of this run's immutable tiles.
    pub run_tile_url_template: String,
    /// Coarsest zoom of the tiles.
    pub zoom_min: u8,
    /// Finest zoom, and zoom of the raster.
    pub zoom_max: u8,
    /// Side of a cell on the ground in the middle of the box, metres.
    pub cell_size_m: f64,
    /// Tiles stored.
    pub tile_count: u64,
    /// Tiles not stored.
    pub tiles_skipped: TilesSkipped,
    /// What became of every tile.
    pub tile_index: TileIndex,
    /// Space that this run's tiles and raster take, megabytes.
    pub disk_usage_mb: f64,
    /// The raster.
    pub raster_url: String,
    /// Rasters beside it, on the same cells; `None` in metadata of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<MapLayers>,
    /// True hectares per class, without those that are provisional.
    pub hectares: Hectares,
    /// Side on the ground of the cells that the hectares were counted from, metres: areas by class
    /// depend on it. `None` in metadata of an older version.
    #[serde(default)]
    pub hectares_cell_m: Option<f64>,
    /// True hectares per class of the ground that a single view shows burnt, in a map of the latest
    /// views: painted as burnt, and confirmed or not by the next clear image.
    #[serde(default)]
    pub provisional_hectares: Hectares,
    /// Fraction of the valid cells that are so.
    #[serde(default)]
    pub provisional_share: f64,
    /// Tiles of provisional ground, which the tiles of severity show as other ground; at lower zooms
    /// of cells that it is half of or more. `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisional_tiles: Option<MarkTiles>,
    /// Fraction of the valid cells beyond −0.5 or 1.3.
    pub implausible_share: f64,
    /// Fractions of the box's cells without a value, by reason.
    pub empty_share: EmptyShare,
    /// Clear views per cell of the box, both sides together.
    pub clear_observations_mean: f64,
    /// dNBR of the ground that did not burn, after the offset was subtracted; absent where no cell
    /// has a value.
    #[serde(default)]
    pub background_dnbr: Option<BackgroundDnbr>,
    /// Subtracted offset, when used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dnbr_offset: Option<DnbrOffset>,
    /// What the offset was computed from, by NBR before the fire; empty without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dnbr_offset_bins: Vec<OffsetBin>,
    /// Median NBR before the fire of what burnt; `None` where nothing did.
    #[serde(default)]
    pub burnt_pre_nbr: Option<f64>,
    /// The 200 largest burnt patches, without provisional ground.
    pub burnt_patches: Vec<BurntPatch>,
    /// Whether all ground that changed like a burn is painted as severity, because active-fire
    /// points are not known for the time of the map; false where severity is painted for fires
    /// alone. `None` of the map of a fire, and in metadata of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_only: Option<bool>,
    /// The day from which on active-fire points of the region are known without a gap up to the
    /// newest image; `None` where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_since: Option<NaiveDate>,
    /// True hectares of ground that changed like a burn where no fire was seen, in no class of
    /// `hectares` and no patch; `None` where such ground is not parted from fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_hectares: Option<f64>,
    /// Tiles of that ground, which is unburned in the tiles of severity; `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_tiles: Option<MarkTiles>,
    /// The fire zone, when one was applied.
    #[serde(default)]
    pub fire_mask: Option<FireMask>,
    /// How pixels were masked, as text.
    pub masks: String,
    /// Scenes that the map was made of.
    pub scenes: Vec<UsedScene>,
    /// Scenes in the windows that were not used, and why.
    pub scenes_skipped: Vec<SkippedScene>,
    /// The fire that is mapped; `None` where the map shows a region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fire: Option<MappedFire>,
    /// What makes the map doubtful; empty where nothing does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<MapWarning>,
    /// Collection of the catalogue.
    pub collection: String,
    /// Whom to name.
    pub attribution: String,
    /// Version of the code that made the map.
    pub core_version: String,
}

impl RegionMeta {
    /// A region before its first run.
    pub fn pending(region: &Region) -> Self {
        Self {
            region_name: region.name.clone(),
            title: region.title().to_owned(),
            group: region.group.clone(),
            bbox: region.bbox,
            last_run_at: None,
            last_status: RunStatus::Pending,
            last_error: None,
            failure: None,
            last_success_at: None,
            consecutive_failures: 0,
            earlier_runs: Vec::new(),
            map: None,
        }
    }
}

/// `meta/index.json`: every configured region and no other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionIndex {
    /// When it was written.
    pub generated_at: DateTime<Utc>,
    /// The regions, in the order of the configuration.
    pub regions: Vec<IndexedRegion>,
}

/// A line of `meta/index.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexedRegion {
    /// Name in paths.
    pub name: String,
    /// What people read.
    pub title: String,
    /// Regions that belong together.
    #[serde(default)]
    pub group: Option<String>,
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// 1 comes first.
    pub priority: u32,
    /// When its map was made.
    #[serde(default)]
    pub generated_at: Option<DateTime<Utc>>,
    /// How its last run ended.
    pub last_status: RunStatus,
    /// Start of the last run that succeeded.
    #[serde(default)]
    pub last_success_at: Option<DateTime<Utc>>,
    /// Days between updates.
    pub update_interval_days: u32,
    /// When it was first found in the configuration.
    #[serde(default)]
    pub first_seen_at: Option<DateTime<Utc>>,
    /// Where its metadata is.
    pub meta_url: String,
    /// What a list shows of its map; `None` without a map, and from versions that wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<MapSummary>,
}

/// What a list of regions shows of a map, so that it needs no metadata of each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapSummary {
    /// Hectares of the burnt classes.
    pub burnt_hectares: f64,
    /// When after the fire the map was made.
    pub assessment: Assessment,
    /// Days of the images from before the fire.
    pub pre_window: SceneDates,
    /// Days of the images from after it.
    pub post_window: SceneDates,
    /// As in the metadata of the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_only: Option<bool>,
}

impl MapSummary {
    /// The summary of a map, with the hectares that are counted as burnt in it.
    pub fn new(map: &MapMeta, burnt_hectares: f64) -> Self {
        Self {
            burnt_hectares,
            assessment: map.assessment,
            pre_window: map.pre_window,
            post_window: map.post_window,
            change_only: map.change_only,
        }
    }
}

impl IndexedRegion {
    /// The line of a region, from its configuration and its metadata.
    pub fn new(region: &Region, meta: &RegionMeta) -> Self {
        Self {
            name: region.name.clone(),
            title: region.title().to_owned(),
            group: region.group.clone(),
            bbox: region.bbox,
            priority: region.priority,
            generated_at: meta.map.as_ref().map(|map| map.generated_at),
            last_status: meta.last_status,
            last_success_at: meta.last_success_at,
            update_interval_days: region.update_interval_days,
            first_seen_at: None,
            meta_url: format!("/meta/{}.json", region.name),
            map: meta.map.as_ref().map(|map| MapSummary::new(map, map.hectares.burnt())),
        }
    }
}

/// `meta/client.json`: the deployment, as the page reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientConfig {
    /// Root of the STAC API for high resolution; without one the page hides it and states why.
    #[serde(default)]
    pub stac_url: Option<String>,
    /// Put before the URL of a file in a bucket that answers no other site.
    #[serde(default)]
    pub proxy_base: Option<String>,
    /// From this zoom on the page offers high resolution.
    pub highres_zoom: u8,
    /// Backgrounds beside the built-in coastlines.
    #[serde(default)]
    pub basemaps: Vec<Basemap>,
    /// A map older than this is stale.
    pub stale_after_days: u32,
    /// Where the list of fires is; `None` where none is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fires_url: Option<String>,
    /// Root of a geocoder that answers as Nominatim does; without one addresses are not searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geocoder_url: Option<String>,
    /// Whom to name.
    pub attribution: String,
    /// The site's own name, links and first view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<PageConfig>,
    /// The keys of [`HighresConfig`] and of
    /// [`OverlayConfig`](crate::contract::overlay::OverlayConfig), and unknown settings of a newer server, with which the page
    /// can still start.
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

impl ClientConfig {
    /// The background of a reader whose address names none: that of `[page]`, else the first.
    /// `None` for the plain one.
    pub fn first_basemap(&self) -> Option<&Basemap> {
        match self.page.as_ref().and_then(|page| page.basemap.as_deref()) {
            Some(title) => self.basemaps.iter().find(|basemap| basemap.title == title),
            None => self.basemaps.first(),
        }
    }
}

/// The part of `meta/client.json` that only computing in the browser reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HighresConfig {
    /// Endpoint of the tokens with which files open; the catalogue's own when `None`.
    pub token_url: Option<String>,
    /// Hosts that pages of the catalogue may lie on beside its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub catalogue_hosts: Vec<String>,
    /// The site's own attribution, as its settings have it; empty for the credit of each
    /// collection.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub own_attribution: String,
    /// Whether a catalogue on a public address may lead to private ones.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_private_addresses: bool,
    /// How pixels are judged: as in the nightly maps.
    #[serde(flatten)]
    pub mask_rules: MaskRules,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::region::regions_from_json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn region() -> Region {
        regions_from_json(
            r#"[{"name":"madre","title":"Madre Fire","bbox":[-120.07,35.01,-119.67,35.24]}]"#,
        )
        .unwrap()
        .remove(0)
    }

    #[test]
    fn a_pending_region_has_no_map() {
        let text = serde_json::to_string(&RegionMeta::pending(&region())).unwrap();
        assert!(text.contains(r#""last_status":"pending""#) && !text.contains("run_id"));
        let read: RegionMeta = serde_json::from_str(&text).unwrap();
        assert_eq!(read, RegionMeta::pending(&region()));
    }

    #[test]
    fn the_index_points_to_the_metadata() {
        let line = IndexedRegion::new(&region(), &RegionMeta::pending(&region()));
        assert_eq!(
            (line.meta_url.as_str(), line.title.as_str()),
            ("/meta/madre.json", "Madre Fire")
        );
        assert_eq!(line.generated_at, None);
    }

    #[test]
    fn settings_of_a_newer_server_do_not_stop_the_page() {
        let text = r#"{"highres_zoom":11,"stale_after_days":30,"attribution":"x","later":1}"#;
        let config: ClientConfig = serde_json::from_str(text).unwrap();
        assert_eq!((config.highres_zoom, config.stac_url), (11, None));
    }

    #[test]
    fn the_first_basemap_is_shown_unless_the_page_names_another_or_none() {
        let first = |page: &str| {
            let text = format!(
                r#"{{"highres_zoom":11,"stale_after_days":30,"attribution":"x"{page},"basemaps":[
                {{"title":"a","url":"/{{z}}","attribution":"x"}},
                {{"title":"b","url":"/{{z}}","attribution":"x"}}]}}"#
            );
            let config: ClientConfig = serde_json::from_str(&text).unwrap();
            config.first_basemap().map(|basemap| basemap.title.clone())
        };
        assert_eq!(first("").as_deref(), Some("a"));
        assert_eq!(first(r#","page":{"basemap":"b"}"#).as_deref(), Some("b"));
        assert_eq!(first(r#","page":{"basemap":""}"#), None);
    }
}
