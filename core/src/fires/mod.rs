//! Fires found from active-fire points, and their burnt area on a map.

pub(crate) mod burnt_area;
mod discs;
pub(crate) mod fire_zone;

pub use burnt_area::{BurntAreaRules, burnt_area};
pub use fire_zone::{FireZoneCells, widened};
