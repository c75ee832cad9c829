//! The page's Web Worker: runs the page's requests, and reads scenes in workers of its own.
//!
//! `client/worker/worker.js` starts it. A worker named [`scene_worker::NAME`] reads
//! scenes.

mod byte_store;
mod cached_results;
mod job_runner;
mod map_blocks;
mod messages;
mod pool;
mod scene_worker;

/// Starts the worker.
pub fn start() {
    console_error_panic_hook::set_once();
    if messages::scope().name() == scene_worker::NAME {
        scene_worker::start();
    } else {
        job_runner::start();
    }
}
