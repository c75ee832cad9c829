//! What a region's own files show: its perimeter, and the record of its last run.

use chrono::{DateTime, Utc};
use dragonfly_core::{Region, RegionRecord};

use super::finding::Finding;
use crate::compute::dnbr_offset::read_perimeter;
use crate::deployment::layout::RootLayout;
use crate::deployment::settings::Settings;
use crate::publish::region_meta::MetaFile;

/// Whether the perimeter of a region's fire can be read; `None` where none is set.
pub(super) fn perimeter(settings: &Settings, region: &Region) -> Option<Finding> {
    let path = settings.perimeter_of(region)?;
    Some(match read_perimeter(&path) {
        Ok(area) => {
            let [west, south, east, north] = area.bbox();
            Finding::ok(
                "perimeter",
                format!(
                    "{}: an area from {west:.3}, {south:.3} to {east:.3}, {north:.3}",
                    path.display()
                ),
            )
        }
        Err(error) => Finding::fail(
            "perimeter",
            format!("{error:#}"),
            "name GeoJSON, KML or KMZ of the burnt area in the region's `perimeter_path`",
        ),
    })
}

/// Whether a region's last run lies in the future; `None` where it does not, or nothing is recorded.
pub(super) fn last_run(
    settings: &Settings,
    region: &Region,
    now: DateTime<Utc>,
) -> Option<Finding> {
    let layout = RootLayout::new(&settings.root);
    let meta = MetaFile::read(&layout, &region.name).or_pending(region).ok()?;
    let record = RegionRecord::new(region, &meta);
    let stamp = record.ahead_of(now)?;
    let advice = format!("check the clock, then run `dragonfly update {}`", region.name);
    Some(Finding::fail(
        "last run",
        format!("{stamp} lies in the future: a wrong clock wrote it, and the region is not due"),
        advice,
    ))
}
