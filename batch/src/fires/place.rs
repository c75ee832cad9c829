//! The place by which a fire is called: the nearest town, with distance and direction.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::read::local_file::read_bytes;

/// Bytes of the list of towns; it has 3 MB.
const MAX_BYTES: u64 = 64 << 20;
/// Beyond this distance a town is no help, kilometres.
const MAX_KM: f64 = 60.0;
/// Within this distance of a town's middle a fire is at the town, kilometres.
const AT_KM: f64 = 3.0;
const KM_PER_DEGREE: f64 = 111.195;
/// Coordinates in the file are in thousandths of a degree.
const UNITS_PER_DEGREE: f64 = 1000.0;
const DIRECTIONS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/// The towns of the world: `places.json` of the built page. GeoNames, CC BY 4.0.
#[derive(Default, Deserialize)]
pub(crate) struct Towns {
    /// Country, or country and state, and how many towns it has.
    lands: Vec<(String, usize)>,
    names: Vec<String>,
    lat: Vec<i32>,
    lon: Vec<i32>,
}

impl Towns {
    /// Reads the list.
    ///
    /// # Errors
    /// When it is missing, or no list of towns.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let named = || {
            format!(
                "the list of towns {} (`places` of [fires]) cannot be read: name places.json of \
                the built page, or leave the key out",
                file.display()
            )
        };
        let text = read_bytes(file, MAX_BYTES).with_context(named)?;
        let towns: Self = serde_json::from_slice(&text).with_context(named)?;
        let count = towns.names.len();
        let is_whole = towns.lat.len() == count
            && towns.lon.len() == count
            && towns.lands.iter().map(|(_, towns)| towns).sum::<usize>() == count;
        ensure!(is_whole, "{}: its columns differ in length", named());
        Ok(towns)
    }

    /// What to call a place, such as "12 km SE of New Cuyama, US-CA"; its coordinates where no town
    /// is near.
    pub(crate) fn describe(&self, (lon, lat): (f64, f64)) -> String {
        match self.nearest((lon, lat)) {
            Some((town, (east_km, north_km))) => {
                let (km, name) = (east_km.hypot(north_km), &self.names[town]);
                let land = self.land(town);
                if km < AT_KM {
                    return format!("{name}, {land}");
                }
                let eighths = (east_km.atan2(north_km).to_degrees() / 45.0).round() as i64;
                let direction = DIRECTIONS[eighths.rem_euclid(8) as usize];
                format!("{km:.0} km {direction} of {name}, {land}")
            }
            None => {
                let (north, east) =
                    (if lat < 0.0 { "S" } else { "N" }, if lon < 0.0 { "W" } else { "E" });
                format!("{:.2}° {north}, {:.2}° {east}", lat.abs(), lon.abs())
            }
        }
    }

    /// The nearest town within reach, and kilometres east and north from it to the place.
    fn nearest(&self, (lon, lat): (f64, f64)) -> Option<(usize, (f64, f64))> {
        let km_per_lon = KM_PER_DEGREE * lat.to_radians().cos();
        let off = |town: usize| {
            let east = lon - f64::from(self.lon[town]) / UNITS_PER_DEGREE;
            // Across the 180° meridian by the shorter way.
            let east = (east + 180.0).rem_euclid(360.0) - 180.0;
            (
                east * km_per_lon,
                (lat - f64::from(self.lat[town]) / UNITS_PER_DEGREE) * KM_PER_DEGREE,
            )
        };
        let distance = |(_, (east, north)): &(usize, (f64, f64))| east.hypot(*north);
        (0..self.names.len())
            .map(|town| (town, off(town)))
            .min_by(|one, other| distance(one).total_cmp(&distance(other)))
            .filter(|nearest| distance(nearest) <= MAX_KM)
    }

    fn land(&self, town: usize) -> &str {
        let mut first = 0;
        let lands = self.lands.iter().find(|(_, towns)| {
            first += towns;
            town < first
        });
        lands.map_or("", |(land, _)| land)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn towns() -> Towns {
        serde_json::from_str(
            r#"{"lands":[["FJ",1],["US-CA",2]],"names":["Labasa","New Cuyama","Ojai"],
                "lat":[-16433,34948,34448],"lon":[179700,-119688,-119243]}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_fire_is_called_by_the_nearest_town() {
        let towns = towns();
        assert_eq!(towns.describe((-119.6, 34.87)), "12 km SE of New Cuyama, US-CA");
        assert_eq!(towns.describe((-119.25, 34.45)), "Ojai, US-CA");
        // Across the 180° meridian.
        assert_eq!(towns.describe((-179.96, -16.433)), "36 km E of Labasa, FJ");
    }

    #[test]
    fn far_from_every_town_it_is_called_by_its_coordinates() {
        assert_eq!(towns().describe((20.0, -2.5)), "2.50° S, 20.00° E");
        assert_eq!(Towns::default().describe((-120.0, 35.0)), "35.00° N, 120.00° W");
    }

    #[test]
    fn a_list_cut_short_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("places.json");
        std::fs::write(&file, r#"{"lands":[["US-CA",2]],"names":["a","b"],"lat":[1],"lon":[1,2]}"#)
            .unwrap();
        let message = Towns::read(&file).err().unwrap().to_string();
        assert!(message.contains("places.json") && message.contains("differ"), "{message}");
    }
}
