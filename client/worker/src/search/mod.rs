//! Searching a catalogue, and the scenes that are proposed.

pub(crate) mod catalogue;
mod proposal;

pub use catalogue::{CatalogueClient, CatalogueError, Tokens};
pub use proposal::{WEIGH_ABOVE_MB, around, corrected, found, nearest, question, windows};
