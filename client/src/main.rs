//! The page: burn-severity maps in the browser.
//!
//! Plain structs think and are tested natively; components show; [`leaflet`] is the only door to the map library.
#![expect(unreachable_pub, reason = "a program: what is public is public to its other files")]

mod app;
mod words;
mod words_map;

mod address;
mod address_bar;
mod atlas;
mod coverage;
mod covered;
mod filter;
mod key;
mod outline;
mod patch_dots;
mod picture;
mod problem;
mod region_entry;
mod region_in_view;

mod basemap_select;
mod brand;
mod dnbr_filter;
mod legend_view;
mod locate_button;
mod map_view;
mod measure_view;
mod notice;
mod opacity_slider;
mod palette_select;
mod panel;
mod point_readout;
mod region_list;
mod said;
mod save_button;
mod share_button;
mod swipe_view;
mod ticks_view;
mod tool_button;

mod fire_map;
mod graticule;
mod land_layer;
mod save_image;
mod severity_layer;
mod tile_source;
mod title_room;
mod world;

mod legend_row;
mod reading;
mod tile_address;
mod tile_store;

mod fetch;
mod leaflet;
mod published;

fn main() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
