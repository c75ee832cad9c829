//! The part of the world in view.

/// The part of the world in view.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// Pixels across.
    pub width_px: f64,
    /// Pixels down.
    pub height_px: f64,
    /// Zoom.
    pub zoom: f64,
}
