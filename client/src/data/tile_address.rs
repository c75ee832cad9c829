//! The URLs of tiles, and the pixel of a tile at a place.

use dragonfly_core::mercator::{TILE_SIZE_PX, cell_from_lonlat};
use dragonfly_core::metadata::MarkTiles;
use dragonfly_core::{Tile, TileFate};

/// The URL of a tile, from a template with `{z}`, `{x}`, `{y}`.
pub fn tile_url(template: &str, tile: Tile) -> String {
    template
        .replace("{z}", &tile.z.to_string())
        .replace("{x}", &tile.x.to_string())
        .replace("{y}", &tile.y.to_string())
}

/// The tile at a place and a zoom, and the pixel within it, counted row by row from the
/// north-west.
pub fn pixel_at(lon: f64, lat: f64, zoom: u8) -> (Tile, usize) {
    let cells = TILE_SIZE_PX << zoom;
    let (column, row) = cell_from_lonlat(zoom, lon, lat);
    // A cast from float to integer saturates, so only the upper end needs a bound.
    let (column, row) = ((column as u32).min(cells - 1), (row as u32).min(cells - 1));
    let tile = Tile { z: zoom, x: column / TILE_SIZE_PX, y: row / TILE_SIZE_PX };
    (tile, (row % TILE_SIZE_PX * TILE_SIZE_PX + column % TILE_SIZE_PX) as usize)
}

/// The address of a tile of those that are marked apart; `None` where none is stored.
pub fn mark_url(tiles: Option<&MarkTiles>, tile: Tile) -> Option<String> {
    let tiles = tiles?;
    let is_stored = tiles.tile_index.fate(tile) == Some(TileFate::Stored);
    is_stored.then(|| tile_url(&tiles.run_tile_url_template, tile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_takes_the_address() {
        let tile = Tile { z: 9, x: 85, y: 202 };
        assert_eq!(
            tile_url("/tiles/madre/r1/dnbr/{z}/{x}/{y}.png", tile),
            "/tiles/madre/r1/dnbr/9/85/202.png"
        );
        assert_eq!(tile_url("/{y}-{x}?{z}&{z}", tile), "/202-85?9&9");
    }

    #[test]
    fn a_place_lies_in_the_tile_that_covers_it() {
        let (tile, _) = pixel_at(-119.9, 35.1, 9);
        assert_eq!(tile, Tile { z: 9, x: 85, y: 202 });
        let [west, south, east, north] = tile.bounds();
        let sliver = 1e-7;
        assert_eq!(pixel_at(west + sliver, north - sliver, 9), (tile, 0));
        assert_eq!(pixel_at(east - sliver, north - sliver, 9), (tile, 255));
        assert_eq!(pixel_at(east - sliver, south + sliver, 9), (tile, 256 * 256 - 1));
    }

    #[test]
    fn the_edge_of_the_world_still_has_a_tile() {
        assert_eq!(pixel_at(180.0, -90.0, 3).0, Tile { z: 3, x: 7, y: 7 });
        assert_eq!(pixel_at(-180.0, 90.0, 3).0, Tile { z: 3, x: 0, y: 0 });
    }
}
