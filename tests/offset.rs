//! The dNBR offset of unburned ground around a fire.

use dragonfly_core::WarningReason;
use serde_json::{Value, json};

use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, shared};

/// Las Conchas at 76 m, with more keys for its region.
fn las_conchas(keys: &Value) -> TestBed {
    let mut region = json!({
        "name": "las_conchas", "bbox": [-106.75, 35.65, -106.15, 36.15], "zoom_min": 6, "zoom_max": 11,
        "collection": "mtbs-reflectance",
        "pre": { "start": "2011-06-01", "end": "2011-06-25" },
        "post": { "start": "2012-06-01", "end": "2012-07-01" }
    });
    region.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    TestBed::new(&shared("data/las-conchas/items.json"), &json!([region]))
}

/// The offset that MTBS's analyst wrote for this fire.
const MTBS_OFFSET: f64 = -0.005;

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn an_offset_is_taken_off_everywhere_and_is_that_of_mtbs() {
    let plain = las_conchas(&json!({}));
    plain.succeed(&["update", "las_conchas"]);
    assert_eq!(plain.map("las_conchas").dnbr_offset, None);
    let before: ReadRaster<f32> =
        ReadRaster::read(&plain.published("raster/las_conchas_lowres_dnbr.tif"), None);

    let perimeter = shared("data/las-conchas/perimeter.geojson");
    for keys in
        [json!({"dnbr_offset": true}), json!({"dnbr_offset": true, "perimeter_path": perimeter})]
    {
        let bed = las_conchas(&keys);
        bed.succeed(&["update", "las_conchas"]);
        let map = bed.map("las_conchas");
        let offset = map.dnbr_offset.unwrap();
        println!("Las Conchas, {keys}: {offset:?}, {:?}", map.dnbr_offset_bins);
        // Without the perimeter what burnt is found less exactly.
        let tolerance = if keys.get("perimeter_path").is_some() { 0.005 } else { 0.007 };
        assert!((offset.mean - MTBS_OFFSET).abs() <= tolerance, "{offset:?}");
        assert!(offset.mad.unwrap() < 0.05 && offset.count > 3_000, "{offset:?}");

        let after: ReadRaster<f32> =
            ReadRaster::read(&bed.published("raster/las_conchas_lowres_dnbr.tif"), None);
        let same =
            |(before, after): (&f32, &f32)| offset.correct(*before).to_bits() == after.to_bits();
        assert!(before.pixels.iter().zip(&after.pixels).all(same));
        let background = |bed: &TestBed| bed.map("las_conchas").background_dnbr.unwrap().median;
        println!("background {} before, {} after", background(&plain), background(&bed));
        assert!(
            background(&bed).abs() < 0.03
                && map.warnings.iter().all(|warning| {
                    !matches!(warning.why, WarningReason::BackgroundDrift { .. })
                })
        );
    }
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn a_perimeter_that_cannot_be_used_is_named() {
    let keys = json!({"dnbr_offset": true, "perimeter_path": "nowhere.geojson"});
    let bed = las_conchas(&keys);
    let output = bed.run(&["update", "las_conchas"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && message.contains("nowhere.geojson"), "{message}");
}
