//! The published metadata, read as untrusted input: what is broken is left out, and the rest still
//! shows.
//!
//! The readers list core's fields a second time, to keep the page small; the tests compare them
//! with core's own.

mod facts;
mod fires;
mod outlines;
mod region;
#[cfg(test)]
pub(crate) mod tests;

use dragonfly_core::metadata::{Basemap, ClientConfig, IndexedRegion, RegionMeta, RunStatus};
use dragonfly_core::page_config::{PageConfig, is_colour, is_page_link};

use crate::data::fields::Fields;
use crate::data::json::Value;
pub use fires::{ReadFires, fires_from_json, state_key};
pub use outlines::{FireOutlines, outlines_from_json};
use region::region;

/// Where the settings are.
pub const CONFIG_URL: &str = "/meta/client.json";
/// Where the list of regions is.
pub const INDEX_URL: &str = "/meta/index.json";
/// Finer tiles than this are no map's; a bigger number is a broken file.
const FINEST_ZOOM: u8 = 22;
/// Basemaps without `max_zoom` have tiles to this zoom.
const FINEST_BASEMAP_ZOOM: u8 = 19;

const STATUSES: [(&str, RunStatus); 4] = [
    ("pending", RunStatus::Pending),
    ("success", RunStatus::Success),
    ("failed", RunStatus::Failed),
    ("waiting", RunStatus::Waiting),
];

/// A published file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PublishedFileError {
    /// Not the JSON that it should be.
    #[error("not readable")]
    Json,
    /// A list of regions without the list.
    #[error("no list of regions in it")]
    NoRegions,
    /// A list of fires without the list.
    #[error("no list of fires in it")]
    NoFires,
    /// The description of a region lacks something, or the settings do.
    #[error("incomplete")]
    Incomplete,
    /// A map was published, but its description cannot be read.
    #[error("the description of the map is incomplete")]
    Map,
}

/// The readable lines of the index, and how many were not.
#[derive(Debug, Default, PartialEq)]
pub struct ReadIndex {
    /// The regions.
    pub regions: Vec<IndexedRegion>,
    /// Lines that could not be read.
    pub broken: usize,
}

/// Reads `meta/index.json`; a broken line does not hide the others.
pub fn index_from_json(text: &str) -> Result<ReadIndex, PublishedFileError> {
    let index = Value::read(text).ok_or(PublishedFileError::Json)?;
    let lines =
        index.field("regions").and_then(Value::list).ok_or(PublishedFileError::NoRegions)?;
    let read = |line| Fields::of(line).and_then(line_of_index);
    let regions: Vec<IndexedRegion> = lines.iter().filter_map(read).filter(has_an_area).collect();
    Ok(ReadIndex { broken: lines.len() - regions.len(), regions })
}

/// Reads `meta/<region>.json`.
pub fn region_from_json(text: &str) -> Result<RegionMeta, PublishedFileError> {
    let value = Value::read(text).ok_or(PublishedFileError::Json)?;
    // Where a single field of a map is broken, the map would silently be taken for absent.
    let names_a_map = value.field("run_id").is_some_and(|run_id| *run_id != Value::Null);
    let meta = Fields::of(&value).and_then(region).ok_or(PublishedFileError::Incomplete)?;
    let drawable = |zoom_min: u8, zoom_max: u8| zoom_min <= zoom_max && zoom_max <= FINEST_ZOOM;
    match &meta.map {
        None if names_a_map => Err(PublishedFileError::Map),
        Some(map) if !drawable(map.zoom_min, map.zoom_max) => Err(PublishedFileError::Map),
        _ => Ok(meta),
    }
}

/// Reads `meta/client.json`.
pub fn config_from_json(text: &str) -> Result<ClientConfig, PublishedFileError> {
    let value = Value::read(text).ok_or(PublishedFileError::Json)?;
    Fields::of(&value).and_then(config).ok_or(PublishedFileError::Incomplete)
}

/// Whether the settings name further layers, which the tools read.
pub fn names_overlays(text: &str) -> bool {
    let value = Value::read(text);
    let overlays = value.as_ref().and_then(|value| value.field("overlays")?.list());
    overlays.is_some_and(|overlays| !overlays.is_empty())
}

fn has_an_area(line: &IndexedRegion) -> bool {
    let [west, south, east, north] = line.bbox;
    west < east
        && south < north
        && (-90.0..=90.0).contains(&south)
        && (-90.0..=90.0).contains(&north)
}

fn line_of_index(line: Fields<'_>) -> Option<IndexedRegion> {
    Some(IndexedRegion {
        name: line.text("name")?,
        title: line.text("title")?,
        group: line.maybe("group", Fields::text)?,
        bbox: line.bbox("bbox")?,
        priority: line.small_count("priority")?,
        generated_at: line.maybe("generated_at", Fields::moment)?,
        last_status: line.word("last_status", &STATUSES)?,
        last_success_at: line.maybe("last_success_at", Fields::moment)?,
        update_interval_days: line.small_count("update_interval_days")?,
        first_seen_at: line.maybe("first_seen_at", Fields::moment)?,
        meta_url: line.text("meta_url")?,
        // A summary that this page cannot read is found in the metadata.
        map: line.part("map").and_then(region::map_summary),
    })
}

fn config(config: Fields<'_>) -> Option<ClientConfig> {
    let basemaps = |config: Fields<'_>, name: &str| config.list(name, basemap);
    Some(ClientConfig {
        stac_url: config.maybe("stac_url", Fields::text)?,
        proxy_base: config.maybe("proxy_base", Fields::text)?,
        highres_zoom: config.small_count("highres_zoom")?,
        basemaps: config.or("basemaps", Vec::new(), basemaps)?,
        stale_after_days: config.small_count("stale_after_days")?,
        fires_url: config.maybe("fires_url", Fields::text)?,
        geocoder_url: config.maybe("geocoder_url", Fields::text)?,
        attribution: config.text("attribution")?,
        page: config.part("page").map(page),
        // Settings of a newer server, and those that only the tools read.
        other: Default::default(),
    })
}

/// What cannot be followed is left out: the map matters more than the site's own look.
fn page(page: Fields<'_>) -> PageConfig {
    let link = |name| page.text(name).filter(|link| is_page_link(link));
    PageConfig {
        title: page.text("title"),
        tagline: page.text("tagline"),
        logo: link("logo"),
        accent: page.text("accent").filter(|accent| is_colour(accent)),
        centre: page.lon_lat("centre"),
        zoom: page.small_count("zoom"),
        basemap: page.text("basemap"),
        language: page.text("language"),
        imprint_url: link("imprint_url"),
        privacy_url: link("privacy_url"),
        damage_map_url: link("damage_map_url"),
        help_text: page.text("help_text"),
    }
}

fn basemap(basemap: Fields<'_>) -> Option<Basemap> {
    Some(Basemap {
        title: basemap.text("title")?,
        url: basemap.or("url", String::new(), Fields::text)?,
        labels: basemap.maybe("labels", Fields::text)?,
        file: basemap.maybe("file", Fields::text)?,
        link: basemap.text("link").filter(|link| is_page_link(link)),
        attribution: basemap.text("attribution")?,
        max_zoom: basemap.or("max_zoom", FINEST_BASEMAP_ZOOM, Fields::small_count)?,
    })
}
