//! Map projections without PROJ: Web Mercator to the coordinate system of an image, and back.

use dragonfly_core::{Projection, mercator};
use proj4rs::Proj;
use proj4rs::transform::transform;

use dragonfly_tiff::{Crs, CrsError};

/// A coordinate system's projection, between Web Mercator metres and the system's own coordinates.
pub struct CrsProjection {
    system: Proj,
    /// Longitude and latitude on the system's own ellipsoid, so that no datum is shifted; on WGS 84
    /// where the system states its shift.
    geographic: Proj,
}

impl CrsProjection {
    /// The projection of a coordinate system.
    ///
    /// # Errors
    /// When the system has no definition that is known.
    pub fn new(crs: &Crs) -> Result<Self, CrsError> {
        let proj = |words: &str| {
            Proj::from_proj_string(words).map_err(|_| CrsError::Senseless(words.to_owned()))
        };
        let words = crs.proj_string()?;
        let is_ellipsoid =
            |word: &&str| ["+ellps=", "+a=", "+b=", "+rf="].iter().any(|key| word.starts_with(key));
        let ellipsoid: Vec<&str> = words.split_whitespace().filter(is_ellipsoid).collect();
        let geographic = if words.contains("+towgs84=") {
            "+proj=longlat +datum=WGS84".to_owned()
        } else {
            format!("+proj=longlat {}", ellipsoid.join(" "))
        };
        Ok(Self { system: proj(&words)?, geographic: proj(&geographic)? })
    }

    /// Coordinates in the image's system of a longitude and latitude, degrees; `None` where it has
    /// none.
    pub fn image_from_lonlat(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let mut point = (lon.to_radians(), lat.to_radians(), 0.0);
        transform(&self.geographic, &self.system, &mut point).ok()?;
        let is_angle = self.system.is_latlong();
        finite(if is_angle {
            (point.0.to_degrees(), point.1.to_degrees())
        } else {
            (point.0, point.1)
        })
    }

    /// Longitude and latitude, degrees, of coordinates in the image's system; `None` where it has
    /// none.
    pub fn lonlat_from_image(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let is_angle = self.system.is_latlong();
        let mut point = if is_angle { (x.to_radians(), y.to_radians(), 0.0) } else { (x, y, 0.0) };
        transform(&self.system, &self.geographic, &mut point).ok()?;
        finite((point.0.to_degrees(), point.1.to_degrees()))
    }
}

const NOWHERE: (f64, f64) = (f64::INFINITY, f64::INFINITY);

impl Projection for CrsProjection {
    fn image_from_mercator(&self, points_m: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let project = |&(x, y): &(f64, f64)| {
            let (lon, lat) = mercator::lonlat_from_metres(x, y);
            self.image_from_lonlat(lon, lat).unwrap_or(NOWHERE)
        };
        points_m.iter().map(project).collect()
    }

    fn mercator_from_image(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let project = |&(x, y): &(f64, f64)| {
            let (lon, lat) = self.lonlat_from_image(x, y)?;
            finite(mercator::metres_from_lonlat(lon, lat))
        };
        points.iter().map(|point| project(point).unwrap_or(NOWHERE)).collect()
    }
}

fn finite(point: (f64, f64)) -> Option<(f64, f64)> {
    (point.0.is_finite() && point.1.is_finite()).then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_middle_of_a_utm_zone_is_500_km_east() {
        let utm = CrsProjection::new(&Crs::Epsg(32_610)).unwrap();
        let (x, y) = utm.image_from_lonlat(-123.0, 0.0).unwrap();
        assert!((x - 500_000.0).abs() < 1e-6 && y.abs() < 1e-6, "{x}, {y}");
        // Snyder (1987), page 269, on the ellipsoid of Clarke 1866: x 127,106.5 m, y 4,484,124.4 m.
        let words = "+proj=tmerc +lat_0=0 +lon_0=-75 +k=0.9996 +a=6378206.4 +rf=294.9786982";
        let clarke = CrsProjection::new(&Crs::Parameters(words.to_owned())).unwrap();
        let (x, y) = clarke.image_from_lonlat(-73.5, 40.5).unwrap();
        assert!((x - 127_106.5).abs() < 0.1 && (y - 4_484_124.4).abs() < 0.1, "{x}, {y}");
    }

    #[test]
    fn the_first_and_last_zones_go_on_across_the_antimeridian() {
        for (epsg, near, across) in [(32_601, -173.9, 179.9), (32_660, 173.9, -179.9)] {
            let utm = CrsProjection::new(&Crs::Epsg(epsg)).unwrap();
            let (near, across) = (
                utm.image_from_lonlat(near, 60.0).unwrap(),
                utm.image_from_lonlat(across, 60.0).unwrap(),
            );
            assert!(
                (near.0 + across.0 - 1_000_000.0).abs() < 1e-3 && (near.1 - across.1).abs() < 1e-3,
                "{across:?}"
            );
        }
    }

    #[test]
    fn national_grids_and_realisations_are_known() {
        let image = |code, lon, lat| {
            CrsProjection::new(&Crs::Epsg(code)).unwrap().image_from_lonlat(lon, lat).unwrap()
        };
        // UTM 10N by other realisations of NAD83.
        let utm = image(26_910, -120.7, 36.1);
        for code in [6339, 3717] {
            assert_eq!(image(code, -120.7, 36.1), utm, "{code}");
        }
        // PROJ 9.1: cs2cs EPSG:4326 EPSG:3035, and EPSG:2100 with its shift.
        let off = |found: (f64, f64), (x, y): (f64, f64)| (found.0 - x).hypot(found.1 - y);
        assert!(off(image(3035, 10.0, 52.0), (4_321_000.0, 3_210_000.0)) < 1e-6);
        let greece = image(2100, 24.0, 38.0);
        let unshifted = image(32_635, 27.0, 38.0);
        assert!((50.0..500.0).contains(&off(greece, unshifted)), "{greece:?}, {unshifted:?}");
    }

    #[test]
    fn a_system_without_definition_is_an_error() {
        let error = |crs| CrsProjection::new(&crs).err().map(|error| error.to_string());
        assert!(
            error(Crs::Undefined).is_some_and(|text| text.starts_with("CRS without a definition"))
        );
        assert!(error(Crs::Epsg(2056)).is_some_and(|text| text.contains("EPSG:2056")));
        for (code, datum) in [(23_030, "European Datum 1950"), (26_711, "NAD27")] {
            assert!(error(Crs::Epsg(code)).is_some_and(|text| text.contains(datum)), "{code}");
        }
        assert!(error(Crs::Parameters("+proj=nonsense".to_owned())).is_some());
    }
}
