//! The end of a run's time: every wait ends by then.

use std::thread;
use std::time::{Duration, Instant};

use dragonfly_core::RunFailure;

/// When a run ends, however much of it is done. Made once, at its start, and passed to all that may
/// wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    end: Instant,
    limit: Limit,
}

/// What set the deadline.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    /// The setting `max_run_minutes`.
    RunMinutes(f64),
    /// A time that is not to be set.
    Seconds(u64),
}

/// A deadline that has passed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{}", match pause {
    None => limit.exceeded(),
    Some(pause) => limit.exceeded_by_pause(*pause),
})]
pub(crate) struct DeadlineError {
    limit: Limit,
    /// The pause after which it would have passed.
    pause: Option<Duration>,
}

/// A limit beyond this counts as this: an `Instant` cannot lie arbitrarily far ahead.
const MAX_LIMIT: Duration = Duration::from_secs(366 * 24 * 3600);

impl Limit {
    fn exceeded(self) -> String {
        match self {
            Self::RunMinutes(minutes) => format!(
                "the run took longer than max_run_minutes ({minutes}): raise it, name a faster \
                server, or make the region smaller or coarser"
            ),
            Self::Seconds(seconds) => format!("no answer within {seconds} seconds"),
        }
    }

    fn exceeded_by_pause(self, pause: Duration) -> String {
        let seconds = pause.as_secs_f64().ceil();
        match self {
            Self::RunMinutes(minutes) => format!(
                "its server is busy, and the next attempt, in {seconds} seconds, would be past the \
                run's max_run_minutes ({minutes}): run again later, or raise it"
            ),
            Self::Seconds(_) => self.exceeded(),
        }
    }
}

impl DeadlineError {
    /// The fact for the metadata; `None` where no setting bounds the time.
    pub(crate) fn failure(&self) -> Option<RunFailure> {
        match self.limit {
            Limit::RunMinutes(max_minutes) => Some(RunFailure::TookTooLong { max_minutes }),
            Limit::Seconds(_) => None,
        }
    }
}

impl Deadline {
    /// Of a run that starts now and may take so many minutes; less than none counts as none.
    pub(crate) fn of_run(max_run_minutes: f64) -> Self {
        let seconds = (max_run_minutes * 60.0).clamp(0.0, MAX_LIMIT.as_secs_f64());
        let limit = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Self { end: Instant::now() + limit, limit: Limit::RunMinutes(max_run_minutes) }
    }

    /// Of something that starts now and may take so long.
    pub(crate) fn after(limit: Duration) -> Self {
        let limit = limit.min(MAX_LIMIT);
        Self { end: Instant::now() + limit, limit: Limit::Seconds(limit.as_secs()) }
    }

    /// Time that is left; none when it has passed.
    pub(crate) fn remaining(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// An error once the deadline has passed.
    ///
    /// # Errors
    /// Names the limit, and what to do.
    pub(crate) fn check(&self) -> Result<(), DeadlineError> {
        if self.remaining().is_zero() {
            return Err(DeadlineError { limit: self.limit, pause: None });
        }
        Ok(())
    }

    /// Sleeps; not at all where the deadline would pass meanwhile.
    ///
    /// # Errors
    /// When the deadline would pass.
    pub(crate) fn pause(&self, time: Duration) -> Result<(), DeadlineError> {
        if time >= self.remaining() {
            return Err(DeadlineError { limit: self.limit, pause: Some(time) });
        }
        thread::sleep(time);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_minutes_is_a_deadline() {
        for minutes in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            let message = Deadline::of_run(minutes).check().unwrap_err().to_string();
            assert!(message.contains("max_run_minutes"), "{message}");
        }
        for minutes in [0.5, 180.0, 1e300, f64::INFINITY] {
            assert!(Deadline::of_run(minutes).check().is_ok(), "{minutes}");
        }
        assert!(Deadline::after(Duration::MAX).check().is_ok());
    }

    #[test]
    fn a_pause_that_would_outlast_the_deadline_is_not_begun() {
        let deadline = Deadline::after(Duration::from_secs(5));
        let started = Instant::now();
        assert_eq!(
            deadline.pause(Duration::from_secs(3600)).unwrap_err().to_string(),
            "no answer within 5 seconds"
        );
        assert!(started.elapsed() < Duration::from_secs(4));
        assert!(deadline.pause(Duration::from_millis(1)).is_ok());
    }
}
