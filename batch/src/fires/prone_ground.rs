//! Where fires may burn, by the fire-zone masks of the regions: heat elsewhere, as on fields, is no
//! wildfire.

use std::time::Duration;

use anyhow::Result;
use dragonfly_core::{Grid, Region};

use crate::compute::memory::Memory;
use crate::deployment::Deployment;
use crate::deployment::settings::FiresSettings;
use crate::http::{Client, RequestLimits};
use crate::nightly::deadline::Deadline;
use crate::read::zone::FireZone;

/// Time for all masks of a night.
const MAX_READING: Duration = Duration::from_secs(5 * 60);
/// Finest zoom at which a mask is read: cells of 306 m at the equator, less than a pixel of heat.
const ZOOM: u8 = 9;

/// The zones of the regions that have a mask.
pub(crate) struct ProneGround {
    zones: Vec<(Grid, FireZone)>,
}

impl ProneGround {
    /// Reads the masks of the regions in which fires are found. One that cannot be read leaves no
    /// fire out, with a warning.
    pub(crate) fn read(deployment: &Deployment, settings: &FiresSettings) -> Self {
        let masks = deployment.regions.iter().filter(|region| settings.finds_in(region));
        let masks: Vec<(&Region, String)> = masks
            .filter_map(|region| Some((region, deployment.settings.fire_mask_of(region)?)))
            .collect();
        let mut zones = Vec::new();
        let deadline = Deadline::after(MAX_READING);
        for (region, path) in masks {
            match read_zone(deployment, region, &path, deadline) {
                Ok(zone) => zones.push(zone),
                Err(error) => tracing::warn!(
                    "region `{}`: heat outside its fire zone cannot be separated from fires tonight: \
                     {error:#}",
                    region.name
                ),
            }
        }
        Self { zones }
    }

    /// Whether there is any mask.
    pub(crate) fn is_known(&self) -> bool {
        !self.zones.is_empty()
    }

    /// Whether a place lies in the zone of a region, or in the box of none that has a mask.
    pub(crate) fn holds(&self, lon: f64, lat: f64) -> bool {
        let mut is_in_box = false;
        for (grid, zone) in &self.zones {
            let (column, row) = grid.grid_from_lonlat(lon, lat);
            // Casts of negative numbers would give column 0.
            if column < 0.0 || row < 0.0 {
                continue;
            }
            let (column, row) = (column as u32, row as u32);
            if grid.is_inside(column, row) {
                if zone.contains(column, row) {
                    return true;
                }
                is_in_box = true;
            }
        }
        !is_in_box
    }
}

fn read_zone(
    deployment: &Deployment,
    region: &Region,
    path: &str,
    deadline: Deadline,
) -> Result<(Grid, FireZone)> {
    let settings = &deployment.settings;
    let client = Client::new(
        settings.address_policy()?,
        deadline,
        RequestLimits::NIGHT,
        settings.max_connections,
    );
    let max_bytes = Memory::max_zone_bytes(settings.memory_mb);
    let grid = Grid::covering(region.bbox, region.zoom_max.min(ZOOM));
    let zone = FireZone::read(path, &grid, max_bytes, &client)?;
    Ok((grid, zone))
}
