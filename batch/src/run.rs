//! One run of a region: its identity, its record in the work folder, and finding the newest.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use dragonfly_core::Region;
use dragonfly_core::metadata::MapMeta;
use serde::{Deserialize, Serialize};

use crate::layout::{Layout, RunFolder};

/// What `lowres` leaves for `tile`: `run.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    /// The region as it was configured.
    pub(crate) region: Region,
    /// When the run began, by the clock in force.
    pub(crate) started_at: DateTime<Utc>,
    /// The map's metadata, still without tiles.
    pub(crate) map: MapMeta,
}

/// The real time and four random hexadecimal digits.
pub(crate) fn new_run_id() -> String {
    let random = RandomState::new().hash_one(std::process::id()) & 0xffff;
    format!("{}{random:04x}", Utc::now().format("%Y%m%dT%H%M%SZ"))
}

/// Whether a name is a run's.
pub(crate) fn is_run_id(name: &str) -> bool {
    name.len() == 20
        && name.as_bytes()[15] == b'Z'
        && name.bytes().enumerate().all(|(place, byte)| match place {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The newest finished run of a region in the work folder.
///
/// # Errors
/// When there is none, or its record cannot be read.
pub(crate) fn newest_run(layout: &Layout, region: &str) -> Result<(RunFolder, RunRecord)> {
    let work = layout.work(region);
    let mut names: Vec<String> = match std::fs::read_dir(&work) {
        Ok(entries) => entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect(),
        Err(_) => Vec::new(),
    };
    names.retain(|name| is_run_id(name) && RunFolder(work.join(name)).record().exists());
    names.sort();
    let Some(name) = names.pop() else {
        bail!("region `{region}` has no computed raster in {}: run `dragonfly lowres {region}` first", work.display());
    };
    let folder = RunFolder(work.join(name));
    let record = read_record(&folder.record())?;
    Ok((folder, record))
}

fn read_record(file: &Path) -> Result<RunRecord> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is broken: run `lowres` again", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_is_its_start_and_four_digits() {
        let id = new_run_id();
        assert!(is_run_id(&id), "{id}");
        assert!(!is_run_id("dnbr") && !is_run_id("20250101T000000Zxyz!"));
    }
}
