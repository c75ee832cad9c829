//! The region that the legend describes.

use crate::map::graticule::wrapped;
use crate::state::map_state::View;
use crate::state::region_entry::RegionEntry;

/// Least fraction of the view that a region fills which nobody has chosen: one among many in a view
/// of the world describes none of the others.
const MIN_VIEW_FRACTION: f64 = 0.05;

/// The chosen region while any of it is in view; else, of those with a map, the one that fills most
/// of the view, where that is much of it.
pub fn region_in_view<'a>(
    regions: &'a [RegionEntry],
    chosen: Option<&str>,
    view: View,
) -> Option<&'a RegionEntry> {
    let overlap = |entry: &RegionEntry| overlap(entry.bbox(), view);
    let mapped = || regions.iter().filter(|entry| entry.map().is_some() && overlap(entry) > 0.0);
    let is_chosen = |entry: &&RegionEntry| chosen == Some(entry.line.name.as_str());
    mapped().find(is_chosen).or_else(|| {
        let is_large = |entry: &&RegionEntry| overlap(entry) >= MIN_VIEW_FRACTION * area(view.bbox);
        // Of several that fill the view, the smallest describes it best.
        mapped().filter(is_large).max_by(|one, other| {
            let size = |entry: &RegionEntry| -area(entry.bbox());
            overlap(one).total_cmp(&overlap(other)).then(size(one).total_cmp(&size(other)))
        })
    })
}

/// Square degrees that a box and the view share.
pub(super) fn overlap([west, south, east, north]: [f64; 4], view: View) -> f64 {
    let [view_west, view_south, view_east, view_north] = view.bbox;
    // The view may have gone around the world.
    let middle = (view_west + view_east) / 2.0;
    let turns = wrapped(middle) - middle;
    let width = east.min(view_east + turns) - west.max(view_west + turns);
    let height = north.min(view_north) - south.max(view_south);
    if width > 0.0 && height > 0.0 { width * height } else { 0.0 }
}

fn area([west, south, east, north]: [f64; 4]) -> f64 {
    (east - west) * (north - south)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::region_entry::tests::{entry, entry_with_map};

    #[test]
    fn the_region_that_fills_most_of_the_view_is_the_one() {
        let state = entry_with_map("state", [-124.0, 32.0, -114.0, 42.0], "9s");
        let county = entry_with_map("county", [-121.0, 34.0, -119.0, 36.0], "9s");
        let pending = entry("pending", [-122.0, 33.0, -118.0, 37.0]);
        let regions = [state, county, pending];
        let check = |bbox, chosen, expected| {
            let view = View { bbox, ..View::default() };
            let name = region_in_view(&regions, chosen, view).map(|entry| entry.line.name.as_str());
            assert_eq!(name, expected, "{bbox:?} {chosen:?}");
        };
        check([-125.0, 31.0, -113.0, 43.0], None, Some("state"));
        check([-120.5, 34.5, -119.5, 35.5], None, Some("county"));
        check([-120.5, 34.5, -119.5, 35.5], Some("state"), Some("state"));
        check([239.5, 34.5, 240.5, 35.5], None, Some("county"));
        check([-123.0, 40.0, -122.0, 41.0], Some("county"), Some("state"));
        check([10.0, 40.0, 11.0, 41.0], Some("county"), None);
        check([-180.0, -80.0, 180.0, 80.0], None, None);
        check([-180.0, -80.0, 180.0, 80.0], Some("county"), Some("county"));
    }
}
