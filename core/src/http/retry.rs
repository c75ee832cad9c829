//! When a request that failed is sent again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// How often a request is sent, with which pauses between.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Attempts in all, the first included.
    pub attempts: usize,
    /// The first pause; it doubles with each.
    pub first_pause: Duration,
    /// The longest pause that no server requested.
    pub max_pause: Duration,
    /// The longest pause that a server may request; a longer one is cut to this.
    pub max_requested_pause: Duration,
    /// All pauses of one request together: beyond it the request fails.
    pub max_total_pause: Duration,
    /// Whether pauses are lengthened at random, so that many clients do not return at once.
    pub has_jitter: bool,
}

/// The pauses of one request.
#[derive(Debug)]
pub struct RetryPauses {
    policy: RetryPolicy,
    pauses: ExponentialBackoff,
    failures: usize,
    paused: Duration,
}

impl RetryPolicy {
    /// The pauses of a request that is about to be sent.
    pub fn pauses(self) -> RetryPauses {
        let builder = ExponentialBuilder::default()
            .with_min_delay(self.first_pause)
            .with_max_delay(self.max_pause)
            .with_max_times(self.attempts);
        let builder = if self.has_jitter { builder.with_jitter() } else { builder };
        RetryPauses { policy: self, pauses: builder.build(), failures: 0, paused: Duration::ZERO }
    }
}

impl RetryPauses {
    /// The pause after a failure; `None` when the request is not sent again. `max_attempts` bounds
    /// the attempts for this kind of failure; `requested` is what the server's `Retry-After`
    /// states.
    pub fn next(&mut self, max_attempts: usize, requested: Option<Duration>) -> Option<Duration> {
        self.failures += 1;
        if self.failures >= max_attempts.min(self.policy.attempts) {
            return None;
        }
        let requested = requested.unwrap_or_default().min(self.policy.max_requested_pause);
        let pause = self.pauses.next()?.max(requested);
        self.paused += pause;
        (self.paused <= self.policy.max_total_pause).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 5,
        first_pause: Duration::from_secs(1),
        max_pause: Duration::from_secs(4),
        max_requested_pause: Duration::from_secs(20),
        max_total_pause: Duration::from_secs(30),
        has_jitter: false,
    };

    fn seconds(max_attempts: usize, requested: &[Option<u64>]) -> Vec<Option<u64>> {
        let mut pauses = POLICY.pauses();
        let pause = |requested: &Option<u64>| {
            pauses
                .next(max_attempts, requested.map(Duration::from_secs))
                .map(|pause| pause.as_secs())
        };
        requested.iter().map(pause).collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(seconds(9, &[None; 5]), [Some(1), Some(2), Some(4), Some(4), None]);
        assert_eq!(seconds(2, &[None; 2]), [Some(1), None]);
        assert_eq!(seconds(1, &[None]), [None]);
    }

    #[test]
    fn a_requested_pause_is_kept_within_limits() {
        assert_eq!(seconds(9, &[Some(7), Some(1)]), [Some(7), Some(2)]);
        assert_eq!(seconds(9, &[Some(999), Some(999)]), [Some(20), None]);
    }

    #[test]
    fn jitter_only_lengthens_a_pause() {
        let policy = RetryPolicy { has_jitter: true, ..POLICY };
        let pause = policy.pauses().next(9, None).unwrap();
        assert!(pause >= POLICY.first_pause && pause <= POLICY.first_pause * 2, "{pause:?}");
    }
}
