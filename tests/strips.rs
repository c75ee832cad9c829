//! Files in strips of one row, as `gdal_translate` writes them by default, are read in few requests.

use std::path::Path;
use std::rc::Rc;

use dragonfly_core::stac::Item;
use dragonfly_core::{Area, FireSide, MaskRules};
use dragonfly_worker::{
    CogScene, GridTarget, NoCache, ObservationUnit, SceneOptions, Spawn, TargetCells,
};
use gdal::DriverManager;
use gdal::cpl::CslStringList;
use gdal::raster::{Buffer, GdalType};
use gdal::spatial_ref::SpatialRef;
use pollster::block_on;
use serde_json::json;

use crate::cog::files::Files;

/// Pixels along each side.
const SIDE_PX: usize = 512;

/// Writes an image of one value, uncompressed, in strips of one row, on a grid of 20 m in UTM 10N.
fn write_strips<T: GdalType + Copy>(path: &Path, value: T) {
    let options: CslStringList = ["BLOCKYSIZE=1"].into_iter().collect();
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let mut file = driver
        .create_with_band_type_with_options::<T, _>(path, SIDE_PX, SIDE_PX, 1, &options)
        .unwrap();
    file.set_spatial_ref(&SpatialRef::from_epsg(32610).unwrap()).unwrap();
    file.set_geo_transform(&[700_000.0, 20.0, 0.0, 4_000_000.0, 0.0, -20.0]).unwrap();
    let pixels = vec![value; SIDE_PX * SIDE_PX];
    let size = (SIDE_PX, SIDE_PX);
    file.rasterband(1).unwrap().write((0, 0), size, &mut Buffer::new(size, pixels)).unwrap();
    file.close().unwrap();
}

#[test]
fn a_scene_in_strips_of_one_row_takes_few_requests() {
    let folder = tempfile::tempdir().unwrap();
    let href = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    write_strips(href("nir08.tif").as_ref(), 3000u16);
    write_strips(href("swir22.tif").as_ref(), 1000u16);
    write_strips(href("scl.tif").as_ref(), 4u8);
    let item: Item = serde_json::from_value(json!({
        "id": "strips", "collection": "sentinel-2-l2a",
        "properties": { "datetime": "2025-06-12T18:50:00Z", "s2:processing_baseline": "03.00" },
        "assets": {
            "nir08": { "href": href("nir08.tif") }, "swir22": { "href": href("swir22.tif") },
            "scl": { "href": href("scl.tif") }
        }
    }))
    .unwrap();
    let area = r#"{"type":"Polygon","coordinates":[[[-120.78,36.03],[-120.66,36.03],[-120.66,36.12],[-120.78,36.12],[-120.78,36.03]]]}"#;
    let target = GridTarget::of(Area::from_geojson(area).unwrap(), 12);
    let options =
        SceneOptions { side: FireSide::Pre, picture: None, mask_rules: MaskRules::default() };
    let (files, at_once): (Files, Spawn) = (Files::default(), Rc::new(block_on));
    let (far, cache) = (files.far(), Rc::new(NoCache));
    let opened = block_on(CogScene::open(&far, &cache, &item, &options, &target, &at_once));
    let mut scene = opened.unwrap().unwrap();
    let rows = 0..target.height();
    let strip = block_on(scene.observe(&rows, ObservationUnit::Cell)).unwrap();
    let (_, observations) = strip.view.unwrap();
    assert!(observations.nbr.iter().any(|nbr| (nbr - 0.5).abs() < 1e-6));
    // A head, a question for a mask beside the file, which states none, and a request for each 256
    // rows, of three files.
    assert!(files.asked().len() <= 12, "{} requests", files.asked().len());
}
