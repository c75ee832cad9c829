//! Where a scene has data: its outline on the ground.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Rings of longitude and latitude in degrees; longitudes run on beyond ±180 where a scene crosses
/// the antimeridian.
#[derive(Clone, Debug, PartialEq)]
pub struct Footprint {
    rings: Vec<Vec<[f64; 2]>>,
    /// West, south, east, north of them.
    bounds: [f64; 4],
}

/// Degrees that a side may lie beyond the bounds of its ends, as positions along it are rounded.
const BOUNDS_MARGIN: f64 = 1e-6;

/// What GeoJSON states of a geometry.
#[derive(Deserialize)]
struct Geometry<'a> {
    #[serde(rename = "type", borrow)]
    kind: &'a RawValue,
    #[serde(borrow)]
    coordinates: &'a RawValue,
}

/// Longitude and latitude; `None` for a position that lacks one. Heights are passed over.
struct GeometryPosition(Option<[f64; 2]>);

impl<'de> Deserialize<'de> for GeometryPosition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(PositionVisitor)
    }
}

struct PositionVisitor;

impl<'de> Visitor<'de> for PositionVisitor {
    type Value = GeometryPosition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a position")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<GeometryPosition, A::Error> {
        let (lon, lat) = (numbers.next_element()?, numbers.next_element()?);
        while numbers.next_element::<f64>()?.is_some() {}
        Ok(GeometryPosition(lon.zip(lat).map(|(lon, lat)| [lon, lat])))
    }
}

/// How far a longitude may be moved to find it again.
const TURNS: [f64; 3] = [0.0, -360.0, 360.0];

impl Footprint {
    /// A GeoJSON polygon or several, as JSON; `None` for anything else.
    pub(super) fn from_geometry(geometry: &str) -> Option<Self> {
        let Geometry { kind, coordinates } = serde_json::from_str(geometry).ok()?;
        let polygons: Vec<Vec<Vec<GeometryPosition>>> = match kind.get() {
            r#""Polygon""# => vec![serde_json::from_str(coordinates.get()).ok()?],
            r#""MultiPolygon""# => serde_json::from_str(coordinates.get()).ok()?,
            _ => return None,
        };
        // Each longitude is the one nearest the last, which joins what the antimeridian cuts.
        let mut last = None;
        let mut unrolled = |[lon, lat]: [f64; 2]| {
            let lon = last.map_or(lon, |last: f64| lon + ((last - lon) / 360.0).round() * 360.0);
            last = Some(lon);
            [lon, lat]
        };
        let mut ring = |positions: Vec<GeometryPosition>| {
            let mut ring: Vec<[f64; 2]> = positions
                .into_iter()
                .filter_map(|position| position.0)
                .map(&mut unrolled)
                .collect();
            ring.shrink_to_fit();
            ring
        };
        let rings: Vec<Vec<[f64; 2]>> = polygons.into_iter().flatten().map(&mut ring).collect();
        rings.iter().any(|ring| ring.len() > 2).then(|| Self::of_rings(rings))
    }

    /// Memory that its corners take, bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.rings.iter().map(|ring| size_of_val(ring) + size_of_val(&ring[..])).sum()
    }

    /// All of a box.
    pub fn of_box([west, south, east, north]: [f64; 4]) -> Self {
        Self::of_rings(vec![vec![[west, south], [east, south], [east, north], [west, north]]])
    }

    /// West, south, east, north.
    pub fn bounds(&self) -> [f64; 4] {
        self.bounds
    }

    fn of_rings(rings: Vec<Vec<[f64; 2]>>) -> Self {
        let bounds = rings.iter().flatten().fold(
            [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
            |[west, south, east, north], [lon, lat]| {
                [west.min(*lon), south.min(*lat), east.max(*lon), north.max(*lat)]
            },
        );
        Self { rings, bounds }
    }

    /// Whether a place lies inside, however many turns its longitude is away; holes are outside.
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        let [west, south, east, north] = self.bounds;
        if lat < south || lat > north {
            return false;
        }
        TURNS.iter().any(|turn| {
            if lon + turn < west - BOUNDS_MARGIN || lon + turn > east + BOUNDS_MARGIN {
                return false;
            }
            let crossings = self.rings.iter().flat_map(|ring| edges(ring)).filter(|[from, to]| {
                (from[1] > lat) != (to[1] > lat)
                    && lon + turn
                        < from[0] + (lat - from[1]) / (to[1] - from[1]) * (to[0] - from[0])
            });
            crossings.count() % 2 == 1
        })
    }
}

/// The sides of a ring, whether or not its last corner repeats the first.
fn edges(ring: &[[f64; 2]]) -> impl Iterator<Item = [[f64; 2]; 2]> {
    ring.iter().zip(ring.iter().cycle().skip(1)).map(|(from, to)| [*from, *to])
}

/// The ground that a box shares with an area, in the area's longitudes; `None` where they only
/// touch.
pub(crate) fn overlap(own: [f64; 4], area: [f64; 4]) -> Option<[f64; 4]> {
    TURNS.iter().find_map(|turn| {
        let [west, south, east, north] = [own[0] + turn, own[1], own[2] + turn, own[3]];
        let is_shared = west < area[2] && area[0] < east && south < area[3] && area[1] < north;
        is_shared
            .then(|| [west.max(area[0]), south.max(area[1]), east.min(area[2]), north.min(area[3])])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn footprint(geometry: &str) -> Option<Footprint> {
        Footprint::from_geometry(geometry)
    }

    #[test]
    fn a_hole_is_outside() {
        let ring = footprint(
            r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[3,1],[3,3],[1,3],[1,1]]]}"#,
        )
        .unwrap();
        assert!(ring.contains(0.5, 2.0) && !ring.contains(2.0, 2.0) && !ring.contains(5.0, 2.0));
    }

    #[test]
    fn the_antimeridian_is_crossed_in_one_ring_or_in_two() {
        let one = r#"{"type":"Polygon","coordinates":[[[178,67],[-179,67],[-179,68],[178,68],[178,67]]]}"#;
        let two = r#"{"type":"MultiPolygon","coordinates":[[[[178,67],[180,67],[180,68],[178,68],[178,67]]],
                     [[[-180,67],[-179,67],[-179,68],[-180,68],[-180,67]]]]}"#;
        for geometry in [one, two] {
            let scene = footprint(geometry).unwrap();
            assert_eq!(scene.bounds(), [178.0, 67.0, 181.0, 68.0]);
            for (lon, inside) in
                [(178.5, true), (179.9, true), (-179.5, true), (-178.5, false), (0.0, false)]
            {
                assert_eq!(scene.contains(lon, 67.5), inside, "{lon} in {geometry}");
            }
        }
    }

    #[test]
    fn boxes_meet_across_the_antimeridian() {
        let scene = [178.0, 67.0, 181.0, 68.0];
        assert_eq!(
            overlap(scene, [-180.0, 67.5, -170.0, 70.0]),
            Some([-180.0, 67.5, -179.0, 68.0])
        );
        assert_eq!(overlap(scene, [179.0, 60.0, 180.0, 70.0]), Some([179.0, 67.0, 180.0, 68.0]));
        assert_eq!(overlap(scene, [-10.0, 60.0, 10.0, 70.0]), None);
        assert_eq!(overlap(scene, [181.0, 60.0, 190.0, 70.0]), None);
        assert_eq!(overlap(scene, [179.0, 67.5, 179.0, 67.5]), Some([179.0, 67.5, 179.0, 67.5]));
    }

    #[test]
    fn what_has_no_area_is_no_footprint() {
        for geometry in [
            "null",
            "7",
            r#"{"type":"Point","coordinates":[1,2]}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
            r#"{"type":"Polygon","coordinates":[[[1],[2],[3]]]}"#,
        ] {
            assert_eq!(footprint(geometry), None, "{geometry}");
        }
    }
}
