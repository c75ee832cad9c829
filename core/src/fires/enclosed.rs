//! Ground that burnt ground encloses.

/// Marked cells, and those from which no way over sides of other cells leads to the edge of the
/// grid: islands that did not burn, or were not seen. The perimeters that agencies publish hold
/// them.
pub fn with_enclosed(is_marked: &[bool], width: usize) -> Vec<bool> {
    let height = is_marked.len().checked_div(width).unwrap_or(0);
    let mut is_outside = vec![false; is_marked.len()];
    let edge_of_row = |row: usize| [row * width, row * width + width - 1];
    let top_and_bottom = (0..width).chain((height.max(1) - 1) * width..height * width);
    let mut next: Vec<usize> = top_and_bottom.chain((0..height).flat_map(edge_of_row)).collect();
    while let Some(cell) = next.pop() {
        if is_marked.get(cell).is_none_or(|marked| *marked) || is_outside[cell] {
            continue;
        }
        is_outside[cell] = true;
        let column = cell % width;
        next.extend((column > 0).then(|| cell - 1));
        next.extend((column + 1 < width).then(|| cell + 1));
        next.extend(cell.checked_sub(width));
        next.extend((cell + width < is_marked.len()).then(|| cell + width));
    }
    is_outside.into_iter().map(|outside| !outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn islands_are_enclosed_and_bays_are_not() {
        let check = |rows: &[&str], expected: &[&str]| {
            let cells: Vec<bool> = rows.concat().bytes().map(|letter| letter == b'x').collect();
            let width = rows.first().map_or(0, |row| row.len());
            let found: String =
                with_enclosed(&cells, width).iter().map(|it| if *it { 'x' } else { '.' }).collect();
            assert_eq!(found, expected.concat());
        };
        check(
            &["......", ".xxxx.", ".x.xx.", ".xxx..", "......"],
            &["......", ".xxxx.", ".xxxx.", ".xxx..", "......"],
        );
        // A bay; an island within an island; ground that is open at the edge.
        check(&["xxx", "x..", "xxx"], &["xxx", "x..", "xxx"]);
        check(&["xxxxx", "x...x", "x.x.x", "x...x", "xxxxx"], &["xxxxx"; 5]);
        check(&["x.x", "x.x", "xxx"], &["x.x", "x.x", "xxx"]);
        // Burnt cells that touch at a corner enclose.
        check(&[".x.", "x.x", ".x."], &[".x.", "xxx", ".x."]);
        check(&["x"], &["x"]);
        check(&[], &[]);
    }
}
