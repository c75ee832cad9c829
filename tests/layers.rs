//! The layers beside the dNBR: which views each cell is made of, and the provenance in every file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{Empty, FireSide, Grid, MapLayer, NO_DATE, NO_VIEW_COUNT, VALID, day_number};
use gdal::raster::GdalDataType;
use gdal::{Dataset, Metadata};
use serde_json::{Value, json};

use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, invented_scenes, small_sierra, small_test_bed};

const REGION: &str = "sample_evia";

/// A map of two days on each side, made once for all tests of a run.
fn published() -> &'static TestBed {
    static BED: LazyLock<TestBed> = LazyLock::new(|| {
        let bed = TestBed::invented();
        bed.succeed(&["update", REGION]);
        bed
    });
    &BED
}

/// The file of a layer.
fn file(bed: &TestBed, map: &MapMeta, layer: MapLayer) -> PathBuf {
    bed.published(&map.layers.as_ref().unwrap().url(layer)[1..])
}

fn pixels(bed: &TestBed, map: &MapMeta, layer: MapLayer) -> Vec<u16> {
    ReadRaster::read(&file(bed, map, layer), None).pixels
}

fn days(map: &MapMeta, side: FireSide) -> BTreeSet<u16> {
    let scenes = map.scenes.iter().filter(|scene| scene.side == side);
    scenes.map(|scene| day_number(scene.datetime.date_naive())).collect()
}

#[test]
fn layers_lie_on_the_cells_of_the_raster_and_have_stable_links() {
    let bed = published();
    let map = bed.map(REGION);
    let raster = Dataset::open(bed.published(&map.raster_url[1..])).unwrap();
    for layer in MapLayer::ALL {
        let name = layer.name();
        let url = map.layers.as_ref().unwrap().url(layer);
        assert_eq!(url, format!("/raster/{REGION}/{}/{name}.tif", map.run_id));
        let link = fs::read_link(bed.published(&format!("raster/{REGION}_lowres_{name}.tif")));
        assert_eq!(link.unwrap(), Path::new(&url["/raster/".len()..]));
        let dataset = Dataset::open(file(bed, &map, layer)).unwrap();
        assert_eq!(dataset.raster_size(), raster.raster_size(), "{name}");
        assert_eq!(dataset.geo_transform().unwrap(), raster.geo_transform().unwrap(), "{name}");
        assert_eq!(dataset.spatial_ref().unwrap().auth_code().unwrap(), 3857, "{name}");
        assert_eq!(dataset.metadata_item("LAYOUT", "IMAGE_STRUCTURE").as_deref(), Some("COG"));
        let band = dataset.rasterband(1).unwrap();
        let is_date = matches!(layer, MapLayer::PreDate | MapLayer::PostDate);
        let expected = if is_date { GdalDataType::UInt16 } else { GdalDataType::UInt8 };
        assert_eq!(band.band_type(), expected, "{name}");
        assert_eq!(band.no_data_value(), Some(layer.no_data()), "{name}");
        assert_eq!(band.description().unwrap(), name);
        assert!(band.overview_count().unwrap() > 0, "{name}");
    }
}

#[test]
fn layers_state_the_days_the_views_and_the_reason_of_every_cell() {
    let bed = published();
    let map = bed.map(REGION);
    let raster: ReadRaster<f32> = ReadRaster::read(&bed.published(&map.raster_url[1..]), None);
    let [pre_date, post_date, views, state] = MapLayer::ALL.map(|layer| pixels(bed, &map, layer));
    let (pre_days, post_days) = (days(&map, FireSide::Pre), days(&map, FireSide::Post));
    let grid = Grid::covering(bed.meta(REGION).bbox, map.zoom_max);
    let (mut view_count, mut inside) = (0, 0);
    for (cell, dnbr) in raster.pixels.iter().enumerate() {
        let (column, row) = (cell % raster.width, cell / raster.width);
        let (pre, post) = (pre_date[cell], post_date[cell]);
        if !grid.is_inside(column as u32, row as u32) {
            let outside = u16::from(Empty::OutsideBox.code());
            assert_eq!((pre, post, state[cell]), (NO_DATE, NO_DATE, outside));
            assert_eq!(views[cell], u16::from(NO_VIEW_COUNT));
            continue;
        }
        assert!(pre == NO_DATE || pre_days.contains(&pre), "{pre} of {pre_days:?}");
        assert!(post == NO_DATE || post_days.contains(&post), "{post} of {post_days:?}");
        assert_eq!(!dnbr.is_nan(), state[cell] == u16::from(VALID));
        if !dnbr.is_nan() {
            assert!(pre != NO_DATE && post != NO_DATE && views[cell] >= 2);
        }
        (view_count, inside) = (view_count + u64::from(views[cell]), inside + 1);
    }
    let seen = |dates: &[u16]| dates.iter().copied().filter(|day| *day != NO_DATE).collect();
    let (pre_seen, post_seen): (BTreeSet<u16>, BTreeSet<u16>) = (seen(&pre_date), seen(&post_date));
    assert!(pre_seen.len() > 1 && post_seen.len() > 1, "{pre_seen:?} {post_seen:?}");
    let mean = view_count as f64 / f64::from(inside);
    assert!((mean - map.clear_observations_mean).abs() < 1e-9, "{mean}");
}

/// A map of the last day alone shows where that day was clear.
#[test]
fn the_date_is_that_of_the_latest_clear_view() {
    let mut region = small_sierra("sierra");
    region["scenes_per_tile"] = json!(8);
    let mut alone = region.clone();
    let items = invented_scenes().join("items.json");
    let both = TestBed::new(&items, &json!([region]));
    both.succeed(&["update", "sierra"]);
    let map = both.map("sierra");
    let last = map.post_window.last;
    alone["post"] = json!({ "start": last, "end": last });
    let alone = TestBed::new(&items, &json!([alone]));
    alone.succeed(&["update", "sierra", "--min-valid-share", "0"]);
    let clear = pixels(&alone, &alone.map("sierra"), MapLayer::PostDate);
    let dates = pixels(&both, &map, MapLayer::PostDate);
    let day = day_number(last);
    assert_eq!(dates.len(), clear.len());
    for (date, clear) in dates.iter().zip(&clear) {
        assert_eq!(*date == day, *clear == day, "{date} {clear}");
    }
    let earlier = dates.iter().filter(|date| **date != NO_DATE && **date < day).count();
    assert!(earlier > 0 && dates.contains(&day), "{earlier} cells of an earlier day");
}

#[test]
fn every_published_geotiff_carries_its_provenance() {
    let bed = published();
    let map = bed.map(REGION);
    let layers = MapLayer::ALL.map(|layer| file(bed, &map, layer));
    for path in layers.iter().chain([&bed.published(&map.raster_url[1..])]) {
        let dataset = Dataset::open(path).unwrap();
        let tag = |name: &str| dataset.metadata_item(name, "").unwrap_or_default();
        let software = format!("Dragonfly {}", dragonfly_core::VERSION);
        assert_eq!((tag("SOFTWARE"), tag("TIFFTAG_SOFTWARE")), (software.clone(), software));
        assert_eq!(tag("RUN"), map.run_id);
        assert_eq!(tag("ATTRIBUTION"), "Contains modified Copernicus Sentinel data 2025");
        assert!(tag("TIFFTAG_IMAGEDESCRIPTION").ends_with(&map.attribution));
        assert_eq!(tag("MASKS"), map.masks);
        assert_eq!(tag("DNBR_OFFSET"), "none");
        let searched = format!("{} to {}", map.post_start, map.post_end);
        assert_eq!(tag("SEARCHED_AFTER_THE_FIRE"), searched);
        for (side, words) in [(FireSide::Pre, "BEFORE"), (FireSide::Post, "AFTER")] {
            let scenes = map.scenes.iter().filter(|scene| scene.side == side);
            for (index, scene) in scenes.enumerate() {
                let stated = tag(&format!("SCENE_{words}_THE_FIRE_{}", index + 1));
                let day = scene.datetime.format("%Y-%m-%d").to_string();
                assert!(stated.starts_with(&scene.id) && stated.contains(&day), "{stated}");
                assert!(stated.contains(&scene.offset_reason), "{stated}");
            }
        }
    }
    let states = Dataset::open(&layers[3]).unwrap().metadata_item("LAYER", "").unwrap();
    assert!(states.contains("1 a dNBR") && states.contains("254 water"), "{states}");
}

#[test]
fn layers_that_no_metadata_names_are_swept() {
    let bed = small_test_bed(&["sierra"]);
    bed.succeed(&["update", "sierra"]);
    let stray = bed.published("raster/sierra/20200101T000000Z0000");
    fs::create_dir_all(&stray).unwrap();
    fs::write(stray.join("views.tif"), "of a killed run").unwrap();
    bed.succeed(&["update", "sierra", "--keep-runs", "0", "--keep-hours", "0"]);
    let entries = fs::read_dir(bed.published("raster/sierra")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let run = bed.map("sierra").run_id;
    assert_eq!(names, [run.clone(), format!("{run}.json"), format!("{run}.tif")]);
}

/// A run that an older version left in the work folder.
#[test]
fn a_run_without_layers_is_published_without_them() {
    let bed = small_test_bed(&["sierra"]);
    bed.succeed(&["update", "sierra"]);
    assert!(bed.published("raster/sierra_lowres_views.tif").exists());
    bed.succeed(&["lowres", "sierra"]);
    let work = fs::read_dir(bed.published("work/sierra")).unwrap();
    let run = work.map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    for name in ["pre_date.tif", "post_date.tif", "views.tif"] {
        fs::remove_file(run.join(name)).unwrap();
    }
    let mut record: Value =
        serde_json::from_slice(&fs::read(run.join("run.json")).unwrap()).unwrap();
    record["map"].as_object_mut().unwrap().remove("layers").unwrap();
    fs::write(run.join("run.json"), record.to_string()).unwrap();
    bed.succeed(&["tile", "sierra"]);
    assert_eq!(bed.map("sierra").layers, None);
    assert!(fs::symlink_metadata(bed.published("raster/sierra_lowres_views.tif")).is_err());
    assert!(bed.published("raster/sierra_lowres_dnbr.tif").exists());
}
