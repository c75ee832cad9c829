//! Longitudes beyond ±180, as maps that repeat the world write them, and areas across the
//! antimeridian.

use super::AreaRing;

const WORLD: f64 = 360.0;
const HALF_WORLD: f64 = 180.0;
/// Larger numbers are no longitudes of any map: ten turns.
const MAX_LONGITUDE: f64 = 10.0 * WORLD;
const MAX_LATITUDE: f64 = 90.0;
/// Decimals that a longitude keeps when it is turned, so that no rounding error is written.
const TURNED_DECIMALS: f64 = 1e12;

/// Whether a corner can be a longitude and a latitude.
pub(super) fn lie_in_degrees((lon, lat): (f64, f64)) -> bool {
    lon.abs() <= MAX_LONGITUDE && lat.abs() <= MAX_LATITUDE
}

/// Whether corners, some of which are no degrees, are latitudes and longitudes.
pub(super) fn look_swapped<'a>(mut corners: impl Iterator<Item = &'a (f64, f64)>) -> bool {
    corners.all(|(lat, lon)| lat.abs() <= MAX_LATITUDE && lon.abs() <= WORLD)
}

/// A box's west and east brought back by whole turns, so that its middle lies within ±180.
pub fn box_within_one_turn([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    let turns = turns_of(west, east);
    [turned(west, turns), south, turned(east, turns), north]
}

/// The rings of a polygon in the same copy of the world as the first, beyond ±180 where they lead
/// across the antimeridian, as an edge of more than half the world does.
pub(super) fn in_one_copy(mut rings: Vec<AreaRing>) -> Vec<AreaRing> {
    rings.iter_mut().for_each(unwrap_leaps);
    let middle = |ring: &AreaRing| {
        let (west, east) = extent(ring);
        (west + east) / 2.0
    };
    let Some(first) = rings.first().map(middle) else { return rings };
    for ring in &mut rings {
        let turns = ((middle(ring) - first) / WORLD).round();
        ring.iter_mut().for_each(|(lon, _)| *lon = turned(*lon, turns));
    }
    rings
}

/// A polygon with longitudes within ±180: brought back by whole turns, and cut where it lies across
/// the antimeridian.
pub(super) fn within_one_turn(mut rings: Vec<AreaRing>) -> Vec<Vec<AreaRing>> {
    let Some((west, east)) = rings.first().map(|ring| extent(ring)) else { return Vec::new() };
    let turns = turns_of(west, east);
    rings.iter_mut().flatten().for_each(|(lon, _)| *lon = turned(*lon, turns));
    if turned(west, turns) >= -HALF_WORLD && turned(east, turns) <= HALF_WORLD {
        return vec![rings];
    }
    [0.0, 1.0, -1.0].into_iter().filter_map(|turns| part_within(&rings, turns)).collect()
}

/// Whole turns by which what lies from west to east is off; 0 for what lies within ±180.
fn turns_of(west: f64, east: f64) -> f64 {
    if west >= -HALF_WORLD && east <= HALF_WORLD {
        return 0.0;
    }
    ((west + east) / 2.0 / WORLD).round()
}

fn turned(lon: f64, turns: f64) -> f64 {
    if turns == 0.0 {
        return lon;
    }
    ((lon - turns * WORLD) * TURNED_DECIMALS).round() / TURNED_DECIMALS
}

fn extent(ring: &[(f64, f64)]) -> (f64, f64) {
    ring.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(west, east), (lon, _)| {
        (west.min(*lon), east.max(*lon))
    })
}

/// Lets a ring that leaps from 180 to −180 go on beyond 180; a ring around a pole stays as it is.
fn unwrap_leaps(ring: &mut AreaRing) {
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    let leaps = |((here, _), (next, _)): (&(f64, f64), &(f64, f64))| {
        let across = (here - next).abs();
        across > HALF_WORLD && across < WORLD
    };
    if !edges.into_iter().any(leaps) {
        return;
    }
    let mut turns = 0.0;
    let mut unwrapped = ring.clone();
    for index in 1..ring.len() {
        let across = ring[index].0 - ring[index - 1].0;
        turns += (across / WORLD).round();
        unwrapped[index].0 = turned(ring[index].0, turns);
    }
    let closes = unwrapped.last().zip(unwrapped.first());
    if closes.is_some_and(|(last, first)| (last.0 - first.0).abs() <= HALF_WORLD) {
        *ring = unwrapped;
    }
}

/// What lies within ±180 of a polygon that was brought back by so many more turns.
fn part_within(rings: &[AreaRing], turns: f64) -> Option<Vec<AreaRing>> {
    let cut = |ring: &AreaRing| -> AreaRing {
        let turned: AreaRing = ring.iter().map(|(lon, lat)| (turned(*lon, turns), *lat)).collect();
        let east_of = cut_off(&turned, -HALF_WORLD, |lon| lon >= -HALF_WORLD);
        cut_off(&east_of, HALF_WORLD, |lon| lon <= HALF_WORLD)
    };
    let has_extent = |ring: &AreaRing| {
        let (west, east) = extent(ring);
        east > west
    };
    let mut parts = rings.iter().map(cut);
    let outline = parts.next().filter(has_extent)?;
    Some(std::iter::once(outline).chain(parts.filter(has_extent)).collect())
}

/// A ring without what lies beyond a meridian (Sutherland & Hodgman 1974).
fn cut_off(ring: &[(f64, f64)], meridian: f64, is_inside: impl Fn(f64) -> bool) -> AreaRing {
    let mut kept = Vec::new();
    for (here, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if is_inside(here.0) {
            kept.push(*here);
        }
        if is_inside(here.0) != is_inside(next.0) {
            let along = (meridian - here.0) / (next.0 - here.0);
            kept.push((meridian, here.1 + along * (next.1 - here.1)));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::{Area, AreaError};
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn rectangle(west: f64, east: f64) -> AreaRing {
        vec![(west, 10.0), (east, 10.0), (east, 11.0), (west, 11.0), (west, 10.0)]
    }

    fn extents(west: f64, east: f64) -> Vec<(f64, f64)> {
        let parts = within_one_turn(in_one_copy(vec![rectangle(west, east)]));
        parts.iter().map(|rings| extent(&rings[0])).collect()
    }

    #[test]
    fn longitudes_are_brought_back_by_whole_turns() {
        for turns in [-9.0, -1.0, 0.0, 1.0, 9.0] {
            let off = turns * 360.0;
            assert_eq!(extents(-120.75 + off, -120.7 + off), [(-120.75, -120.7)], "{turns}");
        }
        assert_eq!(extents(180.0, 180.5), [(-180.0, -179.5)]);
        assert_eq!(extents(-180.0, 180.0), [(-180.0, 180.0)]);
        assert_eq!(box_within_one_turn([239.25, 1.0, 239.3, 2.0]), [-120.75, 1.0, -120.7, 2.0]);
        assert_eq!(box_within_one_turn([-180.0, 1.0, 180.0, 2.0]), [-180.0, 1.0, 180.0, 2.0]);
    }

    #[test]
    fn a_polygon_across_the_antimeridian_is_cut_there() {
        let parts = [(179.5, 180.0), (-180.0, -179.5)];
        let mut found = extents(179.5, 180.5);
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        assert_eq!(found, parts);
        let mut leaping = within_one_turn(in_one_copy(vec![vec![
            (179.5, 10.0),
            (-179.5, 10.0),
            (-179.5, 11.0),
            (179.5, 11.0),
        ]]));
        leaping.sort_by(|a, b| extent(&b[0]).0.total_cmp(&extent(&a[0]).0));
        assert_eq!(leaping.iter().map(|rings| extent(&rings[0])).collect::<Vec<_>>(), parts);
    }

    #[test]
    fn a_hole_in_another_copy_of_the_world_is_found_in_its_outline() {
        let hole = vec![(-120.75, 10.2), (-120.25, 10.2), (-120.25, 10.8), (-120.75, 10.8)];
        let area = Area::from_polygons(vec![vec![rectangle(239.0, 240.0), hole.clone()]]);
        let expected = Area::from_polygons(vec![vec![rectangle(-121.0, -120.0), hole]]);
        assert_eq!(area, expected);
        assert_eq!(area.unwrap().polygons.len(), 1);
    }

    #[test]
    fn swapped_latitudes_and_longitudes_are_named_only_where_that_makes_sense() {
        let error = |corner: [f64; 2]| {
            let ring = [corner, [corner[0] + 0.1, corner[1]], [corner[0], corner[1] + 0.1]];
            Area::from_geojson(&format!(r#"{{"type":"Polygon","coordinates":[{ring:?}]}}"#))
        };
        assert!(matches!(error([36.06, -120.75]), Err(AreaError::Swapped(corner))
            if corner == "36.06, -120.75"));
        assert!(matches!(error([500_000.0, 4e6]), Err(AreaError::NotDegrees(_))));
        assert!(matches!(error([36.0, 4e6]), Err(AreaError::NotDegrees(_))));
        assert!(error([36.0, 38.0]).is_ok());
    }
}
