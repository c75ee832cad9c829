//! The page's Web Worker: runs the page's requests, and reads scenes in workers of its own.
//!
//! `client/worker/worker.js` starts it. A worker named [`scene_worker::NAME`] reads
//! scenes.

#[cfg(target_arch = "wasm32")]
mod byte_store;
#[cfg(target_arch = "wasm32")]
mod cached_results;
#[cfg(target_arch = "wasm32")]
mod job_runner;
#[cfg(target_arch = "wasm32")]
mod map_blocks;
#[cfg(target_arch = "wasm32")]
mod messages;
#[cfg(target_arch = "wasm32")]
mod pool;
#[cfg(target_arch = "wasm32")]
mod scene_worker;

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    if messages::scope().name() == scene_worker::NAME {
        scene_worker::start();
    } else {
        job_runner::start();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "This runs in a browser, as a worker of the page: `trunk build` builds it with the page."
    );
}
