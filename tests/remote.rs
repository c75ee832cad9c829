//! Scenes behind http, listed in a file or found through a STAC API, give the map that the same files
//! give from the disk.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::raster::Raster;
use crate::stage::{Serving, Stage, invented_scenes};

#[test]
fn scenes_behind_http_give_the_same_map() {
    let near = Stage::invented();
    near.succeed(&["update", "sample_evia"]);
    let server = Serving::start(&near);
    let answer = Command::new("curl")
        .args(["--silent", "--fail", "--json", r#"{"collections":["sentinel-2-l2a"],"limit":100}"#])
        .arg(format!("{}/stac/search", server.address))
        .output()
        .unwrap();
    assert!(answer.status.success());
    let items: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let href = items["features"][0]["assets"]["nir08"]["href"].as_str().unwrap();
    assert!(href.starts_with(&server.address), "{href}");

    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("answer.json");
    fs::write(&catalogue, items.to_string()).unwrap();
    let regions: Value = serde_json::from_slice(&fs::read(invented_scenes().join("regions.json")).unwrap()).unwrap();
    let far = Stage::new(&catalogue, &regions);
    far.succeed(&["update", "sample_evia"]);
    let asking = Stage::new(format!("{}/stac", server.address).as_ref(), &regions);
    asking.succeed(&["update", "sample_evia"]);
    let bits = |stage: &Stage| -> Vec<u32> {
        let raster: Raster<f32> = Raster::read(&stage.published("raster/sample_evia_lowres_dnbr.tif"), None);
        raster.pixels.into_iter().map(f32::to_bits).collect()
    };
    assert!(bits(&near) == bits(&far) && bits(&near) == bits(&asking));
    let meta = |stage: &Stage| {
        let map = stage.map("sample_evia");
        (map.scenes, map.hectares)
    };
    assert_eq!(meta(&near), meta(&far));
    assert_eq!(meta(&near), meta(&asking));
}
