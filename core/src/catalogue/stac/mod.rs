//! The part of STAC that Dragonfly reads: items, their assets, and what a search asks of them.
//!
//! Catalogues vary, so reading is lenient: what is null or of a foreign type counts as absent, and
//! an item that cannot be read loses itself, not its page. It is bounded too: a catalogue is
//! written by others, and what it sends is neither held without a limit nor followed everywhere.

mod address;
mod asset;
mod asset_band;
mod baseline;
mod collections;
mod coverage;
mod footprint;
mod item;
mod item_bands;
mod item_box;
mod item_collection;
mod item_links;
mod item_mask;
mod item_properties;
mod item_tile;
mod lenient;
mod mask_asset;
mod mask_meaning;
mod mask_sidecar;
mod next_page;
mod observing;
mod page;
mod received_items;
mod reference;
mod search;
mod shown;
mod sidecar_check;
mod storage;
mod token;

pub use address::{AddressError, AddressPolicy, Origin, is_private};
pub use asset::{Asset, MaskMeaning, RasterBand};
pub use asset_band::{AssetBand, AssetBandError};
pub use baseline::Baseline;
pub use collections::find_collection_ignoring_case;
pub use footprint::Footprint;
pub(crate) use footprint::overlap;
pub use item::Item;
pub use item_bands::StatedOffset;
pub use item_collection::{ItemCollection, ItemCollectionError, UnreadItemError};
pub use item_links::ItemLinks;
pub use item_properties::Properties;
pub use mask_meaning::MaskMeaningError;
pub use mask_sidecar::{MaskSidecar, StatedValidity};
pub use page::{MAX_PAGE_BYTES, SearchPage, SearchPages, SearchPagesError};
pub use received_items::{FoundItems, ItemCounts, SearchCondition, UnrequestedItems};
pub use reference::{resolve_reference, scheme};
pub use search::{DatetimeError, Interval, ItemSearch};
pub use shown::shown;
pub use sidecar_check::SidecarCheck;
pub use token::{Token, TokenEndpoint, token_endpoint, without_token};
