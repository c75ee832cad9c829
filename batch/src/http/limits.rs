//! How long a request may take.

use std::time::Duration;

/// How long parts of a request may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLimits {
    /// To find and reach the server.
    pub(crate) connect: Duration,
    /// Until the head of the answer is there.
    pub(crate) answer: Duration,
    /// For a body.
    pub(crate) body: Duration,
    /// For everything.
    pub(crate) total: Duration,
    /// A body that brings less than `min_bytes` in this time is given up.
    pub(crate) window: Duration,
    /// See `window`.
    pub(crate) min_bytes: u64,
}

impl RequestLimits {
    /// The least speed of a body.
    pub(super) fn min_bytes_per_s(&self) -> u64 {
        bytes_per_s(self.min_bytes, self.window)
    }

    /// For a night, which can wait.
    pub(crate) const NIGHT: Self = Self {
        connect: Duration::from_secs(20),
        answer: Duration::from_secs(60),
        body: Duration::from_secs(120),
        total: Duration::from_secs(240),
        window: Duration::from_secs(30),
        min_bytes: 16 << 10,
    };
    /// For people before a terminal, who should not wait long.
    pub(crate) const BRIEF: Self = Self {
        connect: Duration::from_secs(5),
        answer: Duration::from_secs(10),
        body: Duration::from_secs(10),
        total: Duration::from_secs(10),
        ..Self::NIGHT
    };
}

/// The speed of so many bytes in a time.
pub(super) fn bytes_per_s(bytes: u64, time: Duration) -> u64 {
    (bytes as f64 / time.as_secs_f64().max(0.001)).round() as u64
}
