//! The mask of an item.

use dragonfly_pixels::{MaskKind, Masks, QualityTable};

use super::asset_band::AssetBand;
use super::item::BASELINE_04_00_BEGAN;
use super::mask_asset::{band_names, has_mask_role, mask_kind};
use super::mask_meaning::{MaskMeaningError, contradiction, translation};
use super::{Asset, Baseline, Item};

impl Item {
    /// The mask: the asset of its usual name, else one that is recognised as a mask, else a band
    /// of that name, else the only asset whose roles state one; `None` where every pixel with data
    /// counts as clear.
    pub fn mask(&self) -> Option<(MaskKind, AssetBand<'_>)> {
        let (kind, band) = self.mask_band()?;
        match kind {
            MaskKind::Scl if self.has_terrain_shadow_class() => {
                Some((MaskKind::SclSince0400, band))
            }
            _ => Some((kind, band)),
        }
    }

    /// The file that states haze beside its mask, of Landsat; `None` where there is none, and where
    /// the values of the mask have other meanings.
    pub fn haze(&self) -> Option<(MaskKind, AssetBand<'_>)> {
        let (kind @ MaskKind::QaPixel, band) = self.mask()? else { return None };
        if !matches!(translation(kind, &band), Ok(None)) {
            return None;
        }
        let files = self.known_collection().haze;
        let (kind, asset) =
            files.iter().find_map(|(key, kind)| Some((*kind, self.asset(key)?.1)))?;
        Some((kind, AssetBand { asset, index: None }))
    }

    /// The kinds of its mask and of the haze beside it, in this order.
    pub fn mask_kinds(&self) -> Vec<MaskKind> {
        self.mask().into_iter().chain(self.haze()).map(|(kind, _)| kind).collect()
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
            return MaskKind::ALL.into_iter().find_map(band).or_else(|| self.mask_by_role());
        };
        let named = AssetBand::named(asset, band_names(kind));
        // Where none is named, the file must have a single one.
        Some((kind, named.unwrap_or(AssetBand { asset, index: None })))
    }

    /// The only asset whose roles state a mask, written as the masks of its collection are.
    fn mask_by_role(&self) -> Option<(MaskKind, AssetBand<'_>)> {
        let [(_, kind)] = self.known_collection().masks else { return None };
        let mut masks = self.assets.iter().filter(|(key, asset)| has_mask_role(key, asset));
        let (_, asset) = masks.next()?;
        masks.next().is_none().then_some((*kind, AssetBand { asset, index: None }))
    }

    /// What the item states of its mask that contradicts how masks of its kind are written; `None`
    /// where nothing does.
    pub fn mask_contradiction(&self) -> Option<String> {
        let (kind, band) = self.mask()?;
        contradiction(kind, &band)
    }

    /// The quality of the values of its mask: as masks of its kind are written, or by the meanings
    /// that the item states where these are others; `None` where it has no mask.
    ///
    /// # Errors
    /// When the item states other meanings, of which one is not understood.
    pub fn mask_table(&self, masks: &Masks) -> Result<Option<QualityTable>, MaskMeaningError> {
        let Some((kind, band)) = self.mask() else { return Ok(None) };
        let usual = QualityTable::new(kind, masks);
        Ok(Some(match translation(kind, &band)? {
            Some(pairs) => usual.translated(&pairs),
            None => match self.haze() {
                Some((haze, _)) => usual.with_haze(haze, masks),
                None => usual,
            },
        }))
    }

    /// The value of pixels of its mask that hold no data, where neither the item nor the file states
    /// one; `None` where it has no mask.
    pub fn mask_fill_value(&self) -> Option<u16> {
        let (kind, band) = self.mask()?;
        match translation(kind, &band) {
            // A value that is not among them.
            Ok(Some(pairs)) => (0..=u8::MAX)
                .rev()
                .find(|value| pairs.iter().all(|(own, _)| own != value))
                .map(u16::from),
            _ => Some(kind.fill_value()),
        }
    }

    /// The mask asset by the names of its collection.
    pub(super) fn usual_mask(&self) -> Option<(MaskKind, &Asset)> {
        let masks = self.known_collection().masks;
        masks.iter().find_map(|(key, kind)| Some((*kind, self.asset(key)?.1)))
    }

    /// Whether its pixels cannot be judged: it has no mask asset.
    pub fn lacks_mask(&self) -> bool {
        self.mask().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ItemCollection;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// The file of the mask of an item with bands and these assets.
    fn check(collection: &str, assets: &str, mask: Option<(MaskKind, &str)>) {
        let page = format!(
            r#"{{"features":[{{"id":"a","collection":"{collection}","properties":{{}},"assets":{{
                "nir08":{{"href":"n.tif"}},"swir22":{{"href":"s.tif"}},{assets}}}}}]}}"#
        );
        let item = ItemCollection::read(page.as_bytes()).unwrap().features.remove(0);
        let found = item.mask().map(|(kind, band)| (kind, band.asset.href.as_str()));
        assert_eq!(found, mask, "{collection} {assets}");
        // What a worker passes on to another is the same.
        let again: Item = serde_json::from_str(&serde_json::to_string(&item).unwrap()).unwrap();
        assert_eq!(again.mask().map(|(kind, band)| (kind, band.asset.href.as_str())), mask);
    }

    #[test]
    fn the_file_of_haze_is_found_beside_the_mask_of_landsat() {
        use MaskKind::{AtmosOpacity, Fmask, QaAerosol, QaPixel, Scl};
        let kinds = |collection: &str, assets: &[&str]| {
            let assets = ["nir08", "swir22", "B8A", "B12"].iter().chain(assets);
            let assets: Vec<String> =
                assets.map(|key| format!(r#""{key}":{{"href":"{key}.tif"}}"#)).collect();
            let page = format!(
                r#"{{"features":[{{"id":"a","collection":"{collection}","properties":{{}},
                    "assets":{{{}}}}}]}}"#,
                assets.join(",")
            );
            let item = ItemCollection::read(page.as_bytes()).unwrap().features.remove(0);
            item.mask_kinds()
        };
        let landsat = "landsat-c2-l2";
        assert_eq!(kinds(landsat, &["qa_pixel", "qa_aerosol"]), [QaPixel, QaAerosol]);
        assert_eq!(kinds(landsat, &["qa_pixel", "atmos_opacity"]), [QaPixel, AtmosOpacity]);
        assert_eq!(kinds(landsat, &["qa_pixel"]), [QaPixel]);
        assert_eq!(kinds(landsat, &["qa_aerosol"]), []);
        assert_eq!(kinds("hls2-s30", &["Fmask", "qa_aerosol"]), [Fmask]);
        assert_eq!(kinds("sentinel-2-l2a", &["scl", "qa_aerosol"]), [Scl]);
    }

    #[test]
    fn a_mask_is_found_by_its_roles_or_its_title() {
        use MaskKind::{QaPixel, Scl};
        let s2 = "sentinel-2-l2a";
        let roles = |roles: &str, more: &str| {
            format!(r#""m":{{"href":"m.tif","roles":["data",{roles}]{more}}}"#)
        };
        check(s2, &roles(r#""cloud""#, ""), Some((Scl, "m.tif")));
        check(s2, &roles(r#""data-mask""#, ""), Some((Scl, "m.tif")));
        check("landsat-c2-l2", &roles(r#""cloud""#, ""), Some((QaPixel, "m.tif")));
        let title = r#","title":"Scene classification map (SCL)""#;
        check("somebody-elses", &roles("7", title), Some((Scl, "m.tif")));
        // It is unknown how it is written, or which it is.
        check("somebody-elses", &roles(r#""cloud""#, ""), None);
        let second = r#""m2":{"href":"m2.tif","roles":["cloud"]}"#;
        check(s2, &format!("{},{second}", roles(r#""cloud""#, "")), None);
    }

    #[test]
    fn probabilities_and_other_qualities_are_no_masks() {
        for asset in [
            r#""cloud":{"href":"CLD.tif","roles":["data","cloud"]}"#,
            r#""cloud":{"href":"c.tif","title":"Cloud Probabilities","roles":["data","cloud"]}"#,
            r#""qa_aerosol":{"href":"a.tif","roles":["data-mask","water-mask"]}"#,
            r#""thumbnail":{"href":"t.png","roles":["cloud"]}"#,
            r#""cloud-jp2":{"href":"c.jp2","roles":["cloud"]}"#,
        ] {
            check("sentinel-2-l2a", asset, None);
        }
    }

    #[test]
    fn a_mask_with_other_meanings_contradicts_its_kind() {
        let item = |name: &str| -> Item {
            serde_json::from_str(&format!(
                r#"{{"id":"a","collection":"sentinel-2-l2a","properties":{{}},"assets":{{
                    "scl":{{"href":"m.tif","classification:classes":[
                        {{"value":4,"name":"{name}","description":"of any kind"}}]}}}}}}"#
            ))
            .unwrap()
        };
        assert_eq!(item("vegetation").mask_contradiction(), None);
        let stated = item("cloud").mask_contradiction();
        assert_eq!(stated.as_deref(), Some("class 4 is `cloud`"));
    }

    #[test]
    fn class_2_is_the_shadow_of_terrain_by_baseline_else_by_day() {
        let check = |day: &str, baseline: &str, kind| {
            let item: Item = serde_json::from_str(&format!(
                r#"{{"id":"a","collection":"sentinel-2-l2a","assets":{{"SCL":{{"href":"scl.tif"}}}},
                    "properties":{{"datetime":"{day}T10:00:00Z"{baseline}}}}}"#
            ))
            .unwrap();
            assert_eq!(item.mask().unwrap().0, kind, "{day} {baseline}");
        };
        let baseline = |text| format!(r#","s2:processing_baseline":"{text}""#);
        check("2020-06-01", &baseline("05.11"), MaskKind::SclSince0400);
        check("2022-01-25", &baseline("04.00"), MaskKind::SclSince0400);
        check("2022-01-28", &baseline("03.01"), MaskKind::Scl);
        check("2022-01-24", "", MaskKind::Scl);
        check("2022-01-25", "", MaskKind::SclSince0400);
    }
}
