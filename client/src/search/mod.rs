//! The search field: regions, coordinates, places.

pub mod coordinates;
pub mod find;
pub mod folding;
pub mod place_search;
pub mod places;
pub mod region_search;
pub mod scripts;
