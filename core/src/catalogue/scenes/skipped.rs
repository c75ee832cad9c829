//! The scenes of a window that are not used, and why.

use serde::{Deserialize, Serialize};

/// A scene in the window that is not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkippedScene {
    /// Its id.
    pub id: String,
    /// Why, as text.
    pub reason: String,
    /// Why; `None` in metadata of an older version.
    #[serde(default)]
    pub why: Option<SkipReason>,
}

/// Why a scene in the window is not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SkipReason {
    /// Another version of the same view is better.
    Duplicate {
        /// Id of the scene that is used.
        of: String,
    },
    /// It is too cloudy.
    TooCloudy {
        /// Its cloud cover, percent.
        cloud_cover: f64,
        /// The most that the region permits, percent.
        max_cloud_cover: f64,
    },
    /// Better scenes show the same ground.
    BetterScenes {
        /// How many scenes the tile has.
        count: usize,
        /// The tile of the satellite's grid.
        tile: String,
    },
    /// Its files cannot be read.
    Unreadable,
    /// Its files lie where the catalogue may not lead.
    Refused,
    /// A reason of a later version.
    #[serde(other)]
    Other,
}

impl SkippedScene {
    /// A scene of another moment than one of the same id, of which only one can be used.
    pub(super) fn of_same_id(id: &str) -> Self {
        let reason = "another scene of other time has the same id: give each item of the \
            collection an id of its own";
        Self { id: id.to_owned(), reason: reason.to_owned(), why: None }
    }

    /// A scene that the choice leaves out.
    pub(super) fn new(id: &str, why: SkipReason) -> Self {
        let reason = match &why {
            SkipReason::Duplicate { of } => format!("duplicate of {of}"),
            SkipReason::TooCloudy { cloud_cover, max_cloud_cover } => {
                format!("cloud cover {cloud_cover:.0} % is above {max_cloud_cover:.0} %")
            }
            SkipReason::BetterScenes { count, tile } => format!("{count} better scenes of {tile}"),
            SkipReason::Unreadable => "its files cannot be read".to_owned(),
            SkipReason::Refused => "its files lie where the catalogue may not lead".to_owned(),
            SkipReason::Other => String::new(),
        };
        Self { id: id.to_owned(), reason, why: Some(why) }
    }
}
