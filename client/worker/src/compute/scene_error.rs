//! Why a scene cannot be used.

use dragonfly_core::stac::{AssetBandError, MaskMeaningError};
use dragonfly_core::{PlacementError, SceneFilesError};
use dragonfly_tiff::{CrsError, SampleKind};

use crate::fetch::cog::ReadError;

/// Why a scene cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A band is not known.
    #[error(transparent)]
    Band(#[from] AssetBandError),
    /// It is unknown how the mask is written.
    #[error(transparent)]
    MaskMeaning(#[from] MaskMeaningError),
    /// An address that no browser opens.
    #[error("{0} is no address that a browser can open")]
    Address(String),
    /// Without a moment its place among the others is unknown.
    #[error("the item has no datetime")]
    NoDatetime,
    /// Reflectance ready made, or something else.
    #[error("{0} holds pixels of {1:?}, and only digital numbers of 8 or 16 bits can be read")]
    NoDigitalNumbers(String, SampleKind),
    /// The files do not belong together.
    #[error(transparent)]
    Files(#[from] SceneFilesError),
    /// The mask beside a file does not fit it.
    #[error("{url} is no mask of {of}: {cause}; write it again, or delete it")]
    MaskFile {
        /// The mask.
        url: String,
        /// The file.
        of: String,
        /// Why.
        cause: String,
    },
    /// The coordinate system is not known.
    #[error("{url}: {cause}")]
    Crs {
        /// The file.
        url: String,
        /// Why.
        cause: CrsError,
    },
    /// It lies nowhere.
    #[error("{url}: {cause}")]
    Placement {
        /// The file.
        url: String,
        /// Why.
        cause: PlacementError,
    },
}
