//! How fast blocks are decoded, natively and in WebAssembly under Node.
//!
//! Name files when building, and run with or without `--target wasm32-unknown-unknown`:
//! `DRAGONFLY_SPEED_FILES=a.tif,b.tif cargo test --locked --release -p dragonfly-worker --test
//! speed -- --nocapture`. Without files it is over at once.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(
    clippy::disallowed_methods,
    reason = "core reads no clock and no file, but this test does"
)]

use dragonfly_tiff::{KnownBytes, TiffImage};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Side of the window that is read, pixels.
const WINDOW_PX: u32 = 2048;
/// The machine may be busy: the fastest of several counts.
const ROUNDS: usize = 7;

#[test]
fn a_window_is_decoded_fast() {
    let Some(paths) = option_env!("DRAGONFLY_SPEED_FILES") else { return };
    let mut all_ms = 0.0;
    for path in paths.split(',') {
        let known = KnownBytes::whole(machine::file(path));
        let image = TiffImage::parse(&known).unwrap();
        let level = image.full();
        let blocks = level.blocks(&(0..WINDOW_PX), &(0..WINDOW_PX), &[0]);
        let mut fastest_ms = f64::INFINITY;
        for _ in 0..ROUNDS {
            let begun = machine::now_ms();
            let mut pixels = 0;
            for block in &blocks {
                let stored = known.get(level.byte_range(*block).unwrap()).unwrap();
                pixels += level.decode(*block, &level.pixels_of(*block).1, stored, &[0]).unwrap()
                    [0]
                .1
                .len();
            }
            fastest_ms = fastest_ms.min(machine::now_ms() - begun);
            assert!(pixels > 0);
        }
        all_ms += fastest_ms;
        machine::say(&format!(
            "{path}: {} blocks, {:.2} ms each",
            blocks.len(),
            fastest_ms / blocks.len() as f64
        ));
    }
    machine::say(&format!("all: {all_ms:.0} ms"));
}

#[cfg(not(target_arch = "wasm32"))]
mod machine {
    use std::sync::LazyLock;
    use std::time::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(crate) fn file(path: &str) -> Vec<u8> {
        std::fs::read(path).unwrap()
    }

    pub(crate) fn now_ms() -> f64 {
        START.elapsed().as_secs_f64() * 1000.0
    }

    pub(crate) fn say(line: &str) {
        println!("{line}");
    }
}

#[cfg(target_arch = "wasm32")]
mod machine {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(module = "fs")]
    extern "C" {
        #[wasm_bindgen(js_name = readFileSync)]
        fn read_file(path: &str) -> Vec<u8>;
    }

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance)]
        fn now() -> f64;
    }

    pub(crate) fn file(path: &str) -> Vec<u8> {
        read_file(path)
    }

    pub(crate) fn now_ms() -> f64 {
        now()
    }

    pub(crate) fn say(line: &str) {
        wasm_bindgen_test::console_log!("{line}");
    }
}
