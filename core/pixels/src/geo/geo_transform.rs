//! From the pixels of an image to the coordinates of its projection, and back.

/// An affine georeference: six numbers in GDAL's order.
///
/// x = `0` + column · `1` + row · `2` and y = `3` + column · `4` + row · `5`, where whole columns
/// and rows are edges of pixels, counted from the north-west corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoTransform(pub [f64; 6]);

impl GeoTransform {
    /// Projected coordinates of a position in pixels.
    pub fn projected_from_pixel(&self, column: f64, row: f64) -> (f64, f64) {
        let [x0, x_column, x_row, y0, y_column, y_row] = self.0;
        (x0 + column * x_column + row * x_row, y0 + column * y_column + row * y_row)
    }

    /// The way back, as a transform of its own; `None` where every pixel lies on one line.
    pub fn inverse(&self) -> Option<Self> {
        let [x0, x_column, x_row, y0, y_column, y_row] = self.0;
        let area = x_column * y_row - x_row * y_column;
        let inverse = [
            (x_row * y0 - x0 * y_row) / area,
            y_row / area,
            -x_row / area,
            (x0 * y_column - x_column * y0) / area,
            -y_column / area,
            x_column / area,
        ];
        inverse.iter().all(|number| number.is_finite()).then_some(Self(inverse))
    }

    /// Length of the longer side of a pixel along an axis, in units of the projection.
    pub fn pixel_size(&self) -> f64 {
        self.0[1].abs().max(self.0[5].abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_way_back_leads_to_the_pixel() {
        for numbers in
            [[767_600.0, 20.0, 0.0, 3_903_580.0, 0.0, -20.0], [10.0, 3.0, 4.0, -7.0, 4.0, -3.0]]
        {
            let forth = GeoTransform(numbers);
            let (x, y) = forth.projected_from_pixel(12.5, 700.25);
            let (column, row) = forth.inverse().unwrap().projected_from_pixel(x, y);
            assert!((column - 12.5).abs() < 1e-9 && (row - 700.25).abs() < 1e-9, "{column}, {row}");
        }
    }

    #[test]
    fn pixels_on_one_line_have_no_way_back() {
        assert_eq!(GeoTransform([0.0, 1.0, 2.0, 0.0, 2.0, 4.0]).inverse(), None);
        assert_eq!(GeoTransform([0.0, f64::NAN, 0.0, 0.0, 0.0, 1.0]).inverse(), None);
    }
}
