//! What a deployment may set about fires.

/// Distances, days and areas by which points become fires, and fires are mapped.
#[derive(Clone, Debug, PartialEq)]
pub struct FireSettings {
    /// Boxes in degrees in which fires are found, west to east; none for the whole world.
    pub areas: Vec<[f64; 4]>,
    /// Detections within this distance are linked, km; coarse pixels within twice their size.
    pub link_km: f64,
    /// Detections within this time are linked, days.
    pub link_days: u32,
    /// Days of observed silence after which a fire is out.
    pub out_days: u32,
    /// Smallest outline of a listed fire, hectares.
    pub min_hectares: f64,
    /// Smallest outline of a mapped fire, hectares.
    pub map_from_hectares: f64,
    /// Maps in a night.
    pub per_night: usize,
    /// Fires in the list.
    pub keep: usize,
    /// Days before a fire in which its scenes before are searched.
    pub days: u32,
    /// Width of the ring around the outline that is mapped, metres.
    pub buffer_m: f64,
    /// Circles without fires: longitude, latitude, radius in km.
    pub exclude: Vec<[f64; 3]>,
}

impl Default for FireSettings {
    fn default() -> Self {
        Self {
            areas: Vec::new(),
            link_km: 1.5,
            link_days: 5,
            out_days: 10,
            min_hectares: 100.0,
            map_from_hectares: 200.0,
            per_night: 6,
            keep: 500,
            days: 60,
            buffer_m: 1500.0,
            exclude: Vec::new(),
        }
    }
}
