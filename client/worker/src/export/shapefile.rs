//! The polygons of a shapefile's `.shp` (ESRI white paper J-7855).
//!
//! Read here and not by the crate `shapefile`, which allocates as many points as a file
//! claims.

use dragonfly_core::{MAX_CORNERS, by_containment, doubled_area};

/// A corner: x and y in the file's own system.
pub(crate) type Vertex = (f64, f64);
/// Corners in order, the first repeated at the end.
pub(crate) type VertexRing = Vec<Vertex>;
/// An outer ring, counterclockwise, and its holes, clockwise.
pub(crate) type VertexPolygon = Vec<VertexRing>;

/// Why a `.shp` holds no polygon that can be used. Completes a sentence that names the
/// file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShapefileError {
    #[error("is no shapefile")]
    NotShp,
    #[error("ends early; copy it again")]
    Short,
    #[error("holds {0} instead of polygons; export the area as polygons")]
    NotPolygons(&'static str),
    #[error("holds no polygon; export the area as polygons")]
    NoPolygon,
    #[error("has more than {MAX_CORNERS} corners or {MAX_RINGS} rings; simplify it first")]
    TooMany,
}

/// Rings of an area at most.
const MAX_RINGS: usize = 5_000;

const FILE_CODE: i32 = 9994;
const HEADER_BYTES: usize = 100;
/// Type, box, number of rings, number of corners.
const POLYGON_HEAD_BYTES: usize = 44;

/// Reads all polygons of a file.
pub(crate) fn polygons(file: &[u8]) -> Result<Vec<VertexPolygon>, ShapefileError> {
    if file.get(..4) != Some(&FILE_CODE.to_be_bytes()) {
        return Err(ShapefileError::NotShp);
    }
    match little_int(file, 32).ok_or(ShapefileError::Short)? {
        0 | 5 | 15 | 25 => {}
        1 | 11 | 21 | 8 | 18 | 28 => return Err(ShapefileError::NotPolygons("points")),
        3 | 13 | 23 => return Err(ShapefileError::NotPolygons("lines")),
        _ => return Err(ShapefileError::NotPolygons("other shapes")),
    }
    let mut polygons = Vec::new();
    let (mut corners, mut rings) = (0, 0);
    let mut rest = &file[HEADER_BYTES.min(file.len())..];
    while !rest.is_empty() {
        // A record's number, then its length in words of 16 bits.
        let words = rest.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
        let length = usize::try_from(words.ok_or(ShapefileError::Short)?)
            .map_err(|_| ShapefileError::Short)?;
        let end = length
            .checked_mul(2)
            .and_then(|bytes| bytes.checked_add(8))
            .ok_or(ShapefileError::Short)?;
        let record = rest.get(8..end).ok_or(ShapefileError::Short)?;
        rest = &rest[end..];
        let found = record_rings(record)?;
        rings += found.len();
        corners += found.iter().map(Vec::len).sum::<usize>();
        if corners > MAX_CORNERS || rings > MAX_RINGS {
            return Err(ShapefileError::TooMany);
        }
        polygons.append(&mut grouped(found));
    }
    if polygons.is_empty() { Err(ShapefileError::NoPolygon) } else { Ok(polygons) }
}

/// The rings of a record, closed; those that enclose nothing are left out.
fn record_rings(record: &[u8]) -> Result<Vec<VertexRing>, ShapefileError> {
    if !matches!(little_int(record, 0), Some(5 | 15 | 25)) {
        // An empty shape, which attributes may have.
        return Ok(Vec::new());
    }
    let count = |at| {
        little_int(record, at)
            .and_then(|count| usize::try_from(count).ok())
            .ok_or(ShapefileError::Short)
    };
    let (ring_count, corner_count) = (count(36)?, count(40)?);
    if corner_count > MAX_CORNERS || ring_count > MAX_RINGS {
        return Err(ShapefileError::TooMany);
    }
    let corners_at = POLYGON_HEAD_BYTES + ring_count * 4;
    let corners =
        record.get(corners_at..corners_at + corner_count * 16).ok_or(ShapefileError::Short)?;
    let starts: Result<Vec<usize>, ShapefileError> =
        (0..ring_count).map(|ring| count(POLYGON_HEAD_BYTES + ring * 4)).collect();
    let starts = starts?;
    let ends = starts.iter().skip(1).copied().chain([corner_count]);
    let mut rings = Vec::new();
    for (start, end) in starts.iter().zip(ends) {
        // Compared before they are multiplied: in wasm a claimed place may run over.
        let sound = *start <= end && end <= corner_count;
        let bytes = sound.then(|| &corners[start * 16..end * 16]).ok_or(ShapefileError::Short)?;
        let mut ring: VertexRing = bytes
            .chunks_exact(16)
            .filter_map(|pair| Some((double(pair, 0)?, double(pair, 8)?)))
            .collect();
        if ring.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
            return Err(ShapefileError::NotShp);
        }
        if ring.first() != ring.last() {
            ring.extend(ring.first().copied());
        }
        if ring.len() >= 4 {
            rings.push(ring);
        }
    }
    Ok(rings)
}

/// Outlines, which should turn clockwise in a shapefile, with the holes that lie in them, turned as
/// RFC 7946 requires.
fn grouped(rings: Vec<VertexRing>) -> Vec<VertexPolygon> {
    let mut polygons = by_containment(rings);
    for polygon in &mut polygons {
        for (place, ring) in polygon.iter_mut().enumerate() {
            if (doubled_area(ring) > 0.0) != (place == 0) {
                ring.reverse();
            }
        }
    }
    polygons
}

fn little_int(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn double(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A `.shp` of one record with rings as they are.
    pub(crate) fn shp(rings: &[VertexRing]) -> Vec<u8> {
        let mut record = 5i32.to_le_bytes().to_vec();
        record.extend([0; 32]);
        record.extend((rings.len() as i32).to_le_bytes());
        record.extend((rings.iter().map(Vec::len).sum::<usize>() as i32).to_le_bytes());
        let mut start = 0i32;
        for ring in rings {
            record.extend(start.to_le_bytes());
            start += ring.len() as i32;
        }
        record.extend(
            rings.iter().flatten().flat_map(|(x, y)| [x.to_le_bytes(), y.to_le_bytes()].concat()),
        );
        let mut file = FILE_CODE.to_be_bytes().to_vec();
        file.resize(28, 0);
        file.extend(1000i32.to_le_bytes());
        file.extend(5i32.to_le_bytes());
        file.resize(HEADER_BYTES, 0);
        file.extend(1i32.to_be_bytes());
        file.extend((record.len() as i32 / 2).to_be_bytes());
        file.extend(record);
        file
    }

    /// A square, clockwise as an outer ring of a shapefile.
    pub(crate) fn square(x: f64, y: f64, side: f64) -> VertexRing {
        vec![(x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y)]
    }

    fn turned(mut ring: VertexRing) -> VertexRing {
        ring.reverse();
        ring
    }

    #[test]
    fn holes_go_to_the_smallest_ring_around_them() {
        let lake = turned(square(2.0, 2.0, 6.0));
        let island = square(3.0, 3.0, 4.0);
        let pond = turned(square(4.0, 4.0, 1.0));
        let rings = [
            square(0.0, 0.0, 10.0),
            lake.clone(),
            island.clone(),
            pond.clone(),
            square(20.0, 0.0, 1.0),
        ];
        let found = polygons(&shp(&rings)).unwrap();
        let areas: Vec<Vec<f64>> = found
            .iter()
            .map(|polygon| polygon.iter().map(|ring| doubled_area(ring) / 2.0).collect())
            .collect();
        assert_eq!(areas, [vec![100.0, -36.0], vec![16.0, -1.0], vec![1.0]]);
    }

    #[test]
    fn rings_that_all_turn_the_wrong_way_are_areas() {
        let found = polygons(&shp(&[turned(square(0.0, 0.0, 1.0)), turned(square(5.0, 0.0, 1.0))]))
            .unwrap();
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|polygon| doubled_area(&polygon[0]) > 0.0));
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let file = shp(&[square(0.0, 0.0, 1.0)]);
        assert_eq!(polygons(b"PK"), Err(ShapefileError::NotShp));
        assert_eq!(polygons(&file[..HEADER_BYTES]), Err(ShapefileError::NoPolygon));
        for end in HEADER_BYTES + 1..file.len() {
            assert_eq!(polygons(&file[..end]), Err(ShapefileError::Short), "{end}");
        }
        let with = |at: usize, bytes: [u8; 4]| {
            let mut file = file.clone();
            file[at..at + 4].copy_from_slice(&bytes);
            polygons(&file)
        };
        assert_eq!(with(32, 3i32.to_le_bytes()), Err(ShapefileError::NotPolygons("lines")));
        assert_eq!(
            with(HEADER_BYTES + 8 + 40, i32::MAX.to_le_bytes()),
            Err(ShapefileError::TooMany)
        );
        assert_eq!(with(HEADER_BYTES + 8 + 36, (-1i32).to_le_bytes()), Err(ShapefileError::Short));
        assert_eq!(with(HEADER_BYTES + 4, (-1i32).to_be_bytes()), Err(ShapefileError::Short));
    }
}
