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
    pub(crate) fn reads(key: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::stac::Item;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(collection: &str, assets: &[&str]) -> Item {
        let assets: Vec<String> =
            assets.iter().map(|key| format!(r#""{key}":{{"href":"{key}.tif"}}"#)).collect();
        serde_json::from_str(&format!(
            r#"{{"id":"a","collection":"{collection}","properties":{{}},"assets":{{{}}}}}"#,
            assets.join(",")
        ))
        .unwrap()
    }

    fn check(
        collection: &str,
        assets: [&str; 3],
        mask: MaskKind,
        scale: f64,
        offset: OffsetSource,
    ) {
        // Every band that a catalogue has beside those that count.
        let mut all = vec!["B04", "B05", "B07", "B12", "red"];
        all.extend(assets);
        let item = item(collection, &all);
        let hrefs = [item.band(Nir).unwrap(), item.band(Swir22).unwrap(), item.mask().unwrap().1]
            .map(|band| band.asset.href.clone());
        assert_eq!(hrefs, assets.map(|key| format!("{key}.tif")), "{collection}");
        assert_eq!(
            (item.mask().unwrap().0, item.scale(), item.known_collection().offset),
            (mask, scale, offset)
        );
    }

    #[test]
    fn collections_are_known_by_name_and_assets() {
        use MaskKind::{Fmask, QaPixel, Scl};
        use OffsetSource::{AsDelivered, PerhapsTakenOff, Stated, Unknown};
        check("sentinel-2-l2a", ["nir08", "swir22", "scl"], Scl, 1e-4, PerhapsTakenOff);
        check("sentinel-s2-l2a-cogs", ["B8A", "B12", "SCL"], Scl, 1e-4, PerhapsTakenOff);
        check("sentinel-s2-l2a-cogs", ["nir08", "swir22", "scl"], Scl, 1e-4, PerhapsTakenOff);
        check("sentinel-2-c1-l2a", ["nir08", "swir22", "scl"], Scl, 1e-4, AsDelivered);
        check("sentinel-2-l2a", ["B8A", "B12", "SCL"], Scl, 1e-4, AsDelivered);
        check("sentinel-2-l2a", ["B8A_20m", "B12_20m", "SCL_20m"], Scl, 1e-4, AsDelivered);
        for name in ["landsat-c2-l2", "landsat-c2l2-sr"] {
            check(name, ["nir08", "swir22", "qa_pixel"], QaPixel, 2.75e-5, Stated(-0.2));
        }
        for name in ["HLSL30.v2.0", "HLSL30_2.0", "hls2-l30"] {
            check(name, ["B05", "B07", "Fmask"], Fmask, 1e-4, Stated(0.0));
        }
        for name in ["HLSS30.v2.0", "HLSS30_2.0", "hls2-s30"] {
            check(name, ["B8A", "B12", "Fmask"], Fmask, 1e-4, Stated(0.0));
        }
        check("somebody-elses", ["nir08", "swir22", "qa_pixel"], QaPixel, 1.0, Unknown);
    }

    #[test]
    fn a_missing_band_is_named_beside_those_there_are() {
        let message = |collection, assets: &[&str]| {
            item(collection, assets).band(Swir22).unwrap_err().to_string()
        };
        assert_eq!(message("sentinel-2-l2a", &["B8A"]), "the item has no asset B12 (it has B8A)");
        assert_eq!(message("unknown", &["B04"]), "the item has no asset swir22 (it has B04)");
        assert!(item("unknown", &["nir08", "swir22"]).mask().is_none());
    }
}
