//! Metadata that cannot be read, or is gone: the map stays, and `repair` rebuilds what is known of
//! it.

use std::fs;
use std::path::{Path, PathBuf};

use dragonfly_core::metadata::{RegionMeta, RunStatus};
use serde_json::{Value, json};

use crate::fault_injection::errno::{EACCES, EIO};
use crate::fault_injection::{Fault, Injection};
use crate::test_bed::{TestBed, invented_scenes, small_sierra, small_test_bed};

fn bed() -> TestBed {
    small_test_bed(&["sierra", "other"])
}

/// A test bed with two published maps of the first region.
fn mapped() -> TestBed {
    let bed = bed();
    bed.succeed(&["update", "sierra", "--now", "2025-10-01T03:00:00Z"]);
    bed.succeed(&["update", "sierra", "--now", "2025-10-02T03:00:00Z"]);
    bed
}

/// The published tiles and rasters of the first region, with their bytes.
fn published(bed: &TestBed) -> Vec<(PathBuf, Vec<u8>)> {
    fn below(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.is_symlink() {
                below(&path, into);
            } else if path.is_file() {
                into.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    for folder in ["tiles/sierra", "raster/sierra"] {
        below(&bed.published(folder), &mut files);
    }
    files.sort();
    files
}

fn corrupt(bed: &TestBed) {
    let file = bed.published("meta/sierra.json");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
}

const ABSENT: &str = "--stac=/no/such/items.json";

#[test]
fn metadata_cut_in_half_stops_every_write_and_every_removal_until_it_is_repaired() {
    let bed = mapped();
    let (before, files) = (bed.meta("sierra"), published(&bed));
    corrupt(&bed);
    let corrupted = fs::read(bed.published("meta/sierra.json")).unwrap();
    for arguments in [
        ["update", "sierra", ABSENT],
        ["update", "sierra", "--quiet"],
        ["lowres", "sierra", ABSENT],
    ] {
        let output = bed.run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
    let output = bed.run(&["tile", "sierra"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("`dragonfly repair sierra`"));

    // The night maps the other region, and names this one.
    let output = bed.run(&["rotate", "--now", "2025-10-05T03:00:00Z"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("error: region `sierra`: the metadata")
    );
    assert_eq!(bed.meta("other").last_status, RunStatus::Success);
    let plan = bed.succeed(&["rotate", "--dry-run"]);
    assert!(String::from_utf8_lossy(&plan.stdout).contains("`dragonfly repair sierra`"));

    assert_eq!(published(&bed), files);
    assert_eq!(fs::read(bed.published("meta/sierra.json")).unwrap(), corrupted);
    let index: Value =
        serde_json::from_slice(&fs::read(bed.published("meta/index.json")).unwrap()).unwrap();
    assert_eq!(
        index["regions"][0]["last_status"], "success",
        "the page goes on with the line that it had"
    );
    let output = bed.run(&["health", "--now", "2025-10-05T04:00:00Z"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("region `sierra`: the metadata cannot be read")
    );

    bed.succeed(&["repair", "sierra"]);
    assert_eq!(runs_of(&bed.meta("sierra")), runs_of(&before));
    assert_eq!(bed.map("sierra"), before.map.unwrap());
    assert_eq!(published(&bed), files);
    let kept =
        fs::read_dir(bed.published("work/sierra")).unwrap().map(|entry| entry.unwrap().path());
    assert!(
        kept.into_iter().any(|file| fs::read(file).unwrap() == corrupted),
        "the file is kept aside"
    );
    bed.succeed(&["update", "sierra", "--now", "2025-10-06T03:00:00Z"]);
    bed.succeed(&["health", "--now", "2025-10-06T04:00:00Z"]);
}

fn runs_of(meta: &RegionMeta) -> Vec<String> {
    let earlier = meta.earlier_runs.iter().map(|run| run.run_id.clone());
    meta.map.iter().map(|map| map.run_id.clone()).chain(earlier).collect()
}

#[test]
fn metadata_that_cannot_be_opened_once_loses_no_map() {
    for (errno, at) in [(EIO, 1), (EIO, 2), (EIO, 3), (EACCES, 1), (EACCES, 2), (EIO, 4)] {
        let bed = mapped();
        let files = published(&bed);
        let root = bed.published("");
        let fault = Fault::Once(errno);
        let injection =
            Injection { root: &root, operations: "read", path: "meta/sierra.json", at, fault };
        let mut command = bed.command(&["update", "sierra", ABSENT]);
        injection.apply(&mut command, &bed.published("../fault_count"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(bed.run(&["update", "sierra", ABSENT]).status.code(), Some(1));
        assert_eq!(published(&bed), files, "error {errno} at opening {at}");
        bed.succeed(&["update", "sierra"]);
    }
}

#[test]
fn a_map_whose_metadata_is_gone_is_found_at_the_next_start() {
    let bed = mapped();
    let before = bed.map("sierra");
    fs::remove_file(bed.published("meta/sierra.json")).unwrap();
    assert_eq!(bed.run(&["update", "sierra", ABSENT]).status.code(), Some(1));
    assert_eq!((bed.map("sierra"), bed.meta("sierra").last_status), (before, RunStatus::Failed));
    // A new map leaves nothing of the old ones but what the metadata names.
    fs::remove_file(bed.published("meta/sierra.json")).unwrap();
    bed.succeed(&["update", "sierra"]);
    let runs = fs::read_dir(bed.published("tiles/sierra")).unwrap().count();
    assert_eq!(runs, 4, "the three runs that the metadata names, and the link");
}

#[test]
fn repair_passes_over_a_run_whose_raster_is_cut() {
    let bed = mapped();
    let before = bed.meta("sierra");
    let (newest, earlier) = (runs_of(&before)[0].clone(), runs_of(&before)[1].clone());
    let raster = bed.published(&format!("raster/sierra/{newest}.tif"));
    let whole = fs::read(&raster).unwrap();
    fs::write(&raster, &whole[..whole.len() / 2]).unwrap();
    bed.succeed(&["repair", "sierra"]);
    assert_eq!(bed.map("sierra").run_id, earlier);
}

#[test]
fn repair_takes_the_newest_run_that_is_whole_with_its_layers() {
    let bed = mapped();
    let before = bed.meta("sierra");
    let (newest, earlier) = (runs_of(&before)[0].clone(), runs_of(&before)[1].clone());
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said(&bed.succeed(&["repair", "sierra"])).contains("nothing to repair"));

    let layer_link = || fs::read_link(bed.published("raster/sierra_lowres_post_date.tif")).unwrap();
    assert_eq!(layer_link(), Path::new(&format!("sierra/{newest}/post_date.tif")));
    let raster = bed.published(&format!("raster/sierra/{newest}/post_date.tif"));
    let whole = fs::read(&raster).unwrap();
    fs::write(&raster, &whole[..whole.len() / 2]).unwrap();
    assert!(
        said(&bed.succeed(&["repair", "sierra"])).contains(&earlier),
        "the map that is shown is not whole"
    );
    assert_eq!(bed.map("sierra").run_id, earlier);
    assert_eq!(
        fs::read_link(bed.published("tiles/sierra/dnbr")).unwrap(),
        Path::new(&format!("{earlier}/dnbr"))
    );
    assert_eq!(layer_link(), Path::new(&format!("sierra/{earlier}/post_date.tif")));

    corrupt(&bed);
    fs::remove_dir_all(bed.published(&format!("tiles/sierra/{earlier}/dnbr/9"))).unwrap();
    let output = bed.run(&["repair", "sierra"]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("has no whole run") && message.contains("`dragonfly update sierra`"),
        "{message}"
    );
    let output = bed.run(&["repair", "other"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("has no whole run"), "{output:?}");
}

#[test]
fn what_is_published_of_a_failure_names_no_path_of_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let mask = folder.path().join("zone.tif");
    let mut region = small_sierra("sierra");
    region["fire_mask_path"] = json!(mask);
    let regions = json!([region]);
    let bed = TestBed::new(&invented_scenes().join("items.json"), &regions);
    let output = bed.run(&["update", "sierra"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains(mask.to_str().unwrap()),
        "the operator sees the path"
    );
    assert_eq!(bed.run(&["health"]).status.code(), Some(1));
    for file in ["meta/sierra.json", "meta/health.json"] {
        let text = fs::read_to_string(bed.published(file)).unwrap();
        let place = folder.path().to_str().unwrap();
        assert!(text.contains("zone.tif") && !text.contains(place), "{file}: {text}");
    }
}
