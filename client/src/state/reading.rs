//! The reading: the value of the map at a place.

use chrono::NaiveDate;
use dragonfly_core::metadata::MapMeta;
use dragonfly_core::{Breaks, Empty, Severity, Tile, TileFate, class_from_index, dnbr_from_index};

use crate::data::tile_address::pixel_at;
use crate::state::region_entry::RegionEntry;

/// The value of the map at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// A value, right to ± 0.005.
    Value {
        /// The middle of its bin.
        dnbr: f32,
        /// Its class.
        class: Severity,
        /// Whether a single image shows the burn, and no other confirms it.
        is_provisional: bool,
    },
    /// Ground that changed like a burn where no fire was seen.
    Changed {
        /// The middle of its bin.
        dnbr: f32,
        /// The day from which on active-fire points are known.
        since: Option<NaiveDate>,
    },
    /// In a tile that was not stored, since all that could be seen in it is unburned.
    UnburnedTile,
    /// Empty, and why.
    Empty(Empty),
    /// In a tile that was not stored, since all of it is empty, mostly for this reason.
    EmptyTile(Empty),
    /// In a region whose map is not there yet.
    NoMap,
    /// Outside every region.
    OutsideRegions,
    /// The tile could not be loaded.
    Unavailable,
}

impl Reading {
    /// The reading of a palette index.
    pub fn from_index(index: u8) -> Self {
        match (dnbr_from_index(index), class_from_index(index, &Breaks::USGS)) {
            (Some(dnbr), Some(class)) => Self::Value { dnbr, class, is_provisional: false },
            _ => Self::Empty(Empty::from_code(index).unwrap_or(Empty::NoData)),
        }
    }
}

/// Where the answer lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lookup {
    /// Known without a tile.
    Known(Reading),
    /// In this pixel of this tile.
    Pixel(Tile, usize),
}

/// Where a map keeps its answer for a place.
pub fn look_up(map: &MapMeta, lon: f64, lat: f64) -> Lookup {
    let (tile, pixel) = pixel_at(lon, lat, map.zoom_max);
    match map.tile_index.fate(tile) {
        Some(TileFate::Stored) => Lookup::Pixel(tile, pixel),
        Some(TileFate::Unburned) => Lookup::Known(Reading::UnburnedTile),
        Some(TileFate::Empty(reason)) => Lookup::Known(Reading::EmptyTile(reason)),
        None => Lookup::Known(Reading::Empty(Empty::OutsideBox)),
    }
}

/// Whether a place lies in a box.
pub fn holds([west, south, east, north]: [f64; 4], lon: f64, lat: f64) -> bool {
    (west..=east).contains(&lon) && (south..=north).contains(&lat)
}

/// The region to read a place from: of those around it the smallest, one with a map before one
/// without.
pub fn region_at(regions: &[RegionEntry], lon: f64, lat: f64) -> Option<&RegionEntry> {
    let around = |entry: &&RegionEntry| holds(entry.bbox(), lon, lat);
    let rank = |entry: &RegionEntry| {
        let [west, south, east, north] = entry.bbox();
        (entry.map().is_none(), (east - west) * (north - south))
    };
    regions.iter().filter(around).min_by(|one, other| {
        let ((no_map, size), (other_no_map, other_size)) = (rank(one), rank(other));
        no_map.cmp(&other_no_map).then(size.total_cmp(&other_size))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::region_entry::tests::{entry, entry_with_map};

    #[test]
    fn an_index_is_a_value_or_a_reason() {
        let value = |dnbr, class| Reading::Value { dnbr, class, is_provisional: false };
        assert_eq!(Reading::from_index(128), value(0.005, Severity::Unburned));
        assert_eq!(Reading::from_index(250), value(1.225, Severity::High));
        assert_eq!(Reading::from_index(1), value(-1.265, Severity::RegrowthHigh));
        for reason in Empty::ALL {
            assert_eq!(Reading::from_index(reason.code()), Reading::Empty(reason));
        }
    }

    #[test]
    fn the_smallest_region_with_a_map_answers() {
        let state = entry_with_map("state", [-124.0, 32.0, -114.0, 42.0], "9s");
        let county = entry_with_map("county", [-121.0, 34.0, -119.0, 36.0], "9s");
        let pending = entry("pending", [-120.1, 35.0, -119.6, 35.3]);
        let regions = [state, county, pending];
        let name = |lon, lat| region_at(&regions, lon, lat).map(|entry| entry.line.name.as_str());
        assert_eq!(name(-120.0, 35.1), Some("county"));
        assert_eq!(name(-123.0, 41.0), Some("state"));
        assert_eq!(name(10.0, 10.0), None);
    }

    #[test]
    fn the_tile_index_answers_for_tiles_that_are_not_stored() {
        let check = |runs: &str, reading: Lookup| {
            let region = entry_with_map("r", [-120.07, 35.01, -119.67, 35.24], runs);
            assert_eq!(look_up(region.map().unwrap(), -119.9, 35.1), reading, "{runs}");
        };
        check("1u", Lookup::Known(Reading::UnburnedTile));
        check("1w", Lookup::Known(Reading::EmptyTile(Empty::Water)));
        check("", Lookup::Known(Reading::Empty(Empty::OutsideBox)));
        let (tile, pixel) = pixel_at(-119.9, 35.1, 9);
        check("1s", Lookup::Pixel(tile, pixel));
    }
}
