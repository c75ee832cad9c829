//! An outline that was drawn on the map: its true area and length on the ellipsoid.
//!
//! Its edges are straight on the map, as they were seen when they were drawn, and not the shortest
//! lines on the ground. Both integrals run along them in the projection, in which a place is linear
//! in the way along an edge.

use std::f64::consts::PI;

use dragonfly_core::mercator::{
    ECCENTRICITY_SQUARED, RADIUS_M, lonlat_from_metres, metres_from_lonlat,
};

const M2_PER_HA: f64 = 10_000.0;
/// Pieces of an edge, each integrated by three points: more than enough for an edge as long as a
/// continent.
const PIECES: u32 = 8;
/// Gauss and Legendre's three points of the interval 0 to 1, and their weights.
const GAUSS: [(f64, f64); 3] = [
    (0.112_701_665_379_258_3, 5.0 / 18.0),
    (0.5, 8.0 / 18.0),
    (0.887_298_334_620_741_7, 5.0 / 18.0),
];

/// Corners in the order they were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    corners: Vec<[f64; 2]>,
    is_done: bool,
}

/// An edge in the projection, radians.
#[derive(Clone, Copy)]
struct OutlineEdge {
    from: [f64; 2],
    to: [f64; 2],
}

impl Outline {
    /// Longitudes and latitudes, degrees. A longitude may pass 180°, where an outline crosses the
    /// date line.
    pub fn corners(&self) -> &[[f64; 2]] {
        &self.corners
    }

    /// Whether it waits for no further corner.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// The same with another corner, unless it lies within `min_deg` of the last: a double click
    /// sets one corner. A done outline makes room for a new one.
    pub fn with_corner(mut self, lon: f64, lat: f64, min_deg: f64) -> Self {
        if self.is_done {
            self = Self::default();
        }
        let near = self
            .corners
            .last()
            .map_or(lon, |[last, _]| lon - 360.0 * ((lon - last) / 360.0).round());
        let is_new = self
            .corners
            .last()
            .is_none_or(|last| (near - last[0]).abs().max((lat - last[1]).abs()) >= min_deg);
        if is_new {
            self.corners.push([near, lat]);
        }
        self
    }

    /// Whether a place is within `reach_deg` of the first corner, so that it closes the outline; of
    /// one that is done, whether it closed it.
    pub fn closes_at(&self, lon: f64, lat: f64, reach_deg: f64) -> bool {
        self.corners.len() > 2
            && self.corners.first().is_some_and(|first| {
                let across = (lon - first[0]) - 360.0 * ((lon - first[0]) / 360.0).round();
                across.abs().max((lat - first[1]).abs()) < reach_deg
            })
    }

    /// The same without its last corner.
    pub fn without_last(mut self) -> Self {
        self.corners.pop();
        self.is_done = false;
        self
    }

    /// The same, done if it encloses anything.
    pub fn done(mut self) -> Self {
        self.is_done = self.corners.len() > 2;
        self
    }

    /// Its area, hectares; nothing, to rounding, with fewer than three corners. By Green's theorem
    /// the sum over the edges of ∫ S(φ) dλ, where S is the area between the equator and the
    /// latitude φ for a radian of longitude: b²/2 · (sin φ / (1 − e² sin²φ) + ln((1 + e sin φ) / (1
    /// − e sin φ)) / 2e), Snyder, Map Projections (1987), equation 3-12.
    pub fn hectares(&self) -> f64 {
        let e = ECCENTRICITY_SQUARED.sqrt();
        let strip = |sin: f64| {
            let log = ((1.0 + e * sin) / (1.0 - e * sin)).ln();
            sin / (1.0 - ECCENTRICITY_SQUARED * sin * sin) + log / (2.0 * e)
        };
        let half_b2 = RADIUS_M * RADIUS_M * (1.0 - ECCENTRICITY_SQUARED) / 2.0;
        let area_m2: f64 = self
            .edges()
            .map(|edge| edge.along()[0] * edge.mean(|sin, _| half_b2 * strip(sin)))
            .sum();
        area_m2.abs() / M2_PER_HA
    }

    /// The length of its edges, metres, the one back to the first corner among them.
    pub fn length_m(&self) -> f64 {
        let ground = |edge: OutlineEdge| {
            let [east, north] = edge.along();
            edge.mean(|sin, cos| {
                let w2 = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
                let across = RADIUS_M * cos / w2.sqrt();
                (across * east).hypot(across * (1.0 - ECCENTRICITY_SQUARED) / w2 * north)
            })
        };
        self.edges().map(ground).sum()
    }

    /// Whether two of its edges cross, so that its area means nothing.
    pub fn crosses_itself(&self) -> bool {
        let edges: Vec<_> = self.edges().collect();
        (0..edges.len())
            .any(|one| (one + 1..edges.len()).any(|other| edges[one].crosses(edges[other])))
    }

    fn edges(&self) -> impl Iterator<Item = OutlineEdge> {
        let projected = |[lon, lat]: [f64; 2]| {
            let (x, y) = metres_from_lonlat(lon, lat);
            [x / RADIUS_M, y / RADIUS_M]
        };
        let next = self.corners.iter().cycle().skip(1);
        self.corners
            .iter()
            .zip(next)
            .map(move |(from, to)| OutlineEdge { from: projected(*from), to: projected(*to) })
    }
}

impl OutlineEdge {
    fn along(self) -> [f64; 2] {
        [self.to[0] - self.from[0], self.to[1] - self.from[1]]
    }

    /// The mean along it of a function of the latitude's sine and cosine.
    fn mean(self, of: impl Fn(f64, f64) -> f64) -> f64 {
        let at = |fraction: f64| {
            let (_, lat) =
                lonlat_from_metres(0.0, RADIUS_M * (self.from[1] + fraction * self.along()[1]));
            let (sin, cos) = (lat * PI / 180.0).sin_cos();
            of(sin, cos)
        };
        let pieces =
            (0..PIECES).flat_map(|piece| GAUSS.map(|(at, weight)| (f64::from(piece) + at, weight)));
        pieces.map(|(place, weight)| weight * at(place / f64::from(PIECES))).sum::<f64>()
            / f64::from(PIECES)
    }

    /// Whether each has its ends on either side of the other; a shared end is no crossing.
    fn crosses(self, other: Self) -> bool {
        let side = |edge: Self, [x, y]: [f64; 2]| {
            let [east, north] = edge.along();
            east * (y - edge.from[1]) - north * (x - edge.from[0])
        };
        side(self, other.from) * side(self, other.to) < 0.0
            && side(other, self.from) * side(other, self.to) < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::mercator::cell_area_ha;

    fn outline(corners: &[[f64; 2]]) -> Outline {
        corners
            .iter()
            .fold(Outline::default(), |outline, [lon, lat]| outline.with_corner(*lon, *lat, 0.0))
    }

    fn rectangle([west, south, east, north]: [f64; 4]) -> Outline {
        outline(&[[west, south], [east, south], [east, north], [west, north]])
    }

    fn assert_near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance * expected, "{value}, not {expected}");
    }

    #[test]
    fn a_degree_at_the_equator_has_the_area_of_its_cells() {
        // cos φ · M · N summed over 200 000 bands, M and N the radii of curvature.
        assert_near(rectangle([0.0, 0.0, 1.0, 1.0]).hectares(), 1_230_846.389_4, 1e-10);
    }

    #[test]
    fn a_third_of_the_world_has_a_third_of_its_area() {
        // WGS 84 has 510 065 621.7 km²; nothing is drawn beyond 85.05°, which hold 0.37 % of it.
        let hectares = rectangle([-60.0, -85.0, 60.0, 85.0]).hectares();
        assert_near(hectares, 510_065_621.7 * 100.0 / 3.0, 0.0045);
    }

    #[test]
    fn a_cell_of_a_tile_has_the_area_that_core_gives_it() {
        // A cell of zoom 12 at 60° N.
        let side = 360.0_f64 / 4096.0 / 256.0;
        let (_, y) = metres_from_lonlat(0.0, 60.0);
        let half = RADIUS_M * side.to_radians() / 2.0;
        let (south, north) =
            (lonlat_from_metres(0.0, y - half).1, lonlat_from_metres(0.0, y + half).1);
        assert_near(
            rectangle([10.0, south, 10.0 + side, north]).hectares(),
            cell_area_ha(12, 60.0),
            1e-6,
        );
    }

    #[test]
    fn edges_have_their_length_on_the_ground() {
        // Degrees of WGS 84: 111.320 km along the equator, 110.574 km north of it, 78.847 km along
        // 45° N.
        assert_near(outline(&[[0.0, 0.0], [1.0, 0.0]]).length_m(), 2.0 * 111_319.49, 1e-6);
        assert_near(outline(&[[0.0, 0.0], [0.0, 1.0]]).length_m(), 2.0 * 110_574.3, 1e-6);
        assert_near(outline(&[[0.0, 45.0], [1.0, 45.0]]).length_m(), 2.0 * 78_846.8, 1e-6);
    }

    #[test]
    fn too_few_corners_enclose_nothing() {
        for corners in [&[][..], &[[5.0, 5.0]], &[[5.0, 5.0], [6.0, 7.0]]] {
            assert!(outline(corners).hectares() < 1e-6);
            assert!(!outline(corners).done().is_done());
        }
    }

    #[test]
    fn an_outline_may_cross_the_date_line() {
        let here = rectangle([-1.0, 10.0, 1.0, 12.0]).hectares();
        let there = outline(&[[179.0, 10.0], [-179.0, 10.0], [-179.0, 12.0], [179.0, 12.0]]);
        assert_near(there.hectares(), here, 1e-12);
        assert_eq!(there.corners()[1], [181.0, 10.0]);
    }

    #[test]
    fn a_double_click_sets_one_corner_and_a_done_outline_makes_room() {
        let two = outline(&[[0.0, 0.0], [1.0, 0.0]]).with_corner(1.0001, 0.0, 0.001);
        assert_eq!(two.corners().len(), 2);
        let done = two.with_corner(1.0, 1.0, 0.001).done();
        assert!(done.is_done());
        assert_eq!(done.clone().without_last().corners().len(), 2);
        assert_eq!(done.with_corner(5.0, 5.0, 0.001).corners(), [[5.0, 5.0]]);
    }

    #[test]
    fn the_first_corner_closes_an_outline_and_no_other_does() {
        let open = outline(&[[179.9, 0.0], [181.0, 0.0], [181.0, 1.0]]);
        assert!(open.closes_at(179.901, 0.001, 0.01) && open.closes_at(-180.1, 0.0, 0.01));
        assert!(!open.closes_at(181.0, 1.0, 0.01) && !open.closes_at(179.9, 0.02, 0.01));
        assert!(open.done().closes_at(179.9, 0.0, 0.01));
        assert!(!outline(&[[0.0, 0.0], [1.0, 0.0]]).closes_at(0.0, 0.0, 0.01));
    }

    #[test]
    fn a_bow_tie_crosses_itself_and_a_square_does_not() {
        assert!(outline(&[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]).crosses_itself());
        assert!(!rectangle([0.0, 0.0, 1.0, 1.0]).crosses_itself());
    }
}
