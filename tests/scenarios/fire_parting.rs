//! Fire and other change on the maps of regions, parted by the active-fire points of the last
//! months.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{Area, CHANGED, Grid, TileFate, VALID};
use serde_json::{Value, json};

use super::dated_scenes::{DatedScenes, PIXEL_M, ScenePixel};
use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, shared};

const HEADER: &str =
    "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version\n";
const NOW: &str = "2025-09-20T04:00:00Z";

/// A deployment that finds fires, and reads no points by itself.
struct PartingBed(TestBed);

impl PartingBed {
    fn new(bed: TestBed) -> Self {
        let bed = Self(bed);
        fs::write(bed.file("dragonfly.toml"), "[fires]\npoints = []\n").unwrap();
        bed
    }

    fn of(scenes: &DatedScenes) -> Self {
        Self::new(TestBed::new(&scenes.catalogue(), &json!([region(scenes)])))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.published("").parent().unwrap().join(name)
    }

    fn run(&self, now: &str, arguments: &[&str]) -> Output {
        let settings = self.file("dragonfly.toml").display().to_string();
        let all = [&["--config", &settings, "--now", now], arguments].concat();
        let output = self.0.run(&all);
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {messages}");
        output
    }

    /// Imports points that cover the region between two days, then maps it.
    fn map_with(&self, region: &str, points: &str, now: &str) -> MapMeta {
        fs::write(self.file("archive.csv"), format!("{HEADER}{points}")).unwrap();
        let archive = self.file("archive.csv").display().to_string();
        self.run(now, &["fires", "import", &archive, "--covers", region]);
        self.run(now, &["update", region]);
        self.0.map(region)
    }

    fn state(&self, region: &str) -> ReadRaster<u8> {
        let layer = format!("raster/{region}_lowres_state.tif");
        ReadRaster::read(&self.0.published(&layer), None)
    }

    fn dnbr(&self, region: &str) -> ReadRaster<f32> {
        ReadRaster::read(&self.0.published(&format!("raster/{region}_lowres_dnbr.tif")), None)
    }
}

fn row(lon: f64, lat: f64, day: &str) -> String {
    format!("{lat:.5},{lon:.5},0.39,0.36,{day},1230,N20,nominal,2.0NRT\n")
}

/// Points far from the fire that prove that an archive reaches from a day to another.
fn span(first: &str, last: &str) -> String {
    row(-119.0, 41.5, first) + &row(-119.0, 41.5, last)
}

/// Pixels along a side: 6 km.
const SIDE_PX: usize = 300;
/// Columns and rows of the fire, and of a field that was harvested.
const FIRE: std::ops::Range<usize> = 20..90;
const FIELD: std::ops::Range<usize> = 230..260;

/// Woodland before, a fire and a harvested field after.
fn scenes() -> DatedScenes {
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-06-12", 0.0, &vec![ScenePixel::GREEN; SIDE_PX * SIDE_PX]);
    let after = (0..SIDE_PX * SIDE_PX).map(|pixel| {
        let (column, row) = (pixel % SIDE_PX, pixel / SIDE_PX);
        let is_in =
            |range: &std::ops::Range<usize>| range.contains(&column) && range.contains(&row);
        if is_in(&FIRE) || is_in(&FIELD) { ScenePixel::BURNT } else { ScenePixel::GREEN }
    });
    scenes.add("2025-09-10", 0.0, &after.collect::<Vec<_>>());
    scenes
}

fn region(scenes: &DatedScenes) -> Value {
    json!({
        "name": "area", "bbox": scenes.bbox(), "zoom_min": 8, "zoom_max": ZOOM,
        "pre": { "start": "2025-06-01", "end": "2025-07-05" },
        "post": { "start": "2025-08-20", "end": "2025-09-20" },
    })
}

const ZOOM: u8 = 12;

/// Points in the middle of the fire.
fn fire_points(scenes: &DatedScenes) -> String {
    let [west, south, east, north] = scenes.bbox();
    let middle = (FIRE.start + FIRE.end) as f64 / 2.0 / SIDE_PX as f64;
    row(west + (east - west) * middle, north - (north - south) * middle, "2025-08-10")
}

#[test]
fn with_points_a_map_paints_fires_and_counts_other_change_apart() {
    let scenes = scenes();
    let bed = PartingBed::of(&scenes);
    bed.run(NOW, &["update", "area"]);
    let (before, dnbr_before) = (bed.0.map("area"), bed.dnbr("area"));
    assert_eq!((before.change_only, before.points_since), (Some(true), None));
    assert_eq!((before.changed_hectares, &before.changed_tiles), (None, &None));
    assert!(bed.state("area").pixels.iter().all(|state| *state != CHANGED));

    let points = span("2025-05-30", "2025-09-15") + &fire_points(&scenes);
    let map = bed.map_with("area", &points, NOW);
    assert_eq!(map.change_only, Some(false));
    assert_eq!(map.points_since.unwrap().to_string(), "2025-05-31");
    let changed = map.changed_hectares.unwrap();
    let all = before.hectares.burnt();
    assert!((changed - hectares_of(&FIELD)).abs() < 4.0, "{changed} of {all}");
    assert!((map.hectares.burnt() + changed - all).abs() < 1e-6);
    assert_eq!(map.hectares.unburned, before.hectares.unburned);
    assert!(map.burnt_patches.len() < before.burnt_patches.len());
    let in_patches: f64 = map.burnt_patches.iter().map(|patch| patch.hectares).sum();
    assert!(in_patches <= map.hectares.burnt() + 1e-6);
    // The raster keeps the values, the layer of states parts them.
    assert_eq!(
        bed.dnbr("area").pixels.iter().map(|dnbr| dnbr.to_bits()).collect::<Vec<_>>(),
        dnbr_before.pixels.iter().map(|dnbr| dnbr.to_bits()).collect::<Vec<_>>()
    );
    check_tiles(&bed, &map, scenes.bbox());
}

#[test]
fn points_in_an_excluded_circle_make_no_ground_a_fire() {
    let scenes = scenes();
    let bed = PartingBed::of(&scenes);
    let points = span("2025-05-30", "2025-09-15") + &fire_points(&scenes);
    let fire = bed.map_with("area", &points, NOW);
    let [west, south, east, north] = scenes.bbox();
    let circle = [(west + east) / 2.0, (south + north) / 2.0, 9.0];
    let settings = format!("[fires]\npoints = []\nexclude = [{circle:?}]\n");
    fs::write(bed.file("dragonfly.toml"), settings).unwrap();
    bed.run(NOW, &["update", "area"]);
    let map = bed.0.map("area");
    assert_eq!(map.change_only, Some(false));
    assert!(fire.hectares.burnt() > 100.0 && map.hectares.burnt() == 0.0, "{:?}", map.hectares);
    let changed = map.changed_hectares.unwrap() - fire.changed_hectares.unwrap();
    assert!((changed - fire.hectares.burnt()).abs() < 1e-6, "{changed}");
}

/// Hectares of a square of pixels.
fn hectares_of(side: &std::ops::Range<usize>) -> f64 {
    (side.len() as f64 * PIXEL_M).powi(2) / 10_000.0
}

/// Each changed cell is unburned in the tiles of severity, and alone in those of change.
fn check_tiles(bed: &PartingBed, map: &MapMeta, bbox: [f64; 4]) {
    let (state, dnbr) = (bed.state("area"), bed.dnbr("area"));
    let tiles = map.changed_tiles.as_ref().unwrap();
    let finest = tiles.tile_index.0.last().unwrap();
    let tile = finest.tiles.tiles().find(|tile| finest.fate(*tile) == Some(TileFate::Stored));
    let tile = tile.unwrap();
    let read = |template: &str| {
        let path = template
            .replace("{z}", &tile.z.to_string())
            .replace("{x}", &tile.x.to_string())
            .replace("{y}", &tile.y.to_string());
        let png = fs::read(bed.0.published(path.trim_start_matches('/'))).unwrap();
        dragonfly_core::decode_tile(&png).unwrap()
    };
    let severity = read(&map.run_tile_url_template);
    let change = read(&tiles.run_tile_url_template);
    let grid = Grid::covering(bbox, ZOOM);
    let (column, row) = grid.corner_of(tile).unwrap();
    let unburned = dragonfly_core::index_from_dnbr(0.095).unwrap();
    let mut count = 0;
    for cell in 0..256 * 256 {
        let at = (row as usize + cell / 256) * state.width + column as usize + cell % 256;
        if state.pixels[at] == CHANGED {
            count += 1;
            assert_eq!(Some(change[cell]), dragonfly_core::index_from_dnbr(dnbr.pixels[at]));
            assert_eq!(severity[cell], unburned);
        } else {
            assert_eq!(change[cell], 0);
        }
    }
    assert!(count > 0);
}

#[test]
fn points_of_a_part_of_the_time_part_nothing_and_the_map_says_from_when() {
    let scenes = scenes();
    let bed = PartingBed::of(&scenes);
    bed.run(NOW, &["update", "area"]);
    let before = bed.0.map("area").hectares;
    let points = span("2025-07-20", "2025-09-15") + &fire_points(&scenes);
    let map = bed.map_with("area", &points, NOW);
    assert_eq!((map.change_only, map.changed_hectares), (Some(true), None));
    assert_eq!(map.points_since.unwrap().to_string(), "2025-07-21");
    assert_eq!(map.hectares, before);
    // The archive of the time before fills it.
    let map = bed.map_with("area", &span("2025-05-20", "2025-07-20"), NOW);
    assert_eq!(map.change_only, Some(false));
    assert_eq!(map.points_since.unwrap().to_string(), "2025-05-21");
    // A newer image than the newest point: a fire of the last days would be missing.
    let bed = PartingBed::of(&scenes);
    let points = span("2025-05-30", "2025-09-05") + &fire_points(&scenes);
    let map = bed.map_with("area", &points, "2025-09-06T04:00:00Z");
    assert_eq!((map.change_only, map.points_since), (Some(true), None));
}

#[test]
fn a_month_of_points_that_is_lost_parts_nothing_until_it_is_imported_again() {
    let scenes = scenes();
    let points = span("2025-05-30", "2025-09-15") + &fire_points(&scenes);
    for broken in [None, Some(&b"DFP1\x09"[..])] {
        let bed = PartingBed::of(&scenes);
        assert_eq!(bed.map_with("area", &points, NOW).change_only, Some(false));
        let month = bed.0.published("fires/history/2025-08.points");
        match broken {
            None => fs::remove_file(&month).unwrap(),
            Some(bytes) => fs::write(&month, bytes).unwrap(),
        }
        let output = bed.run(NOW, &["update", "area"]);
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(messages.contains("2025-08.points"), "{messages}");
        assert_eq!(bed.0.map("area").change_only, Some(true));
        // Later points do not hide that those of the month are lost.
        let map = bed.map_with("area", &span("2025-09-10", "2025-09-15"), NOW);
        assert_eq!(map.change_only, Some(true));
        assert_eq!(map.points_since.unwrap().to_string(), "2025-09-02");
        assert_eq!(bed.map_with("area", &points, NOW).change_only, Some(false));
    }
}

#[test]
fn a_region_that_is_new_has_no_points_of_the_time_before() {
    let scenes = scenes();
    let bed = PartingBed::of(&scenes);
    let points = span("2025-05-30", "2025-09-15") + &fire_points(&scenes);
    assert_eq!(bed.map_with("area", &points, NOW).change_only, Some(false));
    let mut wider = region(&scenes);
    wider["bbox"][0] = json!(scenes.bbox()[0] - 0.001);
    fs::write(bed.file("regions.json"), json!([wider]).to_string()).unwrap();
    bed.run(NOW, &["update", "area"]);
    let map = bed.0.map("area");
    assert_eq!((map.change_only, map.points_since), (Some(true), None));
}

/// Points as satellites would have seen the fire of Las Conchas: pixels of 375 m that lie in its
/// perimeter, over some days.
fn las_conchas_points() -> String {
    let area = perimeter();
    // A cell of zoom 11 is 62 m on the ground there: each sixth is a pixel.
    let grid = Grid::covering(area.bbox(), 11);
    let mut points = span("2011-06-20", "2012-06-25");
    for row_number in (0..grid.height()).step_by(6) {
        let is_inside = area.cells_of_row(&grid, row_number);
        for column in (0..grid.width()).step_by(6).filter(|column| is_inside[*column as usize]) {
            let (lon, lat) =
                grid.lonlat_from_grid(f64::from(column) + 0.5, f64::from(row_number) + 0.5);
            let day = format!("2011-06-{}", 26 + (column / 6 + row_number / 6) % 5);
            points += &row(lon, lat, &day);
        }
    }
    points
}

/// Painted cells of Las Conchas.
struct Painted {
    /// As a share of all that were seen and lie outside the perimeter: by their centres …
    outside_by_centre: f64,
    /// … and those of whose burnt-looking ground less than half lies inside.
    outside_by_ground: f64,
    /// Whose centres lie inside.
    inside: u64,
}

/// Finer than the map of zoom 9 by this factor, along a side, is the ground within a cell.
const FINE_ZOOM: u8 = 12;

/// For each cell of a zoom its burnt-looking cells of the fine zoom, and those of them inside the
/// perimeter. The map of the fine zoom is that of another bed.
fn burnt_ground(fine: &PartingBed, zoom: u8) -> Vec<(u32, u32)> {
    let (dnbr, area) = (fine.dnbr("las_conchas"), perimeter());
    let (grid, coarse) =
        (Grid::covering(LAS_CONCHAS_BOX, FINE_ZOOM), Grid::covering(LAS_CONCHAS_BOX, zoom));
    let mut ground = vec![(0, 0); (coarse.width() * coarse.height()) as usize];
    for row in 0..grid.height() {
        for (column, is_inside) in (0..).zip(area.cells_of_row(&grid, row)) {
            if dnbr.pixels[row as usize * dnbr.width + column as usize] >= 0.1 {
                let (lon, lat) =
                    grid.lonlat_from_grid(f64::from(column) + 0.5, f64::from(row) + 0.5);
                let (x, y) = coarse.grid_from_lonlat(lon, lat);
                let (burnt, inside) = &mut ground[(y as u32 * coarse.width() + x as u32) as usize];
                (*burnt, *inside) = (*burnt + 1, *inside + u32::from(is_inside));
            }
        }
    }
    ground
}

fn perimeter() -> Area {
    let text = fs::read_to_string(shared("data/las-conchas/perimeter.geojson")).unwrap();
    Area::from_geojson(&text).unwrap()
}

fn painted(bed: &PartingBed, zoom: u8, ground: &[(u32, u32)]) -> Painted {
    let (dnbr, state) = (bed.dnbr("las_conchas"), bed.state("las_conchas"));
    let (area, grid) = (perimeter(), Grid::covering(LAS_CONCHAS_BOX, zoom));
    let (mut seen_outside, mut by_centre, mut by_ground, mut inside) = (0u64, 0u64, 0u64, 0u64);
    for row in 0..grid.height() {
        let start = row as usize * state.width;
        for (column, is_inside) in area.cells_of_row(&grid, row).into_iter().enumerate() {
            let at = start + column;
            let is_painted = state.pixels[at] == VALID && dnbr.pixels[at] >= 0.1;
            let is_seen = state.pixels[at] == VALID || state.pixels[at] == CHANGED;
            match is_inside {
                true => inside += u64::from(is_painted),
                false => {
                    seen_outside += u64::from(is_seen);
                    by_centre += u64::from(is_painted);
                    let (burnt, burnt_inside) = ground[at];
                    by_ground += u64::from(is_painted && 2 * burnt_inside < burnt.max(1));
                }
            }
        }
    }
    let share = |count: u64| count as f64 / seen_outside as f64;
    Painted { outside_by_centre: share(by_centre), outside_by_ground: share(by_ground), inside }
}

const LAS_CONCHAS_BOX: [f64; 4] = [-106.75, 35.65, -106.15, 36.15];

/// The bed of a night at a zoom, before points are known.
fn las_conchas(zoom: u8) -> PartingBed {
    let region: Value = json!({
        "name": "las_conchas", "bbox": LAS_CONCHAS_BOX, "zoom_min": 6, "zoom_max": zoom,
        "collection": "mtbs-reflectance",
        "pre": { "start": "2011-06-01", "end": "2011-06-25" },
        "post": { "start": "2012-06-01", "end": "2012-07-01" }
    });
    let catalogue = shared("data/las-conchas/items.json");
    let bed = PartingBed::new(TestBed::new(&catalogue, &json!([region])));
    bed.run(LAS_CONCHAS_NIGHT, &["update", "las_conchas"]);
    bed
}

const LAS_CONCHAS_NIGHT: &str = "2012-07-01T04:00:00Z";

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn las_conchas_as_a_night_paints_the_fire_and_next_to_nothing_else() {
    let fine = las_conchas(FINE_ZOOM);
    // Of coarser cells those across the perimeter are a larger share, and their centres state less
    // of the ground that burnt in them.
    for (zoom, max_by_centre) in [(9, 0.007), (11, 0.006), (12, 0.005)] {
        let (bed, ground) = (las_conchas(zoom), burnt_ground(&fine, zoom));
        let before = painted(&bed, zoom, &ground);
        let map = bed.map_with("las_conchas", &las_conchas_points(), LAS_CONCHAS_NIGHT);
        let after = painted(&bed, zoom, &ground);
        let kept = after.inside as f64 / before.inside as f64;
        println!(
            "Las Conchas, zoom {zoom}: painted outside the perimeter {:.2} % before, {:.2} % with \
             points, {:.2} % without cells most of whose burnt ground lies inside; {:.2} % of what \
             is painted inside stays; {:.0} ha changed without a fire",
            100.0 * before.outside_by_centre,
            100.0 * after.outside_by_centre,
            100.0 * after.outside_by_ground,
            100.0 * kept,
            map.changed_hectares.unwrap()
        );
        assert!(before.outside_by_centre > 0.03);
        assert!(after.outside_by_centre <= max_by_centre && kept >= 0.97, "zoom {zoom}: {kept}");
        assert!(after.outside_by_ground <= 0.005, "zoom {zoom}: {}", after.outside_by_ground);
    }
}
