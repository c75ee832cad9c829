//! Areas across the antimeridian: joined where a file cuts them, and parted again for the grid,
//! which ends there.

use super::polygons::{AreaPolygons, Corner};

/// What is computed of an area.
#[derive(Clone, Debug, PartialEq)]
pub struct OneSide {
    /// It, longitudes within ±180.
    pub polygons: AreaPolygons,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// An edge longer than this goes round the other way: no fire is so wide.
const HALF_WORLD: f64 = 180.0;
const WORLD: f64 = 360.0;

impl AreaPolygons {
    /// In one piece, beyond 180° where need be: files cut an area there (RFC 7946), or leap from
    /// 180 to −180.
    pub fn joined(mut self) -> Self {
        for ring in self.0.iter_mut().flatten() {
            let next = ring.iter().cycle().skip(1);
            let leaps = ring.iter().zip(next).any(|(here, next)| {
                let across = (here[0] - next[0]).abs();
                across > HALF_WORLD && across < WORLD
            });
            if leaps {
                ring.iter_mut().filter(|[lon, _]| *lon < 0.0).for_each(|corner| corner[0] += WORLD);
            }
        }
        let mut turned = self.clone();
        for polygon in turned
            .0
            .iter_mut()
            .filter(|polygon| polygon.iter().flatten().all(|[lon, _]| *lon <= 0.0))
        {
            polygon.iter_mut().flatten().for_each(|corner| corner[0] += WORLD);
        }
        let width = |polygons: &Self| polygons.bbox()[2] - polygons.bbox()[0];
        if width(&turned) < width(&self) { turned } else { self }
    }

    /// The larger of the parts that lie on one side of the antimeridian.
    pub fn on_one_side(&self) -> OneSide {
        let [west, _, east, _] = self.bbox();
        let turn = ((west + east) / 2.0 / WORLD).round();
        let sides = [turn, turn - 1.0, turn + 1.0].map(|turn| self.within(turn * WORLD));
        let parts = sides.iter().filter(|side| !side.0.is_empty()).count();
        // Of equals the first counts.
        let larger = |a: Self, b: Self| if b.extent() > a.extent() { b } else { a };
        let polygons = sides.into_iter().reduce(larger).unwrap_or_default();
        OneSide { polygons, is_whole: parts < 2 }
    }

    /// What lies within 180° of a meridian that is whole turns away from Greenwich, brought back by
    /// them.
    fn within(&self, middle: f64) -> Self {
        let (west, east) = (middle - HALF_WORLD, middle + HALF_WORLD);
        let cut = |ring: &Vec<Corner>| -> Vec<Corner> {
            let kept = cut_off(&cut_off(ring, west, |lon| lon >= west), east, |lon| lon <= east);
            kept.into_iter().map(|[lon, lat]| [lon - middle, lat]).collect()
        };
        let has_extent = |ring: &Vec<Corner>| ring_extent(ring) > 0.0;
        let polygon = |rings: &Vec<Vec<Corner>>| -> Vec<Vec<Corner>> {
            let mut rings = rings.iter().map(cut);
            // Without its outline a hole would become one.
            let Some(outline) = rings.next().filter(has_extent) else { return Vec::new() };
            std::iter::once(outline).chain(rings.filter(has_extent)).collect()
        };
        let has_outside = |rings: &Vec<Vec<Corner>>| !rings.is_empty();
        Self(self.0.iter().map(polygon).filter(has_outside).collect())
    }

    /// Square degrees.
    fn extent(&self) -> f64 {
        let without_holes = |rings: &Vec<Vec<Corner>>| match &rings[..] {
            [outside, holes @ ..] => {
                ring_extent(outside) - holes.iter().map(|hole| ring_extent(hole)).sum::<f64>()
            }
            [] => 0.0,
        };
        self.0.iter().map(without_holes).sum()
    }
}

/// A ring without what lies beyond a meridian (Sutherland & Hodgman 1974).
fn cut_off(ring: &[Corner], meridian: f64, is_inside: impl Fn(f64) -> bool) -> Vec<Corner> {
    let mut kept = Vec::new();
    for (here, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if is_inside(here[0]) {
            kept.push(*here);
        }
        if is_inside(here[0]) != is_inside(next[0]) {
            let along = (meridian - here[0]) / (next[0] - here[0]);
            kept.push([meridian, here[1] + along * (next[1] - here[1])]);
        }
    }
    kept
}

/// Square degrees, whichever way the ring runs.
fn ring_extent(ring: &[Corner]) -> f64 {
    let Some([origin_lon, origin_lat]) = ring.first().copied() else { return 0.0 };
    let from_first = |[lon, lat]: &Corner| (lon - origin_lon, lat - origin_lat);
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    let twice: f64 = edges
        .map(|(a, b)| (from_first(a), from_first(b)))
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum();
    twice.abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(drawn: [f64; 4], expected: [f64; 4], is_whole: bool) {
        let side = AreaPolygons::from_box(drawn).on_one_side();
        let near = side.polygons.bbox().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(near && side.is_whole == is_whole, "{drawn:?}: {side:?}");
    }

    #[test]
    fn a_box_across_the_antimeridian_loses_its_smaller_side() {
        check([179.8, -17.0, 180.1, -16.0], [179.8, -17.0, 180.0, -16.0], false);
        check([179.9, -17.0, 180.2, -16.0], [-180.0, -17.0, -179.8, -16.0], false);
        check([-180.2, -17.0, -179.9, -16.0], [179.8, -17.0, 180.0, -16.0], false);
    }

    #[test]
    fn a_box_in_another_copy_of_the_world_is_brought_back_whole() {
        check([10.0, 40.0, 10.5, 41.0], [10.0, 40.0, 10.5, 41.0], true);
        check([370.0, 40.0, 370.5, 41.0], [10.0, 40.0, 10.5, 41.0], true);
        check([180.0, -17.0, 180.5, -16.0], [-180.0, -17.0, -179.5, -16.0], true);
        check([-900.0, 40.0, -899.5, 41.0], [-180.0, 40.0, -179.5, 41.0], true);
        check([-100.0, -50.0, 120.0, 60.0], [-100.0, -50.0, 120.0, 60.0], true);
    }

    #[test]
    fn an_area_that_a_file_cuts_in_two_is_one() {
        let cut = r#"{"type":"MultiPolygon","coordinates":[
            [[[179.8,-17],[180,-17],[180,-16],[179.8,-16],[179.8,-17]]],
            [[[-180,-17],[-179.9,-17],[-179.9,-16],[-180,-16],[-180,-17]]]]}"#;
        let leaping = r#"{"type":"Polygon","coordinates":[[[179.8,-17],[-179.9,-17],[-179.9,-16],[179.8,-16]]]}"#;
        for text in [cut, leaping] {
            let joined = AreaPolygons::from_geojson(text).unwrap().joined();
            let [west, _, east, _] = joined.bbox();
            assert!(
                (west - 179.8).abs() < 1e-9 && (east - 180.1).abs() < 1e-9,
                "{text}: {joined:?}"
            );
            let side = joined.on_one_side();
            assert_eq!(
                (side.polygons.bbox(), side.is_whole),
                ([179.8, -17.0, 180.0, -16.0], false)
            );
        }
        let world = AreaPolygons::from_box([-180.0, -60.0, 180.0, 60.0]);
        assert_eq!(world.clone().joined(), world);
        let apart = AreaPolygons(
            [[-120.0, 30.0], [20.0, 40.0]]
                .map(|[lon, lat]| vec![vec![[lon, lat], [lon + 1.0, lat], [lon, lat + 1.0]]])
                .to_vec(),
        );
        assert_eq!(apart.clone().joined(), apart);
    }

    #[test]
    fn holes_are_cut_along_with_their_polygon() {
        let rings = vec![
            vec![[179.0, 0.0], [180.4, 0.0], [180.4, 1.0], [179.0, 1.0]],
            vec![[179.9, 0.4], [180.1, 0.4], [180.1, 0.6], [179.9, 0.6]],
            vec![[180.2, 0.4], [180.3, 0.4], [180.3, 0.6], [180.2, 0.6]],
        ];
        let side = AreaPolygons(vec![rings]).on_one_side().polygons;
        assert_eq!(side.0[0].len(), 2);
        assert!((side.extent() - (1.0 - 0.1 * 0.2)).abs() < 1e-9, "{side:?}");
    }
}
