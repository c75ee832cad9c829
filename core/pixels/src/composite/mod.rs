//! From many observations to one dNBR a cell, and what is counted over a map.

pub(crate) mod confirmation;
pub(crate) mod dnbr_histogram;
pub(crate) mod dnbr_offset;
pub(crate) mod joined_pixels;
pub(crate) mod mosaic;
pub(crate) mod offset_ring;
pub(crate) mod overpasses;
pub(crate) mod patches;
pub(crate) mod pre_nbr;
pub(crate) mod side_scenes;
pub(crate) mod sides;
pub(crate) mod summary;
pub(crate) mod view_layers;

pub use dnbr_histogram::{BackgroundDnbr, DnbrHistogram};
pub use dnbr_offset::{BinnedOffset, DnbrOffset, NoOffsetReason, OffsetBin};
pub use joined_pixels::JoinedPixels;
pub use mosaic::{Overpasses, RowCompositor, SceneObservations, SideObservations};
pub use offset_ring::{FireGround, OffsetRing};
pub use overpasses::{SAME_OVERPASS, overpasses};
pub use patches::{BurntPatch, PatchFinder};
pub use pre_nbr::{BurntPreNbr, PreNbrCode};
pub use side_scenes::SideScenes;
pub use sides::{Composite, SideComposite, median, state_of};
pub use summary::{Change, EmptyShare, Hectares, Summary};
pub use view_layers::{NO_DATE, NO_VIEW_COUNT, ViewLayersRow, day_number};
