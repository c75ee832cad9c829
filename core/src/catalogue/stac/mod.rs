//! The part of STAC that Dragonfly reads: items, their assets, and what a search asks of them.
//!
//! Catalogues vary, so reading is lenient: what is null or of a foreign type counts as absent, and
//! an item that cannot be read loses itself, not its page. It is bounded too: a catalogue is
//! written by others, and what it sends is neither held without a limit nor followed everywhere.

mod address;
mod asset;
mod asset_band;
mod baseline;
mod footprint;
mod item;
mod item_collection;
mod lenient;
mod mask_asset;
mod next_page;
mod page;
mod search;
mod shown;
mod token;

pub use address::{AddressError, AddressPolicy, Origin, is_private};
pub use asset::{Asset, MaskBits, MaskClass, RasterBand};
pub use asset_band::{AssetBand, AssetBandError};
pub use baseline::Baseline;
pub use footprint::Footprint;
pub(crate) use footprint::overlap;
pub use item::{Item, Properties, StatedOffset};
pub use item_collection::{ItemCollection, ItemCollectionError, UnreadItem};
pub use page::{MAX_PAGE_BYTES, SearchPage, SearchPages, SearchPagesError};
pub use search::{DatetimeError, Interval, ItemSearch};
pub use shown::shown;
pub use token::{Token, TokenEndpoint, token_endpoint, without_token};
