//! The errors of a job: what went wrong, and what helps.

use dragonfly_core::FireSide;
use dragonfly_core::http::ForeignFormat;

use crate::compute::scene_error::SceneError;
use crate::fetch::cog::{ReadError, ReadErrorCause};
use crate::fetch::fetch_error::FetchError;
use crate::search::catalogue::CatalogueError;
use dragonfly_core::protocol::{JobError, JobErrorKind, JobErrorScene};
use dragonfly_tiff::TiffError;

const TRY_LATER: &str = "try again in a few minutes, or choose another image";
const OTHER_COLLECTION: &str = "choose a collection whose images are GeoTIFFs";
const OTHER_SCENE: &str = "choose another image of these days, or compute without this one";

/// A scene that cannot be used. `is_online` as the browser reports.
pub fn scene_error(id: &str, side: FireSide, error: &SceneError, is_online: bool) -> JobError {
    let (fault, advice) = match error {
        SceneError::Read(ReadError { cause, .. }) => kind_of_read(cause, is_online),
        SceneError::Crs { .. } | SceneError::Placement { .. } => (JobErrorKind::Crs, OTHER_SCENE),
        SceneError::Address(_) => (
            JobErrorKind::Refused,
            "choose an image server whose files have addresses that begin with https",
        ),
        SceneError::Band(_)
        | SceneError::MaskMeaning(_)
        | SceneError::NoDatetime
        | SceneError::NoDigitalNumbers(..)
        | SceneError::Files(_)
        | SceneError::MaskFile { .. } => (JobErrorKind::Broken, OTHER_SCENE),
    };
    let scene = Some(JobErrorScene { id: id.to_owned(), side });
    JobError { scene, ..JobError::new(fault, format!("image {id}: {error}"), advice) }
}

/// A catalogue that does not answer. `is_online` as the browser reports.
pub fn catalogue_error(error: &CatalogueError, is_online: bool) -> JobError {
    let (fault, advice) = match error {
        CatalogueError::Unreachable { .. } => no_answer(is_online),
        CatalogueError::Status { status: 401 | 403, .. } => (
            JobErrorKind::Forbidden,
            "the image server requires a login: ask the operator of this page for another",
        ),
        CatalogueError::Status { status: 429 | 500.., .. } => {
            (JobErrorKind::Busy, "try again in a few minutes")
        }
        CatalogueError::Status { .. }
        | CatalogueError::Redirect(_)
        | CatalogueError::NotStac { .. }
        | CatalogueError::Pages(_)
        | CatalogueError::Files(_) => (
            JobErrorKind::Catalogue,
            "report it to the operator of this page: the address of its image server may be wrong",
        ),
        CatalogueError::WithoutToken { .. } => (
            JobErrorKind::Catalogue,
            "report it to the operator of this page: its `token_url` may be wrong",
        ),
        CatalogueError::TokenOver { .. } => {
            (JobErrorKind::Catalogue, "set the clock of this device, and compute again")
        }
        CatalogueError::NoToken(cause) => {
            return JobError { message: error.to_string(), ..catalogue_error(cause, is_online) };
        }
    };
    JobError::new(fault, error.to_string(), advice)
}

fn kind_of_read(cause: &ReadErrorCause, is_online: bool) -> (JobErrorKind, &'static str) {
    match cause {
        ReadErrorCause::Fetch(error) => kind_of_fetch(error, is_online),
        ReadErrorCause::Tiff(TiffError::NotRead(what)) if what.contains("compression") => {
            (JobErrorKind::Compression, OTHER_SCENE)
        }
        ReadErrorCause::Format(ForeignFormat::Html | ForeignFormat::Xml | ForeignFormat::Json) => {
            (JobErrorKind::Refused, OTHER_COLLECTION)
        }
        ReadErrorCause::Format(ForeignFormat::Jpeg2000) => (
            JobErrorKind::Compression,
            "choose a collection of GeoTIFFs, such as sentinel-2-l2a of Earth Search",
        ),
        ReadErrorCause::Format(ForeignFormat::Empty) => (JobErrorKind::Truncated, OTHER_SCENE),
        ReadErrorCause::Format(_) => (JobErrorKind::Broken, OTHER_COLLECTION),
        ReadErrorCause::Tiff(TiffError::CutShort(_)) => (JobErrorKind::Truncated, OTHER_SCENE),
        ReadErrorCause::Tiff(_) | ReadErrorCause::Block { .. } => {
            (JobErrorKind::Broken, OTHER_SCENE)
        }
    }
}

fn kind_of_fetch(error: &FetchError, is_online: bool) -> (JobErrorKind, &'static str) {
    match error {
        FetchError::Unreachable(_) => no_answer(is_online),
        FetchError::Forbidden(_) => (
            JobErrorKind::Forbidden,
            "compute again, which asks for a new link; if it stays so, choose another collection",
        ),
        FetchError::NotFound(_) => (JobErrorKind::NotFound, OTHER_SCENE),
        FetchError::PastTheEnd(_) => (JobErrorKind::Truncated, OTHER_SCENE),
        FetchError::Changed => {
            (JobErrorKind::Busy, "compute again, which reads the file from its start")
        }
        FetchError::Busy(_)
        | FetchError::BrokenOff
        | FetchError::NoAnswer(_)
        | FetchError::TooSlow(_) => (JobErrorKind::Busy, TRY_LATER),
        FetchError::Login(_) | FetchError::WebPage => {
            (JobErrorKind::Forbidden, "choose a collection whose files open without a login")
        }
        FetchError::Status(_)
        | FetchError::NoRanges
        | FetchError::WrongRange(_)
        | FetchError::Compressed(_) => (
            JobErrorKind::Refused,
            "the image server does not work with browsers: choose another image, or ask the \
            operator of this page to set `proxy_base`",
        ),
    }
}

fn no_answer(is_online: bool) -> (JobErrorKind, &'static str) {
    match is_online {
        false => (
            JobErrorKind::Offline,
            "connect to the network and try again; areas computed before work offline too",
        ),
        true => (
            JobErrorKind::Refused,
            "the server is down, or does not allow pages to read it (CORS): try again, or ask \
            the operator of this page to set `proxy_base`",
        ),
    }
}
