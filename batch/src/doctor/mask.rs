//! The mask of a region's fire zone.

use dragonfly_core::{Grid, Region};

use super::finding::Finding;
use crate::http::Client;
use crate::settings::Settings;
use crate::zone::FireZone;

/// Cells of this zoom are enough to see whether a mask fits, and few.
const ZOOM: u8 = 9;

/// Whether a region's mask, if it has one, can be read and lies over its box.
pub(super) fn mask(settings: &Settings, region: &Region, client: &Client) -> Finding {
    let Some(path) = settings.fire_mask_of(region) else {
        return Finding::ok("mask", "none is set: the whole box is mapped");
    };
    match FireZone::read(&path, &Grid::covering(region.bbox, region.zoom_max.min(ZOOM)), client) {
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
            "name a readable raster in the region's `fire_mask_path` or in `fire_zone_mask`, or none",
        ),
    }
}
