//! Fewer corners, the same neighbours: borders are simplified once, for both pieces that they part.
//!
//! Corners go in the order of the triangle that they span with their neighbours, smallest first
//! (Visvalingam & Whyatt 1993). Where three or more borders meet the corner stays. One is taken
//! away only if no other corner lies in its triangle and its neighbours are not joined already:
//! then no border can come to cross or touch another, no ring collapses, and every hole stays where
//! it was. All in whole numbers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use dragonfly_core::{ClassRing, Traced};

/// Takes away corners whose triangle is smaller than `largest_cells` (cells, 0 or more).
pub(crate) fn simplify(traced: Traced, largest_cells: f64) -> Traced {
    // Doubled areas of triangles between corners of cells are whole numbers.
    let largest_doubled = (largest_cells * 2.0).clamp(0.0, 1e15) as i64;
    let mut borders = Borders::of(&traced);
    borders.thin(largest_doubled);

    let mut corners = Vec::new();
    let mut rings = Vec::with_capacity(traced.rings.len());
    for ring in traced.rings {
        let first = corners.len();
        let kept =
            traced.corners[ring.corners.clone()].iter().filter(|corner| borders.is_kept(**corner));
        corners.extend(kept);
        rings.push(ClassRing { corners: first..corners.len(), ..ring });
    }
    Traced { corners, rings, ..traced }
}

/// No neighbour.
const NOBODY: u32 = u32::MAX;

/// All borders as one net: corners, and which are joined by a straight piece of border.
struct Borders {
    corners_across: i64,
    /// Ascending.
    corners: Vec<u32>,
    /// By place in `corners`: places of those it is joined to, filled from the front.
    neighbours: Vec<[u32; 4]>,
    kept: Vec<bool>,
}

impl Borders {
    fn of(traced: &Traced) -> Self {
        let mut corners = traced.corners.clone();
        corners.sort_unstable();
        corners.dedup();
        let kept = vec![true; corners.len()];
        let neighbours = vec![[NOBODY; 4]; corners.len()];
        let mut borders =
            Self { corners_across: traced.corners_across as i64, corners, neighbours, kept };
        for ring in &traced.rings {
            let ring = &traced.corners[ring.corners.clone()];
            for (corner, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                if let (Some(a), Some(b)) = (borders.place(*corner), borders.place(*next)) {
                    borders.join(a, b);
                    borders.join(b, a);
                }
            }
        }
        borders
    }

    fn place(&self, corner: u32) -> Option<u32> {
        self.corners.binary_search(&corner).ok().map(|place| place as u32)
    }

    fn join(&mut self, from: u32, to: u32) {
        let neighbours = &mut self.neighbours[from as usize];
        if neighbours.contains(&to) {
            return;
        }
        if let Some(free) = neighbours.iter_mut().find(|neighbour| **neighbour == NOBODY) {
            *free = to;
        }
    }

    fn is_kept(&self, corner: u32) -> bool {
        self.place(corner).is_some_and(|place| self.kept[place as usize])
    }

    /// Column and row of a corner.
    fn at(&self, place: u32) -> (i64, i64) {
        let corner = i64::from(self.corners[place as usize]);
        (corner % self.corners_across, corner / self.corners_across)
    }

    /// The two neighbours of a corner that may go; `None` where borders meet, or when it has gone.
    fn between(&self, place: u32) -> Option<(u32, u32)> {
        match self.neighbours[place as usize] {
            [a, b, NOBODY, NOBODY] if a != NOBODY && b != NOBODY && self.kept[place as usize] => {
                Some((a, b))
            }
            _ => None,
        }
    }

    /// Twice the area of a corner's triangle.
    fn doubled_area(&self, place: u32) -> Option<i64> {
        let (a, b) = self.between(place)?;
        Some(turn(self.at(a), self.at(place), self.at(b)).abs())
    }

    fn thin(&mut self, largest_doubled: i64) {
        let mut waiting: BinaryHeap<Reverse<(i64, u32)>> = (0..self.corners.len() as u32)
            .filter_map(|place| Some(Reverse((self.doubled_area(place)?, place))))
            .filter(|Reverse((doubled, _))| *doubled < largest_doubled)
            .collect();
        while let Some(Reverse((doubled, place))) = waiting.pop() {
            // Neighbours may have gone meanwhile; then it waits again with its new triangle.
            let Some((a, b)) =
                self.between(place).filter(|_| self.doubled_area(place) == Some(doubled))
            else {
                continue;
            };
            if a == b || self.neighbours[a as usize].contains(&b) || !self.is_empty(a, place, b) {
                continue;
            }
            self.kept[place as usize] = false;
            for (end, other) in [(a, b), (b, a)] {
                self.neighbours[end as usize]
                    .iter_mut()
                    .filter(|neighbour| **neighbour == place)
                    .for_each(|neighbour| *neighbour = other);
                if let Some(doubled) =
                    self.doubled_area(end).filter(|doubled| *doubled < largest_doubled)
                {
                    waiting.push(Reverse((doubled, end)));
                }
            }
        }
    }

    /// Whether no other corner lies in or on a triangle.
    fn is_empty(&self, a: u32, b: u32, c: u32) -> bool {
        let triangle = [a, b, c].map(|place| self.at(place));
        let (top, bottom) = extremes(triangle.map(|(_, y)| y));
        (top..=bottom).all(|y| {
            let Some((left, right)) = columns_at(&triangle, y) else { return true };
            let corner = |x: i64| (y * self.corners_across + x) as u32;
            let first = self.corners.partition_point(|found| *found < corner(left));
            let found = self.corners[first..].iter().take_while(|found| **found <= corner(right));
            found.zip(first as u32..).all(|(_, place)| {
                [a, b, c].contains(&place)
                    || !self.kept[place as usize]
                    || !is_within(&triangle, self.at(place))
            })
        })
    }
}

type GridPoint = (i64, i64);

/// Positive or negative by the side to which one turns at `b` on the way from `a` to `c`; 0 on a
/// line.
fn turn(a: GridPoint, b: GridPoint, c: GridPoint) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn is_within([a, b, c]: &[GridPoint; 3], point: GridPoint) -> bool {
    let turns = [turn(*a, *b, point), turn(*b, *c, point), turn(*c, *a, point)];
    let inside = turns.iter().all(|turn| *turn >= 0) || turns.iter().all(|turn| *turn <= 0);
    // On the line of a flat triangle all turns are 0, also beyond its ends.
    let (left, right) = extremes([a.0, b.0, c.0]);
    let (top, bottom) = extremes([a.1, b.1, c.1]);
    inside && (left..=right).contains(&point.0) && (top..=bottom).contains(&point.1)
}

/// Columns between which a triangle lies in a row, rounded outwards; `None` where it has no part.
fn columns_at(triangle: &[GridPoint; 3], y: i64) -> Option<(i64, i64)> {
    let mut columns: Option<(i64, i64)> = None;
    for (from, to) in [(0, 1), (1, 2), (2, 0)].map(|(from, to)| (triangle[from], triangle[to])) {
        let (from, to) = if from.1 <= to.1 { (from, to) } else { (to, from) };
        if !(from.1..=to.1).contains(&y) {
            continue;
        }
        let (left, right) = if from.1 == to.1 {
            (from.0.min(to.0), from.0.max(to.0))
        } else {
            let part = ((y - from.1) * (to.0 - from.0)).div_euclid(to.1 - from.1);
            (from.0 + part, from.0 + part + 1)
        };
        columns =
            Some(columns.map_or((left, right), |(least, most)| (least.min(left), most.max(right))));
    }
    columns
}

fn extremes(values: [i64; 3]) -> (i64, i64) {
    let [a, b, c] = values;
    (a.min(b).min(c), a.max(b).max(c))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::export::random_classes::{doubled_area, random_classes, ring_points};
    use dragonfly_core::{ClassCells, trace};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    type GridEdge = (GridPoint, GridPoint);

    /// Whether two straight pieces share more than ends that both have.
    fn cross((a, b): GridEdge, (c, d): GridEdge) -> bool {
        let on = |from: GridPoint, to: GridPoint, point: GridPoint| {
            point != from
                && point != to
                && is_within(&[from, to, to], point)
                && turn(from, to, point) == 0
        };
        if on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b) {
            return true;
        }
        let parted = |a, b, c, d| turn(a, b, c).signum() * turn(a, b, d).signum() < 0;
        parted(a, b, c, d) && parted(c, d, a, b)
    }

    /// A few smooth blobs and some noise, as fires have.
    fn blobs(seed: u64, width: usize, height: usize) -> Vec<u8> {
        let noise = random_classes(seed, width * height, 40);
        let at = |cell: usize| ((cell % width) as f64, (cell / width) as f64);
        (0..width * height)
            .map(|cell| {
                let (x, y) = at(cell);
                let (dx, dy) =
                    (x - width as f64 / 2.0, (y - height as f64 / 2.0) * 1.3 + (seed % 5) as f64);
                let distance = (dx * dx + dy * dy).sqrt();
                if noise[cell] < 3 {
                    noise[cell] + 1
                } else {
                    3u8.saturating_sub((distance / 5.0) as u8)
                }
            })
            .collect()
    }

    #[test]
    fn simplified_borders_stay_shared_and_never_cross() {
        let mut taken = 0;
        for seed in 0..60 {
            let (width, height) = (24, 20);
            let classes = if seed % 2 == 0 {
                blobs(seed, width, height)
            } else {
                random_classes(seed, 480, 3)
            };
            let exact = trace(ClassCells { width, classes: &classes }, |_| 1.0).unwrap();
            let simple = simplify(exact.clone(), [0.6, 1.1, 4.0, 50.0][seed as usize % 4]);
            taken += exact.corners.len() - simple.corners.len();
            assert_eq!(simple.rings.len(), exact.rings.len());

            let mut edges: BTreeMap<GridEdge, u32> = BTreeMap::new();
            for (place, ring) in simple.rings.iter().enumerate() {
                let points = ring_points(&simple, ring);
                assert!(points.len() >= 3, "seed {seed}");
                let is_outer = place == 0 || simple.rings[place - 1].piece != ring.piece;
                assert_eq!(doubled_area(&points) > 0, is_outer, "seed {seed}");
                for (from, to) in points.iter().zip(points.iter().cycle().skip(1)) {
                    *edges.entry((*from, *to)).or_default() += 1;
                }
            }
            assert!(
                edges.values().all(|count| *count == 1),
                "a border belongs twice to one side, seed {seed}"
            );
            let lines: Vec<GridEdge> = edges
                .keys()
                .filter(|(a, b)| a < b || !edges.contains_key(&(*b, *a)))
                .copied()
                .collect();
            for (number, line) in lines.iter().enumerate() {
                assert!(
                    lines[..number].iter().all(|other| !cross(*line, *other)),
                    "borders cross, seed {seed}"
                );
            }
            // Where no cell is without a class every border but the outermost has two sides.
            if classes.iter().all(|class| *class > 0) {
                let on_frame =
                    |(x, y): GridPoint| x == 0 || y == 0 || x == width as i64 || y == height as i64;
                assert!(
                    edges
                        .keys()
                        .all(|(a, b)| edges.contains_key(&(*b, *a))
                            || (on_frame(*a) && on_frame(*b)))
                );
            }
        }
        assert!(taken > 5000, "only {taken} corners were taken away");
    }

    #[test]
    fn a_staircase_becomes_a_line() {
        let (width, height) = (20, 20);
        let classes: Vec<u8> =
            (0..400).map(|cell| if cell % width > cell / width { 1 } else { 2 }).collect();
        let exact = trace(ClassCells { width, classes: &classes }, |_| 1.0).unwrap();
        let simple = simplify(exact.clone(), 1.1);
        assert!(
            simple.corners.len() * 4 < exact.corners.len(),
            "{} of {height}",
            simple.corners.len()
        );
    }

    #[test]
    fn nothing_is_taken_away_unless_asked() {
        let classes = random_classes(7, 400, 3);
        let exact = trace(ClassCells { width: 20, classes: &classes }, |_| 1.0).unwrap();
        assert_eq!(simplify(exact.clone(), 0.0).corners, exact.corners);
    }
}
