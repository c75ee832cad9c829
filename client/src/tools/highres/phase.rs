//! The state machine of a computation in the browser: what each response of the worker changes,
//! and what is to be done about it. It has no effects of its own.

use dragonfly_core::Tile;
use dragonfly_core::protocol::{
    ComputeRequest, ComputeResult, FileInfo, JobError, JobProgress, JobResponse, SearchResult,
    ZoomOffer,
};

use super::polygons::AreaPolygons;

/// From this download on the reader confirms before anything is fetched, MB.
pub const CONFIRM_ABOVE_MB: f64 = 40.0;

/// Where the current request stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was requested.
    #[default]
    Idle,
    /// The catalogue is searched.
    Searching(Option<JobProgress>),
    /// Scenes are found, and the reader has to decide: the download is large, the cells are
    /// coarser than requested, or a side has no scene.
    Confirming,
    /// Reading and computing.
    Computing(Option<JobProgress>),
    /// Computed.
    Done(Box<ComputeResult>),
    /// The request failed.
    Failed(JobError),
}

/// What the view does after a response.
#[derive(Clone, Debug, PartialEq)]
pub enum PhaseEffect {
    /// Show the scenes found and select these of them.
    ShowScenes {
        /// What the search found.
        found: Box<SearchResult>,
        /// Ids of the scenes to select.
        selected: Vec<String>,
    },
    /// Send the request to compute the selected scenes.
    Compute,
    /// Draw a tile from the buffers of the response.
    DrawTile(Tile),
    /// Write the result's area, days and scenes into the address.
    PinResult(Box<ComputeResult>),
    /// Save the buffers of the response as a file.
    SaveFile(FileInfo),
    /// Use this area, and show all of it.
    UseArea(AreaPolygons),
    /// Show a line beside the buttons.
    ShowNote(PhaseNote),
}

/// A line beside the buttons.
#[derive(Clone, Debug, PartialEq)]
pub enum PhaseNote {
    /// None.
    Empty,
    /// How far a file is.
    Progress(JobProgress),
    /// Why a file cannot be written.
    Error(JobError),
    /// What the worker found out about an area.
    Text(String),
    /// The result cache is empty now.
    CacheCleared,
}

impl Phase {
    /// Whether a request is being processed.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Searching(_) | Self::Computing(_))
    }

    /// The progress of the request being processed.
    pub fn progress(&self) -> Option<JobProgress> {
        match self {
            Self::Searching(progress) | Self::Computing(progress) => *progress,
            _ => None,
        }
    }

    /// The phase after a response to the current request, and the effects in order. `options`
    /// returns what to compute; its scenes are replaced by those that a search finds.
    pub fn after(
        self,
        response: JobResponse,
        options: impl FnOnce() -> ComputeRequest,
    ) -> (Self, Vec<PhaseEffect>) {
        use PhaseEffect::{DrawTile, PinResult, SaveFile, ShowNote, UseArea};
        match (self, response) {
            (phase, JobResponse::Found(found)) => phase.after_search(found, options()),
            (phase, JobResponse::Block(at)) => {
                (phase, vec![DrawTile(Tile { z: at.z, x: at.x, y: at.y })])
            }
            (Self::Computing(_), JobResponse::Done(done)) => {
                (Self::Done(done.clone()), vec![PinResult(done)])
            }
            (Self::Searching(_), JobResponse::Progress(progress)) => {
                (Self::Searching(Some(progress)), Vec::new())
            }
            (Self::Computing(_), JobResponse::Progress(progress)) => {
                (Self::Computing(Some(progress)), Vec::new())
            }
            // A file may take a while: the one in the scenes' own grid is computed again.
            (phase @ Self::Done(_), JobResponse::Progress(progress)) => {
                (phase, vec![ShowNote(PhaseNote::Progress(progress))])
            }
            (phase, JobResponse::File(file)) => {
                (phase, vec![ShowNote(PhaseNote::Empty), SaveFile(file)])
            }
            (phase, JobResponse::Area { geojson, note }) => {
                let note = ShowNote(note.map_or(PhaseNote::Empty, PhaseNote::Text));
                match AreaPolygons::from_geojson(&geojson).map(AreaPolygons::joined) {
                    Some(area) => (Self::Idle, vec![note, UseArea(area)]),
                    None => (phase, vec![note]),
                }
            }
            (phase, JobResponse::Cleared) => (phase, vec![ShowNote(PhaseNote::CacheCleared)]),
            // A file that cannot be written leaves the result as it is.
            (phase @ Self::Done(_), JobResponse::Error(error)) => {
                (phase, vec![ShowNote(PhaseNote::Error(error))])
            }
            (_, JobResponse::Error(error)) => (Self::Failed(error), Vec::new()),
            (Self::Searching(_) | Self::Computing(_), JobResponse::Cancelled) => {
                (Self::Idle, Vec::new())
            }
            (
                phase,
                JobResponse::Ready
                | JobResponse::Progress(_)
                | JobResponse::Done(_)
                | JobResponse::Cancelled,
            ) => (phase, Vec::new()),
        }
    }

    fn after_search(
        self,
        found: Box<SearchResult>,
        options: ComputeRequest,
    ) -> (Self, Vec<PhaseEffect>) {
        let options = ComputeRequest { scenes: chosen(&found), ..options };
        let computes_now = needs_no_confirmation(&found, &options);
        let mut effects = vec![PhaseEffect::ShowScenes { found, selected: options.scenes }];
        match self {
            Self::Searching(_) if computes_now => {
                effects.push(PhaseEffect::Compute);
                (Self::Computing(None), effects)
            }
            Self::Searching(_) => (Self::Confirming, effects),
            phase => (phase, effects),
        }
    }
}

/// Whether what was found can be computed with these options without the reader's confirmation.
fn needs_no_confirmation(found: &SearchResult, options: &ComputeRequest) -> bool {
    let is_small = |offer: &ZoomOffer| {
        offer.megabytes_with(options.picture) <= CONFIRM_ABOVE_MB || found.kept.contains(options)
    };
    let fits =
        |offer: &ZoomOffer| Some(offer.zoom) == options.zoom && offer.fits && is_small(offer);
    has_both_sides(found) && found.zooms.iter().any(fits)
}

/// Whether both sides have scenes.
pub fn has_both_sides(found: &SearchResult) -> bool {
    found.pre.without.is_none() && found.post.without.is_none()
}

/// Ids of the scenes that are used unless the reader chooses others.
fn chosen(found: &SearchResult) -> Vec<String> {
    let scenes = found.pre.scenes.iter().chain(&found.post.scenes);
    scenes.filter(|scene| scene.chosen).map(|scene| scene.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::protocol::{
        BlockAddress, JobErrorKind, JobStep, NoSceneReason, PictureKind, SceneCandidate, SideResult,
    };
    use dragonfly_core::{EmptyShare, Hectares};

    const PROGRESS: JobProgress =
        JobProgress { step: JobStep::Searching, done: 1, of: 0, bytes: 10 };

    fn scene(id: &str, chosen: bool) -> SceneCandidate {
        SceneCandidate {
            id: id.to_owned(),
            datetime: "2025-07-24T18:39:19Z".parse().unwrap(),
            cloud_cover: None,
            tile: "MGRS-10SGD".to_owned(),
            bbox: None,
            chosen,
            passed_over: None,
        }
    }

    fn search_result(megabytes: f64, fits: bool, without: Option<NoSceneReason>) -> SearchResult {
        let offer = ZoomOffer {
            zoom: 13,
            width: 100,
            height: 100,
            cell_m: 15.0,
            megabytes,
            true_megabytes: megabytes * 5.0,
            false_megabytes: megabytes * 2.0,
            fits,
        };
        SearchResult {
            pre: SideResult { scenes: vec![scene("a", true), scene("b", false)], without: None },
            post: SideResult { scenes: Vec::new(), without },
            bbox: [0.0, 0.0, 1.0, 1.0],
            zooms: vec![offer],
            kept: vec![ComputeRequest {
                scenes: vec!["a".to_owned()],
                ..options(Some(PictureKind::True))
            }],
        }
    }

    /// Without scenes: those come from the search.
    fn options(picture: Option<PictureKind>) -> ComputeRequest {
        ComputeRequest { zoom: Some(13), picture, ..ComputeRequest::default() }
    }

    fn error() -> JobError {
        JobError::new(JobErrorKind::Offline, "no network", "connect")
    }

    fn result() -> Box<ComputeResult> {
        Box::new(ComputeResult {
            zoom: 13,
            hectares: Hectares::default(),
            provisional_hectares: Hectares::default(),
            empty_share: EmptyShare::default(),
            implausible_share: 0.0,
            dnbr_offset: None,
            scenes: Vec::new(),
            masks: String::new(),
            bytes: 0,
            cached_bytes: 0,
            is_kept: false,
            warnings: Vec::new(),
            core_version: String::new(),
        })
    }

    fn phases() -> [Phase; 6] {
        [
            Phase::Idle,
            Phase::Searching(None),
            Phase::Confirming,
            Phase::Computing(None),
            Phase::Done(result()),
            Phase::Failed(error()),
        ]
    }

    fn check(phase: Phase, response: JobResponse, expected: Phase, effects: &[PhaseEffect]) {
        let described = format!("{phase:?} after {response:?}");
        let (after, done) = phase.after(response, || options(None));
        assert_eq!((after, done.as_slice()), (expected, effects), "{described}");
    }

    fn computes(found: SearchResult, picture: Option<PictureKind>) -> bool {
        let response = JobResponse::Found(Box::new(found));
        let (phase, effects) = Phase::Searching(None).after(response, || options(picture));
        let computes = effects.contains(&PhaseEffect::Compute);
        let expected = if computes { Phase::Computing(None) } else { Phase::Confirming };
        assert_eq!(phase, expected);
        computes
    }

    #[test]
    fn a_small_download_is_computed_at_once() {
        let found = Box::new(search_result(3.0, true, None));
        let effects = [
            PhaseEffect::ShowScenes { found: found.clone(), selected: vec!["a".to_owned()] },
            PhaseEffect::Compute,
        ];
        check(Phase::Searching(None), JobResponse::Found(found), Phase::Computing(None), &effects);
    }

    #[test]
    fn a_large_download_or_a_side_without_a_scene_is_confirmed_first() {
        let gone = NoSceneReason::NoScene { nearest: Vec::new() };
        for found in [
            search_result(300.0, true, None),
            search_result(3.0, false, None),
            search_result(3.0, true, Some(gone)),
        ] {
            assert!(!computes(found, None));
        }
    }

    #[test]
    fn pictures_count_towards_the_download() {
        assert!(computes(search_result(9.0, true, None), None));
        assert!(computes(search_result(9.0, true, None), Some(PictureKind::False)));
        let not_cached = SearchResult { kept: Vec::new(), ..search_result(9.0, true, None) };
        assert!(!computes(not_cached, Some(PictureKind::True)));
    }

    #[test]
    fn a_cached_result_needs_no_confirmation_unless_its_cells_do_not_fit() {
        assert!(computes(search_result(300.0, true, None), Some(PictureKind::True)));
        assert!(!computes(search_result(300.0, false, None), Some(PictureKind::True)));
    }

    #[test]
    fn scenes_found_outside_a_search_are_shown_and_nothing_else() {
        let found = Box::new(search_result(3.0, true, None));
        let shown =
            PhaseEffect::ShowScenes { found: found.clone(), selected: vec!["a".to_owned()] };
        let response = JobResponse::Found(found);
        check(Phase::Idle, response, Phase::Idle, std::slice::from_ref(&shown));
    }

    #[test]
    fn progress_belongs_to_the_request_or_to_the_file_being_written() {
        let response = || JobResponse::Progress(PROGRESS);
        check(Phase::Searching(None), response(), Phase::Searching(Some(PROGRESS)), &[]);
        check(Phase::Computing(None), response(), Phase::Computing(Some(PROGRESS)), &[]);
        let note = PhaseEffect::ShowNote(PhaseNote::Progress(PROGRESS));
        check(Phase::Done(result()), response(), Phase::Done(result()), &[note]);
        check(Phase::Idle, response(), Phase::Idle, &[]);
    }

    #[test]
    fn an_error_ends_a_request_but_not_a_result() {
        let response = || JobResponse::Error(error());
        for phase in [Phase::Idle, Phase::Searching(None), Phase::Computing(None)] {
            check(phase, response(), Phase::Failed(error()), &[]);
        }
        let note = PhaseEffect::ShowNote(PhaseNote::Error(error()));
        check(Phase::Done(result()), response(), Phase::Done(result()), &[note]);
    }

    #[test]
    fn a_result_is_pinned_once_it_is_computed() {
        let response = || JobResponse::Done(result());
        let pinned = PhaseEffect::PinResult(result());
        check(Phase::Computing(None), response(), Phase::Done(result()), &[pinned]);
        check(Phase::Idle, response(), Phase::Idle, &[]);
    }

    #[test]
    fn cancelling_ends_the_current_request_and_nothing_else() {
        let response = || JobResponse::Cancelled;
        check(Phase::Computing(None), response(), Phase::Idle, &[]);
        check(Phase::Confirming, response(), Phase::Confirming, &[]);
    }

    #[test]
    fn tiles_files_and_a_cleared_cache_change_no_phase() {
        let file = FileInfo { name: "x.csv".to_owned(), media_type: "text/csv".to_owned() };
        let block = JobResponse::Block(BlockAddress { z: 13, x: 1, y: 2 });
        for phase in phases() {
            let tile = PhaseEffect::DrawTile(Tile { z: 13, x: 1, y: 2 });
            check(phase.clone(), block.clone(), phase.clone(), &[tile]);
            let saved =
                [PhaseEffect::ShowNote(PhaseNote::Empty), PhaseEffect::SaveFile(file.clone())];
            check(phase.clone(), JobResponse::File(file.clone()), phase.clone(), &saved);
            let cleared = PhaseEffect::ShowNote(PhaseNote::CacheCleared);
            check(phase.clone(), JobResponse::Cleared, phase, &[cleared]);
        }
    }

    #[test]
    fn an_area_from_a_file_is_used_if_it_has_polygons() {
        let area = AreaPolygons::from_box([0.0, 0.0, 1.0, 1.0]);
        let response = |geojson: String| JobResponse::Area { geojson, note: Some("cut".into()) };
        let note = PhaseEffect::ShowNote(PhaseNote::Text("cut".to_owned()));
        let used = [note.clone(), PhaseEffect::UseArea(area.clone())];
        check(Phase::Failed(error()), response(area.to_geojson()), Phase::Idle, &used);
        check(Phase::Failed(error()), response("{}".into()), Phase::Failed(error()), &[note]);
    }
}
