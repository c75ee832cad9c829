//! The dNBR offset: what season and haze changed on unburned ground around a fire.

use serde::{Deserialize, Serialize};

use crate::composite::dnbr_histogram::DnbrHistogram;
use crate::composite::pre_nbr::PreNbrCode;

/// dNBR of unburned ground near a fire, to be subtracted everywhere (Key & Benson 2006, FIREMON).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DnbrOffset {
    /// What is subtracted: the mean, over the burnt cells of the fire, of the median dNBR of
    /// unburned ground with the same NBR before the fire. Typically −0.01 to 0.03.
    pub mean: f64,
    /// Standard deviation of the cells of the ring.
    pub sd: f64,
    /// Cells of the ring.
    pub count: u64,
    /// Median absolute deviation of the cells of the ring from their median; `None` in metadata of
    /// an older version.
    #[serde(default)]
    pub mad: Option<f64>,
}

impl DnbrOffset {
    /// dNBR of a cell without the offset. NaN stays NaN.
    #[inline]
    pub fn correct(&self, dnbr: f32) -> f32 {
        dnbr - self.mean as f32
    }
}

/// A bin of NBR before the fire, 0.1 wide, and the drift of unburned ground in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OffsetBin {
    /// Lower edge of the bin.
    pub pre_nbr_from: f64,
    /// Cells of the fire in it that differ from the bin's unburned ground by class low or more: the
    /// weight of the bin.
    pub fire_count: u64,
    /// Cells of the ring in it.
    pub ring_count: u64,
    /// Cells of the ring that the median is of: more than those in the bin where neighbouring bins
    /// had to help.
    pub median_count: u64,
    /// Median dNBR of unburned ground.
    pub median: f64,
}

/// An offset, and the bins that it was computed from.
#[derive(Clone, Debug, PartialEq)]
pub struct BinnedOffset {
    /// The offset.
    pub offset: DnbrOffset,
    /// The bins in which fire lies, in ascending order.
    pub bins: Vec<OffsetBin>,
}

/// Why there is no offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum NoOffsetReason {
    /// Nothing burnt, no clear cell lies within the perimeter, or without a perimeter so much changed
    /// that what burnt cannot be distinguished from quiet ground.
    NoFire,
    /// Too few clear cells lie around the fire.
    SmallRing {
        /// How many.
        count: u64,
    },
}

/// Cells that a bin should have; with fewer, neighbouring bins help.
const WANTED_BIN_CELLS: u64 = 500;
/// Where cells are coarse and few, a bin should have this part of the ring, one in so many.
const WANTED_BIN_PART: u64 = 10;
/// Cells of the ring at least: of fewer, the median is uncertain by more than 0.01.
const MIN_RING_CELLS: u64 = 50;
/// Difference from unburned ground from which on a cell of the fire burnt: class low.
///
/// Within a perimeter islands remain that did not burn, for the most part bare: by Las Conchas'
/// whole perimeter the offset is −0.010, by its burnt cells −0.005, as MTBS's analyst wrote.
const MIN_BURNT_DNBR: f64 = 0.1;
/// Bins of NBR before the fire, from −1 to 1.
const BINS: usize = 20;
/// Steps of a [`PreNbrCode`] in a bin.
const STEPS_OF_BIN: usize = 10;

/// dNBR of the ring and of the fire, by NBR before the fire.
///
/// Vegetation drifts with the season and bare ground does not: a mean over the ring would be that
/// of the ring's vegetation and not of the fire's (Silva-Cardoza et al. 2022).
#[derive(Clone, Debug)]
pub(crate) struct OffsetCounts {
    ring: Vec<DnbrHistogram>,
    fire: Vec<DnbrHistogram>,
}

impl Default for OffsetCounts {
    fn default() -> Self {
        let bins = vec![DnbrHistogram::default(); BINS];
        Self { ring: bins.clone(), fire: bins }
    }
}

impl OffsetCounts {
    /// Adds a clear cell of the ring.
    pub(crate) fn add_ring(&mut self, dnbr: f32, pre_nbr: PreNbrCode) {
        if let Some(bin) = bin_of(pre_nbr) {
            self.ring[bin].add(dnbr);
        }
    }

    /// Adds a clear cell of the fire.
    pub(crate) fn add_fire(&mut self, dnbr: f32, pre_nbr: PreNbrCode) {
        if let Some(bin) = bin_of(pre_nbr) {
            self.fire[bin].add(dnbr);
        }
    }

    /// The offset.
    ///
    /// # Errors
    /// When nothing burnt, or the ring has too few cells.
    pub(crate) fn finish(self) -> Result<BinnedOffset, NoOffsetReason> {
        if self.fire.iter().all(|bin| bin.total() == 0) {
            return Err(NoOffsetReason::NoFire);
        }
        let mut whole = DnbrHistogram::default();
        self.ring.iter().for_each(|bin| whole.join(bin));
        let count = whole.total();
        if count < MIN_RING_CELLS {
            return Err(NoOffsetReason::SmallRing { count });
        }
        let wanted = WANTED_BIN_CELLS.min(count / WANTED_BIN_PART);
        let mut bins: Vec<OffsetBin> = (0..BINS)
            .filter(|bin| self.fire[*bin].total() > 0)
            .map(|bin| self.drift_of(bin, wanted))
            .collect();
        // A perimeter in which nothing seems burnt has the drift of all its ground.
        if bins.iter().all(|bin| bin.fire_count == 0) {
            let totals = self.fire.iter().map(DnbrHistogram::total).filter(|total| *total > 0);
            bins.iter_mut().zip(totals).for_each(|(bin, total)| bin.fire_count = total);
        }
        bins.retain(|bin| bin.fire_count > 0);
        let fire_count: u64 = bins.iter().map(|bin| bin.fire_count).sum();
        let weighted: f64 = bins.iter().map(|bin| bin.fire_count as f64 * bin.median).sum();
        let offset = DnbrOffset {
            mean: weighted / fire_count as f64,
            sd: whole.standard_deviation().unwrap_or(0.0),
            count,
            mad: whole.mad(),
        };
        Ok(BinnedOffset { offset, bins })
    }

    /// The drift of unburned ground in a bin, of at least `wanted` cells where neighbours help.
    fn drift_of(&self, bin: usize, wanted: u64) -> OffsetBin {
        let ground = self.ground_around(bin, wanted);
        let median = ground.median().unwrap_or(0.0);
        OffsetBin {
            // Right to the last digit of a tenth.
            pre_nbr_from: (bin as f64 - 10.0) / 10.0,
            fire_count: self.fire[bin].count_from(median + MIN_BURNT_DNBR),
            ring_count: self.ring[bin].total(),
            median_count: ground.total(),
            median,
        }
    }

    /// The ring's cells of a bin, and of as many neighbours on both sides as give `wanted` cells.
    fn ground_around(&self, bin: usize, wanted: u64) -> DnbrHistogram {
        let mut ground = self.ring[bin].clone();
        for reach in 1..BINS {
            if ground.total() >= wanted {
                break;
            }
            let below = bin.checked_sub(reach).and_then(|bin| self.ring.get(bin));
            for neighbour in [below, self.ring.get(bin + reach)].into_iter().flatten() {
                ground.join(neighbour);
            }
        }
        ground
    }
}

fn bin_of(pre_nbr: PreNbrCode) -> Option<usize> {
    pre_nbr.step().map(|step| step / STEPS_OF_BIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A ring and a fire: for each kind of ground its NBR before the fire, its drift, and its cells
    /// in both.
    fn offset(grounds: &[(f32, f32, u64, u64)]) -> Result<BinnedOffset, NoOffsetReason> {
        let mut counts = OffsetCounts::default();
        for (pre_nbr, drift, ring, fire) in grounds {
            let code = PreNbrCode::of(*pre_nbr);
            (0..*ring).for_each(|_| counts.add_ring(*drift, code));
            (0..*fire).for_each(|_| counts.add_fire(*drift + 0.4, code));
        }
        counts.finish()
    }

    #[test]
    fn the_offset_is_that_of_the_vegetation_that_burnt() {
        // The ring is bare for the most part, the fire is forest.
        let found = offset(&[(0.05, -0.0504, 8000, 100), (0.55, 0.0664, 2000, 900)]).unwrap();
        let expected = 0.1 * -0.0505 + 0.9 * 0.0665;
        assert!((found.offset.mean - expected).abs() < 1e-9, "{found:?}");
        assert_eq!((found.offset.count, found.bins.len()), (10_000, 2));
        assert_eq!((found.bins[1].fire_count, found.bins[1].ring_count), (900, 2000));
        assert!((found.bins[1].pre_nbr_from - 0.5).abs() < 1e-9);
    }

    #[test]
    fn islands_that_did_not_burn_have_no_weight() {
        let mut counts = OffsetCounts::default();
        let (bare, forest) = (PreNbrCode::of(0.05), PreNbrCode::of(0.55));
        for _ in 0..1000 {
            counts.add_ring(-0.0504, bare);
            counts.add_ring(0.0304, forest);
            counts.add_fire(-0.02, bare);
            counts.add_fire(0.4, forest);
        }
        let found = counts.clone().finish().unwrap();
        assert!((found.offset.mean - 0.0305).abs() < 1e-9, "{found:?}");
        assert_eq!(found.bins.len(), 1);
        // Where nothing burnt within the perimeter, all of it has weight.
        counts.fire[15] = DnbrHistogram::default();
        let found = counts.finish().unwrap();
        assert!((found.offset.mean + 0.0505).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn drift_of_any_size_is_seen() {
        for drift in [-0.2004, 0.0004, 0.1204, 0.3004] {
            let found = offset(&[(0.55, drift, 2000, 900)]).unwrap();
            assert!((found.offset.mean - f64::from(drift)).abs() < 0.0006, "{found:?}");
        }
    }

    #[test]
    fn a_bin_with_few_cells_takes_those_of_its_neighbours() {
        let found =
            offset(&[(0.45, 0.0104, 400, 0), (0.55, 0.0904, 30, 10), (0.65, 0.0304, 9000, 0)]);
        let bin = found.unwrap().bins[0];
        assert_eq!((bin.ring_count, bin.median_count), (30, 9430));
        // One in ten of a small ring is enough.
        let found = offset(&[(0.45, 0.0104, 100, 0), (0.55, 0.0904, 30, 10)]);
        assert_eq!(found.unwrap().bins[0].median_count, 30);
    }

    #[test]
    fn without_a_fire_or_ground_there_is_no_offset_and_a_reason() {
        assert_eq!(offset(&[(0.5, 0.1, 9000, 0)]), Err(NoOffsetReason::NoFire));
        assert_eq!(offset(&[(0.5, 0.1, 49, 9)]), Err(NoOffsetReason::SmallRing { count: 49 }));
    }

    #[test]
    fn a_corrected_cell_has_lost_the_offset_and_a_hole_stays_one() {
        let offset = DnbrOffset { mean: 0.02, sd: 0.01, count: 9, mad: None };
        assert_eq!(offset.correct(0.12), 0.12 - 0.02);
        assert!(offset.correct(f32::NAN).is_nan());
    }
}
