//! What is known of collections: which assets to read, what their numbers mean, how they mark
//! cloud.

use crate::sensor::band::BandRole::{self, Blue, Green, Nir, Red, Swir16, Swir22};
use crate::sensor::data_source::DataSource;
use crate::sensor::quality::MaskKind;
use crate::sensor::spectral_index::SpectralIndex;

/// A collection as one catalogue keeps it.
///
/// Several catalogues share a name: Planetary Computer and CDSE also call theirs `sentinel-2-l2a`.
/// So a row is known by its name and by its assets.
#[derive(Debug, PartialEq)]
pub struct Collection {
    /// Names in catalogues, lower case.
    names: &'static [&'static str],
    /// Assets of the bands; of a role that is named more than once, the first that an item has.
    bands: &'static [(BandRole, &'static str)],
    /// Mask assets: the first that an item has.
    pub masks: &'static [(&'static str, MaskKind)],
    /// Assets that state haze beside a mask of [`MaskKind::QaPixel`]: the first that an item has.
    pub haze: &'static [(&'static str, MaskKind)],
    /// Side of a pixel of these bands, metres.
    pub pixel_m: f64,
    /// Side of a pixel of red, green and blue, metres.
    pub visible_pixel_m: f64,
    /// Reflectance of one digital number, where the item does not state it.
    pub scale: f64,
    /// What is added to it.
    pub offset: OffsetSource,
    /// Whom maps of it must credit; `None` where that is unknown.
    pub source: Option<DataSource>,
}

/// Where a collection's offset comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OffsetSource {
    /// The item's `raster:bands`; where they are silent, this many reflectances.
    Stated(f64),
    /// Sentinel-2 as ESA delivers it: by the processing baseline.
    AsDelivered,
    /// Earth Search, which took the offset off some of the files.
    PerhapsTakenOff,
    /// The item's `raster:bands`; where they are silent, nothing is known of the numbers.
    Unknown,
}

const COMMON_NAMES: &[(BandRole, &str)] = &[
    (Blue, "blue"),
    (Green, "green"),
    (Red, "red"),
    (Nir, "nir08"),
    (Swir16, "swir16"),
    (Swir22, "swir22"),
];
const SENTINEL_NAMES: &[(BandRole, &str)] =
    &[(Blue, "B02"), (Green, "B03"), (Red, "B04"), (Nir, "B8A"), (Swir16, "B11"), (Swir22, "B12")];
const CDSE_NAMES: &[(BandRole, &str)] = &[
    (Blue, "B02_10m"),
    (Green, "B03_10m"),
    (Red, "B04_10m"),
    (Nir, "B8A_20m"),
    (Swir16, "B11_20m"),
    (Swir22, "B12_20m"),
];
const LANDSAT_NUMBERS: &[(BandRole, &str)] =
    &[(Blue, "B02"), (Green, "B03"), (Red, "B04"), (Nir, "B05"), (Swir16, "B06"), (Swir22, "B07")];
const ANY_VISIBLE_NAMES: &[(BandRole, &str)] = &[
    (Blue, "blue"),
    (Blue, "B02"),
    (Green, "green"),
    (Green, "B03"),
    (Red, "red"),
    (Red, "B04"),
    (Nir, "nir08"),
    (Nir, "B8A"),
    (Swir16, "swir16"),
    (Swir16, "B11"),
    (Swir22, "swir22"),
    (Swir22, "B12"),
];

/// Landsat 8 and 9; Landsat 4 to 7.
const LANDSAT_HAZE: &[(&str, MaskKind)] =
    &[("qa_aerosol", MaskKind::QaAerosol), ("atmos_opacity", MaskKind::AtmosOpacity)];

const SENTINEL_SCALE: f64 = 1e-4;
const LANDSAT_SCALE: f64 = 2.75e-5;
const LANDSAT_OFFSET: f64 = -0.2;
const HLS_SCALE: f64 = 1e-4;

static COLLECTIONS: [Collection; 8] = [
    // Earth Search. Its older catalogue held the same bucket, with names of either kind.
    Collection {
        names: &["sentinel-2-l2a", "sentinel-s2-l2a-cogs"],
        bands: COMMON_NAMES,
        masks: &[("scl", MaskKind::Scl)],
        haze: &[],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::PerhapsTakenOff,
        source: Some(DataSource::Sentinel2),
    },
    Collection {
        names: &["sentinel-s2-l2a-cogs"],
        bands: SENTINEL_NAMES,
        masks: &[("SCL", MaskKind::Scl)],
        haze: &[],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::PerhapsTakenOff,
        source: Some(DataSource::Sentinel2),
    },
    Collection {
        names: &["sentinel-2-c1-l2a", "sentinel-s2-l2a"],
        bands: COMMON_NAMES,
        masks: &[("scl", MaskKind::Scl)],
        haze: &[],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::AsDelivered,
        source: Some(DataSource::Sentinel2),
    },
    // Planetary Computer.
    Collection {
        names: &["sentinel-2-l2a"],
        bands: SENTINEL_NAMES,
        masks: &[("SCL", MaskKind::Scl)],
        haze: &[],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::AsDelivered,
        source: Some(DataSource::Sentinel2),
    },
    // CDSE.
    Collection {
        names: &["sentinel-2-l2a"],
        bands: CDSE_NAMES,
        masks: &[("SCL_20m", MaskKind::Scl)],
        haze: &[],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::AsDelivered,
        source: Some(DataSource::Sentinel2),
    },
    // Landsat Collection 2 Level 2: Earth Search and Planetary Computer; USGS.
    Collection {
        names: &["landsat-c2-l2", "landsat-c2l2-sr"],
        bands: COMMON_NAMES,
        masks: &[("qa_pixel", MaskKind::QaPixel)],
        haze: LANDSAT_HAZE,
        pixel_m: 30.0,
        visible_pixel_m: 30.0,
        scale: LANDSAT_SCALE,
        offset: OffsetSource::Stated(LANDSAT_OFFSET),
        source: Some(DataSource::Landsat),
    },
    // Harmonized Landsat and Sentinel-2, version 2: LP DAAC by its several names, then Planetary
    // Computer.
    Collection {
        names: &["hlsl30.v2.0", "hlsl30_2.0", "hlsl30_v2.0", "hlsl30", "hls2-l30"],
        bands: LANDSAT_NUMBERS,
        masks: &[("Fmask", MaskKind::Fmask)],
        haze: &[],
        pixel_m: 30.0,
        visible_pixel_m: 30.0,
        scale: HLS_SCALE,
        offset: OffsetSource::Stated(0.0),
        source: Some(DataSource::HlsLandsat),
    },
    Collection {
        names: &["hlss30.v2.0", "hlss30_2.0", "hlss30_v2.0", "hlss30", "hls2-s30"],
        bands: SENTINEL_NAMES,
        masks: &[("Fmask", MaskKind::Fmask)],
        haze: &[],
        pixel_m: 30.0,
        visible_pixel_m: 30.0,
        scale: HLS_SCALE,
        offset: OffsetSource::Stated(0.0),
        source: Some(DataSource::HlsSentinel2),
    },
];

/// Any other that names its bands so. NBR does not change with the scale.
static OTHER: Collection = Collection {
    names: &[],
    bands: ANY_VISIBLE_NAMES,
    masks: &[("scl", MaskKind::Scl), ("qa_pixel", MaskKind::QaPixel), ("Fmask", MaskKind::Fmask)],
    haze: LANDSAT_HAZE,
    pixel_m: 20.0,
    visible_pixel_m: 20.0,
    scale: 1.0,
    offset: OffsetSource::Unknown,
    source: None,
};

impl Collection {
    /// Whether any collection reads or shows an asset of that name, whatever its case.
    pub fn reads(key: &str) -> bool {
        COLLECTIONS.iter().chain([&OTHER]).any(|row| {
            row.bands.iter().any(|(_, name)| name.eq_ignore_ascii_case(key))
                || row.masks.iter().chain(row.haze).any(|(name, _)| name.eq_ignore_ascii_case(key))
        })
    }

    /// Whom maps of a collection must credit, by its name; `None` where that is unknown.
    pub fn source_of(name: &str) -> Option<DataSource> {
        let name = name.to_ascii_lowercase();
        COLLECTIONS.iter().find(|row| row.names.contains(&name.as_str()))?.source
    }

    /// The row of a collection, by its name and both bands of the mapped index, else by name and
    /// the first, else by name; one for any collection where none has the name. `has` is whether an
    /// item of the collection has an asset, `names_band` whether one of its files has a band of
    /// that name.
    pub fn find(
        name: &str,
        has: impl Fn(&str) -> bool,
        names_band: impl Fn(&str) -> bool,
    ) -> &'static Self {
        let name = name.to_ascii_lowercase();
        let named = || COLLECTIONS.iter().filter(|row| row.names.contains(&name.as_str()));
        let has_band = |row: &Self, role| row.band_names(role).any(&has);
        let [first, second] = SpectralIndex::MAPPED.bands();
        let is_named = |row: &Self, role| row.band_names(role).any(&names_band);
        let names_both = |row: &Self| is_named(row, first) && is_named(row, second);
        named()
            .find(|row| has_band(row, first) && has_band(row, second))
            .or_else(|| named().find(|row| names_both(row)))
            .or_else(|| named().find(|row| has_band(row, first)))
            .or_else(|| named().next())
            .unwrap_or(&OTHER)
    }

    /// ESA's name of a role's band, where the collection is of Sentinel-2.
    pub fn sentinel_name(&self, role: BandRole) -> Option<&'static str> {
        let is_sentinel =
            matches!(self.offset, OffsetSource::AsDelivered | OffsetSource::PerhapsTakenOff);
        let names = SENTINEL_NAMES.iter().filter(|_| is_sentinel);
        names.into_iter().find(|(own, _)| *own == role).map(|(_, name)| *name)
    }

    /// Names of the assets of a role, the preferred first.
    pub fn band_names(&self, role: BandRole) -> impl Iterator<Item = &'static str> + Clone {
        self.bands.iter().filter(move |(own, _)| *own == role).map(|(_, name)| *name)
    }
}
