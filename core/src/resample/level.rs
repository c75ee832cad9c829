//! Which overview of an image to read for a cell size.

/// A level's pixel may measure at most this fraction of a cell's side.
const MAX_PIXEL: f64 = 0.7;

/// The coarsest level whose pixel is at most 0.7 × the cell; the finest where none is.
///
/// `factors` state how many full-resolution pixels one pixel of each level spans (1 for the image
/// itself), in any order; `cell_size_px` is the side of a cell in full-resolution pixels. Returns
/// the index in `factors`. Levels are chosen by scale, never by their place. `None` when there is
/// no level.
///
/// ```
/// use dragonfly_core::choose_level;
///
/// // Pixels of 20, 40, 80 and 160 m for cells of 125 m.
/// assert_eq!(choose_level(&[1.0, 2.0, 4.0, 8.0], 125.0 / 20.0), Some(2));
/// ```
pub fn choose_level(factors: &[f64], cell_size_px: f64) -> Option<usize> {
    let indexed = || factors.iter().copied().enumerate();
    indexed()
        .filter(|(_, factor)| *factor <= MAX_PIXEL * cell_size_px)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .or_else(|| indexed().min_by(|a, b| a.1.total_cmp(&b.1)))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SENTINEL: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 15.96];

    fn check(cell_m: f64, pixel_m: f64) {
        let chosen = choose_level(&SENTINEL, cell_m / 20.0).unwrap();
        assert_eq!((SENTINEL[chosen] * 20.0).round(), pixel_m, "{cell_m} m");
    }

    #[test]
    fn the_coarsest_sufficient_overview_is_read() {
        check(15.6, 20.0);
        check(31.0, 20.0);
        check(62.0, 40.0);
        check(125.0, 80.0);
        check(250.0, 160.0);
        check(500.0, 319.0);
    }

    #[test]
    fn the_order_of_the_levels_does_not_matter() {
        assert_eq!(choose_level(&[8.0, 1.0, 4.0], 6.25), Some(2));
        assert_eq!(choose_level(&[8.0, 4.0], 1.0), Some(1));
        assert_eq!(choose_level(&[], 1.0), None);
    }
}
