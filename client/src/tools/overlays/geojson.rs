//! The shapes of a GeoJSON file: untrusted input, of which the page draws what it can.

use serde_json::Value;

use crate::tools::highres::polygons::Corner;

/// More shapes than these make the map slow.
const MAX_SHAPES: usize = 20_000;
/// Collections may hold collections this deep.
const MAX_DEPTH: usize = 8;

/// A shape in degrees.
#[derive(Clone, Debug, PartialEq)]
pub enum OverlayShape {
    /// A place.
    Point(Corner),
    /// A line of places.
    Line(Vec<Corner>),
    /// Rings: the outside, then holes.
    Polygon(Vec<Vec<Corner>>),
}

/// The shapes of a file; `None` where it is no GeoJSON. What is broken is left out.
pub fn shapes(text: &str) -> Option<Vec<OverlayShape>> {
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let mut shapes = Vec::new();
    add(&value, 0, &mut shapes)?;
    Some(shapes)
}

/// Adds the shapes of an object; `None` where it is none of GeoJSON's.
fn add(value: &Value, depth: usize, shapes: &mut Vec<OverlayShape>) -> Option<()> {
    let list = |name: &str| value.get(name).and_then(Value::as_array);
    let parts = match value.get("type")?.as_str()? {
        "FeatureCollection" => list("features")?,
        "GeometryCollection" => list("geometries")?,
        "Feature" => {
            let geometry = value.get("geometry")?;
            // A feature may have no place.
            return if geometry.is_null() { Some(()) } else { add(geometry, depth + 1, shapes) };
        }
        kind => return add_geometry(kind, value.get("coordinates")?, shapes),
    };
    if depth < MAX_DEPTH {
        for part in parts {
            // One broken part hides no other.
            let _ = add(part, depth + 1, shapes);
        }
    }
    Some(())
}

fn add_geometry(kind: &str, coordinates: &Value, shapes: &mut Vec<OverlayShape>) -> Option<()> {
    let single = |kind: &str, value: &Value| {
        Some(match kind {
            "Point" => OverlayShape::Point(corner(value)?),
            "LineString" => OverlayShape::Line(line(value, 2)?),
            "Polygon" => {
                let rings = value.as_array()?.iter().map(|ring| line(ring, 4));
                OverlayShape::Polygon(rings.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    };
    let found: Vec<_> = match kind.strip_prefix("Multi") {
        Some(kind) if matches!(kind, "Point" | "LineString" | "Polygon") => {
            coordinates.as_array()?.iter().filter_map(|part| single(kind, part)).collect()
        }
        _ => vec![single(kind, coordinates)?],
    };
    let room = MAX_SHAPES.saturating_sub(shapes.len());
    shapes.extend(found.into_iter().take(room));
    Some(())
}

fn line(value: &Value, least: usize) -> Option<Vec<Corner>> {
    let corners: Vec<_> = value.as_array()?.iter().map(corner).collect::<Option<_>>()?;
    (corners.len() >= least).then_some(corners)
}

/// Longitude and latitude on the map; a height is left out.
fn corner(value: &Value) -> Option<Corner> {
    let [lon, lat, ..] = value.as_array()?.as_slice() else { return None };
    let (lon, lat) = (lon.as_f64()?, lat.as_f64()?);
    (lon.abs() <= 360.0 && lat.abs() <= 90.0).then_some([lon, lat])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_every_kind_are_found() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2,300]}},
            {"type":"Feature","properties":{},"geometry":null},
            {"type":"Feature","properties":{},"geometry":{"type":"MultiPolygon","coordinates":
                [[[[0,0],[1,0],[1,1],[0,0]],[[0,0],[0.1,0],[0.1,0.1],[0,0]]]]}},
            {"type":"Feature","properties":{},"geometry":{"type":"GeometryCollection","geometries":
                [{"type":"LineString","coordinates":[[5,6],[7,8]]},{"type":"MultiPoint","coordinates":[[9,9]]}]}}]}"#;
        let shapes = shapes(text).unwrap();
        assert_eq!(shapes.len(), 4);
        assert_eq!(shapes[0], OverlayShape::Point([1.0, 2.0]));
        assert!(matches!(&shapes[1], OverlayShape::Polygon(rings) if rings.len() == 2));
        assert_eq!(shapes[2], OverlayShape::Line(vec![[5.0, 6.0], [7.0, 8.0]]));
        assert_eq!(shapes[3], OverlayShape::Point([9.0, 9.0]));
    }

    #[test]
    fn what_is_broken_is_left_out_and_what_is_no_geojson_is_refused() {
        let text = r#"{"type":"FeatureCollection","features":[1, {"type":"Feature","geometry":
            {"type":"Polygon","coordinates":[[[0,0],[1,0]]]}}, {"type":"Point","coordinates":[0,99]},
            {"type":"Point","coordinates":[3,4]}]}"#;
        assert_eq!(shapes(text).unwrap(), [OverlayShape::Point([3.0, 4.0])]);
        for other in ["", "<html>", "{}", "[]", r#"{"type":"Topology"}"#, r#"{"type":"Point"}"#] {
            assert_eq!(shapes(other), None, "{other}");
        }
        let nested = (0..50)
            .fold(r#"{"type":"Point","coordinates":[0,0]}"#.to_owned(), |inner, _| {
                format!(r#"{{"type":"GeometryCollection","geometries":[{inner}]}}"#)
            });
        assert_eq!(shapes(&nested).unwrap(), []);
    }
}
