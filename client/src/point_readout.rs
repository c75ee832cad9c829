//! A place that was clicked.

use crate::reading::Reading;

/// A clicked place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// What the map says; `None` while it is looked up.
    pub reading: Option<Reading>,
}
