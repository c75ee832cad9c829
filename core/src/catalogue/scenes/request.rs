//! What the scenes of one side must be.

use chrono::NaiveDate;

use crate::catalogue::dates::{DateWindow, FireSide};

/// What the scenes of one side must be.
#[derive(Clone, Debug)]
pub struct SceneRequest<'a> {
    /// Side of the fire.
    pub side: FireSide,
    /// Days that count.
    pub window: DateWindow,
    /// The day to which a scene should be close.
    pub wanted: NaiveDate,
    /// Collection.
    pub collection: &'a str,
    /// West, south, east, north.
    pub bbox: [f64; 4],
    /// Most cloud, percent.
    pub max_cloud_cover: f64,
    /// Most scenes per tile of the satellite's grid.
    pub scenes_per_tile: usize,
    /// Which scenes come first.
    pub order: SceneOrder,
}

/// Which scenes of a tile come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SceneOrder {
    /// Little cloud, much ground, near the wanted day.
    Clearest,
    /// The newest, until most ground is likely to be clear in several: where the latest clear view
    /// of a cell counts. The cloud of a whole tile is a poor estimate for a fire in it.
    Newest,
}
