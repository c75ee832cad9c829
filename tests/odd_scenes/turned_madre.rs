//! A real fire, turned by many angles, beside the pixels that GDAL finds.

use std::path::Path;

use dragonfly_core::MaskRules;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags, GeoTransformEx};
use serde_json::{Value, json};

use super::scene_files::turn;
use crate::engine::{EngineTask, check_same_bits};
use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, shared};

const ANGLES: [f64; 6] = [0.0, 33.0, 90.0, 135.0, 200.0, 290.0];

/// Copies the scenes into a folder, turned about their middle.
fn turned_copy(folder: &Path, degrees: f64) {
    let source = shared("data/madre");
    let text = std::fs::read_to_string(source.join("items.json")).unwrap();
    let mut items: Value = serde_json::from_str(&text).unwrap();
    for item in items["features"].as_array_mut().unwrap() {
        // Turned, they cover more ground in some directions.
        item["bbox"] = json!([-120.3, 34.8, -119.4, 35.5]);
        item.as_object_mut().unwrap().remove("geometry");
        for asset in item["assets"].as_object().unwrap().values() {
            let name = asset["href"].as_str().unwrap();
            std::fs::copy(source.join(name), folder.join(name)).unwrap();
            let options = DatasetOptions {
                open_flags: GdalOpenFlags::GDAL_OF_UPDATE | GdalOpenFlags::GDAL_OF_RASTER,
                ..DatasetOptions::default()
            };
            let mut dataset = Dataset::open_ex(folder.join(name), options).unwrap();
            let (width, height) = dataset.raster_size();
            let upright = dataset.geo_transform().unwrap();
            let middle = upright.apply(width as f64 / 2.0, height as f64 / 2.0);
            let turned = turn(degrees, upright[1], upright[5], (width, height), middle);
            dataset.set_geo_transform(&turned).unwrap();
            dataset.close().unwrap();
        }
    }
    std::fs::write(folder.join("items.json"), items.to_string()).unwrap();
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn madre_turned_by_many_angles_has_the_pixels_that_gdal_finds() {
    for degrees in ANGLES {
        let folder = tempfile::tempdir().unwrap();
        turned_copy(folder.path(), degrees);
        let region = json!({
            "name": "area", "bbox": [-119.95, 35.08, -119.8, 35.17], "zoom_min": 8, "zoom_max": 13,
            "pre": { "start": "2025-06-01", "end": "2025-07-01" },
            "post": { "start": "2025-07-20", "end": "2025-08-20" },
        });
        let mask_rules = MaskRules { cloud_buffer_m: 0.0, ..MaskRules::default() };
        let catalogue = folder.path().join("items.json");
        let task = EngineTask { catalogue, region, mask_rules };
        check_same_bits(&task, 60_000);

        let bed = TestBed::new(&task.catalogue, &json!([task.region]));
        bed.succeed(&["lowres", "area", "--cloud-margin-m", "0"]);
        let run = std::fs::read_dir(bed.published("work/area")).unwrap().next().unwrap().unwrap();
        let map = ReadRaster::<f32>::read(&run.path().join("dnbr.tif"), None);
        let record = std::fs::read(run.path().join("run.json")).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        check_pixels(folder.path(), &map, &record["map"]["scenes"], degrees);
    }
}

/// Compares every cell that is clear in GDAL's pixels with the arithmetic of these.
fn check_pixels(folder: &Path, map: &ReadRaster<f32>, scenes: &Value, degrees: f64) {
    let nbr_of = |side: &str| {
        let scenes = scenes.as_array().unwrap();
        let scene = scenes.iter().find(|scene| scene["side"] == side).unwrap();
        let (id, offset_dn) = (scene["id"].as_str().unwrap(), scene["offset"].as_f64().unwrap());
        let band = |name: &str| {
            ReadRaster::<u16>::read(&folder.join(format!("{id}_{name}.tif")), None).nearest_on(map)
        };
        let light = move |dn: u16| (f32::from(dn) + offset_dn as f32).max(0.0);
        let [nir, swir, scl] = ["nir08", "swir22", "scl"].map(band);
        move |cell: usize| {
            let is_clear = matches!(scl[cell], Some(4 | 5));
            let (nir, swir) = (light(nir[cell]?), light(swir[cell]?));
            is_clear.then_some((nir - swir) / (nir + swir))
        }
    };
    let (pre, post) = (nbr_of("pre"), nbr_of("post"));
    let (mut same, mut clear) = (0, 0);
    for (cell, found) in map.pixels.iter().enumerate() {
        let Some((pre, post)) = pre(cell).zip(post(cell)) else { continue };
        // Beyond the region's box the map has no cells.
        if found.is_nan() {
            continue;
        }
        clear += 1;
        same += usize::from((found - (pre - post)).abs() < 1e-5);
    }
    println!("{degrees}°: {same} of {clear} clear cells have GDAL's pixels");
    // Centres are rounded to 1/1024 of a pixel: a few fall to the neighbour.
    assert!(clear > 60_000 && same * 1000 > clear * 997, "{degrees}°: {same} of {clear}");
}
