//! Which scenes a map is made of: what is requested, how they are ranked tile by tile, which views
//! are duplicates, and why others are not used.

mod choice;
mod ground;
mod left_out;
mod overpass;
mod request;
mod skipped;
#[cfg(test)]
mod tests;

pub use choice::{SceneChoice, choose_scenes};
pub use left_out::{LeftOutItems, SideGround};
pub use request::{SceneOrder, SceneRequest};
pub use skipped::{SkipReason, SkippedScene};
