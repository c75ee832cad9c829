//! What is known of collections: which assets to read, what their numbers mean, how they mark
//! cloud.

use crate::sky::MaskKind;
use crate::stac::Item;

/// A collection as one catalogue keeps it.
///
/// Several catalogues share a name: Planetary Computer and CDSE also call theirs `sentinel-2-l2a`.
/// So a row is known by its name and by its assets.
#[derive(Debug, PartialEq)]
pub struct Collection {
    /// Names in catalogues, lower case.
    names: &'static [&'static str],
    /// Asset of the near infrared.
    pub nir: &'static str,
    /// Asset of the short-wave infrared at 2.2 µm.
    pub swir: &'static str,
    /// Assets that tell cloud from ground: the first that an item has.
    pub masks: &'static [(&'static str, MaskKind)],
    /// Side of a pixel of these bands, metres.
    pub pixel_m: f64,
    /// Side of a pixel of red, green and blue, metres.
    pub visible_pixel_m: f64,
    /// Reflectance of one digital number, where the item does not say.
    pub scale: f64,
    /// What is added to it.
    pub offset: OffsetSource,
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
}

const SENTINEL_SCALE: f64 = 1e-4;
const LANDSAT_SCALE: f64 = 2.75e-5;
const LANDSAT_OFFSET: f64 = -0.2;
const HLS_SCALE: f64 = 1e-4;

static COLLECTIONS: [Collection; 8] = [
    // Earth Search. Its older catalogue held the same bucket, with names of either kind.
    Collection {
        names: &["sentinel-2-l2a", "sentinel-s2-l2a-cogs"],
        nir: "nir08",
        swir: "swir22",
        masks: &[("scl", MaskKind::Scl)],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::PerhapsTakenOff,
    },
    Collection {
        names: &["sentinel-s2-l2a-cogs"],
        nir: "B8A",
        swir: "B12",
        masks: &[("SCL", MaskKind::Scl)],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::PerhapsTakenOff,
    },
    Collection {
        names: &["sentinel-2-c1-l2a", "sentinel-s2-l2a"],
        nir: "nir08",
        swir: "swir22",
        masks: &[("scl", MaskKind::Scl)],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::AsDelivered,
    },
    // Planetary Computer.
    Collection {
        names: &["sentinel-2-l2a"],
        nir: "B8A",
        swir: "B12",
        masks: &[("SCL", MaskKind::Scl)],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::AsDelivered,
    },
    // CDSE.
    Collection {
        names: &["sentinel-2-l2a"],
        nir: "B8A_20m",
        swir: "B12_20m",
        masks: &[("SCL_20m", MaskKind::Scl)],
        pixel_m: 20.0,
        visible_pixel_m: 10.0,
        scale: SENTINEL_SCALE,
        offset: OffsetSource::AsDelivered,
    },
    // Landsat Collection 2 Level 2: Earth Search and Planetary Computer; USGS.
    Collection {
        names: &["landsat-c2-l2", "landsat-c2l2-sr"],
        nir: "nir08",
        swir: "swir22",
        masks: &[("qa_pixel", MaskKind::QaPixel)],
        pixel_m: 30.0,
        visible_pixel_m: 30.0,
        scale: LANDSAT_SCALE,
        offset: OffsetSource::Stated(LANDSAT_OFFSET),
    },
    // Harmonized Landsat and Sentinel-2, version 2: LP DAAC by its several names, then Planetary
    // Computer.
    Collection {
        names: &["hlsl30.v2.0", "hlsl30_2.0", "hlsl30_v2.0", "hlsl30", "hls2-l30"],
        nir: "B05",
        swir: "B07",
        masks: &[("Fmask", MaskKind::Fmask)],
        pixel_m: 30.0,
        visible_pixel_m: 30.0,
        scale: HLS_SCALE,
        offset: OffsetSource::Stated(0.0),
    },
    Collection {
        names: &["hlss30.v2.0", "hlss30_2.0", "hlss30_v2.0", "hlss30", "hls2-s30"],
        nir: "B8A",
        swir: "B12",
        masks: &[("Fmask", MaskKind::Fmask)],
        pixel_m: 30.0,
        visible_pixel_m: 30.0,
        scale: HLS_SCALE,
        offset: OffsetSource::Stated(0.0),
    },
];

/// Any other that names its bands so. NBR does not change with the scale.
static OTHER: Collection = Collection {
    names: &[],
    nir: "nir08",
    swir: "swir22",
    masks: &[("scl", MaskKind::Scl), ("qa_pixel", MaskKind::QaPixel), ("Fmask", MaskKind::Fmask)],
    pixel_m: 20.0,
    visible_pixel_m: 20.0,
    scale: 1.0,
    offset: OffsetSource::Stated(0.0),
};

/// Names of the visible bands in the catalogues: red, green, blue.
pub const VISIBLE_BANDS: [[&str; 3]; 3] =
    [["red", "B04", "B04_10m"], ["green", "B03", "B03_10m"], ["blue", "B02", "B02_10m"]];

impl Collection {
    /// Whether any collection reads or shows an asset of that name.
    pub(crate) fn reads(key: &str) -> bool {
        let of_row = |row: &Self| {
            row.nir == key || row.swir == key || row.masks.iter().any(|(mask, _)| *mask == key)
        };
        COLLECTIONS.iter().chain([&OTHER]).any(of_row)
            || VISIBLE_BANDS.as_flattened().contains(&key)
    }

    /// What is known of an item's collection: by its name and both bands, else by name and near
    /// infrared, else by name.
    pub fn of(item: &Item) -> &'static Self {
        let name = item.collection.as_deref().unwrap_or_default().to_ascii_lowercase();
        let named = || COLLECTIONS.iter().filter(|row| row.names.contains(&name.as_str()));
        let has = |key: &str| item.assets.contains_key(key);
        named()
            .find(|row| has(row.nir) && has(row.swir))
            .or_else(|| named().find(|row| has(row.nir)))
            .or_else(|| named().next())
            .unwrap_or(&OTHER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let hrefs = [item.nir().unwrap(), item.swir().unwrap(), item.mask().unwrap().1]
            .map(|asset| asset.href.clone());
        assert_eq!(hrefs, assets.map(|key| format!("{key}.tif")), "{collection}");
        assert_eq!(
            (item.mask().unwrap().0, item.scale(), Collection::of(&item).offset),
            (mask, scale, offset)
        );
    }

    #[test]
    fn collections_are_known_by_name_and_assets() {
        use MaskKind::{Fmask, QaPixel, Scl};
        use OffsetSource::{AsDelivered, PerhapsTakenOff, Stated};
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
        check("somebody-elses", ["nir08", "swir22", "qa_pixel"], QaPixel, 1.0, Stated(0.0));
    }

    #[test]
    fn a_missing_band_is_named_beside_those_there_are() {
        let message =
            |collection, assets: &[&str]| item(collection, assets).swir().unwrap_err().to_string();
        assert_eq!(message("sentinel-2-l2a", &["B8A"]), "the item has no asset B12 (it has B8A)");
        assert_eq!(message("unknown", &["B04"]), "the item has no asset swir22 (it has B04)");
        assert!(item("unknown", &["nir08", "swir22"]).mask().is_none());
    }
}
