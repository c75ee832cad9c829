//! Land, coasts and borders, in parts of the world that load as they come into view.
//!
//! `client/land.mjs` cuts them; each is a web map tile.

use dragonfly_core::Tile;
use dragonfly_core::mercator::TILE_SIZE_PX;

use crate::data::json::Json;

/// Shapes are drawn this far beyond a tile, so that neither cut nor line end is seen.
const MARGIN_PX: f64 = 8.0;
/// Points closer than this to the one before are left out.
const FINEST_DETAIL_PX: f64 = 0.6;
/// The zooms of the parts, finest first, and the zoom of the map from which on each is drawn.
const LEVELS: [(u8, u8); 3] = [(5, 7), (3, 4), (0, 0)];

/// The shapes of a part of the world.
#[derive(Debug)]
pub struct WorldPart {
    tile: Tile,
    /// Units of the shapes from one side of the part to the other.
    units: f64,
    land: Vec<Line>,
    coasts: Vec<Line>,
    borders: Vec<Line>,
}

/// A file that is no part of a map of the world.
#[derive(Debug, thiserror::Error)]
#[error("not readable")]
pub struct WorldFormatError;

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

/// A line in units from the part's north-west corner.
#[derive(Debug, Default)]
struct Line {
    points: Vec<[f64; 2]>,
}

/// The parts that hold a tile: the one whose outlines are as fine as its pixels, then coarser ones.
pub fn parts_of(tile: Tile) -> impl Iterator<Item = Tile> {
    let levels = LEVELS.iter().filter(move |(_, from)| tile.z >= *from);
    levels.map(move |(z, _)| {
        let finer = tile.z - z;
        Tile { z: *z, x: tile.x >> finer, y: tile.y >> finer }
    })
}

/// Where a part is.
pub fn part_url(Tile { z, x, y }: Tile) -> String {
    format!("/world/{z}-{x}-{y}.json")
}

impl WorldPart {
    /// Reads the file of a part.
    ///
    /// # Errors
    /// When it holds no lines of whole steps.
    pub fn from_json(tile: Tile, text: &str) -> Result<Self, WorldFormatError> {
        let mut units = None;
        let [mut land, mut coasts, mut borders] = [(); 3].map(|()| Vec::new());
        let read = Json::new(text).object(&mut |json, name| match name {
            "units" => json.number().map(|number| units = Some(number)),
            "land" => json.list(&mut |json| line(json).map(|line| land.push(line))),
            "coasts" => json.list(&mut |json| line(json).map(|line| coasts.push(line))),
            "borders" => json.list(&mut |json| line(json).map(|line| borders.push(line))),
            _ => json.value().map(drop),
        });
        let units = read.and(units).filter(|units| *units > 0.0).ok_or(WorldFormatError)?;
        Ok(Self { tile, units, land, coasts, borders })
    }

    /// What of the part is seen in a tile.
    pub fn in_tile(&self, tile: Tile) -> TileShapes {
        let window = Window::of(tile, self);
        let pieces =
            |lines: &[Line]| lines.iter().flat_map(|line| window.pieces(line)).collect::<Vec<_>>();
        TileShapes {
            land: self.land.iter().filter_map(|ring| window.cut_ring(ring)).collect(),
            coasts: pieces(&self.coasts),
            borders: pieces(&self.borders),
        }
    }
}

/// A line is written as steps of whole units: x, y, x, y.
fn line(json: &mut Json<'_>) -> Option<Line> {
    let mut line = Line::default();
    let (mut at, mut step_x) = ([0.0; 2], None);
    json.list(&mut |json| {
        let step = json.number()?;
        match step_x.take() {
            None => step_x = Some(step),
            Some(step_x) => {
                at = [at[0] + step_x, at[1] + step];
                line.points.push(at);
            }
        }
        Some(())
    })?;
    step_x.is_none().then_some(line)
}

/// A tile with its margin, as a window into a part.
struct Window {
    /// The tile's north-west corner, pixels from that of the part.
    corner_px: [f64; 2],
    pixels_per_unit: f64,
    least: f64,
    most: f64,
}

impl Window {
    fn of(tile: Tile, part: &WorldPart) -> Self {
        let side = f64::from(TILE_SIZE_PX);
        let tiles_per_part = f64::from(tile.z - part.tile.z).exp2();
        let corner =
            |tile: u32, part: u32| (f64::from(tile) - f64::from(part) * tiles_per_part) * side;
        Self {
            corner_px: [corner(tile.x, part.tile.x), corner(tile.y, part.tile.y)],
            pixels_per_unit: side * tiles_per_part / part.units,
            least: -MARGIN_PX,
            most: side + MARGIN_PX,
        }
    }

    fn pixel(&self, point: [f64; 2]) -> ScreenPoint {
        [0, 1].map(|axis| point[axis] * self.pixels_per_unit - self.corner_px[axis])
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

    /// Land in the south-eastern quarter but for a lake, a coast along its western side, and a border
    /// from north to south.
    const PART: &str = r#"{"units":8,"land":[[4,4,5,0,0,5,-5,0],[6,6,1,0,0,1,-1,0]],
        "coasts":[[4,9,0,-5]],"borders":[[6,4,0,5]],"later":{}}"#;
    const WHERE: Tile = Tile { z: 5, x: 0, y: 0 };

    fn part() -> WorldPart {
        WorldPart::from_json(WHERE, PART).unwrap()
    }

    #[test]
    fn a_tile_is_drawn_from_the_part_that_is_as_fine_as_its_pixels() {
        let parts = |z, x, y| parts_of(Tile { z, x, y }).map(part_url).collect::<Vec<_>>();
        assert_eq!(parts(3, 7, 2), ["/world/0-0-0.json"]);
        assert_eq!(parts(4, 9, 4), ["/world/3-4-2.json", "/world/0-0-0.json"]);
        // Helsinki.
        let helsinki = ["/world/5-18-9.json", "/world/3-4-2.json", "/world/0-0-0.json"];
        assert_eq!(parts(10, 582, 296), helsinki);
    }

    #[test]
    fn land_is_cut_to_the_tile_and_its_margin() {
        let shapes = part().in_tile(Tile { z: 7, x: 1, y: 1 });
        let inside =
            |[x, y]: &ScreenPoint| (-8.0..=264.0).contains(x) && (-8.0..=264.0).contains(y);
        // The corner of the land is that of the next tile: what is seen of it is the margin.
        assert_eq!((shapes.land.len(), shapes.coasts.len()), (1, 1));
        assert!(shapes.land[0].iter().all(inside), "{shapes:?}");
        let ocean = part().in_tile(Tile { z: 7, x: 0, y: 0 });
        assert!(ocean.land.is_empty() && ocean.coasts.is_empty() && ocean.borders.is_empty());
    }

    #[test]
    fn a_tile_in_the_midst_of_land_is_all_land() {
        let shapes = part().in_tile(Tile { z: 10, x: 17, y: 17 });
        let mut corners = shapes.land[0].clone();
        corners.sort_by(|one, other| one.partial_cmp(other).unwrap());
        assert_eq!(corners, [[-8.0, -8.0], [-8.0, 264.0], [264.0, -8.0], [264.0, 264.0]]);
        assert!(shapes.coasts.is_empty() && shapes.borders.is_empty());
    }

    #[test]
    fn a_lake_is_a_ring_within_a_ring() {
        assert_eq!(part().in_tile(Tile { z: 10, x: 26, y: 26 }).land.len(), 2);
    }

    #[test]
    fn what_is_no_part_is_an_error() {
        let cut = &PART[..PART.len() - 4];
        for text in ["{}", "[]", r#"{"units":0}"#, r#"{"units":8,"land":[[1,2,3]]}"#, cut] {
            assert!(WorldPart::from_json(WHERE, text).is_err(), "{text}");
        }
        let sea = WorldPart::from_json(WHERE, r#"{"units":8}"#).unwrap();
        assert!(sea.in_tile(Tile { z: 7, x: 1, y: 1 }).land.is_empty());
    }
}
