//! The first nights of a new server, which has nothing but the configuration that comes with the
//! project.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dragonfly_core::metadata::{RegionMeta, RunStatus};
use dragonfly_core::{RunFailure, regions_from_json};
use serde_json::{Value, json};

use super::dated_scenes::{DatedScenes, ScenePixel};

const SIDE_PX: usize = 400;

fn config(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").join(file)
}

/// Quiet woodland, in two years.
fn scenes() -> DatedScenes {
    let mut scenes = DatedScenes::new(SIDE_PX);
    for day in ["2024-08-20", "2025-08-20"] {
        scenes.add(day, 0.0, &[ScenePixel::GREEN; SIDE_PX * SIDE_PX]);
    }
    scenes
}

/// All regions in one night.
fn night(configuration: &Path, catalogue: &Path, root: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dragonfly"))
        .args(["--config".as_ref(), configuration.as_os_str()])
        .args(["--root".as_ref(), root.as_os_str()])
        .args(["--stac".as_ref(), catalogue.as_os_str()])
        .args(["--min-free-gb", "0.1", "--now", "2025-09-01T03:00:00Z"])
        .args(["rotate", "--regions-per-night", "7"])
        .output()
        .unwrap()
}

fn meta(root: &Path, region: &str) -> RegionMeta {
    let text = std::fs::read_to_string(root.join(format!("meta/{region}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_shipped_configuration_maps_every_region_that_the_catalogue_shows() {
    let (scenes, folder) = (scenes(), tempfile::tempdir().unwrap());
    // As shipped, but for the boxes: those of the scenes.
    let text = std::fs::read_to_string(config("regions.json")).unwrap();
    let mut regions: Value = serde_json::from_str(&text).unwrap();
    for region in regions.as_array_mut().unwrap() {
        region["bbox"] = json!(scenes.bbox());
    }
    std::fs::write(folder.path().join("regions.json"), regions.to_string()).unwrap();
    let configuration = folder.path().join("dragonfly.toml");
    std::fs::copy(config("dragonfly.toml"), &configuration).unwrap();
    let root = folder.path().join("root");
    let output = night(&configuration, &scenes.catalogue(), &root);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for region in regions_from_json(&text).unwrap() {
        let meta = meta(&root, &region.name);
        assert_eq!(meta.last_status, RunStatus::Success, "{}: {:?}", region.name, meta.last_error);
    }
}

#[test]
fn the_shipped_regions_fail_for_want_of_scenes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("items.json");
    let empty = json!({ "type": "FeatureCollection", "features": [] });
    std::fs::write(&catalogue, empty.to_string()).unwrap();
    let root = folder.path().join("root");
    night(&config("dragonfly.toml"), &catalogue, &root);
    let text = std::fs::read_to_string(config("regions.json")).unwrap();
    for region in regions_from_json(&text).unwrap() {
        let meta = meta(&root, &region.name);
        let is_without_scenes = meta.last_status == RunStatus::Waiting
            || matches!(meta.failure, Some(RunFailure::NoScene { .. }));
        assert!(is_without_scenes, "{}: {:?}", region.name, meta.last_error);
    }
}
