//! What the panel of a region describes: the region opened by name, or the one around the place
//! that was clicked.

use crate::state::region_entry::RegionEntry;

/// What the panel describes.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// A region.
    Region(Box<RegionEntry>),
    /// A place outside all regions.
    Outside,
}

impl Selection {
    /// The region, if any.
    pub fn region(&self) -> Option<&RegionEntry> {
        match self {
            Self::Region(entry) => Some(entry),
            Self::Outside => None,
        }
    }
}

/// What the panel describes when a region was opened by name, or a place (longitude, latitude) was
/// clicked; `None` while it stays closed. A place comes before a name.
pub fn select(
    regions: &[RegionEntry],
    name: Option<&str>,
    place: Option<(f64, f64)>,
) -> Option<Selection> {
    let region = |entry: &RegionEntry| Selection::Region(Box::new(entry.clone()));
    match (place, name) {
        (Some((lon, lat)), _) => {
            Some(smallest_around(regions, lon, lat).map_or(Selection::Outside, region))
        }
        (None, Some(name)) => regions.iter().find(|entry| entry.line.name == name).map(region),
        (None, None) => None,
    }
}

/// Of the regions whose box contains a place, the smallest.
fn smallest_around(regions: &[RegionEntry], lon: f64, lat: f64) -> Option<&RegionEntry> {
    let size = |entry: &&RegionEntry| {
        let [west, south, east, north] = entry.bbox();
        (east - west) * (north - south)
    };
    let around = |entry: &&RegionEntry| {
        let [west, south, east, north] = entry.bbox();
        (west..=east).contains(&lon) && (south..=north).contains(&lat)
    };
    regions.iter().filter(around).min_by(|one, other| size(one).total_cmp(&size(other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::region_entry::tests::{entry, entry_with_map};

    #[test]
    fn the_smallest_region_around_a_click_is_selected() {
        let regions = [
            entry_with_map("state", [-124.0, 32.0, -114.0, 42.0], "9s"),
            entry("county", [-121.0, 34.0, -119.0, 36.0]),
        ];
        let selected = |name, place| {
            select(&regions, name, place).map(|selection| match selection {
                Selection::Region(entry) => entry.line.name,
                Selection::Outside => "outside".to_owned(),
            })
        };
        assert_eq!(selected(None, Some((-120.0, 35.0))).as_deref(), Some("county"));
        assert_eq!(selected(None, Some((-123.0, 41.0))).as_deref(), Some("state"));
        assert_eq!(selected(Some("state"), Some((10.0, 10.0))).as_deref(), Some("outside"));
        assert_eq!(selected(Some("state"), None).as_deref(), Some("state"));
        assert_eq!(selected(Some("gone"), None), None);
        assert_eq!(selected(None, None), None);
    }
}
