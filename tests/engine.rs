//! The browser's computing beside batch's: the same scenes, and the same bits.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use chrono::{DateTime, Utc};
use dragonfly_core::attribution::map_attribution;
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::{
    ComputeResult, DownloadRequest, FileKind, JobError, PictureKind, SearchRequest,
};
use dragonfly_core::stac::{Item, ItemCollection};
use dragonfly_core::{
    Area, BandRole, CellFootprint, DnbrOffset, FireSide, MapWarning, MaskKind, MaskRules,
    NearestPixels, Placement, PromisedGround, Resampling, SearchWindows, VALID, WarningReason,
    choose_level, regions_from_json,
};
use dragonfly_worker::{
    Cog, CogScene, ComputedMap, CrsProjection, Export, GridTarget, NoCache, ObservationUnit,
    OffsetGround, PixelGrid, SceneOptions, SceneSource, SceneStrip, SidePictures, Spawn,
    TargetCells, UtmGrid, compute, compute_in_utm, found, masked_hosts, scene_bytes, windows,
};
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::{Dataset, GeoTransformEx, Metadata};
use pollster::block_on;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::cog::files::Files;
use crate::cog::projection::Proj;
use crate::raster::ReadRaster;
use crate::test_bed::{TestBed, invented_scenes, shared};

/// A scene that is observed in the test's own thread.
struct LocalScene {
    used: UsedScene,
    mask_kinds: Vec<MaskKind>,
    pixel_grid: Option<PixelGrid>,
    nearest: Option<NearestPixels>,
    promised_ground: Option<PromisedGround>,
    scene: Mutex<CogScene<Files, NoCache>>,
}

impl SceneSource for LocalScene {
    fn used(&self) -> &UsedScene {
        &self.used
    }

    fn mask_kinds(&self) -> &[MaskKind] {
        &self.mask_kinds
    }

    fn nearest(&self) -> Option<&NearestPixels> {
        self.nearest.as_ref()
    }

    fn promised_ground(&self) -> Option<&PromisedGround> {
        self.promised_ground.as_ref()
    }

    async fn observe(
        &self,
        rows: Range<u32>,
        unit: ObservationUnit,
    ) -> Result<SceneStrip, JobError> {
        let seen = self.scene.lock().await.observe(&rows, unit).await;
        seen.map_err(|error| {
            dragonfly_worker::scene_error(&self.used.id, self.used.side, &error, true)
        })
    }
}

/// A catalogue's file, and an area with its days and zoom; without days it is a rolling map of
/// [`NIGHT`].
pub(crate) struct EngineTask {
    pub(crate) catalogue: PathBuf,
    pub(crate) region: Value,
    pub(crate) mask_rules: MaskRules,
}

/// The night of rolling maps.
pub(crate) const NIGHT: &str = "2025-09-01T03:00:00Z";

impl EngineTask {
    fn windows(&self) -> SearchWindows {
        let night: DateTime<Utc> = NIGHT.parse().unwrap();
        let region = regions_from_json(&json!([self.region]).to_string()).unwrap().remove(0);
        SearchWindows::of(&region, night.date_naive())
    }

    fn items(&self) -> Vec<Item> {
        let text = std::fs::read_to_string(&self.catalogue).unwrap();
        let mut items = serde_json::from_str::<ItemCollection>(&text).unwrap().features;
        let folder = self.catalogue.parent().unwrap();
        let hrefs = items.iter_mut().flat_map(Item::hrefs_mut);
        for href in hrefs.filter(|href| !href.contains("://")) {
            *href = folder.join(&*href).to_str().unwrap().to_owned();
        }
        items
    }

    fn search(&self) -> SearchRequest {
        let region = &self.region;
        let [west, south, east, north]: [f64; 4] =
            serde_json::from_value(region["bbox"].clone()).unwrap();
        let ring =
            json!([[west, south], [east, south], [east, north], [west, north], [west, south]]);
        let windows = self.windows();
        SearchRequest {
            area: json!({ "type": "Polygon", "coordinates": [ring] }).to_string(),
            zoom: region["zoom_max"].as_u64().unwrap() as u8,
            pre: windows.pre,
            post: windows.post,
            assessment: Some(windows.assessment),
            stac_url: String::new(),
            collection: region["collection"].as_str().unwrap_or("sentinel-2-l2a").to_owned(),
            token_url: None,
            mask_rules: self.mask_rules.clone(),
            proxy_base: None,
            allow_private_addresses: false,
            catalogue_hosts: Vec::new(),
            max_cloud_cover: 60.0,
            scenes_per_tile: 3,
            pinned: Vec::new(),
        }
    }

    fn area(&self) -> Area {
        Area::from_geojson(&self.search().area).unwrap()
    }

    /// Opens the scenes that the engine proposes, for the cells that are wanted.
    fn open(&self, wanted: &dyn TargetCells) -> (Vec<Item>, Vec<LocalScene>) {
        self.open_with(wanted, None)
    }

    /// The same with pictures.
    fn open_with(
        &self,
        wanted: &dyn TargetCells,
        picture: Option<PictureKind>,
    ) -> (Vec<Item>, Vec<LocalScene>) {
        let (search, items) = (self.search(), self.items());
        let found = found(&search, &self.area(), (&items, &items));
        let files = Files::default().far();
        let at_once: Spawn = Rc::new(block_on);
        let cache = Rc::new(NoCache);
        let mut chosen = Vec::new();
        for (side, side_found) in [(FireSide::Pre, found.pre), (FireSide::Post, found.post)] {
            let window = self.windows().side(side);
            let is_of_side = |item: &&Item| item.acquired().is_some_and(|at| window.contains(at));
            for scene in side_found.scenes.iter().filter(|scene| scene.chosen) {
                let is_chosen = |item: &&Item| item.id == scene.id;
                let item = items.iter().filter(is_of_side).find(is_chosen).unwrap();
                chosen.push((side, item.clone()));
            }
        }
        let hosts = block_on(masked_hosts(&files, &cache, &chosen));
        let (mut scenes, mut used) = (Vec::new(), Vec::new());
        for (side, mut item) in chosen {
            item.look_for_masks(&hosts);
            let options = SceneOptions { side, picture, mask_rules: self.mask_rules.clone() };
            let opened = CogScene::open(&files, &cache, &item, &options, wanted, &at_once);
            let Some(scene) = block_on(opened).unwrap() else { continue };
            let (used_scene, mask_kinds, pixel_grid) =
                (scene.used.clone(), scene.mask_kinds.clone(), scene.pixel_grid);
            let nearest = scene.nearest.clone();
            scenes.push(LocalScene {
                used: used_scene,
                mask_kinds,
                pixel_grid,
                nearest,
                promised_ground: PromisedGround::of(&item),
                scene: Mutex::new(scene),
            });
            used.push(item);
        }
        (used, scenes)
    }

    /// The bits of the page's dNBR.
    pub(crate) fn page_values(&self) -> Vec<u32> {
        let (_, map, _) = self.compute(OffsetGround::Nowhere);
        map.dnbr.into_iter().map(f32::to_bits).collect()
    }

    /// The page's pictures of both sides, strip by strip, as RGBA.
    pub(crate) fn page_pictures(&self) -> Vec<u8> {
        let search = self.search();
        let wanted = GridTarget::of(self.area(), search.zoom);
        let (_, scenes) = self.open_with(&wanted, Some(PictureKind::True));
        let mut rgba = Vec::new();
        let on_strip = |_: &ComputedMap, _: Range<u32>, pictures: &SidePictures| {
            rgba.extend_from_slice(&pictures.pre);
            rgba.extend_from_slice(&pictures.post);
        };
        let nowhere = OffsetGround::Nowhere;
        let windows = windows(&search);
        let computed = compute(&wanted, &windows, scenes, nowhere, &self.mask_rules, on_strip);
        block_on(computed).unwrap();
        rgba
    }

    /// Why the page cannot use the first scene of the catalogue.
    pub(crate) fn refusal(&self) -> String {
        let wanted = GridTarget::of(self.area(), self.search().zoom);
        let options = SceneOptions {
            side: FireSide::Pre,
            picture: None,
            mask_rules: self.mask_rules.clone(),
        };
        let (files, cache) = (Files::default().far(), Rc::new(NoCache));
        let at_once: Spawn = Rc::new(block_on);
        let item = self.items().remove(0);
        let opened = CogScene::open(&files, &cache, &item, &options, &wanted, &at_once);
        block_on(opened).err().unwrap().to_string()
    }

    /// Bytes that an area takes of each scene of the catalogue: those that its files list, and those
    /// that are read beside the files' heads.
    pub(crate) fn listed_and_read(&self) -> Vec<(u64, u64)> {
        let wanted = GridTarget::of(self.area(), self.search().zoom);
        let (files, cache) = (Files::default(), Rc::new(NoCache));
        let (far, at_once): (_, Spawn) = (files.far(), Rc::new(block_on));
        let options = SceneOptions {
            side: FireSide::Pre,
            picture: None,
            mask_rules: self.mask_rules.clone(),
        };
        let bytes_of = |item: &Item| {
            let listed = block_on(scene_bytes(&far, &cache, item, &options, &wanted));
            files.forget();
            let opened = CogScene::open(&far, &cache, item, &options, &wanted, &at_once);
            let mut scene = block_on(opened).unwrap().unwrap();
            for row in (0..wanted.height()).step_by(256) {
                block_on(scene.observe(&(row..row + 256), ObservationUnit::Cell)).unwrap();
            }
            let bodies = files.asked().into_iter().filter(|range| range.start > 0);
            (listed.unwrap().unwrap().numbers, bodies.map(|range| range.end - range.start).sum())
        };
        self.items().iter().map(bytes_of).collect()
    }

    /// Computes with them on the map's grid.
    fn compute(&self, ring: OffsetGround) -> (Vec<Item>, ComputedMap, ComputeResult) {
        self.compute_within(ring, None)
    }

    /// The same, where the result lies inside an outline.
    fn compute_within(
        &self,
        ring: OffsetGround,
        outline: Option<Area>,
    ) -> (Vec<Item>, ComputedMap, ComputeResult) {
        let search = self.search();
        let wanted = GridTarget::of(self.area(), search.zoom).within(outline);
        let (used, scenes) = self.open(&wanted);
        let computed = block_on(compute(
            &wanted,
            &windows(&search),
            scenes,
            ring,
            &self.mask_rules,
            |_, _, _| {},
        ));
        let (map, done) = computed.unwrap_or_else(|fault| panic!("{fault:?}"));
        (used, map, done)
    }
}

/// Whether scenes lie on one grid of pixels, so that they are joined before cells take them.
fn lie_on_one_grid(scenes: &[LocalScene]) -> bool {
    scenes.iter().all(|scene| scene.nearest.is_some() && scene.nearest == scenes[0].nearest)
}

/// What `dragonfly lowres` makes of the same.
pub(crate) struct Batch {
    pub(crate) dnbr: Vec<f32>,
    pub(crate) state: Vec<u8>,
    pub(crate) record: Value,
}

pub(crate) fn batch(task: &EngineTask) -> Batch {
    let bed = TestBed::new(&task.catalogue, &json!([task.region]));
    let masks: Value = serde_json::to_value(&task.mask_rules.masks).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("sky.toml");
    std::fs::write(&config, format!("[masks]\nscl = {}\n", masks["scl"])).unwrap();
    let margin = task.mask_rules.cloud_buffer_m.to_string();
    bed.succeed(&[
        "--config",
        config.to_str().unwrap(),
        "lowres",
        "area",
        "--cloud-margin-m",
        &margin,
        "--now",
        NIGHT,
    ]);
    let run =
        std::fs::read_dir(bed.published("work/area")).unwrap().next().unwrap().unwrap().path();
    let record = serde_json::from_slice(&std::fs::read(run.join("run.json")).unwrap()).unwrap();
    Batch {
        dnbr: ReadRaster::read(&run.join("dnbr.tif"), None).pixels,
        state: ReadRaster::read(&run.join("state.tif"), None).pixels,
        record,
    }
}

pub(crate) fn warnings(batch: &Batch) -> Vec<MapWarning> {
    let warnings = &batch.record["map"]["warnings"];
    if warnings.is_null() { Vec::new() } else { serde_json::from_value(warnings.clone()).unwrap() }
}

/// Where the two projection libraries put a grid's cells in a scene, in pixels of the level read.
struct TwoPlacements {
    own: Placement,
    proj: Placement,
    resampling: Resampling,
}

impl TwoPlacements {
    fn of(item: &Item, wanted: &GridTarget) -> Option<Self> {
        let path = &item.band(BandRole::Nir).unwrap().asset.href;
        let cog = block_on(Cog::open(Files::default().far(), Rc::new(NoCache), path)).unwrap();
        let image = cog.image();
        let system = Dataset::open(Path::new(path)).unwrap().spatial_ref().unwrap();
        let frame = image.frame().unwrap();
        let own = Placement::of(&frame, wanted.grid(), &CrsProjection::new(&image.crs).unwrap())
            .unwrap()?;
        let proj = Placement::of(&frame, wanted.grid(), &Proj::new(system)).unwrap()?;
        let level =
            &image.levels()[choose_level(&image.level_factors(), own.cell_size_px).unwrap()];
        let full = image.full();
        let factors = (
            f64::from(full.width) / f64::from(level.width),
            f64::from(full.height) / f64::from(level.height),
        );
        let at_level =
            |placed: Placement| Placement { lattice: placed.lattice.at_level(factors), ..placed };
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

    fn pixels(&self, at: CellFootprint) -> [i64; 4] {
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
pub(crate) fn check_same_bits(task: &EngineTask, min_values: usize) -> Batch {
    let perimeter =
        task.region["perimeter_path"].as_str().map(|path| std::fs::read_to_string(path).unwrap());
    let perimeter = perimeter.map(|text| Area::from_geojson(&text).unwrap());
    let ring = match (task.region["dnbr_offset"].as_bool(), &perimeter) {
        (Some(true), Some(perimeter)) => OffsetGround::RoundPerimeter(perimeter),
        (Some(true), None) => OffsetGround::RoundBurnt,
        _ => OffsetGround::Nowhere,
    };
    let (items, map, done) = task.compute(ring);
    let batch = batch(task);
    let scenes: Vec<UsedScene> =
        serde_json::from_value(batch.record["map"]["scenes"].clone()).unwrap();
    assert_eq!(done.scenes, scenes);
    let offset: Option<DnbrOffset> =
        serde_json::from_value(batch.record["map"]["dnbr_offset"].clone()).unwrap();
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
    assert!(values >= min_values && share <= 0.001);

    let wanted = GridTarget::of(task.area(), task.search().zoom);
    let placements: Vec<TwoPlacements> =
        items.iter().filter_map(|item| TwoPlacements::of(item, &wanted)).collect();
    for cell in different {
        let (column, row) = (cell as u32 % map.grid.width(), cell as u32 / map.grid.width());
        assert!(
            placements.iter().any(|placed| placed.round_apart(column, row)),
            "cell {column}, {row} differs without a reason"
        );
    }

    assert_eq!(json!(done.masks), batch.record["map"]["masks"]);
    assert_eq!(done.warnings, warnings(&batch));
    if share == 0.0 {
        assert_eq!(json!(done.hectares), batch.record["map"]["hectares"]);
        let provisional = &batch.record["map"]["provisional_hectares"];
        assert_eq!(&json!(done.provisional_hectares), provisional);
        assert_eq!(json!(done.empty_share), batch.record["map"]["empty_share"]);
    }
    batch
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
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn madre_has_the_same_bits_as_in_batch() {
    let catalogue = shared("data/madre/items.json");
    for (zoom, least) in [(13, 1_000_000), (11, 60_000)] {
        let mut region = region(
            [-120.07, 35.01, -119.67, 35.24],
            zoom,
            ["2025-06-01", "2025-07-01", "2025-07-20", "2025-08-20"],
        );
        region["dnbr_offset"] = json!(true);
        check_same_bits(
            &EngineTask { catalogue: catalogue.clone(), region, mask_rules: MaskRules::default() },
            least,
        );
    }
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn the_bytes_that_real_files_list_are_those_that_are_read() {
    let days = ["2025-06-01", "2025-07-01", "2025-07-20", "2025-08-20"];
    let region = region([-120.07, 35.01, -119.67, 35.24], 13, days);
    let catalogue = shared("data/madre/items.json");
    let task = EngineTask { catalogue, region, mask_rules: MaskRules::default() };
    for (listed, read) in task.listed_and_read() {
        let ratio = listed as f64 / read as f64;
        assert!((0.8..1.2).contains(&ratio), "{listed} listed, {read} read");
    }
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn round_the_same_perimeter_lies_the_same_ring_as_in_batch() {
    let (catalogue, perimeter) =
        (shared("data/las-conchas/items.json"), shared("data/las-conchas/perimeter.geojson"));
    let days = ["2011-06-01", "2011-06-25", "2012-06-01", "2012-07-01"];
    let mut region = region([-106.75, 35.65, -106.15, 36.15], 11, days);
    region["collection"] = json!("mtbs-reflectance");
    region["dnbr_offset"] = json!(true);
    let round_burnt = EngineTask {
        catalogue: catalogue.clone(),
        region: region.clone(),
        mask_rules: MaskRules::default(),
    };
    region["perimeter_path"] = json!(perimeter);
    let round_perimeter = EngineTask { catalogue, region, mask_rules: MaskRules::default() };
    check_same_bits(&round_perimeter, 100_000);
    let area = Area::from_geojson(&std::fs::read_to_string(&perimeter).unwrap()).unwrap();
    let offset = |task: &EngineTask, ring| task.compute(ring).2.dnbr_offset.unwrap();
    let (own, burnt) = (
        offset(&round_perimeter, OffsetGround::RoundPerimeter(&area)),
        offset(&round_burnt, OffsetGround::RoundBurnt),
    );
    println!("round the perimeter {own:?}, round what burnt {burnt:?}");
    assert_ne!(own, burnt, "the perimeter moves nothing, so the comparison shows nothing");
}

#[test]
fn hectares_are_those_inside_the_perimeter_however_far_the_ring_reaches() {
    let task = |bbox: [f64; 4]| EngineTask {
        catalogue: invented_scenes().join("items.json"),
        region: region(bbox, 12, SIERRA),
        mask_rules: MaskRules::default(),
    };
    let inside = task([-121.33, 39.82, -121.23, 39.9]);
    let outline = inside.area();
    let (_, map, alone) = inside.compute(OffsetGround::Nowhere);
    let around = task([-121.4, 39.77, -121.16, 39.95]);
    let perimeter = OffsetGround::RoundPerimeter(&outline);
    let (_, widened, done) = around.compute_within(perimeter, Some(outline.clone()));
    let offset = done.dnbr_offset.expect("unburned ground around the perimeter");
    assert_eq!(around.compute(perimeter).2.dnbr_offset, Some(offset));

    let valid = |map: &ComputedMap| map.state.iter().filter(|state| **state == VALID).count();
    assert!(valid(&map) > 10_000);
    assert_eq!(valid(&widened), valid(&map));
    let has_value = |value: &&f32| !value.is_nan();
    assert_eq!(widened.dnbr.iter().filter(has_value).count(), valid(&map));
    let total = |done: &ComputeResult| {
        let classes = dragonfly_core::Severity::ALL.into_iter();
        classes.map(|class| done.hectares.of(class)).sum::<f64>()
    };
    assert!((total(&done) - total(&alone)).abs() < 1e-6 * total(&alone));
    let (_, uncorrected, plain) =
        around.compute_within(OffsetGround::Nowhere, Some(outline.clone()));
    assert_eq!(plain.hectares, alone.hectares);
    assert_eq!(valid(&uncorrected), valid(&map));
}

#[test]
fn two_tiles_and_two_zones_with_clouds_have_the_same_bits_as_in_batch() {
    let catalogue = invented_scenes().join("items.json");
    for (bbox, days, zoom, least, on_one_grid) in [
        ([-121.4, 39.75, -121.0, 40.05], SIERRA, 13, 1_000_000, true),
        ([23.74, 38.53, 24.26, 38.77], EVIA, 13, 500_000, false),
        ([23.74, 38.53, 24.26, 38.77], EVIA, 12, 100_000, false),
        ([23.74, 38.53, 24.26, 38.77], EVIA, 10, 5_000, false),
    ] {
        let task = EngineTask {
            catalogue: catalogue.clone(),
            region: region(bbox, zoom, days),
            mask_rules: MaskRules::default(),
        };
        assert_eq!(lie_on_one_grid(&task.open(&GridTarget::of(task.area(), zoom)).1), on_one_grid);
        check_same_bits(&task, least);
    }
}

#[test]
fn scenes_that_show_less_than_their_items_promise_are_a_warning_here_and_there() {
    let text = std::fs::read_to_string(invented_scenes().join("items.json")).unwrap();
    let mut items: Value = serde_json::from_str(&text).unwrap();
    // The scenes end at 121° W; their items promise half a degree more.
    for item in items["features"].as_array_mut().unwrap() {
        let ring = [[-121.6, 39.5], [-120.4, 39.5], [-120.4, 40.3], [-121.6, 40.3], [-121.6, 39.5]];
        item["geometry"] = json!({ "type": "Polygon", "coordinates": [ring] });
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            let path = invented_scenes().join(asset["href"].as_str().unwrap());
            asset["href"] = json!(path);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("items.json");
    std::fs::write(&catalogue, items.to_string()).unwrap();
    for (bbox, zoom, is_less_seen) in [
        ([-121.02, 39.88, -120.95, 39.91], 13, true),
        ([-121.2, 39.8, -120.6, 40.0], 10, true),
        ([-121.06, 39.88, -121.0, 39.91], 13, false),
    ] {
        let region = region(bbox, zoom, SIERRA);
        let task =
            EngineTask { catalogue: catalogue.clone(), region, mask_rules: MaskRules::default() };
        let (used, _, done) = task.compute(OffsetGround::Nowhere);
        let all = WarningReason::LessSeen { scenes: used.len() as u64 };
        let whys: Vec<WarningReason> = done.warnings.iter().map(|warning| warning.why).collect();
        assert_eq!(whys.contains(&all), is_less_seen, "{bbox:?} {zoom}: {:?}", done.warnings);
        let theirs = warnings(&batch(&task));
        assert_eq!(done.warnings.len(), theirs.len(), "{:?} {theirs:?}", done.warnings);
        assert_eq!(whys, theirs.iter().map(|warning| warning.why).collect::<Vec<_>>());
    }
}

#[test]
fn other_rules_of_the_sky_hold_here_and_there() {
    let catalogue = invented_scenes().join("items.json");
    let region = region([23.74, 38.53, 24.26, 38.77], 12, EVIA);
    let usual = EngineTask { catalogue, region, mask_rules: MaskRules::default() };
    let mut sky = MaskRules { cloud_buffer_m: 300.0, ..MaskRules::default() };
    sky.masks.scl.retain(|class| *class != 3);
    let other = EngineTask {
        mask_rules: sky,
        catalogue: usual.catalogue.clone(),
        region: usual.region.clone(),
    };
    check_same_bits(&other, 50_000);
    let bits = |task: &EngineTask| {
        task.compute(OffsetGround::Nowhere)
            .1
            .dnbr
            .iter()
            .map(|dnbr| dnbr.to_bits())
            .collect::<Vec<_>>()
    };
    let (other, usual) = (bits(&other), bits(&usual));
    let moved = other.iter().zip(&usual).filter(|(other, usual)| other != usual).count();
    println!("{moved} cells have another dNBR than by the usual rules");
    assert!(moved > 0, "the rules change nothing here, so the comparison shows nothing");
}

/// A scene of one date as GDAL reads it.
struct Source {
    side: FireSide,
    epsg: i32,
    /// Near infrared, short-wave infrared, scene classification.
    pixels: ReadRaster<(u16, u16, u8)>,
    offset_dn: f32,
}

impl Source {
    fn of(item: &Item, used: &UsedScene) -> Self {
        let read = |href: &str| ReadRaster::<u16>::read(Path::new(href), None);
        let (nir, swir) = (
            read(&item.band(BandRole::Nir).unwrap().asset.href),
            read(&item.band(BandRole::Swir22).unwrap().asset.href),
        );
        let scl = ReadRaster::<u8>::read(Path::new(&item.mask().unwrap().1.asset.href), None);
        assert!(nir.geo_transform == swir.geo_transform && nir.geo_transform == scl.geo_transform);
        let bands = nir.pixels.iter().zip(&swir.pixels).zip(&scl.pixels);
        let pixels = bands.map(|((nir, swir), scl)| (*nir, *swir, *scl)).collect();
        let ReadRaster { width, height, geo_transform, system, .. } = nir;
        Self {
            side: used.side,
            epsg: system.auth_code().unwrap(),
            pixels: ReadRaster { width, height, pixels, geo_transform, system },
            offset_dn: used.offset,
        }
    }

    /// For every cell of another raster the NBR of the pixel under its centre, by the formula
    /// alone, and whether the pixel is vegetation or bare ground; `None` where there are no data.
    fn nbr_on(&self, cells: &ReadRaster<f32>) -> Vec<Option<(f32, bool)>> {
        let light = |dn: u16| (f32::from(dn) + self.offset_dn).max(0.0) * 1e-4_f32;
        let nbr = |(nir, swir, scl): (u16, u16, u8)| {
            let value = (light(nir) - light(swir)) / (light(nir) + light(swir));
            (nir > 0 && swir > 0).then_some((value, matches!(scl, 4 | 5)))
        };
        self.pixels.nearest_on(cells).into_iter().map(|pixel| nbr(pixel?)).collect()
    }
}

/// Computes on the scenes' own grid, writes the file, and compares every cell with the arithmetic
/// of GDAL's pixels.
// Long: the arithmetic of the test stands beside what it is compared with.
fn check_own_pixels(task: &EngineTask, epsg: i32, min_exact: usize) {
    // The map's own zoom plays no part in it.
    let (_, map, done) = task.compute(OffsetGround::Nowhere);
    let (_, opened) = task.open(&GridTarget::of(task.area(), 13));
    let grid =
        UtmGrid::over(&task.area(), opened.iter().filter_map(|scene| scene.pixel_grid)).unwrap();
    let (items, scenes) = task.open(&grid);
    let sources: Vec<Source> =
        items.iter().zip(&scenes).map(|(item, scene)| Source::of(item, &scene.used)).collect();
    let search = task.search();
    let in_utm = block_on(compute_in_utm(&grid, &windows(&search), scenes, |_| {})).unwrap();
    let options: DownloadRequest = serde_json::from_value(
        json!({ "file": FileKind::Values { utm: true }, "corrected": false }),
    )
    .unwrap();
    let harvest = Export {
        search: &search,
        outline: &search.area,
        map: &map,
        done: &done,
        in_utm: Some(&in_utm),
    };
    let (name, bytes) = harvest.write(&options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name.name);
    std::fs::write(&file, bytes).unwrap();

    let tags = Dataset::open(&file).unwrap();
    let attribution = tags.metadata_item("ATTRIBUTION", "").unwrap();
    let years: BTreeSet<i32> = done.scenes.iter().map(UsedScene::year).collect();
    assert_eq!(attribution, map_attribution("", &search.collection, &years));
    let written = ReadRaster::<f32>::read(&file, None);
    assert_eq!(written.system.auth_code().unwrap(), epsg);
    assert_eq!((written.geo_transform[1], written.geo_transform[5]), (20.0, -20.0));
    let own = sources.iter().find(|source| source.epsg == epsg).unwrap();
    let off = |axis: usize| (written.geo_transform[axis] - own.pixels.geo_transform[axis]) / 20.0;
    assert_eq!((off(0).fract(), off(3).fract()), (0.0, 0.0), "the cells are no pixels");

    // One date a side: what a cell may hold follows from the pixels of its own zone, and of the
    // neighbour's where both zones have some.
    let nbr: Vec<_> = sources.iter().map(|source| (source, source.nbr_on(&written))).collect();
    let inside = inside(&written, task);
    let (mut exact, mut either, mut apart) = (0, 0, 0);
    for cell in 0..written.pixels.len() {
        let value = written.pixels[cell];
        let seen = |side: FireSide| nbr.iter().filter(move |(source, _)| source.side == side);
        let views =
            |side: FireSide| seen(side).filter_map(move |(source, nbr)| Some((source, nbr[cell]?)));
        let neighbour_sees = |side| views(side).any(|(source, _)| source.epsg != epsg);
        let alone = !neighbour_sees(FireSide::Pre) && !neighbour_sees(FireSide::Post);
        let is_clear = |side| views(side).next().is_some_and(|(_, (_, is_clear))| is_clear);
        let differences = views(FireSide::Pre)
            .flat_map(|(_, (pre, _))| views(FireSide::Post).map(move |(_, (post, _))| pre - post));
        let is_one = differences.map(f32::to_bits).any(|bits| bits == value.to_bits());
        match inside[cell] {
            Some(false) => assert!(value.is_nan(), "a cell outside the area has a value"),
            // A centre on the very edge of the area.
            None => {}
            Some(true) if alone && is_clear(FireSide::Pre) && is_clear(FireSide::Post) => {
                assert!(is_one, "cell {cell} is {value}");
                exact += 1;
            }
            Some(true) if value.is_nan() => {}
            Some(true) if alone => assert!(is_one, "cell {cell} is {value}"),
            Some(true) if is_one => either += 1,
            Some(true) => apart += 1,
        }
    }
    println!(
        "EPSG:{epsg}: {exact} cells are their own pixels to the bit; of two zones' {either} are, \
        {apart} are not"
    );
    // Centres are rounded to 1/1024 of a pixel, so that one in a thousand may fall to the next,
    // were it the neighbour's.
    assert!(exact >= min_exact && apart * 500 <= either);
}

/// Whether the centre of each cell lies in the task's box, by PROJ; `None` within a centimetre of
/// its edge.
fn inside(cells: &ReadRaster<f32>, task: &EngineTask) -> Vec<Option<bool>> {
    let [west, south, east, north] = task.area().bbox();
    let mut degrees = SpatialRef::from_epsg(4326).unwrap();
    degrees.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let transform = CoordTransform::new(&cells.system, &degrees).unwrap();
    (0..cells.height)
        .flat_map(|row| {
            let centre =
                |column: usize| cells.geo_transform.apply(column as f64 + 0.5, row as f64 + 0.5);
            let (mut lon, mut lat): (Vec<f64>, Vec<f64>) = (0..cells.width).map(centre).unzip();
            transform.transform_coords(&mut lon, &mut lat, &mut []).unwrap();
            lon.into_iter().zip(lat).map(move |(lon, lat)| {
                let within = (lon - west).min(east - lon).min(lat - south).min(north - lat);
                // Edges are bent in pieces, which leaves them off by up to 2 cm.
                (within.abs() > 5e-7).then_some(within > 0.0)
            })
        })
        .collect()
}

#[test]
#[cfg_attr(not(has_real_data), ignore = "the real data does not lie beside the project")]
fn on_the_scenes_own_grid_every_cell_of_madre_is_its_own_pixel_to_the_bit() {
    let days = ["2025-06-01", "2025-07-01", "2025-07-20", "2025-08-20"];
    let task = EngineTask {
        catalogue: shared("data/madre/items.json"),
        region: region([-120.07, 35.01, -119.67, 35.24], 10, days),
        mask_rules: MaskRules { cloud_buffer_m: 0.0, ..MaskRules::default() },
    };
    check_own_pixels(&task, 32_610, 700_000);
}

#[test]
fn on_the_scenes_own_grid_every_cell_is_its_own_pixel_to_the_bit() {
    let clear = MaskRules { cloud_buffer_m: 0.0, ..MaskRules::default() };
    // One date a side of each zone; the west holds more of the first box, the east more of the
    // second.
    let days = ["2025-06-25", "2025-07-10", "2025-09-05", "2025-09-20"];
    for (bbox, epsg) in
        [([23.7, 38.53, 24.2, 38.77], 32_634), ([23.85, 38.53, 24.26, 38.77], 32_635)]
    {
        let catalogue = invented_scenes().join("items.json");
        check_own_pixels(
            &EngineTask { catalogue, region: region(bbox, 10, days), mask_rules: clear.clone() },
            epsg,
            100_000,
        );
    }
}
