//! Which assets are read of an item of each known collection.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::BandRole::{Nir, Swir22};
use crate::catalogue::stac::Item;
use crate::{MaskKind, OffsetSource};

fn item(collection: &str, assets: &[&str]) -> Item {
    let assets: Vec<String> =
        assets.iter().map(|key| format!(r#""{key}":{{"href":"{key}.tif"}}"#)).collect();
    serde_json::from_str(&format!(
        r#"{{"id":"a","collection":"{collection}","properties":{{}},"assets":{{{}}}}}"#,
        assets.join(",")
    ))
    .unwrap()
}

fn check(collection: &str, assets: [&str; 3], mask: MaskKind, scale: f64, offset: OffsetSource) {
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
