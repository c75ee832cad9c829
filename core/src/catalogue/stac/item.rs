//! A scene in a catalogue.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::asset_band::{AssetBand, AssetBandError, common_names, is_data};
use super::footprint::overlap;
use super::mask_asset::{band_names, mask_kind};
use super::token::asks_for_token;
use super::{Asset, Baseline, Footprint, ItemLinks, lenient};
use crate::catalogue::stac::reference::resolve_reference;
use crate::sensor::band::BandRole;
use crate::sensor::collection::Collection;
use crate::sensor::quality::MaskKind;
use crate::sensor::spectral_index::SpectralIndex;

/// The longest geometry that is read, bytes of JSON: some ten thousand corners, where a scene has
/// less than a thousand.
const MAX_GEOMETRY_BYTES: usize = 256 << 10;

/// The first moment of processing baseline 04.00, 2022-01-25, seconds.
const BASELINE_04_00_BEGAN: i64 = 1_643_068_800;

/// Offset beyond which a number is no reflectance.
const MAX_REFLECTANCE_OFFSET: f64 = 1.0;

/// The offset that an item states for its bands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatedOffset {
    /// In digital numbers.
    pub dn: f32,
    /// Whether the item states digital numbers, where reflectance is meant.
    pub is_in_dn: bool,
}

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
}

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

    /// West, south, east, north; east lies beyond 180 where the box crosses the antimeridian.
    /// Where box and geometry disagree, the box of the geometry. `None` where the item has
    /// neither.
    pub fn bbox(&self) -> Option<[f64; 4]> {
        let stated = match self.bbox[..] {
            [west, south, east, north] | [west, south, _, east, north, _] => {
                Some([west, south, east, north])
            }
            _ => None,
        };
        let own = self.footprint.as_ref().map(Footprint::bounds);
        match (stated.map(unrolled), own) {
            (Some(stated), Some(own)) if holds(stated, own) => Some(stated),
            (_, Some(own)) => Some(own),
            (stated, None) => stated,
        }
    }

    /// Whether the item's box and an area share some ground.
    pub fn touches(&self, area: [f64; 4]) -> bool {
        self.bbox().is_some_and(|own| overlap(own, area).is_some())
    }

    /// What is known of the collection that the item belongs to.
    pub fn known_collection(&self) -> &'static Collection {
        let name = self.collection.as_deref().unwrap_or_default();
        Collection::find(name, |key| self.asset(key).is_some())
    }

    /// The asset of a key, whatever its case: the exact one first.
    fn asset(&self, key: &str) -> Option<(&str, &Asset)> {
        let exact = self.assets.get_key_value(key);
        let found =
            exact.or_else(|| self.assets.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)));
        found.map(|(key, asset)| (key.as_str(), asset))
    }

    /// The band of a role: the asset of its usual name, else the asset that lists a band of that
    /// name or common name.
    ///
    /// # Errors
    /// When the item has none, or does not state which band of a file it is.
    pub fn band(&self, role: BandRole) -> Result<AssetBand<'_>, AssetBandError> {
        let usual = self.known_collection().band_names(role);
        let common = common_names(role).iter().copied();
        let wanted = usual.clone().next().unwrap_or_else(|| role.name());
        let names: Vec<&str> = usual.clone().chain(common).collect();
        if let Some((key, asset)) = usual.clone().find_map(|key| self.asset(key)) {
            let count = asset.band_count();
            return match (count, AssetBand::named(asset, &names)) {
                (_, Some(band)) => Ok(band),
                // The file must have a single one.
                (0 | 1, None) => Ok(AssetBand { asset, index: None }),
                (count, None) => {
                    Err(AssetBandError::Ambiguous { key: key.to_owned(), wanted, count })
                }
            };
        }
        let described = |name: &&str| {
            let assets = self.assets.iter().filter(|(key, asset)| is_data(key, &asset.href));
            assets.map(|(_, asset)| asset).find_map(|asset| AssetBand::named(asset, &[name]))
        };
        names.iter().find_map(described).ok_or_else(|| AssetBandError::Missing {
            wanted,
            present: self.assets.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        })
    }

    /// The bands of the mapped index, in its order.
    ///
    /// # Errors
    /// When one is not known, when both are the same, or have different scales or offsets.
    pub fn mapped_bands(&self) -> Result<[AssetBand<'_>; 2], AssetBandError> {
        let [first_role, second_role] = SpectralIndex::MAPPED.bands();
        let bands = [self.band(first_role)?, self.band(second_role)?];
        let [first, second] = &bands;
        let names = (common_names(first_role)[0], common_names(second_role)[0]);
        if first.is_same(second) {
            return Err(AssetBandError::Same { first: names.0, second: names.1 });
        }
        if let Some((kind, mask)) = self.mask()
            && bands.iter().any(|band| band.is_same(&mask))
        {
            return Err(AssetBandError::Same { first: "a band", second: band_names(kind)[0] });
        }
        let differ = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| a != b);
        if differ(first.scale(), second.scale()) || differ(first.offset(), second.offset()) {
            return Err(AssetBandError::DifferentScaling { first: names.0, second: names.1 });
        }
        Ok(bands)
    }

    /// The mask: the asset of its usual name, else one that is recognised as a mask, else a band
    /// of that name; `None` where every pixel with data counts as clear.
    pub fn mask(&self) -> Option<(MaskKind, AssetBand<'_>)> {
        let (kind, band) = self.mask_band()?;
        match kind {
            MaskKind::Scl if self.has_terrain_shadow_class() => {
                Some((MaskKind::SclSince0400, band))
            }
            _ => Some((kind, band)),
        }
    }

    /// Whether class 2 of its SCL is the shadow of terrain: by the baseline; without one by the day
    /// of acquisition, since no scene is older than its processing.
    fn has_terrain_shadow_class(&self) -> bool {
        match self.baseline() {
            Some(baseline) => baseline >= Baseline::WITH_OFFSET,
            None => self.acquired().is_some_and(|at| at.timestamp() >= BASELINE_04_00_BEGAN),
        }
    }

    fn mask_band(&self) -> Option<(MaskKind, AssetBand<'_>)> {
        let others =
            || self.assets.iter().find_map(|(key, asset)| Some((mask_kind(key, asset)?, asset)));
        let Some((kind, asset)) = self.usual_mask().or_else(others) else {
            let band = |kind: MaskKind| {
                let named = |asset| AssetBand::named(asset, band_names(kind));
                self.assets.values().find_map(named).map(|band| (kind, band))
            };
            return MaskKind::ALL.into_iter().find_map(band);
        };
        let named = AssetBand::named(asset, band_names(kind));
        // Where none is named, the file must have a single one.
        Some((kind, named.unwrap_or(AssetBand { asset, index: None })))
    }

    /// The mask asset by the names of its collection.
    fn usual_mask(&self) -> Option<(MaskKind, &Asset)> {
        let masks = self.known_collection().masks;
        masks.iter().find_map(|(key, kind)| Some((*kind, self.asset(key)?.1)))
    }

    /// Whether its pixels cannot be judged: it has no mask asset.
    pub fn lacks_mask(&self) -> bool {
        self.mask().is_none()
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

    /// Deletes the files that no collection is read or shown by, and that are not found by what the
    /// item states of them.
    pub(super) fn drop_other_assets(&mut self) {
        let collection = self.known_collection();
        let has_band = |role| collection.band_names(role).any(|key| self.asset(key).is_some());
        let has_bands = SpectralIndex::MAPPED.bands().into_iter().all(has_band);
        let has_mask = self.usual_mask().is_some();
        self.assets.retain(|key, asset| {
            let lists_band = || {
                let names = BandRole::ALL.into_iter().map(common_names);
                names
                    .chain(MaskKind::ALL.map(band_names))
                    .any(|names| AssetBand::named(asset, names).is_some())
            };
            Collection::reads(key)
                || (!has_mask && mask_kind(key, asset).is_some())
                || (!(has_bands && has_mask) && lists_band())
        });
    }

    /// Memory that it takes, bytes, about.
    pub(super) fn memory_bytes(&self) -> usize {
        let said = &self.properties;
        let texts = [
            &self.collection,
            &said.platform,
            &said.landsat_category,
            &said.processing_baseline,
            &said.processing_baseline_older,
        ];
        let names = [
            &said.product_uri,
            &said.product_id,
            &said.grid_code,
            &said.mgrs_tile,
            &said.wrs_path,
            &said.wrs_row,
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
    }

    /// Whether some of its files open only with a token.
    pub fn asks_for_token(&self) -> bool {
        self.assets.values().any(|asset| asks_for_token(&asset.href))
    }

    /// The first band of the mapped index; all bands of a scene have one scale and one offset.
    fn first_band(&self) -> Option<AssetBand<'_>> {
        let [first, _] = SpectralIndex::MAPPED.bands();
        self.band(first).ok()
    }

    /// Reflectance of one digital number: what the item states, else what is known of its
    /// collection.
    pub fn scale(&self) -> f64 {
        let stated = self.first_band().and_then(|band| band.scale());
        stated.unwrap_or(self.known_collection().scale)
    }

    /// The offset that the item states for its bands.
    pub fn stated_offset(&self) -> Option<StatedOffset> {
        let offset = self.first_band()?.offset()?;
        let scale = self.scale();
        // No reflectance is so large: digital numbers are meant.
        let is_in_dn = offset.abs() > MAX_REFLECTANCE_OFFSET && scale < 1.0;
        let dn = if is_in_dn { offset } else { offset / scale };
        Some(StatedOffset { dn: dn as f32, is_in_dn })
    }

    /// The processing baseline of a Sentinel-2 scene, by its properties, else by `_Nxxyy_` in the
    /// product's name.
    pub fn baseline(&self) -> Option<Baseline> {
        let said = &self.properties;
        let stated = [&said.processing_baseline, &said.processing_baseline_older];
        let names =
            [said.product_uri.as_deref(), said.product_id.as_deref(), Some(self.id.as_str())];
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

    /// The tile of the satellite's own grid, such as `MGRS-10TFK` or `WRS2-033032`; without one,
    /// the place of the box.
    pub fn tile_name(&self) -> String {
        let said = &self.properties;
        if let Some(code) = &said.grid_code {
            return code.clone();
        }
        if let (Some(path), Some(row)) = (&said.wrs_path, &said.wrs_row) {
            return format!("WRS2-{path:0>3}{row:0>3}");
        }
        let named = || self.id.split(['_', '.']).find_map(mgrs_tile);
        if let Some(tile) = said.mgrs_tile.as_deref().or_else(named) {
            return format!("MGRS-{tile}");
        }
        match self.bbox() {
            Some([west, south, east, north]) => {
                format!("{:.1},{:.1}", (west + east) / 2.0, (south + north) / 2.0)
            }
            None => self.id.clone(),
        }
    }
}

/// A box whose east lies beyond its west.
fn unrolled([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    if west > east {
        return [west, south, east + 360.0, north];
    }
    if east - west <= 180.0 {
        return [west, south, east, north];
    }
    // No scene is so wide: the least and greatest longitude of one that crosses the antimeridian.
    // Where one is the antimeridian itself, it is unknown how far the scene reaches beyond.
    if west > -180.0 && east < 180.0 {
        [east, south, west + 360.0, north]
    } else {
        [-180.0, south, 180.0, north]
    }
}

/// Degrees by which a box may be smaller than the geometry that it agrees with: rounded numbers.
const BOX_TOLERANCE_DEGREES: f64 = 0.05;

/// Whether a box agrees with the bounds of the geometry: it holds them, and is no box around the
/// world.
fn holds(stated: [f64; 4], own: [f64; 4]) -> bool {
    let tolerance = BOX_TOLERANCE_DEGREES;
    let turn = ((stated[0] + stated[2] - own[0] - own[2]) / 720.0).round() * 360.0;
    stated[2] - stated[0] <= 180.0
        && stated[0] - tolerance <= own[0] + turn
        && stated[1] - tolerance <= own[1]
        && own[2] + turn <= stated[2] + tolerance
        && own[3] <= stated[3] + tolerance
}

/// A tile in a part of a name: `10TFK`, or `T10TFK` as ESA and HLS write it.
fn mgrs_tile(part: &str) -> Option<&str> {
    let tile = part
        .strip_prefix('T')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(part);
    let digits = tile.bytes().take_while(u8::is_ascii_digit).count();
    let letters = &tile.as_bytes()[digits..];
    (matches!(digits, 1 | 2) && letters.len() == 3 && letters.iter().all(u8::is_ascii_uppercase))
        .then_some(tile)
}

#[cfg(test)]
mod tests {
    use super::super::ItemCollection;
    use super::*;
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
    fn class_2_is_the_shadow_of_terrain_by_baseline_else_by_day() {
        let check = |day: &str, baseline: &str, kind| {
            let mut item = item("a", baseline);
            item.properties.datetime = format!("{day}T10:00:00Z").parse().ok();
            let asset = serde_json::from_str(r#"{"href":"scl.tif"}"#).unwrap();
            item.assets.insert("SCL".to_owned(), asset);
            assert_eq!(item.mask().unwrap().0, kind, "{day} {baseline}");
        };
        let baseline = |text| format!(r#","s2:processing_baseline":"{text}""#);
        check("2020-06-01", &baseline("05.11"), MaskKind::SclSince0400);
        check("2022-01-25", &baseline("04.00"), MaskKind::SclSince0400);
        check("2022-01-28", &baseline("03.01"), MaskKind::Scl);
        check("2022-01-24", "", MaskKind::Scl);
        check("2022-01-25", "", MaskKind::SclSince0400);
    }

    #[test]
    fn scale_and_offset_may_stand_with_the_asset() {
        let item = item("a", "");
        let offset = Some(StatedOffset { dn: -500.0, is_in_dn: false });
        assert_eq!((item.scale(), item.stated_offset()), (0.0002, offset));
    }

    #[test]
    fn an_item_written_and_read_again_says_the_same() {
        let first = item(
            "S2A_10TFK_20250612_0_L2A",
            r#","eo:cloud_cover":3.5,"s2:processing_baseline":"05.11""#,
        );
        let again: Item = serde_json::from_str(&serde_json::to_string(&first).unwrap()).unwrap();
        let said = |item: &Item| format!("{:?}", Item { footprint: None, ..item.clone() });
        assert_eq!(said(&again), said(&first));
        let offset = Some(StatedOffset { dn: -500.0, is_in_dn: false });
        assert_eq!((again.scale(), again.stated_offset()), (0.0002, offset));
    }

    fn check_tile(id: &str, properties: &str, tile: &str) {
        assert_eq!(item(id, properties).tile_name(), tile, "{id} {properties}");
    }

    #[test]
    fn a_tile_is_named_in_many_ways() {
        check_tile("a", r#","grid:code":"MGRS-10TFK""#, "MGRS-10TFK");
        check_tile("a", r#","s2:mgrs_tile":"06VVN""#, "MGRS-06VVN");
        check_tile("a", r#","landsat:wrs_path":"033","landsat:wrs_row":"032""#, "WRS2-033032");
        check_tile("a", r#","landsat:wrs_path":1,"landsat:wrs_row":62"#, "WRS2-001062");
        check_tile("HLS.L30.T06WVS.2024120T211159.v2.0", "", "MGRS-06WVS");
        check_tile("S2A_28QCH_20200714_0_L2A", "", "MGRS-28QCH");
        check_tile("S2B_MSIL2A_20190629T212529_R043_T06VVN_20201006T080531", "", "MGRS-06VVN");
        check_tile("scene", "", "-121.2,39.8");
    }

    #[test]
    fn a_box_across_the_antimeridian_runs_on() {
        let of = |bbox: &[f64]| Item { bbox: bbox.to_vec(), ..item("a", "") };
        assert_eq!(of(&[178.0, 1.0, -179.0, 2.0]).bbox(), Some([178.0, 1.0, 181.0, 2.0]));
        assert_eq!(of(&[-179.0, 1.0, 178.0, 2.0]).bbox(), Some([178.0, 1.0, 181.0, 2.0]));
        assert_eq!(of(&[1.0, 2.0, 0.0, 3.0, 4.0, 9.0]).bbox(), Some([1.0, 2.0, 3.0, 4.0]));
        assert!(of(&[-179.0, 1.0, 178.0, 2.0]).touches([-180.0, 0.0, -170.0, 3.0]));
        assert!(!of(&[-179.0, 1.0, 178.0, 2.0]).touches([-10.0, 0.0, 10.0, 3.0]));
        assert_eq!(of(&[]).bbox(), None);
        // It is unknown how far it reaches on either side.
        for area in [[179.4, 1.0, 179.9, 2.0], [-180.0, 1.0, -179.9, 2.0]] {
            assert!(of(&[-180.0, 1.0, 180.0, 2.0]).touches(area));
            assert!(of(&[-179.73, 1.0, 180.0, 2.0]).touches(area));
        }
    }

    #[test]
    fn where_box_and_geometry_disagree_the_geometry_decides() {
        let part = |west: f64, east: f64| {
            format!("[[[{west},-18],[{east},-18],[{east},-17],[{west},-17],[{west},-18]]]")
        };
        let cut = format!("[{},{}]", part(179.3, 180.0), part(-180.0, -179.73));
        let geometry = format!(r#"{{"type":"MultiPolygon","coordinates":{cut}}}"#);
        let of = |bbox: [f64; 4]| Item {
            bbox: bbox.to_vec(),
            footprint: Footprint::from_geometry(&geometry),
            ..item("a", "")
        };
        let boxes = [
            [-180.0, -18.0, 180.0, -17.0],
            [-179.73, -18.0, 180.0, -17.0],
            [-180.0, -18.0, 179.3, -17.0],
            [-179.73, -18.0, 179.3, -17.0],
            [179.3, -18.0, -179.73, -17.0],
            [-18.0, -180.0, -17.0, 180.0],
            [0.0, 0.0, 1.0, 1.0],
        ];
        for bbox in boxes {
            let own = of(bbox).bbox().unwrap();
            assert!((own[0] - 179.3).abs() < 1e-9 && (own[2] - 180.27).abs() < 1e-9, "{bbox:?}");
            for (area, is_shared) in [
                ([179.42, -17.6, 179.95, -17.1], true),
                ([-180.0, -17.6, -179.8, -17.1], true),
                ([179.42, -17.6, 180.2, -17.1], true),
                ([-179.7, -17.6, -179.0, -17.1], false),
                ([10.0, -17.6, 11.0, -17.1], false),
            ] {
                assert_eq!(of(bbox).touches(area), is_shared, "{bbox:?} {area:?}");
            }
        }
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
        let said = &read.properties;
        assert_eq!(
            (said.cloud_cover, said.boa_offset_applied, said.created),
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
