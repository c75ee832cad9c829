//! The page: burn-severity maps in the browser.
//!
//! Plain structs think and are tested natively; components show; [`leaflet`] is the only door to
//! the map library. Two programs are made of it: the page, which is loaded first and small, and
//! [`tools`], which load when they are first used. They meet at the [`bridge`].
#![expect(unreachable_pub, reason = "what is public is public to the other files of two programs")]

mod app;
mod words;

pub mod bridge;
mod toolbox;
pub mod tools;

mod address;
mod address_bar;
mod atlas;
mod coverage;
mod covered;
mod filter;
mod find;
mod key;
mod patch_dots;
mod problem;
mod reader;
mod recognised;
mod region_entry;
mod region_in_view;
mod subject;

mod basemap_select;
mod brand;
mod dnbr_filter;
mod help;
mod legend_view;
mod locate_button;
mod map_view;
mod notice;
mod opacity_slider;
mod palette_select;
mod panel;
mod place_search;
mod point_readout;
mod region_list;
mod region_panel;
mod said;
mod share_button;
mod speech_select;
mod swipe_view;
mod ticks_view;
mod tool_button;
mod toolbox_buttons;

mod fire_map;
mod graticule;
mod land_layer;
mod place_names;
mod severity_layer;
mod tile_source;
mod title_room;
mod world;

mod coordinates;
mod folding;
mod legend_row;
mod markup;
mod places;
mod reading;
mod region_facts;
mod region_search;
mod tile_address;
mod tile_store;

mod clipboard;
mod fetch;
mod fields;
mod follow;
mod json;
mod leaflet;
mod published;

/// Shows the page.
pub fn show_page() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    reader::begin(reader::wanted());
    leptos::mount::mount_to_body(app::App);
}
