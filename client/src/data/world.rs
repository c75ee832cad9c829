//! Land, coasts and borders, from a TopoJSON file of the world's countries.

use dragonfly_core::Tile;
use dragonfly_core::mercator::{TILE_SIZE_PX, cell_from_lonlat};

use crate::data::json::{Json, Value};

/// Shapes are drawn this far beyond a tile, so that neither cut nor line end is seen.
const MARGIN_PX: f64 = 8.0;
/// Points closer than this to the one before are left out.
const FINEST_DETAIL_PX: f64 = 0.6;

/// The shapes of the world, projected; 0 to 1 from west to east and from north to south.
#[derive(Debug)]
pub struct World {
    land: Vec<Line>,
    coasts: Vec<Line>,
    borders: Vec<Line>,
}

/// A file that is no map of the world.
#[derive(Debug, thiserror::Error)]
pub enum WorldFormatError {
    /// Not TopoJSON.
    #[error("not readable")]
    Json,
    /// A shape made of a line that is not there.
    #[error("a shape is made of a line that is not there")]
    Arc,
}

/// A point in pixels from a tile's north-west corner.
pub type ScreenPoint = [f64; 2];

/// What of the world is seen in a tile, in pixels from its north-west corner.
#[derive(Debug, Default)]
pub struct TileShapes {
    /// Rings around land; a ring within a ring is water.
    pub land: Vec<Vec<ScreenPoint>>,
    /// Lines where land meets the sea.
    pub coasts: Vec<Vec<ScreenPoint>>,
    /// Lines where countries meet.
    pub borders: Vec<Vec<ScreenPoint>>,
}

#[derive(Debug)]
struct Line {
    points: Vec<[f64; 2]>,
    /// Least x and y, greatest x and y.
    bounds: [f64; 4],
}

struct Topology {
    countries: Vec<ArcRing>,
    land: Vec<ArcRing>,
    arcs: Vec<Vec<[i32; 2]>>,
    transform: Transform,
}

/// Arcs by their places in the file.
type ArcRing = Vec<i32>;

struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

impl World {
    /// Reads a file of the package world-atlas.
    ///
    /// # Errors
    /// When it is no TopoJSON with `countries` and `land`.
    pub fn from_topojson(text: &str) -> Result<Self, WorldFormatError> {
        let topology = Topology::read(text).ok_or(WorldFormatError::Json)?;
        let arcs: Vec<_> =
            topology.arcs.iter().map(|arc| projected(arc, &topology.transform)).collect();
        let mut uses = vec![0u32; arcs.len()];
        for arc in topology.countries.iter().flatten().copied() {
            *uses.get_mut(place_of(arc)).ok_or(WorldFormatError::Arc)? += 1;
        }
        let used = |wanted: fn(u32) -> bool| {
            let chosen = arcs.iter().zip(&uses).filter(|(_, count)| wanted(**count));
            chosen.map(|(arc, _)| Line::new(unwrapped(arc.clone()))).collect()
        };
        let land = topology.land.iter().map(|ring| ring_of(ring, &arcs)).collect::<Option<_>>();
        Ok(Self {
            land: land.ok_or(WorldFormatError::Arc)?,
            coasts: used(|count| count == 1),
            borders: used(|count| count > 1),
        })
    }

    /// What of the world is seen in a tile.
    pub fn in_tile(&self, tile: Tile) -> TileShapes {
        let mut shapes = TileShapes::default();
        // What goes on beyond the antimeridian is seen at the other edge.
        for worlds_east in [-1.0, 0.0, 1.0] {
            let window = Window::of(tile, worlds_east);
            let seen = |lines| window.meeting(lines).flat_map(|line| window.pieces(line));
            shapes.land.extend(window.meeting(&self.land).filter_map(|ring| window.cut_ring(ring)));
            shapes.coasts.extend(seen(&self.coasts));
            shapes.borders.extend(seen(&self.borders));
        }
        shapes
    }
}

impl Topology {
    fn read(text: &str) -> Option<Self> {
        let (mut arcs, mut objects, mut transform) = (Vec::new(), None, None);
        Json::new(text).object(&mut |json, name| match name {
            "arcs" => json.list(&mut |json| arc(json).map(|arc| arcs.push(arc))),
            "objects" => json.value().map(|value| objects = Some(value)),
            "transform" => json.value().map(|value| transform = Some(value)),
            _ => json.value().map(drop),
        })?;
        let (objects, transform) = (objects?, transform?);
        let pair = |name| match transform.field(name)?.list()? {
            [x, y] => Some([x.number()?, y.number()?]),
            _ => None,
        };
        Some(Self {
            countries: rings(objects.field("countries")?)?,
            land: rings(objects.field("land")?)?,
            arcs,
            transform: Transform { scale: pair("scale")?, translate: pair("translate")? },
        })
    }
}

/// Most of the file by far, so it goes by no value in between.
fn arc(json: &mut Json<'_>) -> Option<Vec<[i32; 2]>> {
    let mut steps = Vec::new();
    json.list(&mut |json| {
        let (mut step, mut count) = ([0; 2], 0);
        json.list(&mut |json| {
            *step.get_mut(count)? = json.number()? as i32;
            count += 1;
            Some(())
        })?;
        (count == 2).then(|| steps.push(step))
    })?;
    Some(steps)
}

/// The rings of a collection's shapes: nested once in a polygon, twice in several.
fn rings(collection: &Value) -> Option<Vec<ArcRing>> {
    let mut rings = Vec::new();
    for shape in collection.field("geometries")?.list()? {
        shape.field("arcs").into_iter().for_each(|arcs| collect_rings(arcs, &mut rings));
    }
    Some(rings)
}

/// A list of numbers is a ring; any other list holds rings, or lists of rings.
fn collect_rings(arcs: &Value, rings: &mut Vec<ArcRing>) {
    let parts = arcs.list().unwrap_or_default();
    if matches!(parts.first(), Some(Value::Number(_))) {
        rings.push(parts.iter().filter_map(|arc| Some(arc.number()? as i32)).collect());
    } else {
        parts.iter().for_each(|part| collect_rings(part, rings));
    }
}

impl Line {
    fn new(points: Vec<[f64; 2]>) -> Self {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for [x, y] in &points {
            bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
        }
        Self { points, bounds }
    }
}

/// TopoJSON writes an arc as steps on a grid of whole numbers.
fn projected(arc: &[[i32; 2]], transform: &Transform) -> Vec<[f64; 2]> {
    let mut at = [0i64; 2];
    arc.iter()
        .map(|[dx, dy]| {
            at = [at[0] + i64::from(*dx), at[1] + i64::from(*dy)];
            let degrees = [0, 1]
                .map(|axis| at[axis] as f64 * transform.scale[axis] + transform.translate[axis]);
            let (column, row) = cell_from_lonlat(0, degrees[0], degrees[1]);
            [column / f64::from(TILE_SIZE_PX), row / f64::from(TILE_SIZE_PX)]
        })
        .collect()
}

/// The place of an arc in the file; a negative number means the arc walked backwards.
fn place_of(arc: i32) -> usize {
    (if arc < 0 { !arc } else { arc }) as usize
}

/// A line that crosses the antimeridian jumps from one edge of the map to the other: here it goes
/// on beyond the edge.
fn unwrapped(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    for next in 1..points.len() {
        let jump = points[next][0] - points[next - 1][0];
        points[next][0] -= jump.round();
    }
    points
}

/// A ring around a pole ends a world's width from its start: here it is closed beyond the edge of
/// the map.
fn closed_at_the_pole(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    if let (Some(first), Some(last)) = (points.first().copied(), points.last().copied())
        && (last[0] - first[0]).abs() > 0.5
    {
        let beyond = if first[1] > 0.5 { 1.1 } else { -0.1 };
        points.extend([[last[0], beyond], [first[0], beyond]]);
    }
    points
}

fn ring_of(ring: &[i32], arcs: &[Vec<[f64; 2]>]) -> Option<Line> {
    let mut points = Vec::new();
    for arc in ring {
        let line = arcs.get(place_of(*arc))?;
        // An arc begins where the one before ended.
        let skipped = usize::from(!points.is_empty());
        if *arc < 0 {
            points.extend(line.iter().rev().skip(skipped));
        } else {
            points.extend(line.iter().skip(skipped));
        }
    }
    Some(Line::new(closed_at_the_pole(unwrapped(points))))
}

/// A tile with its margin, as a window into the projected world.
struct Window {
    tile: [f64; 2],
    pixels_per_world: f64,
    least: f64,
    most: f64,
}

impl Window {
    fn of(tile: Tile, worlds_east: f64) -> Self {
        let side = f64::from(TILE_SIZE_PX);
        let tiles_per_world = f64::from(tile.z).exp2();
        Self {
            tile: [f64::from(tile.x) + worlds_east * tiles_per_world, f64::from(tile.y)],
            pixels_per_world: side * tiles_per_world,
            least: -MARGIN_PX,
            most: side + MARGIN_PX,
        }
    }

    fn pixel(&self, point: [f64; 2]) -> ScreenPoint {
        [0, 1].map(|axis| {
            point[axis] * self.pixels_per_world - self.tile[axis] * f64::from(TILE_SIZE_PX)
        })
    }

    fn meets(&self, line: &Line) -> bool {
        let [left, top] = self.pixel([line.bounds[0], line.bounds[1]]);
        let [right, bottom] = self.pixel([line.bounds[2], line.bounds[3]]);
        left <= self.most && top <= self.most && right >= self.least && bottom >= self.least
    }

    fn meeting<'a>(&self, lines: &'a [Line]) -> impl Iterator<Item = &'a Line> {
        lines.iter().filter(|line| self.meets(line))
    }

    /// Pixels of a line, without detail too fine to see.
    fn thinned(&self, line: &Line) -> Vec<ScreenPoint> {
        let mut kept: Vec<ScreenPoint> = Vec::new();
        let last = line.points.len().saturating_sub(1);
        for (index, point) in line.points.iter().enumerate() {
            let pixel = self.pixel(*point);
            let is_far = kept.last().is_none_or(|before| {
                (pixel[0] - before[0]).abs() + (pixel[1] - before[1]).abs() >= FINEST_DETAIL_PX
            });
            if is_far || index == last {
                kept.push(pixel);
            }
        }
        kept
    }

    /// The pieces of a line within the window; their ends may lie outside.
    fn pieces(&self, line: &Line) -> Vec<Vec<ScreenPoint>> {
        let mut pieces: Vec<Vec<ScreenPoint>> = Vec::new();
        let mut continues = false;
        for pair in self.thinned(line).windows(2) {
            let [from, to] = [pair[0], pair[1]];
            let misses = [0, 1].into_iter().any(|axis| {
                from[axis].max(to[axis]) < self.least || from[axis].min(to[axis]) > self.most
            });
            if misses {
                continues = false;
                continue;
            }
            match pieces.last_mut().filter(|_| continues) {
                Some(piece) => piece.push(to),
                None => pieces.push(vec![from, to]),
            }
            continues = true;
        }
        pieces
    }

    /// A ring cut to the window (Sutherland & Hodgman 1974); `None` when nothing is left.
    fn cut_ring(&self, ring: &Line) -> Option<Vec<ScreenPoint>> {
        let mut points = self.thinned(ring);
        for axis in [0, 1] {
            points = cut(&points, axis, |value| value >= self.least, self.least);
            points = cut(&points, axis, |value| value <= self.most, self.most);
        }
        (points.len() >= 3).then_some(points)
    }
}

fn cut(
    points: &[ScreenPoint],
    axis: usize,
    is_inside: impl Fn(f64) -> bool,
    edge: f64,
) -> Vec<ScreenPoint> {
    let mut kept = Vec::with_capacity(points.len());
    let Some(mut before) = points.last().copied() else {
        return kept;
    };
    for &point in points {
        if is_inside(before[axis]) != is_inside(point[axis]) {
            let fraction = (edge - before[axis]) / (point[axis] - before[axis]);
            let other = 1 - axis;
            let mut crossing = [edge; 2];
            crossing[other] = before[other] + fraction * (point[other] - before[other]);
            kept.push(crossing);
        }
        if is_inside(point[axis]) {
            kept.push(point);
        }
        before = point;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two square countries side by side: west of 10° E and east of it, from the equator to 20° N.
    const TWO_COUNTRIES: &str = r#"{"type":"Topology","objects":{
        "countries":{"type":"GeometryCollection","geometries":[
            {"type":"Polygon","arcs":[[0,1]]},{"type":"MultiPolygon","arcs":[[[2,1]]]}]},
        "land":{"type":"GeometryCollection","geometries":[{"type":"Polygon","arcs":[[0,-3]]}]}},
        "transform":{"scale":[10,20],"translate":[0,0]},
        "arcs":[[[1,1],[-1,0],[0,-1],[1,0]],[[1,0],[0,1]],[[1,1],[1,0],[0,-1],[-1,0]]]}"#;

    fn world() -> World {
        World::from_topojson(TWO_COUNTRIES).unwrap()
    }

    #[test]
    fn a_shared_line_is_a_border_and_the_others_are_coast() {
        let world = world();
        assert_eq!((world.land.len(), world.coasts.len(), world.borders.len()), (1, 2, 1));
    }

    #[test]
    fn land_is_cut_to_the_tile_and_its_margin() {
        let world = world();
        let shapes = world.in_tile(Tile { z: 6, x: 33, y: 30 });
        let inside =
            |[x, y]: &ScreenPoint| (-8.0..=264.0).contains(x) && (-8.0..=264.0).contains(y);
        assert_eq!(shapes.land.len(), 1);
        assert!(shapes.land[0].iter().all(inside), "{shapes:?}");
        let ocean = world.in_tile(Tile { z: 6, x: 5, y: 30 });
        assert!(ocean.land.is_empty() && ocean.coasts.is_empty() && ocean.borders.is_empty());
    }

    #[test]
    fn a_tile_in_the_midst_of_land_is_all_land() {
        let shapes = world().in_tile(Tile { z: 8, x: 131, y: 123 });
        let mut corners = shapes.land[0].clone();
        corners.sort_by(|one, other| one.partial_cmp(other).unwrap());
        assert_eq!(corners, [[-8.0, -8.0], [-8.0, 264.0], [264.0, -8.0], [264.0, 264.0]]);
        assert!(shapes.coasts.is_empty() && shapes.borders.is_empty());
    }

    #[test]
    fn a_line_across_the_antimeridian_does_not_cross_the_map() {
        let points = unwrapped(vec![[0.99, 0.3], [0.01, 0.3], [0.02, 0.4], [0.98, 0.4]]);
        let expected = [[0.99, 0.3], [1.01, 0.3], [1.02, 0.4], [0.98, 0.4]];
        let is_close = |(one, other): (&[f64; 2], &[f64; 2])| {
            (one[0] - other[0]).abs() < 1e-9 && one[1] == other[1]
        };
        assert!(points.iter().zip(&expected).all(is_close), "{points:?}");
    }

    #[test]
    fn a_ring_around_a_pole_is_closed_beyond_the_map() {
        let ring =
            closed_at_the_pole(unwrapped(vec![[0.0, 0.9], [0.4, 0.9], [0.8, 0.9], [0.0, 0.9]]));
        assert_eq!(ring[4..], [[1.0, 1.1], [0.0, 1.1]]);
    }

    #[test]
    fn what_is_no_world_is_an_error() {
        assert!(matches!(World::from_topojson("{}"), Err(WorldFormatError::Json)));
        let dangling = TWO_COUNTRIES.replace("[[0,-3]]", "[[0,-9]]");
        assert!(matches!(World::from_topojson(&dangling), Err(WorldFormatError::Arc)));
    }
}
