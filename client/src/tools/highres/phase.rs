//! How far the reader's order is, from what the worker says.

use dragonfly_core::protocol::{
    ComputeRequest, ComputeResult, JobError, JobProgress, JobResponse, SearchResult, ZoomOffer,
};

/// Beyond this the reader is asked before anything is fetched, MB.
pub const ASK_ABOVE_MB: f64 = 40.0;

/// Where an order stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// Looking for scenes.
    Searching(Option<JobProgress>),
    /// Scenes are found, and the reader is asked: it is much, or coarser than wanted, or a side has
    /// none.
    Asking,
    /// Reading and computing.
    Computing(Option<JobProgress>),
    /// Computed.
    Done(Box<ComputeResult>),
    /// It cannot be done.
    Failed(JobError),
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Wait,
    /// Compute with the chosen scenes.
    Compute,
}

impl Phase {
    /// Whether an order is under way.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Searching(_) | Self::Computing(_))
    }

    /// How far it is, while it is under way.
    pub fn progress(&self) -> Option<JobProgress> {
        match self {
            Self::Searching(progress) | Self::Computing(progress) => *progress,
            _ => None,
        }
    }

    /// The phase after an answer of the order under way, and what to do then. `wish` is what is to
    /// be computed.
    pub fn after(self, answer: &JobResponse, wish: &ComputeRequest) -> (Self, Next) {
        match (self, answer) {
            (Self::Searching(_), JobResponse::Progress(progress)) => {
                (Self::Searching(Some(*progress)), Next::Wait)
            }
            (Self::Computing(_), JobResponse::Progress(progress)) => {
                (Self::Computing(Some(*progress)), Next::Wait)
            }
            (Self::Searching(_), JobResponse::Found(found)) => {
                if goes_on(found, wish) {
                    (Self::Computing(None), Next::Compute)
                } else {
                    (Self::Asking, Next::Wait)
                }
            }
            (Self::Computing(_), JobResponse::Done(done)) => (Self::Done(done.clone()), Next::Wait),
            (_, JobResponse::Error(fault)) => (Self::Failed(fault.clone()), Next::Wait),
            (Self::Searching(_) | Self::Computing(_), JobResponse::Cancelled) => {
                (Self::Idle, Next::Wait)
            }
            (phase, _) => (phase, Next::Wait),
        }
    }
}

/// Whether what was found can be computed as it is wished for, without asking again.
fn goes_on(found: &SearchResult, wish: &ComputeRequest) -> bool {
    let is_little = |offer: &ZoomOffer| {
        offer.megabytes_with(wish.picture) <= ASK_ABOVE_MB || found.kept.contains(wish)
    };
    let goes = |offer: &ZoomOffer| Some(offer.zoom) == wish.zoom && offer.fits && is_little(offer);
    is_whole(found) && found.zooms.iter().any(goes)
}

/// Whether both sides have scenes.
pub fn is_whole(found: &SearchResult) -> bool {
    found.pre.without.is_none() && found.post.without.is_none()
}

/// Ids of the scenes that are used unless the reader chooses others.
pub fn chosen(found: &SearchResult) -> Vec<String> {
    let scenes = found.pre.scenes.iter().chain(&found.post.scenes);
    scenes.filter(|scene| scene.chosen).map(|scene| scene.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::protocol::{JobErrorKind, JobStep, NoSceneReason, PictureKind, SideResult};

    const PROGRESS: JobProgress =
        JobProgress { step: JobStep::Searching, done: 1, of: 0, bytes: 10 };

    fn found(megabytes: f64, fits: bool, without: Option<NoSceneReason>) -> JobResponse {
        let side = SideResult { scenes: Vec::new(), without: None };
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
        JobResponse::Found(Box::new(SearchResult {
            pre: side.clone(),
            post: SideResult { without, ..side },
            bbox: [0.0, 0.0, 1.0, 1.0],
            zooms: vec![offer],
            kept: vec![wish(Some(PictureKind::True))],
        }))
    }

    fn wish(picture: Option<PictureKind>) -> ComputeRequest {
        ComputeRequest {
            scenes: vec!["a".to_owned()],
            zoom: Some(13),
            picture,
            ..ComputeRequest::default()
        }
    }

    fn after_searching(answer: &JobResponse) -> (Phase, Next) {
        Phase::Searching(None).after(answer, &wish(None))
    }

    #[test]
    fn little_is_computed_at_once() {
        assert_eq!(
            after_searching(&found(3.0, true, None)),
            (Phase::Computing(None), Next::Compute)
        );
    }

    #[test]
    fn much_or_nothing_is_asked_about() {
        let gone = NoSceneReason::NoScene { nearest: Vec::new() };
        for answer in
            [found(300.0, true, None), found(3.0, false, None), found(3.0, true, Some(gone))]
        {
            assert_eq!(after_searching(&answer), (Phase::Asking, Next::Wait));
        }
    }

    #[test]
    fn pictures_that_make_it_much_are_asked_about() {
        let after =
            |picture| Phase::Searching(None).after(&found(9.0, true, None), &wish(picture)).1;
        assert_eq!(after(None), Next::Compute);
        assert_eq!(after(Some(PictureKind::False)), Next::Compute);
        let mut kept_nowhere = found(9.0, true, None);
        if let JobResponse::Found(found) = &mut kept_nowhere {
            found.kept.clear();
        }
        assert_eq!(
            Phase::Searching(None).after(&kept_nowhere, &wish(Some(PictureKind::True))).1,
            Next::Wait
        );
    }

    #[test]
    fn what_is_kept_is_brought_without_asking_unless_it_cannot_be() {
        let after =
            |answer| Phase::Searching(None).after(&answer, &wish(Some(PictureKind::True))).1;
        assert_eq!(after(found(300.0, true, None)), Next::Compute);
        assert_eq!(after(found(300.0, false, None)), Next::Wait);
    }

    #[test]
    fn progress_is_kept_and_a_fault_ends_all() {
        let (phase, _) =
            Phase::Computing(None).after(&JobResponse::Progress(PROGRESS), &wish(None));
        assert_eq!(phase.progress(), Some(PROGRESS));
        let fault = JobError {
            kind: JobErrorKind::Offline,
            message: "no network".into(),
            advice: "connect".into(),
            scene: None,
        };
        assert_eq!(
            phase.after(&JobResponse::Error(fault.clone()), &wish(None)).0,
            Phase::Failed(fault)
        );
    }

    #[test]
    fn cancelling_ends_what_is_under_way_and_nothing_else() {
        assert_eq!(
            Phase::Computing(None).after(&JobResponse::Cancelled, &wish(None)).0,
            Phase::Idle
        );
        assert_eq!(Phase::Asking.after(&JobResponse::Cancelled, &wish(None)).0, Phase::Asking);
    }
}
