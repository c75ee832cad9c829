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
        Ok(area) => of_area(&path.display().to_string(), area.bbox(), region.bbox),
        Err(error) => Finding::fail(
            "perimeter",
            format!("{error:#}"),
            "name GeoJSON, KML or KMZ of the burnt area in the region's `perimeter_path`",
        ),
    })
}

/// Whether an area lies in a region's box: both west, south, east, north.
fn of_area(path: &str, area: [f64; 4], region: [f64; 4]) -> Finding {
    let [west, south, east, north] = area;
    let found = format!("{path}: an area from {west:.3}, {south:.3} to {east:.3}, {north:.3}");
    let turned = |turns: f64| [west + 360.0 * turns, south, east + 360.0 * turns, north];
    let places = [0.0, -1.0, 1.0].map(turned);
    let advice = "its surroundings give the dNBR offset: name the perimeter of this fire in the \
        region's `perimeter_path`, or widen the region's `bbox`";
    if !places.iter().any(|area| is_touching(*area, region)) {
        return Finding::fail("perimeter", format!("{found}, outside the region's box"), advice);
    }
    if !places.iter().any(|area| is_inside(*area, region)) {
        let found = format!("{found}, which reaches beyond the region's box");
        return Finding::warn("perimeter", found, advice);
    }
    Finding::ok("perimeter", found)
}

fn is_touching(a: [f64; 4], b: [f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn is_inside(inner: [f64; 4], outer: [f64; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
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

#[cfg(test)]
mod tests {
    use super::super::finding::FindingStatus;
    use super::*;

    #[test]
    fn a_perimeter_lies_in_the_box_of_its_region() {
        let status =
            |area: [f64; 4], region: [f64; 4]| of_area("fire.geojson", area, region).status;
        let region = [10.0, 40.0, 11.0, 41.0];
        assert_eq!(status([10.2, 40.2, 10.4, 40.4], region), FindingStatus::Ok);
        assert_eq!(status([10.8, 40.2, 11.2, 40.4], region), FindingStatus::Warn);
        assert_eq!(status([12.0, 40.2, 12.2, 40.4], region), FindingStatus::Fail);
        assert_eq!(status([40.2, 10.2, 40.4, 10.4], region), FindingStatus::Fail);
        let across = [179.0, -18.0, 181.0, -17.0];
        assert_eq!(status([-179.8, -17.8, -179.6, -17.6], across), FindingStatus::Ok);
    }
}
