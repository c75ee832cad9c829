//! Tiles of provisional ground: at every zoom they hold the cells that it is half of or more, of
//! those with a value, and nothing else.

use std::fs;
use std::ops::Range;

use dragonfly_core::metadata::{MapMeta, MarkTiles};
use dragonfly_core::{Grid, PROVISIONAL, Tile, TileFate, decode_tile, has_value};
use serde_json::{Value, json};

use super::dated_scenes::{DatedScenes, ScenePixel};
use crate::raster::ReadRaster;
use crate::test_bed::TestBed;

/// Pixels along a side: 8 km.
const SIDE_PX: usize = 400;
const ZOOM: u8 = 12;

/// Woodland, of which the newest image shows more burnt than the one before, the rest of that in
/// cloud.
fn scenes(in_both: Range<usize>, in_newest: Range<usize>) -> DatedScenes {
    let image = |burnt: &[&Range<usize>]| -> Vec<ScenePixel> {
        let pixel = |at: usize| match (at % SIDE_PX, at / SIDE_PX) {
            (column, 300..) if column > 200 => ScenePixel::CLOUD,
            (column, _) if burnt.iter().any(|columns| columns.contains(&column)) => {
                ScenePixel::BURNT
            }
            _ => ScenePixel::GREEN,
        };
        (0..SIDE_PX * SIDE_PX).map(pixel).collect()
    };
    let mut scenes = DatedScenes::new(SIDE_PX);
    scenes.add("2025-07-20", 0.0, &image(&[]));
    scenes.add("2025-08-26", 0.0, &image(&[&in_both]));
    scenes.add("2025-08-31", 0.0, &image(&[&in_both, &in_newest]));
    scenes
}

fn map_of(scenes: &DatedScenes) -> (TestBed, MapMeta) {
    let region: Value = json!({
        "name": "area", "bbox": scenes.bbox(), "zoom_min": 8, "zoom_max": ZOOM,
        "event_date": "2025-08-01",
    });
    let bed = TestBed::new(&scenes.catalogue(), &json!([region]));
    bed.succeed(&["--now", "2025-09-01T04:00:00Z", "update", "area"]);
    let map = bed.map("area");
    (bed, map)
}

/// Provisional cells, and others with a value, below a cell of a zoom.
fn below(states: &ReadRaster<u8>, grid: &Grid, tile: Tile, cell: (usize, usize)) -> (usize, usize) {
    let side = 1usize << (ZOOM - tile.z);
    let corner = |tile: u32, first: u32, cell: usize| {
        (tile as i64 * 256 + cell as i64) * side as i64 - i64::from(first) * 256
    };
    let first = grid.tiles();
    let (left, top) =
        (corner(tile.x, first.x_start, cell.0), corner(tile.y, first.y_start, cell.1));
    let (mut provisional, mut others) = (0, 0);
    for row in top..top + side as i64 {
        for column in left..left + side as i64 {
            let is_inside = (0..states.width as i64).contains(&column)
                && (0..states.height as i64).contains(&row);
            if !is_inside {
                continue;
            }
            match states.pixels[row as usize * states.width + column as usize] {
                PROVISIONAL => provisional += 1,
                state if has_value(state) => others += 1,
                _ => {}
            }
        }
    }
    (provisional, others)
}

fn check_tile(bed: &TestBed, marks: &MarkTiles, states: &ReadRaster<u8>, grid: &Grid, tile: Tile) {
    let path = marks
        .run_tile_url_template
        .replace("{z}", &tile.z.to_string())
        .replace("{x}", &tile.x.to_string())
        .replace("{y}", &tile.y.to_string());
    let stored = fs::read(bed.published(path.trim_start_matches('/')));
    let is_stored = marks.tile_index.fate(tile) == Some(TileFate::Stored);
    assert_eq!(stored.is_ok(), is_stored, "{tile:?}");
    let indices = stored.map_or(vec![0; 256 * 256], |png| decode_tile(&png).unwrap());
    let mut count = 0;
    for (at, index) in indices.iter().enumerate() {
        let (provisional, others) = below(states, grid, tile, (at % 256, at / 256));
        let is_marked = provisional > 0 && provisional >= others;
        assert_eq!(*index > 0, is_marked, "{tile:?} {at}: {provisional} of {others} others");
        count += usize::from(is_marked);
    }
    assert_eq!(count > 0, is_stored, "{tile:?}");
}

#[test]
fn tiles_of_provisional_ground_hold_it_alone_at_every_zoom() {
    let (bed, map) = map_of(&scenes(40..160, 181..320));
    assert!(map.provisional_hectares.burnt() > 100.0, "{:?}", map.provisional_hectares);
    let marks = map.provisional_tiles.as_ref().unwrap();
    let states = ReadRaster::read(&bed.published("raster/area_lowres_state.tif"), None);
    let grid = Grid::covering(map_bbox(&bed), ZOOM);
    let mut stored = 0;
    for zoom in &marks.tile_index.0 {
        for tile in zoom.tiles.tiles() {
            check_tile(&bed, marks, &states, &grid, tile);
            stored += u64::from(zoom.fate(tile) == Some(TileFate::Stored));
        }
        let is_stored = |tile| zoom.fate(tile) == Some(TileFate::Stored);
        assert!(zoom.tiles.tiles().any(is_stored), "{zoom:?}");
    }
    assert_eq!(stored, marks.tile_count);
    assert!(marks.tile_count <= map.tile_count);
}

#[test]
fn a_map_without_provisional_ground_has_no_tiles_of_it() {
    let (bed, map) = map_of(&scenes(40..160, 0..0));
    assert_eq!(map.provisional_hectares.burnt(), 0.0);
    assert_eq!(map.provisional_tiles, None);
    let run = bed.published(&format!("tiles/area/{}", map.run_id));
    assert!(run.join("dnbr").is_dir() && !run.join("provisional").exists());
}

fn map_bbox(bed: &TestBed) -> [f64; 4] {
    bed.meta("area").bbox
}
