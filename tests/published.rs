//! What a run publishes: the files of the design, whole and consistent with each other.

use std::fs;
use std::path::Path;
use std::process::Command;

use dragonfly_core::metadata::{ClientConfig, HighresConfig, RegionIndex, RunStatus};
use dragonfly_core::{Empty, Grid, Severity, Tile, TileFate, decode_tile, index_from_cell};
use serde_json::{Value, json};

use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, invented_scenes};

const REGIONS: [&str; 2] = ["sample_sierra", "sample_evia"];

fn published() -> TestBed {
    let bed = TestBed::invented();
    bed.succeed(&["update", REGIONS[0], REGIONS[1]]);
    bed
}

fn read_json<T: serde::de::DeserializeOwned>(file: &Path) -> T {
    serde_json::from_slice(&fs::read(file).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn a_run_publishes_the_files_of_the_design() {
    let bed = published();
    for region in REGIONS {
        let meta = bed.meta(region);
        assert_eq!((meta.last_status, meta.consecutive_failures), (RunStatus::Success, 0));
        let map = meta.map.unwrap();
        let run = &map.run_id;
        assert_eq!(map.raster_url, format!("/raster/{region}/{run}.tif"));
        assert_eq!(map.tile_url_template, format!("/tiles/{region}/dnbr/{{z}}/{{x}}/{{y}}.png"));
        assert_eq!(
            map.run_tile_url_template,
            format!("/tiles/{region}/{run}/dnbr/{{z}}/{{x}}/{{y}}.png")
        );
        let link = |path: String| fs::read_link(bed.published(&path)).unwrap();
        assert_eq!(
            link(format!("raster/{region}_lowres_dnbr.tif")),
            Path::new(&format!("{region}/{run}.tif"))
        );
        assert_eq!(link(format!("tiles/{region}/dnbr")), Path::new(&format!("{run}/dnbr")));
        assert!(bed.published(&format!("raster/{region}/{run}.tif")).is_file());
        assert_eq!(fs::read_dir(bed.published(&format!("work/{region}"))).unwrap().count(), 0);
    }
    let index: RegionIndex = read_json(&bed.published("meta/index.json"));
    assert_eq!(
        index.regions.iter().map(|region| region.name.as_str()).collect::<Vec<_>>(),
        REGIONS
    );
    assert!(index.regions.iter().all(|region| region.last_status == RunStatus::Success));
    let client: ClientConfig = read_json(&bed.published("meta/client.json"));
    assert_eq!((client.stac_url, client.fires_url), (None, None));
    assert_eq!(client.attribution, "Contains modified Copernicus Sentinel data");
    let highres: HighresConfig = read_json(&bed.published("meta/client.json"));
    assert_eq!(highres, HighresConfig::default());
    let raw: Value = read_json(&bed.published("meta/client.json"));
    assert!(
        raw.get("stac_url").is_some_and(Value::is_null),
        "a catalogue in a file is said to be none"
    );
}

#[test]
fn lowres_publishes_nothing_and_tile_publishes_what_it_left() {
    let bed = TestBed::invented();
    bed.succeed(&["lowres", REGIONS[0]]);
    assert!(!bed.published("meta").exists() && !bed.published("tiles").exists());
    let runs: Vec<_> = fs::read_dir(bed.published("work/sample_sierra")).unwrap().collect();
    let run = runs[0].as_ref().unwrap().path();
    for file in ["dnbr.tif", "state.tif", "run.json"] {
        assert!(run.join(file).is_file(), "{file}");
    }
    bed.succeed(&["tile", REGIONS[0]]);
    assert_eq!(bed.map(REGIONS[0]).run_id.as_str(), run.file_name().unwrap());
    let index: RegionIndex = read_json(&bed.published("meta/index.json"));
    assert_eq!(
        index.regions[1].last_status,
        RunStatus::Pending,
        "the other region is listed before its first run"
    );
}

#[test]
fn gdal_calls_the_raster_a_valid_cog() {
    let bed = published();
    let raster = bed.published("raster/sample_evia_lowres_dnbr.tif");
    let validator = Command::new("/usr/bin/python3")
        .args(["-m", "osgeo_utils.samples.validate_cloud_optimized_geotiff", "--full-check=yes"])
        .arg(&raster)
        .output()
        .unwrap();
    assert!(validator.status.success(), "{}", String::from_utf8_lossy(&validator.stdout));
    let dataset = gdal::Dataset::open(&raster).unwrap();
    let band = dataset.rasterband(1).unwrap();
    assert!(band.no_data_value().unwrap().is_nan());
    assert_eq!(band.band_type(), gdal::raster::GdalDataType::Float32);
    assert_eq!(dataset.spatial_ref().unwrap().auth_code().unwrap(), 3857);
}

#[test]
// Long: one published map, checked zoom by zoom.
fn tiles_are_cuts_of_the_raster_and_averages_above() {
    let bed = published();
    for region in REGIONS {
        let map = bed.map(region);
        let grid = Grid::covering(bed.meta(region).bbox, map.zoom_max);
        let raster: ReadRaster<f32> = ReadRaster::read(&bed.published(&map.raster_url[1..]), None);
        assert_eq!((raster.width, raster.height), (grid.width() as usize, grid.height() as usize));
        let at = |tile: Tile| {
            let (column, row) = grid.corner_of(tile).unwrap();
            (0..256)
                .flat_map(move |y| (0..256).map(move |x| (column as usize + x, row as usize + y)))
        };
        let tile_file = |tile: Tile| {
            bed.published(&format!("tiles/{region}/dnbr/{}/{}/{}.png", tile.z, tile.x, tile.y))
        };
        let (mut stored, mut compared) = (0, 0);
        for zoom in map.zoom_min..=map.zoom_max {
            for tile in grid.tiles().at_zoom(zoom).tiles() {
                let is_stored = map.tile_index.fate(tile) == Some(TileFate::Stored);
                assert_eq!(is_stored, tile_file(tile).exists(), "{region} {tile:?}");
                stored += u64::from(is_stored);
            }
        }
        assert_eq!(stored, map.tile_count);
        for tile in grid.tiles().tiles().filter(|tile| tile_file(*tile).exists()) {
            let indices = decode_tile(&fs::read(tile_file(tile)).unwrap()).unwrap();
            for ((column, row), index) in at(tile).zip(&indices) {
                let dnbr = raster.pixels[row * raster.width + column];
                match Empty::from_code(*index) {
                    Some(reason) => {
                        assert!(dnbr.is_nan());
                        assert_eq!(
                            reason == Empty::OutsideBox,
                            !grid.is_inside(column as u32, row as u32)
                        );
                    }
                    None => assert_eq!(*index, index_from_cell(Ok(dnbr))),
                }
            }
            compared += 1;
        }
        assert!(compared > 3, "{region}: {compared} tiles compared");

        // The tile at the top averages every valid cell below it once.
        let top = grid
            .tiles()
            .at_zoom(map.zoom_min)
            .tiles()
            .find(|tile| tile_file(*tile).exists())
            .unwrap();
        let indices = decode_tile(&fs::read(tile_file(top)).unwrap()).unwrap();
        let (mut sums, mut counts) = (vec![0.0f64; 65_536], vec![0u32; 65_536]);
        let shift = map.zoom_max - map.zoom_min;
        let first = grid.tiles();
        for row in 0..raster.height {
            for column in 0..raster.width {
                let dnbr = raster.pixels[row * raster.width + column];
                let (x, y) =
                    (first.x_start * 256 + column as u32, first.y_start * 256 + row as u32);
                let (x, y) = (x >> shift, y >> shift);
                if !dnbr.is_nan() && (x / 256, y / 256) == (top.x, top.y) {
                    let cell = (y % 256 * 256 + x % 256) as usize;
                    sums[cell] += f64::from(dnbr);
                    counts[cell] += 1;
                }
            }
        }
        for cell in (0..65_536).filter(|cell| counts[*cell] > 0) {
            let mean = (sums[cell] / f64::from(counts[cell])) as f32;
            // Another order of adding may tip a mean that lies on a threshold.
            assert!(indices[cell].abs_diff(index_from_cell(Ok(mean))) <= 1, "{region} cell {cell}");
        }
    }
}

#[test]
fn unburned_and_empty_tiles_are_not_written_and_counted() {
    let bed = published();
    let map = bed.map("sample_evia");
    assert!(map.tiles_skipped.unburned > 0 && map.tiles_skipped.empty > 0);
    let fates = |wanted: fn(TileFate) -> bool| {
        let zooms = map.tile_index.0.iter();
        zooms
            .flat_map(|zoom| {
                zoom.tiles.tiles().filter(move |tile| zoom.fate(*tile).is_some_and(wanted))
            })
            .count() as u64
    };
    assert_eq!(fates(|fate| fate == TileFate::Unburned), map.tiles_skipped.unburned);
    assert_eq!(fates(|fate| matches!(fate, TileFate::Empty(_))), map.tiles_skipped.empty);

    let mut regions: Value = read_json(&invented_scenes().join("regions.json"));
    regions[1]["skip_unburned"] = json!(false);
    let keeping = TestBed::new(&invented_scenes().join("items.json"), &regions);
    keeping.succeed(&["update", "sample_evia"]);
    let kept = keeping.map("sample_evia");
    assert_eq!(kept.tiles_skipped.unburned, 0);
    assert_eq!(kept.tile_count, map.tile_count + map.tiles_skipped.unburned);
}

#[test]
fn every_class_water_and_the_seam_of_two_zones_are_on_the_map() {
    let bed = published();
    let map = bed.map("sample_evia");
    for class in Severity::ALL {
        assert!(map.hectares.of(class) > 1.0, "{class:?}");
    }
    assert!(map.empty_share.water > 0.1 && map.empty_share.never_observed == 0.0);
    // Two tiles of one pass show the same view where they overlap; it counts once.
    assert!(map.clear_observations_mean <= 4.0 && map.clear_observations_mean > 3.0);
    assert!(map.background_dnbr.unwrap().median.abs() < 0.03, "a seam or an offset would shift it");
    assert!(
        map.scenes.iter().any(|scene| scene.id.contains("34S"))
            && map.scenes.iter().any(|scene| scene.id.contains("35S"))
    );
    assert!(map.attribution.len() > 5 && !map.burnt_patches.is_empty());
}

#[test]
fn the_same_scenes_give_the_same_map() {
    let (one, two) = (published(), published());
    for region in REGIONS {
        let (a, b) = (one.map(region), two.map(region));
        assert_eq!((a.hectares, a.tile_index), (b.hectares, b.tile_index));
        let pixels = |bed: &TestBed, url: &str| -> Vec<u32> {
            let raster: ReadRaster<f32> = ReadRaster::read(&bed.published(&url[1..]), None);
            raster.pixels.into_iter().map(f32::to_bits).collect()
        };
        assert!(pixels(&one, &a.raster_url) == pixels(&two, &b.raster_url));
    }
}
