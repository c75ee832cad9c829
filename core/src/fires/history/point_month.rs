//! The points of one month as cells, a few bytes each.

use chrono::{Datelike, NaiveDate};

use crate::fires::coverage::lies_in;
use crate::fires::detection::{Detection, E5};

/// Side of a cell, 1e-5 degrees: 110 m, a third of a pixel of VIIRS.
const CELL_E5: i64 = 100;
/// Cells around a parallel.
const COLUMNS: i64 = 36_000_000 / CELL_E5;
/// Cells from pole to pole.
const ROWS: i64 = 18_000_000 / CELL_E5;
/// Unit of a pixel's size, metres.
const PIXEL_UNIT_M: u16 = 100;
/// Bits of a pixel's size; larger pixels are stored as the largest.
const PIXEL_BITS: u32 = 6;
const MAX_PIXEL: u64 = (1 << PIXEL_BITS) - 1;
/// The first bytes of a file: its format and version.
const MAGIC: &[u8; 4] = b"DFP1";
/// A number of 64 bits takes so many bytes at most.
const MAX_NUMBER_BYTES: usize = 10;

/// The cells in which points lie, and the size of the smallest pixel in each. In any order and as
/// often as points come, the result is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PointMonth {
    /// Cell and pixel size of each, ascending.
    keys: Vec<u64>,
}

/// A point of a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthPoint {
    /// Longitude of the middle of its cell, degrees.
    pub lon: f64,
    /// Latitude of the middle of its cell, degrees.
    pub lat: f64,
    /// The longer side of its pixel, metres, rounded up to 100.
    pub pixel_m: u16,
}

/// A file that holds no month of points: broken, cut off, or of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no month of points: remove it, and import the archive of that month")]
pub struct PointMonthError;

impl PointMonth {
    /// Adds points; returns whether they change anything.
    pub fn add<'a>(&mut self, points: impl IntoIterator<Item = &'a Detection>) -> bool {
        let keys = points.into_iter().map(key);
        let mut new: Vec<u64> = keys.filter(|key| !self.holds(*key)).collect();
        if new.is_empty() {
            return false;
        }
        new.sort_unstable();
        self.keys.extend(new);
        // Two sorted runs: a stable sort merges them.
        self.keys.sort();
        // Of one cell the smallest pixel comes first.
        self.keys.dedup_by_key(|key| *key >> PIXEL_BITS);
        true
    }

    /// Whether a cell is stored, with a pixel that is no larger.
    fn holds(&self, key: u64) -> bool {
        let after = self.keys.partition_point(|stored| *stored <= key);
        after > 0 && self.keys[after - 1] >> PIXEL_BITS == key >> PIXEL_BITS
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The points in a box [west, south, east, north] in degrees, which may pass the antimeridian.
    pub fn points_in(&self, area: [f64; 4]) -> impl Iterator<Item = MonthPoint> {
        let points = self.keys.iter().map(|key| month_point(*key));
        points.filter(move |point| lies_in(area, point.lon, point.lat))
    }

    /// The file of the month: the number of cells, then the differences of the sorted cells, seven
    /// bits a byte.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        push_number(&mut bytes, self.keys.len() as u64);
        let mut last = 0;
        for key in &self.keys {
            push_number(&mut bytes, key - last);
            last = *key;
        }
        bytes
    }

    /// Reads a file of a month.
    ///
    /// # Errors
    /// When it is none, is cut off, or has bytes beyond its end.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PointMonthError> {
        let mut keys = Vec::new();
        visit_keys(bytes, |key| keys.push(key))?;
        Ok(Self { keys })
    }

    /// The points in a box, as [`points_in`](Self::points_in), from a file of a month, all of which
    /// is read and checked; no other point is held in memory.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes).
    pub fn points_of_bytes(
        bytes: &[u8],
        area: [f64; 4],
    ) -> Result<Vec<MonthPoint>, PointMonthError> {
        let mut points = Vec::new();
        let rows = row_of(area[1])..=row_of(area[3]);
        visit_keys(bytes, |key| {
            if rows.contains(&((key >> PIXEL_BITS) as i64 / COLUMNS)) {
                let point = month_point(key);
                points.extend(lies_in(area, point.lon, point.lat).then_some(point));
            }
        })?;
        Ok(points)
    }

    /// Checks a file of a month.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes).
    pub fn check_bytes(bytes: &[u8]) -> Result<(), PointMonthError> {
        visit_keys(bytes, |_| {})
    }
}

/// Visits the keys of a file in order.
fn visit_keys(bytes: &[u8], mut visit: impl FnMut(u64)) -> Result<(), PointMonthError> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or(PointMonthError)?;
    let count = take_number(&mut rest)?;
    // Each takes a byte at least.
    if count > rest.len() as u64 {
        return Err(PointMonthError);
    }
    let mut last = 0u64;
    for index in 0..count {
        let step = take_number(&mut rest)?;
        last = last.checked_add(step).ok_or(PointMonthError)?;
        if (index > 0 && step == 0) || last >> PIXEL_BITS >= (COLUMNS * ROWS) as u64 {
            return Err(PointMonthError);
        }
        visit(last);
    }
    if rest.is_empty() { Ok(()) } else { Err(PointMonthError) }
}

/// The row of a latitude, degrees.
fn row_of(lat: f64) -> i64 {
    (((lat * E5) as i64 + 9_000_000) / CELL_E5).clamp(0, ROWS - 1)
}

/// The month of a day, counted from year 0.
pub fn month_of(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0() as i32
}

/// The months from that of a day to that of another.
pub fn months_between(first: NaiveDate, last: NaiveDate) -> std::ops::RangeInclusive<i32> {
    month_of(first)..=month_of(last)
}

fn key(point: &Detection) -> u64 {
    let column = (i64::from(point.lon_e5) + 18_000_000).rem_euclid(36_000_000) / CELL_E5;
    let row = ((i64::from(point.lat_e5) + 9_000_000) / CELL_E5).clamp(0, ROWS - 1);
    let pixel = u64::from(point.pixel_m().div_ceil(PIXEL_UNIT_M)).min(MAX_PIXEL);
    ((row * COLUMNS + column) as u64) << PIXEL_BITS | pixel
}

fn month_point(key: u64) -> MonthPoint {
    let cell = (key >> PIXEL_BITS) as i64;
    let middle =
        |index: i64, origin_e5: i64| (index * CELL_E5 + CELL_E5 / 2 - origin_e5) as f64 / E5;
    MonthPoint {
        lon: middle(cell % COLUMNS, 18_000_000),
        lat: middle(cell / COLUMNS, 9_000_000),
        pixel_m: (key & MAX_PIXEL) as u16 * PIXEL_UNIT_M,
    }
}

fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> Result<u64, PointMonthError> {
    let mut number = 0u64;
    for place in 0..MAX_NUMBER_BYTES {
        let (byte, rest) = bytes.split_first().ok_or(PointMonthError)?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << (7 * place);
        if shifted >> (7 * place) != bits {
            return Err(PointMonthError);
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(PointMonthError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::history::tests::point_at;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const WORLD: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];

    #[test]
    fn a_month_is_the_same_in_any_order_and_comes_back_from_its_bytes() {
        let points: Vec<Detection> = [(-120.1, 35.0), (179.999, -60.0), (-180.0, 89.9), (0.0, 0.0)]
            .into_iter()
            .map(|(lon, lat)| point_at(lon, lat))
            .collect();
        let mut month = PointMonth::default();
        month.add(&points);
        let mut other = PointMonth::default();
        assert!(other.add(points.iter().rev()));
        assert!(!other.add(&points));
        assert_eq!(month, other);
        assert_eq!(month.len(), 4);
        assert_eq!(PointMonth::from_bytes(&month.to_bytes()), Ok(month.clone()));
        for point in &points {
            let is_near = |found: &MonthPoint| {
                (found.lon - point.lon()).abs() < 0.0011 && (found.lat - point.lat()).abs() < 0.0011
            };
            assert!(month.points_in(WORLD).any(|found| is_near(&found)), "{point:?}");
        }
        assert_eq!(month.points_in([-121.0, 34.0, -120.0, 36.0]).count(), 1);
        for area in [WORLD, [-121.0, 34.0, -120.0, 36.0], [179.0, -90.0, -179.0, 90.0]] {
            let of_bytes = PointMonth::points_of_bytes(&month.to_bytes(), area).unwrap();
            assert_eq!(of_bytes, month.points_in(area).collect::<Vec<_>>());
        }
    }

    #[test]
    fn of_one_cell_the_smallest_pixel_is_kept() {
        let mut month = PointMonth::default();
        let fine = point_at(10.0, 40.0);
        let coarse = Detection { scan_m: 4800, ..fine };
        assert!(month.add(&[coarse]) && month.add(&[fine]) && !month.add(&[coarse, fine]));
        let found: Vec<MonthPoint> = month.points_in(WORLD).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pixel_m, fine.pixel_m().div_ceil(100) * 100);
    }

    #[test]
    fn a_file_that_is_cut_off_or_foreign_is_refused() {
        let mut month = PointMonth::default();
        month.add(&[point_at(10.0, 40.0), point_at(11.0, 41.0)]);
        let bytes = month.to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(PointMonth::from_bytes(&bytes[..end]), Err(PointMonthError), "{end}");
            assert_eq!(PointMonth::check_bytes(&bytes[..end]), Err(PointMonthError), "{end}");
            let points = PointMonth::points_of_bytes(&bytes[..end], WORLD);
            assert_eq!(points, Err(PointMonthError), "{end}");
        }
        for wrong in [
            &b"DFP1\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"[..],
            b"PK\x03\x04",
            b"DFP1\x05\x01",
        ] {
            assert_eq!(PointMonth::from_bytes(wrong), Err(PointMonthError));
        }
        assert_eq!(PointMonth::from_bytes(&[&bytes[..], b"\x01"].concat()), Err(PointMonthError));
    }
}
