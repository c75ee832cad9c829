//! Which band of which file of an item measures what.

use std::ops::RangeInclusive;

use dragonfly_pixels::BandRole;

use super::asset::{Asset, RasterBand};

/// What follows a file's name in that of its mask.
pub(super) const MASK_SIDECAR_ENDING: &str = ".msk";

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
    /// A file without an address.
    #[error(
        "the item has no address for {wanted} that can be read: correct its `href`, or take the \
        item out of the catalogue"
    )]
    NoAddress {
        /// Usual name of the band.
        wanted: &'static str,
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
    /// A file that the item describes as another band than its key.
    #[error(
        "the item describes its asset {key}, which is read as {wanted}, as another band \
         ({stated}): correct its `bands` (or `eo:bands`), or take the item out of the catalogue"
    )]
    OtherBand {
        /// Key of the asset.
        key: String,
        /// Usual name of the band.
        wanted: &'static str,
        /// What the item states.
        stated: String,
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

    /// What the item states of the band that only another band than one of this role has.
    pub(super) fn other_than(&self, role: BandRole) -> Option<String> {
        let only = (self.asset.band_count() == 1).then_some(0);
        let index = self.index.or(only)?;
        let described = self.asset.lists().filter_map(|list| list.get(index));
        described.filter_map(|band| stated_otherwise(band, role)).next()
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

/// Common names of bands that no other band has. Planetary Computer names band 8A `rededge`.
const UNMISTAKABLE_NAMES: [&str; 10] =
    ["coastal", "blue", "green", "red", "pan", "cirrus", "nir09", "swir16", "swir22", "lwir11"];

/// Wavelengths that the middle of a band of a role has on any satellite, µm.
fn wavelengths_um(role: BandRole) -> RangeInclusive<f64> {
    match role {
        BandRole::Blue => 0.43..=0.53,
        BandRole::Green => 0.50..=0.60,
        BandRole::Red => 0.60..=0.70,
        BandRole::Nir => 0.77..=0.92,
        BandRole::Swir16 => 1.50..=1.80,
        BandRole::Swir22 => 2.00..=2.40,
    }
}

/// Wavelengths above this are written in nanometres.
const MAX_WAVELENGTH_UM: f64 = 100.0;

fn stated_otherwise(band: &RasterBand, role: BandRole) -> Option<String> {
    let by_wavelength = band.center_wavelength.filter(|stated| *stated > 0.0).and_then(|stated| {
        let um = if stated > MAX_WAVELENGTH_UM { stated / 1000.0 } else { stated };
        (!wavelengths_um(role).contains(&um)).then(|| format!("centre wavelength {um} µm"))
    });
    let by_name = || {
        let name = band.common_name.as_deref()?.to_ascii_lowercase();
        let is_other = UNMISTAKABLE_NAMES.contains(&name.as_str())
            && !common_names(role).contains(&name.as_str());
        is_other.then(|| format!("common name {name}"))
    };
    by_name().or(by_wavelength)
}

/// Keys of pictures made of bands, whose numbers are no measurement.
const PICTURES: [&str; 4] = ["visual", "thumbnail", "overview", "preview"];

pub(super) fn file_name(href: &str) -> &str {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// Whether a file has a name of JPEG 2000, which is not read.
pub(super) fn is_jpeg_2000(href: &str) -> bool {
    let lower = file_name(href).to_ascii_lowercase();
    lower.ends_with(".jp2") || lower.ends_with(".j2k")
}

/// Whether an asset found by its description can be read as data: no picture, not JPEG 2000, and no
/// mask beside another file.
pub(super) fn is_data(key: &str, href: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let is_picture = PICTURES.iter().any(|picture| key.contains(picture));
    !is_picture && !is_jpeg_2000(href) && !is_mask_sidecar(href)
}

/// Whether a file has the name of a mask beside another.
pub(super) fn is_mask_sidecar(href: &str) -> bool {
    file_name(href).to_ascii_lowercase().ends_with(MASK_SIDECAR_ENDING)
}
