//! The points of the last months: faults at every change of their files lose none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::NaiveDate;
use dragonfly_core::{PointMonth, PointTimes};
use tempfile::TempDir;

use crate::fault_injection::errno::{EIO, ENOSPC};
use crate::fault_injection::{Fault, Injection, count};

const WORLD: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];
/// The first day with points, a second night, and a third.
const DAYS: [NaiveDate; 3] = [day(7, 28), day(8, 2), day(8, 6)];

const fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap()
}

/// A deployment without regions that keeps the points of the world.
struct HistoryBed {
    folder: TempDir,
}

impl HistoryBed {
    fn new() -> Self {
        let bed = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(bed.file("regions.json"), "[]").unwrap();
        let settings = "root = \"root\"\nregions = \"regions.json\"\nmin_free_gb = 0.0\n\
                        [fires]\npoints = [\"Global.csv\"]\nareas = [\"everywhere\"]\n";
        fs::write(bed.file("dragonfly.toml"), settings).unwrap();
        bed
    }

    /// A copy of what another night left.
    fn after(base: &Self) -> Self {
        let bed = Self::new();
        let root = base.file("root");
        let copied = Command::new("cp").arg("-a").arg(root).arg(bed.file("root")).status();
        assert!(copied.unwrap().success());
        bed
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn history(&self, name: &str) -> PathBuf {
        self.file("root/fires/history").join(name)
    }

    /// The command of a night on a day, with two points on each day before it.
    fn night(&self, today: NaiveDate) -> Command {
        let mut text = "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,\
                        version\n"
            .to_owned();
        for (day, shift) in DAYS[0].iter_days().zip(0..).take_while(|(day, _)| *day < today) {
            for hour in [1, 13] {
                let (lat, lon) = (40 + shift, hour - 120);
                text += &format!("{lat}.05,{lon}.05,0.39,0.36,{day},{hour:02}30,N20,n,2.0NRT\n");
            }
        }
        fs::write(self.file("Global.csv"), text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dragonfly"));
        command.arg("--config").arg(self.file("dragonfly.toml"));
        command.args(["--now", &format!("{today}T04:00:00Z"), "fires", "update"]);
        command
    }

    fn run_night(&self, today: NaiveDate) -> String {
        let output = self.night(today).output().unwrap();
        let messages = messages(&output);
        assert!(output.status.success(), "{messages}");
        messages
    }

    fn times(&self) -> PointTimes {
        serde_json::from_slice(&fs::read(self.history("times.json")).unwrap()).unwrap()
    }

    /// Number of points in all months, each of which must be readable.
    fn point_count(&self) -> usize {
        let months = files(&self.file("root/fires/history"));
        let months = months.iter().filter(|(name, _)| name.ends_with(".points"));
        months.map(|(name, bytes)| PointMonth::from_bytes(bytes).expect(name).len()).sum()
    }
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files of a folder by name, without unfinished ones.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let finished = entries.filter(|file| {
        file.extension().is_some_and(|extension| extension == "points" || extension == "json")
    });
    finished
        .map(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&file).unwrap())
        })
        .collect()
}

/// Points on the days before another.
fn points_before(today: NaiveDate) -> usize {
    2 * (today - DAYS[0]).num_days() as usize
}

#[test]
fn no_fault_at_any_change_of_the_history_loses_a_point() {
    let base = HistoryBed::new();
    base.run_night(DAYS[1]);
    assert_eq!(base.point_count(), points_before(DAYS[1]));
    let whole = HistoryBed::after(&base);
    let inject = |bed: &HistoryBed, at: u64, fault: Fault| -> (Output, u64) {
        let (root, state) = (bed.file("root"), bed.file("fault_count"));
        let mut command = bed.night(DAYS[2]);
        let injection = Injection { root: &root, operations: "", path: "history", at, fault };
        injection.apply(&mut command, &state);
        let output = command.output().unwrap();
        (output, count(&state))
    };
    let (output, changes) = inject(&whole, 0, Fault::Kill);
    assert!(output.status.success() && changes >= 6, "{changes}: {}", messages(&output));
    let expected = files(&whole.file("root/fires/history"));
    assert_eq!(whole.point_count(), points_before(DAYS[2]));
    let last_day = DAYS[2].pred_opt().unwrap();
    assert!(whole.times().known_since(WORLD, last_day).is_some());
    for at in 1..=changes {
        for fault in [Fault::Kill, Fault::FromThenOn(ENOSPC), Fault::Once(EIO)] {
            let named = format!("{fault:?} at change {at} of {changes}");
            let bed = HistoryBed::after(&base);
            let (output, _) = inject(&bed, at, fault);
            assert!(!messages(&output).contains("panicked"), "{named}: {}", messages(&output));
            let times = bed.times();
            // What was known is known, and no time is known without its points.
            assert_eq!(times.known_since(WORLD, day(8, 1)), Some(day(7, 29)), "{named}");
            assert!(bed.point_count() >= points_before(DAYS[1]), "{named}");
            if times.known_since(WORLD, last_day).is_some() {
                assert_eq!(bed.point_count(), points_before(DAYS[2]), "{named}");
            }
            bed.run_night(DAYS[2]);
            assert!(files(&bed.file("root/fires/history")) == expected, "{named}");
        }
    }
    println!("{changes} changes of the history, three faults at each");
}

#[test]
fn a_month_that_the_disk_does_not_give_this_time_is_neither_lost_nor_forgotten() {
    let bed = HistoryBed::new();
    bed.run_night(DAYS[1]);
    let [month, aside] = ["2025-07.points", "aside"].map(|name| bed.history(name));
    let times = bed.times();
    // A folder in place of the file: it is there, and reading it fails.
    fs::rename(&month, &aside).unwrap();
    fs::create_dir(&month).unwrap();
    let warning = bed.run_night(DAYS[2]);
    assert!(warning.contains("2025-07.points"), "{warning}");
    assert_eq!(bed.times(), times);
    fs::remove_dir(&month).unwrap();
    fs::rename(&aside, &month).unwrap();
    bed.run_night(DAYS[2]);
    assert_eq!(bed.point_count(), points_before(DAYS[2]));
    assert_eq!(bed.times().known_since(WORLD, day(8, 5)), Some(day(7, 29)));
    // One that is missing is lost: it is known again from when the night's file has its points.
    fs::remove_file(&month).unwrap();
    let warning = bed.run_night(DAYS[2]);
    assert!(warning.contains("2025-07.points"), "{warning}");
    assert_eq!(bed.point_count(), points_before(DAYS[2]));
}
