//! The tools of the page that load when one is first used.

use dragonfly_client::bridge::PageBridge;
use wasm_bindgen::prelude::*;

fn main() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
}

/// The tools, at work on a page.
#[wasm_bindgen]
pub struct Tools(dragonfly_client::tools::Tools);

#[wasm_bindgen]
impl Tools {
    /// Tools for this page.
    #[wasm_bindgen(constructor)]
    pub fn new(page: PageBridge) -> Self {
        Self(dragonfly_client::tools::Tools::new(page))
    }

    /// Does what a button of the page asks for; what is unknown is no tool of ours.
    pub fn run(&self, command: &str) {
        self.0.run(command);
    }
}
