//! Whether the scenes of a region can be opened together, as a run opens them.

use dragonfly_core::stac::Item;
use dragonfly_core::{FireSide, Grid, OffsetReason, Region};

use super::finding::Finding;
use crate::deployment::settings::Settings;
use crate::http::Client;
use crate::read::scene::{GridScene, RequestedScene};

const PROBE: &str = "opening";

/// Opens the clearest scene of each side, and judges what a run would use of it. A doubtful flag
/// is not named again where another finding already does (`is_flag_named`).
pub(super) fn opening(
    sides: &[(FireSide, Item)],
    settings: &Settings,
    region: &Region,
    client: &Client,
    is_flag_named: bool,
) -> Finding {
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let mut doubts = Vec::new();
    for (side, item) in sides {
        let requested = RequestedScene::of(item, client);
        let (masks, buffer_m) = (&settings.masks, settings.cloud_buffer_m);
        let scene = match GridScene::open(requested, *side, &grid, None, masks, buffer_m) {
            Ok(Some(scene)) => scene,
            Ok(None) => {
                let found = format!(
                    "scene {} of the {side} side lies elsewhere than its item states: its files \
                    cover no part of the region",
                    item.id
                );
                let advice = "compare the files' georeference (gdalinfo) with the item's geometry, \
                    and take the item out of the catalogue";
                return Finding::fail(PROBE, found, advice);
            }
            Err(error) => {
                let advice = "a run goes on without such a scene: correct the item or the file, or \
                    take the item out of the catalogue";
                return Finding::fail(PROBE, format!("the {side} side: {error}"), advice);
            }
        };
        if scene.used.is_unmasked {
            doubts.push(format!("{} has no mask", item.id));
        }
        if let Some(stated) = &scene.used.mask_contradiction {
            doubts.push(format!("the mask of {} has other meanings: {stated}", item.id));
        }
        let is_flag = scene.used.offset_kind == Some(OffsetReason::DoubtedBoaOffsetApplied);
        if scene.used.has_uncertain_offset() && !(is_flag && is_flag_named) {
            doubts.push(format!("the offset of {}: {}", item.id, scene.used.offset_reason));
        }
    }
    if !doubts.is_empty() {
        let advice = "maps of such scenes carry a warning: state the offset in the items \
            (`raster:bands`) and the meanings of the mask (`classification:classes`), or name a \
            collection with masks";
        return Finding::warn(PROBE, doubts.join("; "), advice);
    }
    Finding::ok(PROBE, format!("the clearest scene of {} sides opens as in a run", sides.len()))
}
