//! The days of the scenes of a map.

use anyhow::{Result, bail};
use dragonfly_core::SideScenes;
use dragonfly_core::metadata::SceneDates;

use crate::read::scene::GridScene;

/// The days of the first and last scene of a side.
pub(crate) fn scene_dates(side: &SideScenes<GridScene>) -> Result<SceneDates> {
    let days = || side.scenes().iter().map(|scene| scene.used.datetime.date_naive());
    match (days().min(), days().max()) {
        (Some(first), Some(last)) => Ok(SceneDates { first, last }),
        _ => bail!("a side without scenes has no dates"),
    }
}
