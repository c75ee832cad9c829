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

mod compute;
mod download;
mod job_error;
mod search;

use serde::{Deserialize, Serialize};

pub use compute::*;
pub use download::*;
pub use job_error::*;
pub use search::*;

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
        /// Name of the file: GeoJSON, KML, KMZ or a zipped shapefile; a GeoPackage is sent as the last.
        name: String,
    },
    /// Ends what is under way, at once. Ends with [`JobResponse::Cancelled`].
    Cancel,
    /// Deletes all bytes cached on the reader's machine. Ends with [`JobResponse::Cleared`].
    ClearCache,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Index;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check_request(json: &str, request: JobRequest) {
        let message = RequestMessage { number: 7, request };
        assert_eq!(serde_json::to_string(&message).unwrap(), json);
        assert_eq!(serde_json::from_str::<RequestMessage>(json).unwrap(), message);
    }

    #[test]
    fn requests_are_plain_objects() {
        check_request(r#"{"number":7,"request":{"kind":"cancel"}}"#, JobRequest::Cancel);
        check_request(
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
    fn omitted_fields_of_a_search_count_as_absent() {
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
    fn an_error_states_its_kind() {
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
