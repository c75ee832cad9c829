//! `meta/fires/<id>.geojson`: the outline of a fire, and its growth by day.

use chrono::NaiveDate;

use crate::data::fields::Fields;
use crate::data::json::Value;

/// Longitude and latitude of each corner, degrees.
pub type LonLatRing = Vec<(f64, f64)>;

/// The outline of a fire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FireOutlines {
    /// The id of the fire.
    pub id: String,
    /// The polygons of the burnt area where there is a map, else of the outline by points. The
    /// first ring of each is its outside.
    pub polygons: Vec<Vec<LonLatRing>>,
    /// Hectares of the outline by points at the end of each day with points.
    pub growth: Vec<(NaiveDate, f64)>,
}

/// Reads the outlines of a fire; `None` where the text is none. A broken feature does not hide the
/// others.
pub fn outlines_from_json(id: &str, text: &str) -> Option<FireOutlines> {
    let value = Value::read(text)?;
    let mut outlines = FireOutlines { id: id.to_owned(), ..FireOutlines::default() };
    let mut is_by_map = false;
    for feature in value.field("features")?.list()? {
        let Some(properties) = feature.field("properties").and_then(Fields::of) else {
            continue;
        };
        match properties.text("kind").as_deref() {
            Some("growth") => {
                outlines.growth.extend(properties.day("day").zip(properties.number("hectares")));
            }
            Some("outline_by_map") => {
                if let Some(polygons) = polygons(feature).filter(|polygons| !polygons.is_empty()) {
                    (outlines.polygons, is_by_map) = (polygons, true);
                }
            }
            Some("outline_by_points") if !is_by_map => {
                outlines.polygons = polygons(feature).unwrap_or_default();
            }
            _ => {}
        }
    }
    Some(outlines)
}

fn polygons(feature: &Value) -> Option<Vec<Vec<LonLatRing>>> {
    let coordinates = feature.field("geometry")?.field("coordinates")?;
    let corner = |corner: &Value| match corner.list()? {
        [lon, lat, ..] => Some((lon.number()?, lat.number()?)),
        _ => None,
    };
    let ring = |ring: &Value| ring.list()?.iter().map(corner).collect();
    let polygon = |rings: &Value| rings.list()?.iter().map(ring).collect();
    coordinates.list()?.iter().map(polygon).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::fields::day;

    #[test]
    fn the_outline_by_map_comes_before_that_by_points_and_a_broken_feature_hides_nothing() {
        let feature = |properties: serde_json::Value, lon: f64| {
            let ring = [[lon, 1.0], [lon, 2.0], [5.0, 2.0], [lon, 1.0]];
            let geometry = serde_json::json!({"type": "MultiPolygon", "coordinates": [[ring]]});
            serde_json::json!({"type": "Feature", "properties": properties, "geometry": geometry})
        };
        let by_points = feature(serde_json::json!({"kind": "outline_by_points"}), 3.0);
        let by_map = feature(serde_json::json!({"kind": "outline_by_map"}), 4.0);
        let growth = serde_json::json!({"properties":
            {"kind": "growth", "day": "2025-09-03", "hectares": 120}, "geometry": null});
        let read = |features: &[&serde_json::Value]| {
            let file = serde_json::json!({"features": features});
            outlines_from_json("f", &file.to_string()).unwrap()
        };
        let broken = serde_json::json!({"properties": {"kind": "outline_by_map"}, "geometry": 7});
        for order in [[&by_points, &by_map], [&by_map, &by_points]] {
            assert_eq!(read(&order).polygons[0][0][0], (4.0, 1.0));
        }
        let partly = read(&[&by_points, &broken, &growth, &serde_json::json!(null)]);
        assert_eq!(partly.polygons[0][0][0], (3.0, 1.0));
        assert_eq!(partly.growth, [(day("2025-09-03").unwrap(), 120.0)]);
        assert_eq!(outlines_from_json("f", "[]"), None);
    }
}
