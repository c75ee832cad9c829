//! Which band of which file of an item measures what.

use super::asset::{Asset, RasterBand};
use super::mask_asset::is_jpeg_2000;
use crate::sensor::band::BandRole;

/// A band of a file of a scene.
#[derive(Clone, Copy, Debug)]
pub struct AssetBand<'a> {
    /// The file.
    pub asset: &'a Asset,
    /// Its place in the file, counted from 0; `None` where the item lists no bands, so that the
    /// file must have a single one.
    pub index: Option<usize>,
}

/// Why an item's band is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetBandError {
    /// No asset is named or described so.
    #[error("the item has no asset {wanted} (it has {present})")]
    Missing {
        /// Its usual name.
        wanted: &'static str,
        /// The keys that there are.
        present: String,
    },
    /// A file of several bands, of which none or more than one is described so.
    #[error(
        "the item does not state which of the {count} bands of asset {key} is {wanted}: name them \
         in its `bands` (or `eo:bands`)"
    )]
    Ambiguous {
        /// Key of the asset.
        key: String,
        /// Usual name of the band.
        wanted: &'static str,
        /// Bands that the item lists.
        count: usize,
    },
    /// Two bands are the same band of one file.
    #[error(
        "{first} and {second} are the same band of one file: state in the item's `bands` (or \
         `eo:bands`) which is which"
    )]
    Same {
        /// Usual name of the first.
        first: &'static str,
        /// Usual name of the second.
        second: &'static str,
    },
    /// The bands have different scales or offsets.
    #[error(
        "the item states different scales or offsets for {first} and {second}: such scenes are \
         not read; choose a collection with one of each"
    )]
    DifferentScaling {
        /// Usual name of the first.
        first: &'static str,
        /// Usual name of the second.
        second: &'static str,
    },
}

impl<'a> AssetBand<'a> {
    /// Reflectance of one digital number, above 0; `None` where the item does not state it.
    pub fn scale(&self) -> Option<f64> {
        self.value(|band| band.scale).or(self.asset.scale).filter(|scale| *scale > 0.0)
    }

    /// Offset as the item states it; `None` where it does not.
    pub fn offset(&self) -> Option<f64> {
        self.value(|band| band.offset).or(self.asset.offset)
    }

    /// The pixel value that stands for no data; `None` where the item does not state it.
    pub fn no_data(&self) -> Option<f64> {
        self.value(|band| band.no_data).or(self.asset.no_data)
    }

    /// What the item states of the band; where it does not state which it is, of the first that it
    /// states anything of.
    fn value(&self, of: impl Fn(&RasterBand) -> Option<f64>) -> Option<f64> {
        self.asset.lists().find_map(|list| match self.index {
            Some(index) => list.get(index).and_then(&of),
            None => list.iter().find_map(&of),
        })
    }

    /// Whether two are the same band of one file.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.asset.href == other.asset.href && self.index == other.index
    }

    /// The only band of an asset that has one of these names, as the item lists them; `None` where
    /// it lists none so, or several.
    pub(super) fn named(asset: &'a Asset, names: &[&str]) -> Option<Self> {
        let mut found = (0..asset.band_count()).filter(|index| {
            let own = asset.lists().filter_map(|list| list.get(*index));
            own.flat_map(RasterBand::names)
                .any(|own| names.iter().any(|name| own.eq_ignore_ascii_case(name)))
        });
        let index = found.next()?;
        found.next().is_none().then_some(Self { asset, index: Some(index) })
    }
}

/// Common names of a role in STAC's electro-optical extension, the preferred first.
pub(super) fn common_names(role: BandRole) -> &'static [&'static str] {
    match role {
        BandRole::Blue => &["blue"],
        BandRole::Green => &["green"],
        BandRole::Red => &["red"],
        BandRole::Nir => &["nir08", "nir"],
        BandRole::Swir16 => &["swir16"],
        BandRole::Swir22 => &["swir22"],
    }
}

/// Keys of pictures made of bands, whose numbers are no measurement.
const PICTURES: [&str; 4] = ["visual", "thumbnail", "overview", "preview"];

/// Whether an asset found by its description can be read as data: no picture, and not JPEG 2000.
pub(super) fn is_data(key: &str, href: &str) -> bool {
    let key = key.to_ascii_lowercase();
    !PICTURES.iter().any(|picture| key.contains(picture)) && !is_jpeg_2000(href)
}
