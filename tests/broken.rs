//! Broken input: one clear message that names the thing and the next step, and nothing published.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::test_bed::{TestBed, invented_scenes};

/// A copy of the Sierra's scenes that may be corrupted: one pre and one post scene, and their
/// catalogue.
struct CorruptedScenes {
    folder: TempDir,
    items: Value,
}

const ASSETS: [&str; 3] = ["nir08", "swir22", "scl"];

impl CorruptedScenes {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sample = invented_scenes();
        let mut items: Value =
            serde_json::from_slice(&fs::read(sample.join("items.json")).unwrap()).unwrap();
        let features = items["features"].as_array_mut().unwrap();
        features.retain(|item| {
            ["20250612", "20250910"].iter().any(|day| item["id"].as_str().unwrap().contains(day))
        });
        features.retain(|item| item["id"].as_str().unwrap().contains("10TFK"));
        assert_eq!(features.len(), 2);
        for item in features {
            let id = item["id"].as_str().unwrap().to_owned();
            for key in ASSETS {
                let from = sample.join(item["assets"][key]["href"].as_str().unwrap());
                fs::copy(from, folder.path().join(format!("{id}_{key}.tif"))).unwrap();
                item["assets"][key]["href"] = json!(format!("./{id}_{key}.tif"));
            }
        }
        Self { folder, items }
    }

    fn post_item(&mut self) -> &mut Value {
        let items = self.items["features"].as_array_mut().unwrap();
        items.iter_mut().find(|item| item["id"].as_str().unwrap().contains("20250910")).unwrap()
    }

    fn post_file(&mut self, key: &str) -> PathBuf {
        let href = self.post_item()["assets"][key]["href"].as_str().unwrap().to_owned();
        self.folder.path().join(href)
    }

    fn bed(&self) -> TestBed {
        let catalogue = self.folder.path().join("items.json");
        fs::write(&catalogue, self.items.to_string()).unwrap();
        let regions: Value =
            serde_json::from_slice(&fs::read(invented_scenes().join("regions.json")).unwrap())
                .unwrap();
        TestBed::new(&catalogue, &json!([regions[0]]))
    }
}

/// The update fails with a message that names the region and holds all parts; no map is published,
/// and the failure is recorded.
fn check(bed: &TestBed, parts: &[&str]) {
    let output = bed.run(&["update", "sample_sierra"]);
    check_message(&output, &[&["sample_sierra"], parts].concat());
    assert!(!bed.published("tiles").exists() && !bed.published("raster").exists());
    let meta = bed.meta("sample_sierra");
    assert!(meta.map.is_none() && meta.consecutive_failures == 1);
    let recorded = meta.last_error.unwrap();
    assert!(parts.iter().all(|part| recorded.contains(part)), "{recorded}");
}

fn check_message(output: &std::process::Output, parts: &[&str]) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{message}");
    let errors: Vec<&str> = message.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "one message: {message}");
    for part in parts {
        assert!(errors[0].contains(part), "`{part}` is not in: {}", errors[0]);
    }
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn the_scenes_are_valid_before_they_are_corrupted() {
    CorruptedScenes::new().bed().succeed(&["update", "sample_sierra"]);
}

#[test]
fn a_missing_file_is_named() {
    let mut corrupted = CorruptedScenes::new();
    fs::remove_file(corrupted.post_file("swir22")).unwrap();
    check(&corrupted.bed(), &["20250910", "swir22.tif", "does not exist"]);
}

#[test]
fn a_truncated_cog_is_named() {
    let mut corrupted = CorruptedScenes::new();
    let file = corrupted.post_file("nir08");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 3]).unwrap();
    check(&corrupted.bed(), &["20250910", "nir08.tif", "cut short"]);
}

#[test]
fn what_is_no_tiff_is_named() {
    let mut corrupted = CorruptedScenes::new();
    fs::write(corrupted.post_file("scl"), "<html>not found</html>").unwrap();
    check(&corrupted.bed(), &["20250910", "scl.tif", "GeoTIFF"]);
}

#[test]
fn an_item_without_nir08_is_named() {
    let mut corrupted = CorruptedScenes::new();
    corrupted.post_item()["assets"].as_object_mut().unwrap().remove("nir08");
    check(&corrupted.bed(), &["20250910", "nir08"]);
}

#[test]
fn windows_without_scenes_are_named() {
    let corrupted = CorruptedScenes::new();
    let regions = json!([{
        "name": "sample_sierra", "bbox": [-121.4, 39.75, -121.0, 40.05],
        "pre": { "start": "2020-06-01", "end": "2020-07-01" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
    }]);
    corrupted.bed();
    let bed = TestBed::new(&corrupted.folder.path().join("items.json"), &regions);
    check(&bed, &["no scene on the pre side", "2020-06-01", "widen the window"]);
}

#[test]
fn a_failure_leaves_the_old_map() {
    let mut corrupted = CorruptedScenes::new();
    let bed = corrupted.bed();
    bed.succeed(&["update", "sample_sierra"]);
    let before = bed.map("sample_sierra");
    fs::remove_file(corrupted.post_file("swir22")).unwrap();
    check_message(&bed.run(&["update", "sample_sierra"]), &["swir22"]);
    assert_eq!(bed.map("sample_sierra"), before);
    assert!(bed.published(&before.raster_url[1..]).exists());
    assert_eq!(fs::read_dir(bed.published("work/sample_sierra")).unwrap().count(), 0);
}

fn check_regions(regions: &str, arguments: &[&str], parts: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("regions.json");
    fs::write(&file, regions).unwrap();
    let root = folder.path().join("root");
    let output = Command::new(env!("CARGO_BIN_EXE_dragonfly"))
        .args(["--stac", "items.json", "--regions"])
        .arg(&file)
        .arg("--root")
        .arg(&root)
        .args(arguments)
        .output()
        .unwrap();
    check_message(&output, parts);
    assert!(!root.join("meta").exists());
}

#[test]
fn an_unknown_region_is_named_beside_those_there_are() {
    let regions = r#"[{"name":"a","bbox":[0,0,1,1]},{"name":"b","bbox":[0,0,1,1]}]"#;
    check_regions(regions, &["update", "c"], &["`c`", "a, b", "regions.json"]);
}

#[test]
fn a_box_with_its_west_in_the_east_is_named() {
    check_regions(
        r#"[{"name":"a","bbox":[1,0,0,1]}]"#,
        &["update", "a"],
        &["`a`", "`bbox`", "split it into two"],
    );
    check_regions(
        r#"[{"name":"a","bbox":[1,0,1,1]}]"#,
        &["update", "a"],
        &["`a`", "`bbox`", "empty"],
    );
}

#[test]
fn an_unknown_key_is_named() {
    let regions = r#"[{"name":"a","bbox":[0,0,1,1],"zoom_maxx":9}]"#;
    check_regions(regions, &["lowres", "a"], &["`a`", "zoom_maxx"]);
}

#[test]
fn a_catalogue_that_is_none_is_named() {
    let bed = TestBed::new(
        Path::new("/no/such/items.json"),
        &json!([{
            "name": "a", "bbox": [0, 0, 1, 1],
            "pre": { "start": "2020-06-01", "end": "2020-07-01" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
        }]),
    );
    check_message(&bed.run(&["lowres", "a"]), &["/no/such/items.json", "--stac"]);
}

#[test]
fn tile_without_lowres_says_what_to_run() {
    check_message(
        &TestBed::invented().run(&["tile", "sample_sierra"]),
        &["sample_sierra", "dragonfly lowres sample_sierra"],
    );
}

#[test]
fn an_unwritable_root_is_named() {
    // A file where a folder must be: not even root writes through that.
    let bed = TestBed::invented();
    fs::write(bed.published("meta").parent().unwrap(), "in the way").unwrap();
    check_message(&bed.run(&["update", "sample_sierra"]), &["root", "--root"]);
}
