//! The state of the page: plain structs tested natively, and the signals that hold them.

pub mod address;
pub mod address_bar;
pub mod atlas;
pub mod attribution;
pub mod coverage;
pub mod earlier_map;
pub mod empty_fractions;
pub mod filter;
pub mod fires;
pub mod key;
pub mod map_colour;
pub mod map_state;
pub mod page_state;
pub mod preferences;
pub mod problem;
pub mod reading;
pub mod region_entry;
pub mod region_in_view;
pub mod selection;
pub mod unseen;
pub mod view;
