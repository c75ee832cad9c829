//! The threads that wait for servers.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, anyhow};
use rayon::{ThreadPool, ThreadPoolBuilder};

static MAX_CONNECTIONS: AtomicUsize = AtomicUsize::new(64);
static FETCH_POOL: OnceLock<Result<ThreadPool, String>> = OnceLock::new();

/// Sets how many connections to one host are open at a time. Call before anything is read.
pub(crate) fn set_max_connections(count: usize) {
    MAX_CONNECTIONS.store(count.max(1), Ordering::Relaxed);
}

/// The threads that wait for servers, started when they are first needed.
pub(super) fn fetch_pool() -> Result<&'static ThreadPool> {
    let started = FETCH_POOL.get_or_init(|| {
        let count = MAX_CONNECTIONS.load(Ordering::Relaxed);
        let threads = ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(|index| format!("fetch-{index}"))
            // Without a handler rayon ends the program. `PendingRanges` fails the ranges.
            .panic_handler(|_| tracing::error!("a thread that fetches files panicked"))
            .build();
        threads.map_err(|error| {
            format!("cannot start {count} threads ({error}): lower max_connections")
        })
    });
    started.as_ref().map_err(|message| anyhow!("{message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_fetching_thread_does_not_end_the_program() {
        let (sender, receiver) = std::sync::mpsc::channel();
        fetch_pool().unwrap().spawn_fifo(|| panic!("in a pool's thread"));
        fetch_pool().unwrap().spawn_fifo(move || sender.send(()).unwrap());
        receiver.recv().unwrap();
    }
}
