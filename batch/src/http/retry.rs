//! Trying again: how often and how long after which error.

use std::fmt::Display;
use std::time::Duration;

use dragonfly_core::http::{RetryPolicy, StatusKind};
use dragonfly_core::stac::without_token;

use super::error::HttpError;
use crate::nightly::deadline::{Deadline, DeadlineError};

/// Attempts after what rarely passes within seconds: a refused connection, no answer.
const FEW_ATTEMPTS: usize = 3;
/// Attempts after a body that trickles: its server has had the time of one already.
const SLOW_ATTEMPTS: usize = 2;
/// Attempts for an unknown name: one answer of a name server may be lost.
const NAME_ATTEMPTS: usize = 2;

/// How often a request is tried, with which pauses, until the deadline.
///
/// One request pauses for at most three minutes in all, `Retry-After` included. Its attempts take
/// at most their own time limits beside that, three of them at most where nothing is answered. What
/// another attempt cannot change is tried once: a refused address, a malformed one, a certificate,
/// redirects that do not end, a body beyond its limit, and every 4xx but 408, 425 and 429.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    /// Whether each failure is worth a warning: of many requests at a time some fail.
    warns: bool,
}

/// What went wrong in an attempt.
pub(crate) trait RetryableError: Display + From<DeadlineError> {
    /// How often is tried in all, where a transient error is tried so often.
    fn attempts(&self, passing: usize) -> usize;

    /// How long the server requests to wait.
    fn retry_after(&self) -> Option<Duration>;
}

impl RetryableError for HttpError {
    fn attempts(&self, passing: usize) -> usize {
        match self {
            Self::Lost(_) | Self::Cut => passing,
            Self::Status { status, .. } if StatusKind::of(*status) == StatusKind::Transient => {
                passing
            }
            Self::ConnectionRefused
            | Self::Unreachable(_)
            | Self::NoAnswer(_)
            | Self::NotHttp
            | Self::Proxy => passing.min(FEW_ATTEMPTS),
            Self::TooSlow { .. } | Self::TooLong(_) => passing.min(SLOW_ATTEMPTS),
            Self::UnknownHost => passing.min(NAME_ATTEMPTS),
            Self::Deadline(_)
            | Self::Address(_)
            | Self::BadAddress
            | Self::Certificate
            | Self::RedirectLoop(_)
            | Self::RedirectNowhere
            | Self::Redirect { .. }
            | Self::TooLarge(_)
            | Self::Compressed(_)
            | Self::Status { .. } => 1,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// For pages of the catalogue and tokens: some two minutes of pauses.
const CATALOGUE: RetryPolicy = RetryPolicy {
    attempts: 7,
    first_pause: Duration::from_secs(1),
    max_pause: Duration::from_secs(60),
    max_requested_pause: Duration::from_secs(60),
    max_total_pause: Duration::from_secs(180),
    has_jitter: true,
};
/// For ranges of files, of which many are under way: three quarters of a minute of pauses.
const RANGES: RetryPolicy = RetryPolicy {
    attempts: 10,
    first_pause: Duration::from_millis(200),
    max_pause: Duration::from_secs(10),
    ..CATALOGUE
};

impl Retries {
    /// For pages of the catalogue and tokens.
    pub(crate) const CATALOGUE: Self = Self { policy: CATALOGUE, warns: true };
    /// For ranges of files.
    pub(crate) const RANGES: Self = Self { policy: RANGES, warns: false };

    /// The same with pauses too short to notice.
    #[cfg(test)]
    pub(crate) fn without_pauses(self) -> Self {
        let pause = Duration::from_millis(1);
        let policy = RetryPolicy { first_pause: pause, max_pause: pause, ..self.policy };
        Self { policy, ..self }
    }

    /// Tries until it succeeds, the error is not transient, or the deadline passes.
    ///
    /// # Errors
    /// The last error; the deadline's error where a pause would outlast it.
    pub(crate) fn run<T, E: RetryableError>(
        &self,
        deadline: &Deadline,
        url: &str,
        mut attempt: impl FnMut() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut pauses = self.policy.pauses();
        loop {
            let error = match attempt() {
                Ok(found) => return Ok(found),
                Err(error) => error,
            };
            let max_attempts = error.attempts(self.policy.attempts);
            let Some(pause) = pauses.next(max_attempts, error.retry_after()) else {
                return Err(error);
            };
            let (url, pause_s) = (without_token(url), pause.as_secs_f64());
            if self.warns {
                tracing::warn!(url, "{error}; retrying in {pause_s:.1} s");
            } else {
                tracing::debug!(url, "{error}; retrying in {pause_s:.1} s");
            }
            deadline.pause(pause)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use dragonfly_core::stac::AddressError;

    use super::*;

    fn attempts(error: &HttpError) -> usize {
        let mut count = 0;
        let deadline = Deadline::after(Duration::from_secs(600));
        let outcome: Result<(), HttpError> =
            Retries::CATALOGUE.without_pauses().run(&deadline, "http://a/", || {
                count += 1;
                Err(error.clone())
            });
        assert_eq!(outcome.unwrap_err().to_string(), error.to_string());
        count
    }

    #[test]
    fn what_passes_is_tried_often_and_what_stays_once() {
        let status = |status| HttpError::Status { status, retry_after: None };
        for passing in [
            HttpError::Cut,
            HttpError::Lost(io::ErrorKind::ConnectionReset),
            status(429),
            status(503),
        ] {
            assert_eq!(attempts(&passing), 7, "{passing}");
        }
        for slow in [HttpError::ConnectionRefused, HttpError::NoAnswer(60)] {
            assert_eq!(attempts(&slow), 3, "{slow}");
        }
        assert_eq!(attempts(&HttpError::TooSlow { bytes_per_s: 50, min_bytes_per_s: 546 }), 2);
        assert_eq!(attempts(&HttpError::UnknownHost), 2);
        for lasting in [
            status(400),
            status(403),
            status(404),
            HttpError::Certificate,
            HttpError::BadAddress,
            HttpError::Address(AddressError::Private),
            HttpError::Redirect {
                status: 301,
                to: "https://b.example".to_owned(),
                cause: AddressError::OtherOrigin,
            },
            HttpError::RedirectLoop(5),
            HttpError::TooLarge(1),
        ] {
            assert_eq!(attempts(&lasting), 1, "{lasting}");
        }
    }

    #[test]
    fn a_requested_pause_ends_with_the_deadline() {
        let deadline = Deadline::of_run(0.1);
        let busy = || -> Result<(), HttpError> {
            Err(HttpError::Status {
                status: 429,
                retry_after: Some(Duration::from_secs(999_999_999)),
            })
        };
        let error = Retries::CATALOGUE.run(&deadline, "http://a/", busy).unwrap_err();
        assert!(error.to_string().contains("max_run_minutes"), "{error}");
        assert!(deadline.check().is_ok(), "it is known before that the pause is too long");
    }
}
