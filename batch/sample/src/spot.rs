//! A spot on the ground of a place.

/// A spot on the ground, counted from the region's centre.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) east_km: f64,
    pub(crate) north_km: f64,
}
