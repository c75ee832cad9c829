//! Fires found by themselves: points are read, become fires, and each fire is mapped.
//!
//! `point_files` and `sources` read points, `night` turns them into fires by
//! [`update_fires`](dragonfly_core::update_fires) and maps what is due, `prone_ground` reads where
//! fires may burn, `fire_region` makes a region of a fire, `burnt_area` measures its map, `outlines`
//! publishes both outlines. `history` keeps points for months, so that maps of regions part fire
//! from other change.

pub(crate) mod burnt_area;
mod fire_map;
mod fire_region;
pub(crate) mod forget;
mod ground;
pub(crate) mod history;
pub(crate) mod layout;
pub(crate) mod night;
mod outlines;
mod place;
pub(crate) mod point_files;
mod prone_ground;
pub(crate) mod sources;
pub(crate) mod state_files;
mod sweep;
