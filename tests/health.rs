//! `dragonfly health` over roots that are well, ill, and half missing.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::thread;

use serde_json::{Value, json};

use crate::test_bed::{TestBed, invented_scenes, small_sierra};

fn bed() -> TestBed {
    let region = |name: &str| {
        json!({
            "name": name, "bbox": [-121.4, 39.75, -121.0, 40.05], "zoom_max": 9,
            "pre": { "start": "2025-06-01", "end": "2025-07-05" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
        })
    };
    TestBed::new(&invented_scenes().join("items.json"), &json!([region("mapped"), region("new")]))
}

fn health(bed: &TestBed) -> Value {
    serde_json::from_slice(&fs::read(bed.published("meta/health.json")).unwrap()).unwrap()
}

/// Runs `health` a number of days after the map was made.
fn check(bed: &TestBed, day: &str, code: i32) -> (Output, Value) {
    let output = bed.run(&["health", "--now", &format!("2025-10-{day}T04:00:00Z")]);
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    let found = health(bed);
    (output, found)
}

fn mapped() -> TestBed {
    let bed = bed();
    bed.succeed(&["update", "mapped", "--now", "2025-10-01T03:00:00Z"]);
    bed
}

#[test]
fn a_fresh_map_beside_a_pending_region_is_well() {
    let (_, found) = check(&mapped(), "02", 0);
    assert!(found["ok"] == true && found["disk_ok"] == true && found["regions_ok"] == true);
    assert!(found["disk_free_gb"].as_f64().unwrap() > 0.0);
    let region = &found["regions"]["mapped"];
    assert_eq!(
        (&region["age_days"], &region["tile_ok"], &region["last_status"]),
        (&json!(1), &json!(true), &json!("success"))
    );
    assert_eq!(found["regions"]["new"]["last_status"], "pending");
    assert!(found["load"].as_str().unwrap().contains("updates a night"));
}

#[test]
fn an_old_map_is_ill() {
    let (output, found) = check(&mapped(), "20", 1);
    assert_eq!(found["regions"]["mapped"]["ok"], false);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("region `mapped`: the map is 19 days old")
    );
}

#[test]
fn broken_files_are_found() {
    let bed = mapped();
    let map = bed.map("mapped");
    let tiles = bed.published(&format!("tiles/mapped/{}/dnbr", map.run_id));
    fs::remove_dir_all(&tiles).unwrap();
    fs::write(bed.published(&map.raster_url[1..]), "no raster").unwrap();
    let (output, found) = check(&bed, "02", 1);
    assert_eq!(found["regions"]["mapped"]["tile_ok"], false);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("the tile cannot be read") && said.contains("the raster cannot be read"),
        "{said}"
    );
    fs::write(bed.published("meta/mapped.json"), "{").unwrap();
    check(&bed, "02", 1);
}

#[test]
fn a_broken_layer_is_found() {
    let bed = mapped();
    let layers = bed.map("mapped").layers.unwrap();
    fs::write(bed.published(&layers.views[1..]), "no raster").unwrap();
    let (output, _) = check(&bed, "02", 1);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("the raster cannot be read") && said.contains("views.tif"), "{said}");
}

#[test]
fn a_root_half_missing_is_checked_all_the_same() {
    let bed = mapped();
    fs::remove_dir_all(bed.published("meta")).unwrap();
    let (_, found) = check(&bed, "02", 0);
    assert_eq!(found["regions"]["mapped"]["last_status"], "pending");
}

#[test]
fn a_region_that_no_night_ever_runs_is_ill_in_the_end() {
    let bed = bed();
    fs::create_dir_all(bed.published("")).unwrap();
    assert_eq!(bed.run(&["health"]).status.code(), Some(0), "first seen today");
    let later =
        (chrono::Utc::now() + chrono::TimeDelta::days(31)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let output = bed.run(&["health", "--now", &later]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("region `new`: no map yet"));
}

/// A mask and a perimeter that the configuration names and that are not there.
#[test]
fn files_that_are_configured_and_absent_are_named_everywhere() {
    for (keys, key) in [
        (json!({ "fire_mask_path": "nowhere.tif" }), "`fire_mask_path`"),
        (json!({ "dnbr_offset": true, "perimeter_path": "nowhere.kml" }), "`perimeter_path`"),
    ] {
        let mut region = small_sierra("sierra");
        region.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
        let bed = TestBed::new(&invented_scenes().join("items.json"), &json!([region]));
        fs::create_dir_all(bed.published("")).unwrap();
        for command in [&["health"][..], &["doctor", "sierra"], &["update", "sierra"]] {
            let output = bed.run(command);
            assert_eq!(output.status.code(), Some(1), "{command:?}");
            let words = [output.stdout, output.stderr].concat();
            let words = String::from_utf8_lossy(&words);
            assert!(words.contains("nowhere.") && words.contains(key), "{command:?}: {words}");
        }
        assert!(bed.meta("sierra").map.is_none(), "no map is made without it");
    }
}

#[test]
fn too_little_disk_is_ill() {
    let bed = mapped();
    let output = bed.run(&["health", "--now", "2025-10-02T04:00:00Z", "--min-free-gb", "1000000"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(health(&bed)["disk_ok"], false);
}

#[test]
fn what_cannot_be_checked_is_neither() {
    let bed = bed();
    assert_eq!(bed.run(&["health"]).status.code(), Some(2), "there is no root yet");
    assert_eq!(bed.run(&["health", "--regions", "/no/such/file"]).status.code(), Some(2));
}

#[test]
fn a_monitor_is_told_both_ways() {
    let bed = mapped();
    for (day, code, path) in [("02", 0, "GET /ping/1 "), ("25", 1, "GET /ping/1/fail ")] {
        let monitor = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/ping/1", monitor.local_addr().unwrap());
        let heard = thread::spawn(move || {
            let (mut stream, _) = monitor.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")
                .unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let output =
            bed.run(&["health", "--now", &format!("2025-10-{day}T04:00:00Z"), "--ping", &url]);
        assert_eq!(output.status.code(), Some(code));
        let request = heard.join().unwrap();
        assert!(request.starts_with(path), "{request}");
    }
}
