//! The sums over a region: hectares per class, why cells are empty, and how the background spreads.

use serde::{Deserialize, Serialize};

use crate::composite::dnbr_histogram::{BackgroundDnbr, DnbrHistogram};
use crate::composite::dnbr_offset::DnbrOffset;
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

/// A change that nearly all ground of a map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Class 4 and above.
    Burnt {
        /// How many cells.
        cells: u64,
    },
    /// Classes 1 and 2.
    Regrown {
        /// How many cells.
        cells: u64,
    },
}

/// Cells with a dNBR from which on a map is more than a fire's middle.
const MIN_JUDGED_CELLS: u64 = 1000;
/// Share of changed cells above which rather the scenes differ than the ground.
const MAX_CHANGED_SHARE: f64 = 0.9;

/// Adds up cells of the finest zoom, row by row.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    areas_ha: [f64; 7],
    provisional_ha: [f64; 7],
    changed_ha: f64,
    /// Cells with a dNBR by class, provisional and changed ones included.
    valid: [u64; 7],
    provisional: u64,
    water_after: u64,
    implausible: u64,
    empty: [u64; Empty::ALL.len()],
    dnbr: DnbrHistogram,
}

impl Summary {
    /// Adds one row of cells, each of `cell_area_ha`. Cells outside the box are left out.
    pub fn add_row(&mut self, cells: impl Iterator<Item = impl Into<MapCell>>, cell_area_ha: f64) {
        let mut counts = [0u64; 7];
        let mut provisional_counts = [0u64; 7];
        let mut changed_count = 0u64;
        for cell in cells {
            let cell = cell.into();
            match cell {
                MapCell::Value(dnbr) | MapCell::Provisional(dnbr) | MapCell::Changed(dnbr) => {
                    let Some(class) = Breaks::USGS.classify(dnbr) else { continue };
                    match cell {
                        // What is unburned after the offset needs no second view.
                        MapCell::Provisional(_) if class.is_burnt() => {
                            provisional_counts[class.index()] += 1;
                        }
                        MapCell::Changed(_) => {
                            changed_count += 1;
                            self.valid[class.index()] += 1;
                        }
                        _ => counts[class.index()] += 1,
                    }
                    self.implausible += u64::from(is_implausible(dnbr));
                    self.dnbr.add(dnbr);
                }
                MapCell::WaterAfter => self.water_after += 1,
                MapCell::Empty(reason) => self.empty[reason.index()] += 1,
            }
        }
        self.changed_ha += changed_count as f64 * cell_area_ha;
        let sums = self.areas_ha.iter_mut().zip(&mut self.valid);
        for ((area, valid), count) in sums.zip(counts) {
            *area += count as f64 * cell_area_ha;
            *valid += count;
        }
        let sums = self.provisional_ha.iter_mut().zip(&mut self.valid);
        for ((area, valid), count) in sums.zip(provisional_counts) {
            *area += count as f64 * cell_area_ha;
            *valid += count;
            self.provisional += count;
        }
    }

    /// Adds one row of cells by their dNBR, less an offset, and the codes of their states.
    // Not part of its callers, which are compiled for size in the browser.
    #[inline(never)]
    pub fn add_coded_row(
        &mut self,
        (dnbr, state): (&[f32], &[u8]),
        offset: Option<DnbrOffset>,
        cell_area_ha: f64,
    ) {
        let corrected = |dnbr: f32| offset.map_or(dnbr, |offset| offset.correct(dnbr));
        let cells = dnbr.iter().zip(state);
        let cells = cells.map(|(dnbr, state)| MapCell::new(corrected(*dnbr), *state));
        self.add_row(cells, cell_area_ha);
    }

    /// Number of cells with a dNBR.
    pub fn valid_count(&self) -> u64 {
        self.valid.iter().sum()
    }

    /// What nearly all cells with a dNBR show, where it is a change.
    pub fn mostly_changed(&self) -> Option<Change> {
        let count_of = |is: fn(Severity) -> bool| -> u64 {
            let classes = Severity::ALL.into_iter().filter(|class| is(*class));
            classes.map(|class| self.valid[class.index()]).sum()
        };
        let seen = self.valid_count();
        let is_most =
            |cells: u64| seen >= MIN_JUDGED_CELLS && cells as f64 > MAX_CHANGED_SHARE * seen as f64;
        let burnt = count_of(Severity::is_burnt);
        let regrown =
            count_of(|class| matches!(class, Severity::RegrowthHigh | Severity::RegrowthLow));
        if is_most(burnt) {
            return Some(Change::Burnt { cells: burnt });
        }
        is_most(regrown).then_some(Change::Regrown { cells: regrown })
    }

    /// Number of cells inside the box.
    pub fn box_count(&self) -> u64 {
        let empty: u64 = self.empty.iter().sum();
        let outside = self.empty[Empty::OutsideBox.index()];
        self.valid_count() + self.water_after + empty - outside
    }

    /// Hectares per class, without those that are provisional.
    pub fn hectares(&self) -> Hectares {
        Hectares::from_classes(self.areas_ha)
    }

    /// Hectares per class of the ground that a single view shows burnt.
    pub fn provisional_hectares(&self) -> Hectares {
        Hectares::from_classes(self.provisional_ha)
    }

    /// Hectares of burnt-looking ground where no fire was seen, in no class.
    pub fn changed_hectares(&self) -> f64 {
        self.changed_ha
    }

    /// Fraction of the valid cells that a single view shows burnt; 0 when none is valid.
    pub fn provisional_share(&self) -> f64 {
        fraction(self.provisional, self.valid_count())
    }

    /// Fraction of the valid cells beyond −0.5 or 1.3; 0 when none is valid.
    pub fn implausible_share(&self) -> f64 {
        fraction(self.implausible, self.valid_count())
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

    /// The same where at least half of the cells with a value are that ground: otherwise what
    /// burnt may be taken for it.
    pub fn whole_background(&self) -> Option<BackgroundDnbr> {
        self.dnbr.whole_background()
    }

    /// Median and spread of the ground that did not burn; `None` without a cell.
    pub fn background_dnbr(&self) -> Option<BackgroundDnbr> {
        self.dnbr.background()
    }
}

fn fraction(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
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
        summary.add_row([MapCell::Provisional(0.05)].into_iter(), 2.0);
        assert_eq!(
            (summary.hectares().unburned, summary.provisional_hectares().unburned),
            (2.0, 0.0)
        );
    }

    #[test]
    fn change_without_a_fire_is_seen_and_in_no_class() {
        let mut summary = Summary::default();
        let cells = [MapCell::Changed(0.7), MapCell::Value(0.7), MapCell::Value(0.0)];
        summary.add_row(cells.into_iter(), 2.0);
        assert_eq!((summary.hectares().burnt(), summary.changed_hectares()), (2.0, 2.0));
        assert_eq!((summary.valid_count(), summary.box_count()), (3, 3));
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
