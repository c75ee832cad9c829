//! The bands of an item: which of its files holds them, and what their numbers mean.

use super::asset_band::{AssetBand, AssetBandError, common_names, is_data};
use super::mask_asset::{band_names, mask_kind};
use super::{Asset, Item};
use crate::sensor::band::BandRole;
use crate::sensor::collection::Collection;
use crate::sensor::quality::MaskKind;
use crate::sensor::spectral_index::SpectralIndex;

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

impl Item {
    /// What is known of the collection that the item belongs to.
    pub fn known_collection(&self) -> &'static Collection {
        let name = self.collection.as_deref().unwrap_or_default();
        Collection::find(name, |key| self.asset(key).is_some())
    }

    /// The asset of a key, whatever its case: the exact one first.
    pub(super) fn asset(&self, key: &str) -> Option<(&str, &Asset)> {
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

#[cfg(test)]
mod tests {
    use super::*;
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
}
