//! How many connections the process's limit of open files leaves room for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files kept back for everything but connections: standard streams, the listener, the runtime, the
/// catalogue.
const RESERVED_FILES: u64 = 32;
/// A socket, and the file that is being sent through it.
const FILES_PER_CONNECTION: u64 = 2;
/// With fewer a single browser would be refused.
const MIN_CONNECTIONS: u64 = 8;
/// Memory bounds the number where descriptors do not: each slow reader holds up to about 200 KiB.
pub(super) const MAX_CONNECTIONS: u64 = 512;

/// A limit of open files under which nothing can be served.
#[derive(Debug, thiserror::Error)]
#[error(
    "the limit of open files is {limit}, too low to serve: raise it to at least {}, by `ulimit \
    -n` or LimitNOFILE of the unit",
    RESERVED_FILES + MIN_CONNECTIONS * FILES_PER_CONNECTION
)]
pub(in crate::serve) struct TooFewFilesError {
    limit: u64,
}

/// Raises the soft limit of open files to the hard one, and returns how many connections it allows,
/// at most [`MAX_CONNECTIONS`].
pub(super) fn allowed_connections() -> Result<usize, TooFewFilesError> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let limit = match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    connections_within(limit.unwrap_or(u64::MAX))
}

fn connections_within(limit: u64) -> Result<usize, TooFewFilesError> {
    let count = (limit.saturating_sub(RESERVED_FILES) / FILES_PER_CONNECTION).min(MAX_CONNECTIONS);
    match usize::try_from(count) {
        Ok(allowed) if count >= MIN_CONNECTIONS => Ok(allowed),
        _ => Err(TooFewFilesError { limit }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_kept_back() {
        assert_eq!(connections_within(u64::MAX).unwrap(), 512);
        assert_eq!(connections_within(1024).unwrap(), 496);
        assert_eq!(connections_within(64).unwrap(), 16);
        assert_eq!(connections_within(48).unwrap(), 8);
        let message = connections_within(20).unwrap_err().to_string();
        assert!(message.contains("is 20") && message.contains("at least 48"), "{message}");
    }
}
