//! What passes from night to night: the state of the fires, their points, and the published list.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use dragonfly_core::{Detection, FireList, FiresState, StoredPointsReader, points_csv_parts};
use serde::de::DeserializeOwned;

use crate::deployment::layout::RootLayout;
use crate::fires::layout::FiresLayout;
use crate::publish::json_file::write_json;
use crate::publish::store::{LocalStore, PublishStore};

/// The state and the points of the fires.
#[derive(Default)]
pub(crate) struct KnownFires {
    pub(crate) state: FiresState,
    pub(crate) points: Vec<Detection>,
}

impl KnownFires {
    /// Reads what the last night left; nothing before the first.
    ///
    /// # Errors
    /// When a file is there and cannot be read. Fires would otherwise be lost.
    pub(crate) fn read(layout: &RootLayout) -> Result<Self> {
        let files = FiresLayout::of(layout);
        let state = read_json(&files.state())?.unwrap_or_default();
        let file = files.points();
        let points = match File::open(&file) {
            Ok(table) => read_stored(table).with_context(|| broken(&file))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", file.display()));
            }
        };
        Ok(Self { state, points })
    }

    /// Writes both. Points come first: a state without its points would lose fires, while points
    /// of an older state give the same fires again.
    ///
    /// # Errors
    /// When a file cannot be written. The old one stays then.
    pub(crate) fn write(&self, layout: &RootLayout) -> Result<()> {
        let files = FiresLayout::of(layout);
        let store = LocalStore::of(layout);
        store.write_parts(&files.points(), &mut points_csv_parts(&self.points))?;
        self.write_state(layout)
    }

    /// Writes the state alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write_state(&self, layout: &RootLayout) -> Result<()> {
        write_json(&LocalStore::of(layout), &FiresLayout::of(layout).state(), &self.state)
    }
}

fn read_stored(table: File) -> Result<Vec<Detection>> {
    let mut reader = StoredPointsReader::default();
    let (mut table, mut line) = (BufReader::new(table), String::new());
    while table.read_line(&mut line)? > 0 {
        reader.add_line(&line)?;
        line.clear();
    }
    Ok(reader.finish()?)
}

/// The published list; `None` before the first night.
///
/// # Errors
/// When it is there and cannot be read.
pub(crate) fn read_list(layout: &RootLayout) -> Result<Option<FireList>> {
    read_json(&layout.meta_file("fires"))
}

/// A JSON file; `None` where there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub(crate) fn read_json<T: DeserializeOwned>(file: &Path) -> Result<Option<T>> {
    let Some(text) = read_if_there(file)? else { return Ok(None) };
    serde_json::from_slice(&text).map(Some).with_context(|| broken(file))
}

fn read_if_there(file: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

fn broken(file: &Path) -> String {
    format!(
        "{} cannot be read, so no fire is changed: put back a copy of it, or remove it to begin \
        again with the points of the last days",
        file.display()
    )
}
