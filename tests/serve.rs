//! `dragonfly serve` before hostile catalogues and hostile readers.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::test_bed::{Serving, TestBed};

/// Longer than any answer takes on a busy machine, and shorter than the server's own limits would
/// help.
const PATIENCE: Duration = Duration::from_secs(60);

const TIFF: &[u8] = b"II*\0 and what follows";

/// A test bed whose catalogue holds these items, in a folder with further files.
fn bed(folder: &Path, items: &[Value]) -> TestBed {
    let catalogue = folder.join("items.json");
    fs::write(&catalogue, json!({ "type": "FeatureCollection", "features": items }).to_string())
        .unwrap();
    let bed = TestBed::new(&catalogue, &json!([]));
    fs::create_dir_all(bed.published("meta")).unwrap();
    bed
}

fn item(id: &str, assets: &Value) -> Value {
    json!({
        "type": "Feature", "id": id, "collection": "sentinel-2-l2a", "bbox": [0, 0, 1, 1], "assets": assets,
        "properties": { "datetime": "2025-06-01T00:00:00Z" },
    })
}

fn connect(server: &Serving) -> TcpStream {
    let stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The whole answer as it comes over the wire; `headers` end in line breaks.
fn get(server: &Serving, path: &str, headers: &str) -> String {
    let mut stream = connect(server);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn is_ok(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200")
}

/// The peak memory of the server so far, MB.
fn peak_mb(server: &Serving) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1000
}

#[test]
// Long: one row for each way out of the folder.
fn only_rasters_in_the_catalogues_folder_are_given_out() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("catalogue");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("good.tif"), TIFF).unwrap();
    fs::write(folder.join("text.tif"), "no raster").unwrap();
    fs::write(root.path().join("outside.tif"), TIFF).unwrap();
    symlink("good.tif", folder.join("link.tif")).unwrap();
    symlink("/etc/passwd", folder.join("passwd.tif")).unwrap();
    symlink("../outside.tif", folder.join("outside-link.tif")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.tif")).status().unwrap().success());
    let outside = root.path().join("outside.tif").display().to_string();
    let hrefs = [
        ("good", "good.tif"),
        ("link", "./link.tif"),
        ("text", "text.tif"),
        ("absolute", "/etc/passwd"),
        ("file", "file:///etc/passwd"),
        ("above", "../outside.tif"),
        ("outside", &outside),
        ("symlink", "passwd.tif"),
        ("outside-link", "outside-link.tif"),
        ("pipe", "pipe.tif"),
        ("vsi", "/vsizip//etc/archive.zip/a.tif"),
        ("far", "https://bucket.example/a.tif"),
    ];
    let assets: Value =
        hrefs.iter().map(|(key, href)| ((*key).to_owned(), json!({ "href": href }))).collect();
    let bed = bed(&folder, &[item("a", &assets)]);
    let server = Serving::start(&bed);

    for (key, href) in hrefs {
        let name = href.rsplit('/').next().unwrap();
        let answer = get(&server, &format!("/stac/assets/a/{key}/{name}"), "");
        let is_public = matches!(key, "good" | "link");
        assert_eq!(is_ok(&answer), is_public, "{key}: {answer}");
        assert!(is_public || answer.starts_with("HTTP/1.1 404"), "{key}: {answer}");
        assert!(!answer.contains("root:"), "{key}");
    }
    for path in [
        "/stac/search",
        "/stac/collections/sentinel-2-l2a/items",
        "/stac/collections/sentinel-2-l2a/items/a",
    ] {
        let answer = get(&server, path, "");
        assert!(is_ok(&answer), "{answer}");
        for part in
            ["/etc/", "file:", "/vsi", root.path().to_str().unwrap(), "pipe.tif", "text.tif"]
        {
            assert!(!answer.contains(part), "{path}: {part} in {answer}");
        }
        assert!(
            answer.contains("/stac/assets/a/link/link.tif")
                && answer.contains("https://bucket.example/a.tif")
        );
    }
    let page = get(&server, "/", "");
    assert!(page.contains("connect-src 'self' https://bucket.example"), "{page}");
    let suffix = get(&server, "/stac/assets/a/good/good.tif", "Range: bytes=-7\r\n");
    assert!(suffix.starts_with("HTTP/1.1 206") && suffix.ends_with("follows"), "{suffix}");
}

#[test]
fn a_file_that_changes_into_a_link_is_given_out_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    let raster = folder.path().join("a.tif");
    fs::write(&raster, TIFF).unwrap();
    let bed = bed(folder.path(), &[item("a", &json!({ "nir08": { "href": "a.tif" } }))]);
    let server = Serving::start(&bed);
    let path = "/stac/assets/a/nir08/a.tif";
    assert!(is_ok(&get(&server, path, "")));
    fs::remove_file(&raster).unwrap();
    symlink("/etc/passwd", &raster).unwrap();
    assert!(get(&server, path, "").starts_with("HTTP/1.1 404"));
}

#[test]
fn more_idle_sockets_than_descriptors_do_not_silence_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let bed = bed(folder.path(), &[]);
    let server = Serving::start_with_open_files(&bed, 64);
    let idle: Vec<TcpStream> = (0..100).map(|_| connect(&server)).collect();
    for _ in 0..5 {
        assert!(is_ok(&get(&server, "/", "")));
    }
    let mut half: Vec<TcpStream> = (0..100).map(|_| connect(&server)).collect();
    for stream in &mut half {
        // Those that were closed already cannot be written to.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: ");
    }
    assert!(is_ok(&get(&server, "/", "")));
    drop((idle, half));
    assert!(is_ok(&get(&server, "/", "")));
}

#[test]
fn too_few_descriptors_are_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let bed = bed(folder.path(), &[]);
    let output = Serving::command_with_open_files(&bed, 24).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && message.contains("the limit of open files is 24"),
        "{message}"
    );
}

/// A thousand items of 12 kB: the largest page has 12 MB.
fn many_items() -> Vec<Value> {
    let text = "x".repeat(12_000);
    let one = |number: usize| {
        let mut item = item(&format!("item-{number}"), &json!({}));
        item["properties"]["description"] = text.clone().into();
        item
    };
    (0..1000).map(one).collect()
}

/// A request of a reader that takes the first bytes of its answer and no more.
fn stall(server: &Serving, request: &str) -> TcpStream {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200", "{request}");
    stream
}

#[test]
fn many_slow_readers_of_large_answers_take_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let bed = bed(folder.path(), &many_items());
    let server = Serving::start(&bed);
    let by_get = "GET /stac/search?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n";
    let compressed =
        "GET /stac/search?limit=1000 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br, gzip\r\n\r\n";
    let by_post =
        "POST /stac/search HTTP/1.1\r\nHost: a\r\nContent-Length: 14\r\n\r\n{\"limit\":1000}";
    let slow: Vec<TcpStream> = [by_get, compressed, by_post]
        .into_iter()
        .cycle()
        .take(255)
        .map(|request| stall(&server, request))
        .collect();

    let live = get(&server, "/stac/search?limit=1000", "");
    assert!(live.len() > 12_000_000 && live.contains(r#""numberReturned":1000"#), "{}", live.len());
    let peak = peak_mb(&server);
    eprintln!("the server took {peak} MB at most");
    assert!(peak < 250, "the server took {peak} MB");
    drop(slow);
}

#[test]
fn slow_readers_beyond_the_limit_give_way_to_live_ones() {
    let folder = tempfile::tempdir().unwrap();
    let bed = bed(folder.path(), &many_items());
    let server = Serving::start_with_open_files(&bed, 64);
    let request = "GET /stac/search?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n";
    // As many as there may be connections; the next one must close one of them.
    let slow: Vec<TcpStream> = (0..16).map(|_| stall(&server, request)).collect();
    let began = Instant::now();
    for _ in 0..3 {
        let answer = get(&server, "/", "");
        assert!(is_ok(&answer), "{answer}");
    }
    assert!(began.elapsed() < PATIENCE);
    drop(slow);
}
