//! The properties of a scene.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::lenient;

/// The properties of a scene.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Properties {
    /// Moment of acquisition.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub datetime: Option<DateTime<Utc>>,
    /// Where `datetime` is null.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub start_datetime: Option<DateTime<Utc>>,
    /// When the item came into the catalogue.
    #[serde(default, deserialize_with = "lenient::moment")]
    pub created: Option<DateTime<Utc>>,
    /// Satellite.
    #[serde(default, deserialize_with = "lenient::text")]
    pub platform: Option<String>,
    /// Cloud cover, percent.
    #[serde(default, rename = "eo:cloud_cover", deserialize_with = "lenient::number")]
    pub cloud_cover: Option<f64>,
    /// Height of the sun above the horizon, degrees.
    #[serde(default, rename = "view:sun_elevation", deserialize_with = "lenient::number")]
    pub sun_elevation: Option<f64>,
    /// Its distance from the zenith, degrees: what Planetary Computer states of Sentinel-2.
    #[serde(default, rename = "s2:mean_solar_zenith", deserialize_with = "lenient::number")]
    pub solar_zenith: Option<f64>,
    /// Landsat's tier: `T1`, `T2`, or `RT` for scenes that are not yet in one.
    #[serde(default, rename = "landsat:collection_category", deserialize_with = "lenient::text")]
    pub landsat_category: Option<String>,
    /// Share without data, percent.
    #[serde(default, rename = "s2:nodata_pixel_percentage", deserialize_with = "lenient::number")]
    pub nodata_percentage: Option<f64>,
    /// Processing baseline, such as `05.11`.
    #[serde(default, rename = "s2:processing_baseline", deserialize_with = "lenient::text")]
    pub processing_baseline: Option<String>,
    /// The same under its older name.
    #[serde(default, rename = "sentinel2:processing_baseline", deserialize_with = "lenient::text")]
    pub processing_baseline_older: Option<String>,
    /// Product name, such as `S2A_MSIL2A_…_N0510_…`.
    #[serde(default, rename = "s2:product_uri", deserialize_with = "lenient::text")]
    pub product_uri: Option<String>,
    /// The same under its older name.
    #[serde(default, rename = "sentinel:product_id", deserialize_with = "lenient::text")]
    pub product_id: Option<String>,
    /// Earth Search: the offset has been taken off the pixels.
    #[serde(
        default,
        rename = "earthsearch:boa_offset_applied",
        deserialize_with = "lenient::flag"
    )]
    pub boa_offset_applied: Option<bool>,
    /// The same under its older name.
    #[serde(default, rename = "sentinel:boa_offset_applied", deserialize_with = "lenient::flag")]
    pub boa_offset_applied_older: Option<bool>,
    /// Tile of the satellite's grid, such as `MGRS-10TFK` or `WRS2-033032`.
    #[serde(default, rename = "grid:code", deserialize_with = "lenient::text")]
    pub grid_code: Option<String>,
    /// The same at Planetary Computer, such as `10TFK`.
    #[serde(default, rename = "s2:mgrs_tile", deserialize_with = "lenient::text")]
    pub mgrs_tile: Option<String>,
    /// Path of Landsat's grid, such as `033`.
    #[serde(default, rename = "landsat:wrs_path", deserialize_with = "lenient::text")]
    pub wrs_path: Option<String>,
    /// Row of Landsat's grid.
    #[serde(default, rename = "landsat:wrs_row", deserialize_with = "lenient::text")]
    pub wrs_row: Option<String>,
}
