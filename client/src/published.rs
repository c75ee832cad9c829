//! The published metadata, read without trust: what is broken is left out, and the rest still shows.

use dragonfly_core::metadata::{ClientConfig, IndexedRegion, RegionMeta};
use serde_json::Value;

/// Where the settings are.
pub const CONFIG_URL: &str = "/meta/client.json";
/// Where the list of regions is.
pub const INDEX_URL: &str = "/meta/index.json";
/// Finer tiles than this are no map's; a bigger number is a broken file.
const FINEST_ZOOM: u8 = 22;

/// A published file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BrokenFile {
    /// Not the JSON that it should be.
    #[error("not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// A list of regions without the list.
    #[error("no list of regions in it")]
    NoRegions,
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
pub fn index_from_json(text: &str) -> Result<ReadIndex, BrokenFile> {
    let index: Value = serde_json::from_str(text)?;
    let lines = index.get("regions").and_then(Value::as_array).ok_or(BrokenFile::NoRegions)?;
    let regions: Vec<IndexedRegion> =
        lines.iter().filter_map(|line| serde_json::from_value(line.clone()).ok()).filter(has_a_place).collect();
    Ok(ReadIndex { broken: lines.len() - regions.len(), regions })
}

/// Reads `meta/<region>.json`.
pub fn region_from_json(text: &str) -> Result<RegionMeta, BrokenFile> {
    let value: Value = serde_json::from_str(text)?;
    // Where a single field of a map is broken, the map would silently be taken for absent.
    let names_a_map = value.get("run_id").is_some_and(|run_id| !run_id.is_null());
    let meta: RegionMeta = serde_json::from_value(value)?;
    let drawable = |zoom_min: u8, zoom_max: u8| zoom_min <= zoom_max && zoom_max <= FINEST_ZOOM;
    match &meta.map {
        None if names_a_map => Err(BrokenFile::Map),
        Some(map) if !drawable(map.zoom_min, map.zoom_max) => Err(BrokenFile::Map),
        _ => Ok(meta),
    }
}

/// Reads `meta/client.json`.
pub fn config_from_json(text: &str) -> Result<ClientConfig, BrokenFile> {
    let config: Value = serde_json::from_str(text)?;
    Ok(serde_json::from_value(config)?)
}

fn has_a_place(line: &IndexedRegion) -> bool {
    let [west, south, east, north] = line.bbox;
    west < east && south < north && (-90.0..=90.0).contains(&south) && (-90.0..=90.0).contains(&north)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADRE: &str = r#"{"name":"madre","title":"Madre Fire","bbox":[-120.07,35.01,-119.67,35.24],"priority":1,
        "last_status":"success","update_interval_days":7,"meta_url":"/meta/madre.json"}"#;

    #[test]
    fn a_broken_line_does_not_hide_the_others() {
        let upside_down = MADRE.replace("35.24", "-35.24");
        let text = format!(r#"{{"generated_at":"x","regions":[{MADRE},{{"name":7}},{upside_down},null]}}"#);
        let index = index_from_json(&text).unwrap();
        assert_eq!(index.regions.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["madre"]);
        assert_eq!(index.broken, 3);
    }

    #[test]
    fn what_is_no_index_is_an_error() {
        assert!(matches!(index_from_json("<html>"), Err(BrokenFile::Json(_))));
        assert!(matches!(index_from_json("{}"), Err(BrokenFile::NoRegions)));
    }

    #[test]
    fn a_region_without_a_run_has_no_map() {
        let text = r#"{"region_name":"r","title":"R","bbox":[0,0,1,1],"last_status":"pending"}"#;
        assert_eq!(region_from_json(text).unwrap().map, None);
    }

    #[test]
    fn a_half_described_map_is_broken_and_not_absent() {
        let text = r#"{"region_name":"r","title":"R","bbox":[0,0,1,1],"last_status":"success","run_id":"x"}"#;
        assert!(matches!(region_from_json(text), Err(BrokenFile::Map)));
    }
}
