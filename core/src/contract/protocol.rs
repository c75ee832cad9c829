//! The messages between the page and its worker.
//!
//! A message is a JavaScript object `{ json, buffers }`. `json` is the text of an
//! [`RequestMessage`] on the way to the worker, of a [`ResponseMessage`] on the way back. `buffers`
//! are `ArrayBuffer`s, handed over and not copied; the message's docs state which.
//!
//! One request runs at a time: a new one ends the one under way, as if [`JobRequest::Cancel`] came
//! between. Every response carries the number of its request, so that late responses can be
//! recognised. The last response to a request is the one that its docs name, or a
//! [`JobError`].
//!
//! ```text
//! Search ──▶ Progress* Found        Compute ──▶ Progress* Block* Done        Download ──▶ File
//! ReadArea ─▶ Area                  Cancel ───▶ Cancelled                     ClearCache ▶ Cleared
//! ```
//!
//! The worker sends [`JobResponse::Ready`] when it has started; requests sent before are lost. When
//! it runs out of memory, the browser fires `error` at the `Worker`: the page then starts
//! another.
//!
//! Cells are those of Web Mercator tiles of 256 × 256, row by row from the north; numbers are
//! little-endian. Boxes are west, south, east, north in degrees. A MB is a million bytes.

use crate::contract::metadata::{Assessment, UsedScene};
use crate::contract::warning::MapWarning;
use crate::{
    DateWindow, DnbrOffset, EmptyShare, FireSide, Hectares, Index, MaskRules, Palette, Thresholds,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The zoom at which one computes, unless the area is too large: its cells come nearest to pixels
/// of 20 m.
pub const COMPUTE_ZOOM: u8 = 13;
/// Cells that are computed at most, inside the box of the area.
pub const MAX_CELLS: u64 = 16 << 20;
/// Bytes that are cached on the reader's machine, unless the page states otherwise.
pub const CACHE_BYTES: u64 = 512 << 20;

/// A request of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestMessage {
    /// Counted by the page, ascending.
    pub number: u32,
    /// What to do.
    pub request: JobRequest,
}

/// What the worker can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum JobRequest {
    /// Searches for scenes and estimates what computing would take. Ends with
    /// [`JobResponse::Found`].
    Search(Box<SearchRequest>),
    /// Computes the area of the last search. Ends with [`JobResponse::Done`]. Buffers: those of
    /// earlier blocks that are shown no more, to be filled again; there need be none.
    Compute(ComputeRequest),
    /// Writes what was computed last as a file. Ends with [`JobResponse::File`].
    Download(DownloadRequest),
    /// Reads an area out of a file; its bytes are the only buffer. Ends with [`JobResponse::Area`].
    ReadArea {
        /// Name of the file: GeoJSON, or a zipped shapefile.
        name: String,
    },
    /// Ends what is under way, at once. Ends with [`JobResponse::Cancelled`].
    Cancel,
    /// Deletes all bytes cached on the reader's machine. Ends with [`JobResponse::Cleared`].
    ClearCache,
}

/// Where and when to search for scenes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchRequest {
    /// GeoJSON with one or more polygons. Cells whose centres lie outside are not computed.
    pub area: String,
    /// Zoom of the cells: [`COMPUTE_ZOOM`], or a coarser one that [`SearchResult::zooms`] offered.
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

/// What to compute of the area found last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComputeRequest {
    /// Ids of scenes that [`SearchResult`] listed, of both sides: those marked as chosen, or other
    /// choices.
    pub scenes: Vec<String>,
    /// Zoom of the cells, one of [`SearchResult::zooms`]; `None` for the one searched with.
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

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DownloadRequest {
    /// Which.
    pub file: FileKind,
    /// What its values are.
    #[serde(default)]
    pub index: Index,
    /// What separates the classes; `None` for those published for the index.
    #[serde(default)]
    pub thresholds: Option<Thresholds>,
    /// Colours of classes.
    #[serde(default)]
    pub palette: Palette,
    /// Whether the dNBR offset found is taken off.
    pub corrected: bool,
    /// What people call the area; empty where it has no name.
    #[serde(default)]
    pub area_name: String,
    /// The site's own attribution (`own_attribution` of `meta/client.json`); empty for the credit
    /// of the collection.
    #[serde(default)]
    pub attribution: String,
}

/// Files that can be written of a result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FileKind {
    /// GeoTIFF of the index, float32, NaN where empty.
    Values {
        /// In the scenes' own UTM grid, such as 20 m, instead of Web Mercator.
        utm: bool,
    },
    /// GeoTIFF of the classes' numbers, 0 where empty.
    Classes,
    /// GeoJSON of the classes' polygons, hectares in their properties.
    ClassPolygons {
        /// Details smaller than a square of this side are left out, metres; 0 keeps every corner.
        detail_m: f64,
    },
    /// GeoJSON of what burnt, hectares in its properties.
    Perimeter {
        /// Details smaller than a square of this side are left out, metres; 0 keeps every corner.
        detail_m: f64,
    },
    /// CSV of hectares per class.
    Hectares,
}

/// A response of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResponseMessage {
    /// Number of the request.
    pub number: u32,
    /// The response.
    #[serde(rename = "answer")]
    pub response: JobResponse,
}

/// A response to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum JobResponse {
    /// The worker has started, and receives requests from now on. Sent once, with number 0.
    Ready,
    /// Progress. Sent many times.
    Progress(JobProgress),
    /// The scenes.
    Found(Box<SearchResult>),
    /// A tile's cells. Buffers: dNBR as float32 without any offset taken off, NaN where empty; NBR
    /// before the fire as float32 (RdNBR and RBR follow from both, by core); codes as bytes, core's
    /// `VALID` or why a cell is empty, 0 outside the area; and when a picture was requested, RGBA
    /// before and RGBA after, 4 bytes per cell, transparent where nothing was observed. A tile
    /// comes once.
    Block(BlockAddress),
    /// All blocks have come, and what they sum up to.
    Done(Box<ComputeResult>),
    /// A file. The only buffer holds its bytes.
    File(FileInfo),
    /// The area in a file, as the text of a GeoJSON geometry.
    Area {
        /// The geometry, in longitude and latitude.
        geojson: String,
        /// A note for the reader; `None` when all is well.
        note: Option<String>,
    },
    /// Nothing is under way any more.
    Cancelled,
    /// Nothing is cached any more.
    Cleared,
    /// It cannot be done.
    #[serde(rename = "fault")]
    Error(JobError),
}

/// Progress of a request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobProgress {
    /// What is being done.
    pub step: JobStep,
    /// How much of the step is done; of scenes found, heads read, tiles computed.
    pub done: u64,
    /// How much there is to do; 0 where it is unknown.
    pub of: u64,
    /// Bytes that came from the network since the request.
    pub bytes: u64,
}

/// Steps of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStep {
    /// Searching the catalogue. Counts scenes.
    Searching,
    /// Opening the scenes' files. Counts scenes.
    Opening,
    /// Reading blocks and computing. Counts rows of tiles.
    Computing,
    /// Writing a file.
    Writing,
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
    /// Whether the cells are no more than [`MAX_CELLS`].
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

/// How a file is to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInfo {
    /// Proposed name with its ending.
    pub name: String,
    /// Media type.
    pub media_type: String,
}

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
    /// More than [`MAX_CELLS`].
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

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check_order(json: &str, request: JobRequest) {
        let order = RequestMessage { number: 7, request };
        assert_eq!(serde_json::to_string(&order).unwrap(), json);
        assert_eq!(serde_json::from_str::<RequestMessage>(json).unwrap(), order);
    }

    #[test]
    fn orders_are_plain_objects() {
        check_order(r#"{"number":7,"request":{"kind":"cancel"}}"#, JobRequest::Cancel);
        check_order(
            r#"{"number":7,"request":{"kind":"compute","scenes":["a","b"],"zoom":null,"dnbr_offset":true,"perimeter":null,"picture":"false"}}"#,
            JobRequest::Compute(ComputeRequest {
                scenes: vec!["a".to_owned(), "b".to_owned()],
                zoom: None,
                dnbr_offset: true,
                perimeter: None,
                picture: Some(PictureKind::False),
            }),
        );
        let text = r#"{"number":7,"request":{"kind":"download","file":{"kind":"values","utm":true},"corrected":true}}"#;
        let JobRequest::Download(download) =
            serde_json::from_str::<RequestMessage>(text).unwrap().request
        else {
            panic!()
        };
        assert_eq!((download.file, download.index), (FileKind::Values { utm: true }, Index::Dnbr));
    }

    #[test]
    fn what_a_search_may_leave_out_counts_as_absent() {
        let text = r#"{"number":1,"request":{"kind":"search","area":"{}","zoom":13,
            "pre":{"start":"2025-06-01","end":"2025-06-30"},"post":{"start":"2025-07-17","end":"2025-08-15"},
            "stac_url":"http://catalogue","collection":"sentinel-2-l2a","max_cloud_cover":60,"scenes_per_tile":1}}"#;
        let JobRequest::Search(search) =
            serde_json::from_str::<RequestMessage>(text).unwrap().request
        else {
            panic!()
        };
        assert_eq!((search.token_url, search.proxy_base, search.pinned.len()), (None, None, 0));
    }

    #[test]
    fn a_fault_names_its_kind() {
        let error = JobError {
            kind: JobErrorKind::NotFound,
            message: "gone".to_owned(),
            advice: "choose another scene".to_owned(),
            scene: None,
        };
        let json = serde_json::to_string(&ResponseMessage {
            number: 2,
            response: JobResponse::Error(error),
        })
        .unwrap();
        assert!(
            json.starts_with(r#"{"number":2,"answer":{"kind":"fault","fault":"not_found","#),
            "{json}"
        );
    }
}
