//! One run of a region: its identity, its record in the work folder, and the order of runs.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use dragonfly_core::Region;
use dragonfly_core::metadata::MapMeta;
use serde::{Deserialize, Serialize};

use crate::deployment::layout::{RootLayout, RunFolder};

/// What `lowres` leaves for `tile`: `run.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    /// The region as it was configured.
    pub(crate) region: Region,
    /// When the run began, by the clock in force.
    pub(crate) started_at: DateTime<Utc>,
    /// Runs of one region in the work folder are sorted by this number: their names follow a clock
    /// that may be put back.
    #[serde(default)]
    pub(crate) sequence: u64,
    /// The map's metadata, still without tiles.
    pub(crate) map: MapMeta,
}

/// A finished run in the work folder. Ordered: the newest is the greatest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FinishedRun {
    pub(crate) sequence: u64,
    pub(crate) run_id: String,
}

/// The real time and four random hexadecimal digits: a name that no run of the region has.
pub(crate) fn new_run_id(layout: &RootLayout, region: &str) -> String {
    let is_taken = |id: &String| {
        let paths = [
            layout.work(region).join(id),
            layout.tiles(region, id),
            layout.raster(region, id),
            layout.layers(region, id),
        ];
        paths.iter().any(|path| path.exists())
    };
    loop {
        let random = RandomState::new().hash_one(std::process::id()) & 0xffff;
        let id = format!("{}{random:04x}", Utc::now().format("%Y%m%dT%H%M%SZ"));
        if !is_taken(&id) {
            return id;
        }
    }
}

/// Whether a name is a run's.
pub(crate) fn is_run_id(name: &str) -> bool {
    name.len() == 20
        && name.bytes().enumerate().all(|(index, byte)| match index {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The finished runs of a region in the work folder, the oldest first. One whose record cannot be
/// read counts as the oldest.
pub(crate) fn finished_runs(layout: &RootLayout, region: &str) -> Vec<FinishedRun> {
    let work = layout.work(region);
    let names = std::fs::read_dir(&work)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_run_id(name));
    let mut runs: Vec<FinishedRun> = names
        .filter_map(|run_id| {
            let record = RunFolder(work.join(&run_id)).record();
            record.exists().then(|| FinishedRun { sequence: sequence_of(&record), run_id })
        })
        .collect();
    runs.sort();
    runs
}

/// The number of a region's next run: above those of all in the work folder.
pub(crate) fn next_sequence(layout: &RootLayout, region: &str) -> u64 {
    finished_runs(layout, region).last().map_or(0, |run| run.sequence.saturating_add(1))
}

fn sequence_of(record: &Path) -> u64 {
    #[derive(Deserialize)]
    struct Numbered {
        #[serde(default)]
        sequence: u64,
    }
    let read =
        std::fs::read(record).ok().and_then(|text| serde_json::from_slice::<Numbered>(&text).ok());
    read.map_or(0, |numbered| numbered.sequence)
}

/// Reads the record of a run.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read_record(folder: &RunFolder) -> Result<RunRecord> {
    let file = folder.record();
    let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("{} is broken: run `dragonfly lowres` again", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_is_its_start_and_four_digits() {
        let folder = tempfile::tempdir().unwrap();
        let id = new_run_id(&RootLayout::new(folder.path()), "madre");
        assert!(is_run_id(&id), "{id}");
        assert!(!is_run_id("dnbr") && !is_run_id("20250101T000000Zxyz!"));
    }

    #[test]
    fn runs_are_ordered_by_their_number_and_not_by_the_clock_that_named_them() {
        let folder = tempfile::tempdir().unwrap();
        let layout = RootLayout::new(folder.path());
        assert_eq!(next_sequence(&layout, "madre"), 0);
        for (run_id, record) in [
            ("20270101T000000Z0000", r#"{"sequence":4}"#),
            ("20260101T000000Z0000", r#"{"sequence":5}"#),
            ("20280101T000000Z0000", "{"),
        ] {
            let run = layout.work("madre").join(run_id);
            std::fs::create_dir_all(&run).unwrap();
            std::fs::write(run.join("run.json"), record).unwrap();
        }
        std::fs::create_dir_all(layout.work("madre").join("20290101T000000Z0000")).unwrap();
        let ids: Vec<String> = finished_runs(&layout, "madre")
            .into_iter()
            .map(|run| run.run_id[..4].to_owned())
            .collect();
        assert_eq!(ids, ["2028", "2027", "2026"]);
        assert_eq!(next_sequence(&layout, "madre"), 6);
    }
}
