//! Morphological closing of a raster: gaps narrower than twice a radius are filled.

/// A raster of zeros and ones, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BinaryRaster {
    pub(super) width: usize,
    pub(super) cells: Vec<u8>,
}

impl BinaryRaster {
    /// Zeros.
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, cells: vec![0; width * height] }
    }

    /// Dilated and then eroded by a disc; nothing of the raster lies within `radius` of its edge.
    pub(super) fn closed(&self, radius: usize) -> Self {
        let dilated = self.dilated(radius);
        let outside =
            Self { width: self.width, cells: dilated.cells.iter().map(|cell| 1 - cell).collect() };
        let cells = outside.dilated(radius).cells.iter().map(|cell| 1 - cell).collect();
        let mut closed = Self { width: self.width, cells };
        // Erosion by cells may take a cell of the original at the edge of the raster.
        closed.cells.iter_mut().zip(&self.cells).for_each(|(cell, original)| *cell |= original);
        closed
    }

    /// Every cell whose centre is within `radius` cells of a one; a radius of 254 at most.
    ///
    /// Whole rows are compared with whole rows, which a processor does for many bytes at once.
    pub(super) fn dilated(&self, radius: usize) -> Self {
        let far = u8::try_from(radius + 1).unwrap_or(u8::MAX);
        let radius = usize::from(far) - 1;
        let width = self.width.max(1);
        let mut dilated = Self { width: self.width, cells: vec![0; self.cells.len()] };
        let distances = self.distances_along_columns(far);
        let rows = dilated.cells.chunks_exact_mut(width).zip(distances.chunks_exact(width));
        // Most rows of a fire of scattered detections are empty.
        for (row, distances) in rows.filter(|(_, all)| all.iter().any(|it| *it < far)) {
            for along in 0..=radius.min(width) {
                // At most the radius, which fits.
                let half = (radius * radius - along * along).isqrt() as u8;
                let mark = |(cell, distance): (&mut u8, &u8)| *cell |= u8::from(*distance <= half);
                row.iter_mut().zip(&distances[along..]).for_each(mark);
                row[along..].iter_mut().zip(distances).for_each(mark);
            }
        }
        dilated
    }

    /// The distance of each cell to the nearest one in its column; `far` at most.
    fn distances_along_columns(&self, far: u8) -> Vec<u8> {
        let width = self.width.max(1);
        let mut distances: Vec<u8> =
            self.cells.iter().map(|cell| if *cell == 1 { 0 } else { far }).collect();
        let step = |(distance, beside): (&mut u8, &u8)| {
            *distance = (*distance).min(beside.saturating_add(1));
        };
        let height = distances.len() / width;
        for row in 1..height {
            let (above, below) = distances.split_at_mut(row * width);
            below[..width].iter_mut().zip(&above[(row - 1) * width..]).for_each(step);
        }
        for row in (1..height).rev() {
            let (above, below) = distances.split_at_mut(row * width);
            above[(row - 1) * width..].iter_mut().zip(&below[..width]).for_each(step);
        }
        distances
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn raster(rows: &[&str]) -> BinaryRaster {
        let cells = rows.concat().bytes().map(|letter| u8::from(letter == b'x')).collect();
        BinaryRaster { width: rows[0].len(), cells }
    }

    #[test]
    fn closing_fills_a_gap_and_keeps_the_rest() {
        let open = raster(&["........", "........", "..x..x..", "........", "........"]);
        assert_eq!(open.closed(1), open);
        let (edge, full, open) = (".......", "..xxx..", "..x.x..");
        let hole = raster(&[edge, edge, full, open, full, edge, edge]);
        let closed = raster(&[edge, edge, full, full, full, edge, edge]);
        assert_eq!(hole.closed(1), closed);
    }

    #[test]
    fn dilation_marks_what_lies_within_the_radius() {
        let mut state = 7u32;
        let mut roll = move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for (width, height, radius, sparse) in
            [(1, 9, 3, 4), (3, 3, 8, 5), (40, 23, 8, 60), (17, 30, 5, 9), (25, 12, 1, 2)]
        {
            let cells: Vec<u8> = (0..width * height).map(|_| u8::from(roll(sparse) == 0)).collect();
            let raster = BinaryRaster { width, cells };
            let dilated = raster.dilated(radius);
            let place = |cell: usize| (cell % width, cell / width);
            for cell in 0..width * height {
                let is_near = |other: usize| {
                    let ((x, y), (other_x, other_y)) = (place(cell), place(other));
                    let (dx, dy) = (x.abs_diff(other_x), y.abs_diff(other_y));
                    raster.cells[other] == 1 && dx * dx + dy * dy <= radius * radius
                };
                let expected = u8::from((0..width * height).any(is_near));
                assert_eq!(dilated.cells[cell], expected, "{width} {height} {radius} {cell}");
            }
        }
    }

    #[test]
    fn dilation_is_a_disc() {
        let point = raster(&[".....", ".....", "..x..", ".....", "....."]);
        let disc = raster(&["..x..", ".xxx.", "xxxxx", ".xxx.", "..x.."]);
        assert_eq!(point.dilated(2), disc);
    }
}
