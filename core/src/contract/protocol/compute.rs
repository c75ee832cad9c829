//! Computing an area: the scenes and pictures requested, and what the cells sum up to.

use serde::{Deserialize, Serialize};

use crate::contract::metadata::UsedScene;
use crate::contract::warning::MapWarning;
use crate::{DnbrOffset, EmptyShare, Hectares};

/// The zoom at which one computes, unless the area is too large: its cells come nearest to pixels
/// of 20 m.
pub const COMPUTE_ZOOM: u8 = 13;
/// Cells that are computed at most, inside the box of the area.
pub const MAX_CELLS: u64 = 16 << 20;
/// Bytes that are cached on the reader's machine, unless the page states otherwise.
pub const CACHE_BYTES: u64 = 512 << 20;

/// What to compute of the area found last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComputeRequest {
    /// Ids of scenes that [`SearchResult`](super::SearchResult) listed, of both sides: those marked as chosen, or other
    /// choices.
    pub scenes: Vec<String>,
    /// Zoom of the cells, one of [`SearchResult::zooms`](super::SearchResult::zooms); `None` for the one searched with.
    #[serde(default)]
    pub zoom: Option<u8>,
    /// Whether to find the dNBR offset of unburned ground around what burnt.
    #[serde(default)]
    pub dnbr_offset: bool,
    /// GeoJSON of the fire's perimeter, round which that ground is sought; `None` for what turns
    /// out burnt.
    #[serde(default)]
    pub perimeter: Option<String>,
    /// Requested pictures beside the numbers.
    #[serde(default)]
    pub picture: Option<PictureKind>,
}

/// Colours of a picture before and after the fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureKind {
    /// Natural colours: red, green, blue.
    True,
    /// SWIR2, near infrared, red: vegetation green, burnt ground reddish brown, through smoke.
    False,
}

/// Which tile has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockAddress {
    /// Zoom.
    pub z: u8,
    /// Column, from the west.
    pub x: u32,
    /// Row, from the north.
    pub y: u32,
}

/// What all blocks sum up to. Hectares, shares and classes are those of core, by the breaks of
/// USGS, with the offset taken off where there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComputeResult {
    /// Zoom of the cells.
    pub zoom: u8,
    /// True hectares per class, without those that are provisional.
    pub hectares: Hectares,
    /// True hectares per class of the ground that a single view shows burnt, where the latest views
    /// count.
    #[serde(default)]
    pub provisional_hectares: Hectares,
    /// Fractions of the area's cells that are empty, by reason.
    pub empty_share: EmptyShare,
    /// Fraction of the cells with a dNBR beyond −0.5 or 1.3.
    pub implausible_share: f64,
    /// The offset of unburned ground; `None` where none was requested, or no ground yields one.
    /// Blocks come without it: take it off by [`DnbrOffset::correct`].
    pub dnbr_offset: Option<DnbrOffset>,
    /// The scenes used, with the offset decided for each.
    pub scenes: Vec<UsedScene>,
    /// What makes the result doubtful; empty where nothing does.
    #[serde(default)]
    pub warnings: Vec<MapWarning>,
    /// What was masked, as text.
    pub masks: String,
    /// Bytes that came from the network.
    pub bytes: u64,
    /// Bytes that were kept here from before.
    pub cached_bytes: u64,
    /// Whether the finished result was kept here from before: nothing was read or computed then.
    #[serde(default)]
    pub is_kept: bool,
    /// Version of core.
    pub core_version: String,
}
