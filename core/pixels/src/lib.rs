//! From the digital numbers of satellite images to classes of burn severity on map tiles.
//!
//! The loops over pixels are a crate of their own because the page's worker compiles them for
//! speed, and the rest of [`dragonfly_core`](../dragonfly_core/index.html), which re-exports all
//! of it, for size. The conventions and the rules of that crate hold here too.

mod composite;
mod geo;
mod order;
mod resample;
mod sensor;
mod severity;
mod tiles;

pub use composite::*;
pub use geo::*;
pub use order::{distinct, ordered};
pub use resample::*;
pub use sensor::*;
pub use severity::*;
pub use tiles::*;
