//! Why a request failed, and what its reader can do.

use serde::{Deserialize, Serialize};

use crate::FireSide;

/// What went wrong, and the way on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobError {
    /// Which kind, for the page to offer a way on.
    #[serde(rename = "fault")]
    pub kind: JobErrorKind,
    /// What happened, a sentence without full stop.
    pub message: String,
    /// What to do about it, a sentence without full stop.
    pub advice: String,
    /// The scene at fault. The page may offer to compute without it.
    #[serde(default)]
    pub scene: Option<JobErrorScene>,
}

impl JobError {
    /// A fault of a kind, of no scene in particular.
    pub fn new(kind: JobErrorKind, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { kind, message: message.into(), advice: advice.into(), scene: None }
    }
}

/// A scene that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobErrorScene {
    /// Its id.
    pub id: String,
    /// Its side of the fire.
    pub side: FireSide,
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobErrorKind {
    /// The area is no polygon, or not in degrees.
    Area,
    /// More than [`MAX_CELLS`](super::MAX_CELLS).
    TooLarge,
    /// No scene on a side, or one that was not found.
    NoScene,
    /// The browser is offline.
    Offline,
    /// No answer although online: refused to browsers (CORS), or the host is down.
    Refused,
    /// Status 401 or 403.
    Forbidden,
    /// Status 404 or 410.
    NotFound,
    /// Status 429 or 5xx, after several attempts.
    Busy,
    /// A file ends too early: status 416, or a body that breaks off.
    Truncated,
    /// A file that cannot be understood: its head, a broken block.
    Broken,
    /// A compression that is not read here.
    Compression,
    /// A coordinate system without a definition.
    Crs,
    /// The catalogue does not answer as STAC does.
    Catalogue,
    /// The browser gives no more memory.
    Memory,
    /// There is nothing to write yet, or it cannot be written.
    Result,
}
