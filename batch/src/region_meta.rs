//! A region's metadata on the disk: read, and written when a run ends without a map.

use std::fs;

use anyhow::Result;
use chrono::{DateTime, Utc};
use dragonfly_core::Region;
use dragonfly_core::metadata::{RegionMeta, Status};

use crate::index::write_index;
use crate::json_file::write_json;
use crate::layout::Layout;
use crate::public_text::public_text;
use crate::settings::Settings;

/// What a region's metadata file holds.
pub(crate) enum MetaFile {
    /// Whole metadata.
    Readable(Box<RegionMeta>),
    /// No file: the region was never run, or someone removed it.
    Absent,
    /// A file that is there and cannot be read: nothing is known of the region, so nothing of it
    /// may be changed.
    Unreadable(UnreadableMetaError),
}

/// Metadata that is there and cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the metadata {file} cannot be read ({cause}), so nothing of the region is written or removed: \
     `dragonfly repair {region}` rebuilds it from the newest whole run"
)]
pub(crate) struct UnreadableMetaError {
    region: String,
    file: String,
    /// Why.
    pub(crate) cause: String,
}

impl MetaFile {
    /// Reads a region's metadata.
    pub(crate) fn read(layout: &Layout, region: &str) -> Self {
        let file = layout.meta(region);
        let unreadable = |cause: String| {
            let (region, file) = (region.to_owned(), file.display().to_string());
            Self::Unreadable(UnreadableMetaError { region, file, cause })
        };
        match fs::read(&file) {
            Ok(text) => match serde_json::from_slice::<RegionMeta>(&text) {
                Ok(meta) => Self::Readable(Box::new(meta)),
                Err(error) => unreadable(error.to_string()),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::Absent,
            Err(error) => unreadable(error.to_string()),
        }
    }

    /// The metadata; that of a region before its first run where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub(crate) fn or_pending(self, region: &Region) -> Result<RegionMeta, UnreadableMetaError> {
        match self {
            Self::Readable(meta) => Ok(*meta),
            Self::Absent => Ok(RegionMeta::pending(region)),
            Self::Unreadable(error) => Err(error),
        }
    }
}

/// How a run ended that published nothing.
pub(crate) struct RunEnd {
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) status: Status,
    pub(crate) message: String,
}

/// Records that a run of a region ended without a map; the old map and its fields stay.
///
/// # Errors
/// When the metadata cannot be read or written.
pub(crate) fn record_end(settings: &Settings, region: &Region, end: RunEnd) -> Result<()> {
    let layout = Layout::new(&settings.root);
    let old = MetaFile::read(&layout, &region.name).or_pending(region)?;
    let failures = old.consecutive_failures;
    let consecutive_failures =
        if end.status == Status::Failed { failures.saturating_add(1) } else { failures };
    let meta = RegionMeta {
        last_run_at: Some(end.started_at),
        last_status: end.status,
        last_error: Some(public_text(&end.message)),
        consecutive_failures,
        ..old
    };
    write_json(&layout.meta(&region.name), &meta)?;
    // The record stands; the next start writes the index again.
    write_index(settings).unwrap_or_else(|error| tracing::warn!(region = region.name, "{error:#}"));
    Ok(())
}
