//! What burnt inside an outline, counted from the tiles of a nightly map.

use std::collections::BTreeMap;

use dragonfly_core::metadata::{MapMeta, RegionMeta};
use dragonfly_core::{Area, Empty, Grid, Tile, TileFate};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::highres::words::{HighresWords, fill, words};
use super::outline::Outline;
use crate::data::published::region_from_json;
use crate::data::tile_address::tile_url;
use crate::data::tile_source::{TileFetchError, TileSource};
use crate::data::tile_store::Indices;
use crate::i18n::Words;
use crate::state::reading::Reading;
use crate::state::region_entry::summary_of;
use crate::state::unseen::unseen;
use crate::toolbar::bridge::PageBridge;

/// An outline over more tiles than these is not counted: they are as many as are kept in memory.
const MAX_TILES: u64 = 256;

/// Areas inside an outline, true hectares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct AreasInside {
    /// Of classes that are burnt.
    burnt_ha: f64,
    /// That was not seen, or for which there is no map.
    unseen_ha: f64,
}

/// What burnt inside the outline, as text: empty until it is done, and where the map of the page
/// does not reach it.
pub fn burnt_inside(
    page: PageBridge,
    outline: ReadSignal<Option<Outline>>,
) -> RwSignal<Option<String>> {
    let sentence = RwSignal::new(None);
    let source = StoredValue::new_local(TileSource::new());
    Effect::new(move |_| {
        let shown = outline.get();
        sentence.set(None);
        let done = shown.clone().filter(|it| it.is_done() && !it.crosses_itself());
        let region = page.region().and_then(|text| region_from_json(&text).ok());
        let (Some(done), Some(region)) = (done, region) else {
            return;
        };
        spawn_local(async move {
            sentence.set(Some(crate::i18n::words().reading_loading.to_owned()));
            let counted = describe(&done, &region, &source.get_value()).await;
            // Another outline may have been begun meanwhile.
            if outline.get_untracked() == shown {
                sentence.set(counted);
            }
        });
    });
    sentence
}

async fn describe(outline: &Outline, region: &RegionMeta, source: &TileSource) -> Option<String> {
    let map = region.map.as_ref()?;
    let ring = outline.corners().iter().map(|[lon, lat]| (*lon, *lat)).collect();
    let area = Area::from_polygons(vec![vec![ring]]).ok()?;
    if !overlap(area.bbox(), region.bbox) {
        return None;
    }
    let grid = Grid::covering(area.bbox(), map.zoom_max);
    let tiles = grid.tiles();
    if u64::from(tiles.width()) * u64::from(tiles.height()) > MAX_TILES {
        return Some(words().measured_too_large.to_owned());
    }
    match stored_tiles(&grid, map, source).await {
        Ok(stored) => {
            let inside = count(&area, &grid, map, &stored);
            Some(in_words(inside, map, (crate::i18n::words(), words())))
        }
        Err(_) => Some(crate::i18n::words().unavailable.to_owned()),
    }
}

fn overlap(one: [f64; 4], other: [f64; 4]) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

/// The tiles of a grid that the map stores, by column and row.
type StoredTiles = BTreeMap<(u32, u32), Indices>;

async fn stored_tiles(
    grid: &Grid,
    map: &MapMeta,
    source: &TileSource,
) -> Result<StoredTiles, TileFetchError> {
    let mut stored = StoredTiles::new();
    let range = grid.tiles();
    for y in range.y_start..range.y_end {
        for x in range.x_start..range.x_end {
            let tile = Tile { z: grid.zoom(), x, y };
            if map.tile_index.fate(tile) == Some(TileFate::Stored) {
                let url = tile_url(&map.run_tile_url_template, tile);
                stored.insert((x, y), source.indices(&url).await?);
            }
        }
    }
    Ok(stored)
}

/// Adds up the cells whose centres lie inside the area.
fn count(area: &Area, grid: &Grid, map: &MapMeta, stored: &StoredTiles) -> AreasInside {
    let (range, side) = (grid.tiles(), dragonfly_core::mercator::TILE_SIZE_PX);
    let fates: BTreeMap<(u32, u32), Option<TileFate>> = (range.y_start..range.y_end)
        .flat_map(|y| (range.x_start..range.x_end).map(move |x| (x, y)))
        .map(|(x, y)| ((x, y), map.tile_index.fate(Tile { z: grid.zoom(), x, y })))
        .collect();
    let mut inside = AreasInside::default();
    for row in grid.inside_rows() {
        let cell_ha = grid.cell_area_ha(row);
        let (y, tile_row) = (range.y_start + row / side, row % side);
        for (column, _) in (0..).zip(area.cells_of_row(grid, row)).filter(|(_, is_in)| *is_in) {
            let (x, tile_column) = (range.x_start + column / side, column % side);
            let reading = match fates.get(&(x, y)).copied().flatten() {
                Some(TileFate::Unburned) => Reading::UnburnedTile,
                Some(TileFate::Empty(reason)) => Reading::Empty(reason),
                Some(TileFate::Stored) => stored
                    .get(&(x, y))
                    .and_then(|tile| tile.get((tile_row * side + tile_column) as usize))
                    .map_or(Reading::Unavailable, |index| Reading::from_index(*index)),
                None => Reading::OutsideRegions,
            };
            match reading {
                Reading::Value { class, .. } if class.is_burnt() => inside.burnt_ha += cell_ha,
                Reading::Value { .. } | Reading::UnburnedTile => {}
                Reading::Empty(reason)
                    if reason != Empty::OutsideBox && unseen(reason).is_none() => {}
                _ => inside.unseen_ha += cell_ha,
            }
        }
    }
    inside
}

fn in_words(inside: AreasInside, map: &MapMeta, (page, words): (Words, &HighresWords)) -> String {
    let label = page.burnt_label(&summary_of(map));
    let cell_m = page.number(map.cell_size_m, 0);
    let burnt = fill(words.measured, &[&page.area(inside.burnt_ha), label, &cell_m]);
    match inside.unseen_ha > 0.0 {
        true => {
            format!("{burnt} {}", fill(words.measured_unseen, &[&page.area(inside.unseen_ha)]))
        }
        false => burnt,
    }
}

#[cfg(test)]
mod tests {
    use super::super::highres::words::english::WORDS as ENGLISH;
    use super::*;
    use crate::data::tile_address::pixel_at;
    use crate::state::region_entry::tests::entry_with_map;
    use dragonfly_core::index_from_dnbr;

    const BBOX: [f64; 4] = [-120.07, 35.01, -119.67, 35.24];

    /// A square around a place, within one tile of zoom 9.
    fn square(half_deg: f64) -> Area {
        let (lon, lat) = (-119.9, 35.1);
        let corner = |east: f64, north: f64| (lon + east * half_deg, lat + north * half_deg);
        let ring = vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
        Area::from_polygons(vec![vec![ring]]).unwrap()
    }

    fn counted(runs: &str, index: u8) -> AreasInside {
        let region = entry_with_map("r", BBOX, runs);
        let (area, map) = (square(0.03), region.map().unwrap());
        let grid = Grid::covering(area.bbox(), 9);
        let (tile, _) = pixel_at(-119.9, 35.1, 9);
        let stored = [((tile.x, tile.y), vec![index; 256 * 256].into())].into_iter().collect();
        count(&area, &grid, map, &stored)
    }

    /// About 0.06° by 0.06° in latitude 35.1°.
    const SQUARE_HA: f64 = 3_637.0;

    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() < 0.07 * SQUARE_HA, "{found} instead of {expected}");
    }

    #[test]
    fn burnt_cells_inside_the_outline_are_added_up() {
        let burnt = counted("1s", index_from_dnbr(0.5).unwrap());
        check(burnt.burnt_ha, SQUARE_HA);
        assert_eq!(burnt.unseen_ha, 0.0);
        let unburned = counted("1s", index_from_dnbr(0.05).unwrap());
        assert_eq!(unburned, AreasInside::default());
        assert_eq!(counted("1u", 0), AreasInside::default());
    }

    #[test]
    fn what_was_not_seen_or_has_no_map_is_stated_and_water_is_not() {
        check(counted("1s", Empty::Cloud.code()).unseen_ha, SQUARE_HA);
        check(counted("", 0).unseen_ha, SQUARE_HA);
        assert_eq!(counted("1s", Empty::Water.code()), AreasInside::default());
        assert_eq!(counted("1w", 0), AreasInside::default());
    }

    #[test]
    fn the_sentence_names_cells_and_what_was_not_seen() {
        let region = entry_with_map("r", BBOX, "1s");
        let inside = AreasInside { burnt_ha: 1640.0, unseen_ha: 12.0 };
        let sentence = in_words(inside, region.map().unwrap(), (crate::i18n::ENGLISH, &ENGLISH));
        assert!(sentence.starts_with("Of these, 1,640 ha burnt, by the nightly map"), "{sentence}");
        assert!(sentence.ends_with("12 ha of them were not seen, or have no map."), "{sentence}");
    }
}
