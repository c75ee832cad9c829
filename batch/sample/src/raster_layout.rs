//! The pixel grid of a file.

/// Each overview halves the one before: of 20 m, they have 40, 80, 160 and 320 m.
pub(crate) const OVERVIEW_FACTORS: [i32; 4] = [2, 4, 8, 16];

/// The pixel grid of a file, and its overviews.
pub(crate) struct RasterLayout {
    pub(crate) epsg: u32,
    /// In GDAL's order: west edge, pixel width, turn, north edge, turn, pixel height.
    pub(crate) geo_transform: [f64; 6],
    pub(crate) width_px: usize,
    pub(crate) height_px: usize,
    /// How many pixels of the full image are one of each overview's, across.
    pub(crate) overview_factors: Vec<i32>,
}
