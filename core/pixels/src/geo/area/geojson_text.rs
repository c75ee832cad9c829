//! The polygons of GeoJSON (RFC 7946): one value, or several that follow each other by lines or as a
//! text sequence (RFC 8142).

use std::borrow::Cow;

use geojson::{GeoJson, Geometry, GeometryValue, Position};
use serde_json::Deserializer;

use super::{AreaError, AreaRing};

/// What begins each value of a text sequence.
const RECORD_SEPARATOR: char = '\u{1e}';

/// The rings of all polygons, as they are.
pub(super) fn polygons(text: &str) -> Result<Vec<Vec<AreaRing>>, AreaError> {
    let text = if text.contains(RECORD_SEPARATOR) {
        Cow::Owned(text.replace(RECORD_SEPARATOR, "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let mut polygons = Vec::new();
    let mut is_empty = true;
    for value in Deserializer::from_str(&text).into_iter::<GeoJson>() {
        let value = value.map_err(|error| AreaError::NotGeoJson(error.to_string()))?;
        collect_value(&value, &mut polygons)?;
        is_empty = false;
    }
    if is_empty { Err(AreaError::NotGeoJson("it is empty".to_owned())) } else { Ok(polygons) }
}

fn collect_value(value: &GeoJson, polygons: &mut Vec<Vec<AreaRing>>) -> Result<(), AreaError> {
    match value {
        GeoJson::Geometry(geometry) => collect(geometry, polygons),
        GeoJson::Feature(feature) => {
            feature.geometry.iter().try_for_each(|geometry| collect(geometry, polygons))
        }
        GeoJson::FeatureCollection(features) => features
            .features
            .iter()
            .filter_map(|feature| feature.geometry.as_ref())
            .try_for_each(|geometry| collect(geometry, polygons)),
    }
}

fn collect(geometry: &Geometry, polygons: &mut Vec<Vec<AreaRing>>) -> Result<(), AreaError> {
    let rings = |polygon: &Vec<Vec<Position>>| {
        polygon.iter().map(|ring| corners(ring)).collect::<Result<Vec<_>, _>>()
    };
    match &geometry.value {
        GeometryValue::Polygon { coordinates } => polygons.push(rings(coordinates)?),
        GeometryValue::MultiPolygon { coordinates } => {
            for polygon in coordinates {
                polygons.push(rings(polygon)?);
            }
        }
        GeometryValue::GeometryCollection { geometries } => {
            geometries.iter().try_for_each(|part| collect(part, polygons))?
        }
        _ => {}
    }
    Ok(())
}

fn corners(ring: &[Position]) -> Result<AreaRing, AreaError> {
    if let Some(place) = ring.iter().find(|place| has_decimal_commas(place.as_slice())) {
        let numbers: Vec<_> = place.as_slice().iter().map(f64::to_string).collect();
        return Err(AreaError::DecimalCommas(numbers.join(",")));
    }
    let corner = |place: &Position| Some((*place.as_slice().first()?, *place.as_slice().get(1)?));
    Ok(ring.iter().filter_map(corner).collect())
}

/// Whether a position of two numbers was written as four: `12,5,41,9`.
fn has_decimal_commas(position: &[f64]) -> bool {
    position.len() == 4 && position.iter().all(|number| number.fract() == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn positions_with_decimal_commas_are_named_and_those_with_heights_are_read() {
        let ring =
            |places: &str| polygons(&format!(r#"{{"type":"Polygon","coordinates":[[{places}]]}}"#));
        let commas = ring("[12,5,41,9],[12,7,41,9],[12,7,42,1],[12,5,41,9]");
        assert_eq!(commas, Err(AreaError::DecimalCommas("12,5,41,9".to_owned())));
        for height in ["", ",300", ",300.5,1"] {
            let place = |lon: f64| format!("[{lon},41.9{height}]");
            let places = [12.5, 12.7, 12.6, 12.5].map(place).join(",");
            assert_eq!(ring(&places).unwrap()[0][0][1], (12.7, 41.9), "{height}");
        }
    }
}
