//! Places as vectors from the centre of the earth: no projection, no antimeridian, no poles.
//!
//! Sine and cosine are polynomials here, so that a distance has the same bits on every target.

use crate::fires::detection::{Detection, E5};

/// Mean radius of the earth, km.
pub(super) const RADIUS_KM: f64 = 6_371.008_8;
/// Length of a degree of latitude, km.
pub(super) const KM_PER_DEGREE: f64 = RADIUS_KM * std::f64::consts::PI / 180.0;

/// A place, km from the centre of the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SpherePoint {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) z: f64,
}

impl SpherePoint {
    /// The place of a longitude and latitude in degrees.
    pub(super) fn of_degrees(lon: f64, lat: f64) -> Self {
        let ((sin_lon, cos_lon), (sin_lat, cos_lat)) = (sin_cos_degrees(lon), sin_cos_degrees(lat));
        Self {
            x: RADIUS_KM * cos_lat * cos_lon,
            y: RADIUS_KM * cos_lat * sin_lon,
            z: RADIUS_KM * sin_lat,
        }
    }

    /// The centre of a detection.
    pub(super) fn of(point: &Detection) -> Self {
        Self::of_degrees(f64::from(point.lon_e5) / E5, f64::from(point.lat_e5) / E5)
    }

    /// The squared length of the chord to another place, km². Over 5 km it is shorter than the arc
    /// by 0.1 mm.
    pub(super) fn squared_chord(&self, other: &Self) -> f64 {
        let (dx, dy, dz) = (self.x - other.x, self.y - other.y, self.z - other.z);
        dx * dx + dy * dy + dz * dz
    }
}

/// Cosine of an angle in degrees.
pub(super) fn cos_degrees(degrees: f64) -> f64 {
    sin_cos_degrees(degrees).1
}

/// Sine and cosine of an angle in degrees, by their Taylor series within ±45°.
fn sin_cos_degrees(degrees: f64) -> (f64, f64) {
    let quarter = (degrees / 90.0).round();
    let x = (degrees - quarter * 90.0) * (std::f64::consts::PI / 180.0);
    let (sin, cos) = (sin_series(x), cos_series(x));
    match (quarter as i64).rem_euclid(4) {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

/// x − x³/3! + x⁵/5! − …, by Horner's scheme; exact to 1e-16 within ±π/4.
fn sin_series(x: f64) -> f64 {
    const STEPS: [f64; 8] = reciprocals(3.0);
    x * horner(x * x, &STEPS)
}

/// 1 − x²/2! + x⁴/4! − …
fn cos_series(x: f64) -> f64 {
    const STEPS: [f64; 9] = reciprocals(2.0);
    horner(x * x, &STEPS)
}

/// 1 − square × steps₀ × (1 − square × steps₁ × …).
fn horner(square: f64, steps: &[f64]) -> f64 {
    steps.iter().rev().fold(1.0, |sum, step| 1.0 - square * step * sum)
}

/// 1 / ((n − 1) n) for n = `first`, `first` + 2, …: a product takes less time than a division, and
/// every detection has a place.
const fn reciprocals<const COUNT: usize>(first: f64) -> [f64; COUNT] {
    let mut steps = [0.0; COUNT];
    let (mut at, mut n) = (0, first);
    while at < COUNT {
        steps[at] = 1.0 / ((n - 1.0) * n);
        at += 1;
        n += 2.0;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "compares with the library's functions")]
    fn sine_and_cosine_agree_with_the_library() {
        for step in -720..=720 {
            let degrees = f64::from(step) * 0.5 + 0.123;
            let (sin, cos) = sin_cos_degrees(degrees);
            assert!((sin - degrees.to_radians().sin()).abs() < 1e-14, "{degrees}");
            assert!((cos - degrees.to_radians().cos()).abs() < 1e-14, "{degrees}");
        }
    }

    #[test]
    fn distances_pass_the_antimeridian_and_the_poles() {
        let km = |a: (f64, f64), b: (f64, f64)| {
            SpherePoint::of_degrees(a.0, a.1)
                .squared_chord(&SpherePoint::of_degrees(b.0, b.1))
                .sqrt()
        };
        assert!((km((0.0, 10.0), (0.0, 10.01)) - KM_PER_DEGREE / 100.0).abs() < 1e-6);
        assert!((km((179.995, 0.0), (-179.995, 0.0)) - KM_PER_DEGREE / 100.0).abs() < 1e-6);
        assert!((km((0.0, 89.995), (180.0, 89.995)) - KM_PER_DEGREE / 100.0).abs() < 1e-6);
    }
}
