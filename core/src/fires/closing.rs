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
    pub(super) fn dilated(&self, radius: usize) -> Self {
        let far = u8::try_from(radius + 1).unwrap_or(u8::MAX);
        let radius = usize::from(far) - 1;
        let height = self.cells.len().checked_div(self.width).unwrap_or(0);
        let mut dilated = Self::new(self.width, height);
        let mut distances = vec![far; self.width];
        for (other, cells) in self.cells.chunks_exact(self.width.max(1)).enumerate() {
            // Most rows of a fire of scattered detections are empty.
            if !cells.contains(&1) {
                continue;
            }
            distances_along_row(cells, far, &mut distances);
            for row in other.saturating_sub(radius)..(other + radius + 1).min(height) {
                let down = row.abs_diff(other);
                // At most the radius, which fits.
                let half = (radius * radius - down * down).isqrt() as u8;
                let line = &mut dilated.cells[row * self.width..][..self.width];
                // Bytes, of which a processor compares many at once.
                line.iter_mut().zip(&distances).for_each(|(cell, distance)| {
                    *cell |= u8::from(*distance <= half);
                });
            }
        }
        dilated
    }
}

/// The distance of each cell to the nearest one in its row; `far` at most.
fn distances_along_row(cells: &[u8], far: u8, distances: &mut [u8]) {
    let mut since = far;
    for (distance, cell) in distances.iter_mut().zip(cells) {
        since = if *cell == 1 { 0 } else { since.saturating_add(1).min(far) };
        *distance = since;
    }
    let mut since = far;
    for (distance, cell) in distances.iter_mut().zip(cells).rev() {
        since = if *cell == 1 { 0 } else { since.saturating_add(1).min(far) };
        *distance = since.min(*distance);
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
    fn dilation_is_a_disc() {
        let point = raster(&[".....", ".....", "..x..", ".....", "....."]);
        let disc = raster(&["..x..", ".xxx.", "xxxxx", ".xxx.", "..x.."]);
        assert_eq!(point.dilated(2), disc);
    }
}
