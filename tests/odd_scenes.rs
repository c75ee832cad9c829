//! Scenes whose files or items state in an unusual way which pixels hold data, which band is which,
//! and where they lie: the map is right, or the scene is refused; and the page computes batch's
//! bits.

mod described_items;
mod masks_beside;
mod scene_files;
mod turned_madre;

use std::time::Duration;

use dragonfly_core::MaskRules;
use dragonfly_core::metadata::MapMeta;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::engine::{EngineTask, check_same_bits};
use crate::hostile::Server;
use crate::raster::ReadRaster;
use crate::test_bed::TestBed;
use scene_files::{Frame, Plane, SceneWriter, Validity, degrees_from_metres};

/// A catalogue of one scene before and one after the fire, in a folder of its own.
struct OddCatalogue {
    folder: TempDir,
    items: [Value; 2],
}

impl OddCatalogue {
    /// Writes both scenes' files by `write`, and their items with the assets that it returns.
    fn new(write: impl Fn(&SceneWriter<'_>) -> Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let item = |is_burnt: bool| {
            let (prefix, day) =
                if is_burnt { ("post", "2025-08-06") } else { ("pre", "2025-06-17") };
            let assets = write(&SceneWriter { folder: folder.path(), prefix, is_burnt });
            let [west, south, east, north] = degrees_from_metres();
            json!({
                "type": "Feature", "stac_version": "1.0.0",
                "id": format!("S2B_10SGD_{}_0_L2A", day.replace('-', "")),
                "collection": "sentinel-2-l2a", "bbox": [west, south, east, north],
                "properties": {
                    "datetime": format!("{day}T18:49:00Z"), "eo:cloud_cover": 0.0,
                    "s2:processing_baseline": "03.01", "grid:code": "MGRS-10SGD",
                },
                "links": [], "assets": assets,
            })
        };
        let items = [item(false), item(true)];
        let catalogue = Self { folder, items };
        catalogue.write();
        catalogue
    }

    /// The usual files: a band each, no-data value 0, a scene classification.
    fn usual() -> Self {
        Self::new(|writer| usual_assets(writer, &Frame::upright(), &Validity::Value(0)))
    }

    fn write(&self) {
        let page = json!({ "type": "FeatureCollection", "features": self.items });
        std::fs::write(self.folder.path().join("items.json"), page.to_string()).unwrap();
    }

    /// The same catalogue with changed items.
    fn with(mut self, change: impl Fn(&mut Value)) -> Self {
        self.items.iter_mut().for_each(change);
        self.write();
        self
    }

    fn task(&self, zoom: u8) -> EngineTask {
        let [west, south, east, north] = degrees_from_metres();
        // Within the scene when it is turned by half a right angle.
        let (margin_x, margin_y) = ((east - west) * 0.16, (north - south) * 0.16);
        let region = json!({
            "name": "area", "zoom_min": 8, "zoom_max": zoom,
            "bbox": [west + margin_x, south + margin_y, east - margin_x, north - margin_y],
            "pre": { "start": "2025-06-01", "end": "2025-06-30" },
            "post": { "start": "2025-08-01", "end": "2025-08-30" },
        });
        EngineTask {
            catalogue: self.folder.path().join("items.json"),
            region,
            mask_rules: MaskRules::default(),
        }
    }

    fn bed(&self, zoom: u8) -> TestBed {
        let task = self.task(zoom);
        TestBed::new(&task.catalogue, &json!([task.region]))
    }

    /// The published map; and proves that the page computes the same bits.
    fn map(&self, zoom: u8) -> MapMeta {
        check_same_bits(&self.task(zoom), 500);
        let bed = self.bed(zoom);
        bed.succeed(&["update", "area"]);
        bed.map("area")
    }

    /// The message with which the map is refused.
    fn refusal(&self) -> String {
        let output = self.bed(11).run(&["update", "area"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn a_run_past_its_time_names_the_file_that_it_waited_for() {
    let silent = Server::start(|_, _, _| std::thread::sleep(Duration::from_secs(600)));
    let catalogue = OddCatalogue::usual().with(|item| {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            asset["href"] = format!("{}/{}", silent.root, asset["href"].as_str().unwrap()).into();
        }
    });
    let output = catalogue.bed(11).run(&["--max-run-minutes", "0.2", "update", "area"]);
    let refusal = String::from_utf8(output.stderr).unwrap();
    for part in ["max_run_minutes (0.2)", "post_nir08.tif", "a faster server"] {
        assert!(refusal.contains(part), "`{part}` is not in: {refusal}");
    }
}

fn usual_assets(writer: &SceneWriter<'_>, frame: &Frame, validity: &Validity) -> Value {
    json!({
        "nir08": { "href": writer.write("nir08", &[Plane::Nir], frame, validity) },
        "swir22": { "href": writer.write("swir22", &[Plane::Swir], frame, validity) },
        "scl": { "href": writer.write("scl", &[Plane::Scl], frame, &Validity::Value(0)) },
    })
}

fn check_same_map(found: &MapMeta, usual: &MapMeta) {
    assert_eq!(
        (found.hectares, found.empty_share, &found.warnings),
        (usual.hectares, usual.empty_share, &usual.warnings)
    );
    assert!(usual.hectares.high > 100.0, "{:?}", usual.hectares);
}

#[test]
fn the_band_of_a_file_is_the_one_that_the_item_describes() {
    let usual = OddCatalogue::usual().map(12);
    let both = |writer: &SceneWriter<'_>, planes: &[Plane], keys: [&str; 2], list: Value| {
        let upright = Frame::upright();
        let file = writer.write("all", planes, &upright, &Validity::Value(0));
        let scl = writer.write("scl", &[Plane::Scl], &upright, &Validity::Value(0));
        let mut asset = json!({ "href": file });
        asset.as_object_mut().unwrap().extend(list.as_object().unwrap().clone());
        json!({ keys[0]: asset, keys[1]: asset, "SCL": { "href": scl } })
    };
    let named =
        |names: [&str; 2]| json!({ "eo:bands": [{ "name": names[0] }, { "name": names[1] }] });
    let common = |names: [&str; 2]| json!({ "bands": [{ "eo:common_name": names[0] }, { "eo:common_name": names[1] }] });
    for (planes, keys, list) in [
        ([Plane::Nir, Plane::Swir], ["nir08", "swir22"], named(["nir08", "swir22"])),
        ([Plane::Swir, Plane::Nir], ["nir08", "swir22"], named(["swir22", "nir08"])),
        ([Plane::Swir, Plane::Nir], ["data", "also"], common(["swir22", "nir08"])),
    ] {
        let odd = OddCatalogue::new(|writer| both(writer, &planes, keys, list.clone()));
        check_same_map(&odd.map(12), &usual);
    }
    let silent = OddCatalogue::new(|writer| {
        both(writer, &[Plane::Nir, Plane::Swir], ["nir08", "swir22"], json!({}))
    });
    assert!(silent.refusal().contains("are the same band of one file"), "{}", silent.refusal());
    let unnamed = OddCatalogue::new(|writer| {
        let list = json!({ "raster:bands": [{ "scale": 0.0001 }, { "scale": 0.0001 }] });
        both(writer, &[Plane::Nir, Plane::Swir], ["nir08", "swir22"], list)
    });
    assert!(unnamed.refusal().contains("which of the 2 bands"), "{}", unnamed.refusal());
    let more = OddCatalogue::new(|writer| {
        let mut assets = usual_assets(writer, &Frame::upright(), &Validity::Value(0));
        let planes = [Plane::Nir, Plane::Swir];
        let file = writer.write("more", &planes, &Frame::upright(), &Validity::Value(0));
        assets["nir08"] = json!({ "href": file });
        assets
    });
    assert!(more.refusal().contains("holds 2 bands"), "{}", more.refusal());
    let one_listed = more.with(|item| {
        item["assets"]["nir08"]["raster:bands"] = json!([{ "scale": 0.0001 }]);
    });
    assert!(one_listed.refusal().contains("holds 2 bands"), "{}", one_listed.refusal());
    let same_file = OddCatalogue::usual().with(|item| {
        item["assets"]["nir08"] = item["assets"]["scl"].clone();
    });
    assert!(same_file.refusal().contains("the same band of one file"), "{}", same_file.refusal());
}

#[test]
fn pixels_without_data_are_recognised_however_file_or_item_states_them() {
    let usual = OddCatalogue::new(|writer| {
        usual_assets(writer, &Frame::upright(), &Validity::ValueInWest(0))
    });
    for zoom in [12, 10] {
        let expected = usual.map(zoom);
        assert!(expected.empty_share.no_data > 0.1, "{:?}", expected.empty_share);
        // Saturated pixels have no data, whether a value is stated or not.
        for validity in [
            Validity::Mask,
            Validity::Alpha,
            Validity::ValueInWest(65_535),
            Validity::UnstatedInWest(65_535),
        ] {
            let odd =
                OddCatalogue::new(|writer| usual_assets(writer, &Frame::upright(), &validity));
            check_same_map(&odd.map(zoom), &expected);
        }
        // Only the item states the value.
        let odd = OddCatalogue::new(|writer| {
            let mut assets = usual_assets(writer, &Frame::upright(), &Validity::UnstatedInWest(9));
            assets["nir08"]["raster:bands"] = json!([{ "nodata": 9 }]);
            assets["swir22"]["bands"] = json!([{ "nodata": "9" }]);
            assets
        });
        check_same_map(&odd.map(zoom), &expected);
        // File and item disagree: both values are no data.
        let odd = OddCatalogue::new(|writer| {
            let mut assets = usual_assets(writer, &Frame::upright(), &Validity::ValueInWest(7));
            assets["nir08"]["raster:bands"] = json!([{ "nodata": 0 }]);
            assets
        });
        check_same_map(&odd.map(zoom), &expected);
    }
}

#[test]
fn alpha_beside_two_bands_hides_pixels_of_both() {
    let expected = OddCatalogue::new(|writer| {
        usual_assets(writer, &Frame::upright(), &Validity::ValueInWest(0))
    })
    .map(12);
    let odd = OddCatalogue::new(|writer| {
        let upright = Frame::upright();
        let file = writer.write("all", &[Plane::Swir, Plane::Nir], &upright, &Validity::Alpha);
        let scl = writer.write("scl", &[Plane::Scl], &upright, &Validity::Value(0));
        let bands = json!([{ "name": "swir22" }, { "name": "nir08" }]);
        let asset = json!({ "href": file, "eo:bands": bands });
        json!({ "nir08": asset, "swir22": asset, "scl": { "href": scl } })
    });
    check_same_map(&odd.map(12), &expected);
}

#[test]
fn a_scene_lies_where_its_georeference_places_it_however_it_is_turned() {
    let upright = OddCatalogue::usual();
    let expected = dnbr(&upright, 13);
    for frame in Frame::all_directions() {
        let odd = OddCatalogue::new(|writer| usual_assets(writer, &frame, &Validity::Value(0)));
        check_same_bits(&odd.task(13), 1000);
        let found = dnbr(&odd, 13);
        let mut apart = 0;
        for (found, expected) in found.pixels.iter().zip(&expected.pixels) {
            assert_eq!(found.is_nan(), expected.is_nan(), "{frame:?} covers other cells");
            apart += usize::from((found - expected).abs() > 0.02);
        }
        // Cells on the edge of the burnt square may fall to a pixel on its other side.
        let share = apart as f64 / expected.pixels.len() as f64;
        assert!(share < 0.01, "{frame:?}: {share}");
        check_by_gdal(&odd, &found, &frame);
    }
}

/// dNBR of the map before publication.
fn dnbr(catalogue: &OddCatalogue, zoom: u8) -> ReadRaster<f32> {
    let bed = catalogue.bed(zoom);
    bed.succeed(&["lowres", "area"]);
    let run = std::fs::read_dir(bed.published("work/area")).unwrap().next().unwrap().unwrap();
    ReadRaster::read(&run.path().join("dnbr.tif"), None)
}

/// Compares a map with the pixel that GDAL finds under the centre of each cell.
fn check_by_gdal(catalogue: &OddCatalogue, map: &ReadRaster<f32>, frame: &Frame) {
    let band = |name: &str| {
        let file = catalogue.folder.path().join(format!("{name}.tif"));
        ReadRaster::<u16>::read(&file, None).nearest_on(map)
    };
    let [pre_nir, pre_swir, post_nir, post_swir] =
        ["pre_nir08", "pre_swir22", "post_nir08", "post_swir22"].map(band);
    let nbr = |nir: u16, swir: u16| {
        let (nir, swir) = (f32::from(nir) * 1e-4, f32::from(swir) * 1e-4);
        (nir - swir) / (nir + swir)
    };
    let (mut same, mut compared) = (0, 0);
    for (cell, found) in map.pixels.iter().enumerate().filter(|(_, found)| !found.is_nan()) {
        let gdal = (pre_nir[cell], pre_swir[cell], post_nir[cell], post_swir[cell]);
        let (Some(pre_nir), Some(pre_swir), Some(post_nir), Some(post_swir)) = gdal else {
            panic!("{frame:?}: a cell has a value where GDAL finds no pixel");
        };
        compared += 1;
        let expected = nbr(pre_nir, pre_swir) - nbr(post_nir, post_swir);
        same += usize::from((found - expected).abs() < 1e-6);
    }
    // Centres are rounded to 1/1024 of a pixel: a few fall to the neighbour.
    assert!(compared > 10_000 && same * 1000 > compared * 995, "{frame:?}: {same} of {compared}");
}

#[test]
fn files_of_one_scene_in_different_directions_are_refused() {
    let odd = OddCatalogue::new(|writer| {
        let mut assets = usual_assets(writer, &Frame::south_up(), &Validity::Value(0));
        let scl = writer.write("scl", &[Plane::Scl], &Frame::upright(), &Validity::Value(0));
        assets["scl"] = json!({ "href": scl });
        assets
    });
    assert!(odd.refusal().contains("run in different directions"), "{}", odd.refusal());
}

#[test]
fn overviews_of_one_band_only_are_not_read() {
    let expected = OddCatalogue::usual().map(10);
    let odd = OddCatalogue::new(|writer| {
        let mut assets = usual_assets(writer, &Frame::upright(), &Validity::Value(0));
        let swir = writer.write_without_overviews("plain", Plane::Swir);
        assets["swir22"] = json!({ "href": swir });
        assets
    });
    let found = odd.map(10);
    // From full resolution, where the other is read from nearest-neighbour overviews.
    let share = found.hectares.high / expected.hectares.high;
    assert!((0.97..1.03).contains(&share) && found.warnings.is_empty(), "{share}");
    assert_eq!(found.empty_share, expected.empty_share);
}

#[test]
fn the_same_files_before_and_after_the_fire_are_refused() {
    let odd = OddCatalogue::usual().with(|item| {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            let before = asset["href"].as_str().unwrap().replace("post_", "pre_");
            asset["href"] = json!(before);
        }
    });
    assert!(odd.refusal().contains("before the fire and after it"), "{}", odd.refusal());
}

#[test]
fn a_mask_is_found_by_other_names_and_its_absence_is_a_warning() {
    let usual = OddCatalogue::usual().map(11);
    assert!(usual.masks.contains("SCL"), "{}", usual.masks);
    for key in ["SCL", "SCL_20m", "scene-classification"] {
        let odd = OddCatalogue::usual().with(|item| {
            let assets = item["assets"].as_object_mut().unwrap();
            let scl = assets.remove("scl").unwrap();
            assets.insert(key.to_owned(), scl);
        });
        check_same_map(&odd.map(11), &usual);
    }
    let without = OddCatalogue::usual().with(|item| {
        item["assets"].as_object_mut().unwrap().remove("scl");
    });
    let map = without.map(11);
    assert!(!map.masks.contains("SCL"), "{}", map.masks);
    assert!(map.scenes.iter().all(|scene| scene.is_unmasked));
    assert!(map.warnings[0].text.contains("no mask was applied to S2B_10SGD_20250617"));
}

#[test]
fn an_offset_in_digital_numbers_is_recognised() {
    let shifted = |offset: f64| {
        OddCatalogue::usual().with(|item| {
            item["collection"] = json!("of-our-own");
            for key in ["nir08", "swir22"] {
                item["assets"][key]["raster:bands"] =
                    json!([{ "scale": 0.0001, "offset": offset }]);
            }
        })
    };
    let map = |catalogue: OddCatalogue| {
        let mut task = catalogue.task(11);
        task.region["collection"] = json!("of-our-own");
        check_same_bits(&task, 100);
        let bed = TestBed::new(&task.catalogue, &json!([task.region]));
        bed.succeed(&["update", "area"]);
        bed.map("area")
    };
    let (reflectance, numbers) = (map(shifted(-0.01)), map(shifted(-100.0)));
    assert_eq!(reflectance.hectares, numbers.hectares);
    assert!(numbers.scenes[0].offset_reason.contains("in digital numbers"));
    assert_eq!(numbers.scenes[0].offset, -100.0);
}

#[test]
fn numbers_of_which_nothing_is_known_carry_a_warning_unless_pixels_are_dark() {
    let unknown = |baseline: Value| {
        OddCatalogue::usual().with(|item| {
            item["collection"] = json!("of-our-own");
            item["properties"]["s2:processing_baseline"] = baseline.clone();
        })
    };
    for (baseline, reason) in [
        (Value::Null, "neither item nor collection has an offset"),
        (json!("05.11"), "baseline from 04.00 on, item names no offset"),
    ] {
        let catalogue = unknown(baseline);
        let mut task = catalogue.task(11);
        task.region["collection"] = json!("of-our-own");
        check_same_bits(&task, 100);
        let bed = TestBed::new(&task.catalogue, &json!([task.region]));
        bed.succeed(&["update", "area"]);
        let map = bed.map("area");
        assert_eq!(map.scenes[0].offset_reason, format!("unverified: {reason}"));
        assert!(map.warnings[0].text.contains("is an assumption"), "{:?}", map.warnings);
    }
}
