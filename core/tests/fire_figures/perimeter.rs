//! Perimeters beside each other on a grid of 50 m, by the even-odd rule.

/// Side of a cell, metres.
const CELL_M: f64 = 50.0;
const METRES_PER_DEGREE: f64 = 111_195.0;

/// Cells inside a perimeter.
pub(crate) struct Raster {
    width: usize,
    height: usize,
    inside: Vec<bool>,
}

/// How two rasters agree.
pub(crate) struct Overlap {
    /// Intersection over union.
    pub(crate) iou: f64,
    /// The share of the second that lies in the first.
    pub(crate) covered: f64,
}

/// Corners in degrees.
pub(crate) type Ring = Vec<(f64, f64)>;

impl Raster {
    /// Two perimeters on one grid.
    pub(crate) fn pair(a: &[Ring], b: &[Ring]) -> (Self, Self) {
        let all = || a.iter().chain(b).flatten();
        let low = |at: fn(&(f64, f64)) -> f64| all().map(at).fold(f64::MAX, f64::min);
        let high = |at: fn(&(f64, f64)) -> f64| all().map(at).fold(f64::MIN, f64::max);
        let margin = 0.05;
        let (west, south) = (low(|c| c.0) - margin, low(|c| c.1) - margin);
        let (east, north) = (high(|c| c.0) + margin, high(|c| c.1) + margin);
        let y_scale = METRES_PER_DEGREE / CELL_M;
        let x_scale = y_scale * ((south + north) / 2.0).to_radians().cos();
        let (width, height) =
            (((east - west) * x_scale) as usize + 1, ((north - south) * y_scale) as usize + 1);
        let filled = |rings: &[Ring]| {
            let position = |c: &(f64, f64)| ((c.0 - west) * x_scale, (north - c.1) * y_scale);
            let rings: Vec<Ring> =
                rings.iter().map(|ring| ring.iter().map(position).collect()).collect();
            Self { width, height, inside: fill(&rings, width, height) }
        };
        (filled(a), filled(b))
    }

    /// Itself and the ground within a distance.
    pub(crate) fn grown(&self, metres: f64) -> Self {
        let reach = (metres / CELL_M) as isize;
        let mut grown = self.inside.clone();
        let is_inside = |x: isize, y: isize| {
            (0..self.width as isize).contains(&x)
                && (0..self.height as isize).contains(&y)
                && self.inside[y as usize * self.width + x as usize]
        };
        for y in 0..self.height as isize {
            for x in 0..self.width as isize {
                // Only borders grow.
                let is_border = is_inside(x, y)
                    && [(1, 0), (-1, 0), (0, 1), (0, -1)]
                        .iter()
                        .any(|(dx, dy)| !is_inside(x + dx, y + dy));
                if !is_border {
                    continue;
                }
                for dy in -reach..=reach {
                    let half = ((reach * reach - dy * dy) as f64).sqrt() as isize;
                    let row = y + dy;
                    if !(0..self.height as isize).contains(&row) {
                        continue;
                    }
                    let start = (x - half).clamp(0, self.width as isize) as usize;
                    let end = (x + half + 1).clamp(0, self.width as isize) as usize;
                    grown[row as usize * self.width..][start..end].fill(true);
                }
            }
        }
        Self { inside: grown, ..*self }
    }

    pub(crate) fn hectares(&self) -> f64 {
        self.inside.iter().filter(|cell| **cell).count() as f64 * CELL_M * CELL_M / 10_000.0
    }

    pub(crate) fn centre_distance_km(&self, other: &Self) -> f64 {
        let ((ax, ay), (bx, by)) = (self.centre(), other.centre());
        (ax - bx).hypot(ay - by) * CELL_M / 1000.0
    }

    fn centre(&self) -> (f64, f64) {
        let cells = (0..self.inside.len()).filter(|at| self.inside[*at]);
        let (mut x, mut y, mut count) = (0.0, 0.0, 0.0);
        for at in cells {
            x += (at % self.width) as f64;
            y += (at / self.width) as f64;
            count += 1.0;
        }
        (x / count, y / count)
    }
}

pub(crate) fn overlap(a: &Raster, b: &Raster) -> Overlap {
    let pairs = || a.inside.iter().zip(&b.inside);
    let both = pairs().filter(|(a, b)| **a && **b).count() as f64;
    let either = pairs().filter(|(a, b)| **a || **b).count() as f64;
    let second = b.inside.iter().filter(|cell| **cell).count() as f64;
    Overlap { iou: both / either, covered: both / second }
}

fn fill(rings: &[Ring], width: usize, height: usize) -> Vec<bool> {
    let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); height];
    for ring in rings {
        for (place, (x, y)) in ring.iter().enumerate() {
            let (next_x, next_y) = ring[(place + 1) % ring.len()];
            let (top, bottom) = (y.min(next_y), y.max(next_y));
            let first = (top - 0.5).ceil().max(0.0) as usize;
            for (row, line) in crossings.iter_mut().enumerate().skip(first) {
                let at = row as f64 + 0.5;
                if at >= bottom {
                    break;
                }
                line.push(x + (at - y) / (next_y - y) * (next_x - x));
            }
        }
    }
    let mut inside = vec![false; width * height];
    for (row, line) in crossings.iter_mut().enumerate() {
        line.sort_by(f64::total_cmp);
        for pair in line.chunks_exact(2) {
            let column = |x: f64| ((x - 0.5).ceil().max(0.0) as usize).min(width);
            let (start, end) = (column(pair[0]), column(pair[1]));
            inside[row * width..][start..end].fill(true);
        }
    }
    inside
}
