//! Fires found from active-fire points: listed, mapped, kept through nights, faults and blindness.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dragonfly_core::{FireList, FireMapKind, FireState, ListedFire};
use serde_json::Value;
use tempfile::TempDir;

use crate::fault_injection::errno::ENOSPC;
use crate::fault_injection::{Fault, Injection, count};
use crate::night::write_mask;
use crate::test_bed::invented_scenes;

/// When the fires of the sample are out.
const OUT: &str = "2025-09-17T04:00:00Z";

/// A deployment without regions that finds fires in a file of points.
struct FiresBed {
    folder: TempDir,
}

impl FiresBed {
    fn new() -> Self {
        let bed = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["items.json", "scenes"] {
            symlink(invented_scenes().join(name), bed.file(name)).unwrap();
        }
        bed.write_settings();
        fs::copy(invented_scenes().join("points.csv"), bed.file("points.csv")).unwrap();
        bed
    }

    fn write_settings(&self) {
        let stac = self.file("items.json");
        let settings = format!(
            "root = \"root\"\nregions = \"\"\nmin_free_gb = 0.0\nstac = {stac:?}\n\
             [fires]\npoints = [\"points.csv\"]\nareas = [\"everywhere\"]\n"
        );
        fs::write(self.file("dragonfly.toml"), settings).unwrap();
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn command(&self, now: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dragonfly"));
        command.arg("--config").arg(self.file("dragonfly.toml")).args(["--now", now]);
        command.args(arguments);
        command
    }

    fn run(&self, now: &str, arguments: &[&str]) -> Output {
        self.command(now, arguments).output().unwrap()
    }

    fn succeed(&self, now: &str, arguments: &[&str]) -> String {
        let output = self.run(now, arguments);
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {messages}");
        messages + &String::from_utf8_lossy(&output.stdout)
    }

    fn list(&self) -> FireList {
        serde_json::from_slice(&fs::read(self.file("root/meta/fires.json")).unwrap()).unwrap()
    }

    /// Keeps the points until a day, as its night finds them.
    fn keep_points_until(&self, day: &str) {
        let all = fs::read_to_string(invented_scenes().join("points.csv")).unwrap();
        let kept = all.lines().enumerate().filter(|(line, text)| {
            *line == 0 || text.split(',').nth(5).is_some_and(|of_row| of_row < day)
        });
        let text: String = kept.map(|(_, line)| format!("{line}\n")).collect();
        fs::write(self.file("points.csv"), text).unwrap();
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&fs::read(self.file(path)).unwrap()).unwrap()
    }
}

fn ids(list: &FireList) -> Vec<String> {
    list.fires.iter().map(|fire| fire.id.clone()).collect()
}

/// The fire of the Sierra.
fn sierra(list: &FireList) -> &ListedFire {
    list.fires.iter().find(|fire| fire.lon < -100.0).unwrap()
}

#[test]
fn points_become_fires_that_a_night_lists_and_maps_without_any_region() {
    let bed = FiresBed::new();
    bed.succeed(OUT, &["rotate"]);
    let list = bed.list();
    assert!(!bed.succeed(OUT, &["rotate", "--dry-run"]).contains("mapped tonight"));
    // Neither the flares nor the farms.
    assert_eq!(list.fires.len(), 3, "{list:?}");
    for fire in &list.fires {
        assert_eq!(
            (fire.state, fire.map),
            (FireState::Out, Some(FireMapKind::Initial)),
            "{fire:?}"
        );
        let meta = bed.json(&format!("root/meta/{}.json", fire.id));
        assert_eq!(meta["fire"]["id"], fire.id.as_str());
        assert_eq!(meta["assessment"], "initial");
        let burnt = meta["fire"]["burnt_hectares"].as_f64().unwrap();
        assert_eq!(fire.burnt_hectares, Some(burnt));
        // What changed elsewhere in the zone, as fields that were harvested, is not burnt.
        let changed: f64 = ["low", "moderate_low", "moderate_high", "high"]
            .iter()
            .map(|class| meta["hectares"][class].as_f64().unwrap())
            .sum();
        assert!(burnt > 0.9 * changed && burnt <= changed, "{burnt} of {changed}");
        check_outlines(&bed.json(&format!("root/meta/fires/{}.geojson", fire.id)), fire);
    }
    let fire = sierra(&list);
    assert_eq!(fire.started_at.date_naive().to_string(), "2025-08-08");
    // No region is configured, so none is listed.
    assert_eq!(bed.json("root/meta/index.json")["regions"], Value::Array(vec![]));
    // The next night has nothing to do: the maps stand.
    let before = bed.json(&format!("root/meta/{}.json", fire.id))["run_id"].clone();
    bed.succeed("2025-09-18T04:00:00Z", &["rotate"]);
    assert_eq!(bed.json(&format!("root/meta/{}.json", fire.id))["run_id"], before);
}

#[test]
fn fires_are_mapped_where_the_settings_are_named_relative_to_the_working_folder() {
    let bed = FiresBed::new();
    let folder = bed.folder.path();
    let config = Path::new(folder.file_name().unwrap()).join("dragonfly.toml");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dragonfly"));
        command.arg("--config").arg(&config).args(["--now", OUT]).args(arguments);
        let output = command.current_dir(folder.parent().unwrap()).output().unwrap();
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {messages}");
    };
    run(&["fires", "update"]);
    let id = sierra(&bed.list()).id.clone();
    run(&["fires", "map", &id]);
    assert_eq!(sierra(&bed.list()).map, Some(FireMapKind::Initial));
}

#[test]
fn heat_outside_the_fire_zone_of_a_region_is_no_fire() {
    let bed = FiresBed::new();
    bed.succeed(OUT, &["fires", "update"]);
    let [west, south, east, north] = sierra(&bed.list()).bbox.unwrap();
    let area = [west - 0.1, south - 0.1, east + 0.1, north + 0.1];
    let region = serde_json::json!([{
        "name": "farmland", "bbox": area, "fire_mask_path": "zone.tif",
        "pre": { "start": "2025-06-01", "end": "2025-07-01" },
        "post": { "start": "2025-07-20", "end": "2025-08-20" }
    }]);
    fs::write(bed.file("regions.json"), region.to_string()).unwrap();
    let settings = fs::read_to_string(bed.file("dragonfly.toml")).unwrap();
    let settings = settings.replace("regions = \"\"", "regions = \"regions.json\"");
    fs::write(bed.file("dragonfly.toml"), settings).unwrap();
    for (rows, fires) in [(["xx", "xx"], 3), (["..", ".."], 2)] {
        write_mask(&bed.file("zone.tif"), area, &rows);
        bed.succeed(OUT, &["fires", "update"]);
        assert_eq!(bed.list().fires.len(), fires, "{rows:?}");
    }
    // Without the mask no fire is left out, and a warning states it.
    fs::remove_file(bed.file("zone.tif")).unwrap();
    let messages = bed.succeed(OUT, &["fires", "update"]);
    assert!(messages.contains("region `farmland`") && messages.contains("zone.tif"), "{messages}");
    assert_eq!(bed.list().fires.len(), 3);
}

#[test]
fn the_settings_of_the_page_name_the_list_of_fires_once_it_is_published() {
    let bed = FiresBed::new();
    bed.succeed(OUT, &["fires", "update"]);
    assert!(bed.file("root/meta/fires.json").exists());
    assert_eq!(bed.json("root/meta/client.json")["fires_url"], "/meta/fires.json");
}

fn check_outlines(outlines: &Value, fire: &ListedFire) {
    let of_kind = |kind: &'static str| {
        let features = outlines["features"].as_array().unwrap().iter();
        features.filter(move |feature| feature["properties"]["kind"] == kind)
    };
    let kinds = ["outline_by_points", "outline_by_map", "perimeter_by_map"];
    let [by_points, by_map, perimeter] = kinds.map(|kind| {
        let feature = of_kind(kind).next().unwrap_or_else(|| panic!("{kind} is missing"));
        assert!(!feature["geometry"]["coordinates"].as_array().unwrap().is_empty());
        feature["properties"]["hectares"].as_f64().unwrap()
    });
    assert_eq!(by_points, fire.outline_hectares);
    assert!((by_map - fire.burnt_hectares.unwrap()).abs() <= 0.5);
    assert!(perimeter >= by_map && perimeter < 1.2 * by_map, "{perimeter} around {by_map}");
    let growth: Vec<f64> =
        of_kind("growth").map(|day| day["properties"]["hectares"].as_f64().unwrap()).collect();
    assert!(growth.len() >= 3 && growth.is_sorted(), "{growth:?}");
    assert_eq!(*growth.last().unwrap(), by_points);
}

#[test]
fn a_fire_keeps_its_id_through_nights_and_is_out_after_observed_silence() {
    let bed = FiresBed::new();
    let mut states = Vec::new();
    for day in ["2025-08-10", "2025-08-11", "2025-08-13", "2025-08-20", "2025-08-23", "2025-08-28"]
    {
        bed.keep_points_until(day);
        bed.succeed(&format!("{day}T04:00:00Z"), &["fires", "update"]);
        let list = bed.list();
        assert_eq!(sierra(&list).id, sierra(&bed.list()).id);
        states.push((sierra(&list).id.clone(), sierra(&list).state));
    }
    assert!(states.iter().all(|(id, _)| *id == states[0].0), "{states:?}");
    let states: Vec<FireState> = states.into_iter().map(|(_, state)| state).collect();
    let burning = [FireState::Burning; 3];
    assert_eq!(states[..3], burning);
    assert_eq!(states[3..], [FireState::Quiet, FireState::Quiet, FireState::Out]);
}

#[test]
fn a_night_that_reads_no_points_changes_no_fire_and_states_why() {
    let bed = FiresBed::new();
    bed.keep_points_until("2025-08-12");
    bed.succeed("2025-08-12T04:00:00Z", &["fires", "update"]);
    let before = bed.list();
    for (wrong, words) in [
        ("<html>maintenance</html>", "HTML"),
        ("Invalid MAP_KEY.", "key"),
        ("", "empty"),
        ("a,b\n1,2\n", "column"),
    ] {
        fs::write(bed.file("points.csv"), wrong).unwrap();
        // Weeks later: what nobody observed is no silence.
        let output = bed.run("2025-09-20T04:00:00Z", &["fires", "update"]);
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains("error: ") && message.contains(words), "{words}: {message}");
        let list = bed.list();
        assert_eq!(list.checked_at, before.checked_at);
        assert_eq!(ids(&list), ids(&before));
        assert!(list.points[0].error.as_deref().is_some_and(|error| error.contains("points.csv")));
        assert!(list.fires.iter().all(|fire| fire.ended_on.is_none()), "{list:?}");
    }
}

/// A copy of a root, in which a command meets a fault at a change.
fn try_update(base: &Path, at: u64, fault: Fault) -> (FiresBed, Output, PathBuf) {
    let bed = FiresBed::new();
    bed.keep_points_until("2025-08-12");
    let copied = Command::new("cp").arg("-a").arg(base).arg(bed.file("root")).status().unwrap();
    assert!(copied.success());
    let (root, state) = (bed.file("root"), bed.file("fault_count"));
    let mut command = bed.command("2025-08-12T04:00:00Z", &["fires", "update"]);
    Injection { root: &root, operations: "", path: "", at, fault }.apply(&mut command, &state);
    let output = command.output().unwrap();
    (bed, output, state)
}

#[test]
fn no_fault_at_any_change_of_an_update_loses_a_fire() {
    let first = FiresBed::new();
    first.keep_points_until("2025-08-10");
    first.succeed("2025-08-10T04:00:00Z", &["fires", "update"]);
    let base = first.file("root");
    let before = first.list();
    let (whole, output, state) = try_update(&base, 0, Fault::Kill);
    assert!(output.status.success());
    let (changes, expected) = (count(&state), whole.list());
    assert!(changes > 10, "{changes} changes are counted");
    println!("an update is killed at each of its {changes} changes");
    for at in 1..=changes {
        for fault in [Fault::Kill, Fault::FromThenOn(ENOSPC)] {
            let (bed, output, _) = try_update(&base, at, fault);
            let messages = String::from_utf8_lossy(&output.stderr);
            assert!(!messages.contains("panicked"), "change {at}: {messages}");
            let list = bed.list();
            let is_old_or_new = [&before, &expected].iter().any(|other| ids(other) == ids(&list));
            assert!(is_old_or_new, "{fault:?} at change {at}: {list:?}");
            bed.succeed("2025-08-12T04:00:00Z", &["fires", "update"]);
            assert_eq!(bed.list().fires, expected.fires, "{fault:?} at change {at}");
        }
    }
}

/// Kills while a fire is mapped, unless `DRAGONFLY_FIRE_KILLS` wants another number.
const MAPPING_KILLS: u64 = 8;

#[test]
fn no_kill_while_a_fire_is_mapped_loses_the_fire_or_its_map() {
    let bed = FiresBed::new();
    bed.succeed(OUT, &["fires", "update"]);
    let by_size =
        |a: &&ListedFire, b: &&ListedFire| a.outline_hectares.total_cmp(&b.outline_hectares);
    let id = bed.list().fires.iter().min_by(by_size).unwrap().id.clone();
    let map = ["fires", "map", &id];
    bed.succeed(OUT, &map);
    let before = bed.list();
    let (root, state) = (bed.file("root"), bed.file("fault_count"));
    let kill = |at: u64| {
        let mut command = bed.command(OUT, &map);
        let injection = Injection { root: &root, operations: "", path: "", at, fault: Fault::Kill };
        injection.apply(&mut command, &state);
        command.output().unwrap()
    };
    assert!(kill(0).status.success());
    let changes = count(&state);
    let wanted = std::env::var("DRAGONFLY_FIRE_KILLS").map(|kills| kills.parse().unwrap());
    let kills = wanted.unwrap_or(MAPPING_KILLS);
    for number in 0..kills {
        let at = 1 + number * changes / kills;
        let output = kill(at);
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(!messages.contains("panicked"), "change {at}: {messages}");
        // The list may already be that of the new map, which shows the same.
        assert_eq!(bed.list(), before, "change {at} of {changes}");
        let meta = bed.json(&format!("root/meta/{id}.json"));
        let raster = meta["raster_url"].as_str().unwrap().trim_start_matches('/');
        assert!(bed.file("root").join(raster).exists(), "change {at}: {raster}");
    }
    println!("{kills} kills at {changes} changes");
    bed.succeed(OUT, &map);
    assert_eq!(bed.list(), before);
}

#[test]
fn a_state_that_cannot_be_read_stops_the_update_and_stays() {
    let bed = FiresBed::new();
    bed.succeed(OUT, &["fires", "update"]);
    let list = bed.list();
    fs::write(bed.file("root/fires/state.json"), "{ half").unwrap();
    let output = bed.run(OUT, &["fires", "update"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && message.contains("state.json"), "{message}");
    assert_eq!(fs::read(bed.file("root/fires/state.json")).unwrap(), b"{ half");
    assert_eq!(bed.list(), list);
}

#[test]
fn a_list_whose_reader_goes_ends_without_a_word() {
    let bed = FiresBed::new();
    bed.succeed(OUT, &["fires", "update"]);
    let mut listing = bed.command(OUT, &["fires", "list", "--json"]);
    let mut listing = listing.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(listing.stdout.take());
    let output = listing.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

#[test]
fn a_fire_that_is_forgotten_leaves_no_file() {
    let bed = FiresBed::new();
    bed.succeed(OUT, &["fires", "update"]);
    let id = sierra(&bed.list()).id.clone();
    bed.succeed(OUT, &["fires", "map", &id]);
    assert!(bed.succeed(OUT, &["fires", "list"]).contains("ha burnt"));
    bed.succeed(OUT, &["fires", "forget", &id]);
    assert!(!ids(&bed.list()).contains(&id));
    let mut find = Command::new("find");
    let left = find.arg(bed.file("root")).args(["-name", &format!("{id}*")]).output().unwrap();
    assert_eq!(String::from_utf8(left.stdout).unwrap(), "");
    let output = bed.run(OUT, &["fires", "forget", &id]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && message.contains("fires list --all"), "{message}");
}

#[test]
fn a_map_that_fails_is_tried_again_after_days_and_stops_no_other() {
    let bed = FiresBed::new();
    fs::remove_file(bed.file("items.json")).unwrap();
    let output = bed.run(OUT, &["rotate"]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(message.matches("error: fire `").count(), 3, "{message}");
    // Three failures were recorded, so that the next night does not begin with them.
    let state = bed.json("root/fires/state.json");
    let fires = state["fires"].as_object().unwrap().values();
    assert_eq!(fires.filter(|fire| fire["failure"]["count"] == 1).count(), 3);
    let plan = bed.succeed("2025-09-19T05:00:00Z", &["rotate", "--dry-run"]);
    assert_eq!(plan.matches("mapped tonight: it has no map yet").count(), 3, "{plan}");
    bed.succeed("2025-09-17T05:00:00Z", &["rotate"]);
}
