//! A fault at every change of the file system while a map is replaced: what a reader finds after
//! it, what `health` reports, and whether the next run recovers.
//!
//! `DRAGONFLY_FAULT_STEP=1` tries every change; by default some are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use dragonfly_core::metadata::RunStatus;
use dragonfly_core::{MapLayer, TileFate, decode_tile};
use serde_json::Value;

use crate::fault_injection::errno::{EIO, ENOSPC, EROFS};
use crate::fault_injection::{Fault, Injection, count};
use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, small_test_bed};

const NOW: &str = "2025-11-20T03:00:00Z";
/// Keeps one earlier run.
const KEEP: [&str; 5] = ["--keep-hours=0", "--keep-runs=1", "--min-free-gb=0", "--now", NOW];

fn bed() -> TestBed {
    small_test_bed(&["sierra"])
}

/// A root in which a map was published twice, and what every whole map of it holds.
struct Base {
    bed: TestBed,
    tiles: BTreeMap<PathBuf, Vec<u8>>,
    raster: Vec<u32>,
    layers: Vec<Vec<u16>>,
}

impl Base {
    fn new() -> Self {
        let bed = bed();
        for _ in 0..2 {
            bed.succeed(&[&["update", "sierra"], &KEEP[..]].concat());
        }
        let map = bed.map("sierra");
        let (tiles, raster) = (tiles_of(&bed, &map.run_id), raster_of(&bed, &map.run_id));
        let layers = layers_of(&bed, &map.run_id);
        assert!(!tiles.is_empty() && layers.iter().all(|layer| !layer.is_empty()));
        Self { bed, tiles, raster, layers }
    }

    /// A test bed with a copy of the root.
    fn copy(&self) -> TestBed {
        let bed = bed();
        copy_folder(&self.bed.published(""), &bed.published(""));
        bed
    }

    /// What a reader that follows the metadata finds wrong; gives the run that it finds.
    fn read(&self, bed: &TestBed) -> Result<String, String> {
        let meta: Value = read_json(&bed.published("meta/sierra.json"))?;
        for file in ["meta/index.json", "meta/client.json"] {
            read_json(&bed.published(file))?;
        }
        let run = meta["run_id"].as_str().ok_or("the metadata names no run")?.to_owned();
        if tiles_of(bed, &run) != self.tiles {
            return Err(format!("the tiles of {run} are others"));
        }
        if raster_of(bed, &run) != self.raster {
            return Err(format!("the raster of {run} is another"));
        }
        if layers_of(bed, &run) != self.layers {
            return Err(format!("the layers of {run} are others"));
        }
        let links = ["dnbr", "pre_date", "post_date", "views", "state"]
            .map(|name| format!("raster/sierra_lowres_{name}.tif"));
        for link in links.iter().map(String::as_str).chain(["tiles/sierra/dnbr"]) {
            if !bed.published(link).exists() {
                return Err(format!("the link {link} leads nowhere"));
            }
        }
        Ok(run)
    }
}

fn read_json(file: &Path) -> Result<Value, String> {
    let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn copy_folder(from: &Path, to: &Path) {
    let copied =
        Command::new("cp").arg("--archive").arg("--no-target-directory").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
}

fn tiles_of(bed: &TestBed, run: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let top = bed.published(&format!("tiles/sierra/{run}"));
    files_below(&top)
        .into_iter()
        .map(|file| (file.strip_prefix(&top).unwrap().to_owned(), fs::read(file).unwrap()))
        .collect()
}

fn raster_of(bed: &TestBed, run: &str) -> Vec<u32> {
    let file = bed.published(&format!("raster/sierra/{run}.tif"));
    if !file.exists() {
        return Vec::new();
    }
    let raster: ReadRaster<f32> = ReadRaster::read(&file, None);
    raster.pixels.into_iter().map(f32::to_bits).collect()
}

fn layers_of(bed: &TestBed, run: &str) -> Vec<Vec<u16>> {
    let file =
        |layer: MapLayer| bed.published(&format!("raster/sierra/{run}/{}.tif", layer.name()));
    let files = MapLayer::ALL.into_iter().map(file).filter(|file| file.exists());
    files.map(|file| ReadRaster::<u16>::read(&file, None).pixels).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries
        .flat_map(
            |path| {
                if path.is_dir() && !path.is_symlink() { files_below(&path) } else { vec![path] }
            },
        )
        .collect()
}

/// Files that a run left and that nothing needs.
fn leftovers(bed: &TestBed) -> Vec<String> {
    let meta = bed.meta("sierra");
    let named: BTreeSet<String> = meta
        .map
        .iter()
        .map(|map| map.run_id.clone())
        .chain(meta.earlier_runs.into_iter().map(|run| run.run_id))
        .collect();
    let root = bed.published("");
    let mut left: Vec<String> = Vec::new();
    for file in files_below(&root) {
        let path = file.strip_prefix(&root).unwrap().display().to_string();
        let is_named = named.iter().any(|run| path.contains(run.as_str()));
        let is_run = (path.starts_with("tiles/") || path.starts_with("raster/sierra/"))
            && path != "tiles/sierra/dnbr";
        if path.contains(".new") || path.starts_with("work/") || (is_run && !is_named) {
            left.push(path);
        }
    }
    left
}

/// Runs a command with a fault at a change.
fn run_with(bed: &TestBed, injection: Injection, arguments: &[&str]) -> (Output, PathBuf) {
    let state = bed.published("../fault_count");
    let mut command = bed.command(&[arguments, &KEEP].concat());
    injection.apply(&mut command, &state);
    (command.output().unwrap(), state)
}

/// What is wrong after a fault at a change; empty when all is well.
fn try_fault(base: &Base, at: u64, fault: Fault, arguments: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let bed = base.copy();
    let lock_before = fs::read_to_string(bed.published(".lock")).unwrap();
    let old = bed.map("sierra").run_id;
    let root = bed.published("");
    let injection = Injection { root: &root, operations: "", path: "", at, fault };
    let (output, _) = run_with(&bed, injection, arguments);
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();

    let found = base.read(&bed);
    if let Err(error) = &found {
        wrong.push(format!("a reader finds that {error}"));
    }
    if !matches!(code, Some(0..=2)) && !matches!(fault, Fault::Kill | Fault::Abort) {
        wrong.push(format!("ends with {:?}", output.status));
    }
    if messages.contains("panicked") {
        wrong.push("panics".to_owned());
    }
    if code.is_some_and(|code| code != 0) && !messages.contains("error: ") {
        wrong.push("fails without a message".to_owned());
    }
    if code == Some(0) && found.as_ref() == Ok(&old) {
        wrong.push("succeeds, and the map is the old one".to_owned());
    }
    // A command that ended before it wrote the journal changed nothing, and one that was killed
    // after it wrote its end had done all.
    let lock = fs::read_to_string(bed.published(".lock")).unwrap();
    let is_unfinished = lock.contains(r#""ended_at":null"#) || code.is_some_and(|code| code != 0);
    let is_trouble = lock != lock_before && is_unfinished;
    let health =
        bed.run(&["health", "--min-free-gb=0", "--now", "2025-11-20T04:00:00Z"]).status.code();
    if is_trouble && health != Some(1) {
        wrong.push(format!("health ends with {health:?}"));
    }

    let next = bed.run(&[&["update", "sierra"], &KEEP[..]].concat());
    if !next.status.success() {
        wrong.push(format!("the next run fails: {}", String::from_utf8_lossy(&next.stderr)));
    }
    match base.read(&bed) {
        Err(error) => wrong.push(format!("after the next run a reader finds that {error}")),
        Ok(run) if found.as_ref() == Ok(&run) => {
            wrong.push("the next run publishes nothing".to_owned())
        }
        Ok(_) => {}
    }
    let left = leftovers(&bed);
    if !left.is_empty() {
        wrong.push(format!("the next run leaves {left:?}"));
    }
    if !wrong.is_empty() {
        wrong.push(messages);
    }
    wrong
}

/// A fault at every so many changes.
fn check(fault: Fault, default_step: u64, arguments: &[&str]) {
    let base = Base::new();
    let counting = base.copy();
    let root = counting.published("");
    let injection = Injection { root: &root, operations: "", path: "", at: 0, fault: Fault::Kill };
    let (output, state) = run_with(&counting, injection, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let changes = count(&state);
    assert!(changes > 50, "{changes} changes are counted");

    let step =
        std::env::var("DRAGONFLY_FAULT_STEP").map_or(default_step, |step| step.parse().unwrap());
    let next = AtomicU64::new(1);
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut wrong = Vec::new();
                    loop {
                        let at = next.fetch_add(step, Ordering::Relaxed);
                        if at > changes {
                            return wrong;
                        }
                        let found = try_fault(&base, at, fault, arguments);
                        if !found.is_empty() {
                            wrong.push(format!("change {at}: {}", found.join("\n    ")));
                        }
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    println!("{fault:?} at every {step} of {changes} changes: {} with findings", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const UPDATE: [&str; 2] = ["update", "sierra"];

#[test]
fn a_process_killed_at_any_change_leaves_a_whole_map_and_health_reports_it() {
    check(Fault::Kill, 5, &UPDATE);
}

#[test]
fn a_process_that_aborts_at_any_change_leaves_a_whole_map_and_health_reports_it() {
    check(Fault::Abort, 29, &UPDATE);
}

#[test]
fn an_input_output_error_at_any_change_leaves_a_whole_map() {
    check(Fault::Once(EIO), 11, &UPDATE);
}

#[test]
fn a_disk_that_is_full_from_any_change_on_leaves_a_whole_map() {
    check(Fault::FromThenOn(ENOSPC), 11, &UPDATE);
}

#[test]
fn a_file_system_that_is_read_only_from_any_change_on_leaves_a_whole_map() {
    check(Fault::FromThenOn(EROFS), 31, &UPDATE);
}

/// The message of a disk that is full when a kind of file is written names that file.
#[test]
fn a_full_disk_is_reported_with_the_file_that_did_not_fit() {
    let base = Base::new();
    for (path, named) in [
        ("/dnbr.tif", "/dnbr.tif"),
        ("/state.tif", "/state.tif"),
        ("/post_date.tif", "/post_date.tif"),
        ("/layers/views.tif", "layers/views.tif"),
        ("/published.tif", "published.tif"),
        (".png", ".png"),
        ("/run.json", "run.json"),
        ("meta/sierra.json", "meta/sierra.json"),
    ] {
        let bed = base.copy();
        let old = bed.map("sierra");
        let root = bed.published("");
        let fault = Fault::FromThenOn(ENOSPC);
        let injection =
            Injection { root: &root, operations: "write,fsync,open", path, at: 1, fault };
        let (output, _) = run_with(&bed, injection, &UPDATE);
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{path}: {messages}");
        let error = messages.lines().find(|line| line.starts_with("error: ")).unwrap();
        assert!(error.contains(named) && !messages.contains("panicked"), "{path}: {messages}");
        assert_eq!(bed.map("sierra"), old, "{path}");
        base.read(&bed).unwrap();
    }
}

#[test]
fn a_run_that_crashes_is_recorded_and_the_next_region_runs() {
    let bed = small_test_bed(&["bad", "good"]);
    fs::create_dir_all(bed.published("")).unwrap();
    let root = bed.published("");
    // The first raster of the first region.
    let injection = Injection {
        root: &root,
        operations: "open",
        path: "work/bad/2",
        at: 1,
        fault: Fault::Abort,
    };
    let (output, _) = run_with(&bed, injection, &["rotate"]);
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{messages}");
    assert!(messages.contains("error: region `bad`: the run crashed (signal 6)"), "{messages}");
    assert_eq!(
        (bed.meta("bad").last_status, bed.meta("bad").consecutive_failures),
        (RunStatus::Failed, 1)
    );
    assert_eq!(bed.meta("good").last_status, RunStatus::Success);
    let map = bed.map("good");
    let finest = map.tile_index.0.last().unwrap();
    let tile =
        finest.tiles.tiles().find(|tile| finest.fate(*tile) == Some(TileFate::Stored)).unwrap();
    let file = format!("tiles/good/{}/dnbr/{}/{}/{}.png", map.run_id, tile.z, tile.x, tile.y);
    decode_tile(&fs::read(bed.published(&file)).unwrap()).unwrap();
}
