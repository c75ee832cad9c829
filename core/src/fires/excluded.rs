//! Circles in which no fire is found.

use crate::fires::detection::Detection;
use crate::fires::sphere::SpherePoint;

/// Circles around volcanoes, refineries and other known heat.
pub struct ExcludedCircles {
    /// Centre and squared radius, km².
    circles: Vec<(SpherePoint, f64)>,
}

impl ExcludedCircles {
    /// Circles by longitude, latitude and radius in km.
    pub fn new(circles: &[[f64; 3]]) -> Self {
        let circle = |[lon, lat, km]: &[f64; 3]| (SpherePoint::of_degrees(*lon, *lat), km * km);
        Self { circles: circles.iter().map(circle).collect() }
    }

    /// Whether a detection lies in a circle.
    pub fn holds(&self, point: &Detection) -> bool {
        self.hold(&SpherePoint::of(point))
    }

    /// Whether a longitude and latitude lie in a circle.
    pub fn holds_place(&self, lon: f64, lat: f64) -> bool {
        self.hold(&SpherePoint::of_degrees(lon, lat))
    }

    fn hold(&self, place: &SpherePoint) -> bool {
        self.circles.iter().any(|(centre, squared_km)| place.squared_chord(centre) <= *squared_km)
    }
}
