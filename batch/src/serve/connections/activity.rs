//! What one connection is doing, and since when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a connection may go without progress.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeLimits {
    /// From the first byte of a request's head, or from the start of the connection, to the head's
    /// end.
    pub(super) head: Duration,
    /// Between two requests.
    pub(super) idle: Duration,
    /// While a request is answered: without a byte that the reader's side accepted.
    pub(super) stall: Duration,
}

/// A connection that has made no request is closed for another one from this age on.
const CLOSABLE_UNUSED: Duration = Duration::from_millis(500);
/// The same between two requests.
const CLOSABLE_IDLE: Duration = Duration::from_secs(2);
/// The same for one whose reader accepts nothing.
const CLOSABLE_STALLED: Duration = Duration::from_secs(10);
/// The same for one whose reader takes so long over an answer.
const CLOSABLE_SLOW: Duration = Duration::from_secs(60);

/// The state of one connection; its socket and its requests write it, the registry reads it.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    phase: ConnectionPhase,
    last_progress: Instant,
}

#[derive(Debug)]
enum ConnectionPhase {
    /// No whole head was received yet.
    Unused,
    /// Between two requests; `head_began` once a part of the next one is there.
    Idle { head_began: Option<Instant> },
    /// A request is answered.
    Answering { began: Instant },
}

/// Which connections are closed first when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closable {
    /// It has made no request.
    Unused,
    /// It waits for the next request.
    Idle,
    /// Its reader accepts nothing.
    Stalled,
    /// Its reader takes long over an answer.
    Slow,
}

impl Activity {
    /// A connection that was accepted just now.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            phase: ConnectionPhase::Unused,
            last_progress: Instant::now(),
        })))
    }

    /// Bytes were received.
    pub(super) fn on_read(&self) {
        if let ConnectionPhase::Idle { head_began } = &mut self.state().phase {
            head_began.get_or_insert_with(Instant::now);
        }
    }

    /// Bytes were accepted by the reader's side.
    pub(super) fn on_write(&self) {
        self.state().last_progress = Instant::now();
    }

    /// A request's head is whole. The answer lasts until the value returned is dropped.
    pub(super) fn begin_answer(&self) -> Answering {
        let now = Instant::now();
        *self.state() =
            State { phase: ConnectionPhase::Answering { began: now }, last_progress: now };
        Answering(self.clone())
    }

    /// Whether a limit of time has passed.
    pub(super) fn is_overdue(&self, limits: &TimeLimits, now: Instant) -> bool {
        let state = self.state();
        let since_progress = now.saturating_duration_since(state.last_progress);
        match state.phase {
            ConnectionPhase::Unused => since_progress > limits.head,
            ConnectionPhase::Idle { head_began: Some(began) } => {
                now.saturating_duration_since(began) > limits.head
            }
            ConnectionPhase::Idle { head_began: None } => since_progress > limits.idle,
            ConnectionPhase::Answering { .. } => since_progress > limits.stall,
        }
    }

    /// Whether the connection may be closed for another one, and since when it could be.
    pub(super) fn closable(&self, now: Instant) -> Option<(Closable, Instant)> {
        let state = self.state();
        let candidates = match state.phase {
            ConnectionPhase::Unused => {
                [Some((Closable::Unused, state.last_progress, CLOSABLE_UNUSED)), None]
            }
            ConnectionPhase::Idle { .. } => {
                [Some((Closable::Idle, state.last_progress, CLOSABLE_IDLE)), None]
            }
            ConnectionPhase::Answering { began } => [
                Some((Closable::Stalled, state.last_progress, CLOSABLE_STALLED)),
                Some((Closable::Slow, began, CLOSABLE_SLOW)),
            ],
        };
        let mut closable = candidates.into_iter().flatten();
        let (kind, since, _) =
            closable.find(|(_, since, age)| now.saturating_duration_since(*since) >= *age)?;
        Some((kind, since))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered.
pub(super) struct Answering(Activity);

impl Drop for Answering {
    fn drop(&mut self) {
        *self.0.state() = State {
            phase: ConnectionPhase::Idle { head_began: None },
            last_progress: Instant::now(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: TimeLimits = TimeLimits {
        head: Duration::from_secs(15),
        idle: Duration::from_secs(75),
        stall: Duration::from_secs(60),
    };

    fn check(activity: &Activity, seconds: u64, is_overdue: bool, closable: Option<Closable>) {
        let then = Instant::now() + Duration::from_secs(seconds);
        assert_eq!(activity.is_overdue(&LIMITS, then), is_overdue, "{activity:?} in {seconds} s");
        assert_eq!(
            activity.closable(then).map(|(kind, _)| kind),
            closable,
            "{activity:?} in {seconds} s"
        );
    }

    #[test]
    fn each_phase_has_limits_of_its_own() {
        let activity = Activity::new();
        check(&activity, 0, false, None);
        check(&activity, 14, false, Some(Closable::Unused));
        check(&activity, 16, true, Some(Closable::Unused));
        let answering = activity.begin_answer();
        check(&activity, 9, false, None);
        check(&activity, 59, false, Some(Closable::Stalled));
        check(&activity, 61, true, Some(Closable::Stalled));
        drop(answering);
        check(&activity, 1, false, None);
        check(&activity, 74, false, Some(Closable::Idle));
        check(&activity, 76, true, Some(Closable::Idle));
    }

    #[test]
    fn a_reader_that_takes_long_is_closable_in_the_end() {
        let activity = Activity::new();
        let _answering = activity.begin_answer();
        let then = Instant::now() + Duration::from_secs(65);
        activity.state().last_progress = then;
        assert_eq!(activity.closable(then).map(|(kind, _)| kind), Some(Closable::Slow));
        assert!(!activity.is_overdue(&LIMITS, then));
    }

    #[test]
    fn a_head_that_has_begun_must_end_soon() {
        let activity = Activity::new();
        drop(activity.begin_answer());
        activity.on_read();
        check(&activity, 14, false, Some(Closable::Idle));
        check(&activity, 16, true, Some(Closable::Idle));
    }
}
