//! What the panel of a region speaks of: the region that was asked for, or the one around the place
//! that was clicked.

use crate::state::region_entry::RegionEntry;

/// What the panel speaks of.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// A region.
    Region(Box<RegionEntry>),
    /// A place outside all regions.
    Outside,
}

impl Selection {
    /// The region that is spoken of, if any.
    pub fn region(&self) -> Option<&RegionEntry> {
        match self {
            Self::Region(entry) => Some(entry),
            Self::Outside => None,
        }
    }
}

/// What the panel speaks of when a region was asked for by name, or a place (longitude, latitude)
/// was clicked; `None` while it stays closed. A place counts more.
pub fn subject(
    regions: &[RegionEntry],
    asked: Option<&str>,
    place: Option<(f64, f64)>,
) -> Option<Selection> {
    let region = |entry: &RegionEntry| Selection::Region(Box::new(entry.clone()));
    match (place, asked) {
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
    fn the_smallest_region_around_a_click_is_spoken_of() {
        let regions = [
            entry_with_map("state", [-124.0, 32.0, -114.0, 42.0], "9s"),
            entry("county", [-121.0, 34.0, -119.0, 36.0]),
        ];
        let name = |asked, place| {
            subject(&regions, asked, place).map(|subject| match subject {
                Selection::Region(entry) => entry.line.name,
                Selection::Outside => "outside".to_owned(),
            })
        };
        assert_eq!(name(None, Some((-120.0, 35.0))).as_deref(), Some("county"));
        assert_eq!(name(None, Some((-123.0, 41.0))).as_deref(), Some("state"));
        assert_eq!(name(Some("state"), Some((10.0, 10.0))).as_deref(), Some("outside"));
        assert_eq!(name(Some("state"), None).as_deref(), Some("state"));
        assert_eq!(name(Some("gone"), None), None);
        assert_eq!(name(None, None), None);
    }
}
