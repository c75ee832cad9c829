//! The area of a search: boxes in degrees, west, south, east, north.

use serde_json::Value;

use super::api_error::ApiError;

/// One box, or the two sides of one that crosses the antimeridian.
pub(super) fn boxes(bbox: &[f64]) -> Result<Vec<[f64; 4]>, ApiError> {
    let (west, south, east, north) = match *bbox {
        [west, south, east, north] | [west, south, _, east, north, _] => (west, south, east, north),
        _ => {
            return Err(ApiError::bad_request(format!(
                "bbox has {} numbers: give west, south, east, north, or six with heights",
                bbox.len()
            )));
        }
    };
    if ![west, south, east, north].iter().all(|degrees| degrees.is_finite()) {
        return Err(ApiError::bad_request("bbox has a number that is not finite"));
    }
    if south > north {
        return Err(ApiError::bad_request(format!(
            "bbox has its south {south} above its north {north}"
        )));
    }
    Ok(if west > east {
        vec![[west, south, 180.0, north], [-180.0, south, east, north]]
    } else {
        vec![[west, south, east, north]]
    })
}

/// The box around a GeoJSON geometry: items are compared by their boxes only.
pub(super) fn box_around(geometry: &Value) -> Result<[f64; 4], ApiError> {
    let mut around = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    widen(&mut around, geometry);
    if around.iter().all(|degrees| degrees.is_finite()) {
        return Ok(around);
    }
    Err(ApiError::bad_request("intersects is no GeoJSON geometry with coordinates"))
}

fn widen(around: &mut [f64; 4], geometry: &Value) {
    match geometry {
        Value::Object(members) => {
            let parts = [members.get("coordinates"), members.get("geometries")];
            parts.into_iter().flatten().for_each(|part| widen(around, part));
        }
        Value::Array(items) => {
            match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
                (Some(lon), Some(lat)) => {
                    *around = [
                        around[0].min(lon),
                        around[1].min(lat),
                        around[2].max(lon),
                        around[3].max(lat),
                    ];
                }
                _ => items.iter().for_each(|item| widen(around, item)),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bbox: &[f64], expected: &[[f64; 4]]) {
        assert_eq!(boxes(bbox).unwrap(), expected);
    }

    #[test]
    fn a_box_over_the_antimeridian_has_two_sides() {
        check(&[1.0, 2.0, 3.0, 4.0], &[[1.0, 2.0, 3.0, 4.0]]);
        check(&[1.0, 2.0, -9.0, 3.0, 4.0, 9.0], &[[1.0, 2.0, 3.0, 4.0]]);
        check(
            &[179.0, -2.0, -178.0, 2.0],
            &[[179.0, -2.0, 180.0, 2.0], [-180.0, -2.0, -178.0, 2.0]],
        );
    }

    #[test]
    fn heights_do_not_widen_a_geometry() {
        let line = serde_json::json!({ "type": "LineString", "coordinates": [[3, -4, 900], [-1, 2, 800]] });
        assert_eq!(box_around(&line).unwrap(), [-1.0, -4.0, 3.0, 2.0]);
    }
}
