//! Random damage to files of points: none panics, and no row is lost without being counted.
//!
//! `DRAGONFLY_FUZZ_INPUTS=5000000 cargo test --release -p dragonfly-core points::fuzz` reads so
//! many files instead of the short run of the suite; each is made from its number alone.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::sample_files::{LAYOUTS, dbase};
use super::{ReadPoints, read_points, read_points_archive, unique_detections};
use crate::fires::detection::minute_of_time;

/// Files of the suite's own run.
const INPUTS: u64 = 2000;
/// Files after which a long run prints how far it is.
const PROGRESS_INPUTS: u64 = 50_000;
/// Values that are read as numbers, dates or words nowhere, or nearly.
const ODD_VALUES: [&str; 24] = [
    "",
    " ",
    "NaN",
    "inf",
    "-inf",
    "1e400",
    "-0",
    "0x10",
    "9999999999999999999999",
    "1,2",
    "\"",
    "\"\"\"",
    "١٢",
    "é",
    "\u{feff}",
    "\0",
    "-",
    "+",
    "2025-02-30",
    "99999-01-01",
    "-1",
    "24:61",
    "+5",
    "٣:٤",
];

/// Numbers by xorshift64*, the same on every target.
struct FuzzRandom(u64);

impl FuzzRandom {
    fn of_input(number: u64) -> Self {
        Self(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize) % end.max(1)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn odd_value(&mut self) -> String {
        match self.below(ODD_VALUES.len() + 2) {
            at if at < ODD_VALUES.len() => ODD_VALUES[at].to_owned(),
            at if at == ODD_VALUES.len() => "9".repeat(self.below(400)),
            _ => (0..self.below(12)).map(|_| char::from(self.below(256) as u8)).collect(),
        }
    }
}

/// A table of one of the layouts with some rows, of which few or many are odd.
fn rows(random: &mut FuzzRandom) -> Vec<Vec<String>> {
    let (text, _) = LAYOUTS[random.below(LAYOUTS.len())];
    let fields = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = text.lines().map(fields).collect();
    let odd_every = [1, 5, 150, 2000][random.below(4)];
    let mut rows = vec![lines[0].clone()];
    for _ in 0..random.below(250) {
        let mut row = lines[1].clone();
        // Some rows are the same detection, others lie beside it.
        let end = row[0].len();
        row[0].replace_range(end - 1.., ["0", "1", "2", "3"][random.below(4)]);
        if random.one_in(odd_every) {
            let at = random.below(row.len());
            match random.below(4) {
                0 => drop(row.remove(at)),
                1 => row.insert(at, random.odd_value()),
                _ => row[at] = random.odd_value(),
            }
        }
        rows.push(row);
    }
    if random.one_in(8) {
        let at = random.below(rows[0].len());
        rows[0][at] = random.odd_value();
    }
    rows
}

/// A table as text, with line ends of any system.
fn csv(random: &mut FuzzRandom) -> Vec<u8> {
    let end = ["\n", "\r\n", "\n\n", "\n \n"][random.below(4)];
    let lines: Vec<String> = rows(random).iter().map(|row| row.join(",")).collect();
    let mut bytes = lines.join(end).into_bytes();
    if random.one_in(4) {
        damage(random, &mut bytes);
    }
    bytes
}

/// The table of a shapefile.
fn shapefile_table(random: &mut FuzzRandom) -> Vec<u8> {
    let rows = rows(random);
    let names: Vec<&str> = rows[0].iter().map(String::as_str).collect();
    let cut = |value: &str| value.chars().take(12).collect::<String>();
    let values: Vec<Vec<String>> =
        rows[1..].iter().map(|row| row.iter().map(|v| cut(v)).collect()).collect();
    let values: Vec<Vec<&str>> =
        values.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let values: Vec<&[&str]> =
        values.iter().map(Vec::as_slice).filter(|row| row.len() == names.len()).collect();
    let mut bytes = if names.iter().all(|name| name.len() <= 32) {
        dbase(&names, &values)
    } else {
        vec![3; 40]
    };
    if random.one_in(2) {
        damage(random, &mut bytes);
    }
    bytes
}

/// Changes, removes, doubles or inserts some bytes, or cuts the end off.
fn damage(random: &mut FuzzRandom, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        let until = (at + random.below(80)).min(bytes.len());
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            1 => drop(bytes.drain(at..until)),
            2 => {
                let again = bytes[at..until].to_vec();
                bytes.splice(at..at, again);
            }
            3 => bytes.insert(at, random.below(256) as u8),
            _ => bytes.truncate(at),
        }
    }
}

/// What holds for every file that is read: each row is kept, a duplicate, or broken.
fn check(number: u64, read: &ReadPoints, now: DateTime<Utc>) {
    assert_eq!(read.rows, read.detections.len() + read.broken, "input {number}");
    assert!(read.broken * 100 <= read.rows, "input {number}: {} broken", read.broken);
    assert_eq!(read.broken_rows.len(), read.broken.min(20), "input {number}");
    for point in &read.detections {
        assert!(point.lat_e5.abs() <= 9_000_000 && point.lon_e5.abs() <= 18_000_000);
        assert!(point.minute <= minute_of_time(now) + 180, "input {number}: {point:?}");
        assert!((1..=10_000).contains(&point.pixel_m()), "input {number}: {point:?}");
    }
    let unique = unique_detections(read.detections.clone());
    let keys: BTreeSet<_> = read.detections.iter().map(|point| point.key()).collect();
    let kept: Vec<_> = unique.iter().map(|point| point.key()).collect();
    assert!(keys.into_iter().eq(kept), "input {number}: a detection is lost, or there twice");
}

/// Rows of a text below its header, counted without the parser.
fn lines_below_header(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.trim_start_matches('\u{feff}').lines();
    lines.filter(|line| !line.trim().is_empty()).count().saturating_sub(1)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a longer run is asked for by the environment")]
fn no_damaged_file_panics_and_no_row_is_lost_silently() {
    let now: DateTime<Utc> = "2026-07-26T00:00:00Z".parse().unwrap();
    let asked = std::env::var("DRAGONFLY_FUZZ_INPUTS").ok();
    let inputs = asked.map_or(INPUTS, |count| count.parse().expect("a number of files"));
    let (mut sound, mut refused, mut rows) = (0, 0, 0);
    for number in 0..inputs {
        if number > 0 && number % PROGRESS_INPUTS == 0 {
            println!("{number} files: {sound} read with {rows} rows, {refused} refused");
        }
        let mut random = FuzzRandom::of_input(number);
        let read = if random.one_in(4) {
            let bytes = shapefile_table(&mut random);
            read_points_archive("a.dbf", &bytes, now)
        } else {
            let bytes = csv(&mut random);
            let read = read_points("a.csv", &bytes, now);
            if let Ok(read) = &read {
                assert_eq!(read.rows, lines_below_header(&bytes), "input {number}");
            }
            read
        };
        match read {
            Ok(read) => {
                check(number, &read, now);
                sound += 1;
                rows += read.rows;
            }
            Err(error) => {
                assert!(error.to_string().starts_with("a."), "input {number}: {error}");
                refused += 1;
            }
        }
    }
    println!("{inputs} files: {sound} read with {rows} rows, {refused} refused");
    // Both kinds are tried.
    assert!(sound > inputs / 10 && refused > inputs / 10, "{sound} read, {refused} refused");
}
