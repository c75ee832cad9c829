//! The sums over a region: hectares per class, why cells are empty, and how the background spreads.

use serde::{Deserialize, Serialize};

use crate::geo::cell::{Empty, MapCell};
use crate::severity::classes::{Breaks, Severity, is_implausible};

/// True hectares of each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hectares {
    /// Class 1.
    pub regrowth_high: f64,
    /// Class 2.
    pub regrowth_low: f64,
    /// Class 3.
    pub unburned: f64,
    /// Class 4.
    pub low: f64,
    /// Class 5.
    pub moderate_low: f64,
    /// Class 6.
    pub moderate_high: f64,
    /// Class 7.
    pub high: f64,
}

impl Hectares {
    /// Hectares of one class.
    pub fn of(&self, class: Severity) -> f64 {
        match class {
            Severity::RegrowthHigh => self.regrowth_high,
            Severity::RegrowthLow => self.regrowth_low,
            Severity::Unburned => self.unburned,
            Severity::Low => self.low,
            Severity::ModerateLow => self.moderate_low,
            Severity::ModerateHigh => self.moderate_high,
            Severity::High => self.high,
        }
    }

    /// Hectares of low severity and worse.
    pub fn burnt(&self) -> f64 {
        Severity::ALL.into_iter().filter(|class| class.is_burnt()).map(|class| self.of(class)).sum()
    }

    fn from_classes(areas_ha: [f64; 7]) -> Self {
        let [regrowth_high, regrowth_low, unburned, low, moderate_low, moderate_high, high] =
            areas_ha;
        Self { regrowth_high, regrowth_low, unburned, low, moderate_low, moderate_high, high }
    }
}

/// Fractions of the cells of the box that are empty, by reason; 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmptyShare {
    /// Outside the fire zone.
    pub outside_zone: f64,
    /// No scene there on one side.
    pub never_observed: f64,
    /// Cloud, shadow or snow in every image of one side.
    pub cloud: f64,
    /// Water before the fire.
    pub water: f64,
    /// Land before the fire, water in the last two clear views after it: flooded, and not burnt.
    pub water_after: f64,
    /// Scenes there, but nothing usable in them.
    pub no_data: f64,
}

/// The dNBR of ground that did not burn: what the seasons alone did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackgroundDnbr {
    /// Median over the cells below class 4, right to 0.0005.
    pub median: f64,
    /// Median absolute deviation from it, right to 0.001.
    pub mad: f64,
}

/// Adds up cells of the finest zoom, row by row.
#[derive(Clone, Debug)]
pub struct Summary {
    areas_ha: [f64; 7],
    provisional_ha: [f64; 7],
    valid: u64,
    provisional: u64,
    water_after: u64,
    implausible: u64,
    empty: [u64; Empty::ALL.len()],
    background: Vec<u64>,
}

/// Bins of the background's histogram: 0.001 wide, from −2 to the break of class 4.
const BIN_WIDTH: f64 = 0.001;
const LOWEST: f64 = -2.0;
const BINS: usize = 2100;

impl Default for Summary {
    fn default() -> Self {
        Self {
            areas_ha: [0.0; 7],
            provisional_ha: [0.0; 7],
            valid: 0,
            provisional: 0,
            water_after: 0,
            implausible: 0,
            empty: [0; Empty::ALL.len()],
            background: vec![0; BINS],
        }
    }
}

impl Summary {
    /// Adds one row of cells, each of `cell_area_ha`. Cells outside the box are left out.
    pub fn add_row(&mut self, cells: impl Iterator<Item = impl Into<MapCell>>, cell_area_ha: f64) {
        let mut counts = [0u64; 7];
        let mut provisional_counts = [0u64; 7];
        for cell in cells {
            let cell = cell.into();
            match cell {
                MapCell::Value(dnbr) | MapCell::Provisional(dnbr) => {
                    let Some(class) = Breaks::USGS.classify(dnbr) else { continue };
                    match cell {
                        MapCell::Provisional(_) => provisional_counts[class.index()] += 1,
                        _ => counts[class.index()] += 1,
                    }
                    self.implausible += u64::from(is_implausible(dnbr));
                    if !class.is_burnt() {
                        let bin = ((f64::from(dnbr) - LOWEST) / BIN_WIDTH) as usize;
                        self.background[bin.min(BINS - 1)] += 1;
                    }
                }
                MapCell::WaterAfter => self.water_after += 1,
                MapCell::Empty(reason) => self.empty[reason.index()] += 1,
            }
        }
        for (area, count) in self.areas_ha.iter_mut().zip(counts) {
            *area += count as f64 * cell_area_ha;
            self.valid += count;
        }
        for (area, count) in self.provisional_ha.iter_mut().zip(provisional_counts) {
            *area += count as f64 * cell_area_ha;
            self.valid += count;
            self.provisional += count;
        }
    }

    /// Number of cells with a dNBR.
    pub fn valid_count(&self) -> u64 {
        self.valid
    }

    /// Number of cells inside the box.
    pub fn box_count(&self) -> u64 {
        let empty: u64 = self.empty.iter().sum();
        self.valid + self.water_after + empty - self.empty[Empty::OutsideBox.index()]
    }

    /// Hectares per class, without those that are provisional.
    pub fn hectares(&self) -> Hectares {
        Hectares::from_classes(self.areas_ha)
    }

    /// Hectares per class of the ground that a single view shows burnt.
    pub fn provisional_hectares(&self) -> Hectares {
        Hectares::from_classes(self.provisional_ha)
    }

    /// Fraction of the valid cells that a single view shows burnt; 0 when none is valid.
    pub fn provisional_share(&self) -> f64 {
        fraction(self.provisional, self.valid)
    }

    /// Fraction of the valid cells beyond −0.5 or 1.3; 0 when none is valid.
    pub fn implausible_share(&self) -> f64 {
        fraction(self.implausible, self.valid)
    }

    /// Fractions of the box's cells, by reason.
    pub fn empty_share(&self) -> EmptyShare {
        let fraction = |reason: Empty| fraction(self.empty[reason.index()], self.box_count());
        EmptyShare {
            outside_zone: fraction(Empty::OutsideZone),
            never_observed: fraction(Empty::NeverObserved),
            cloud: fraction(Empty::Cloud),
            water: fraction(Empty::Water),
            water_after: self::fraction(self.water_after, self.box_count()),
            no_data: fraction(Empty::NoData),
        }
    }

    /// Median and spread of the unburned background; `None` when every valid cell burnt.
    pub fn background_dnbr(&self) -> Option<BackgroundDnbr> {
        let middle = |bin: usize| LOWEST + (bin as f64 + 0.5) * BIN_WIDTH;
        let median_bin = median_bin(&self.background)?;
        let mut deviations = vec![0u64; BINS];
        for (bin, count) in self.background.iter().enumerate() {
            deviations[bin.abs_diff(median_bin)] += count;
        }
        let mad_bin = self::median_bin(&deviations)?;
        Some(BackgroundDnbr {
            median: rounded(middle(median_bin)),
            mad: rounded(mad_bin as f64 * BIN_WIDTH),
        })
    }
}

fn fraction(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
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

    #[test]
    fn hectares_are_counts_times_the_rows_own_area() {
        let mut summary = Summary::default();
        summary.add_row([Ok(0.7), Ok(0.0), Err(Empty::Cloud)].into_iter(), 2.0);
        summary.add_row([Ok(0.7), Ok(0.2), Err(Empty::OutsideBox)].into_iter(), 3.0);
        let hectares = summary.hectares();
        assert_eq!((hectares.high, hectares.unburned, hectares.low), (5.0, 2.0, 3.0));
        assert_eq!(hectares.burnt(), 8.0);
        assert_eq!((summary.valid_count(), summary.box_count()), (4, 5));
        assert_eq!(summary.empty_share().cloud, 0.2);
    }

    #[test]
    fn what_one_view_shows_and_what_is_flooded_is_counted_apart() {
        let mut summary = Summary::default();
        let cells = [
            MapCell::Provisional(0.7),
            MapCell::Value(0.7),
            MapCell::WaterAfter,
            MapCell::Empty(Empty::Water),
        ];
        summary.add_row(cells.into_iter(), 2.0);
        assert_eq!((summary.hectares().high, summary.provisional_hectares().high), (2.0, 2.0));
        assert_eq!((summary.valid_count(), summary.box_count()), (2, 4));
        assert_eq!(summary.provisional_share(), 0.5);
        let empty = summary.empty_share();
        assert_eq!((empty.water_after, empty.water), (0.25, 0.25));
    }

    #[test]
    fn values_beyond_the_table_are_painted_and_counted() {
        let mut summary = Summary::default();
        summary.add_row([Ok(1.4), Ok(-0.6), Ok(0.0), Ok(1.3)].into_iter(), 1.0);
        assert_eq!(summary.implausible_share(), 0.5);
        assert_eq!(summary.hectares().high, 2.0);
    }

    #[test]
    fn the_background_is_what_did_not_burn() {
        let mut summary = Summary::default();
        let cells = [0.01, 0.02, 0.03, 0.04, 0.05, 0.5, 0.9];
        summary.add_row(cells.into_iter().map(Ok), 1.0);
        let background = summary.background_dnbr().unwrap();
        assert!((background.median - 0.03).abs() <= 0.0006, "{background:?}");
        assert!((background.mad - 0.01).abs() <= 0.0011, "{background:?}");
        assert_eq!(Summary::default().background_dnbr(), None);
    }

    #[test]
    fn an_empty_region_has_shares_of_zero() {
        let summary = Summary::default();
        assert_eq!(summary.implausible_share(), 0.0);
        assert_eq!(summary.empty_share(), EmptyShare::default());
    }
}
