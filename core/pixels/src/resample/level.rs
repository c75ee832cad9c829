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
/// use dragonfly_pixels::choose_level;
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

/// The level of each of two bands to read for a cell size, by [`choose_level`] among those that both
/// have: overviews of one band only are of no use. `sizes` are the pixels of the levels of each
/// across and down, full resolution first. Returns the indices in them; `None` where no size is
/// common.
pub fn choose_common_level(
    [first, second]: [&[(usize, usize)]; 2],
    cell_size_px: f64,
) -> Option<[usize; 2]> {
    let full = *first.first()?;
    let common = first.iter().enumerate().filter_map(|(index, size)| {
        let other = second.iter().position(|other| other == size)?;
        let across = full.0 as f64 / size.0.max(1) as f64;
        let down = full.1 as f64 / size.1.max(1) as f64;
        Some(([index, other], across.max(down)))
    });
    let (levels, factors): (Vec<[usize; 2]>, Vec<f64>) = common.unzip();
    choose_level(&factors, cell_size_px).map(|level| levels[level])
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
    fn only_levels_that_both_bands_have_are_read() {
        let all = [(5490, 5490), (2745, 2745), (1373, 1373), (687, 687)];
        assert_eq!(choose_common_level([&all, &all], 12.0), Some([3, 3]));
        assert_eq!(choose_common_level([&all, &all[..1]], 12.0), Some([0, 0]));
        let other = [(5490, 5490), (1373, 1373)];
        assert_eq!(choose_common_level([&all, &other], 12.0), Some([2, 1]));
        assert_eq!(choose_common_level([&all, &[(7, 7)]], 12.0), None);
        assert_eq!(choose_common_level([&[], &all], 12.0), None);
    }

    #[test]
    fn the_order_of_the_levels_does_not_matter() {
        assert_eq!(choose_level(&[8.0, 1.0, 4.0], 6.25), Some(2));
        assert_eq!(choose_level(&[8.0, 4.0], 1.0), Some(1));
        assert_eq!(choose_level(&[], 1.0), None);
    }
}
