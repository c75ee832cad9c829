//! `dragonfly doctor` before good servers and bad ones: each fault is found by its own probe, and
//! by no other.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::test_bed::{Serving, TestBed, invented_scenes};

const SITE: &str = "https://maps.example.org";

/// What was requested from a server.
struct ReceivedRequest {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
}

/// What it answers.
struct ServedRange {
    status: u16,
    headers: BTreeMap<&'static str, String>,
    body: Vec<u8>,
}

/// Changes an answer before it is given.
type Corruption = Box<dyn Fn(&ReceivedRequest, &mut ServedRange) + Send + Sync>;

/// A small STAC API over the invented scenes, with files in ranges, and one thing corrupted. It
/// ends with the tests.
fn start(items: &Value, corrupt: Corruption) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let items = items.to_string().replace("{root}", &root);
    thread::spawn(move || {
        thread::scope(|scope| {
            for stream in listener.incoming() {
                scope.spawn(|| answer(stream.unwrap(), &items, &corrupt));
            }
        });
    });
    root
}

fn answer(mut stream: TcpStream, items: &str, corrupt: &Corruption) {
    // A client that connects and sends nothing, or closes early, does not matter to the test.
    let Some(request) = receive(&stream) else { return };
    let mut answer = good_answer(&request, items);
    corrupt(&request, &mut answer);
    let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", answer.status);
    answer.headers.entry("content-length").or_insert(answer.body.len().to_string());
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = if request.method == "HEAD" { &[][..] } else { &answer.body };
    let _ = stream.write_all(&[head.as_bytes(), b"\r\n", body].concat());
}

fn receive(stream: &TcpStream) -> Option<ReceivedRequest> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (method, path) = (line.split(' ').next()?.to_owned(), line.split(' ').nth(1)?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(ReceivedRequest { method, path, headers })
}

/// What a server does that has no fault.
fn good_answer(request: &ReceivedRequest, items: &str) -> ServedRange {
    let mut headers = BTreeMap::from([
        ("access-control-allow-origin", "*".to_owned()),
        ("access-control-allow-headers", "Content-Type, Range".to_owned()),
        ("access-control-expose-headers", "ETag, Content-Range".to_owned()),
        ("date", http_date(TimeDelta::zero())),
    ]);
    let mut status = 200;
    let body = match request.path.as_str() {
        _ if request.method == "OPTIONS" => Vec::new(),
        "/" => json!({ "type": "Catalog", "stac_version": "1.0.0", "title": "Of a test" })
            .to_string()
            .into(),
        "/collections/sentinel-2-l2a" => json!({ "id": "sentinel-2-l2a" }).to_string().into(),
        "/collections" => json!({ "collections": [{ "id": "sentinel-2-l2a" }] }).to_string().into(),
        "/search" => items.as_bytes().to_vec(),
        path => match path.strip_prefix("/files").map(fs::read) {
            Some(Ok(file)) => match request.headers.get("range") {
                Some(range) => {
                    let (start, end) =
                        range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
                    let (start, end): (usize, usize) =
                        (start.parse().unwrap(), end.parse().unwrap());
                    let end = end.min(file.len() - 1);
                    status = 206;
                    headers.insert("content-range", format!("bytes {start}-{end}/{}", file.len()));
                    file[start..=end].to_vec()
                }
                None => file,
            },
            _ => {
                status = 404;
                Vec::new()
            }
        },
    };
    ServedRange { status, headers, body }
}

fn http_date(ahead: TimeDelta) -> String {
    (Utc::now() + ahead).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The catalogue of the invented scenes, its files behind `{root}/files`.
fn items() -> Value {
    let sample = invented_scenes();
    let mut items: Value =
        serde_json::from_slice(&fs::read(sample.join("items.json")).unwrap()).unwrap();
    for item in items["features"].as_array_mut().unwrap() {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            asset["href"] = json!(format!(
                "{{root}}/files{}",
                sample.join(asset["href"].as_str().unwrap()).display()
            ));
        }
    }
    items
}

/// The same, with each item changed.
fn items_with(change: impl Fn(&mut Value)) -> Value {
    let mut items = items();
    items["features"].as_array_mut().unwrap().iter_mut().for_each(change);
    items
}

/// The same, with an asset of every item at another file.
fn items_with_file(asset: &str, file: &Path) -> Value {
    items_with(|item| {
        item["assets"][asset]["href"] = json!(format!("{{root}}/files{}", file.display()))
    })
}

fn bed_over(stac: &str) -> TestBed {
    let regions: Value =
        serde_json::from_slice(&fs::read(invented_scenes().join("regions.json")).unwrap()).unwrap();
    TestBed::new(Path::new(stac), &regions)
}

const EXAMINE: [&str; 5] = ["doctor", "sample_sierra", "--json", "--origin", SITE];

fn findings(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Exactly one probe complains, in these words; none when `probe` is empty. The exit code follows.
fn check_output(output: &Output, probe: &str, status: &str, parts: &[&str]) {
    let findings = findings(output);
    let complaints: Vec<&Value> = findings
        .iter()
        .filter(|found| ["warn", "fail"].contains(&found["status"].as_str().unwrap()))
        .collect();
    let complaining: Vec<&str> =
        complaints.iter().map(|found| found["probe"].as_str().unwrap()).collect();
    let expected: Vec<&str> = Some(probe).filter(|probe| !probe.is_empty()).into_iter().collect();
    assert_eq!(complaining, expected, "{complaints:#?}");
    for found in complaints {
        assert_eq!(found["status"], status, "{found:#}");
        let advice = found["advice"].as_str().unwrap();
        let words = format!("{} {advice}", found["finding"].as_str().unwrap());
        assert!(advice.len() > 20, "what to do: {found:#}");
        for part in parts {
            assert!(words.contains(part), "`{part}` is not in: {words}");
        }
    }
    assert_eq!(output.status.code(), Some(i32::from(status == "fail")));
}

/// Before a server that gives these items, corrupted so.
fn check(items: &Value, corrupt: Corruption, probe: &str, status: &str, parts: &[&str]) {
    let root = start(items, corrupt);
    check_output(&bed_over(&root).run(&EXAMINE), probe, status, parts);
}

/// A fault of one path: answers that begin with it are corrupted.
fn at(path: &'static str, corrupt: fn(&mut ServedRange)) -> Corruption {
    Box::new(move |request, answer| {
        if request.path.starts_with(path) && (path != "/" || request.path == "/") {
            corrupt(answer);
        }
    })
}

fn uncorrupted() -> Corruption {
    Box::new(|_, _| {})
}

#[test]
fn good_servers_are_well() {
    check(&items(), uncorrupted(), "", "ok", &[]);
    let near = TestBed::invented();
    fs::create_dir_all(near.published("")).unwrap();
    check_output(&near.run(&["doctor", "--json"]), "", "ok", &[]);
    let server = Serving::start(&near);
    let far = bed_over(&format!("{}/stac", server.address));
    let output = far.run(&["doctor", "--json", "--origin", SITE]);
    check_output(&output, "", "ok", &[]);
    // Nothing is left out: two regions, and every probe answered.
    let probes: Vec<Value> = findings(&output);
    assert_eq!(probes.iter().filter(|found| found["status"] == "ok").count(), probes.len());
    assert_eq!(probes.iter().filter(|found| found["region"] == "sample_evia").count(), 7);
    assert!(!far.published("").exists(), "a look leaves nothing behind");
}

#[test]
fn a_catalogue_that_keeps_scenes_back_is_told() {
    let mut lacking = items();
    lacking["numberMatched"] = json!(40);
    check(&lacking, uncorrupted(), "scene", "warn", &["40 matching scenes", "sends 12"]);
    let mut unfiltered = items();
    unfiltered["links"] = json!([{ "rel": "next", "href": "search?page=2" }]);
    check(&unfiltered, uncorrupted(), "scene", "fail", &["does not filter", "days (requested"]);
}

#[test]
fn a_collection_in_other_case_is_told_and_searched() {
    let items = items_with(|item| item["collection"] = json!("SENTINEL-2-L2A"));
    let renamed = Box::new(|request: &ReceivedRequest, answer: &mut ServedRange| {
        match request.path.as_str() {
            "/collections/sentinel-2-l2a" => answer.status = 404,
            "/collections" => {
                let list = json!({ "collections": [{ "id": "SENTINEL-2-L2A" }] });
                answer.body = list.to_string().into();
            }
            _ => {}
        }
    });
    check(&items, renamed, "collection", "warn", &["SENTINEL-2-L2A", "only in case"]);
}

#[test]
fn people_read_a_line_a_probe_and_the_next_step() {
    let output = TestBed::invented().run(&["doctor", "sample_evia", "--min-free-gb", "999999"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("\nFAIL  disk ") && text.contains(" → make room, lower"), "{text}");
    assert!(
        text.contains("\nok    scene of sample_evia ") && text.contains("\nskip  clock "),
        "{text}"
    );
    assert!(!text.contains("sample_sierra") && !text.contains('\x1b'), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_machine_that_cannot_publish_is_told() {
    let bed = TestBed::invented();
    check_output(
        &bed.run(&["doctor", "--json", "--min-free-gb", "999999"]),
        "disk",
        "fail",
        &["GB are free", "keep_runs"],
    );
    // Not even root writes through a file.
    fs::write(bed.published("meta").parent().unwrap(), "in the way").unwrap();
    check_output(&bed.run(&["doctor", "--json"]), "root", "fail", &["is a file", "ReadWritePaths"]);
}

#[test]
fn a_configuration_that_cannot_be_used_hides_nothing_else() {
    let bed = TestBed::invented();
    let output = bed.run(&["doctor", "--json", "no_such"]);
    check_output(&output, "regions", "fail", &["`no_such`", "sample_sierra, sample_evia"]);
    assert!(
        findings(&output)
            .iter()
            .any(|found| found["probe"] == "catalogue" && found["status"] == "ok")
    );
    let output = bed.run(&["doctor", "--json", "--fire-zone-mask", "no/mask.tif", "sample_evia"]);
    check_output(&output, "mask", "fail", &["no/mask.tif", "does not exist", "fire_zone_mask"]);
}

#[test]
fn a_catalogue_that_does_not_answer_as_stac_is_told() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check_output(
        &bed_over(&format!("http://{closed}")).run(&EXAMINE),
        "catalogue",
        "fail",
        &["refused", "`stac`"],
    );
    check_output(
        &bed_over("/no/such/items.json").run(&EXAMINE),
        "catalogue",
        "fail",
        &["/no/such/items.json", "`stac`"],
    );
    let html = at("/", |answer| answer.body = b"<html>Welcome to our API</html>".to_vec());
    check(&items(), html, "catalogue", "fail", &["not as STAC does", "<html>Welcome"]);
    check(&items(), at("/", |answer| answer.status = 503), "catalogue", "fail", &["503", "busy"]);
}

#[test]
fn a_dead_host_is_given_up_soon() {
    // Connects, as the system does so for it, and never answers.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = bed_over(&format!("http://{}", deaf.local_addr().unwrap())).run(&EXAMINE);
    check_output(&output, "catalogue", "fail", &["no answer within 10 seconds"]);
    deaf.set_nonblocking(true).unwrap();
    let connections = std::iter::from_fn(|| deaf.accept().ok()).count();
    assert_eq!(connections, 1, "it is asked once");
}

#[test]
fn a_missing_collection_is_told_beside_those_there_are() {
    let gone = at("/collections/", |answer| answer.status = 404);
    check(
        &items(),
        gone,
        "collection",
        "fail",
        &["sentinel-2-l2a is not there", "has sentinel-2-l2a"],
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("items.json");
    fs::write(&file, items_with(|item| item["collection"] = json!("other")).to_string()).unwrap();
    check_output(
        &bed_over(file.to_str().unwrap()).run(&EXAMINE),
        "collection",
        "fail",
        &["the catalogue has other"],
    );
}

#[test]
fn windows_without_scenes_are_told() {
    check(
        &json!({ "features": [] }),
        uncorrupted(),
        "scene",
        "fail",
        &["no scene", "post side", "2025-08-20"],
    );
    let early = items_with(|item| item["properties"]["datetime"] = json!("2019-06-12T18:50:00Z"));
    check(&early, uncorrupted(), "scene", "fail", &["no scene", "post_window_days"]);
    let undated = items_with(|item| item["properties"]["datetime"] = json!(null));
    check(
        &undated,
        uncorrupted(),
        "scene",
        "fail",
        &["no scene", "which dates the catalogue covers"],
    );
    let cloudy = items_with(|item| item["properties"]["eo:cloud_cover"] = json!(99.0));
    check(&cloudy, uncorrupted(), "scene", "warn", &["all ", "99 % cloud", "max_cloud_cover"]);
    let no_post: Corruption = Box::new(|request, answer| {
        if request.method == "POST" {
            answer.status = 405;
        }
    });
    check(&items(), no_post, "scene", "fail", &["/search", "405"]);
    check(
        &items(),
        at("/search", |answer| answer.body = b"{}".to_vec()),
        "scene",
        "fail",
        &["features"],
    );
}

#[test]
fn a_rolling_region_wants_scenes_of_the_last_weeks() {
    let scene = |region: Value, now: &str| {
        let bed = TestBed::new(&invented_scenes().join("items.json"), &json!([region]));
        let output = bed.run(&["doctor", "--json", "--now", now]);
        findings(&output).into_iter().find(|found| found["probe"] == "scene").unwrap()
    };
    let check = |region: Value, now: &str, status: &str, part: &str| {
        let found = scene(region, now);
        assert_eq!(found["status"], status, "{found:#}");
        assert!(found["finding"].as_str().unwrap().contains(part), "{found:#}");
    };
    let bbox = json!([-121.4, 39.75, -121.0, 40.05]);
    let rolling = json!({ "name": "a", "bbox": bbox });
    check(rolling.clone(), "2026-03-01T03:00:00Z", "fail", "post side, 2026-01-01 to 2026-03-01");
    // The last weeks have some, the same weeks of the year before have none.
    check(rolling, "2025-09-20T03:00:00Z", "fail", "pre side");
    let fire = |event: &str| json!({ "name": "a", "bbox": bbox, "event_date": event, "event_end": "2025-06-28" });
    check(fire("2025-06-20"), "2026-01-01T03:00:00Z", "warn", "only in twice the days: post: S2");
    let coming =
        json!({ "name": "a", "bbox": bbox, "event_date": "2025-06-20", "event_end": "2026-01-01" });
    check(coming, "2026-01-05T03:00:00Z", "warn", "no scene");
}

#[test]
fn files_that_cannot_be_read_in_part_are_told() {
    let whole: Corruption = Box::new(|request, answer| {
        if let Some(file) = request.path.strip_prefix("/files") {
            answer.status = 200;
            answer.headers.remove("content-range");
            answer.body = fs::read(file).unwrap();
        }
    });
    check(&items(), whole, "assets", "fail", &["whole, ", "MB", "no Range"]);
    check(
        &items(),
        at("/files", |answer| answer.status = 403),
        "assets",
        "fail",
        &["403", "login"],
    );
    check(&items(), at("/files", |answer| answer.status = 404), "assets", "fail", &["404", "gone"]);
    let unnumbered = at("/files", |answer| drop(answer.headers.remove("content-range")));
    check(&items(), unnumbered, "assets", "fail", &["without Content-Range", "proxy"]);
    let short = at("/files", |answer| answer.body.truncate(99));
    check(&items(), short, "assets", "fail", &["99 bytes", "0-16383"]);
    let bucket = items_with(|item| {
        item["properties"]["storage:requester_pays"] = json!(true);
        item["assets"]["scl"]["href"] = json!("s3://bucket/SCL.tif");
    });
    let parts = ["s3://bucket/SCL.tif", "storage:requester_pays", "http(s)"];
    check(&bucket, uncorrupted(), "assets", "fail", &parts);
    let landsat = items_with(|item| drop(item["assets"].as_object_mut().unwrap().remove("swir22")));
    check(
        &landsat,
        uncorrupted(),
        "assets",
        "fail",
        &["no asset swir22", "near and a short-wave infrared"],
    );
    let jpeg = at("/files", |answer| answer.body[..8].copy_from_slice(b"\0\0\0\x0cjP  "));
    check(&items(), jpeg, "assets", "fail", &["no TIFF", "JPEG 2000"]);
}

/// A file of the clearest post scene of the Sierra.
fn file_of(asset: &str) -> PathBuf {
    invented_scenes().join(format!("scenes/S2A_10TFK_20250826_0_L2A/{asset}.tif"))
}

#[test]
fn files_that_are_cut_short_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.tif");
    let whole = fs::read(file_of("B12")).unwrap();
    fs::write(&cut, &whole[..whole.len() / 3]).unwrap();
    check(
        &items_with_file("swir22", &cut),
        uncorrupted(),
        "layout",
        "fail",
        &["cut.tif", "cut short"],
    );
}

#[test]
fn scenes_of_either_side_that_a_run_would_not_open_are_told() {
    let both = |pre: bool, change: fn(&mut Value)| {
        items_with(|item| {
            let is_pre = item["properties"]["datetime"].as_str().unwrap() < "2025-07-15";
            if is_pre == pre {
                change(item);
            }
        })
    };
    // Two bands of one file.
    let same = both(true, |item| {
        item["assets"]["swir22"]["href"] = item["assets"]["nir08"]["href"].clone();
    });
    let parts = ["the pre side", "the same band of one file"];
    check(&same, uncorrupted(), "opening", "fail", &parts);
    let unmasked = both(true, |item| drop(item["assets"].as_object_mut().unwrap().remove("scl")));
    check(&unmasked, uncorrupted(), "opening", "warn", &["has no mask"]);
}

#[test]
fn an_unexpected_layout_is_named_with_what_it_costs() {
    let folder = tempfile::tempdir().unwrap();
    let striped = folder.path().join("striped.tif");
    let translated = Command::new("gdal_translate")
        .args(["-q", "--config", "GDAL_PAM_ENABLED", "NO", "-co", "BLOCKYSIZE=1"])
        .args([&file_of("B12"), &striped])
        .status();
    assert!(translated.unwrap().success());
    let parts = ["short-wave infrared: ", "not compressed", "strips of ", "no overviews"];
    check(&items_with_file("swir22", &striped), uncorrupted(), "layout", "warn", &parts);
}

#[test]
fn an_offset_that_the_pixels_contradict_is_told() {
    let flagged = |flag: bool| {
        items_with(|item| item["properties"]["earthsearch:boa_offset_applied"] = json!(flag))
    };
    check(
        &flagged(true),
        uncorrupted(),
        "offset",
        "warn",
        &["boa_offset_applied is true", "still in"],
    );
    let root = start(&flagged(false), uncorrupted());
    let output = bed_over(&root).run(&["doctor", "sample_evia", "--json"]);
    check_output(&output, "offset", "warn", &["boa_offset_applied is false", "pixels prove"]);
}

#[test]
fn a_page_that_may_not_ask_is_told() {
    let silent: Corruption = Box::new(|request, answer| {
        if request.path.starts_with("/files") {
            answer.headers.remove("access-control-allow-origin");
        }
    });
    check(
        &items(),
        silent,
        "assets cors",
        "fail",
        &[SITE, "no Access-Control-Allow-Origin", "`proxy_base`"],
    );
    let hidden =
        at("/files", |answer| drop(answer.headers.remove("access-control-expose-headers")));
    check(&items(), hidden, "assets cors", "warn", &["Content-Range", "`proxy_base`"]);
    let other = |answer: &mut ServedRange| {
        answer.headers.insert("access-control-allow-origin", "https://other.example".to_owned());
    };
    check(
        &items(),
        at("/search", other),
        "catalogue cors",
        "fail",
        &["https://other.example only", "`proxy_base`"],
    );
    let strict =
        at("/search", |answer| drop(answer.headers.remove("access-control-allow-headers")));
    check(
        &items(),
        strict,
        "catalogue cors",
        "fail",
        &["content-type", "Access-Control-Allow-Headers"],
    );
    let deaf: Corruption = Box::new(|request, answer| {
        if request.method == "OPTIONS" {
            answer.status = 405;
        }
    });
    check(&items(), deaf, "catalogue cors", "fail", &["preflight", "405"]);
}

#[test]
fn a_proxy_may_stand_before_the_images() {
    // The proxy passes on what comes after its address; the bucket itself answers no other site.
    let silent: Corruption = Box::new(|request, answer| {
        if request.path.starts_with("/files") {
            answer.headers.remove("access-control-allow-origin");
        }
    });
    let bucket = start(&items(), silent);
    let proxied: Corruption = Box::new(|request, answer| {
        if let Some((_, file)) =
            request.path.split_once("/http:").and_then(|(_, url)| url.split_once("/files"))
        {
            let path = format!("/files{file}");
            let request = ReceivedRequest {
                method: request.method.clone(),
                path,
                headers: request.headers.clone(),
            };
            *answer = good_answer(&request, "");
        }
    });
    let proxy = start(&items(), proxied);
    let bed = bed_over(&bucket);
    check_output(&bed.run(&EXAMINE), "assets cors", "fail", &["`proxy_base`"]);
    let output = bed.run(&[&EXAMINE[..], &["--proxy-base", &format!("{proxy}/")]].concat());
    check_output(&output, "", "ok", &[]);
}

#[test]
fn files_that_open_with_a_token_want_one() {
    let bucket = "https://test.blob.core.windows.net";
    let items = items_with(|item| {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            asset["href"] = json!(asset["href"].as_str().unwrap().replace("{root}", bucket));
        }
    });
    let root = start(&items, uncorrupted());
    let output =
        bed_over(&root).run(&[&EXAMINE[..], &["--token-url", &format!("{root}/sas")]].concat());
    check_output(
        &output,
        "token",
        "fail",
        &[&format!("{root}/sas/sentinel-2-l2a"), "404", "`token_url`"],
    );
}

#[test]
fn without_an_origin_the_browser_is_left_out_and_said_so() {
    let root = start(&items(), uncorrupted());
    let output = bed_over(&root).run(&["doctor", "--json", "sample_sierra"]);
    check_output(&output, "", "ok", &[]);
    let skipped: Vec<Value> =
        findings(&output).into_iter().filter(|found| found["status"] == "skipped").collect();
    assert_eq!(skipped.len(), 2, "{skipped:#?}");
    assert!(
        skipped.iter().all(|found| found["finding"].as_str().unwrap().contains("--origin")),
        "{skipped:#?}"
    );
    let output = bed_over(&root).run(&["doctor", "--origin", "maps.example.org"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    let late =
        at("/", |answer| drop(answer.headers.insert("date", http_date(TimeDelta::minutes(-20)))));
    check(&items(), late, "clock", "fail", &["ahead of", "set-ntp"]);
    let early =
        at("/", |answer| drop(answer.headers.insert("date", http_date(TimeDelta::seconds(90)))));
    check(&items(), early, "clock", "warn", &["behind", "set-ntp"]);
}

#[test]
fn a_background_that_readers_would_not_see_is_found_by_one_tile() {
    let picture = |body: &'static [u8]| -> Corruption {
        Box::new(move |request, answer| {
            if request.path.starts_with("/tiles/0/0/0.png") {
                answer.status = if body.is_empty() { 403 } else { 200 };
                answer.body = body.to_vec();
            }
            if request.path.starts_with("/tiles/") && request.headers["referer"] != SITE {
                answer.status = 418;
            }
        })
    };
    let check = |corrupt: Corruption, settings: &str, status: &str, parts: &[&str]| {
        let root = start(&items(), corrupt);
        let bed = bed_over(&root);
        let file = bed.published("../dragonfly.toml");
        fs::create_dir_all(bed.published("ground")).unwrap();
        let layers =
            json!({ "vector_layers": [{ "id": "roads", "fields": { "kind": "String" } }] });
        fs::write(bed.published("ground/good.pmtiles"), extract(&layers)).unwrap();
        fs::write(bed.published("ground/other.pmtiles"), extract(&json!({}))).unwrap();
        fs::write(bed.published("ground/bad.pmtiles"), b"SQLite").unwrap();
        let settings = format!("[[basemaps]]\ntitle = 'Roads'\nattribution = 'us'\n{settings}");
        fs::write(&file, settings.replace("{root}", &root)).unwrap();
        let output = bed.run(&[&EXAMINE[..], &["--config", file.to_str().unwrap()]].concat());
        let probe = if status == "ok" { "" } else { "basemap" };
        check_output(&output, probe, status, parts);
    };
    const URL: &str = "url = '{root}/tiles/{z}/{x}/{y}.png'";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    check(picture(PNG), URL, "ok", &[]);
    check(picture(b""), URL, "fail", &["Roads", "/tiles/0/0/0.png is refused: 403", "`url`"]);
    check(picture(b"<html>"), URL, "fail", &["is not an image"]);
    let dead = "url = 'http://127.0.0.1:1/{z}/{x}/{y}.png'";
    check(uncorrupted(), dead, "fail", &["not reachable", "`url`"]);
    let labels = "url = '/own/{z}/{x}/{y}.png'\nlabels = '{root}/tiles/{z}/{x}/{y}.png'";
    check(picture(b"<html>"), labels, "fail", &["is not an image"]);
    let silent: Corruption = Box::new(|request, answer| {
        if request.path.starts_with("/tiles/") {
            answer.status = 200;
            answer.body = PNG.to_vec();
            answer.headers.remove("access-control-allow-origin");
        }
    });
    check(silent, URL, "warn", &["no Access-Control-Allow-Origin", "pictures that they save"]);
    check(uncorrupted(), "file = 'ground/good.pmtiles'", "ok", &[]);
    check(uncorrupted(), "file = 'ground/bad.pmtiles'", "fail", &["no PMTiles", "ground.md"]);
    check(uncorrupted(), "file = 'ground/other.pmtiles'", "fail", &["has no roads", "ground.md"]);
    check(uncorrupted(), "file = 'ground/none.pmtiles'", "fail", &["cannot be read", "`file`"]);
}

/// An extract without tiles, which describes its layers.
fn extract(layers: &Value) -> Vec<u8> {
    let layers = layers.to_string();
    let mut file = b"PMTiles\x03".to_vec();
    file.resize(127, 0);
    // Where the description is, how long, not compressed; vector tiles.
    (file[24], file[32], file[97], file[99]) = (127, layers.len() as u8, 1, 1);
    file.extend(layers.as_bytes());
    file
}

/// Answers as servers of layers do: shapes, pictures, and what is neither.
fn answer_layers(request: &ReceivedRequest, answer: &mut ServedRange) {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let shapes = json!({ "type": "FeatureCollection", "features": [] }).to_string();
    let body: Vec<u8> = match path {
        "/layers/sound.geojson" => shapes.into(),
        "/layers/closed.geojson" | "/layers/closed/0/0/0.png" => {
            answer.headers.remove("access-control-allow-origin");
            if path.ends_with(".png") { b"\x89PNG".to_vec() } else { shapes.into() }
        }
        "/layers/page.geojson" => b"<html>Please log in</html>".to_vec(),
        "/layers/projected.geojson" => {
            let crs =
                json!({ "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::3857" } });
            json!({ "type": "FeatureCollection", "crs": crs, "features": [] }).to_string().into()
        }
        "/layers/0/0/0.png" => b"\x89PNG\r\n".to_vec(),
        "/layers/wms" if query.contains("request=GetMap&layers=zones&") => b"\x89PNG".to_vec(),
        "/layers/wms" => b"<ServiceExceptionReport/>".to_vec(),
        _ => return,
    };
    (answer.status, answer.body) = (200, body);
}

#[test]
fn layers_that_the_page_cannot_show_are_named_with_the_reason() {
    let root = start(&items(), Box::new(answer_layers));
    let bed = bed_over(&root);
    let layers = [
        ("geojson", "sound.geojson", "", "ok", "may show"),
        ("geojson", "closed.geojson", "", "fail", "Access-Control-Allow-Origin"),
        ("geojson", "page.geojson", "", "fail", "not GeoJSON"),
        ("geojson", "projected.geojson", "", "fail", "EPSG::3857"),
        ("geojson", "absent.geojson", "", "fail", "404"),
        ("xyz", "{z}/{x}/{y}.png", "", "ok", "/layers/0/0/0.png"),
        ("xyz", "closed/{z}/{x}/{y}.png", "", "warn", "left out of saved pictures"),
        ("xyz", "wms/{z}/{x}/{y}.png", "", "fail", "404"),
        ("wms", "wms", "layers = 'zones'\n", "ok", "may show"),
        ("wms", "wms", "layers = 'other'\n", "fail", "no image"),
    ];
    let setting = |(index, (kind, path, more, ..)): (usize, &(&str, &str, &str, &str, &str))| {
        let common = format!("title = 'Layer {index}'\nkind = '{kind}'\nattribution = 'x'\n");
        format!("[[overlays]]\n{common}url = '{root}/layers/{path}'\n{more}")
    };
    let text: String = layers.iter().enumerate().map(setting).collect();
    let insecure = "[[overlays]]\ntitle = 'Insecure'\nkind = 'geojson'\nattribution = 'x'\n\
        url = 'http://maps.example.org/a.geojson'\n";
    let own = "[[overlays]]\ntitle = 'Own'\nkind = 'geojson'\nattribution = 'x'\n\
        url = '/own.geojson'\n";
    let file = bed.published("").join("../layers.toml");
    fs::create_dir_all(bed.published("")).unwrap();
    fs::write(&file, [&text, insecure, own].concat()).unwrap();
    let arguments = [&["--config", file.to_str().unwrap()][..], &EXAMINE].concat();
    let found = findings(&bed.run(&arguments));
    let about: Vec<&Value> = found.iter().filter(|it| it["probe"] == "overlays").collect();
    let expected = layers.map(|(.., status, part)| (status, part));
    let more = [("fail", "nothing over http"), ("skipped", "the page's own site")];
    assert_eq!(about.len(), expected.len() + more.len(), "{about:#?}");
    for (found, (status, part)) in about.into_iter().zip(expected.into_iter().chain(more)) {
        assert_eq!(found["status"], status, "{found:#}");
        assert!(found["finding"].as_str().unwrap().contains(part), "`{part}` in {found:#}");
    }
}
