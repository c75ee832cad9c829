//! The page.

fn main() {
    dragonfly_client::show_page();
}
