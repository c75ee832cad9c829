//! The browser's computing beside batch's: the same scenes, and the same bits.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use async_lock::Mutex;
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::{Done, Fault, Search};
use dragonfly_core::stac::{Item, ItemCollection};
use dragonfly_core::{Area, DnbrOffset, FireSide, Footprint, MaskKind, Placement, Resampling, SkyRules, choose_level};
use dragonfly_worker::{
    Begin, Cog, CrsProjection, Look, Map, NoCache, Scene, SceneWish, View, WantedCells, compute, found, windows,
};
use gdal::Dataset;
use pollster::block_on;
use serde_json::{Value, json};

use crate::cog::files::Files;
use crate::cog::projection::Proj;
use crate::raster::Raster;
use crate::stage::{Stage, invented_scenes, shared};

/// A scene that is looked at in the test's own thread.
struct Here {
    used: UsedScene,
    mask_kind: Option<MaskKind>,
    scene: Mutex<Scene<Files, NoCache>>,
}

impl View for Here {
    fn used(&self) -> &UsedScene {
        &self.used
    }

    fn mask_kind(&self) -> Option<MaskKind> {
        self.mask_kind
    }

    async fn observe(&self, rows: Range<u32>) -> Result<Look, Fault> {
        let seen = self.scene.lock().await.observe(&rows).await;
        seen.map_err(|error| dragonfly_worker::scene_fault(&self.used.id, self.used.side, &error, true))
    }
}

/// A catalogue's file, and an area with its days and zoom.
struct Task {
    catalogue: PathBuf,
    region: Value,
    sky: SkyRules,
}

impl Task {
    fn items(&self) -> Vec<Item> {
        let text = std::fs::read_to_string(&self.catalogue).unwrap();
        let mut items = serde_json::from_str::<ItemCollection>(&text).unwrap().features;
        let folder = self.catalogue.parent().unwrap();
        for href in items.iter_mut().flat_map(Item::hrefs_mut) {
            *href = folder.join(&*href).to_str().unwrap().to_owned();
        }
        items
    }

    fn search(&self) -> Search {
        let region = &self.region;
        let [west, south, east, north]: [f64; 4] = serde_json::from_value(region["bbox"].clone()).unwrap();
        let ring = json!([[west, south], [east, south], [east, north], [west, north], [west, south]]);
        Search {
            area: json!({ "type": "Polygon", "coordinates": [ring] }).to_string(),
            zoom: region["zoom_max"].as_u64().unwrap() as u8,
            pre: serde_json::from_value(region["pre"].clone()).unwrap(),
            post: serde_json::from_value(region["post"].clone()).unwrap(),
            assessment: None,
            stac_url: String::new(),
            collection: region["collection"].as_str().unwrap_or("sentinel-2-l2a").to_owned(),
            token_url: None,
            sky: self.sky.clone(),
            proxy_base: None,
            max_cloud_cover: 60.0,
            scenes_per_tile: 3,
            pinned: Vec::new(),
        }
    }

    /// Computes with the scenes that the engine proposes.
    fn compute(&self, finds_offset: bool) -> (Vec<Item>, Map, Done) {
        let (search, items) = (self.search(), self.items());
        let area = Area::from_geojson(&search.area).unwrap();
        let found = found(&search, &area, (&items, &items));
        let wanted = WantedCells::of(area, search.zoom);
        let files = Files::default().far();
        let at_once: Begin = Rc::new(block_on);
        let (mut scenes, mut used) = (Vec::new(), Vec::new());
        for (side, side_found) in [(FireSide::Pre, found.pre), (FireSide::Post, found.post)] {
            for chosen in side_found.scenes.iter().filter(|scene| scene.chosen) {
                let item = items.iter().find(|item| item.id == chosen.id).unwrap();
                let wish = SceneWish { side, picture: None, sky: self.sky.clone() };
                let scene = block_on(Scene::open(&files, &Rc::new(NoCache), item, &wish, &wanted, &at_once)).unwrap();
                let Some(scene) = scene else { continue };
                scenes.push(Here { used: scene.used.clone(), mask_kind: scene.mask_kind, scene: Mutex::new(scene) });
                used.push(item.clone());
            }
        }
        let computed = block_on(compute(&wanted, &windows(&search), scenes, finds_offset, &self.sky, |_, _, _| {}));
        let (map, done) = computed.unwrap_or_else(|fault| panic!("{fault:?}"));
        (used, map, done)
    }
}

/// What `dragonfly lowres` makes of the same.
struct Batch {
    dnbr: Vec<f32>,
    state: Vec<u8>,
    record: Value,
}

fn batch(task: &Task) -> Batch {
    let stage = Stage::new(&task.catalogue, &json!([task.region]));
    let masks: Value = serde_json::to_value(&task.sky.masks).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("sky.toml");
    std::fs::write(&config, format!("[masks]\nscl = {}\n", masks["scl"])).unwrap();
    let margin = task.sky.cloud_margin_m.to_string();
    stage.succeed(&["--config", config.to_str().unwrap(), "lowres", "area", "--cloud-margin-m", &margin]);
    let run = std::fs::read_dir(stage.published("work/area")).unwrap().next().unwrap().unwrap().path();
    let record = serde_json::from_slice(&std::fs::read(run.join("run.json")).unwrap()).unwrap();
    Batch {
        dnbr: Raster::read(&run.join("dnbr.tif"), None).pixels,
        state: Raster::read(&run.join("state.tif"), None).pixels,
        record,
    }
}

/// Where the two projection libraries put a grid's cells in a scene, in pixels of the level read.
struct TwoPlacements {
    own: Placement,
    proj: Placement,
    resampling: Resampling,
}

impl TwoPlacements {
    fn of(item: &Item, wanted: &WantedCells) -> Option<Self> {
        let path = &item.nir().unwrap().href;
        let cog = block_on(Cog::open(Files::default().far(), Rc::new(NoCache), path)).unwrap();
        let image = cog.image();
        let system = Dataset::open(Path::new(path)).unwrap().spatial_ref().unwrap();
        let frame = image.frame().unwrap();
        let own = Placement::of(&frame, wanted.grid(), &CrsProjection::new(&image.crs).unwrap()).unwrap()?;
        let proj = Placement::of(&frame, wanted.grid(), &Proj::new(system)).unwrap()?;
        let level = &image.levels()[choose_level(&image.level_factors(), own.cell_size_px).unwrap()];
        let full = image.full();
        let factors =
            (f64::from(full.width) / f64::from(level.width), f64::from(full.height) / f64::from(level.height));
        let at_level = |placed: Placement| Placement { lattice: placed.lattice.at_level(factors), ..placed };
        let resampling = Resampling::for_cell(own.cell_size_px / factors.0.max(factors.1));
        Some(Self { own: at_level(own), proj: at_level(proj), resampling })
    }

    /// Whether the two round a cell to different pixels, or to different parts of pixels.
    fn round_apart(&self, column: u32, row: u32) -> bool {
        let rounded = |placed: &Placement| {
            let mut found = None;
            placed.lattice.visit_row(row, column..column + 1, |_, footprint| found = footprint);
            found.map(|footprint| self.pixels(footprint))
        };
        rounded(&self.own) != rounded(&self.proj)
    }

    fn pixels(&self, at: Footprint) -> [i64; 4] {
        match self.resampling {
            Resampling::Nearest => {
                let pixel = |position: f64| ((position * 1024.0).round() as i64).div_euclid(1024);
                [pixel(at.column), pixel(at.row), 0, 0]
            }
            Resampling::Average => {
                let edge = |position: f64| (position * 16.0).round() as i64;
                [
                    edge(at.column - at.width / 2.0),
                    edge(at.column + at.width / 2.0),
                    edge(at.row - at.height / 2.0),
                    edge(at.row + at.height / 2.0),
                ]
            }
        }
    }
}

/// Computes both ways, and proves every difference.
fn check_same_bits(task: &Task, least_values: usize) {
    let finds_offset = task.region["dnbr_offset"].as_bool().unwrap_or(false);
    let (items, map, done) = task.compute(finds_offset);
    let batch = batch(task);
    let offset: Option<DnbrOffset> = serde_json::from_value(batch.record["map"]["dnbr_offset"].clone()).unwrap();
    assert_eq!(done.dnbr_offset, offset);
    let corrected: Vec<f32> =
        map.dnbr.iter().map(|dnbr| offset.map_or(*dnbr, |offset| offset.correct(*dnbr))).collect();
    assert_eq!(corrected.len(), batch.dnbr.len());
    let differs = |cell: &usize| {
        let (own, theirs) = (corrected[*cell], batch.dnbr[*cell]);
        (own.to_bits() != theirs.to_bits() && !(own.is_nan() && theirs.is_nan()))
            || map.state[*cell] != batch.state[*cell]
    };
    let different: Vec<usize> = (0..corrected.len()).filter(differs).collect();
    let values = corrected.iter().filter(|dnbr| !dnbr.is_nan()).count();
    let inside = map.state.iter().filter(|state| **state != 0).count();
    let share = different.len() as f64 / inside as f64;
    println!(
        "{}: {inside} cells, {values} with a value, {} differ ({share:.1e})",
        task.region["bbox"],
        different.len()
    );
    assert!(values >= least_values && share <= 0.001);

    let area = Area::from_geojson(&task.search().area).unwrap();
    let wanted = WantedCells::of(area, task.search().zoom);
    let placements: Vec<TwoPlacements> = items.iter().filter_map(|item| TwoPlacements::of(item, &wanted)).collect();
    for cell in different {
        let (column, row) = (cell as u32 % map.grid.width(), cell as u32 / map.grid.width());
        assert!(
            placements.iter().any(|placed| placed.round_apart(column, row)),
            "cell {column}, {row} differs without a reason"
        );
    }

    let scenes: Vec<UsedScene> = serde_json::from_value(batch.record["map"]["scenes"].clone()).unwrap();
    assert_eq!(done.scenes, scenes);
    assert_eq!(json!(done.masks), batch.record["map"]["masks"]);
    if share == 0.0 {
        assert_eq!(json!(done.hectares), batch.record["map"]["hectares"]);
        assert_eq!(json!(done.empty_share), batch.record["map"]["empty_share"]);
    }
}

fn region(bbox: [f64; 4], zoom: u8, days: [&str; 4]) -> Value {
    json!({
        "name": "area", "bbox": bbox, "zoom_min": 6, "zoom_max": zoom,
        "pre": { "start": days[0], "end": days[1] }, "post": { "start": days[2], "end": days[3] },
    })
}

const SIERRA: [&str; 4] = ["2025-06-01", "2025-07-05", "2025-08-20", "2025-09-20"];
const EVIA: [&str; 4] = ["2025-06-25", "2025-07-25", "2025-08-20", "2025-09-20"];

#[test]
fn madre_has_the_same_bits_as_in_batch() {
    let Some(catalogue) = shared("data/madre/items.json") else { return };
    for (zoom, least) in [(13, 1_000_000), (11, 60_000)] {
        let mut region =
            region([-120.07, 35.01, -119.67, 35.24], zoom, ["2025-06-01", "2025-07-01", "2025-07-20", "2025-08-20"]);
        region["dnbr_offset"] = json!(true);
        check_same_bits(&Task { catalogue: catalogue.clone(), region, sky: SkyRules::default() }, least);
    }
}

#[test]
fn two_tiles_and_two_zones_with_clouds_have_the_same_bits_as_in_batch() {
    let catalogue = invented_scenes().join("items.json");
    for (bbox, days, zoom, least) in [
        ([-121.4, 39.75, -121.0, 40.05], SIERRA, 13, 1_000_000),
        ([23.74, 38.53, 24.26, 38.77], EVIA, 13, 500_000),
        ([23.74, 38.53, 24.26, 38.77], EVIA, 12, 100_000),
        ([23.74, 38.53, 24.26, 38.77], EVIA, 10, 5_000),
    ] {
        let task = Task { catalogue: catalogue.clone(), region: region(bbox, zoom, days), sky: SkyRules::default() };
        check_same_bits(&task, least);
    }
}

#[test]
fn other_rules_of_the_sky_hold_here_and_there() {
    let catalogue = invented_scenes().join("items.json");
    let region = region([23.74, 38.53, 24.26, 38.77], 12, EVIA);
    let usual = Task { catalogue, region, sky: SkyRules::default() };
    let mut sky = SkyRules { cloud_margin_m: 300.0, ..SkyRules::default() };
    sky.masks.scl.retain(|class| *class != 3);
    let other = Task { sky, catalogue: usual.catalogue.clone(), region: usual.region.clone() };
    check_same_bits(&other, 50_000);
    let bits = |task: &Task| task.compute(false).1.dnbr.iter().map(|dnbr| dnbr.to_bits()).collect::<Vec<_>>();
    let (other, usual) = (bits(&other), bits(&usual));
    let moved = other.iter().zip(&usual).filter(|(other, usual)| other != usual).count();
    println!("{moved} cells have another dNBR than by the usual rules");
    assert!(moved > 0, "the rules change nothing here, so the comparison shows nothing");
}
