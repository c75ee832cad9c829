//! Cells of a map as polygons, along the sides of the cells.

use dragonfly_pixels::{ClassCells, Grid, TooManyVerticesError, trace};

/// Polygons of longitude and latitude, each an outer ring and its holes; the first corner of a ring
/// is repeated at its end.
pub type CellPolygons = Vec<Vec<Vec<(f64, f64)>>>;

/// The cells that are marked as polygons in degrees. Outer rings run counterclockwise (RFC 7946);
/// cells connect at their sides.
///
/// # Errors
/// When there are millions of corners.
pub fn trace_cells(grid: &Grid, is_marked: &[bool]) -> Result<CellPolygons, TooManyVerticesError> {
    let classes: Vec<u8> = is_marked.iter().map(|marked| u8::from(*marked)).collect();
    let cells = ClassCells { width: grid.width() as usize, classes: &classes };
    let traced = trace(cells, |row| grid.cell_area_ha(row as u32))?;
    let mut polygons = vec![Vec::new(); traced.pieces.len()];
    for ring in &traced.rings {
        let corner = |corner: &u32| {
            let (column, row) = (
                *corner as usize % traced.corners_across,
                *corner as usize / traced.corners_across,
            );
            let (lon, lat) = grid.lonlat_from_grid(column as f64, row as f64);
            (rounded(lon), rounded(lat))
        };
        let mut corners: Vec<(f64, f64)> =
            traced.corners[ring.corners.clone()].iter().map(corner).collect();
        corners.extend(corners.first().copied());
        polygons[ring.piece].push(corners);
    }
    Ok(polygons)
}

/// Six decimals: a tenth of a metre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_pixels::Area;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_polygons_of_cells_hold_the_same_cells() {
        let grid = Grid::covering([-120.02, 35.0, -120.0, 35.01], 13);
        let is_marked: Vec<bool> = (0..grid.width() * grid.height())
            .map(|cell| {
                let (column, row) = (cell % grid.width(), cell / grid.width());
                let square = |edge: u32| {
                    (edge..256 - edge).contains(&column) && (edge..256 - edge).contains(&row)
                };
                square(60) && !square(100)
            })
            .collect();
        let polygons = trace_cells(&grid, &is_marked).unwrap();
        assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        let area = Area::from_polygons(polygons).unwrap();
        let cells: Vec<bool> =
            (0..grid.height()).flat_map(|row| area.cells_of_row(&grid, row)).collect();
        assert_eq!(cells, is_marked);
    }
}
