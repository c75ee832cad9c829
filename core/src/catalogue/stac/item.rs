//! A scene in a catalogue.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::token::asks_for_token;
use super::{Asset, Baseline, Footprint, ItemLinks, Properties, lenient};
use crate::catalogue::stac::reference::resolve_reference;

/// The longest geometry that is read, bytes of JSON: some ten thousand corners, where a scene has
/// less than a thousand.
const MAX_GEOMETRY_BYTES: usize = 256 << 10;
/// The first moment of processing baseline 04.00, 2022-01-25, seconds.
pub(super) const BASELINE_04_00_BEGAN: i64 = 1_643_068_800;

/// A scene in a catalogue. STAC 1.0 and 1.1. Written again without its footprint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Name, unique in its collection.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// Collection it belongs to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub collection: Option<String>,
    /// West, south, east, north; six numbers where heights are given.
    #[serde(default, deserialize_with = "lenient::list")]
    pub bbox: Vec<f64>,
    /// Where it has data; `None` where the item does not state it.
    #[serde(default, rename = "geometry", deserialize_with = "footprint", skip_serializing)]
    pub footprint: Option<Footprint>,
    /// Its own address and its collection's.
    #[serde(default, deserialize_with = "ItemLinks::read", skip_serializing)]
    pub links: ItemLinks,
    /// The properties of the scene.
    #[serde(deserialize_with = "properties")]
    pub properties: Properties,
    /// Its files by key.
    #[serde(default, deserialize_with = "lenient::map")]
    pub assets: BTreeMap<String, Asset>,
    /// Keys of some of its other files, where a band was not found among those above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_asset_keys: Vec<String>,
    /// Whether masks are looked for beside its files, though it lists none and the files state a
    /// no-data value. Set by [`Item::look_for_masks`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_have_masks_beside: bool,
}

/// A text by which an item can be distinguished from others, in a log and in metadata.
fn id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let Value::String(id) = lenient::value(from, lenient::MAX_TEXT_BYTES * 6)? else {
        return Err(D::Error::custom("its `id` is no text"));
    };
    if id.is_empty() || id.len() > lenient::MAX_TEXT_BYTES || id.contains(char::is_control) {
        let max = lenient::MAX_TEXT_BYTES;
        return Err(D::Error::custom(format_args!(
            "its `id` is not 1 to {max} bytes without control characters"
        )));
    }
    Ok(id)
}

fn properties<'de, D: Deserializer<'de>>(from: D) -> Result<Properties, D::Error> {
    lenient::object(from)?.ok_or_else(|| D::Error::custom("its `properties` are no object"))
}

fn footprint<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Footprint>, D::Error> {
    let raw = Box::<RawValue>::deserialize(from)?;
    if raw.get().len() > MAX_GEOMETRY_BYTES {
        return Err(D::Error::custom(format_args!(
            "its `geometry` is longer than {MAX_GEOMETRY_BYTES} bytes"
        )));
    }
    Ok(Footprint::from_geometry(raw.get()))
}

impl Item {
    /// Moment of acquisition; `None` for an item without one.
    pub fn acquired(&self) -> Option<DateTime<Utc>> {
        self.properties.datetime.or(self.properties.start_datetime)
    }

    /// Makes the addresses of its files absolute: relative ones lead on from its own address, or
    /// else from the page at `page_url` that lists it.
    pub(super) fn resolve_hrefs(&mut self, page_url: &str) {
        let own = self.links.own.take().and_then(|own| resolve_reference(page_url, &own));
        let base = own.as_deref().unwrap_or(page_url);
        for asset in self.assets.values_mut() {
            if let Some(absolute) = resolve_reference(base, &asset.href) {
                asset.href = absolute;
            }
        }
    }

    /// Its own address; `None` where it does not state one.
    pub fn own_address(&self) -> Option<&str> {
        self.links.own.as_deref()
    }

    /// Adds the collection where the item does not name it: by its link, else the one requested.
    pub fn complete_collection(&mut self, requested: &[String]) {
        let link = self.links.collection.take();
        let only = match requested {
            [only] => Some(only),
            _ => None,
        };
        if self.collection.is_none() {
            self.collection = link.or_else(|| only.cloned());
        }
    }

    /// Whether it belongs to a collection. Catalogues and settings differ in case.
    pub fn is_of_collection(&self, name: &str) -> bool {
        self.collection.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// Every address, to be changed.
    pub fn hrefs_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.assets.values_mut().map(|asset| &mut asset.href)
    }

    /// Memory that it takes, bytes, about.
    pub(super) fn memory_bytes(&self) -> usize {
        let properties = &self.properties;
        let texts = [
            &self.collection,
            &properties.platform,
            &properties.landsat_category,
            &properties.processing_baseline,
            &properties.processing_baseline_older,
        ];
        let names = [
            &properties.product_uri,
            &properties.product_id,
            &properties.grid_code,
            &properties.mgrs_tile,
            &properties.wrs_path,
            &properties.wrs_row,
        ];
        let text_bytes: usize = texts.into_iter().chain(names).flatten().map(String::len).sum();
        let asset_bytes = |(key, asset): (&String, &Asset)| {
            size_of::<(String, Asset)>() + key.len() + asset.memory_bytes()
        };
        let footprint_bytes = self.footprint.as_ref().map_or(0, Footprint::memory_bytes);
        size_of::<Self>()
            + self.id.len()
            + text_bytes
            + self.links.memory_bytes()
            + size_of_val(&self.bbox[..])
            + footprint_bytes
            + self.assets.iter().map(asset_bytes).sum::<usize>()
            + self.other_asset_keys.iter().map(String::len).sum::<usize>()
    }

    /// Whether some of its files open only with a token.
    pub fn asks_for_token(&self) -> bool {
        self.assets.values().any(|asset| asks_for_token(&asset.href))
    }
    /// The processing baseline of a Sentinel-2 scene, by its properties, else by `_Nxxyy_` in the
    /// product's name.
    pub fn baseline(&self) -> Option<Baseline> {
        let properties = &self.properties;
        let stated = [&properties.processing_baseline, &properties.processing_baseline_older];
        let names = [
            properties.product_uri.as_deref(),
            properties.product_id.as_deref(),
            Some(self.id.as_str()),
        ];
        stated
            .into_iter()
            .flatten()
            .find_map(|text| Baseline::from_property(text))
            .or_else(|| names.into_iter().flatten().find_map(Baseline::from_product_name))
    }

    /// Whether the scene was processed with baseline 04.00 or later: by the baseline, else by the
    /// day the item was made.
    pub fn has_baseline_since_04_00(&self) -> bool {
        match self.baseline() {
            Some(baseline) => baseline >= Baseline::WITH_OFFSET,
            None => {
                let created = self.properties.created;
                created.is_none_or(|created| created.timestamp() >= BASELINE_04_00_BEGAN)
            }
        }
    }

    /// Whether the item states a processing baseline of 04.00 or later.
    pub fn states_baseline_since_04_00(&self) -> bool {
        self.baseline().is_some_and(|baseline| baseline >= Baseline::WITH_OFFSET)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ItemCollection, StatedOffset};
    use super::*;
    use dragonfly_pixels::BandRole;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(id: &str, properties: &str) -> Item {
        serde_json::from_str(&format!(
            r#"{{"id":"{id}","collection":"sentinel-2-l2a","bbox":[-121.5,39.5,-121,40],
                "properties":{{"datetime":"2025-06-12T18:50:00Z"{properties}}},
                "assets":{{"B8A":{{"href":"B8A.tif","bands":[{{"name":"B8A"}}],"raster:scale":0.0002,"raster:offset":-0.1}}}}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn an_item_written_and_read_again_says_the_same() {
        let first = item(
            "S2A_10TFK_20250612_0_L2A",
            r#","eo:cloud_cover":3.5,"s2:processing_baseline":"05.11""#,
        );
        let again: Item = serde_json::from_str(&serde_json::to_string(&first).unwrap()).unwrap();
        let without_footprint =
            |item: &Item| format!("{:?}", Item { footprint: None, ..item.clone() });
        assert_eq!(without_footprint(&again), without_footprint(&first));
        let offset = Some(StatedOffset { dn: -500.0, is_in_dn: false });
        assert_eq!((again.scale(), again.stated_offset()), (0.0002, offset));
    }

    #[test]
    fn odd_values_count_as_absent_or_are_understood() {
        let read: Item = serde_json::from_str(
            r#"{"id":"a","collection":null,"bbox":null,"geometry":{"type":"Point","coordinates":[1,2]},
                "properties":{"datetime":"2020-10-31","created":7,"eo:cloud_cover":"12.5","s2:processing_baseline":5.1,
                              "s2:nodata_pixel_percentage":null,"earthsearch:boa_offset_applied":"True","platform":{}},
                "assets":{"thumbnail":null,"nir08":{"href":"B5.tif","raster:bands":[{"scale":"0.5","offset":null}],"bands":3}}}"#,
        )
        .unwrap();
        assert_eq!(read.acquired().unwrap().to_rfc3339(), "2020-10-31T00:00:00+00:00");
        let properties = &read.properties;
        assert_eq!(
            (properties.cloud_cover, properties.boa_offset_applied, properties.created),
            (Some(12.5), Some(true), None)
        );
        assert_eq!(read.baseline().unwrap().to_string(), "05.01");
        assert_eq!(read.assets.keys().collect::<Vec<_>>(), ["nir08"]);
        assert_eq!(
            (read.band(BandRole::Nir).unwrap().scale(), read.band(BandRole::Nir).unwrap().offset()),
            (Some(0.5), None)
        );
        assert!(read.bbox().is_none() && read.footprint.is_none());
        assert_eq!(
            item("a", r#","created":"2022-01-30T10:07:28.006""#)
                .properties
                .created
                .unwrap()
                .timestamp_millis(),
            1_643_537_248_006
        );
    }

    /// Any JSON of a few levels.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            Just(Value::from("2025-06-12T18:50:00Z")),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(
                    "type|coordinates|href|scale|offset|.{0,3}",
                    inner,
                    0..4
                )
                .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_mutated_item_is_read_or_refused_and_never_panics(
            mutations in proptest::collection::vec((any::<proptest::sample::Index>(), json()), 1..6),
        ) {
            let mut item: Value = serde_json::from_str(
                r#"{"id":"S2A_33TWN_20220130_0_L2A","collection":"sentinel-2-l2a","bbox":[14.9,46.8,16.4,47.8],
                    "geometry":{"type":"Polygon","coordinates":[[[14.9,46.8],[16.4,46.8],[16.4,47.8],[14.9,46.8]]]},
                    "properties":{"datetime":"2022-01-30T10:07:28Z","created":"2022-11-06T12:59:03Z","eo:cloud_cover":55.0,
                        "s2:processing_baseline":"04.00","earthsearch:boa_offset_applied":true,"grid:code":"MGRS-33TWN"},
                    "assets":{"nir08":{"href":"B8A.tif","raster:bands":[{"scale":0.0001,"offset":-0.1}]},
                              "swir22":{"href":"B12.tif"},"scl":{"href":"SCL.tif"}}}"#,
            )
            .unwrap();
            for (place, new) in mutations {
                let mut pointers = Vec::new();
                list_pointers(&item, String::new(), &mut pointers);
                let pointer: &String = place.get(&pointers);
                if let Some(spot) = item.pointer_mut(pointer) {
                    *spot = new;
                }
            }
            let page = serde_json::json!({ "features": [item, { "id": "b", "properties": {} }] });
            let read: ItemCollection = serde_json::from_value(page).unwrap();
            prop_assert_eq!(read.features.len() + read.unread.len(), 2);
            for item in &read.features {
                let _ = (item.tile_name(), item.touches([0.0, 40.0, 20.0, 50.0]), item.mask(), item.scale());
                let _ = (crate::offset_rule(item), item.band(BandRole::Nir).is_ok(), item.band(BandRole::Swir22).is_ok(), item.acquired());
            }
            let day = |text: &str| text.parse().unwrap();
            let request = crate::SceneRequest {
                side: crate::FireSide::Pre,
                window: crate::DateWindow { start: day("1900-01-01"), end: day("2100-01-01") },
                wanted: day("2022-01-01"),
                collection: "sentinel-2-l2a",
                bbox: [0.0, 40.0, 20.0, 50.0],
                max_cloud_cover: 60.0,
                scenes_per_tile: 1,
                order: crate::SceneOrder::Clearest,
            };
            let choice = crate::choose_scenes(&read.features, &request);
            prop_assert!(choice.used.len() + choice.skipped.len() <= 2);
        }
    }

    fn list_pointers(value: &Value, at: String, into: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                map.iter().for_each(|(key, inner)| {
                    list_pointers(
                        inner,
                        format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                        into,
                    )
                });
            }
            Value::Array(list) => {
                list.iter()
                    .enumerate()
                    .for_each(|(place, inner)| list_pointers(inner, format!("{at}/{place}"), into));
            }
            _ => {}
        }
        into.push(at);
    }
}
