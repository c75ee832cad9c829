//! The cause of a failed run, as a fact for the metadata.

use std::io;

use dragonfly_core::stac::{ItemCollectionError, SearchPagesError};
use dragonfly_core::{FireSide, RunFailure};

use crate::http::HttpError;
use crate::nightly::deadline::DeadlineError;

/// An error whose cause the metadata states as a fact.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct RunError {
    /// The fact.
    pub(crate) failure: RunFailure,
    /// The sentence.
    pub(crate) message: String,
}

impl RunError {
    /// No image that is clear enough on a side.
    pub(crate) fn no_scene(side: FireSide, message: String) -> Self {
        Self { failure: RunFailure::NoScene { side }, message }
    }
}

/// The cause of an error that ended a run.
pub(crate) fn failure_of(error: &anyhow::Error) -> RunFailure {
    let cause = |find: fn(&(dyn std::error::Error + 'static)) -> Option<RunFailure>| {
        error.chain().find_map(find)
    };
    // A deadline ends whatever was waiting, so it is the cause of what that reports.
    cause(|cause| deadline_of(cause).and_then(|over| over.failure()))
        .or_else(|| cause(|cause| cause.downcast_ref::<RunError>().map(|error| error.failure)))
        .or_else(|| {
            cause(|cause| {
                let is_full = |error: &io::Error| error.kind() == io::ErrorKind::StorageFull;
                cause.downcast_ref().is_some_and(is_full).then_some(RunFailure::DiskFull)
            })
        })
        .or_else(|| cause(|cause| is_of_catalogue(cause).then_some(RunFailure::Catalogue)))
        .unwrap_or(RunFailure::Other)
}

/// The deadline that an error reports. A transparent error does not list it among its causes.
fn deadline_of<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a DeadlineError> {
    match cause.downcast_ref::<HttpError>() {
        Some(HttpError::Deadline(over)) => Some(over),
        _ => cause.downcast_ref::<DeadlineError>(),
    }
}

/// Scenes that cannot be read are left out, so these errors come from the catalogue.
fn is_of_catalogue(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<HttpError>() || cause.is::<SearchPagesError>() || cause.is::<ItemCollectionError>()
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::nightly::deadline::Deadline;

    fn check(error: impl Into<anyhow::Error>, expected: RunFailure) {
        let error = Err::<(), _>(error.into()).context("while computing").unwrap_err();
        assert_eq!(failure_of(&error), expected, "{error:#}");
    }

    #[test]
    fn the_cause_is_found_below_its_context() {
        let over = Deadline::of_run(0.0).check().unwrap_err();
        check(over, RunFailure::TookTooLong { max_minutes: 0.0 });
        check(
            RunError::no_scene(FireSide::Pre, "none".to_owned()),
            RunFailure::NoScene { side: FireSide::Pre },
        );
        check(io::Error::from(io::ErrorKind::StorageFull), RunFailure::DiskFull);
        check(HttpError::ConnectionRefused, RunFailure::Catalogue);
        check(HttpError::Deadline(over), RunFailure::TookTooLong { max_minutes: 0.0 });
        check(anyhow::anyhow!("the catalogue"), RunFailure::Other);
    }
}
