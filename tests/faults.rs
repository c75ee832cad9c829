//! Faults while a map is replaced: broken scenes, a full disk, a root that cannot be written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dragonfly_core::{TileFate, decode_tile};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, invented_scenes, record_skipped};

/// The Sierra's invented scenes, linked into a folder of their own, where they can be corrupted.
struct FaultScenes {
    folder: TempDir,
}

impl FaultScenes {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sample = invented_scenes();
        let mut items: Value =
            serde_json::from_slice(&fs::read(sample.join("items.json")).unwrap()).unwrap();
        let features = items["features"].as_array_mut().unwrap();
        features.retain(|item| item["id"].as_str().unwrap().contains("10TFK"));
        for item in features.iter_mut() {
            let id = item["id"].as_str().unwrap().to_owned();
            for (key, asset) in item["assets"].as_object_mut().unwrap() {
                let name = format!("{id}_{key}.tif");
                let from = sample.join(asset["href"].as_str().unwrap());
                std::os::unix::fs::symlink(from, folder.path().join(&name)).unwrap();
                asset["href"] = json!(name);
            }
        }
        fs::write(folder.path().join("items.json"), items.to_string()).unwrap();
        Self { folder }
    }

    /// Cuts a band of the scene of a day in half.
    fn truncate(&self, day: &str, key: &str) {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let wanted = |file: &PathBuf| {
            let name = file.file_name().unwrap().to_str().unwrap();
            name.contains(day) && name.ends_with(&format!("_{key}.tif"))
        };
        let file = files.into_iter().find(wanted).unwrap();
        let whole = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    }

    fn bed(&self) -> TestBed {
        let regions = json!([{
            "name": "sierra", "bbox": [-121.4, 39.75, -121.0, 40.05], "zoom_min": 8, "zoom_max": 12,
            "pre": { "start": "2025-06-01", "end": "2025-07-05" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
        }]);
        TestBed::new(&self.folder.path().join("items.json"), &regions)
    }
}

/// The published map is whole: metadata parses, the raster reads, every stored tile decodes.
fn check_whole(bed: &TestBed) {
    let map = bed.map("sierra");
    let raster: ReadRaster<f32> = ReadRaster::read(&bed.published(&map.raster_url[1..]), None);
    assert!(raster.pixels.iter().any(|dnbr| !dnbr.is_nan()));
    let mut stored = 0;
    for zoom in &map.tile_index.0 {
        for tile in zoom.tiles.tiles().filter(|tile| zoom.fate(*tile) == Some(TileFate::Stored)) {
            let path = map.run_tile_url_template[1..].replace("{z}", &tile.z.to_string());
            let path = path.replace("{x}", &tile.x.to_string()).replace("{y}", &tile.y.to_string());
            decode_tile(&fs::read(bed.published(&path)).unwrap()).unwrap();
            stored += 1;
        }
    }
    assert_eq!(stored, map.tile_count);
}

#[test]
fn a_corrupt_scene_among_good_ones_is_skipped_and_named() {
    for key in ["nir08", "scl"] {
        let scenes = FaultScenes::new();
        scenes.truncate("20250826", key);
        let bed = scenes.bed();
        let output = bed.succeed(&["update", "sierra"]);
        assert!(String::from_utf8_lossy(&output.stderr).contains("going on without it"));
        let map = bed.map("sierra");
        assert_eq!(map.scenes.len(), 3);
        let skipped =
            map.scenes_skipped.iter().find(|scene| scene.id.contains("20250826")).unwrap();
        assert!(skipped.reason.contains(&format!("{key}.tif")), "{skipped:?}");
        check_whole(&bed);
    }
}

#[test]
fn too_many_corrupt_scenes_fail_the_run_and_leave_the_old_map() {
    let scenes = FaultScenes::new();
    let bed = scenes.bed();
    bed.succeed(&["update", "sierra"]);
    let before = bed.map("sierra");
    for day in ["20250612", "20250627", "20250826", "20250910"] {
        scenes.truncate(day, "swir22");
    }
    let output = bed.run(&["update", "sierra"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("that can be read") && said.contains("swir22.tif"), "{said}");
    assert_eq!(bed.map("sierra"), before);
    check_whole(&bed);
}

/// A file system mounted for a test, and unmounted with it.
struct Mount(PathBuf);

impl Mount {
    /// `None`, recorded as skipped, where mounting is refused; never under continuous integration.
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(arguments).arg(at).output();
        if mounted.as_ref().is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        record_skipped(&format!("{}: mounting is refused here", at.display()));
        assert!(std::env::var_os("CI").is_none(), "continuous integration must be able to mount");
        None
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

const NO_GUARD: &str = "--min-free-gb=-1000";

/// A real file system without room; `crash_points` fails every single write.
#[test]
fn a_disk_without_room_leaves_the_old_map() {
    let scenes = FaultScenes::new();
    let bed = scenes.bed();
    let root = bed.published("meta").parent().unwrap().to_owned();
    fs::create_dir_all(&root).unwrap();
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=64m", "tmpfs"], &root) else {
        return;
    };
    bed.succeed(&["update", "sierra", NO_GUARD]);
    let ballast = root.join("ballast");
    for free_kb in [0, 200, 1000, 2000, 4000, 6000] {
        fs::write(&ballast, []).unwrap();
        let stat = Command::new("df").args(["--output=avail", "-k"]).arg(&root).output().unwrap();
        let avail_kb: u64 = String::from_utf8_lossy(&stat.stdout)
            .split_whitespace()
            .last()
            .unwrap()
            .parse()
            .unwrap();
        fs::write(&ballast, vec![1; avail_kb.saturating_sub(free_kb) as usize * 1024]).unwrap();
        let before = bed.map("sierra");
        let output =
            bed.run(&["update", "sierra", NO_GUARD, "--keep-hours", "0", "--keep-runs", "0"]);
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                message.contains("error: ") && !message.contains("panicked"),
                "{free_kb} KB free: {message}"
            );
            assert_eq!(bed.map("sierra"), before, "{free_kb} KB free");
        }
        fs::remove_file(&ballast).unwrap();
        check_whole(&bed);
    }
    let before = bed.map("sierra");
    bed.succeed(&["update", "sierra", NO_GUARD]);
    assert_ne!(bed.map("sierra"), before, "with room again the next run succeeds");
}

#[test]
fn a_root_made_read_only_is_an_error_and_leaves_the_old_map() {
    let scenes = FaultScenes::new();
    let bed = scenes.bed();
    bed.succeed(&["update", "sierra"]);
    let before = bed.map("sierra");
    let root = bed.published("meta").parent().unwrap().to_owned();
    let from = root.to_str().unwrap().to_owned();
    let Some(_mount) = Mount::new(&["--bind", "-o", "ro", &from], &root) else { return };
    let _ = Command::new("mount").args(["-o", "remount,ro,bind"]).arg(&root).status();
    let output = bed.run(&["update", "sierra"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cannot write to the root") && said.contains("--root"), "{said}");
    assert_eq!(bed.run(&["rotate"]).status.code(), Some(2));
    assert_eq!(bed.map("sierra"), before);
    check_whole(&bed);
}
