//! Rectangles of pixels that lie one above the other, read as one: blocks of one row, as in files
//! in strips, would be a request each.

use std::ops::Range;

/// Columns and rows.
pub(crate) type PixelRectangle = (Range<i64>, Range<i64>);

/// The same pixels in fewer rectangles: those that follow each other, with the same columns in
/// adjacent rows, are one.
pub(crate) fn joined_rows(rectangles: Vec<PixelRectangle>) -> Vec<PixelRectangle> {
    let mut joined: Vec<PixelRectangle> = Vec::new();
    for (columns, rows) in rectangles {
        match joined.last_mut() {
            Some((same, last)) if *same == columns && last.end == rows.start => {
                last.end = rows.end;
            }
            _ => joined.push((columns, rows)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn adjacent_rows_of_the_same_columns_are_one_rectangle() {
        let strips = (3..9).map(|row| (2..8, row..row + 1)).collect();
        assert_eq!(joined_rows(strips), [(2..8, 3..9)]);
        let apart = vec![(0..4, 0..2), (6..8, 0..2), (6..8, 2..4), (6..8, 5..6), (0..8, 6..7)];
        let joined = [(0..4, 0..2), (6..8, 0..4), (6..8, 5..6), (0..8, 6..7)];
        assert_eq!(joined_rows(apart), joined);
        assert_eq!(joined_rows(Vec::new()), []);
    }
}
