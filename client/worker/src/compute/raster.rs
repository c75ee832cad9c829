//! Values with their place on the ground.

/// A rectangle of values with its place in a projected coordinate system, row by row from the
/// north.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    /// The system's number in EPSG's list.
    pub epsg: u16,
    /// Projected metres, east and north, of the north-west corner.
    pub corner_m: (f64, f64),
    /// Side of a cell, metres of the projection.
    pub cell_m: f64,
    /// Columns, 1 or more unless there are no values.
    pub width: usize,
    /// The values; NaN in holes.
    pub values: Vec<f32>,
}
