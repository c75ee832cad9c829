//! The map: Leaflet, its layers, and what lies on it.

pub mod basemap_layer;
pub mod fire_map;
pub mod graticule;
pub mod label_placement;
pub mod land_layer;
pub mod leaflet;
pub mod locate_button;
pub mod map_view;
pub mod obscured;
pub mod patch_dots;
pub mod place_names;
pub mod provisional_hatch;
pub mod severity_layer;
pub mod swipe_view;
pub mod ticks_view;
pub mod tile_canvas;
pub mod unseen_pattern;
