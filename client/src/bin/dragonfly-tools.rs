//! The tools of the page that load when one is first used.

use dragonfly_client::bridge::PageBridge;
use wasm_bindgen::prelude::*;

fn main() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
}

/// The tools of a page.
#[wasm_bindgen]
pub struct Tools(dragonfly_client::tools::Tools);

#[wasm_bindgen]
impl Tools {
    /// Tools for this page.
    #[wasm_bindgen(constructor)]
    pub fn new(page: PageBridge) -> Self {
        Self(dragonfly_client::tools::Tools::new(page))
    }

    /// Runs the command of a button; unknown ones are ignored.
    pub fn run(&self, command: &str) {
        self.0.run(command);
    }
}
