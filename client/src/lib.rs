//! The page: burn-severity maps in the browser.
//!
//! State is plain structs, tested natively; components render it; `map::leaflet` is the only
//! binding to the map library. Two programs are built from it: the page, which is loaded first and
//! is small, and [`tools`], which load when they are first used. [`toolbar::bridge`] connects them.
#![expect(unreachable_pub, reason = "what is public is public to the other files of two programs")]

mod app;
mod data;
mod i18n;
mod map;
mod panel;
mod search;
mod state;
pub mod toolbar;
pub mod tools;
mod ui;

pub use toolbar::bridge;

/// Shows the page.
pub fn show_page() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    state::preferences::apply(state::preferences::preferred());
    leptos::mount::mount_to_body(app::App);
    // What the page shows before its program runs.
    if let Some(skeleton) = leptos::prelude::document().get_element_by_id("skeleton") {
        skeleton.remove();
    }
}
