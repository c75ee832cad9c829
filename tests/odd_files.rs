//! Files with headers that state what cannot be true, of sizes that do not fit into memory, or that
//! are no files: each ends in an error that names it, within the memory that a run may take, and
//! the other regions of the night run.

use std::fs;
use std::path::{Path, PathBuf};

use dragonfly_core::metadata::RunStatus;
use gdal::cpl::CslStringList;
use gdal::raster::{Buffer, GdalType};
use gdal::spatial_ref::SpatialRef;
use gdal::{Dataset, DriverManager, GeoTransform};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bucket::{Bucket, Faults};
use crate::limited::{Ended, run_limited};
use crate::test_bed::{TestBed, invented_scenes};
use crate::tiff_patch::{TILE_BYTE_COUNTS, TILE_OFFSETS, TiffPatch};

const SIERRA: [f64; 4] = [-121.4, 39.75, -121.0, 40.05];
const NOW: &str = "2025-10-01T03:00:00Z";

/// Links to the invented scenes; some may be replaced.
struct OddScenes {
    folder: TempDir,
}

impl OddScenes {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sample = invented_scenes();
        fs::copy(sample.join("items.json"), folder.path().join("items.json")).unwrap();
        for scene in fs::read_dir(sample.join("scenes")).unwrap() {
            let scene = scene.unwrap().path();
            let own = folder.path().join("scenes").join(scene.file_name().unwrap());
            fs::create_dir_all(&own).unwrap();
            for file in fs::read_dir(&scene).unwrap() {
                let file = file.unwrap().path();
                std::os::unix::fs::symlink(&file, own.join(file.file_name().unwrap())).unwrap();
            }
        }
        Self { folder }
    }

    /// The files of one band of the Sierra's scenes.
    fn of_sierra(&self, band: &str) -> Vec<PathBuf> {
        let scenes = fs::read_dir(self.folder.path().join("scenes"))
            .unwrap()
            .map(|scene| scene.unwrap().path());
        let found: Vec<PathBuf> = scenes
            .filter(|scene| scene.to_str().unwrap().contains("10TFK"))
            .map(|scene| scene.join(format!("{band}.tif")))
            .collect();
        assert!(found.len() >= 4 && found.iter().all(|file| file.exists()));
        found
    }

    fn patch(&self, band: &str, tag: u16, value: u64) {
        for file in self.of_sierra(band) {
            let mut patch = TiffPatch::read(&file);
            patch.set_all(tag, value);
            patch.write(&file);
        }
    }

    /// Replaces a band of the Sierra's scenes by a file that covers the same ground.
    fn replace(&self, band: &str, write: impl Fn(&Path, &Dataset)) {
        for file in self.of_sierra(band) {
            let same_ground = Dataset::open(&file).unwrap();
            fs::remove_file(&file).unwrap();
            write(&file, &same_ground);
        }
    }

    fn near(&self) -> TestBed {
        TestBed::new(&self.folder.path().join("items.json"), &regions())
    }
}

/// The Sierra first, then a region whose scenes are whole.
fn regions() -> Value {
    let all: Value =
        serde_json::from_slice(&fs::read(invented_scenes().join("regions.json")).unwrap()).unwrap();
    let named = |name: &str| {
        all.as_array().unwrap().iter().find(|region| region["name"] == name).unwrap().clone()
    };
    let (mut sierra, mut evia) = (named("sample_sierra"), named("sample_evia"));
    (sierra["zoom_max"], evia["zoom_max"]) = (json!(9), json!(9));
    json!([sierra, evia])
}

/// The Sierra fails for a reason that holds all parts, the other region of the same night runs, and
/// memory holds.
fn check_night(case: &str, bed: &TestBed, parts: &[&str]) {
    let ended = run_limited(&bed.command(&["rotate", "--now", NOW])).within_memory(case);
    assert_eq!(ended.code, Some(1), "{case}: {}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{case}: {}", ended.stderr);
    let failed = bed.meta("sample_sierra");
    let reason = failed.last_error.unwrap();
    assert_eq!(failed.last_status, RunStatus::Failed, "{case}");
    for part in [&["10TFK"], parts].concat() {
        assert!(reason.contains(part), "{case}: `{part}` is not in: {reason}");
    }
    assert_eq!(bed.meta("sample_evia").last_status, RunStatus::Success, "{case}");
}

#[test]
fn a_wrong_byte_count_fails_its_scene_and_the_night_goes_on() {
    for (case, tag, value, part) in [
        ("byte counts of 2³² − 1", TILE_BYTE_COUNTS, u64::from(u32::MAX), "4294967295 bytes"),
        ("byte counts of 2³⁰", TILE_BYTE_COUNTS, 1 << 30, "1073741824 bytes"),
        ("blocks past the end", TILE_OFFSETS, u64::from(u32::MAX) - 1, "past the end of the file"),
    ] {
        let scenes = OddScenes::new();
        scenes.patch("B12", tag, value);
        check_night(&format!("{case}, near"), &scenes.near(), &["B12.tif", part]);
        let bucket = Bucket::of(scenes.folder.path(), Faults::default());
        let far = TestBed::new(&bucket.catalogue(), &regions());
        check_night(&format!("{case}, far"), &far, &["B12.tif", part]);
    }
}

#[test]
fn a_file_whose_server_states_a_wrong_size_fails_its_scene() {
    let scenes = OddScenes::new();
    scenes.patch("B12", TILE_BYTE_COUNTS, u64::from(u32::MAX));
    let far = |stated_bytes| {
        let faults = Faults { stated_bytes: Some(stated_bytes), ..Faults::default() };
        let bucket = Bucket::of(scenes.folder.path(), faults);
        let bed = TestBed::new(&bucket.catalogue(), &regions());
        (bucket, bed)
    };
    let (_bucket, large) = far(1 << 62);
    check_night("files of 2⁶² bytes", &large, &["B12.tif", "4294967295 bytes"]);
    // No file has so many bytes, whatever it holds.
    let (_bucket, impossible) = far(u64::MAX);
    let output = impossible.run(&["rotate"]);
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{messages}");
    assert!(
        messages.contains("B8A.tif") && messages.contains("a size that cannot be"),
        "{messages}"
    );
}

#[test]
fn a_size_that_cannot_be_true_fails_its_scene() {
    // ImageWidth, ImageLength, TileWidth, TileLength.
    for (tag, value) in
        [(256, 0x7FFF_FFFF), (257, 0x7FFF_FFFF), (322, 0x7FFF_FFF0), (323, 0), (322, 65_520)]
    {
        let scenes = OddScenes::new();
        scenes.patch("SCL", tag, value);
        check_night(&format!("tag {tag} of {value}"), &scenes.near(), &["SCL.tif"]);
    }
}

/// Creates a sparse raster of zeros.
fn create<T: GdalType>(
    file: &Path,
    size: (usize, usize),
    geo_transform: GeoTransform,
    epsg: u32,
    options: &[&str],
) -> Dataset {
    let options: CslStringList = ["SPARSE_OK=YES"].iter().chain(options).copied().collect();
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let mut dataset = driver
        .create_with_band_type_with_options::<T, _>(file, size.0, size.1, 1, &options)
        .unwrap();
    dataset.set_spatial_ref(&SpatialRef::from_epsg(epsg).unwrap()).unwrap();
    dataset.set_geo_transform(&geo_transform).unwrap();
    dataset
}

/// The place of a raster with other pixels over the same ground.
fn resized(same_ground: &Dataset, size: (usize, usize)) -> GeoTransform {
    let (mut place, from) = (same_ground.geo_transform().unwrap(), same_ground.raster_size());
    place[1] *= from.0 as f64 / size.0 as f64;
    place[5] *= from.1 as f64 / size.1 as f64;
    place
}

#[test]
fn a_scene_in_one_block_larger_than_memory_fails() {
    const SIDE: usize = 65_520;
    let scenes = OddScenes::new();
    scenes.replace("SCL", |file, same_ground| {
        let blocks = ["TILED=YES", "BLOCKXSIZE=65520", "BLOCKYSIZE=65520", "BIGTIFF=YES"];
        create::<u8>(file, (SIDE, SIDE), resized(same_ground, (SIDE, SIDE)), 32610, &blocks)
            .close()
            .unwrap();
    });
    check_night(
        "65,520² pixels in one block",
        &scenes.near(),
        &["SCL.tif", "4094 MiB", "BLOCKSIZE=512"],
    );
}

#[test]
fn a_scene_of_65_535_bands_fails() {
    let scenes = OddScenes::new();
    scenes.replace("SCL", |file, _| {
        // 64 × 64 pixels of 65,535 bands, pixel by pixel, in one block that is not stored.
        let tags: [(u16, u16, u32); 11] = [
            (256, 3, 64),
            (257, 3, 64),
            (258, 3, 8),
            (259, 3, 1),
            (262, 3, 1),
            (277, 3, 65_535),
            (284, 3, 1),
            (322, 3, 64),
            (323, 3, 64),
            (324, 4, 0),
            (325, 4, 0),
        ];
        let mut bytes = b"II*\0\x08\0\0\0\x0b\0".to_vec();
        for (tag, kind, value) in tags {
            bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
            bytes.extend([1u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        bytes.extend([0; 4]);
        fs::write(file, bytes).unwrap();
    });
    check_night("65,535 bands", &scenes.near(), &["SCL.tif", "65535 bands"]);
}

/// A region of the Sierra alone, with a mask.
fn masked(mask: &Path) -> TestBed {
    let mut regions = regions();
    regions[0]["fire_mask_path"] = json!(mask);
    TestBed::new(&invented_scenes().join("items.json"), &json!([regions[0]]))
}

fn update(bed: &TestBed) -> Ended {
    run_limited(&bed.command(&["update", "sample_sierra"]))
}

/// A mask over the Sierra, whose middle is fire-prone; sparse.
fn write_mask(file: &Path, side: usize, options: &[&str]) {
    let [west, south, east, north] = SIERRA;
    let place = [west, (east - west) / side as f64, 0.0, north, 0.0, (south - north) / side as f64];
    let mut mask = create::<u8>(file, (side, side), place, 4326, options);
    let size = (side.min(4096), side.min(4096));
    let at = ((side / 2) as isize, (side / 2) as isize);
    let size = (size.0 / 2, size.1 / 2);
    mask.rasterband(1)
        .unwrap()
        .write(at, size, &mut Buffer::new(size, vec![1u8; size.0 * size.1]))
        .unwrap();
    mask.flush_cache().unwrap();
    mask.close().unwrap();
}

#[test]
fn a_mask_of_10_to_the_12_pixels_is_read_within_memory() {
    let folder = tempfile::tempdir().unwrap();
    for (case, options) in [
        ("strips", &["BIGTIFF=YES"][..]),
        (
            "blocks of 512",
            &["BIGTIFF=YES", "TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE"],
        ),
    ] {
        let mask = folder.path().join("zone.tif");
        write_mask(&mask, 1_000_000, options);
        let bed = masked(&mask);
        let ended = update(&bed).within_memory(&format!("a mask of 10⁶ × 10⁶ pixels in {case}"));
        assert_eq!(ended.code, Some(0), "{case}: {}", ended.stderr);
        let share = bed.map("sample_sierra").fire_mask.unwrap().zone_share;
        assert!(share > 0.0 && share < 0.01, "{case}: {share}");
        let doctor = run_limited(&bed.command(&["doctor", "sample_sierra"]));
        doctor.within_memory(&format!("doctor before a mask of 10⁶ × 10⁶ pixels in {case}"));
    }
}

#[test]
fn a_mask_much_finer_than_the_cells_gives_the_zone_of_its_overviews() {
    let folder = tempfile::tempdir().unwrap();
    let share = |mask: &Path| {
        let bed = masked(mask);
        let ended = update(&bed).within_memory("a mask of 20,000 × 20,000 pixels");
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        bed.map("sample_sierra").fire_mask.unwrap().zone_share
    };
    let plain = folder.path().join("plain.tif");
    let [west, south, east, north] = SIERRA;
    let side = 20_000;
    let place = [west, (east - west) / side as f64, 0.0, north, 0.0, (south - north) / side as f64];
    let mut mask =
        create::<u8>(&plain, (side, side), place, 4326, &["TILED=YES", "COMPRESS=DEFLATE"]);
    // The western half, in strips of 500 rows.
    for row in (0..side).step_by(500) {
        let size = (side / 2, 500);
        let ones = vec![1u8; size.0 * size.1];
        mask.rasterband(1)
            .unwrap()
            .write((0, row as isize), size, &mut Buffer::new(size, ones))
            .unwrap();
    }
    mask.flush_cache().unwrap();
    mask.close().unwrap();
    let with_overviews = folder.path().join("overviews.tif");
    fs::copy(&plain, &with_overviews).unwrap();
    let options = gdal::DatasetOptions {
        open_flags: gdal::GdalOpenFlags::GDAL_OF_RASTER | gdal::GdalOpenFlags::GDAL_OF_UPDATE,
        ..Default::default()
    };
    let mut dataset = Dataset::open_ex(&with_overviews, options).unwrap();
    dataset.build_overviews("NEAREST", &[4, 16], &[]).unwrap();
    dataset.close().unwrap();
    let (plain, with_overviews) = (share(&plain), share(&with_overviews));
    assert!(
        (plain - 0.5).abs() < 0.01 && (with_overviews - plain).abs() < 0.005,
        "{plain} {with_overviews}"
    );
}

#[test]
fn a_zone_larger_than_memory_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mask = folder.path().join("zone.tif");
    write_mask(&mask, 100, &[]);
    let regions = json!([{
        "name": "sample_sierra", "bbox": [-179.0, -60.0, 179.0, 60.0], "zoom_max": 14, "fire_mask_path": mask,
        "pre": { "start": "2025-06-01", "end": "2025-07-05" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
    }]);
    let bed = TestBed::new(&invented_scenes().join("items.json"), &regions);
    let free_disk = ["update", "sample_sierra", "--min-free-gb=-1000000"];
    let ended = run_limited(&bed.command(&free_disk)).within_memory("a zone of 10¹³ cells");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("memory_mb") && ended.stderr.contains("zoom_max"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let make_pipe = |path: &Path| {
        rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .unwrap();
    };
    make_pipe(&pipe);

    let scenes = OddScenes::new();
    scenes.replace("SCL", |file, _| make_pipe(file));
    let bed = scenes.near();
    check_night("a named pipe in the place of a band", &bed, &["SCL.tif", "named pipe"]);
    let doctor = run_limited(&bed.command(&["doctor", "sample_sierra", "--now", NOW]));
    assert_eq!(doctor.code, Some(1), "{}", doctor.stderr);

    for (mask, part) in [
        (pipe.as_path(), "named pipe"),
        (folder.path(), "folder"),
        (Path::new("/dev/zero"), "device"),
    ] {
        let ended = update(&masked(mask));
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }

    let mut regions = regions();
    (regions[0]["dnbr_offset"], regions[0]["perimeter_path"]) = (json!(true), json!(pipe));
    let bed = TestBed::new(&invented_scenes().join("items.json"), &json!([regions[0]]));
    let ended = update(&bed);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("named pipe"), "{}", ended.stderr);
}

/// A band of 10,980 × 10,980 pixels of one value over the Sierra's tile, without overviews.
fn write_whole_tile<T: GdalType + Copy>(file: &Path, value: T, options: &[&str]) {
    const SIDE: usize = 10_980;
    let place = [600_000.0, 10.0, 0.0, 4_500_000.0, 0.0, -10.0];
    let mut dataset = create::<T>(
        file,
        (SIDE, SIDE),
        place,
        32610,
        &[&["COMPRESS=DEFLATE", "ZLEVEL=1"], options].concat(),
    );
    for row in (0..SIDE).step_by(SIDE / 20) {
        let size = (SIDE, SIDE / 20);
        let values = vec![value; size.0 * size.1];
        dataset
            .rasterband(1)
            .unwrap()
            .write((0, row as isize), size, &mut Buffer::new(size, values))
            .unwrap();
    }
    dataset.flush_cache().unwrap();
    dataset.close().unwrap();
}

#[test]
fn scenes_without_overviews_are_read_within_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let tiled = &["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"];
    write_whole_tile(&file("nir.tif"), 3000u16, tiled);
    write_whole_tile(&file("swir.tif"), 2000u16, tiled);
    // Clear ground, in 15 strips of 8 MiB.
    write_whole_tile(&file("scl.tif"), 4u8, &["BLOCKYSIZE=732"]);
    for band in ["nir", "swir"] {
        fs::hard_link(file(&format!("{band}.tif")), file(&format!("{band}_after.tif"))).unwrap();
    }
    let sides = ["20250612", "20250622", "20250627", "20250901", "20250910", "20250912"];
    let features: Vec<Value> = sides
        .iter()
        .map(|day| {
            let [year, month, day_of_month] = [&day[..4], &day[4..6], &day[6..]];
            let after = if month == "09" { "_after" } else { "" };
            json!({
                "type": "Feature", "id": format!("S2A_10TFK_{day}_0_L2A"), "collection": "sentinel-2-l2a",
                "bbox": [-121.9, 39.6, -120.5, 40.7],
                "geometry": { "type": "Polygon", "coordinates":
                    [[[-121.9, 39.6], [-120.5, 39.6], [-120.5, 40.7], [-121.9, 40.7], [-121.9, 39.6]]] },
                "properties": {
                    "datetime": format!("{year}-{month}-{day_of_month}T18:50:00Z"), "eo:cloud_cover": 0.0,
                    "s2:processing_baseline": "05.11", "grid:code": "MGRS-10TFK"
                },
                "assets": {
                    "nir08": { "href": format!("./nir{after}.tif"), "raster:bands": [{ "scale": 0.0001, "offset": -0.1 }] },
                    "swir22": { "href": format!("./swir{after}.tif"), "raster:bands": [{ "scale": 0.0001, "offset": -0.1 }] },
                    "scl": { "href": "./scl.tif" }
                }
            })
        })
        .collect();
    fs::write(
        file("items.json"),
        json!({ "type": "FeatureCollection", "features": features }).to_string(),
    )
    .unwrap();
    let regions = json!([{
        "name": "sample_sierra", "bbox": [-121.8, 39.7, -120.6, 40.6], "zoom_max": 7, "zoom_min": 6,
        "scenes_per_tile": 3,
        "pre": { "start": "2025-06-01", "end": "2025-07-05" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
    }]);
    let bed = TestBed::new(&file("items.json"), &regions);
    let ended = update(&bed)
        .within_memory("six scenes of 10,980 × 10,980 pixels without overviews, as one");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let map = bed.map("sample_sierra");
    assert_eq!(map.scenes.len(), 6, "{:?}", map.scenes_skipped);
    assert!(map.empty_share.no_data < 0.01, "{:?}", map.empty_share);
}
