//! The page's Web Worker as a program. A package of its own: with link-time optimization the
//! optimization level of the program decides whether loops of any crate become vectors.

#[cfg(target_arch = "wasm32")]
fn main() {
    dragonfly_worker::program::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "This runs in a browser, as a worker of the page: `trunk build` builds it with the page."
    );
}
