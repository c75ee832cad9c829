//! The page: burn-severity maps in the browser.
//!
//! Plain structs think and are tested natively; components show; [`map::leaflet`] is the only door to
//! the map library. Two programs are made of it: the page, which is loaded first and small, and
//! [`tools`], which load when they are first used. They meet at the [`toolbar::bridge`].
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
    state::preferences::begin(state::preferences::wanted());
    leptos::mount::mount_to_body(app::App);
}
