//! What a small night requests from a bucket, counted: the same on every machine, busy or not.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
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
    band_factor: 1,
    spacing_m: 50_000.0,
};

/// Requests for masks beside files that the items do not list: of both bands of four scenes.
const MASK_CHECKS: usize = 8;

#[test]
fn a_small_night_makes_few_requests_and_reads_only_headers_and_needed_blocks() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &LAYOUT, &mut |_| {}).unwrap();
    let items: Value =
        serde_json::from_slice(&fs::read(folder.path().join("items.json")).unwrap()).unwrap();
    let files = files_of(&items);
    assert_eq!(files.len(), 12, "4 scenes, each with 2 bands and a mask");

    let (requests, sent) = sent_in_a_night(folder.path(), &items);
    let (again, sent_again) = sent_in_a_night(folder.path(), &items);
    assert_eq!((requests, &sent), (again, &sent_again), "two runs");
    let ranges = sent.values().map(Vec::len).sum::<usize>();
    assert_eq!(
        requests,
        ranges + MASK_CHECKS,
        "none is repeated; masks beside the bands of each scene are absent"
    );
    for file in &files {
        let ranges = &sent[file];
        let (max_requests, has_overview_read) = match file {
            // Its header and its block are in the first request.
            _ if file.ends_with("scl.tif") => (1, false),
            // The digital numbers of the coarsest overview decide the offset.
            _ if file.ends_with("swir22.tif") => (3, true),
            _ => (2, false),
        };
        assert!(ranges.len() <= max_requests, "{file}: {ranges:?}");
        let bytes: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        let path = folder.path().join(file);
        let max_bytes = HEAD_BYTES
            + block_bytes(&path, None)
            + if has_overview_read { block_bytes(&path, Some(0)) } else { 0 };
        let max_bytes = max_bytes + BLOCK_LEADER_BYTES * ranges.len() as u64;
        assert!(bytes <= max_bytes, "{file}: {ranges:?} > {max_bytes}");
    }
}

/// The size and the resolutions of Sentinel-2: the bands are read at 160 m, and their mask at 40 m,
/// whose blocks do not end where those of the bands do.
const FINER_MASKS: BenchLayout =
    BenchLayout { width_px: 5490, pixel_size_m: 20.0, band_factor: 8, ..LAYOUT };

#[test]
fn a_mask_that_is_finer_than_its_bands_takes_few_requests() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &FINER_MASKS, &mut |_| {}).unwrap();
    let items: Value =
        serde_json::from_slice(&fs::read(folder.path().join("items.json")).unwrap()).unwrap();
    let (requests, sent) = sent_in_a_night(folder.path(), &items);
    let files = files_of(&items);
    assert!(requests <= 3 * files.len() + MASK_CHECKS, "{requests} of {} files", files.len());
    for file in files.iter().filter(|file| file.ends_with("scl.tif")) {
        let bytes: u64 = sent[file].iter().map(|range| range.end - range.start).sum();
        let path = folder.path().join(file);
        let [at_20_m, at_40_m] = [None, Some(0)].map(|level| block_bytes(&path, level));
        assert!(bytes >= at_40_m && bytes < at_20_m, "{file}: {:?}", sent[file]);
        let is_repeated = |pair: &[Range<u64>]| pair[1].start + BLOCK_LEADER_BYTES < pair[0].end;
        assert!(!sent[file].windows(2).any(is_repeated), "{file}: {:?}", sent[file]);
    }
}

/// COGs repeat the size of a block before it, and its last bytes behind it.
const BLOCK_LEADER_BYTES: u64 = 8;

/// What the first request of a file reads: its header, and the begin of a block.
const HEAD_BYTES: u64 = 16 << 10;

/// Requests of a run in an empty root, and the ranges sent of each file in order.
fn sent_in_a_night(folder: &Path, items: &Value) -> (usize, BTreeMap<String, Vec<Range<u64>>>) {
    let bucket = Bucket::of(folder, Faults::default());
    let region = json!({
        "name": "counted", "bbox": bounds(items), "zoom_min": 7, "zoom_max": 9, "scenes_per_tile": 1,
        "pre": { "start": "2024-07-01", "end": "2024-07-31" },
        "post": { "start": "2024-09-01", "end": "2024-09-30" },
    });
    let bed = TestBed::new(&bucket.catalogue(), &json!([region]));
    bed.succeed(&["update", "counted"]);
    let mut sent = bucket.sent();
    sent.values_mut().for_each(|ranges| ranges.sort_by_key(|range| (range.start, range.end)));
    (bucket.requests(), sent)
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

/// The size of all blocks of a file's full image, or of one of its overviews.
fn block_bytes(file: &Path, overview: Option<usize>) -> u64 {
    let dataset = Dataset::open(file).unwrap();
    let band = dataset.rasterband(1).unwrap();
    let band = overview.map_or(Ok(band), |index| dataset.rasterband(1)?.overview(index)).unwrap();
    let (block, size) = (band.block_size(), band.size());
    let names = (0..size.1.div_ceil(block.1))
        .flat_map(|y| (0..size.0.div_ceil(block.0)).map(move |x| format!("BLOCK_SIZE_{x}_{y}")));
    names.map(|name| band.metadata_item(&name, "TIFF").unwrap().parse::<u64>().unwrap()).sum()
}
