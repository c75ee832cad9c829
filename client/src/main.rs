//! The page.

#[cfg(target_arch = "wasm32")]
mod float_functions;

fn main() {
    dragonfly_client::show_page();
}
