//! The share of a scene without data, by the names that catalogues give it.

use std::collections::BTreeMap;

use dragonfly_pixels::SpectralIndex;
use serde::Deserialize;
use serde_json::Value;

use super::{Item, lenient};

/// Names of the share without data behind the prefix of an extension, percent.
const WITHOUT_DATA: [&str; 4] =
    ["nodata_pixel_percentage", "nodata_percentage", "no_data_percentage", "nodata_percent"];
/// Names of the share with data, percent.
const WITH_DATA: [&str; 3] = ["data_coverage", "valid_percent", "valid_percentage"];

#[derive(Deserialize)]
struct StatedItem {
    #[serde(default, deserialize_with = "lenient::map")]
    properties: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "lenient::map")]
    assets: BTreeMap<String, StatedFile>,
}

/// A file with the statistics of its bands: STAC 1.0, and 1.1.
#[derive(Deserialize)]
struct StatedFile {
    #[serde(default, rename = "raster:bands", deserialize_with = "lenient::list")]
    raster_bands: Vec<StatedBand>,
    #[serde(default, deserialize_with = "lenient::list")]
    bands: Vec<StatedBand>,
    #[serde(default, deserialize_with = "lenient::object")]
    statistics: Option<BandStatistics>,
}

#[derive(Deserialize)]
struct StatedBand {
    #[serde(default, deserialize_with = "lenient::object")]
    statistics: Option<BandStatistics>,
}

#[derive(Deserialize)]
struct BandStatistics {
    #[serde(default, deserialize_with = "lenient::number")]
    valid_percent: Option<f64>,
}

/// The share of an item's pixels without data, percent: of its properties, else of the statistics
/// of its bands. `json` is the text of the item. `None` where it states none.
pub(super) fn stated_nodata_percentage(item: &Item, json: &str) -> Option<f64> {
    let stated: StatedItem = serde_json::from_str(json).ok()?;
    let named = |names: &[&str]| {
        stated.properties.iter().find_map(|(key, value)| {
            let name = key.rsplit(':').next().unwrap_or_default();
            names.contains(&name).then(|| percent(value))?
        })
    };
    // Copernicus Data Space.
    let of_statistics = || percent(stated.properties.get("statistics")?.get("nodata")?);
    let of_bands = || {
        let bands = SpectralIndex::MAPPED.bands().into_iter();
        let valid = bands.filter_map(|role| {
            let mut names = item.known_collection().band_names(role);
            stated.assets.get(names.find(|key| item.assets.contains_key(*key))?)?.valid_percent()
        });
        valid.reduce(f64::min)
    };
    named(&WITHOUT_DATA)
        .or_else(of_statistics)
        .or_else(|| named(&WITH_DATA).or_else(of_bands).map(|valid| 100.0 - valid))
}

impl StatedFile {
    fn valid_percent(&self) -> Option<f64> {
        let bands = self.raster_bands.iter().chain(&self.bands);
        let statistics = bands.filter_map(|band| band.statistics.as_ref()).chain(&self.statistics);
        let stated = statistics.filter_map(|statistics| statistics.valid_percent);
        stated.filter(is_percent).reduce(f64::min)
    }
}

fn percent(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(is_percent)
}

fn is_percent(number: &f64) -> bool {
    (0.0..=100.0).contains(number)
}

#[cfg(test)]
mod tests {
    use super::super::ItemCollection;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(properties: &str, band: &str, expected: Option<f64>) {
        let page = format!(
            r#"{{"features":[{{"id":"a","collection":"sentinel-2-l2a","properties":{{{properties}}},
                "assets":{{"nir08":{{"href":"n.tif"{band}}},"swir22":{{"href":"s.tif"}},
                "visual":{{"href":"v.tif","raster:bands":[{{"statistics":{{"valid_percent":1}}}}]}}}}}}]}}"#
        );
        let item = ItemCollection::read(page.as_bytes()).unwrap().features.remove(0);
        assert_eq!(item.properties.nodata_percentage, expected, "{properties} {band}");
    }

    #[test]
    fn a_share_without_data_has_many_names() {
        check("", "", None);
        check(r#""s2:nodata_pixel_percentage":61.5"#, "", Some(61.5));
        check(r#""eo:nodata_percentage":"12""#, "", Some(12.0));
        check(r#""sentinel:data_coverage":39"#, "", Some(61.0));
        check(r#""statistics":{"nodata":3,"water":9}"#, "", Some(3.0));
        check("", r#","raster:bands":[{"statistics":{"valid_percent":40}}]"#, Some(60.0));
        check("", r#","bands":[{"statistics":{"valid_percent":40.5}}]"#, Some(59.5));
        check(
            r#""s2:nodata_pixel_percentage":10"#,
            r#","bands":[{"statistics":{"valid_percent":40}}]"#,
            Some(10.0),
        );
        check(r#""s2:nodata_percentage":-1,"statistics":7"#, r#","bands":[7]"#, None);
    }
}
