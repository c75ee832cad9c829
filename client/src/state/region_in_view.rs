//! Which maps are loaded for a view, and the region that the legend describes.

use crate::map::graticule::wrapped;
use crate::state::region_entry::{MetaState, RegionEntry};
use crate::state::view::View;
use dragonfly_core::ordered;

/// Maps that are loaded for one view.
const MAX_MAPS_IN_VIEW: usize = 12;
/// A region narrower than this on the screen is an outline, and its map is not loaded, pixels.
const MIN_WIDTH_PX: f64 = 48.0;
/// So few maps are all loaded, whatever is in view.
const FEW_MAPS: usize = 3;

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

/// The regions whose maps a view needs and that are not loaded yet.
pub fn to_load(regions: &[RegionEntry], view: View) -> Vec<&RegionEntry> {
    let is_listed = |entry: &&RegionEntry| matches!(entry.meta, MetaState::Listed);
    let published = regions.iter().filter(|entry| entry.line.map.is_some());
    if published.count() <= FEW_MAPS {
        return regions.iter().filter(is_listed).collect();
    }
    let boxes = regions.iter().filter(|entry| entry.line.map.is_some());
    let seen = widest_in_view(boxes.map(|entry| (entry, entry.bbox())), view, MIN_WIDTH_PX);
    seen.into_iter().filter(is_listed).collect()
}

/// What is so many pixels wide in a view, the widest first, and no more than one view needs.
pub fn widest_in_view<'a, T>(
    boxes: impl Iterator<Item = (&'a T, [f64; 4])>,
    view: View,
    min_width_px: f64,
) -> Vec<&'a T> {
    let degree_px = view.width_px / (view.bbox[2] - view.bbox[0]);
    let width_px = |[west, _, east, _]: [f64; 4]| (east - west) * degree_px;
    let seen: Vec<_> = boxes
        .filter(|(_, bbox)| width_px(*bbox) >= min_width_px && overlap(*bbox, view) > 0.0)
        .collect();
    let by_width = |(_, one): &(&T, [f64; 4]), (_, other): &(&T, [f64; 4])| {
        width_px(*other).total_cmp(&width_px(*one))
    };
    ordered(seen, &by_width).into_iter().map(|(it, _)| it).take(MAX_MAPS_IN_VIEW).collect()
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
    use dragonfly_core::metadata::IndexedRegion;

    use super::*;
    use crate::state::region_entry::tests::{entry, entry_with_map};

    /// A region whose map is described in the index, and not loaded.
    fn listed(name: &str, bbox: [f64; 4]) -> RegionEntry {
        let mapped = entry_with_map(name, bbox, "9s");
        let map = mapped.summary();
        let unloaded = entry(name, bbox);
        let line = IndexedRegion { map, ..unloaded.line };
        RegionEntry { line, meta: MetaState::Listed, ..unloaded }
    }

    #[test]
    fn a_view_loads_the_maps_that_are_wide_in_it() {
        let degrees = |west: f64, width: f64| [west, 40.0, west + width, 41.0];
        let mut regions: Vec<_> = (0..50)
            .map(|index| listed(&format!("r{index:02}"), degrees(f64::from(index), 0.9)))
            .collect();
        let names = |regions: &[RegionEntry], bbox, width_px| {
            let view = View { bbox, width_px, ..View::default() };
            to_load(regions, view).iter().map(|it| it.line.name.clone()).collect::<Vec<_>>()
        };
        let world = [-180.0, -60.0, 180.0, 70.0];
        assert!(names(&regions, world, 1440.0).is_empty());
        let near = [10.0, 39.0, 12.9, 42.0];
        assert_eq!(names(&regions, near, 1440.0), ["r10", "r11", "r12"]);
        assert_eq!(names(&regions, [0.0, 39.0, 25.0, 42.0], 1440.0).len(), MAX_MAPS_IN_VIEW);
        regions[11].meta = MetaState::Loading;
        assert_eq!(names(&regions, near, 1440.0), ["r10", "r12"]);
        // So few are loaded wherever the view is.
        assert_eq!(names(&regions[20..23], world, 1440.0), ["r20", "r21", "r22"]);
    }

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
