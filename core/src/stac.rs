//! The part of STAC that Dragonfly reads: items, their assets, and what a search asks of them.
//!
//! Catalogues vary, so reading is lenient: what is null or of a foreign type counts as absent, and an item that
//! cannot be read loses itself, not its page.

mod asset;
mod baseline;
mod footprint;
mod item;
mod lenient;
mod page;
mod search;
mod token;

pub use asset::{Asset, RasterBand};
pub use baseline::Baseline;
pub use footprint::Footprint;
pub(crate) use footprint::overlap;
pub use item::{Item, ItemCollection, MissingAsset, Properties, UnreadItem};
pub use page::{Circle, Page, Pages};
pub use search::{BadDatetime, Interval, Search};
pub use token::{Token, TokenEndpoint, token_endpoint, without_token};
