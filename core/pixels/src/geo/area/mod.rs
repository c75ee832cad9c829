//! Areas that people draw or publish: polygons, and which cells they hold.

mod geojson_text;
mod longitudes;
mod rings;

use std::ops::Range;

use crate::geo::grid::Grid;

pub use longitudes::box_within_one_turn;
use longitudes::{in_one_copy, lie_in_degrees, look_swapped, within_one_turn};
pub use rings::{AreaRing, by_containment, doubled_area};
use rings::{crossings, outline_first};

/// One or more polygons in degrees, perhaps with holes. Straight edges in longitude and latitude.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Each polygon's outline, followed by its holes; longitudes within ±180.
    polygons: Vec<Vec<AreaRing>>,
    bbox: [f64; 4],
}

/// An area in another projection: which cells of that projection's own grids it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectedArea {
    polygons: Vec<Vec<AreaRing>>,
    bounds_m: [f64; 4],
}

/// Longer edges are parted before they are projected: one of a hundredth of a degree bends by 2 cm
/// in UTM at 38°.
const STRAIGHT_DEGREES: f64 = 0.01;

/// Text that describes no area. The message completes a sentence that names the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreaError {
    /// Not GeoJSON.
    #[error("is damaged or cut off, not sound GeoJSON ({0}); export it again")]
    NotGeoJson(String),
    /// Points or lines at most.
    #[error("holds no polygon; export the area as polygons")]
    NoPolygon,
    /// Corners that no place on earth has, such as metres of a projection.
    #[error(
        "has a corner at {0}, which are no degrees; export it in longitude and latitude \
        (EPSG:4326)"
    )]
    NotDegrees(String),
    /// Corners whose latitude comes first.
    #[error(
        "has a corner at {0}: latitude and longitude look swapped: write the longitude before the \
        latitude"
    )]
    Swapped(String),
    /// Whole numbers with the fractions beside them.
    #[error(
        "has a corner of four whole numbers, {0}: degrees look written with decimal commas; export \
        it with decimal points"
    )]
    DecimalCommas(String),
    /// Not KML.
    #[error("is damaged or cut off, not sound KML ({0}); export it again")]
    NotKml(String),
    /// KML that only names another file.
    #[error(
        "holds no polygon but a link to another file (NetworkLink); open it in Google Earth and \
        save the place that it shows"
    )]
    OnlyLink,
}

impl AreaError {
    /// Whether a file in another format may be the cause.
    pub fn is_of_format(&self) -> bool {
        matches!(self, Self::NotGeoJson(_) | Self::NotKml(_) | Self::NoPolygon)
    }
}

/// A number as it may stand in a message, however large it is.
fn shown_number(number: f64) -> String {
    if number.abs() < 1e12 { number.to_string() } else { format!("{number:e}") }
}

impl Area {
    /// The polygons of GeoJSON: of a geometry, feature or collection, or of several of them that
    /// follow each other by lines or as a sequence (RFC 8142). Points and lines beside them are
    /// left out.
    ///
    /// # Errors
    /// When the text is no GeoJSON, holds no polygon, or its corners are not in degrees.
    pub fn from_geojson(text: &str) -> Result<Self, AreaError> {
        Self::from_polygons(geojson_text::polygons(text)?)
    }

    /// An area of polygons in degrees, each ring as it is: the first ring of a polygon is its
    /// outline, and the others are its holes, whichever way they turn. Longitudes beyond ±180 are
    /// brought back by whole turns, and a polygon across the antimeridian is cut there.
    ///
    /// # Errors
    /// When there is no polygon, or corners are not in degrees.
    pub fn from_polygons(polygons: Vec<Vec<AreaRing>>) -> Result<Self, AreaError> {
        let corners = || polygons.iter().flatten().flatten();
        if let Some((x, y)) = corners().find(|corner| !lie_in_degrees(**corner)) {
            let corner = format!("{}, {}", shown_number(*x), shown_number(*y));
            return Err(match look_swapped(corners()) {
                true => AreaError::Swapped(corner),
                false => AreaError::NotDegrees(corner),
            });
        }
        let grouped = polygons.into_iter().map(in_one_copy).flat_map(outline_first);
        let polygons: Vec<Vec<AreaRing>> = grouped.flat_map(within_one_turn).collect();
        let bbox = bounds(&polygons);
        if polygons.is_empty() { Err(AreaError::NoPolygon) } else { Ok(Self { polygons, bbox }) }
    }

    /// Corners of all rings.
    pub fn corner_count(&self) -> usize {
        self.polygons.iter().flatten().map(Vec::len).sum()
    }

    /// West, south, east, north in degrees.
    pub fn bbox(&self) -> [f64; 4] {
        self.bbox
    }

    /// Whether the area is all of its box: one rectangle along meridians and parallels.
    pub fn is_box(&self) -> bool {
        let [west, south, east, north] = self.bbox;
        let [polygon] = &self.polygons[..] else { return false };
        let [ring] = &polygon[..] else { return false };
        let mut corners = ring.clone();
        // GeoJSON repeats the first corner at the end.
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        let along_an_axis = |index: usize| {
            let (here, next) = (corners[index], corners[(index + 1) % corners.len()]);
            (here.0 == next.0) != (here.1 == next.1)
        };
        let is_corner = |(lon, lat): &(f64, f64)| {
            (*lon == west || *lon == east) && (*lat == south || *lat == north)
        };
        corners.len() == 4 && corners.iter().all(is_corner) && (0..4).all(along_an_axis)
    }

    /// The polygons as one GeoJSON MultiPolygon; nothing else that was in the text.
    pub fn to_geojson(&self) -> String {
        let ring = |ring: &AreaRing| {
            let end = ring.first().filter(|first| ring.last() != Some(first));
            let corners: Vec<String> =
                ring.iter().chain(end).map(|(lon, lat)| format!("[{lon:?},{lat:?}]")).collect();
            format!("[{}]", corners.join(","))
        };
        let polygon = |rings: &Vec<AreaRing>| {
            format!("[{}]", rings.iter().map(ring).collect::<Vec<_>>().join(","))
        };
        let polygons: Vec<String> = self.polygons.iter().map(polygon).collect();
        format!("{{\"type\":\"MultiPolygon\",\"coordinates\":[{}]}}", polygons.join(","))
    }

    /// Longitudes and latitudes along all rings, at most so many metres apart.
    pub fn edge_points(&self, max_gap_m: f64) -> Vec<(f64, f64)> {
        const METRES_PER_DEGREE: f64 = 111_195.0;
        let mut points = Vec::new();
        for ring in self.polygons.iter().flatten() {
            for (here, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                let (lon, lat) = (next.0 - here.0, next.1 - here.1);
                let length_m = (lon * lon + lat * lat).sqrt() * METRES_PER_DEGREE;
                let steps = (length_m / max_gap_m.max(1.0)).ceil().max(1.0) as u32;
                points.extend((0..steps).map(|step| {
                    let share = f64::from(step) / f64::from(steps);
                    (here.0 + lon * share, here.1 + lat * share)
                }));
            }
        }
        points
    }

    /// For every column of a grid's row, whether the centre of the cell lies in the area.
    pub fn cells_of_row(&self, grid: &Grid, row: u32) -> Vec<bool> {
        let (west, lat) = grid.lonlat_from_grid(0.5, f64::from(row) + 0.5);
        let cells_per_degree = f64::from(grid.width())
            / (grid.lonlat_from_grid(f64::from(grid.width()), 0.0).0
                - grid.lonlat_from_grid(0.0, 0.0).0);
        centres_inside(&self.polygons, (west, lat), cells_per_degree, grid.width())
    }

    /// The area in another projection, into which `project` brings a longitude and latitude,
    /// degrees. Its edges bend as that projection bends them. `None` when a place of the area has
    /// no coordinates there.
    pub fn projected(
        &self,
        project: impl Fn(f64, f64) -> Option<(f64, f64)>,
    ) -> Option<ProjectedArea> {
        let ring = |ring: &AreaRing| -> Option<AreaRing> {
            let edges = ring.iter().zip(ring.iter().cycle().skip(1));
            edges
                .flat_map(|(here, next)| parted(*here, *next))
                .map(|(lon, lat)| project(lon, lat))
                .collect()
        };
        let rings =
            |rings: &Vec<AreaRing>| rings.iter().map(ring).collect::<Option<Vec<AreaRing>>>();
        let polygons = self.polygons.iter().map(rings).collect::<Option<Vec<_>>>()?;
        Some(ProjectedArea { bounds_m: bounds(&polygons), polygons })
    }
}

impl ProjectedArea {
    /// Least east, least north, most east and most north, in the projection's metres.
    pub fn bounds_m(&self) -> [f64; 4] {
        self.bounds_m
    }

    /// For each of `count` cells that follow each other eastwards, whether its centre lies in the
    /// area. `first_m` is the first one's centre, `cell_m` the side of a cell.
    pub fn cells_of_row(&self, first_m: (f64, f64), cell_m: f64, count: u32) -> Vec<bool> {
        centres_inside(&self.polygons, first_m, 1.0 / cell_m, count)
    }
}

/// Whether points that follow each other eastwards from the first, so many to a unit of length, lie
/// in polygons: in the outline of one and in none of its holes.
fn centres_inside(
    polygons: &[Vec<AreaRing>],
    (first, y): (f64, f64),
    per_unit: f64,
    count: u32,
) -> Vec<bool> {
    let place = |x: f64| ((x - first) * per_unit).ceil().clamp(0.0, f64::from(count)) as usize;
    let mut inside = vec![false; count as usize];
    for rings in polygons {
        let spans = |ring: &AreaRing| -> Vec<Range<usize>> {
            let crossings = crossings(ring, y);
            crossings.chunks_exact(2).map(|pair| place(pair[0])..place(pair[1])).collect()
        };
        let [outline, holes @ ..] = &rings[..] else { continue };
        let mut holes: Vec<Range<usize>> = holes.iter().flat_map(spans).collect();
        holes.sort_unstable_by_key(|hole| (hole.start, hole.end));
        for Range { mut start, end } in spans(outline) {
            for hole in holes.iter().filter(|hole| hole.start < end) {
                if hole.start > start {
                    inside[start..hole.start].fill(true);
                }
                start = start.max(hole.end);
            }
            if start < end {
                inside[start..end].fill(true);
            }
        }
    }
    inside
}

/// An edge without its end, in pieces short enough to be straight in any projection.
fn parted(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    let (east, north) = (to.0 - from.0, to.1 - from.1);
    let pieces = (east.abs().max(north.abs()) / STRAIGHT_DEGREES).ceil().max(1.0) as u32;
    (0..pieces).map(move |piece| {
        let along = f64::from(piece) / f64::from(pieces);
        (from.0 + along * east, from.1 + along * north)
    })
}

/// Least and most of both coordinates: west, south, east, north.
fn bounds(polygons: &[Vec<AreaRing>]) -> [f64; 4] {
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    polygons.iter().flatten().flatten().fold(nothing, |[west, south, east, north], (x, y)| {
        [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const RING: &str = "[[10.2,40.2],[10.8,40.2],[10.8,40.8],[10.2,40.8],[10.2,40.2]]";
    const HOLE: &str = "[[10.4,40.4],[10.6,40.4],[10.6,40.6],[10.4,40.6],[10.4,40.4]]";

    fn share_inside(geojson: &str) -> f64 {
        let area = Area::from_geojson(geojson).unwrap();
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 10);
        let inside = |row: u32| {
            let cells = area.cells_of_row(&grid, row);
            grid.inside_columns().filter(|column| cells[*column as usize]).count() as f64
                * grid.cell_area_ha(row)
        };
        let all = |row: u32| grid.inside_columns().len() as f64 * grid.cell_area_ha(row);
        grid.inside_rows().map(inside).sum::<f64>() / grid.inside_rows().map(all).sum::<f64>()
    }

    fn check(geojson: &str, expected: f64) {
        let share = share_inside(geojson);
        assert!(
            (share - expected).abs() < 0.005,
            "{share} of the square degree, not {expected}: {geojson}"
        );
    }

    #[test]
    fn polygons_hold_their_ground_and_not_their_holes() {
        check(&format!(r#"{{"type":"Polygon","coordinates":[{RING}]}}"#), 0.36);
        check(&format!(r#"{{"type":"Polygon","coordinates":[{RING},{HOLE}]}}"#), 0.32);
        check(r#"{"type":"Polygon","coordinates":[[[10,40],[11,40],[10,41],[10,40]]]}"#, 0.5);
    }

    #[test]
    fn a_rectangle_along_the_axes_is_a_box_and_nothing_else_is() {
        let is_box = |rings: &str| {
            Area::from_geojson(&format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#))
                .unwrap()
                .is_box()
        };
        assert!(is_box(RING));
        assert!(!is_box(&format!("{RING},{HOLE}")));
        assert!(!is_box("[[10,40],[11,40],[10,41],[10,40]]"));
        assert!(!is_box("[[10,40],[11,41],[11,40],[10,41],[10,40]]"));
        assert!(!is_box("[[10,40],[10.5,40],[11,40],[11,41],[10,41],[10,40]]"));
    }

    #[test]
    fn overlapping_polygons_count_once() {
        check(&format!(r#"{{"type":"MultiPolygon","coordinates":[[{RING}],[{HOLE}]]}}"#), 0.36);
    }

    #[test]
    fn features_and_collections_are_read_through() {
        let polygon = format!(r#"{{"type":"Polygon","coordinates":[{RING}]}}"#);
        let feature = format!(r#"{{"type":"Feature","properties":{{}},"geometry":{polygon}}}"#);
        let point = r#"{"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[1,2]}}"#;
        check(&feature, 0.36);
        check(&format!(r#"{{"type":"FeatureCollection","features":[{point},{feature}]}}"#), 0.36);
        check(&format!(r#"{{"type":"GeometryCollection","geometries":[{polygon}]}}"#), 0.36);
        assert_eq!(Area::from_geojson(&feature).unwrap().bbox(), [10.2, 40.2, 10.8, 40.8]);
    }

    #[test]
    fn an_area_written_is_the_area_read() {
        let polygon = format!(r#"{{"type":"Polygon","coordinates":[{RING},{HOLE}]}}"#);
        let feature =
            format!(r#"{{"type":"Feature","properties":{{"name":"<b>"}},"geometry":{polygon}}}"#);
        let area = Area::from_geojson(&feature).unwrap();
        assert_eq!(
            area.to_geojson(),
            format!(r#"{{"type":"MultiPolygon","coordinates":[[{RING},{HOLE}]]}}"#)
        );
        assert_eq!(Area::from_geojson(&area.to_geojson()).unwrap(), area);
        // An open ring is closed.
        let open =
            Area::from_geojson(r#"{"type":"Polygon","coordinates":[[[1.5,2],[3,2],[3,4e-9]]]}"#)
                .unwrap();
        let closed = "[[[[1.5,2.0],[3.0,2.0],[3.0,4e-9],[1.5,2.0]]]]";
        assert_eq!(
            open.to_geojson(),
            format!(r#"{{"type":"MultiPolygon","coordinates":{closed}}}"#)
        );
    }

    #[test]
    fn a_projected_area_bends_with_its_projection() {
        // A projection that raises the middle of a long edge by a tenth of a degree.
        let raised = |lon: f64, lat: f64| Some((lon, lat + 0.4 * (lon - 10.0) * (11.0 - lon)));
        let area = Area::from_geojson(
            r#"{"type":"Polygon","coordinates":[[[10,40],[11,40],[11,41],[10,41]]]}"#,
        );
        let bent = area.unwrap().projected(raised).unwrap();
        let [west, south, east, north] = bent.bounds_m();
        assert!(
            [west, south, east] == [10.0, 40.0, 11.0] && (north - 41.1).abs() < 1e-9,
            "{north}"
        );
        // Cells of a tenth along two parallels: the lower one cuts off the middle, the upper one
        // the ends.
        let inside = |y: f64| {
            bent.cells_of_row((10.05, y), 0.1, 10)
                .iter()
                .map(|cell| u8::from(*cell))
                .collect::<Vec<_>>()
        };
        assert_eq!(inside(40.05), [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(inside(41.05), [0, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn an_area_that_a_projection_does_not_know_is_not_projected() {
        let area =
            Area::from_geojson(&format!(r#"{{"type":"Polygon","coordinates":[{RING}]}}"#)).unwrap();
        assert_eq!(area.projected(|lon, lat| (lon < 10.7).then_some((lon, lat))), None);
    }

    fn check_error(text: &str, part: &str) {
        let message = Area::from_geojson(text).unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    }

    #[test]
    fn what_is_no_area_is_told() {
        check_error("<kml>", "not sound GeoJSON");
        check_error(r#"{"type":"Point","coordinates":[1,2]}"#, "no polygon");
        check_error(r#"{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}"#, "no polygon");
        check_error(
            r#"{"type":"Polygon","coordinates":[[[500000,4e6],[510000,4e6],[510000,4.1e6]]]}"#,
            "500000, 4000000",
        );
    }
}
