//! What a catalogue offers, and which of its scenes are used.

pub(crate) mod dates;
pub(crate) mod offset;
pub(crate) mod promised_ground;
pub(crate) mod scenes;
pub mod stac;

pub use dates::{Assessment, DateWindow, FireSide};
pub use offset::{
    DnCounts, MAX_COARSEST_PX, MAX_DOUBTED_PX, OffsetDecision, OffsetReason, OffsetRule,
    offset_from_pixels, offset_rule,
};
pub use promised_ground::{PromisedGround, PromisedGroundCount};
pub use scenes::{
    LeftOutItems, SceneChoice, SceneOrder, SceneRequest, SideGround, SkipReason, SkippedScene,
    choose_scenes,
};
