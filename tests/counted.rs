//! What a small night requests from a bucket, counted: the same on every machine, busy or not.

use std::fs;
use std::path::Path;

use dragonfly_sample::bench::{BenchLayout, write};
use gdal::{Dataset, Metadata};
use serde_json::{Value, json};

use crate::bucket::{Bucket, Faults};
use crate::test_bed::TestBed;

/// Two overlapping tiles of the wide benchmark, one date per side; at zoom 9 their full image is
/// read.
const LAYOUT: BenchLayout = BenchLayout {
    columns: 2,
    rows: 1,
    dates: 1,
    width_px: 343,
    pixel_size_m: 160.0,
    spacing_m: 50_000.0,
};

#[test]
fn a_small_night_requests_each_file_twice_and_only_the_bytes_of_its_blocks() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &LAYOUT, &mut |_| {}).unwrap();
    let items: Value =
        serde_json::from_slice(&fs::read(folder.path().join("items.json")).unwrap()).unwrap();
    let files = files_of(&items);
    assert_eq!(files.len(), 12, "4 scenes, each with 2 bands and a mask");

    let counts = [(); 2].map(|()| counts_of_a_night(folder.path(), &items));
    assert_eq!(counts[0], counts[1], "requests and bytes of two runs");
    let (requests, bytes) = counts[0];
    let blocks: u64 = files.iter().map(|file| block_bytes(&folder.path().join(file))).sum();
    assert_eq!(requests, REQUESTS_PER_FILE * files.len());
    let limit = blocks + MAX_HEADER_BYTES * files.len() as u64;
    assert!((blocks..=limit).contains(&bytes), "{bytes} bytes for blocks of {blocks}");
}

/// One for the header, one for the blocks.
const REQUESTS_PER_FILE: usize = 2;
/// What the first request of a file reads, from which its header and the begin of a block come.
const MAX_HEADER_BYTES: u64 = 32 << 10;

/// Requests and bytes of a run in an empty root.
fn counts_of_a_night(folder: &Path, items: &Value) -> (usize, u64) {
    let bucket = Bucket::of(folder, Faults::default());
    let region = json!({
        "name": "counted", "bbox": bounds(items), "zoom_min": 7, "zoom_max": 9, "scenes_per_tile": 1,
        "pre": { "start": "2024-07-01", "end": "2024-07-31" },
        "post": { "start": "2024-09-01", "end": "2024-09-30" },
    });
    let bed = TestBed::new(&bucket.catalogue(), &json!([region]));
    bed.succeed(&["update", "counted"]);
    assert_eq!(bed.map("counted").scenes.len(), 4);
    let sent = bucket.sent();
    let bytes = sent.values().flatten().map(|range| range.end - range.start).sum();
    (bucket.requests(), bytes)
}

fn files_of(items: &Value) -> Vec<String> {
    let assets = items["features"].as_array().unwrap().iter().flat_map(|item| {
        item["assets"].as_object().unwrap().values().map(|asset| asset["href"].as_str().unwrap())
    });
    assets.map(|href| href.trim_start_matches("./").to_owned()).collect()
}

/// West, south, east, north of all scenes.
fn bounds(items: &Value) -> [f64; 4] {
    let boxes = items["features"].as_array().unwrap().iter().map(|item| &item["bbox"]);
    let at = |side: usize| boxes.clone().map(move |bbox| bbox[side].as_f64().unwrap());
    [
        at(0).fold(f64::INFINITY, f64::min),
        at(1).fold(f64::INFINITY, f64::min),
        at(2).fold(f64::NEG_INFINITY, f64::max),
        at(3).fold(f64::NEG_INFINITY, f64::max),
    ]
}

/// The size of all blocks of a file's full image.
fn block_bytes(file: &Path) -> u64 {
    let dataset = Dataset::open(file).unwrap();
    let band = dataset.rasterband(1).unwrap();
    let (block, size) = (band.block_size(), band.size());
    let names = (0..size.1.div_ceil(block.1))
        .flat_map(|y| (0..size.0.div_ceil(block.0)).map(move |x| format!("BLOCK_SIZE_{x}_{y}")));
    names.map(|name| band.metadata_item(&name, "TIFF").unwrap().parse::<u64>().unwrap()).sum()
}
