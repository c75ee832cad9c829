//! Items whose descriptions place bands and masks in unusual files, or contradict the files.

use dragonfly_core::WarningReason;
use dragonfly_core::metadata::MapMeta;
use serde_json::{Value, json};

use super::scene_files::{Frame, Plane, SceneWriter, Validity, degrees_from_metres};
use super::{OddCatalogue, check_same_map, usual_assets};
use crate::engine::check_same_bits;
use crate::test_bed::TestBed;

fn reasons(map: &MapMeta) -> Vec<WarningReason> {
    map.warnings.iter().map(|warning| warning.why).collect()
}

#[test]
fn bands_and_mask_in_one_file_are_read_beside_other_assets() {
    let usual = OddCatalogue::usual().map(12);
    let odd = OddCatalogue::new(|writer| {
        let planes = [Plane::Scl, Plane::Swir, Plane::Nir];
        let file = writer.write("all", &planes, &Frame::upright(), &Validity::Value(0));
        let bands = json!([{ "name": "SCL" }, { "name": "B12" }, { "name": "B8A" }]);
        let red = writer.write("red", &[Plane::Swir], &Frame::upright(), &Validity::Value(0));
        json!({ "data": { "href": file, "eo:bands": bands }, "B04": { "href": red } })
    });
    let found = odd.map(12);
    check_same_map(&found, &usual);
    assert_eq!(found.masks, usual.masks);
}

#[test]
fn a_file_that_is_described_as_another_band_is_refused_unless_another_is_the_right_one() {
    let usual = OddCatalogue::usual().map(12);
    for band in [
        json!({ "name": "nir08", "common_name": "red" }),
        json!({ "name": "nir08", "center_wavelength": 0.665 }),
    ] {
        let wrong = OddCatalogue::usual().with(|item| {
            item["assets"]["right"] = item["assets"]["nir08"].clone();
            item["assets"]["nir08"] = item["assets"]["swir22"].clone();
            item["assets"]["nir08"]["eo:bands"] = json!([band]);
        });
        let message = wrong.refusal();
        assert!(message.contains("nir08") && message.contains("as another band"), "{message}");
        let right = wrong.with(|item| {
            item["assets"]["right"]["bands"] = json!([{ "eo:common_name": "nir08" }]);
        });
        check_same_map(&right.map(12), &usual);
    }
}

#[test]
fn why_no_item_is_a_scene_is_named() {
    let check = |change: &dyn Fn(&mut Value), part: &str| {
        let refusal = OddCatalogue::usual().with(change).refusal();
        assert!(refusal.contains(part), "`{part}` is not in: {refusal}");
    };
    check(
        &|item| item["properties"]["datetime"] = json!(1_750_000_000),
        "of the 2 items received 2 state no `datetime`",
    );
    check(
        &|item| {
            let [west, south, east, north] = degrees_from_metres();
            item["bbox"] = json!([south, west, north, east]);
        },
        "latitude and longitude swapped",
    );
    check(&|item| item["collection"] = json!("other"), "another collection (`other`)");
    check(&|item| item["bbox"] = json!(null), "neither `geometry` nor `bbox`");
}

#[test]
fn scenes_of_one_id_and_different_days_are_different_scenes() {
    let named_alike = OddCatalogue::usual().with(|item| item["id"] = json!("10SGD"));
    check_same_map(&named_alike.map(11), &OddCatalogue::usual().map(11));
}

#[test]
fn a_mask_is_found_by_its_roles() {
    let usual = OddCatalogue::usual().map(11);
    let odd = OddCatalogue::new(|writer| {
        let mut assets = usual_assets(writer, &Frame::upright(), &Validity::Value(0));
        let file = writer.write("classes", &[Plane::Scl], &Frame::upright(), &Validity::Value(0));
        assets.as_object_mut().unwrap().remove("scl");
        assets["classes"] = json!({ "href": file, "roles": ["data", "cloud"] });
        assets
    });
    check_same_map(&odd.map(11), &usual);
}

/// Scenes with cloud in the west, whose mask has these values.
fn cloudy(land: u16, cloud: u16) -> OddCatalogue {
    OddCatalogue::new(|writer| {
        let mut assets = usual_assets(writer, &Frame::upright(), &Validity::Value(0));
        let planes = [Plane::Classes { land, cloud }];
        let file = writer.write("classes", &planes, &Frame::upright(), &Validity::Value(255));
        assets["scl"] = json!({ "href": file });
        assets
    })
}

#[test]
fn a_mask_with_other_meanings_is_read_by_them_with_a_warning() {
    for zoom in [12, 10] {
        let usual = cloudy(4, 9).map(zoom);
        assert!(usual.empty_share.cloud > 0.1, "{:?}", usual.empty_share);
        // Cloud has the value of vegetation, and land that of no data.
        let odd = cloudy(0, 4).with(|item| {
            item["assets"]["scl"]["classification:classes"] = json!([
                { "value": 0, "name": "clear" }, { "value": 4, "name": "cloud" },
                { "value": 5, "name": "water" }, { "value": 255, "name": "no_data" },
            ]);
        });
        let found = odd.map(zoom);
        assert_eq!((found.hectares, found.empty_share), (usual.hectares, usual.empty_share));
        assert_eq!(reasons(&found), [WarningReason::OtherMask { scenes: 2 }]);
        assert!(found.warnings[0].text.contains("class 0 is `clear`"), "{:?}", found.warnings);
    }
}

#[test]
fn a_scene_with_a_mask_of_unknown_meanings_is_left_out() {
    let odd = cloudy(0, 4).with(|item| {
        item["assets"]["scl"]["classification:classes"] = json!([
            { "value": 0, "name": "clear" }, { "value": 4, "name": "cloud" },
            { "value": 5, "name": "class_5" },
        ]);
    });
    let refusal = odd.refusal();
    for part in ["S2B_10SGD_", "class 0 is `clear`", "5 (`class_5`)", "classification:classes"] {
        assert!(refusal.contains(part), "{refusal}");
    }
    let page = odd.task(11).refusal();
    assert!(page.contains("5 (`class_5`)"), "{page}");
}

#[test]
fn a_true_flag_is_doubted_where_no_pixel_is_darker_than_the_offset() {
    let flagged = |catalogue: OddCatalogue| {
        catalogue.with(|item| {
            item["properties"]["s2:processing_baseline"] = json!("05.11");
            item["properties"]["earthsearch:boa_offset_applied"] = json!(true);
        })
    };
    assert_eq!(reasons(&flagged(OddCatalogue::usual()).map(11)), []);
    // Burnt ground is at 1200 in the near infrared: read as swir22, as dark as 0.02 with the offset.
    let exchanged = |writer: &SceneWriter<'_>| {
        let mut assets = usual_assets(writer, &Frame::upright(), &Validity::Value(0));
        let nir = assets["nir08"].take();
        assets["nir08"] = assets["swir22"].take();
        assets["swir22"] = nir;
        assets
    };
    let found = flagged(OddCatalogue::new(exchanged)).map(11);
    assert_eq!(reasons(&found), [WarningReason::UncertainOffset { scenes: 1 }]);
    assert_eq!(found.scenes.iter().filter(|scene| scene.offset != 0.0).count(), 0);
}

#[test]
fn a_map_on_which_everything_is_burnt_or_regrown_carries_a_warning() {
    let [west, south, east, north] = degrees_from_metres();
    let (middle_x, middle_y) = ((west + east) / 2.0, (south + north) / 2.0);
    let inside = [middle_x - 0.008, middle_y - 0.007, middle_x + 0.008, middle_y + 0.007];
    let forwards = OddCatalogue::usual();
    let backwards = OddCatalogue::usual().with(|item| {
        let is_pre = item["properties"]["datetime"] == "2025-06-17T18:49:00Z";
        let day = if is_pre { "2025-08-06T18:49:00Z" } else { "2025-06-17T18:49:00Z" };
        item["properties"]["datetime"] = json!(day);
    });
    for (catalogue, expected) in [
        (forwards, WarningReason::MostlyBurnt { percent: 100 }),
        (backwards, WarningReason::MostlyRegrown { percent: 100 }),
    ] {
        let mut task = catalogue.task(12);
        task.region["bbox"] = json!(inside);
        check_same_bits(&task, 500);
        let bed = TestBed::new(&task.catalogue, &json!([task.region]));
        bed.succeed(&["update", "area"]);
        assert_eq!(reasons(&bed.map("area")), [expected]);
    }
}
