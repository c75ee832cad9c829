//! The page's Web Worker: takes orders, and lets workers of its own look at scenes.
//!
//! `client/worker/worker.js` starts it. A worker that was given the name of [`scene_worker::NAME`]
//! looks at scenes.

#[cfg(target_arch = "wasm32")]
mod blocks;
#[cfg(target_arch = "wasm32")]
mod desk;
#[cfg(target_arch = "wasm32")]
mod message;
#[cfg(target_arch = "wasm32")]
mod pool;
#[cfg(target_arch = "wasm32")]
mod results;
#[cfg(target_arch = "wasm32")]
mod scene_worker;
#[cfg(target_arch = "wasm32")]
mod store;

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    if message::scope().name() == scene_worker::NAME {
        scene_worker::start();
    } else {
        desk::start();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "This runs in a browser, as a worker of the page: `trunk build` builds it with the page."
    );
}
