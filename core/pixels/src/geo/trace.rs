//! From cells to outlines: connected pieces of one class, and the rings around them.
//!
//! Cells that share a side belong together (4-connectivity); where two pieces of a class touch only
//! at a corner they stay two. Rings run along the sides of cells, the piece on their left:
//! counterclockwise around it, clockwise around its holes, as RFC 7946 requires them. No ring meets
//! itself.

use std::ops::Range;

/// The class of cells that belong to no piece.
pub const NO_CLASS: u8 = 0;

/// Cells of classes, row by row from the north.
#[derive(Clone, Copy, Debug)]
pub struct ClassCells<'a> {
    /// Columns.
    pub width: usize,
    /// One class per cell; [`NO_CLASS`] for none.
    pub classes: &'a [u8],
}

/// Rings around the pieces of a raster.
#[derive(Clone, Debug, Default)]
pub struct Traced {
    /// Columns of corners of cells: one more than columns of cells.
    pub corners_across: usize,
    /// Corners of all rings, one after the other: row × `corners_across` + column.
    pub corners: Vec<u32>,
    /// Each piece's rings, those of one piece together, the outer one first.
    pub rings: Vec<ClassRing>,
    /// What lies within them.
    pub pieces: Vec<ClassPiece>,
}

/// One ring; its last corner joins its first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassRing {
    /// The piece that it bounds.
    pub piece: usize,
    /// Its corners' places in [`Traced::corners`].
    pub corners: Range<usize>,
}

/// Connected cells of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassPiece {
    /// Its class.
    pub class: u8,
    /// Area of its cells.
    pub hectares: f64,
}

/// More corners than a file of polygons can sensibly hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the outlines have more than {MAX_CORNERS} corners; choose a smaller area, or take the \
    classes as a GeoTIFF"
)]
pub struct TooManyVerticesError;

/// About one per cell of the largest map, where half as many are usual; 400 MB of GeoJSON.
const MAX_CORNERS: usize = 16_000_000;

/// Traces all pieces. `row_area_ha` is the area of a cell of each row.
///
/// # Errors
/// When there are millions of corners.
pub fn trace(
    cells: ClassCells,
    row_area_ha: impl Fn(usize) -> f64,
) -> Result<Traced, TooManyVerticesError> {
    let labels = RegionLabels::of(cells);
    let mut pieces: Vec<Option<ClassPiece>> = vec![None; labels.count];
    for (row, line) in labels.labels.chunks(cells.width.max(1)).enumerate() {
        let area_ha = row_area_ha(row);
        for (column, label) in line.iter().enumerate().filter(|(_, label)| **label != NO_LABEL) {
            let class = cells.classes[row * cells.width + column];
            let piece =
                pieces[*label as usize - 1].get_or_insert(ClassPiece { class, hectares: 0.0 });
            piece.hectares += area_ha;
        }
    }

    let mut traced = Traced { corners_across: cells.width + 1, ..Traced::default() };
    let mut walked = vec![false; labels.labels.len()];
    for start in 0..labels.labels.len() {
        let label = labels.labels[start];
        let (column, row) = ((start % cells.width) as i64, (start / cells.width) as i64);
        if label == NO_LABEL || walked[start] || labels.at(column, row - 1) == label {
            continue;
        }
        let first = traced.corners.len();
        labels.walk((column, row), &mut walked, |corner| traced.corners.push(corner));
        if traced.corners.len() > MAX_CORNERS {
            return Err(TooManyVerticesError);
        }
        traced
            .rings
            .push(ClassRing { piece: label as usize - 1, corners: first..traced.corners.len() });
    }
    // A piece's first cell from the north lies at its outer ring, which was therefore found first.
    traced.rings.sort_unstable_by_key(|ring| (ring.piece, ring.corners.start));
    traced.pieces = pieces.into_iter().flatten().collect();
    Ok(traced)
}

/// The label of cells in no piece.
const NO_LABEL: u32 = 0;

/// For every cell the number of its piece, from 1 on, in the order of their first cells.
struct RegionLabels {
    width: usize,
    height: usize,
    labels: Vec<u32>,
    count: usize,
}

impl RegionLabels {
    fn of(cells: ClassCells) -> Self {
        let width = cells.width;
        let mut labels = vec![NO_LABEL; cells.classes.len()];
        // The label that each label was found to be the same as; a lower one, or itself.
        let mut same_as: Vec<u32> = vec![NO_LABEL];
        for (at, class) in cells.classes.iter().enumerate().filter(|(_, class)| **class != NO_CLASS)
        {
            let left = (at % width > 0 && cells.classes[at - 1] == *class).then(|| labels[at - 1]);
            let above =
                (at >= width && cells.classes[at - width] == *class).then(|| labels[at - width]);
            labels[at] = match (left, above) {
                (Some(left), Some(above)) => join(&mut same_as, left, above),
                (Some(label), None) | (None, Some(label)) => label,
                (None, None) => {
                    same_as.push(same_as.len() as u32);
                    same_as.len() as u32 - 1
                }
            };
        }
        // Lower labels come first, so each one's root is already numbered when it is met.
        let mut numbers = vec![NO_LABEL; same_as.len()];
        let mut count = 0;
        for label in 1..same_as.len() {
            let root = same_as[label] as usize;
            numbers[label] = if root == label {
                count += 1;
                count
            } else {
                numbers[root]
            };
        }
        labels.iter_mut().for_each(|label| *label = numbers[*label as usize]);
        let height = cells.classes.len().checked_div(width).unwrap_or(0);
        Self { width, height, labels, count: count as usize }
    }

    /// The label of a cell; none around the raster.
    fn at(&self, column: i64, row: i64) -> u32 {
        let inside =
            (0..self.width as i64).contains(&column) && (0..self.height as i64).contains(&row);
        if inside { self.labels[row as usize * self.width + column as usize] } else { NO_LABEL }
    }

    /// Walks the ring that holds the northern side of a cell, and returns the corners where it
    /// turns or where three pieces meet.
    fn walk(&self, (column, row): (i64, i64), walked: &mut [bool], mut corner: impl FnMut(u32)) {
        let label = self.at(column, row);
        let start = ((column + 1, row), Heading::West);
        let ((mut x, mut y), mut heading) = start;
        loop {
            if heading == Heading::West {
                walked[y as usize * self.width + (x - 1) as usize] = true;
            }
            let (dx, dy) = heading.step();
            (x, y) = (x + dx, y + dy);
            let [left, right, behind] =
                heading.cells_around(x, y).map(|(column, row)| self.at(column, row));
            // To the right first: where the piece meets itself at a corner, one ring passes outside
            // and another inside, instead of one ring that meets itself.
            let next = match (left == label, right == label) {
                (_, true) => heading.right(),
                (true, false) => heading,
                (false, false) => heading.left(),
            };
            // Straight on, with another neighbour to the right: a corner of theirs.
            if next != heading || right != behind {
                corner((y * (self.width as i64 + 1) + x) as u32);
            }
            heading = next;
            if ((x, y), heading) == start {
                return;
            }
        }
    }
}

/// Notes that two labels are one, and returns the lower of their roots.
fn join(same_as: &mut [u32], a: u32, b: u32) -> u32 {
    let (a, b) = (root(same_as, a), root(same_as, b));
    let (low, high) = (a.min(b), a.max(b));
    same_as[high as usize] = low;
    low
}

fn root(same_as: &mut [u32], mut label: u32) -> u32 {
    while same_as[label as usize] != label {
        // Shortens the way for the next.
        same_as[label as usize] = same_as[same_as[label as usize] as usize];
        label = same_as[label as usize];
    }
    label
}

/// A way along the sides of cells, drawn with north up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heading {
    East,
    North,
    West,
    South,
}

impl Heading {
    fn step(self) -> (i64, i64) {
        match self {
            Self::East => (1, 0),
            Self::North => (0, -1),
            Self::West => (-1, 0),
            Self::South => (0, 1),
        }
    }

    fn left(self) -> Self {
        match self {
            Self::East => Self::North,
            Self::North => Self::West,
            Self::West => Self::South,
            Self::South => Self::East,
        }
    }

    fn right(self) -> Self {
        self.left().left().left()
    }

    /// Cells at a corner that one comes to: ahead to the left, ahead to the right, behind to the
    /// right.
    fn cells_around(self, x: i64, y: i64) -> [(i64, i64); 3] {
        let (north_west, north_east) = ((x - 1, y - 1), (x, y - 1));
        let (south_west, south_east) = ((x - 1, y), (x, y));
        match self {
            Self::East => [north_east, south_east, south_west],
            Self::North => [north_west, north_east, south_east],
            Self::West => [south_west, north_west, north_east],
            Self::South => [south_east, south_west, north_west],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Rasters without a library: xorshift64*, the same on every run.
    fn random_classes(seed: u64, cells: usize, classes: u64) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut roll = || {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33
        };
        (0..cells).map(|_| (roll() % classes) as u8).collect()
    }

    /// A ring's corners as column and row.
    fn ring_points(traced: &Traced, ring: &ClassRing) -> Vec<(i64, i64)> {
        let across = traced.corners_across as u32;
        traced.corners[ring.corners.clone()]
            .iter()
            .map(|corner| (i64::from(corner % across), i64::from(corner / across)))
            .collect()
    }

    /// Twice the area with north up: positive counterclockwise.
    fn doubled_area(points: &[(i64, i64)]) -> i64 {
        let next = points.iter().cycle().skip(1);
        points.iter().zip(next).map(|((x, y), (next_x, next_y))| next_x * y - x * next_y).sum()
    }

    fn check(rows: &[&str], expected: &[(u8, f64, usize)]) {
        let classes: Vec<u8> = rows.concat().bytes().map(|letter| letter - b'0').collect();
        let traced =
            trace(ClassCells { width: rows[0].len(), classes: &classes }, |_| 1.0).unwrap();
        let found: Vec<(u8, f64, usize)> = traced
            .pieces
            .iter()
            .enumerate()
            .map(|(number, piece)| {
                let rings = traced.rings.iter().filter(|ring| ring.piece == number).count();
                (piece.class, piece.hectares, rings)
            })
            .collect();
        assert_eq!(found, expected, "{rows:?}");
    }

    #[test]
    fn pieces_have_their_class_cells_and_rings() {
        check(&["1"], &[(1, 1.0, 1)]);
        check(&["000", "000"], &[]);
        check(&["111", "101", "111"], &[(1, 8.0, 2)]);
        check(&["111", "121", "111"], &[(1, 8.0, 2), (2, 1.0, 1)]);
        check(&["1121", "1221"], &[(1, 3.0, 1), (2, 3.0, 1), (1, 2.0, 1)]);
    }

    #[test]
    fn corners_do_not_connect() {
        check(&["10", "01"], &[(1, 1.0, 1), (1, 1.0, 1)]);
        check(&["11111", "10101", "11011", "11111"], &[(1, 17.0, 4)]);
    }

    #[test]
    fn a_piece_that_meets_itself_at_a_corner_has_a_hole_there() {
        check(&["111", "101", "110"], &[(1, 7.0, 2)]);
    }

    #[test]
    fn rings_are_simple_and_turn_as_rfc_7946_wants() {
        for seed in 0..300 {
            let (width, height) = (1 + seed as usize % 13, 1 + seed as usize % 11);
            let classes = random_classes(seed, width * height, 2 + seed % 4);
            let traced = trace(ClassCells { width, classes: &classes }, |_| 1.0).unwrap();
            let mut area = vec![0; traced.pieces.len()];
            for (place, ring) in traced.rings.iter().enumerate() {
                let points = ring_points(&traced, ring);
                let is_outer = place == 0 || traced.rings[place - 1].piece != ring.piece;
                assert_eq!(doubled_area(&points) > 0, is_outer, "seed {seed}");
                area[ring.piece] += doubled_area(&points);
                let mut once = points.clone();
                once.sort_unstable();
                once.dedup();
                assert_eq!(once.len(), points.len(), "a ring meets itself, seed {seed}");
            }
            for (piece, doubled) in traced.pieces.iter().zip(area) {
                assert_eq!(piece.hectares * 2.0, doubled as f64, "seed {seed}");
            }
        }
    }
}
