//! Heat that is no wildfire: volcanoes, flares, plants. Cells that are hot again and again over
//! months, and small components that stay where they are.

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::fires::detection::{Detection, E5, MINUTES_PER_DAY, STORED_CELL_E5, date_of_minute};
use crate::fires::sphere::SpherePoint;

/// Side of a cell, 1e-5 degrees.
const CELL_E5: i32 = 1000;
/// Months that are remembered.
const MONTHS: u32 = 24;
/// Different months in which a static cell was hot …
const MIN_HOT_MONTHS: u32 = 3;
/// … and months from the first of them to the last: a fire of ten weeks spans three.
const MIN_MONTHS_APART: u32 = 4;

/// Cells of 0.01°, and the months in which they were hot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StaticCells {
    /// The month of bit 0, counted from year 0.
    newest_month: i32,
    /// Ordered by row and column.
    cells: Vec<HotCell>,
}

/// A cell: row and column from 0°, the months before the newest as bits, and whether an archive
/// states a static source in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct HotCell(i32, i32, u32, bool);

impl HotCell {
    fn is_static(self) -> bool {
        let months = self.2;
        let apart = || u32::BITS - 1 - months.leading_zeros() - months.trailing_zeros();
        self.3 || months.count_ones() >= MIN_HOT_MONTHS && apart() >= MIN_MONTHS_APART
    }

    fn place(self) -> (i32, i32) {
        (self.0, self.1)
    }
}

impl StaticCells {
    /// Adds detections, in any order and as often as they come.
    pub fn learn(&mut self, points: &[Detection]) {
        let months = months(points);
        let newest = months.iter().copied().max().unwrap_or(self.newest_month);
        let newest = newest.max(self.newest_month);
        let mut cells = std::mem::take(&mut self.cells);
        let older_by = newest - self.newest_month;
        cells.iter_mut().for_each(|cell| cell.2 = shifted(cell.2, older_by));
        cells.extend(points.iter().zip(months).map(|(point, month)| {
            let (row, column) = cell_of(point);
            let is_stated = point.source.is_some_and(|source| source.is_static());
            HotCell(row, column, shifted(1, newest - month), is_stated)
        }));
        cells.sort_unstable_by_key(|cell| cell.place());
        cells.dedup_by(|next, kept| {
            let is_same = next.place() == kept.place();
            if is_same {
                kept.2 |= next.2;
                kept.3 |= next.3;
            }
            is_same
        });
        cells.retain(|HotCell(_, _, months, is_stated)| *months > 0 || *is_stated);
        cells.shrink_to_fit();
        (self.cells, self.newest_month) = (cells, newest);
    }

    /// The cells of static sources alone: far fewer than all that were ever hot.
    pub(super) fn static_alone(&self) -> Self {
        let cells = self.cells.iter().copied().filter(|cell| cell.is_static()).collect();
        Self { cells, ..*self }
    }

    /// Whether a detection is one of a static source.
    pub fn holds(&self, point: &Detection) -> bool {
        point.source.is_some_and(|source| source.is_static()) || self.is_static(cell_of(point))
    }

    /// Whether a longitude and latitude, degrees, lie in the cell of a static source.
    pub fn holds_place(&self, lon: f64, lat: f64) -> bool {
        let cell = |degrees: f64| (degrees * E5).round() as i32;
        self.is_static((cell(lat).div_euclid(CELL_E5), cell(lon).div_euclid(CELL_E5)))
    }

    /// Whether a stored cell of a fire lies in a static cell.
    pub(super) fn holds_stored(&self, (row, column, _): &(i32, i32, i32)) -> bool {
        let place = |cell: &i32| (cell * STORED_CELL_E5 + STORED_CELL_E5 / 2).div_euclid(CELL_E5);
        self.is_static((place(row), place(column)))
    }

    fn is_static(&self, place: (i32, i32)) -> bool {
        let found = self.cells.binary_search_by_key(&place, |cell| cell.place());
        found.is_ok_and(|at| self.cells[at].is_static())
    }
}

fn cell_of(point: &Detection) -> (i32, i32) {
    (point.lat_e5.div_euclid(CELL_E5), point.lon_e5.div_euclid(CELL_E5))
}

/// The month of each detection, counted from year 0.
fn months(points: &[Detection]) -> Vec<i32> {
    let (mut day, mut month) = (None, 0);
    let month_of = |point: &Detection| {
        // Most detections are of the day of the one before.
        if day.replace(point.day()) != Some(point.day()) {
            let date = date_of_minute(point.minute);
            month = date.year() * 12 + date.month0() as i32;
        }
        month
    };
    points.iter().map(month_of).collect()
}

/// Bits of months, moved into the past; those that are too old are dropped.
fn shifted(months: u32, by: i32) -> u32 {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    months.checked_shl(by).unwrap_or(0) & ((1 << MONTHS) - 1)
}

/// A component that is hot on so many days …
const MIN_HOT_DAYS: usize = 5;
/// … of so many …
const HOT_DAYS_WITHIN: i32 = 15;
/// … is a static source when it is no larger than this, km …
const MAX_EXTENT_KM: f64 = 4.0;
/// … when of its detections after the third day …
const EARLY_DAYS: i32 = 3;
/// … less than one in five lies farther than this from all earlier ones, km …
const STILL_KM: f64 = 0.75;
const MIN_STILL_TO_MOVED: usize = 5;
/// … and when it is at least half as hot on a day as before: a fire that no longer grows fades.
const MAX_FADED: usize = 2;

/// Whether the detections of one component, in order of time, are those of a static source.
pub(super) fn stays_in_place(points: &[Detection]) -> bool {
    let mut days: Vec<i32> = points.iter().map(Detection::day).collect();
    days.dedup();
    let is_persistent = days
        .windows(MIN_HOT_DAYS)
        .any(|window| window[MIN_HOT_DAYS - 1] - window[0] < HOT_DAYS_WITHIN);
    if !is_persistent || extent_km(points) > MAX_EXTENT_KM {
        return false;
    }
    let end_of_early = points[0].minute.saturating_add(EARLY_DAYS * MINUTES_PER_DAY);
    let (early, late) = points.split_at(points.partition_point(|p| p.minute < end_of_early));
    let is_steady = late.len() * hot_days(early) * MAX_FADED >= early.len() * hot_days(late);
    let places: Vec<SpherePoint> = early.iter().map(SpherePoint::of).collect();
    let is_moved = |point: &&Detection| {
        let place = SpherePoint::of(point);
        places.iter().all(|other| place.squared_chord(other) > STILL_KM * STILL_KM)
    };
    let moved = late.iter().filter(is_moved).count();
    !late.is_empty() && is_steady && moved * MIN_STILL_TO_MOVED < late.len()
}

/// Days on which any of the detections was taken.
pub(super) fn hot_days(points: &[Detection]) -> usize {
    let mut days: Vec<i32> = points.iter().map(Detection::day).collect();
    days.dedup();
    days.len()
}

/// The diagonal of the box around detections, km.
pub(super) fn extent_km(points: &[Detection]) -> f64 {
    let Some(first) = points.first().map(SpherePoint::of) else { return 0.0 };
    let (mut low, mut high) = (first, first);
    for place in points.iter().map(SpherePoint::of) {
        low = SpherePoint { x: low.x.min(place.x), y: low.y.min(place.y), z: low.z.min(place.z) };
        high =
            SpherePoint { x: high.x.max(place.x), y: high.y.max(place.y), z: high.z.max(place.z) };
    }
    low.squared_chord(&high).sqrt()
}
