//! The mask of a region's fire zone.

use dragonfly_core::{Grid, Region};

use super::finding::Finding;
use crate::compute::memory::Memory;
use crate::deployment::settings::Settings;
use crate::http::Client;
use crate::read::zone::FireZone;

/// Cells of this zoom are enough to see whether a mask fits, and few.
const ZOOM: u8 = 9;
/// Blocks of a mask that are read: seconds. Cells are coarser where a mask without overviews needs
/// more.
const MAX_BLOCKS: u64 = 20_000;

/// Whether a region's mask, if it has one, can be read and lies over its box.
pub(super) fn mask(settings: &Settings, region: &Region, client: &Client) -> Finding {
    let Some(path) = settings.fire_mask_of(region) else {
        return Finding::ok("mask", "none is set: the whole box is mapped");
    };
    let grids: Vec<Grid> = (0..=region.zoom_max.min(ZOOM))
        .rev()
        .map(|zoom| Grid::covering(region.bbox, zoom))
        .collect();
    let max_bytes = Memory::max_zone_bytes(settings.memory_mb);
    match FireZone::read_roughly(&path, &grids, MAX_BLOCKS, max_bytes, client) {
        Ok(zone) if zone.share > 0.0 && zone.beyond_share > 0.0 => Finding::warn(
            "mask",
            format!(
                "{path}: {:.1} % of the box lies beyond its edge, or has no data in it",
                100.0 * zone.beyond_share
            ),
            "that part counts as outside the fire zone and is not mapped: name a mask that covers \
             the region's `bbox`, or make the box smaller",
        ),
        Ok(zone) if zone.share > 0.0 => {
            Finding::ok("mask", format!("{path}: {:.0} % of the box may burn", 100.0 * zone.share))
        }
        Ok(_) => Finding::fail(
            "mask",
            format!("{path}: nothing in the box may burn"),
            "the mask is 1 where it may burn, 0 where not: name another, or leave the region out",
        ),
        Err(error) => Finding::fail(
            "mask",
            format!("{error:#}"),
            "name a readable raster in the region's `fire_mask_path` or in `fire_zone_mask`, or \
            none",
        ),
    }
}
