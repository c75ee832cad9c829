//! Which rings of a polygon are outlines and which are holes.
//!
//! A hole stays a hole however its ring turns: programs that write files often ignore the order
//! that the format demands.

use std::collections::HashSet;

use crate::order::ordered;

/// Corners as longitude and latitude, or east and north; the last joins the first, which may be
/// repeated at the end.
pub type AreaRing = Vec<(f64, f64)>;

/// Corners of a ring of which some are compared with another ring.
const MAX_COMPARED_CORNERS: usize = 64;

/// The polygons of rings of which the first is the outline and the others are holes, as in GeoJSON
/// and KML. A ring that lies beside the outline is a polygon of its own, and where the first ring
/// lies in another one the rings are ordered by what contains what.
pub(super) fn outline_first(rings: Vec<AreaRing>) -> Vec<Vec<AreaRing>> {
    let rings = distinct(rings);
    let [outline, others @ ..] = &rings[..] else { return Vec::new() };
    let extent = RingExtent::of(outline);
    let is_around_first = |ring: &AreaRing| {
        let around = RingExtent::of(ring);
        around.area > extent.area
            && extent.inner_point.is_some_and(|point| around.contains(ring, point))
    };
    if others.iter().any(is_around_first) {
        return by_containment(rings);
    }
    let (holes, beside): (Vec<_>, Vec<_>) =
        others.iter().cloned().partition(|ring| overlaps(outline, &extent, ring));
    let first = std::iter::once(outline.clone()).chain(holes).collect();
    std::iter::once(first).chain(by_containment(beside)).collect()
}

/// The polygons of the rings of a shapefile's record, in any order. A ring within an even number of
/// others is an outline, any other a hole of the smallest outline around it, as in every file whose
/// outlines turn clockwise and whose holes turn counterclockwise. How a ring turns decides where it
/// lies only partly in another.
pub fn by_containment(rings: Vec<AreaRing>) -> Vec<Vec<AreaRing>> {
    let rings = distinct(rings);
    let nesting = Nesting::of(&rings);
    nesting.grouped(rings)
}

/// Twice the area, positive where the ring turns counterclockwise.
pub fn doubled_area(ring: &[(f64, f64)]) -> f64 {
    // From the first corner on, as metres of a projection would drown a small area.
    let (x0, y0) = ring.first().copied().unwrap_or_default();
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    edges.map(|(a, b)| (a.0 - x0) * (b.1 - y0) - (b.0 - x0) * (a.1 - y0)).sum()
}

/// Where the edges cross a line from west to east, from west to east; an even number.
pub(super) fn crossings(ring: &[(f64, f64)], y: f64) -> Vec<f64> {
    let mut crossings = Vec::new();
    for (&(x, here), &(next_x, next)) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        // A corner on the line belongs to the edge that goes north from it.
        if (here <= y) != (next <= y) {
            crossings.push(x + (y - here) / (next - here) * (next_x - x));
        }
    }
    crossings.sort_unstable_by(f64::total_cmp);
    crossings
}

/// Rings of three corners or more, each once: a ring written twice is not its own hole.
fn distinct(mut rings: Vec<AreaRing>) -> Vec<AreaRing> {
    let mut seen = HashSet::new();
    rings.retain(|ring| {
        let bits: Vec<(u64, u64)> = ring.iter().map(|(x, y)| (x.to_bits(), y.to_bits())).collect();
        ring.len() >= 3 && seen.insert(bits)
    });
    rings
}

/// What is known of a ring before its edges are compared with those of others.
struct RingExtent {
    bounds: [f64; 4],
    /// Without a sign.
    area: f64,
    /// A point within the ring and on no edge; `None` where it encloses nothing.
    inner_point: Option<(f64, f64)>,
}

impl RingExtent {
    fn of(ring: &[(f64, f64)]) -> Self {
        let nowhere = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let bounds = ring.iter().fold(nowhere, |[west, south, east, north], (x, y)| {
            [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]
        });
        Self { bounds, area: doubled_area(ring).abs() / 2.0, inner_point: inner_point(ring) }
    }

    /// Whether a point lies in the ring that this is the extent of.
    fn contains(&self, ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
        let [west, south, east, north] = self.bounds;
        (west..=east).contains(&x) && (south..=north).contains(&y) && encloses(ring, (x, y))
    }

    /// How a smaller ring lies to the ring that this is the extent of. Corners that touch it count
    /// as inside or outside by chance, so that half of them are enough.
    fn position_of(
        &self,
        ring: &[(f64, f64)],
        smaller: &[(f64, f64)],
        smaller_extent: &Self,
    ) -> RingPosition {
        if !smaller_extent.inner_point.is_some_and(|point| self.contains(ring, point)) {
            return RingPosition::Beside;
        }
        let (mut inside, mut outside) = (0, 0);
        for corner in some_corners(smaller) {
            *if self.contains(ring, corner) { &mut inside } else { &mut outside } += 1;
        }
        if inside >= outside { RingPosition::Inside } else { RingPosition::PartlyInside }
    }
}

/// The middle of the widest part of the ring on a line between the latitudes of two corners: no
/// corner can touch another ring there.
fn inner_point(ring: &[(f64, f64)]) -> Option<(f64, f64)> {
    let mut heights: Vec<f64> = ring.iter().map(|(_, y)| *y).collect();
    heights.sort_unstable_by(f64::total_cmp);
    let gap = |pair: &[f64]| pair[1] - pair[0];
    let widest = heights.windows(2).max_by(|a, b| gap(a).total_cmp(&gap(b)))?;
    let y = (widest[0] + widest[1]) / 2.0;
    let crossings = crossings(ring, y);
    let width = |pair: &&[f64]| pair[1] - pair[0];
    let inside = crossings.chunks_exact(2).max_by(|a, b| width(a).total_cmp(&width(b)))?;
    Some(((inside[0] + inside[1]) / 2.0, y)).filter(|_| inside[1] > inside[0])
}

/// Whether any part of a ring lies in an outline, as far as some of its corners show.
fn overlaps(outline: &[(f64, f64)], extent: &RingExtent, ring: &[(f64, f64)]) -> bool {
    let mut points = inner_point(ring).into_iter().chain(some_corners(ring));
    points.any(|point| extent.contains(outline, point))
}

/// Some corners of a ring.
fn some_corners(ring: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    ring.iter().step_by(ring.len().div_ceil(MAX_COMPARED_CORNERS).max(1)).copied()
}

fn encloses(ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    let crosses = |(a, b): &(&(f64, f64), &(f64, f64))| {
        (a.1 <= y) != (b.1 <= y) && a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0) > x
    };
    edges.filter(crosses).count() % 2 == 1
}

/// For each ring, the outline whose hole it is.
struct Nesting {
    outline: Vec<Option<usize>>,
}

/// How one ring lies to a larger one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RingPosition {
    Inside,
    PartlyInside,
    Beside,
}

impl Nesting {
    fn of(rings: &[AreaRing]) -> Self {
        let extents: Vec<RingExtent> = rings.iter().map(|ring| RingExtent::of(ring)).collect();
        let larger = |ring: usize, position: RingPosition| -> Vec<usize> {
            let is_larger = |other: &usize| {
                *other != ring
                    && (extents[*other].area, ring) > (extents[ring].area, *other)
                    && extents[*other].position_of(&rings[*other], &rings[ring], &extents[ring])
                        == position
            };
            let found: Vec<usize> = (0..rings.len()).filter(is_larger).collect();
            let area = |ring: usize| extents[ring].area;
            ordered(found, &|a, b| area(*a).total_cmp(&area(*b)).then(a.cmp(b)))
        };
        let around: Vec<Vec<usize>> =
            (0..rings.len()).map(|ring| larger(ring, RingPosition::Inside)).collect();
        let is_outline = |ring: usize| around[ring].len().is_multiple_of(2);
        let is_clockwise = |ring: usize| doubled_area(&rings[ring]) < 0.0;
        let outline = |ring: usize| {
            if !is_outline(ring) {
                return around[ring].iter().copied().find(|around| is_outline(*around));
            }
            let is_hole_by_turn = around[ring].is_empty() && !is_clockwise(ring);
            let overlapped = is_hole_by_turn.then(|| larger(ring, RingPosition::PartlyInside));
            let is_outline_by_turn = |ring: &usize| is_outline(*ring) && is_clockwise(*ring);
            overlapped.into_iter().flatten().find(is_outline_by_turn)
        };
        Self { outline: (0..rings.len()).map(outline).collect() }
    }

    /// Outlines in their order, each with its holes.
    fn grouped(&self, rings: Vec<AreaRing>) -> Vec<Vec<AreaRing>> {
        let mut polygons: Vec<Vec<AreaRing>> = vec![Vec::new(); rings.len()];
        for (index, ring) in rings.into_iter().enumerate() {
            match self.outline[index] {
                None => polygons[index].insert(0, ring),
                Some(outline) => polygons[outline].push(ring),
            }
        }
        polygons.retain(|polygon| !polygon.is_empty());
        polygons
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Counterclockwise.
    fn square(x: f64, y: f64, side: f64) -> AreaRing {
        vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    }

    fn turned(mut ring: AreaRing) -> AreaRing {
        ring.reverse();
        ring
    }

    /// The sizes of each polygon's rings.
    fn sizes(polygons: &[Vec<AreaRing>]) -> Vec<Vec<f64>> {
        let size = |ring: &AreaRing| doubled_area(ring).abs() / 2.0;
        polygons.iter().map(|rings| rings.iter().map(size).collect()).collect()
    }

    /// Both orders of each of some rings.
    fn every_turn(rings: &[AreaRing]) -> Vec<Vec<AreaRing>> {
        let turn = |choice: u32| {
            let turned_if = |(bit, ring): (usize, &AreaRing)| {
                if choice >> bit & 1 == 1 { turned(ring.clone()) } else { ring.clone() }
            };
            rings.iter().enumerate().map(turned_if).collect()
        };
        (0..1 << rings.len()).map(turn).collect()
    }

    #[test]
    fn a_hole_stays_a_hole_however_the_rings_turn() {
        // The second hole touches the outline in its first corner.
        let rings = [square(0.0, 0.0, 10.0), square(2.0, 2.0, 3.0), square(0.0, 6.0, 2.0)];
        for rings in every_turn(&rings) {
            let expected = [[100.0, 9.0, 4.0]];
            assert_eq!(sizes(&outline_first(rings.clone())), expected, "{rings:?}");
            assert_eq!(sizes(&by_containment(rings.clone())), expected, "{rings:?}");
            let swapped = vec![rings[1].clone(), rings[0].clone(), rings[2].clone()];
            assert_eq!(sizes(&by_containment(swapped.clone())), expected, "{rings:?}");
            assert_eq!(sizes(&outline_first(swapped)), expected, "{rings:?}");
        }
    }

    #[test]
    fn an_island_in_a_lake_is_ground_however_the_rings_turn() {
        let rings = [square(0.0, 0.0, 10.0), square(1.0, 1.0, 8.0), square(2.0, 2.0, 6.0)];
        for rings in every_turn(&rings) {
            assert_eq!(sizes(&by_containment(rings)), [vec![100.0, 64.0], vec![36.0]]);
        }
    }

    #[test]
    fn polygons_beside_each_other_are_all_kept() {
        let rings = [square(0.0, 0.0, 4.0), square(5.0, 0.0, 3.0), square(6.0, 1.0, 1.0)];
        for rings in every_turn(&rings) {
            let expected = [vec![16.0], vec![9.0, 1.0]];
            assert_eq!(sizes(&outline_first(rings.clone())), expected, "{rings:?}");
            assert_eq!(sizes(&by_containment(rings.clone())), expected, "{rings:?}");
        }
    }

    #[test]
    fn a_ring_written_twice_is_not_its_own_hole() {
        let ring = square(0.0, 0.0, 2.0);
        assert_eq!(sizes(&outline_first(vec![ring.clone(), ring.clone()])), [[4.0]]);
        assert_eq!(sizes(&by_containment(vec![ring.clone(), ring])), [[4.0]]);
    }

    #[test]
    fn a_hole_that_reaches_beyond_its_outline_is_a_hole() {
        let rings = vec![square(0.0, 0.0, 4.0), square(3.0, 1.0, 2.0)];
        assert_eq!(sizes(&outline_first(rings)), [[16.0, 4.0]]);
    }

    #[test]
    fn the_turn_of_a_ring_decides_where_it_lies_only_partly_in_another() {
        let (large, small) = (square(0.0, 0.0, 4.0), square(2.0, 2.0, 3.5));
        let by_turn = |large: &AreaRing, small: &AreaRing| {
            sizes(&by_containment(vec![large.clone(), small.clone()]))
        };
        let both = [vec![16.0], vec![12.25]];
        assert_eq!(by_turn(&turned(large.clone()), &turned(small.clone())), both);
        assert_eq!(by_turn(&turned(large), &small), [[16.0, 12.25]]);
    }
}
