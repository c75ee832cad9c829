//! Searching for scenes: where and when, the scenes found, and what computing them takes.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::contract::metadata::Assessment;
use crate::contract::protocol::compute::{ComputeRequest, PictureKind};
use crate::{DateWindow, MaskRules};

/// Where and when to search for scenes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchRequest {
    /// GeoJSON with one or more polygons. Cells whose centres lie outside are not computed.
    pub area: String,
    /// Zoom of the cells: [`COMPUTE_ZOOM`](super::COMPUTE_ZOOM), or a coarser one that [`SearchResult::zooms`] offered.
    pub zoom: u8,
    /// Days before the fire.
    pub pre: DateWindow,
    /// Days after the fire.
    pub post: DateWindow,
    /// How scenes of the windows are weighed: as the region's published map states, or `None` for
    /// the assessment that follows from the dates.
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// Root of the STAC API (`stac_url` of `meta/client.json`).
    pub stac_url: String,
    /// Collection to search.
    pub collection: String,
    /// Where tokens are requested, where files need them and core has no rule for the catalogue.
    #[serde(default)]
    pub token_url: Option<String>,
    /// Hosts that pages of the catalogue may lie on beside its own (`catalogue_hosts` of
    /// `meta/client.json`).
    #[serde(default)]
    pub catalogue_hosts: Vec<String>,
    /// Whether a catalogue on a public address may lead to private ones
    /// (`allow_private_addresses`).
    #[serde(default)]
    pub allow_private_addresses: bool,
    /// What counts as hidden (`masks` and `cloud_margin_m` of `meta/client.json`).
    #[serde(default, rename = "sky")]
    pub mask_rules: MaskRules,
    /// Put before the address of every file (`proxy_base` of `meta/client.json`).
    #[serde(default)]
    pub proxy_base: Option<String>,
    /// Most cloud of a scene, percent.
    pub max_cloud_cover: f64,
    /// Most scenes per side and tile of the satellite's grid. One is quickest; more fill in for
    /// clouds.
    pub scenes_per_tile: usize,
    /// Scenes that an address has pinned: these are chosen and no others. Empty for the best ones.
    #[serde(default)]
    pub pinned: Vec<String>,
}

/// The scenes found, and what computing takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchResult {
    /// Before the fire.
    pub pre: SideResult,
    /// After the fire.
    pub post: SideResult,
    /// Box of the area.
    pub bbox: [f64; 4],
    /// The zoom requested first, then the coarser ones, until one fits. The page computes at the
    /// first that [fits](ZoomOffer::fits), and states so where that is not the first.
    pub zooms: Vec<ZoomOffer>,
    /// Requests over the chosen scenes whose results are cached here: nothing is fetched for them.
    #[serde(default)]
    pub kept: Vec<ComputeRequest>,
}

/// What computing at a zoom would take.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoomOffer {
    /// Zoom.
    pub zoom: u8,
    /// Cells across the box.
    pub width: u32,
    /// Cells down the box.
    pub height: u32,
    /// Side of a cell on the ground, metres.
    pub cell_m: f64,
    /// What the chosen scenes' blocks weigh without pictures, roughly, MB. Less where some are kept
    /// here already.
    pub megabytes: f64,
    /// What pictures in true colour weigh beside that, MB.
    pub true_megabytes: f64,
    /// What pictures in false colour weigh beside that, MB.
    pub false_megabytes: f64,
    /// Whether the cells are no more than [`MAX_CELLS`](super::MAX_CELLS).
    pub fits: bool,
}

impl ZoomOffer {
    /// What pictures weigh beside the numbers, MB.
    pub fn picture_megabytes(&self, picture: PictureKind) -> f64 {
        match picture {
            PictureKind::True => self.true_megabytes,
            PictureKind::False => self.false_megabytes,
        }
    }

    /// What is fetched for the numbers and the requested pictures, MB.
    pub fn megabytes_with(&self, picture: Option<PictureKind>) -> f64 {
        self.megabytes + picture.map_or(0.0, |picture| self.picture_megabytes(picture))
    }
}

/// What was found on a side of the fire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SideResult {
    /// All scenes over the area in the window, in order of time, then id.
    pub scenes: Vec<SceneCandidate>,
    /// Why none is chosen; `None` where some are.
    pub without: Option<NoSceneReason>,
}

/// A scene in the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SceneCandidate {
    /// Id in its collection.
    pub id: String,
    /// Moment of acquisition.
    pub datetime: DateTime<Utc>,
    /// Cloud cover of the whole scene, percent.
    pub cloud_cover: Option<f64>,
    /// Tile of the satellite's grid, such as `MGRS-10TFK`. Scenes of one tile are alternatives to
    /// each other.
    pub tile: String,
    /// Box of its ground.
    pub bbox: Option<[f64; 4]>,
    /// Whether core chooses it.
    pub chosen: bool,
    /// Why core passes over it; `None` where it is chosen.
    pub passed_over: Option<String>,
}

/// Why a side has no scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum NoSceneReason {
    /// The window holds none.
    NoScene {
        /// Days nearest to the window that have one, the nearest first; empty where there is none
        /// within a year.
        nearest: Vec<NaiveDate>,
    },
    /// All are too cloudy.
    AllCloudy {
        /// The clearest one's cloud, percent.
        least_cloud_cover: f64,
    },
    /// Scenes that an address has pinned are not in the catalogue.
    PinnedGone {
        /// Their ids.
        ids: Vec<String>,
    },
}
