//! What a probe found, and what to do about it.

use serde::Serialize;

/// How a probe ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FindingStatus {
    /// As it should be.
    Ok,
    /// It works, at a cost that the finding names.
    Warn,
    /// A night or the page cannot do with it.
    Fail,
    /// Not probed, for the reason stated.
    Skipped,
}

/// One probe's outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What was probed: one word or two, the same in every release.
    pub(crate) probe: &'static str,
    /// The region it was probed for; `None` where it concerns all.
    pub(crate) region: Option<String>,
    pub(crate) status: FindingStatus,
    /// What was found.
    pub(crate) finding: String,
    /// The next step; `None` where there is nothing to do.
    pub(crate) advice: Option<String>,
}

impl Finding {
    pub(super) fn ok(probe: &'static str, finding: impl Into<String>) -> Self {
        Self {
            probe,
            region: None,
            status: FindingStatus::Ok,
            finding: finding.into(),
            advice: None,
        }
    }

    pub(super) fn warn(
        probe: &'static str,
        finding: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            status: FindingStatus::Warn,
            advice: Some(advice.into()),
            ..Self::ok(probe, finding)
        }
    }

    pub(super) fn fail(
        probe: &'static str,
        finding: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            status: FindingStatus::Fail,
            advice: Some(advice.into()),
            ..Self::ok(probe, finding)
        }
    }

    pub(super) fn skipped(probe: &'static str, reason: impl Into<String>) -> Self {
        Self { status: FindingStatus::Skipped, ..Self::ok(probe, reason) }
    }

    /// The same, for one region.
    pub(super) fn of(self, region: &str) -> Self {
        Self { region: Some(region.to_owned()), ..self }
    }
}
