//! The bands of an item: which of its files holds them, and what their numbers mean.

use dragonfly_pixels::{BandRole, Collection, SpectralIndex};

use super::asset_band::is_mask_sidecar;
use super::asset_band::{AssetBand, AssetBandError, common_names, is_data};
use super::mask_asset::{band_names, has_mask_role, mask_kind};
use super::token::without_token;
use super::{Asset, Item};

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

/// Keys of assets that are not read, and that an error names.
const MAX_NAMED_ASSETS: usize = 16;
/// Characters of such a key.
const MAX_KEY_CHARS: usize = 40;

impl Item {
    /// What is known of the collection that the item belongs to.
    pub fn known_collection(&self) -> &'static Collection {
        let name = self.collection.as_deref().unwrap_or_default();
        Collection::find(name, |key| self.asset(key).is_some(), |band| self.names_band(band))
    }

    /// Whether some file with data has a band of a name.
    fn names_band(&self, name: &str) -> bool {
        self.data_assets().any(|asset| {
            let names = asset.lists().flatten().filter_map(|band| band.name.as_deref());
            names.into_iter().any(|own| own.eq_ignore_ascii_case(name))
        })
    }

    /// The files that can be read as data.
    fn data_assets(&self) -> impl Iterator<Item = &Asset> {
        let assets = self.assets.iter().filter(|(key, asset)| is_data(key, &asset.href));
        assets.map(|(_, asset)| asset)
    }

    /// The asset of a key, whatever its case: the exact one first.
    pub(super) fn asset(&self, key: &str) -> Option<(&str, &Asset)> {
        let exact = self.assets.get_key_value(key);
        let found =
            exact.or_else(|| self.assets.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)));
        found.map(|(key, asset)| (key.as_str(), asset))
    }

    /// The band of a role: the asset of its usual name, else the asset that lists a band of that
    /// name or common name. What is described as another band is none.
    ///
    /// # Errors
    /// When the item has none, describes it as another, or does not state which band of a file it
    /// is.
    pub fn band(&self, role: BandRole) -> Result<AssetBand<'_>, AssetBandError> {
        let usual = self.known_collection().band_names(role);
        let common = common_names(role).iter().copied();
        let wanted = usual.clone().next().unwrap_or_else(|| role.name());
        let names: Vec<&str> = usual.clone().chain(common).collect();
        let mut first_error = None;
        for (key, asset) in usual.clone().filter_map(|key| self.asset(key)) {
            match usual_band(key, asset, &names, role) {
                Err(error @ AssetBandError::OtherBand { .. }) => {
                    first_error.get_or_insert(error);
                }
                band => return band,
            }
        }
        let described = |name: &&str| {
            let named = self.data_assets().filter_map(|asset| AssetBand::named(asset, &[name]));
            named.into_iter().find(|band| band.other_than(role).is_none())
        };
        let names = names.iter().copied().chain(self.known_collection().sentinel_name(role));
        names.into_iter().find_map(|name| described(&name)).ok_or_else(|| {
            let keys = || self.assets.keys().chain(&self.other_asset_keys);
            let present = || keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            first_error.unwrap_or_else(|| AssetBandError::Missing { wanted, present: present() })
        })
    }

    /// Whether the asset of a role's usual name holds its band.
    fn has_usual_band(&self, role: BandRole) -> bool {
        let usual = self.known_collection().band_names(role);
        usual
            .filter_map(|key| self.asset(key))
            .any(|(_, asset)| AssetBand { asset, index: None }.other_than(role).is_none())
    }

    /// The bands of the mapped index as [`check_sides`](crate::check_sides) compares them; empty
    /// where they are not known.
    pub fn mapped_band_names(&self) -> Vec<String> {
        let name = |band: AssetBand<'_>| {
            format!("{}#{}", without_token(&band.asset.href), band.index.unwrap_or(0) + 1)
        };
        self.mapped_bands().map_or_else(|_| Vec::new(), |bands| bands.map(name).into())
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
        for (band, wanted) in [(first, names.0), (second, names.1)] {
            if band.asset.href.trim().is_empty() {
                return Err(AssetBandError::NoAddress { wanted });
            }
        }
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

    /// Deletes the files that no collection is read or shown by, and that are not found by what the
    /// item states of them. Some of their keys are kept where a band is missing.
    pub(super) fn drop_other_assets(&mut self) {
        let has_bands =
            SpectralIndex::MAPPED.bands().into_iter().all(|role| self.has_usual_band(role));
        let has_mask = self.usual_mask().is_some();
        let mut others = Vec::new();
        self.assets.retain(|key, asset| {
            let is_read = Collection::reads(key)
                || is_mask_sidecar(&asset.href)
                || (!has_mask && (mask_kind(key, asset).is_some() || has_mask_role(key, asset)))
                || (!(has_bands && has_mask) && lists_band(asset));
            if !is_read && !has_bands && others.len() < MAX_NAMED_ASSETS {
                others.push(key.chars().take(MAX_KEY_CHARS).collect());
            }
            is_read
        });
        self.other_asset_keys = others;
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
}

/// The band in the asset of a role's usual name, by all its names.
fn usual_band<'a>(
    key: &str,
    asset: &'a Asset,
    names: &[&'static str],
    role: BandRole,
) -> Result<AssetBand<'a>, AssetBandError> {
    let wanted = names.first().copied().unwrap_or_else(|| role.name());
    let count = asset.band_count();
    let band = match (count, AssetBand::named(asset, names)) {
        (_, Some(band)) => band,
        // The file must have a single one.
        (0 | 1, None) => AssetBand { asset, index: None },
        (count, None) => {
            return Err(AssetBandError::Ambiguous { key: key.to_owned(), wanted, count });
        }
    };
    match band.other_than(role) {
        Some(stated) => Err(AssetBandError::OtherBand { key: key.to_owned(), wanted, stated }),
        None => Ok(band),
    }
}

/// Whether a file has a band, or a mask, by one of the names that are read.
fn lists_band(asset: &Asset) -> bool {
    let is_common = |name: &str| {
        let mut common = BandRole::ALL.into_iter().flat_map(common_names);
        common.any(|own| own.eq_ignore_ascii_case(name))
    };
    let mut names = asset.lists().flatten().flat_map(|band| band.names());
    names.any(|name| is_common(name) || Collection::reads(name))
}

#[cfg(test)]
mod tests {
    use super::super::ItemCollection;
    use super::*;
    use dragonfly_pixels::MaskKind;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item() -> Item {
        serde_json::from_str(
            r#"{"id":"a","properties":{},"assets":{"B8A":{"href":"B8A.tif",
                "bands":[{"name":"B8A"}],"raster:scale":0.0002,"raster:offset":-0.1}}}"#,
        )
        .unwrap()
    }

    #[test]
    fn scale_and_offset_may_stand_with_the_asset() {
        let item = Item { collection: Some("sentinel-2-l2a".to_owned()), ..item() };
        let offset = Some(StatedOffset { dn: -500.0, is_in_dn: false });
        assert_eq!((item.scale(), item.stated_offset()), (0.0002, offset));
    }

    /// An item of a collection with these assets, as it is read from a page.
    fn item_with(collection: &str, assets: &str) -> Item {
        let page = format!(
            r#"{{"features":[{{"id":"a","collection":"{collection}","properties":{{}},
                "assets":{{{assets}}}}}]}}"#
        );
        ItemCollection::read(page.as_bytes()).unwrap().features.remove(0)
    }

    #[test]
    fn bands_and_mask_in_one_file_are_found_beside_single_ones() {
        let bands = r#"[{"name":"B04"},{"name":"B8A"},{"name":"B12"},{"name":"SCL"}]"#;
        for (collection, field) in [
            ("sentinel-2-l2a", "bands"),
            ("sentinel-2-l2a", "eo:bands"),
            ("sentinel-s2-l2a-cogs", "bands"),
            ("sentinel-2-c1-l2a", "bands"),
            ("somebody-elses", "bands"),
        ] {
            let assets = format!(
                r#""data":{{"href":"d.tif","{field}":{bands}}},"red":{{"href":"r.tif"}},
                    "visual":{{"href":"v.tif","bands":{bands}}}"#
            );
            let item = item_with(collection, &assets);
            let places = item.mapped_bands().unwrap().map(|band| (&*band.asset.href, band.index));
            assert_eq!(places, [("d.tif", Some(1)), ("d.tif", Some(2))], "{collection} {field}");
            let (kind, mask) = item.mask().unwrap();
            assert_eq!((kind, &*mask.asset.href, mask.index), (MaskKind::Scl, "d.tif", Some(3)));
        }
    }

    fn refusal(collection: &str, assets: &str) -> Option<String> {
        item_with(collection, assets).mapped_bands().err().map(|error| error.to_string())
    }

    #[test]
    fn a_band_without_an_address_is_named() {
        let message = refusal("sentinel-2-l2a", r#""nir08":{"href":""},"swir22":{"href":""}"#);
        assert!(message.unwrap().contains("no address for nir08"));
    }

    #[test]
    fn a_missing_band_is_named_beside_the_files_that_there_are() {
        let many: Vec<String> =
            (0..100).map(|number| format!(r#""key{number:02}":{{"href":"k.tif"}}"#)).collect();
        for (others, part) in [
            (r#""B08":{"href":"n.tif"}"#, "nir08 (it has swir22, B08)"),
            (r#""data":{"href":"d.tif","bands":[{}]}"#, "nir08 (it has swir22, data)"),
            (&many.join(","), "key15)"),
        ] {
            let assets = format!(r#"{others},"swir22":{{"href":"s.tif"}}"#);
            let message = refusal("sentinel-2-l2a", &assets).unwrap();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_file_that_is_described_as_another_band_is_refused() {
        let swir = r#","swir22":{"href":"s.tif"}"#;
        for (band, part) in [
            (r#"{"name":"red","common_name":"red"}"#, "common name red"),
            (r#"{"name":"nir08","common_name":"red"}"#, "common name red"),
            (r#"{"eo:common_name":"swir16"}"#, "common name swir16"),
            (r#"{"name":"nir08","center_wavelength":0.665}"#, "0.665 µm"),
            (r#"{"eo:center_wavelength":"665"}"#, "0.665 µm"),
        ] {
            for field in ["bands", "eo:bands"] {
                let nir = format!(r#""nir08":{{"href":"n.tif","{field}":[{band}]}}"#);
                let message = refusal("sentinel-2-l2a", &format!("{nir}{swir}")).unwrap();
                assert!(message.contains(part) && message.contains("nir08"), "{message}");
                // Another asset is the right one.
                let right = r#","b":{"href":"b.tif","bands":[{"common_name":"nir08"}]}"#;
                let item = item_with("sentinel-2-l2a", &format!("{nir}{swir}{right}"));
                assert_eq!(item.mapped_bands().unwrap()[0].asset.href, "b.tif");
            }
        }
        let of_pair = r#""nir08":{"href":"d.tif","bands":[{"name":"nir08","center_wavelength":0.56},
            {"name":"swir22"}]},"swir22":{"href":"s.tif"}"#;
        assert!(refusal("sentinel-2-l2a", of_pair).unwrap().contains("0.56 µm"));
    }

    #[test]
    fn descriptions_as_catalogues_write_them_are_no_contradiction() {
        for (collection, nir, swir) in [
            ("sentinel-2-l2a", r#""B8A","common_name":"rededge","center_wavelength":0.865"#, "B12"),
            ("sentinel-s2-l2a-cogs", r#""B8A","center_wavelength":0.8648"#, "B12"),
            (
                "landsat-c2-l2",
                r#""OLI_B5","common_name":"nir08","center_wavelength":0.87"#,
                "swir22",
            ),
            ("landsat-c2l2-sr", r#""B4","common_name":"nir08","center_wavelength":0.83"#, "swir22"),
        ] {
            let key = if swir == "B12" { "B8A" } else { "nir08" };
            let assets = format!(
                r#""{key}":{{"href":"n.tif","eo:bands":[{{"name":{nir}}}]}},"{swir}":{{"href":"s.tif",
                    "eo:bands":[{{"name":"B7","common_name":"swir22","center_wavelength":2.13}}]}}"#
            );
            assert_eq!(refusal(collection, &assets), None, "{collection}");
        }
    }
}
