//! The mask of an item.

use super::asset_band::AssetBand;
use super::mask_asset::{band_names, mask_kind};
use super::{Asset, Item};
use crate::sensor::quality::MaskKind;

impl Item {
    /// The mask: the asset of its usual name, else one that is recognised as a mask, else a band
    /// of that name; `None` where every pixel with data counts as clear.
    pub fn mask(&self) -> Option<(MaskKind, AssetBand<'_>)> {
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
    pub(super) fn usual_mask(&self) -> Option<(MaskKind, &Asset)> {
        let masks = self.known_collection().masks;
        masks.iter().find_map(|(key, kind)| Some((*kind, self.asset(key)?.1)))
    }

    /// Whether its pixels cannot be judged: it has no mask asset.
    pub fn lacks_mask(&self) -> bool {
        self.mask().is_none()
    }
}
