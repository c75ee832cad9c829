//! Masks in files of their own beside the files of an item, as GDAL writes them: `B12.tif.msk`
//! beside `B12.tif`.

use super::asset_band::{AssetBand, MASK_SIDECAR_ENDING};
use super::token::{asks_for_token, without_token};
use super::{Asset, Item};

/// The mask file that may lie beside a file of an item. Where it is 0, the file holds no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskSidecar {
    /// Where it would lie: beside the file, and signed as the file is.
    pub href: String,
    rule: SidecarRule,
}

/// What a file itself states of which of its pixels hold data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedValidity {
    /// A no-data value.
    pub has_no_data_value: bool,
    /// A mask inside the file.
    pub has_mask: bool,
    /// An alpha band.
    pub has_alpha: bool,
}

/// When a mask file is requested. Servers do not list their files, so that each question costs a
/// request; and a file whose mask is not read gives a wrong map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SidecarRule {
    /// The item lists it, so that it must be there.
    Listed,
    /// A file of an unknown producer, or one on a disk, where a question costs nothing: unless the
    /// file has a mask inside.
    UnlessMasked,
    /// A file as the producers of a known collection write them, with a no-data value: where the
    /// file states nothing. One of them is checked ([`SidecarCheck`](super::SidecarCheck)).
    WhereSilent,
    /// A file of Planetary Computer, which has no masks.
    Never,
}

impl MaskSidecar {
    /// The same, requested unless the file has a mask inside: to find out whether one is there.
    pub fn in_any_case(&self) -> Self {
        let rule = match self.rule {
            SidecarRule::WhereSilent => SidecarRule::UnlessMasked,
            other => other,
        };
        Self { rule, ..self.clone() }
    }

    /// Whether the item lists it, so that a map without it would be wrong.
    pub fn is_listed(&self) -> bool {
        self.rule == SidecarRule::Listed
    }

    /// Whether one such file answers for others.
    pub(super) fn is_checked(&self) -> bool {
        self.rule == SidecarRule::WhereSilent
    }

    /// Whether it is requested, by what the file states.
    pub fn is_requested(&self, file: StatedValidity) -> bool {
        let StatedValidity { has_no_data_value, has_mask, has_alpha } = file;
        match self.rule {
            SidecarRule::Listed => true,
            SidecarRule::UnlessMasked => !has_mask,
            SidecarRule::WhereSilent => !(has_no_data_value || has_mask || has_alpha),
            SidecarRule::Never => false,
        }
    }
}

impl Item {
    /// The mask file that may lie beside the file of a band.
    pub fn mask_sidecar(&self, band: &AssetBand) -> MaskSidecar {
        let file = &band.asset.href;
        let href = address_beside(file);
        let is_same = |other: &Asset| without_token(&other.href) == without_token(&href);
        let is_usual = file.contains("://") && self.known_collection().source.is_some();
        let rule = if self.assets.values().any(is_same) {
            SidecarRule::Listed
        } else if !is_usual {
            SidecarRule::UnlessMasked
        } else if asks_for_token(file) {
            SidecarRule::Never
        } else if self.may_have_masks_beside {
            SidecarRule::UnlessMasked
        } else {
            SidecarRule::WhereSilent
        };
        MaskSidecar { href, rule }
    }
}

/// The address of the mask beside a file: the ending follows the path, not the query.
fn address_beside(href: &str) -> String {
    let path = without_token(href);
    let path = match path.split_once('?') {
        // The question mark of a proxy stands before the file's address.
        Some((before, query)) if path.contains("://") && !query.contains("://") => before,
        _ => path,
    };
    format!("{path}{MASK_SIDECAR_ENDING}{}", &href[path.len()..])
}

#[cfg(test)]
mod tests {
    use super::super::ItemCollection;
    use super::*;
    use dragonfly_pixels::BandRole;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// The mask beside the near infrared of an item with this file and these further assets.
    fn beside(collection: &str, href: &str, assets: &str) -> MaskSidecar {
        let page = format!(
            r#"{{"features":[{{"id":"a","collection":"{collection}","properties":{{}},"assets":{{
                "nir08":{{"href":"{href}"}},"swir22":{{"href":"s.tif"}},
                "scl":{{"href":"c.tif"}}{assets}}}}}]}}"#
        );
        let item = ItemCollection::read(page.as_bytes()).unwrap().features.remove(0);
        // What a worker passes on to another is the same.
        let item: Item = serde_json::from_str(&serde_json::to_string(&item).unwrap()).unwrap();
        item.mask_sidecar(&item.band(BandRole::Nir).unwrap())
    }

    const SILENT: StatedValidity =
        StatedValidity { has_no_data_value: false, has_mask: false, has_alpha: false };
    const WITH_VALUE: StatedValidity = StatedValidity { has_no_data_value: true, ..SILENT };
    const WITH_ALPHA: StatedValidity = StatedValidity { has_alpha: true, ..SILENT };
    const WITH_MASK: StatedValidity = StatedValidity { has_mask: true, ..WITH_VALUE };

    fn check(sidecar: &MaskSidecar, requested: [bool; 4]) {
        let found = [SILENT, WITH_VALUE, WITH_ALPHA, WITH_MASK].map(|of| sidecar.is_requested(of));
        assert_eq!(found, requested, "{sidecar:?}");
    }

    #[test]
    fn a_mask_file_is_requested_where_the_item_lists_it_or_the_file_states_nothing() {
        let file = "https://a.example/n.tif";
        let known = beside("sentinel-2-l2a", file, "");
        check(&known, [true, false, false, false]);
        check(&known.in_any_case(), [true, true, true, false]);
        check(&beside("sentinel-2-l2a", "n.tif", ""), [true, true, true, false]);
        check(&beside("somebody-elses", file, ""), [true, true, true, false]);
        let mask = r#","nm":{"href":"https://a.example/n.tif.msk"}"#;
        let listed = beside("sentinel-2-l2a", file, mask);
        check(&listed, [true; 4]);
        assert!(listed.is_listed() && !known.is_listed());
        let of_other = beside("sentinel-2-l2a", file, r#","sm":{"href":"s.tif.msk"}"#);
        check(&of_other, [true, false, false, false]);
        let azure = "https://sentinel2l2a01.blob.core.windows.net/B8A.tif?se=1&sig=x";
        check(&beside("sentinel-2-l2a", azure, ""), [false; 4]);
        check(&beside("somebody-elses", azure, ""), [true, true, true, false]);
    }

    #[test]
    fn the_mask_lies_beside_the_file_and_is_signed_as_it_is() {
        for (file, mask) in [
            ("data/n.tif", "data/n.tif.msk"),
            ("/data/odd?name.tif", "/data/odd?name.tif.msk"),
            ("https://a.example/n.tif?version=2", "https://a.example/n.tif.msk?version=2"),
            ("https://a.example/n.tif?se=1&sig=x", "https://a.example/n.tif.msk?se=1&sig=x"),
            (
                "https://p.example/?https://a.example/n.tif",
                "https://p.example/?https://a.example/n.tif.msk",
            ),
            (
                "https://p.example/?https://a.example/n.tif?se=1&sig=x",
                "https://p.example/?https://a.example/n.tif.msk?se=1&sig=x",
            ),
        ] {
            assert_eq!(beside("sentinel-2-l2a", file, "").href, mask);
        }
    }

    #[test]
    fn a_mask_of_pixels_with_data_is_no_mask_of_clouds() {
        let page = r#"{"features":[{"id":"a","collection":"sentinel-2-l2a","properties":{},
            "assets":{"nir08":{"href":"n.tif"},"swir22":{"href":"s.tif"},
            "nir08-mask":{"href":"n.tif.msk","roles":["data-mask"]}}}]}"#;
        let item = ItemCollection::read(page.as_bytes()).unwrap().features.remove(0);
        assert!(item.mask().is_none() && item.mapped_bands().is_ok());
    }
}
