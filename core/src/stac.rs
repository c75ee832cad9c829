//! The part of STAC that Dragonfly reads: items, their assets, and what a search asks of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A list of items, as a file or as the answer to a search.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ItemCollection {
    /// The items.
    pub features: Vec<Item>,
}

/// A scene in a catalogue. STAC 1.0 and 1.1.
#[derive(Clone, Debug, Deserialize)]
pub struct Item {
    /// Name, unique in its collection.
    pub id: String,
    /// Collection it belongs to.
    #[serde(default)]
    pub collection: Option<String>,
    /// West, south, east, north; six numbers where heights are given.
    #[serde(default)]
    pub bbox: Vec<f64>,
    /// What is said of the scene.
    pub properties: Properties,
    /// Its files by key.
    #[serde(default)]
    pub assets: BTreeMap<String, Asset>,
}

/// What is said of a scene.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Properties {
    /// Moment of acquisition.
    #[serde(default)]
    pub datetime: Option<DateTime<Utc>>,
    /// Where `datetime` is null.
    #[serde(default)]
    pub start_datetime: Option<DateTime<Utc>>,
    /// When the item came into the catalogue.
    #[serde(default)]
    pub created: Option<DateTime<Utc>>,
    /// Satellite.
    #[serde(default)]
    pub platform: Option<String>,
    /// Cloud cover, percent.
    #[serde(default, rename = "eo:cloud_cover")]
    pub cloud_cover: Option<f64>,
    /// Share without data, percent.
    #[serde(default, rename = "s2:nodata_pixel_percentage")]
    pub nodata_percentage: Option<f64>,
    /// Processing baseline, such as `05.11`.
    #[serde(default, rename = "s2:processing_baseline")]
    pub processing_baseline: Option<String>,
    /// The same under its older name.
    #[serde(default, rename = "sentinel2:processing_baseline")]
    pub processing_baseline_older: Option<String>,
    /// Product name, such as `S2A_MSIL2A_…_N0510_…`.
    #[serde(default, rename = "s2:product_uri")]
    pub product_uri: Option<String>,
    /// The same under its older name.
    #[serde(default, rename = "sentinel:product_id")]
    pub product_id: Option<String>,
    /// Earth Search: the offset has been taken off the pixels.
    #[serde(default, rename = "earthsearch:boa_offset_applied")]
    pub boa_offset_applied: Option<bool>,
    /// Tile of the satellite's grid, such as `MGRS-10TFK`.
    #[serde(default, rename = "grid:code")]
    pub grid_code: Option<String>,
    /// The same at Planetary Computer, such as `10TFK`.
    #[serde(default, rename = "s2:mgrs_tile")]
    pub mgrs_tile: Option<String>,
}

/// A file of a scene.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asset {
    /// Where it is: a URL, or a path relative to the catalogue's file.
    pub href: String,
    /// Scale and offset, STAC 1.0.
    #[serde(default, rename = "raster:bands")]
    pub raster_bands: Vec<RasterBand>,
    /// Scale and offset, STAC 1.1.
    #[serde(default)]
    pub bands: Vec<RasterBand>,
    /// Scale of the whole asset, STAC 1.1.
    #[serde(default, rename = "raster:scale")]
    pub scale: Option<f64>,
    /// Offset of the whole asset, STAC 1.1.
    #[serde(default, rename = "raster:offset")]
    pub offset: Option<f64>,
}

/// Scale and offset of a band.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RasterBand {
    /// Multiplied with the digital number.
    #[serde(default, alias = "raster:scale")]
    pub scale: Option<f64>,
    /// Added after the scale, in reflectance.
    #[serde(default, alias = "raster:offset")]
    pub offset: Option<f64>,
}

impl Asset {
    /// Reflectance of one digital number; `None` where the item does not say.
    pub fn scale(&self) -> Option<f64> {
        self.bands().find_map(|band| band.scale).or(self.scale)
    }

    /// Offset in reflectance; `None` where the item does not say.
    pub fn offset(&self) -> Option<f64> {
        self.bands().find_map(|band| band.offset).or(self.offset)
    }

    fn bands(&self) -> impl Iterator<Item = &RasterBand> {
        self.raster_bands.iter().chain(&self.bands)
    }
}

/// How a catalogue names the bands of Sentinel-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetScheme {
    /// `nir08`, `swir22`, `scl`: Earth Search.
    CommonNames,
    /// `B8A`, `B12`, `SCL`, perhaps with a size behind: Planetary Computer, CDSE. Files as ESA delivers them.
    BandNumbers,
}

/// An item that lacks a band.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the item has no asset {wanted} (it has {present})")]
pub struct MissingAsset {
    wanted: &'static str,
    present: String,
}

const NIR_KEYS: [&str; 3] = ["nir08", "B8A", "B8A_20m"];
const SWIR_KEYS: [&str; 3] = ["swir22", "B12", "B12_20m"];
const SCL_KEYS: [&str; 3] = ["scl", "SCL", "SCL_20m"];

impl Item {
    /// Moment of acquisition; `None` for an item without one.
    pub fn acquired(&self) -> Option<DateTime<Utc>> {
        self.properties.datetime.or(self.properties.start_datetime)
    }

    /// West, south, east, north; `None` where the item has no box.
    pub fn bbox(&self) -> Option<[f64; 4]> {
        match self.bbox[..] {
            [west, south, east, north] | [west, south, _, east, north, _] => Some([west, south, east, north]),
            _ => None,
        }
    }

    /// The near infrared.
    ///
    /// # Errors
    /// When the item has none.
    pub fn nir(&self) -> Result<&Asset, MissingAsset> {
        self.asset(&NIR_KEYS)
    }

    /// The short-wave infrared at 2.2 µm.
    ///
    /// # Errors
    /// When the item has none.
    pub fn swir(&self) -> Result<&Asset, MissingAsset> {
        self.asset(&SWIR_KEYS)
    }

    /// The scene classification; `None` where every pixel with data counts as clear.
    pub fn scl(&self) -> Option<&Asset> {
        self.asset(&SCL_KEYS).ok()
    }

    /// Every asset, to be changed.
    pub fn hrefs_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.assets.values_mut().map(|asset| &mut asset.href)
    }

    fn asset(&self, keys: &[&'static str; 3]) -> Result<&Asset, MissingAsset> {
        keys.iter().find_map(|key| self.assets.get(*key)).ok_or_else(|| MissingAsset {
            wanted: keys[0],
            present: self.assets.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        })
    }

    /// How its bands are named.
    pub fn asset_scheme(&self) -> AssetScheme {
        if self.assets.contains_key(NIR_KEYS[0]) { AssetScheme::CommonNames } else { AssetScheme::BandNumbers }
    }

    /// Sentinel-2 surface reflectance, whatever the catalogue calls its collection.
    pub fn is_sentinel_2_l2a(&self) -> bool {
        matches!(self.collection.as_deref(), Some("sentinel-2-l2a" | "sentinel-2-c1-l2a" | "sentinel-s2-l2a-cogs"))
    }

    /// The offset of the item's bands, in digital numbers.
    pub fn metadata_offset_dn(&self) -> Option<f32> {
        let nir = self.nir().ok()?;
        let scale = nir.scale().filter(|scale| *scale > 0.0)?;
        Some((nir.offset()? / scale) as f32)
    }

    /// Whether the scene was processed with baseline 04.00 or later: by `s2:processing_baseline`, else
    /// by `_Nxxyy_` in the product name, else by the day the item was made.
    pub fn has_baseline_since_04_00(&self) -> bool {
        if let Some(baseline) = self.baseline() {
            return baseline >= 400;
        }
        // Baseline 04.00 began on 2022-01-25.
        self.properties.created.is_none_or(|created| created.timestamp() >= 1_643_068_800)
    }

    /// The processing baseline that the item states.
    pub fn processing_baseline(&self) -> Option<&str> {
        self.properties.processing_baseline.as_deref().or(self.properties.processing_baseline_older.as_deref())
    }

    /// The baseline as 100 × major + minor.
    fn baseline(&self) -> Option<u32> {
        let stated = self.processing_baseline().and_then(|text| {
            let (major, minor) = text.split_once('.')?;
            Some(major.parse::<u32>().ok()? * 100 + minor.parse::<u32>().ok()?)
        });
        let named = || {
            let product = &self.properties;
            let names = [product.product_uri.as_deref(), product.product_id.as_deref(), Some(self.id.as_str())];
            names.into_iter().flatten().find_map(|name| {
                let part = name.split('_').find(|part| part.len() == 5 && part.starts_with('N'))?;
                part[1..].parse::<u32>().ok()
            })
        };
        stated.or_else(named)
    }

    /// The tile of the satellite's own grid, such as `MGRS-10TFK`; without one, the place of the box.
    pub fn tile_name(&self) -> String {
        if let Some(code) = &self.properties.grid_code {
            return code.clone();
        }
        match (&self.properties.mgrs_tile, self.bbox()) {
            (Some(tile), _) => format!("MGRS-{tile}"),
            (None, Some([west, south, east, north])) => {
                format!("{:.1},{:.1}", (west + east) / 2.0, (south + north) / 2.0)
            }
            (None, None) => self.id.clone(),
        }
    }

    /// Whether the item's box and an area share some ground.
    pub fn touches(&self, area: [f64; 4]) -> bool {
        self.bbox().is_some_and(|own| own[0] < area[2] && area[0] < own[2] && own[1] < area[3] && area[1] < own[3])
    }
}

/// What a search asks for: the body of `POST /search`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// Collections; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
    /// Ids; all when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// West, south, east, north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bbox: Option<[f64; 4]>,
    /// A moment, or an interval `start/end` with `..` for an open end, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datetime: Option<String>,
    /// Most items on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Where the page starts; set by the links of an earlier page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<usize>,
}

/// First and last moment of a search; `None` at an open end.
pub type Interval = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// A `datetime` that is no moment and no interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "datetime `{0}` is no RFC 3339 moment or interval: write 2025-06-01T00:00:00Z/2025-07-01T23:59:59Z, with .. for an open end"
)]
pub struct BadDatetime(String);

impl Search {
    /// The interval asked for; `None` at an open end.
    ///
    /// # Errors
    /// When `datetime` cannot be read.
    pub fn interval(&self) -> Result<Interval, BadDatetime> {
        let Some(text) = self.datetime.as_deref() else { return Ok((None, None)) };
        let bad = || BadDatetime(text.to_owned());
        let moment = |part: &str| match part {
            "" | ".." => Ok(None),
            part => part.parse::<DateTime<Utc>>().map(Some).map_err(|_| bad()),
        };
        match text.split_once('/') {
            Some((start, end)) => Ok((moment(start)?, moment(end)?)),
            None => moment(text).and_then(|at| at.ok_or_else(bad)).map(|at| (Some(at), Some(at))),
        }
    }

    /// Whether an item answers the search, `limit` and `token` aside.
    ///
    /// # Errors
    /// When `datetime` cannot be read.
    pub fn matches(&self, item: &Item) -> Result<bool, BadDatetime> {
        let (start, end) = self.interval()?;
        let collection = item.collection.as_deref().unwrap_or_default();
        let in_time = match item.acquired() {
            Some(at) => start.is_none_or(|start| start <= at) && end.is_none_or(|end| at <= end),
            None => self.datetime.is_none(),
        };
        Ok(in_time
            && (self.collections.is_empty() || self.collections.iter().any(|name| name == collection))
            && (self.ids.is_empty() || self.ids.contains(&item.id))
            && self.bbox.is_none_or(|area| item.touches(area)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(properties: &str) -> Item {
        serde_json::from_str(&format!(
            r#"{{"id":"S2A_10TFK_20250612_0_L2A","collection":"sentinel-2-l2a","bbox":[-121.5,39.5,-121,40],
                "properties":{{"datetime":"2025-06-12T18:50:00Z"{properties}}},
                "assets":{{"nir08":{{"href":"B8A.tif","raster:bands":[{{"scale":0.0001,"offset":-0.1}}]}},
                           "B12":{{"href":"B12.tif","bands":[{{"raster:scale":0.0002}}]}}}}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn bands_are_found_under_their_several_names() {
        let item = item("");
        assert_eq!(item.nir().unwrap().href, "B8A.tif");
        assert_eq!(item.swir().unwrap().scale(), Some(0.0002));
        assert!(item.scl().is_none());
        assert_eq!(item.metadata_offset_dn(), Some(-1000.0));
    }

    #[test]
    fn a_missing_band_is_named_beside_those_there_are() {
        let mut item = item("");
        item.assets.remove("nir08");
        assert_eq!(item.nir().unwrap_err().to_string(), "the item has no asset nir08 (it has B12)");
    }

    fn check_baseline(properties: &str, since_04_00: bool) {
        assert_eq!(item(properties).has_baseline_since_04_00(), since_04_00, "{properties}");
    }

    #[test]
    fn the_baseline_is_read_where_it_is_said() {
        check_baseline(r#","s2:processing_baseline":"05.11""#, true);
        check_baseline(r#","s2:processing_baseline":"03.01""#, false);
        check_baseline(r#","s2:processing_baseline":"04.00""#, true);
        check_baseline(
            r#","s2:product_uri":"S2A_MSIL2A_20200714T115221_N0214_R123_T28QCH_20200714T191310.SAFE""#,
            false,
        );
        check_baseline(
            r#","s2:product_uri":"S2A_MSIL2A_20240106T175731_N0510_R141_T12RWT_20240106T205550.SAFE""#,
            true,
        );
        check_baseline(r#","created":"2021-01-01T00:00:00Z""#, false);
        check_baseline(r#","created":"2022-11-06T05:52:36.881Z""#, true);
    }

    fn check_search(search: &str, matches: bool) {
        let search: Search = serde_json::from_str(search).unwrap();
        assert_eq!(search.matches(&item("")), Ok(matches), "{search:?}");
    }

    #[test]
    fn a_search_asks_for_place_time_and_collection() {
        check_search("{}", true);
        check_search(r#"{"bbox":[-121.2,39.8,-120,41]}"#, true);
        check_search(r#"{"bbox":[-121.0,39.8,-120,41]}"#, false);
        check_search(r#"{"datetime":"2025-06-01T00:00:00Z/2025-06-30T00:00:00Z"}"#, true);
        check_search(r#"{"datetime":"../2025-06-01T00:00:00Z"}"#, false);
        check_search(r#"{"datetime":"2025-06-12T18:50:00Z"}"#, true);
        check_search(r#"{"collections":["landsat-c2-l2"]}"#, false);
        check_search(r#"{"collections":["sentinel-2-l2a"],"ids":["S2A_10TFK_20250612_0_L2A"]}"#, true);
    }

    #[test]
    fn a_datetime_that_is_none_is_an_error() {
        let search = Search { datetime: Some("last week".to_owned()), ..Search::default() };
        assert!(search.matches(&item("")).unwrap_err().to_string().starts_with("datetime `last week`"));
    }
}
