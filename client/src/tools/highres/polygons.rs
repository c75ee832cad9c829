//! Polygons in degrees: as GeoJSON, and as an address holds them.

use serde_json::{Value, json};

/// Decimals of a degree in an address: a metre.
const DECIMALS: usize = 5;
/// Longitudes of an address at most: ten turns of a map that repeats the world.
const MAX_LONGITUDE: f64 = 3600.0;

/// A corner: longitude and latitude, degrees.
pub type Corner = [f64; 2];

/// Polygons: the first ring of each is its outside, the others are holes. Rings are not closed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AreaPolygons(pub Vec<Vec<Vec<Corner>>>);

impl AreaPolygons {
    /// A box: west, south, east, north, degrees.
    pub fn from_box([west, south, east, north]: [f64; 4]) -> Self {
        Self(vec![vec![vec![[west, south], [east, south], [east, north], [west, north]]]])
    }

    /// The polygons of a GeoJSON geometry; `None` where it has none.
    pub fn from_geojson(text: &str) -> Option<Self> {
        let geometry: Value = serde_json::from_str(text).ok()?;
        let polygons = match geometry.get("type")?.as_str()? {
            "Polygon" => vec![polygon(geometry.get("coordinates")?)?],
            "MultiPolygon" => geometry
                .get("coordinates")?
                .as_array()?
                .iter()
                .map(polygon)
                .collect::<Option<_>>()?,
            _ => return None,
        };
        Some(Self(polygons)).filter(|polygons| !polygons.0.is_empty())
    }

    /// The same as the text of a GeoJSON geometry.
    pub fn to_geojson(&self) -> String {
        let closed =
            |ring: &Vec<Corner>| ring.iter().chain(ring.first()).copied().collect::<Vec<_>>();
        let polygons: Vec<Vec<_>> =
            self.0.iter().map(|rings| rings.iter().map(closed).collect()).collect();
        json!({ "type": "MultiPolygon", "coordinates": polygons }).to_string()
    }

    /// The same with corners as an address holds them: so a link computes the very same cells.
    pub fn rounded(mut self) -> Self {
        let round = |degrees: f64| short(degrees).parse().unwrap_or(degrees);
        for corner in self.0.iter_mut().flatten().flatten() {
            *corner = corner.map(round);
        }
        self
    }

    /// Box around all corners: west, south, east, north. Infinite without a corner.
    pub fn bbox(&self) -> [f64; 4] {
        let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        self.0.iter().flatten().flatten().fold(start, |[west, south, east, north], [lon, lat]| {
            [west.min(*lon), south.min(*lat), east.max(*lon), north.max(*lat)]
        })
    }

    /// Corners by `_`, rings by `__`, polygons by `___`: nothing that an address has to escape.
    pub fn to_part(&self) -> String {
        let corner = |[lon, lat]: &Corner| format!("{}~{}", short(*lon), short(*lat));
        let ring = |ring: &Vec<Corner>| ring.iter().map(corner).collect::<Vec<_>>().join("_");
        let polygon =
            |rings: &Vec<Vec<Corner>>| rings.iter().map(ring).collect::<Vec<_>>().join("__");
        self.0.iter().map(polygon).collect::<Vec<_>>().join("___")
    }

    /// Reads [`AreaPolygons::to_part`]; `None` where it is not that.
    pub fn from_part(part: &str) -> Option<Self> {
        let corner = |text: &str| -> Option<Corner> {
            let (lon, lat) = text.split_once('~')?;
            let (lon, lat): (f64, f64) = (lon.parse().ok()?, lat.parse().ok()?);
            (lon.abs() <= MAX_LONGITUDE && lat.abs() <= 90.0).then_some([lon, lat])
        };
        let ring = |text: &str| {
            text.split('_')
                .map(corner)
                .collect::<Option<Vec<_>>>()
                .filter(|corners| corners.len() >= 3)
        };
        let polygon = |text: &str| text.split("__").map(ring).collect::<Option<Vec<_>>>();
        part.split("___").map(polygon).collect::<Option<Vec<_>>>().map(Self)
    }
}

fn polygon(rings: &Value) -> Option<Vec<Vec<Corner>>> {
    let corner = |corner: &Value| Some([corner.get(0)?.as_f64()?, corner.get(1)?.as_f64()?]);
    let ring = |ring: &Value| {
        let mut corners: Vec<Corner> =
            ring.as_array()?.iter().map(corner).collect::<Option<_>>()?;
        if corners.first() == corners.last() {
            corners.pop();
        }
        Some(corners).filter(|corners| corners.len() >= 3)
    };
    rings.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>().filter(|rings| !rings.is_empty())
}

/// A number without needless zeros.
fn short(number: f64) -> String {
    let text = format!("{number:.DECIMALS$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn geojson_goes_in_and_out() {
        let text = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}"#;
        let polygons = AreaPolygons::from_geojson(text).unwrap();
        assert_eq!(polygons.0, [[[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]]]);
        assert_eq!(AreaPolygons::from_geojson(&polygons.to_geojson()), Some(polygons));
        for bad in [
            "",
            "{}",
            r#"{"type":"Point","coordinates":[0,0]}"#,
            r#"{"type":"Polygon","coordinates":[[]]}"#,
        ] {
            assert_eq!(AreaPolygons::from_geojson(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_area_survives_an_address(corners in prop::collection::vec((-18_000_000_i32..18_000_000, -8_500_000_i32..8_500_000), 3..30)) {
            let ring: Vec<Corner> = corners.into_iter().map(|(lon, lat)| [f64::from(lon) / 1e5, f64::from(lat) / 1e5]).collect();
            let area = AreaPolygons(vec![vec![ring]]);
            prop_assert_eq!(AreaPolygons::from_part(&area.to_part()), Some(area));
        }
    }
}
