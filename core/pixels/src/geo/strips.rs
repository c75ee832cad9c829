//! Strips: runs of rows, computed one after the other from north to south.

use std::ops::Range;

use crate::geo::mercator::TILE_SIZE_PX;

/// Rows of a strip, those of a tile.
pub const STRIP_ROWS: u32 = TILE_SIZE_PX;

/// The strips of a grid, `rows` high but for the last, from north to south. `rows` is 1 or more.
pub fn strips(height: u32, rows: u32) -> impl DoubleEndedIterator<Item = Range<u32>> + Clone {
    let rows = rows.max(1);
    (0..height.div_ceil(rows)).map(move |strip| strip * rows..((strip + 1) * rows).min(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn strips_cover_every_row_once() {
        let all = |height, rows| strips(height, rows).collect::<Vec<_>>();
        assert_eq!(all(600, 256), [0..256, 256..512, 512..600]);
        assert_eq!(all(256, 256).as_slice(), std::slice::from_ref(&(0..256)));
        assert!(all(0, 256).is_empty());
    }
}
