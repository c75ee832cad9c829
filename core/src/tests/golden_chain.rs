//! The golden chain: two maps from digital numbers to the tile index, hashed and tied to
//! [`VERSION`], under which browsers cache their results.
//!
//! `golden_chain.txt` has a line for every version: the version, and the hash of what it computes.
//! Every target must give the last line's hash, and the last line must be of this version.

use std::ops::Range;

use chrono::{DateTime, Utc};
use dragonfly_pixels::{
    Breaks, CLOUD_BUFFER_M, CellWindow, Composite, Empty, Lattice, MapCell, MaskKind, Masks,
    PixelQuality, QualityTable, Resampling, RowCompositor, Scaling, SceneObservations, SceneWindow,
    Severity, SideScenes, TileCells, TileFate, TileIndex, TileRange, VALID, ZoomIndex, buffer_px,
    dilate_clouds, mercator::TILE_SIZE_PX, warp,
};

use super::golden::{bits, hash};
use crate::VERSION;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// One line a version: the version and its hash.
const GOLDEN: &str = include_str!("golden_chain.txt");
/// Setting this renews the golden file.
#[cfg(not(target_arch = "wasm32"))]
const RENEW: &str = "DRAGONFLY_RENEW_GOLDEN";
const RENEW_COMMAND: &str =
    "DRAGONFLY_RENEW_GOLDEN=1 cargo test --package dragonfly-core golden_chain";

/// Two tiles side by side.
const COLUMNS: u32 = 2 * TILE_SIZE_PX;
const ROWS: u32 = TILE_SIZE_PX;
const FINEST: TileRange = TileRange { z: 9, x_start: 86, y_start: 202, x_end: 88, y_end: 203 };
const LOWER: TileRange = TileRange { z: 8, x_start: 43, y_start: 101, x_end: 44, y_end: 102 };

/// A scene of the chain.
struct SyntheticScene {
    id: &'static str,
    minutes: i64,
    mask: MaskKind,
    scaling: Scaling,
    /// The cells that it covers.
    cells: CellWindow,
    /// Whether the fire lies before it.
    is_post: bool,
}

const SENTINEL: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };
const SENTINEL_OLD: Scaling = Scaling { scale: 1e-4, offset_dn: 0.0 };
const LANDSAT: Scaling = Scaling { scale: 2.75e-5, offset_dn: -0.2 / 2.75e-5 };

/// Three scenes before the fire, of which two overlap in one overpass, and two after it.
fn scenes() -> Vec<SyntheticScene> {
    let scene = |id, minutes, mask, scaling, columns: Range<u32>, is_post| SyntheticScene {
        id,
        minutes,
        mask,
        scaling,
        cells: CellWindow { columns, rows: 0..ROWS },
        is_post,
    };
    vec![
        scene("pre-b", 1, MaskKind::Scl, SENTINEL, 200..COLUMNS, false),
        scene("pre-a", 0, MaskKind::Scl, SENTINEL, 8..260, false),
        scene("pre-c", 9000, MaskKind::Fmask, SENTINEL_OLD, 0..480, false),
        scene("post-b", 29_000, MaskKind::QaPixel, LANDSAT, 40..COLUMNS, true),
        scene("post-a", 20_000, MaskKind::Scl, SENTINEL, 0..500, true),
    ]
}

/// Numbers that depend on nothing but the seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit)) as u32
    }
}

/// Sides of the squares of pixels that share a mask value or belong to the burn.
const PATCH_PX: usize = 24;

/// A mask value: mostly clear land, then water, cloud, shadow, snow and fill.
fn mask_value(kind: MaskKind, random: u32) -> u16 {
    let [clear, water, cloud, shadow, snow, fill] = match kind {
        MaskKind::Scl | MaskKind::SclSince0400 => [4, 6, 9, 3, 11, 0],
        MaskKind::QaPixel => [21_824, 21_952, 22_280, 23_888, 30_048, 1],
        _ => [0, 32, 2, 8, 16, 255],
    };
    match random {
        0..=69 => clear,
        70..=77 => water,
        78..=87 => cloud,
        88..=92 => shadow,
        93..=95 => snow,
        _ => fill,
    }
}

/// Pixels of a scene: digital numbers, and a mask read and dilated as for any scene.
fn pixels(scene: &SyntheticScene, seed: u64, size: (usize, usize), size_m: f32) -> SceneWindow {
    let (width, height) = size;
    let mut random = Random(seed);
    let patches_across = width.div_ceil(PATCH_PX);
    let patches: Vec<u32> =
        (0..patches_across * height.div_ceil(PATCH_PX)).map(|_| random.below(100)).collect();
    let table = QualityTable::new(scene.mask, &Masks::default());
    let mut bands = [Vec::new(), Vec::new()];
    let mut quality = Vec::new();
    for pixel in 0..width * height {
        let (column, row) = (pixel % width, pixel / width);
        let patch = patches[row / PATCH_PX * patches_across + column / PATCH_PX];
        quality.push(table.quality(mask_value(scene.mask, patch)));
        // One in 64 is any number at all, the rest is what green and burnt ground look like.
        let is_burnt = scene.is_post && (column * 3 + row) * 4 / (3 * width + height) == 2;
        let base = if is_burnt { [1500, 2600] } else { [3200, 1500] };
        for (band, base) in bands.iter_mut().zip(base) {
            let offset = (-scene.scaling.offset_dn) as u32;
            let reflected = (base as f32 * 1e-4 / scene.scaling.scale) as u32;
            band.push(match random.below(64) {
                0 => random.below(65_536) as u16,
                _ => (offset + reflected + random.below(900)) as u16,
            });
        }
    }
    dilate_clouds(&mut quality, width, buffer_px(CLOUD_BUFFER_M, size_m));
    quality.iter_mut().zip(&bands[0]).for_each(|(quality, dn)| {
        *quality = if *dn == 0 { PixelQuality::NoData } else { *quality }
    });
    SceneWindow { column: 0, row: 0, width, height, bands, quality }
}

/// What a scene observes of the cells. `cell_px` is the side of a cell in pixels.
fn observe(scene: &SyntheticScene, seed: u64, cell_px: f64) -> SceneObservations {
    // Turned a little, as the pixels of a UTM zone are.
    let positions = Lattice::control_corners(&scene.cells)
        .map(|(column, row)| (f64::from(column), f64::from(row)))
        .map(|(x, y)| (4.25 + cell_px * (x + y * 0.03125), 20.5 + cell_px * (y - x * 0.0625)))
        .collect();
    let lattice = Lattice::new(&scene.cells, positions);
    let size = [COLUMNS, ROWS].map(|cells| (f64::from(cells) * cell_px) as usize + 8);
    let pixels = pixels(scene, seed, (size[0], size[1]), 20.0);
    let resampling = Resampling::for_cell(cell_px);
    let observations = warp(&lattice, &pixels, scene.scaling, resampling, &scene.cells);
    Some((scene.cells.clone(), observations))
}

/// A side of the fire with what its scenes observe.
fn observed_side(
    is_post: bool,
    composite: Composite,
    cell_px: f64,
) -> (SideScenes<SyntheticScene>, Vec<SceneObservations>) {
    let scenes = scenes().into_iter().filter(|scene| scene.is_post == is_post).collect();
    let side = SideScenes::new(scenes, composite, |scene| (time(scene), scene.id));
    let observations = (1..)
        .zip(side.scenes())
        .map(|(seed, scene)| observe(scene, seed + 10 * u64::from(is_post), cell_px))
        .collect();
    (side, observations)
}

fn time(scene: &SyntheticScene) -> DateTime<Utc> {
    DateTime::from_timestamp(scene.minutes * 60, 0).unwrap()
}

/// A map: dNBR and state of every cell, row by row.
struct Map {
    dnbr: Vec<f32>,
    state: Vec<u8>,
}

fn map(post_composite: Composite, cell_px: f64) -> Map {
    let (pre, before) = observed_side(false, Composite::Median, cell_px);
    let (post, after) = observed_side(true, post_composite, cell_px);
    let mut compositor = RowCompositor::default();
    let mut map = Map { dnbr: Vec::new(), state: Vec::new() };
    for row in 0..ROWS {
        let mut dnbr = vec![0.0; COLUMNS as usize];
        let mut state: Vec<u8> = (0..COLUMNS).map(|column| state_before(column, row)).collect();
        let sides = (pre.observations(&before), post.observations(&after));
        compositor.compute_row(sides, row, &(0..COLUMNS), &mut dnbr, &mut state);
        map.dnbr.extend(dnbr);
        map.state.extend(state);
    }
    map
}

/// Outside the box, outside the zone, or to be computed.
fn state_before(column: u32, row: u32) -> u8 {
    match (column, row) {
        (0..4, _) => Empty::OutsideBox.code(),
        (_, 250..) => Empty::OutsideZone.code(),
        _ => VALID,
    }
}

impl Map {
    fn cell(&self, column: u32, row: u32) -> Result<f32, Empty> {
        let index = (row * COLUMNS + column) as usize;
        MapCell::new(self.dnbr[index], self.state[index]).value()
    }

    /// The tiles of both zooms and their index.
    fn tiles(&self) -> (Vec<Vec<u8>>, TileIndex) {
        let finest = [0, TILE_SIZE_PX].map(|first| {
            let cells = (0..ROWS).flat_map(|row| {
                (first..first + TILE_SIZE_PX).map(move |column| self.cell(column, row))
            });
            TileCells::finest(cells)
        });
        let mut tiles: Vec<Vec<u8>> = finest.iter().map(TileCells::indices).collect();
        let [west, east] = finest;
        tiles.push(TileCells::joined(&[Some(west), Some(east), None, None]).indices());
        let fates: Vec<TileFate> = tiles.iter().map(|tile| TileFate::of(tile, true)).collect();
        let index = TileIndex(vec![
            ZoomIndex::new(LOWER, &fates[2..]),
            ZoomIndex::new(FINEST, &fates[..2]),
        ]);
        (tiles, index)
    }

    /// Everything the map holds and all that follows from it, as bytes.
    fn bytes(&self) -> Vec<u8> {
        let (tiles, index) = self.tiles();
        let mut bytes: Vec<u8> = self.dnbr.iter().flat_map(|dnbr| bits(*dnbr)).collect();
        bytes.extend(&self.state);
        bytes.extend(tiles.concat());
        bytes.extend(serde_json::to_vec(&index).unwrap());
        bytes
    }
}

/// Nearest and average, with the median and the latest view after the fire.
fn maps() -> Vec<Map> {
    [Composite::Median, Composite::Latest]
        .into_iter()
        .flat_map(|composite| [0.75, 1.375].map(|cell_px| map(composite, cell_px)))
        .collect()
}

fn chain_hash(maps: &[Map]) -> String {
    format!("{:016x}", hash(maps.iter().flat_map(Map::bytes)))
}

/// Versions and hashes of the golden file.
fn golden_lines() -> Vec<(&'static str, &'static str)> {
    GOLDEN.lines().filter_map(|line| line.split_once(' ')).collect()
}

/// What to do where the last line of the golden file is not this version's; `None` where it is.
fn advice(lines: &[(&str, &str)], version: &str, hash: &str) -> Option<String> {
    match lines.iter().find(|(listed, _)| *listed == version) {
        Some((_, golden)) if *golden != hash => Some(format!(
            "the same pixels give other bits than version {version} gave ({hash}, not {golden}). \
            Browsers keep results under the version: if the change is wanted, raise `version` in \
            the workspace's Cargo.toml, then run `{RENEW_COMMAND}`"
        )),
        None => Some(format!(
            "core/src/tests/golden_chain.txt has no line for version {version}: run \
            `{RENEW_COMMAND}`, which adds `{version} {hash}`"
        )),
        Some(_) if lines.last() != Some(&(version, hash)) => Some(format!(
            "version {version} is older than the last line of core/src/tests/golden_chain.txt: \
            versions only go up"
        )),
        Some(_) => None,
    }
}

#[test]
fn every_version_gives_the_bits_that_it_gave() {
    let hash = chain_hash(&maps());
    #[cfg(not(target_arch = "wasm32"))]
    if golden_is_renewed(&hash) {
        return;
    }
    let advice = advice(&golden_lines(), VERSION, &hash);
    assert!(advice.is_none(), "{}", advice.unwrap_or_default());
}

/// Adds a line for this version where that is requested; a version's own line is never changed.
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::disallowed_methods, reason = "core reads no environment, but its tests may")]
fn golden_is_renewed(hash: &str) -> bool {
    let is_listed = golden_lines().iter().any(|(version, _)| *version == VERSION);
    if std::env::var(RENEW).is_err() || is_listed {
        return false;
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/golden_chain.txt");
    std::fs::write(path, format!("{GOLDEN}{VERSION} {hash}\n")).unwrap();
    println!("added to {path}: {VERSION} {hash}");
    true
}

#[test]
fn neither_version_nor_hash_is_renewed_alone() {
    let lines = [("0.1.0", "aa"), ("0.2.0", "bb")];
    assert_eq!(advice(&lines, "0.2.0", "bb"), None);
    let check = |version, hash, expected: &str| {
        let advice = advice(&lines, version, hash).unwrap();
        assert!(advice.contains(expected), "{advice}");
    };
    check("0.2.0", "cc", "raise `version`");
    check("0.3.0", "bb", "no line for version 0.3.0");
    check("0.3.0", "cc", "no line for version 0.3.0");
    check("0.1.0", "aa", "versions only go up");
    let mut versions: Vec<&str> = golden_lines().iter().map(|(version, _)| *version).collect();
    let count = versions.len();
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions.len(), count, "a version has two lines");
}

#[test]
fn the_chain_reaches_every_class_and_every_state() {
    for map in maps() {
        for reason in Empty::ALL {
            let count = map.state.iter().filter(|state| **state == reason.code()).count();
            assert!(count > 100, "{count} of {reason:?}");
        }
        for class in Severity::ALL {
            let classes = map.dnbr.iter().map(|dnbr| Breaks::USGS.classify(*dnbr));
            let count = classes.filter(|found| *found == Some(class)).count();
            assert!(count > 20, "{count} of {class:?}");
        }
        let (_, index) = map.tiles();
        assert_eq!(index.0[0].runs, "1s");
    }
}
