//! From many observations to one dNBR a cell, and what is counted over a map.

pub(crate) mod confirmation;
pub(crate) mod dnbr_offset;
pub(crate) mod joined_pixels;
pub(crate) mod mosaic;
pub(crate) mod patches;
pub(crate) mod promised_ground;
pub(crate) mod side_scenes;
pub(crate) mod sides;
pub(crate) mod summary;

pub use dnbr_offset::{DnbrOffset, OffsetRing};
pub use joined_pixels::JoinedPixels;
pub use mosaic::{Overpasses, RowCompositor, SceneObservations, SideObservations};
pub use patches::{BurntPatch, PatchFinder};
pub use promised_ground::{PromisedGround, PromisedGroundCount};
pub use side_scenes::SideScenes;
pub use sides::{Composite, SideComposite, median, state_of};
pub use summary::{BackgroundDnbr, EmptyShare, Hectares, Summary};
