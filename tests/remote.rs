//! Scenes behind http, listed in a file or found through a STAC API, give the map that the same
//! files give from the disk.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bucket::{Bucket, FarStore, Faults};
use crate::fault_injection::{Fault, Injection, count};
use crate::raster::ReadRaster;
use crate::test_bed::{Serving, TestBed, invented_scenes, shared, small_sierra, small_test_bed};

#[test]
fn scenes_behind_http_give_the_same_map() {
    let near = TestBed::invented();
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
    let regions: Value =
        serde_json::from_slice(&fs::read(invented_scenes().join("regions.json")).unwrap()).unwrap();
    let far = TestBed::new(&catalogue, &regions);
    far.succeed(&["update", "sample_evia"]);
    let asking = TestBed::new(format!("{}/stac", server.address).as_ref(), &regions);
    asking.succeed(&["update", "sample_evia"]);
    let bits = |bed: &TestBed| -> Vec<u32> {
        let raster: ReadRaster<f32> =
            ReadRaster::read(&bed.published("raster/sample_evia_lowres_dnbr.tif"), None);
        raster.pixels.into_iter().map(f32::to_bits).collect()
    };
    assert!(bits(&near) == bits(&far) && bits(&near) == bits(&asking));
    let meta = |bed: &TestBed| {
        let map = bed.map("sample_evia");
        (map.scenes, map.hectares)
    };
    assert_eq!(meta(&near), meta(&far));
    assert_eq!(meta(&near), meta(&asking));
}

/// Until a request comes, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(120);

fn invented_regions() -> Value {
    serde_json::from_slice(&fs::read(invented_scenes().join("regions.json")).unwrap()).unwrap()
}

/// The invented scenes behind http, with these faults.
fn far_away(faults: Faults) -> (Bucket, TestBed) {
    let bucket = Bucket::of(invented_scenes(), faults);
    let bed = TestBed::new(&bucket.catalogue(), &invented_regions());
    (bucket, bed)
}

fn outcome(bed: &TestBed) -> (Vec<u32>, Value) {
    outcome_of(bed, "sample_evia")
}

/// The bits of a region's raster, and what the metadata states of its map.
fn outcome_of(bed: &TestBed, region: &str) -> (Vec<u32>, Value) {
    let file = bed.published(&format!("raster/{region}_lowres_dnbr.tif"));
    let raster: ReadRaster<f32> = ReadRaster::read(&file, None);
    let map = bed.map(region);
    let said = serde_json::to_value((
        map.scenes,
        map.hectares,
        map.empty_share,
        map.burnt_patches,
        map.tile_index,
    ));
    (raster.pixels.into_iter().map(f32::to_bits).collect(), said.unwrap())
}

fn near() -> (Vec<u32>, Value) {
    let near = TestBed::invented();
    near.succeed(&["update", "sample_evia"]);
    outcome(&near)
}

#[test]
fn a_bucket_with_injected_failures_gives_the_same_map_only_later() {
    let (_bucket, far) = far_away(Faults { fail_every: 7, cut_every: 11, ..Faults::default() });
    far.succeed(&["update", "sample_evia"]);
    assert!(outcome(&far) == near());
    assert!(
        far.map("sample_evia").scenes_skipped.iter().all(|scene| !scene.reason.contains("http"))
    );
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn a_third_party_bucket_with_injected_failures_gives_the_same_map() {
    let program = shared("bench/far_store.py");
    let store = FarStore::start(&program, invented_scenes());
    let far = TestBed::new(&store.catalogue(), &invented_regions());
    far.succeed(&["update", "sample_evia"]);
    assert!(outcome(&far) == near());
}

#[test]
fn a_file_is_asked_for_twice_and_no_byte_comes_twice() {
    let (bucket, far) = far_away(Faults::default());
    far.succeed(&["update", "sample_evia"]);
    let sent = bucket.sent();
    assert!(sent.len() >= 6, "{} files", sent.len());
    // And for masks beside both bands of four scenes of each side, which are not there.
    assert!(
        bucket.requests() <= sent.len() * 2 + 16,
        "{} requests for {} files",
        bucket.requests(),
        sent.len()
    );
    for (file, mut ranges) in sent {
        ranges.sort_by_key(|range| range.start);
        // The head of a file may reach into its first block.
        let blocks = ranges.iter().filter(|range| range.start > 0).collect::<Vec<_>>();
        assert!(blocks.windows(2).all(|pair| pair[0].end <= pair[1].start), "{file}: {ranges:?}");
    }
}

#[test]
fn no_more_connections_are_open_than_allowed() {
    let (bucket, far) = far_away(Faults::default());
    far.succeed(&["update", "sample_evia", "--max-connections", "3"]);
    assert!((2..=3).contains(&bucket.most_at_a_time()), "{} at a time", bucket.most_at_a_time());
    assert!(outcome(&far) == near());
}

#[test]
fn little_memory_gives_the_same_map() {
    let (bucket, far) = far_away(Faults::default());
    far.succeed(&["update", "sample_evia", "--memory-mb", "1"]);
    assert!(outcome(&far) == near());
    // In bands: files at their borders are requested again.
    assert!(bucket.requests() > bucket.sent().len() * 2, "{} requests", bucket.requests());
}

#[test]
fn a_scene_gone_for_good_is_skipped_at_once_and_named() {
    let items: Value =
        serde_json::from_slice(&fs::read(invented_scenes().join("items.json")).unwrap()).unwrap();
    let used = TestBed::invented();
    used.succeed(&["update", "sample_evia"]);
    let id = used.map("sample_evia").scenes[0].id.clone();
    let item = items["features"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["id"] == id.as_str())
        .unwrap();
    let href = item["assets"]["swir22"]["href"].as_str().unwrap();
    let file: &'static str = href.trim_start_matches("./").to_owned().leak();

    let (bucket, far) = far_away(Faults { gone: Some(file), ..Faults::default() });
    far.succeed(&["update", "sample_evia", "--max-failed-share", "0.9"]);
    assert_eq!(bucket.gone_requests(), 1, "it is not requested again");
    let map = far.map("sample_evia");
    let skipped = map.scenes_skipped.iter().find(|scene| scene.id == id).unwrap();
    assert!(skipped.reason.contains("404") && skipped.reason.contains(file), "{}", skipped.reason);
    assert!(map.scenes.iter().all(|scene| scene.id != id));
    assert!(!bucket.sent().contains_key(file));
}

/// A small region over scenes behind http, the map that the same files give from the disk, and a run
/// of it.
struct KilledRuns {
    bucket: Bucket,
    far: TestBed,
    expected: (Vec<u32>, Value),
}

impl KilledRuns {
    const UPDATE: [&'static str; 2] = ["update", "sierra"];

    fn new() -> Self {
        let near = small_test_bed(&["sierra"]);
        near.succeed(&Self::UPDATE);
        let bucket = Bucket::of(invented_scenes(), Faults::default());
        let far = TestBed::new(&bucket.catalogue(), &json!([small_sierra("sierra")]));
        far.succeed(&Self::UPDATE);
        Self { bucket, far, expected: outcome_of(&near, "sierra") }
    }

    /// The run after one that was killed gives the map, and leaves nothing behind.
    fn check_next(&self, killed_at: &str) {
        self.far.succeed(&Self::UPDATE);
        assert!(outcome_of(&self.far, "sierra") == self.expected, "killed at {killed_at}");
        let left: Vec<_> = fs::read_dir(self.far.published("work/sierra"))
            .map_or(Vec::new(), |left| left.collect());
        assert!(left.is_empty(), "killed at {killed_at}: {left:?}");
    }
}

#[test]
fn a_run_killed_at_any_request_starts_clean_and_gives_the_same_map() {
    let runs = KilledRuns::new();
    let requests = runs.bucket.requests();
    assert!(requests >= 12, "{requests} requests");
    for nth in [1, requests / 4, requests / 2, requests * 3 / 4, requests] {
        let stalled = runs.bucket.stall_at(nth);
        let mut running = runs.far.command(&KilledRuns::UPDATE).spawn().unwrap();
        let came = stalled.recv_timeout(PATIENCE);
        running.kill().unwrap();
        running.wait().unwrap();
        assert!(came.is_ok(), "request {nth} of {requests} did not come");
        runs.check_next(&format!("request {nth} of {requests}"));
    }
}

#[test]
fn a_run_killed_at_any_change_starts_clean_and_gives_the_same_map() {
    let runs = KilledRuns::new();
    let (root, state) = (runs.far.published(""), runs.far.published("../fault_count"));
    let run = |operations: &str, at: u64| {
        let injection = Injection { root: &root, operations, path: "", at, fault: Fault::Kill };
        let mut command = runs.far.command(&KilledRuns::UPDATE);
        injection.apply(&mut command, &state);
        let output = command.output().unwrap();
        (output.status.success(), count(&state))
    };
    for operations in ["write", "fsync", "rename"] {
        let (has_succeeded, changes) = run(operations, 0);
        assert!(has_succeeded && changes > 2, "{operations}: {changes} changes");
        for at in [1, changes / 2, changes] {
            run(operations, at);
            runs.check_next(&format!("{operations} {at} of {changes}"));
        }
    }
}
