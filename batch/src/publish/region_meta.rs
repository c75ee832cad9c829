//! A region's metadata on the disk.

use std::fs;

use dragonfly_core::Region;
use dragonfly_core::metadata::RegionMeta;

use crate::deployment::layout::RootLayout;

/// The contents of a region's metadata file.
pub(crate) enum MetaFile {
    /// Whole metadata.
    Readable(Box<RegionMeta>),
    /// No file: the region was never run, or someone removed it.
    Absent,
    /// A file that is there and cannot be read: the state of the region is unknown, so nothing of
    /// it may be changed.
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
    pub(crate) fn read(layout: &RootLayout, region: &str) -> Self {
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
