//! Map tiles: XYZ addresses, and the rectangle of them that covers a box.

use serde::{Deserialize, Serialize};

use crate::geo::mercator::{TILE_SIZE_PX, cell_from_lonlat, lonlat_from_cell};

/// A tile of the Web Mercator pyramid, y from the north.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Zoom, 0 the whole world.
    pub z: u8,
    /// Column, from the west.
    pub x: u32,
    /// Row, from the north.
    pub y: u32,
}

impl Tile {
    /// The tile that holds this one at the next lower zoom; `None` for the world.
    pub fn parent(self) -> Option<Self> {
        Some(Self { z: self.z.checked_sub(1)?, x: self.x / 2, y: self.y / 2 })
    }

    /// The four tiles below: north-west, north-east, south-west, south-east.
    pub fn children(self) -> [Self; 4] {
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| Self {
            z: self.z + 1,
            x: self.x * 2 + dx,
            y: self.y * 2 + dy,
        })
    }

    /// West, south, east, north in degrees.
    pub fn bounds(self) -> [f64; 4] {
        let scale = f64::from(TILE_SIZE_PX) / f64::from(1u32 << self.z);
        let at = |x: u32, y: u32| lonlat_from_cell(0, f64::from(x) * scale, f64::from(y) * scale);
        let (west, north) = at(self.x, self.y);
        let (east, south) = at(self.x + 1, self.y + 1);
        [west, south, east, north]
    }
}

/// A rectangle of tiles at one zoom. Ends are exclusive; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileRange {
    /// Zoom of the tiles.
    pub z: u8,
    /// First column.
    pub x_start: u32,
    /// First row, the northernmost.
    pub y_start: u32,
    /// Column after the last.
    pub x_end: u32,
    /// Row after the last.
    pub y_end: u32,
}

/// Cells closer to a tile's edge than this do not make a box need one more tile.
const EDGE_TOLERANCE_CELLS: f64 = 1e-6;

impl TileRange {
    /// The tiles that a box [west, south, east, north] touches.
    pub fn covering(bbox: [f64; 4], zoom: u8) -> Self {
        let [west, south, east, north] = bbox;
        let (left, top) = cell_from_lonlat(zoom, west, north);
        let (right, bottom) = cell_from_lonlat(zoom, east, south);
        let last = (1u32 << zoom) - 1;
        let first_tile = |cell: f64| {
            (((cell + EDGE_TOLERANCE_CELLS) / f64::from(TILE_SIZE_PX)).floor() as u32).min(last)
        };
        let tile_after =
            |cell: f64| ((cell - EDGE_TOLERANCE_CELLS) / f64::from(TILE_SIZE_PX)).ceil() as u32;
        let (x_start, y_start) = (first_tile(left), first_tile(top));
        Self {
            z: zoom,
            x_start,
            y_start,
            x_end: tile_after(right).clamp(x_start + 1, last + 1),
            y_end: tile_after(bottom).clamp(y_start + 1, last + 1),
        }
    }

    /// Number of columns.
    pub fn width(&self) -> u32 {
        self.x_end - self.x_start
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.y_end - self.y_start
    }

    /// Whether a tile lies within.
    pub fn contains(&self, tile: Tile) -> bool {
        tile.z == self.z
            && (self.x_start..self.x_end).contains(&tile.x)
            && (self.y_start..self.y_end).contains(&tile.y)
    }

    /// Position of a tile when the range is read row by row; `None` outside.
    pub fn position(&self, tile: Tile) -> Option<usize> {
        self.contains(tile)
            .then(|| ((tile.y - self.y_start) * self.width() + tile.x - self.x_start) as usize)
    }

    /// Every tile, row by row from the north-west.
    pub fn tiles(self) -> impl Iterator<Item = Tile> {
        (self.y_start..self.y_end)
            .flat_map(move |y| (self.x_start..self.x_end).map(move |x| Tile { z: self.z, x, y }))
    }

    /// The tiles above or below at another zoom.
    pub fn at_zoom(&self, zoom: u8) -> Self {
        if zoom <= self.z {
            let shift = self.z - zoom;
            Self {
                z: zoom,
                x_start: self.x_start >> shift,
                y_start: self.y_start >> shift,
                x_end: ((self.x_end - 1) >> shift) + 1,
                y_end: ((self.y_end - 1) >> shift) + 1,
            }
        } else {
            let shift = zoom - self.z;
            Self {
                z: zoom,
                x_start: self.x_start << shift,
                y_start: self.y_start << shift,
                x_end: self.x_end << shift,
                y_end: self.y_end << shift,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_box_is_covered_by_the_tiles_it_touches() {
        let range = TileRange::covering([-120.07, 35.01, -119.67, 35.24], 9);
        assert_eq!(range, TileRange { z: 9, x_start: 85, y_start: 202, x_end: 86, y_end: 203 });
        assert_eq!(TileRange::covering([-180.0, -85.06, 180.0, 85.06], 2).tiles().count(), 16);
    }

    #[test]
    fn a_tiles_own_bounds_are_covered_by_it_alone() {
        for tile in [
            Tile { z: 9, x: 85, y: 202 },
            Tile { z: 0, x: 0, y: 0 },
            Tile { z: 14, x: 9000, y: 5000 },
        ] {
            assert_eq!(
                TileRange::covering(tile.bounds(), tile.z).tiles().collect::<Vec<_>>(),
                [tile]
            );
        }
    }

    #[test]
    fn children_lead_back_to_their_parent() {
        let tile = Tile { z: 9, x: 85, y: 202 };
        assert!(tile.children().into_iter().all(|child| child.parent() == Some(tile)));
        assert_eq!(Tile { z: 0, x: 0, y: 0 }.parent(), None);
    }

    #[test]
    fn a_range_at_a_lower_zoom_holds_every_parent() {
        let range = TileRange { z: 9, x_start: 85, y_start: 201, x_end: 88, y_end: 203 };
        let above = range.at_zoom(8);
        assert!(
            range.tiles().all(|tile| tile.parent().is_some_and(|parent| above.contains(parent)))
        );
        assert_eq!(above.tiles().count(), 2 * 2);
        assert_eq!(range.at_zoom(11).tiles().count(), range.tiles().count() * 16);
    }

    #[test]
    fn positions_count_row_by_row() {
        let range = TileRange { z: 9, x_start: 85, y_start: 201, x_end: 88, y_end: 203 };
        for (index, tile) in range.tiles().enumerate() {
            assert_eq!(range.position(tile), Some(index));
        }
        assert_eq!(range.position(Tile { z: 9, x: 84, y: 201 }), None);
    }
}
