//! Regions: their configuration, their windows of dates, and their order in a night.

pub(crate) mod region;
pub(crate) mod rotation;
pub(crate) mod window;

pub use region::{Region, RegionError, regions_from_json};
pub use rotation::{NightPlan, RegionRecord, RegionTurn, plan_night};
pub use window::{SearchWindows, WindowReason};
