//! A histogram of dNBR, and what it shows of ground that did not burn.

use serde::{Deserialize, Serialize};

/// The dNBR of ground that did not burn: what the seasons alone did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackgroundDnbr {
    /// Median of the cells within 0.1 of it, right to 0.0005.
    pub median: f64,
    /// Median absolute deviation from it of the cells that are not above it, right to 0.001.
    pub mad: f64,
}

/// Counts of dNBR in bins 0.001 wide, from −2 to 2.
#[derive(Clone, Debug, PartialEq)]
pub struct DnbrHistogram {
    counts: Vec<u64>,
    total: u64,
}

const BIN_WIDTH: f64 = 0.001;
const LOWEST: f64 = -2.0;
const BINS: usize = 4000;
/// Bins that the densest part of a map is sought by: 0.1, the distance of quiet ground from class
/// low.
const DENSE_BINS: usize = 100;
/// Steps at most that move the window of the background onto its own median.
const MAX_STEPS: usize = 50;

impl Default for DnbrHistogram {
    fn default() -> Self {
        Self { counts: vec![0; BINS], total: 0 }
    }
}

impl DnbrHistogram {
    /// Adds a cell. NaN is left out; a value beyond the bins counts in the outermost.
    #[inline]
    pub fn add(&mut self, dnbr: f32) {
        if !dnbr.is_nan() {
            let bin = ((f64::from(dnbr) - LOWEST) / BIN_WIDTH) as usize;
            self.counts[bin.min(BINS - 1)] += 1;
            self.total += 1;
        }
    }

    /// Adds cells, as [`Self::add`] does.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn add_all(&mut self, dnbr: &[f32]) {
        dnbr.iter().for_each(|dnbr| self.add(*dnbr));
    }

    /// Adds all cells of another histogram.
    pub fn join(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count += other);
        self.total += other.total;
    }

    /// Cells.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The median of all cells; `None` without any.
    pub fn median(&self) -> Option<f64> {
        median_bin(&self.counts).map(middle).map(rounded)
    }

    /// The median absolute deviation of all cells from their median; `None` without any.
    pub fn mad(&self) -> Option<f64> {
        let median = median_bin(&self.counts)?;
        deviation(self.counts.iter().enumerate(), median).map(rounded)
    }

    /// The standard deviation of all cells; `None` without any.
    pub fn standard_deviation(&self) -> Option<f64> {
        let moment = |of: &dyn Fn(f64) -> f64| {
            let sum: f64 = (0..BINS).map(|bin| self.counts[bin] as f64 * of(middle(bin))).sum();
            sum / self.total as f64
        };
        (self.total > 0).then(|| {
            let mean = moment(&|dnbr| dnbr);
            moment(&|dnbr| (dnbr - mean) * (dnbr - mean)).sqrt()
        })
    }

    /// Median and spread of the ground that did not burn; `None` without a cell.
    ///
    /// Quiet ground is the densest part of a map: its dNBR lies within some hundredths, and that of
    /// a fire is spread from class low to beyond 1. So the background is searched for where most
    /// cells lie close together, at any drift, and a fire that takes most of the map does not move
    /// it. Its spread is that of the cells below the median: fire lies only above.
    pub fn background(&self) -> Option<BackgroundDnbr> {
        let dense = self.densest_window();
        let mut median = dense + median_bin(&self.counts[dense..dense + DENSE_BINS])?;
        for _ in 0..MAX_STEPS {
            let first = median.saturating_sub(DENSE_BINS);
            let window = first..(median + DENSE_BINS + 1).min(BINS);
            let Some(moved) = median_bin(&self.counts[window]).map(|bin| first + bin) else {
                break;
            };
            if moved == median {
                break;
            }
            median = moved;
        }
        let below = self.counts.iter().enumerate().take(median + 1);
        Some(BackgroundDnbr {
            median: rounded(middle(median)),
            mad: rounded(deviation(below, median)?),
        })
    }

    /// The background where at least half of the cells are that ground: otherwise what burnt may be
    /// taken for it.
    pub fn whole_background(&self) -> Option<BackgroundDnbr> {
        self.background().filter(|quiet| 2 * self.count_near(quiet.median) >= self.total)
    }

    /// Cells from a dNBR on, right to 0.001.
    pub fn count_from(&self, dnbr: f64) -> u64 {
        let bin = ((dnbr - LOWEST) / BIN_WIDTH) as usize;
        self.counts.get(bin..).unwrap_or_default().iter().sum()
    }

    /// Cells within 0.1 of a dNBR.
    pub fn count_near(&self, dnbr: f64) -> u64 {
        let bin = ((dnbr - LOWEST) / BIN_WIDTH) as usize;
        let near = bin.saturating_sub(DENSE_BINS)..(bin + DENSE_BINS + 1).min(BINS);
        self.counts.get(near).unwrap_or_default().iter().sum()
    }

    /// First bin of the densest window of [`DENSE_BINS`]; the lowest of equals.
    fn densest_window(&self) -> usize {
        let mut inside: u64 = self.counts[..DENSE_BINS].iter().sum();
        let (mut most, mut first) = (inside, 0);
        for start in 1..=BINS - DENSE_BINS {
            inside = inside + self.counts[start + DENSE_BINS - 1] - self.counts[start - 1];
            if inside > most {
                (most, first) = (inside, start);
            }
        }
        first
    }
}

fn middle(bin: usize) -> f64 {
    LOWEST + (bin as f64 + 0.5) * BIN_WIDTH
}

/// The median distance of some bins from one.
fn deviation<'a>(bins: impl Iterator<Item = (usize, &'a u64)>, from: usize) -> Option<f64> {
    let mut deviations = vec![0; BINS];
    for (bin, count) in bins {
        deviations[bin.abs_diff(from)] += count;
    }
    median_bin(&deviations).map(|bin| bin as f64 * BIN_WIDTH)
}

/// Without the tail of binary fractions that would only clutter the metadata.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// The bin that holds the middle of the counts; `None` when all are 0.
fn median_bin(counts: &[u64]) -> Option<usize> {
    let total: u64 = counts.iter().sum();
    let mut below = 0;
    counts.iter().position(|count| {
        below += count;
        below * 2 >= total && below > 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn histogram(cells: impl IntoIterator<Item = f32>) -> DnbrHistogram {
        let mut histogram = DnbrHistogram::default();
        cells.into_iter().for_each(|dnbr| histogram.add(dnbr));
        histogram
    }

    /// 1,000 quiet cells within 0.05 of `drift`, and so many of a fire from `drift` to `drift` + 1.
    fn map(drift: f32, burnt: u16) -> DnbrHistogram {
        let quiet = (0..1000).map(|cell| drift + (f32::from(cell as u16) - 499.5) * 0.0001);
        let fire = (0..burnt).map(|cell| drift + f32::from(cell) / f32::from(burnt));
        histogram(quiet.chain(fire))
    }

    #[test]
    fn the_background_is_found_at_any_drift_beside_a_larger_fire() {
        for drift in [-0.3, 0.0, 0.05, 0.12, 0.2] {
            for burnt in [0, 300, 2000] {
                let background = map(drift, burnt).background().unwrap();
                let off = (background.median - f64::from(drift)).abs();
                assert!(off < 0.015, "{drift}, {burnt}: {background:?}");
                assert!((background.mad - 0.025).abs() < 0.008, "{drift}, {burnt}: {background:?}");
            }
        }
    }

    #[test]
    fn an_empty_histogram_has_no_figures() {
        let empty = histogram([f32::NAN]);
        assert_eq!((empty.total(), empty.median(), empty.mad()), (0, None, None));
        assert_eq!((empty.background(), empty.standard_deviation()), (None, None));
    }

    #[test]
    fn figures_are_those_of_the_cells() {
        let cells = histogram([-3.0, -0.0204, 0.0104, 0.0204, 0.5, 9.0]);
        assert_eq!(cells.total(), 6);
        assert!((cells.median().unwrap() - 0.0105).abs() < 1e-9);
        assert!((cells.mad().unwrap() - 0.031).abs() < 1e-9);
        let pair = histogram([0.1004, 0.3004]);
        assert!((pair.standard_deviation().unwrap() - 0.1).abs() < 1e-9);
    }

    #[test]
    fn joined_histograms_hold_the_cells_of_both() {
        let mut one = histogram([0.1, 0.2]);
        one.join(&histogram([0.3]));
        assert_eq!(one, histogram([0.3, 0.2, 0.1]));
    }
}
