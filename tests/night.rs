//! Night after night: turns, windows, fire zones, guards, and what stays on the disk.

use std::fs;
use std::path::Path;
use std::process::Output;

use dragonfly_core::metadata::{Assessment, MapMeta, RegionMeta, RunStatus};
use dragonfly_core::{Empty, Grid, RunFailure, TileFate};
use gdal::DriverManager;
use gdal::raster::Buffer;
use gdal::spatial_ref::SpatialRef;
use serde_json::{Value, json};

use crate::raster::ReadRaster;
use crate::test_bed::{Serving, TestBed, invented_scenes};

const SIERRA: [f64; 4] = [-121.4, 39.75, -121.0, 40.05];

/// A test bed of the Sierra's invented scenes, with keys added to its region.
fn sierra(keys: Value) -> TestBed {
    let mut region = json!({ "name": "sierra", "bbox": SIERRA, "zoom_max": 11 });
    region.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    TestBed::new(&invented_scenes().join("items.json"), &json!([region]))
}

fn explicit() -> Value {
    json!({ "pre": { "start": "2025-06-01", "end": "2025-07-05" }, "post": { "start": "2025-08-20", "end": "2025-09-20" } })
}

fn says(output: &Output, parts: &[&str]) {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn a_night_runs_what_is_due_and_says_what_is_not() {
    let regions = ["a", "b", "c"].map(|name| {
        let mut region =
            json!({ "name": name, "bbox": SIERRA, "zoom_max": 9, "update_interval_days": 2 });
        region.as_object_mut().unwrap().extend(explicit().as_object().unwrap().clone());
        region
    });
    let bed = TestBed::new(&invented_scenes().join("items.json"), &json!(regions));
    let plan = bed.succeed(&["rotate", "--dry-run", "--now", "2025-10-01T03:00:00Z"]);
    says(&plan, &["a ", "runs tonight", "left for another night", "of 2 updates a night"]);
    assert!(!bed.published("meta").exists(), "a dry run does nothing");

    bed.succeed(&["rotate", "--now", "2025-10-01T03:00:00Z"]);
    assert_eq!(
        (bed.meta("a").last_status, bed.meta("b").last_status),
        (RunStatus::Success, RunStatus::Success)
    );
    assert!(!bed.published("meta/c.json").exists());
    // A little earlier in the day: days are counted by calendar.
    bed.succeed(&["rotate", "--now", "2025-10-02T02:50:00Z"]);
    assert_eq!(bed.meta("c").last_success_at.unwrap().to_rfc3339(), "2025-10-02T02:50:00+00:00");
    let before = bed.map("a").run_id;
    let plan = bed.succeed(&["rotate", "--dry-run", "--now", "2025-10-02T12:00:00Z"]);
    says(&plan, &["not due", "2025-10-03"]);
    bed.succeed(&["rotate", "--now", "2025-10-02T12:00:00Z"]);
    assert_eq!(bed.map("a").run_id, before);
    bed.succeed(&["rotate", "--now", "2025-10-03T02:50:00Z"]);
    assert_ne!(bed.map("a").run_id, before);
}

#[test]
fn one_failure_is_recorded_and_the_next_region_runs() {
    let mut good = json!({ "name": "good", "bbox": SIERRA, "zoom_max": 9 });
    good.as_object_mut().unwrap().extend(explicit().as_object().unwrap().clone());
    let bad = json!({
        "name": "bad", "bbox": SIERRA, "priority": 1,
        "pre": { "start": "2001-06-01", "end": "2001-07-05" }, "post": { "start": "2001-08-20", "end": "2001-09-20" }
    });
    let bed = TestBed::new(&invented_scenes().join("items.json"), &json!([bad, good]));
    let output = bed.run(&["rotate", "--now", "2025-10-01T03:00:00Z"]);
    assert_eq!(output.status.code(), Some(1));
    says(&output, &["error: region `bad`: no scene on the"]);
    assert_eq!(bed.meta("good").last_status, RunStatus::Success);
    let bad = bed.meta("bad");
    assert_eq!((bad.last_status, bad.consecutive_failures), (RunStatus::Failed, 1));
    let plan = bed.succeed(&["rotate", "--dry-run", "--now", "2025-10-01T04:00:00Z"]);
    says(&plan, &["bad", "not due", "2025-10-02"]);
}

#[test]
fn a_night_that_cannot_start_says_why() {
    let bed = TestBed::new(
        Path::new("/no/such/items.json"),
        &json!([{ "name": "a", "bbox": [0, 0, 1, 1], "zoom": 3 }]),
    );
    let output = bed.run(&["rotate"]);
    assert_eq!(output.status.code(), Some(2));
    says(&output, &["error: ", "`a`", "zoom"]);
}

#[test]
fn a_second_run_says_who_holds_the_lock_and_a_stale_lock_blocks_nobody() {
    let bed = sierra(explicit());
    bed.succeed(&["update", "sierra"]);
    let lock = fs::File::options().write(true).open(bed.published(".lock")).unwrap();
    lock.lock().unwrap();
    fs::write(bed.published(".lock"), "process 4711, since yesterday\n").unwrap();
    let output = bed.run(&["rotate"]);
    assert_eq!(output.status.code(), Some(3));
    says(&output, &["process 4711", "another run is under way"]);
    drop(lock);
    bed.succeed(&["update", "sierra"]);
}

#[test]
fn a_killed_run_counts_as_failed_and_leaves_no_litter() {
    let bed = sierra(explicit());
    bed.succeed(&["update", "sierra", "--now", "2025-09-30T03:00:00Z"]);
    let before = bed.map("sierra");
    let work = bed.published("work/sierra");
    let half = work.join("20250101T000000Z0000");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("dnbr.tif"), "half").unwrap();
    fs::write(work.join("attempt.json"), r#"{"started_at":"2025-10-01T03:00:00Z"}"#).unwrap();
    fs::create_dir_all(bed.published("tiles/sierra/20990101T000000Zffff/dnbr")).unwrap();
    fs::write(bed.published("raster/sierra/20990101T000000Zffff.tif"), "unnamed").unwrap();
    fs::write(bed.published("meta/sierra.json.new"), "{").unwrap();
    fs::remove_file(bed.published("tiles/sierra/dnbr")).unwrap();
    std::os::unix::fs::symlink("20990101T000000Zffff/dnbr", bed.published("tiles/sierra/dnbr"))
        .unwrap();

    // Not due again so soon after a failure: the start alone puts things in order.
    bed.succeed(&["rotate", "--now", "2025-10-01T04:00:00Z"]);
    let meta = bed.meta("sierra");
    assert_eq!((meta.last_status, meta.consecutive_failures), (RunStatus::Failed, 1));
    assert!(meta.last_error.unwrap().contains("killed"));
    assert_eq!(meta.failure, Some(RunFailure::Killed));
    assert_eq!(meta.map.unwrap(), before);
    for gone in [
        "work/sierra/20250101T000000Z0000",
        "tiles/sierra/20990101T000000Zffff",
        "meta/sierra.json.new",
    ] {
        assert!(!bed.published(gone).exists(), "{gone}");
    }
    assert!(!bed.published("raster/sierra/20990101T000000Zffff.tif").exists());
    let link = fs::read_link(bed.published("tiles/sierra/dnbr")).unwrap();
    assert_eq!(link, Path::new(&format!("{}/dnbr", before.run_id)));
}

#[test]
fn a_known_fire_is_searched_around_and_a_rolling_map_a_year_before() {
    let around = sierra(json!({ "event_date": "2025-07-10", "event_end": "2025-08-20" }));
    around.succeed(&["update", "sierra", "--now", "2025-12-01T03:00:00Z"]);
    let map = around.map("sierra");
    assert_eq!(map.assessment, Assessment::Initial);
    let dates =
        [map.pre_start, map.pre_end, map.post_start, map.post_end].map(|day| day.to_string());
    assert_eq!(dates, ["2025-06-10", "2025-07-09", "2025-08-21", "2025-09-19"]);
    assert_eq!(
        (map.pre_window.first.to_string().as_str(), map.post_window.last.to_string().as_str()),
        ("2025-06-12", "2025-09-10")
    );

    // The invented scenes are all of one year: a rolling map finds no side a year before.
    let rolling = sierra(json!({ "post_window_days": 30 }));
    let output = rolling.run(&["update", "sierra", "--now", "2025-09-15T03:00:00Z"]);
    assert!(!output.status.success());
    says(&output, &["no scene on the pre side", "2024-"]);
}

#[test]
fn an_open_window_without_scenes_waits() {
    let bed = sierra(json!({ "event_date": "2025-09-20", "event_end": "2025-09-25" }));
    let output = bed.succeed(&["update", "sierra", "--now", "2025-10-01T03:00:00Z"]);
    says(&output, &["waiting", "no scene on the post side yet"]);
    let meta = bed.meta("sierra");
    assert_eq!((meta.last_status, meta.consecutive_failures), (RunStatus::Waiting, 0));
    assert!(meta.map.is_none());
    // Once the window, searched twice as wide, is over, it is a failure.
    let output = bed.run(&["update", "sierra", "--now", "2026-03-01T03:00:00Z"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(bed.meta("sierra").last_status, RunStatus::Failed);
}

#[test]
fn a_side_is_looked_for_once_more_over_twice_the_window() {
    let bed = sierra(
        json!({ "event_date": "2025-07-10", "event_end": "2025-07-20", "post_window_days": 20 }),
    );
    bed.succeed(&["update", "sierra", "--now", "2025-12-01T03:00:00Z"]);
    let map = bed.map("sierra");
    assert_eq!(
        (map.post_start.to_string().as_str(), map.post_end.to_string().as_str()),
        ("2025-07-21", "2025-08-29")
    );
}

/// Writes a mask over a box, in degrees, from rows of `x` (fire-prone), `.` (not) and `?` (no
/// data).
pub(crate) fn write_mask(file: &Path, [west, south, east, north]: [f64; 4], rows: &[&str]) {
    let size = (rows[0].len(), rows.len());
    let value = |letter| match letter {
        b'x' => 1,
        b'?' => 255,
        _ => 0,
    };
    let values = rows.concat().bytes().map(value).collect();
    let mut dataset = DriverManager::get_driver_by_name("GTiff")
        .unwrap()
        .create_with_band_type::<u8, _>(file, size.0, size.1, 1)
        .unwrap();
    dataset.set_spatial_ref(&SpatialRef::from_epsg(4326).unwrap()).unwrap();
    let (across, down) = ((east - west) / size.0 as f64, (north - south) / size.1 as f64);
    dataset.set_geo_transform(&[west, across, 0.0, north, 0.0, -down]).unwrap();
    let mut band = dataset.rasterband(1).unwrap();
    band.set_no_data_value(Some(255.0)).unwrap();
    band.write((0, 0), size, &mut Buffer::new(size, values)).unwrap();
    dataset.close().unwrap();
}

/// Decoded bytes that a run reports.
fn bytes_read(output: &Output) -> u64 {
    let log = String::from_utf8_lossy(&output.stderr);
    let line = log.lines().find(|line| line.contains("dNBR computed")).unwrap();
    line.split_whitespace().find_map(|word| word.strip_prefix("bytes=")).unwrap().parse().unwrap()
}

fn masked(rows: &[&str], area: [f64; 4], zoom_max: u8) -> (TestBed, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mask = folder.path().join("zone.tif");
    write_mask(&mask, area, rows);
    let mut keys = explicit();
    keys["fire_mask_path"] = json!(mask);
    keys["zoom_max"] = json!(zoom_max);
    keys["skip_unburned"] = json!(false);
    (sierra(keys), folder)
}

#[test]
fn outside_the_fire_zone_nothing_is_read_or_shown() {
    let (bed, _folder) = masked(&["x...", "....", "....", "...."], SIERRA, 12);
    let output = bed.succeed(&["update", "sierra"]);
    let map: MapMeta = bed.map("sierra");
    let mask = map.fire_mask.as_ref().unwrap();
    assert!(
        mask.path.ends_with("zone.tif") && (mask.zone_share - 1.0 / 16.0).abs() < 0.01,
        "{mask:?}"
    );
    assert!(mask.blocks_skipped > 0);
    assert!((map.empty_share.outside_zone + mask.zone_share - 1.0).abs() < 1e-9);

    let whole = sierra({
        let mut keys = explicit();
        keys["zoom_max"] = json!(12);
        keys["skip_unburned"] = json!(false);
        keys
    });
    let whole_output = whole.succeed(&["update", "sierra"]);
    let (read, all) = (bytes_read(&output), bytes_read(&whole_output));
    // A block of 512 pixels is a quarter of the invented scenes, so a sixteenth of the box is not a
    // sixteenth of the bytes.
    assert!(read * 3 < all, "{read} of {all} bytes");

    // Inside the zone the map is the same to the bit; outside it is empty.
    let inside: ReadRaster<f32> = ReadRaster::read(&bed.published(&map.raster_url[1..]), None);
    let everywhere: ReadRaster<f32> =
        ReadRaster::read(&whole.published(&whole.map("sierra").raster_url[1..]), None);
    let grid = Grid::covering(SIERRA, 12);
    let mut compared = 0;
    for (cell, (masked, free)) in inside.pixels.iter().zip(&everywhere.pixels).enumerate() {
        let (column, row) = (cell % inside.width, cell / inside.width);
        let (lon, lat) = grid.lonlat_from_grid(column as f64 + 0.5, row as f64 + 0.5);
        if (-121.399..-121.301).contains(&lon) && (39.976..40.049).contains(&lat) {
            assert!(masked.to_bits() == free.to_bits() || (masked.is_nan() && free.is_nan()));
            compared += 1;
        } else if lon > -121.299 || lat < 39.974 {
            assert!(masked.is_nan());
        }
    }
    assert!(compared > 10_000);

    let finest = map.tile_index.0.last().unwrap();
    let fates: Vec<_> = finest.tiles.tiles().filter_map(|tile| finest.fate(tile)).collect();
    assert!(fates.contains(&TileFate::Empty(Empty::OutsideZone)));
    assert!(map.tile_count < whole.map("sierra").tile_count);
}

#[test]
fn beyond_the_masks_edge_and_without_data_is_outside_and_said_so() {
    let (bed, _folder) = masked(&["xx?", "xx?"], [-121.4, 39.75, -121.1, 40.05], 9);
    let output = bed.succeed(&["update", "sierra"]);
    says(&output, &["beyond the mask's edge or has no data", "counts as outside"]);
    assert!((bed.map("sierra").fire_mask.unwrap().zone_share - 0.5).abs() < 0.02);
}

fn check_mask(mask: &Path, parts: &[&str]) {
    let mut keys = explicit();
    keys["fire_mask_path"] = json!(mask);
    let bed = sierra(keys);
    let output = bed.run(&["update", "sierra"]);
    assert_eq!(output.status.code(), Some(1));
    says(&output, &[&["region `sierra`", "fire-zone mask"], parts].concat());
    assert!(bed.meta("sierra").map.is_none());
}

#[test]
fn a_mask_that_cannot_be_used_is_an_error_and_no_empty_map() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    check_mask(&file("missing.tif"), &["missing.tif", "does not exist"]);
    fs::write(file("text.tif"), "no raster").unwrap();
    check_mask(&file("text.tif"), &["text.tif", "GeoTIFF"]);
    write_mask(&file("elsewhere.tif"), [10.0, 40.0, 11.0, 41.0], &["xx", "xx"]);
    check_mask(&file("elsewhere.tif"), &["does not touch the region's box"]);
    let scene = invented_scenes().join("scenes/S2A_10TFK_20250826_0_L2A/B8A.tif");
    check_mask(&scene, &["holds the value"]);
}

#[test]
fn earlier_runs_are_kept_and_pruned_by_the_metadata() {
    let bed = sierra(explicit());
    let mut runs = Vec::new();
    for _ in 0..4 {
        bed.succeed(&["update", "sierra", "--keep-runs", "1", "--keep-hours", "0"]);
        runs.push(bed.map("sierra").run_id);
    }
    let kept: Vec<String> =
        bed.meta("sierra").earlier_runs.into_iter().map(|run| run.run_id).collect();
    assert_eq!(kept, [runs[2].clone()]);
    let earlier = &bed.meta("sierra").earlier_runs[0];
    assert_eq!(earlier.post_window, Some(bed.map("sierra").post_window), "lists name its days");
    let server = Serving::start(&bed);
    let url = format!("{}/raster/sierra/{}.json", server.address, earlier.run_id);
    let mut answer = ureq::get(&url).call().unwrap();
    let meta: RegionMeta =
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(meta.map.unwrap().run_id, earlier.run_id, "its own metadata is served");
    for (place, run) in runs.iter().enumerate() {
        assert_eq!(bed.published(&format!("tiles/sierra/{run}")).exists(), place >= 2, "{place}");
        assert_eq!(
            bed.published(&format!("raster/sierra/{run}.tif")).exists(),
            place >= 2,
            "{place}"
        );
    }
    bed.succeed(&["update", "sierra", "--keep-runs", "1", "--keep-hours", "24"]);
    assert_eq!(
        bed.meta("sierra").earlier_runs.len(),
        2,
        "recent runs are kept for readers still at them"
    );
}

#[test]
fn a_map_that_observed_too_little_replaces_nothing() {
    let bed = sierra(explicit());
    bed.succeed(&["update", "sierra"]);
    let before = bed.map("sierra");
    let output = bed.run(&["update", "sierra", "--min-valid-share", "1.01"]);
    assert_eq!(output.status.code(), Some(1));
    says(&output, &["% of the zone was seen", "101.0 %"]);
    let meta = bed.meta("sierra");
    assert_eq!(meta.map.unwrap(), before);
    assert!(meta.last_error.unwrap().contains("min_valid_share"));
    let Some(RunFailure::TooLittleObserved { observed_share, min_share }) = meta.failure else {
        panic!("{:?}", meta.failure)
    };
    assert!((0.9..=1.0).contains(&observed_share) && min_share == 1.01, "{observed_share}");
}

#[test]
fn a_disk_without_room_is_a_recorded_failure_with_the_figures() {
    let bed = sierra(explicit());
    let output = bed.run(&["update", "sierra", "--min-free-gb", "1000000"]);
    assert_eq!(output.status.code(), Some(1));
    says(&output, &["GB free", "1000000.0 GB must stay free", "keep_runs"]);
    assert_eq!(bed.meta("sierra").last_status, RunStatus::Failed);
}

#[test]
fn a_run_past_its_time_stops_itself() {
    let bed = sierra(explicit());
    let output = bed.run(&["update", "sierra", "--max-run-minutes", "0"]);
    assert_eq!(output.status.code(), Some(1));
    says(&output, &["max_run_minutes"]);
}

#[test]
fn the_log_can_be_json() {
    let bed = sierra(explicit());
    let output = bed.succeed(&["--log", "json", "update", "sierra"]);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let computed = lines.iter().find(|line| line["message"] == "dNBR computed").unwrap();
    assert!(computed["region"] == "sierra" && computed["bytes"].as_u64().unwrap() > 0);
    assert!(
        computed["seconds"].as_str().unwrap().parse::<f64>().is_ok()
            && computed["scenes"].as_u64() == Some(4)
    );
}

#[test]
fn without_a_region_the_page_has_an_empty_list_and_its_settings() {
    let bed = TestBed::new(&invented_scenes().join("items.json"), &json!([]));
    bed.succeed(&["rotate", "--now", "2025-10-01T03:00:00Z"]);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(bed.published(name)).unwrap()).unwrap()
    };
    assert_eq!(read("meta/index.json")["regions"], json!([]));
    assert!(read("meta/client.json")["highres_zoom"].is_u64());
}
