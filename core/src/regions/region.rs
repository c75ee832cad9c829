//! The regions to map: `regions.json`.

use chrono::{Datelike, NaiveDate};
use dragonfly_pixels::{box_within_one_turn, mercator::MAX_LATITUDE};
use serde::{Deserialize, Serialize};

use crate::catalogue::dates::{DateWindow, optional_day};

/// The finest zoom that a nightly map may have: a cell of 9.6 m at the equator.
const FINEST_ZOOM: u8 = 14;
/// Names that other files beside a region's metadata have, or will have: `meta/index.json` and the
/// like.
const RESERVED_NAMES: [&str; 4] = ["client", "fires", "health", "index"];
/// Characters of a name: with a run id and an ending it still fits into a file name.
const MAX_NAME_LENGTH: usize = 100;
/// Larger numbers are no longitudes: ten turns.
const MAX_LONGITUDE: f64 = 3600.0;
/// Years of the dates of a region. The first satellite with a near-infrared band began in 1972.
const YEARS: std::ops::RangeInclusive<i32> = 1972..=2200;

/// A region to map. Keys that are left out have their defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Name in paths: `[a-z0-9_]+`.
    pub name: String,
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// Display name; the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Group of regions that are listed together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// 1 comes first.
    #[serde(default = "defaults::priority")]
    pub priority: u32,
    /// Days between updates.
    #[serde(default = "defaults::update_interval_days")]
    pub update_interval_days: u32,
    /// Length of the window before the fire, days.
    #[serde(default = "defaults::window_days")]
    pub pre_window_days: u32,
    /// Length of the window after the fire, days.
    #[serde(default = "defaults::window_days")]
    pub post_window_days: u32,
    /// Raster of the fire zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fire_mask_path: Option<String>,
    /// Coarsest zoom of the tiles.
    #[serde(default = "defaults::zoom_min")]
    pub zoom_min: u8,
    /// Finest zoom of the tiles, and zoom of the raster.
    #[serde(default = "defaults::zoom_max")]
    pub zoom_max: u8,
    /// Scenes with more cloud cover are not used, percent.
    #[serde(default = "defaults::max_cloud_cover")]
    pub max_cloud_cover: f64,
    /// Number of scenes per MGRS tile and side.
    #[serde(default = "defaults::scenes_per_tile")]
    pub scenes_per_tile: usize,
    /// Collection of the catalogue.
    #[serde(default = "defaults::collection")]
    pub collection: String,
    /// Do not store tiles that are entirely unburned.
    #[serde(default = "defaults::skip_unburned")]
    pub skip_unburned: bool,
    /// Subtract the dNBR of unburned ground from 500 m to 5 km around the burnt area.
    #[serde(default, skip_serializing_if = "is_false")]
    pub dnbr_offset: bool,
    /// GeoJSON, KML or KMZ of the burnt area, around which that ring lies; without it the map's own
    /// burnt patches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perimeter_path: Option<String>,
    /// First day of the fire.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "optional_day")]
    pub event_date: Option<NaiveDate>,
    /// Last day of the fire; without it the latest images since its first day are used, up to the
    /// sixtieth.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "optional_day")]
    pub event_end: Option<NaiveDate>,
    /// Explicit window before the fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre: Option<DateWindow>,
    /// Explicit window after the fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<DateWindow>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

mod defaults {
    pub(super) fn priority() -> u32 {
        1
    }
    pub(super) fn update_interval_days() -> u32 {
        7
    }
    pub(super) fn window_days() -> u32 {
        30
    }
    pub(super) fn zoom_min() -> u8 {
        4
    }
    pub(super) fn zoom_max() -> u8 {
        9
    }
    pub(super) fn max_cloud_cover() -> f64 {
        60.0
    }
    pub(super) fn scenes_per_tile() -> usize {
        3
    }
    pub(super) fn collection() -> String {
        "sentinel-2-l2a".to_owned()
    }
    pub(super) fn skip_unburned() -> bool {
        true
    }
}

/// What is wrong with `regions.json`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// Not a JSON list.
    #[error("not a JSON list of regions: {0}")]
    NotAList(String),
    /// An entry that cannot be read.
    #[error("region {region}: {problem}")]
    Unreadable {
        /// Its name, or its index in the list.
        region: String,
        /// Key and cause.
        problem: String,
    },
    /// An entry whose values make no sense.
    #[error("region `{region}`: `{key}` {problem}")]
    Senseless {
        /// Its name.
        region: String,
        /// The key at fault.
        key: &'static str,
        /// What is wrong and what to write instead.
        problem: String,
    },
}

impl Region {
    /// What people read.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// The first value that makes no sense.
    ///
    /// # Errors
    /// Names the region, the key and what to write instead.
    pub fn check(&self) -> Result<(), RegionError> {
        self.check_name()?;
        self.check_bbox()?;
        self.check_zooms_and_counts()?;
        self.check_dates()?;
        self.check_event()?;
        self.check_windows()
    }

    fn senseless<T>(
        &self,
        key: &'static str,
        problem: impl Into<String>,
    ) -> Result<T, RegionError> {
        Err(RegionError::Senseless { region: self.name.clone(), key, problem: problem.into() })
    }

    fn check_name(&self) -> Result<(), RegionError> {
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.name.is_empty() || !self.name.chars().all(is_allowed) {
            return self.senseless("name", "may hold only the letters a to z, digits and _");
        }
        if RESERVED_NAMES.contains(&self.name.as_str()) {
            let problem =
                format!("is reserved for the file meta/{}.json: choose another", self.name);
            return self.senseless("name", problem);
        }
        if self.name.len() > MAX_NAME_LENGTH {
            let length = self.name.len();
            let problem =
                format!("has {length} characters, and may have {MAX_NAME_LENGTH} at most");
            return self.senseless("name", problem);
        }
        Ok(())
    }

    fn check_bbox(&self) -> Result<(), RegionError> {
        let bbox = self.bbox;
        let [west, south, east, north] = bbox;
        let problem = if look_swapped(bbox) {
            format!(
                "is {bbox:?}: latitude and longitude look swapped: write [west, south, east, \
                north], here {:?}",
                [south, west, north, east]
            )
        } else if !bbox.iter().all(|edge| edge.is_finite())
            || west.abs() > MAX_LONGITUDE
            || east.abs() > MAX_LONGITUDE
        {
            format!("must be [west, south, east, north] in degrees, not {bbox:?}")
        } else if west < -180.0 || east > 180.0 {
            format!(
                "crosses the 180° meridian: split it into two regions, one to 180 and one from \
                -180, not {bbox:?}"
            )
        } else if west > east {
            format!(
                "has its west ({west}) east of its east ({east}); where it should cross the 180° \
                meridian, split it into two regions"
            )
        } else if west == east || south >= north {
            format!("is empty: west must be below east and south below north, not {bbox:?}")
        } else if south < -MAX_LATITUDE || north > MAX_LATITUDE {
            format!(
                "reaches beyond {MAX_LATITUDE:.2}° of latitude, where Web Mercator ends; cut it \
                there"
            )
        } else {
            return Ok(());
        };
        self.senseless("bbox", problem)
    }

    /// Longitudes within ±180 where whole turns bring both there.
    fn turn_bbox(&mut self) {
        let [west, _, east, _] = self.bbox;
        if west.abs().max(east.abs()) <= MAX_LONGITUDE && west < east {
            self.bbox = box_within_one_turn(self.bbox);
        }
    }

    fn check_zooms_and_counts(&self) -> Result<(), RegionError> {
        let Self { zoom_min, zoom_max, .. } = self;
        if *zoom_max > FINEST_ZOOM {
            let problem = format!("is {zoom_max}, and may be {FINEST_ZOOM} at most");
            return self.senseless("zoom_max", problem);
        }
        if zoom_min > zoom_max {
            return self.senseless("zoom_min", format!("is {zoom_min}, above zoom_max {zoom_max}"));
        }
        if self.scenes_per_tile == 0 {
            return self.senseless("scenes_per_tile", "is 0, and must be 1 at least");
        }
        if self.update_interval_days == 0 {
            return self.senseless("update_interval_days", "is 0, and must be 1 at least");
        }
        Ok(())
    }

    /// Every date lies in a year that can be, and windows do not end before they start.
    fn check_dates(&self) -> Result<(), RegionError> {
        let windows = [("pre", self.pre), ("post", self.post)];
        let days = windows
            .into_iter()
            .filter_map(|(key, window)| Some((key, window?)))
            .flat_map(|(key, window)| [(key, window.start), (key, window.end)])
            .chain(self.event_date.map(|day| ("event_date", day)))
            .chain(self.event_end.map(|day| ("event_end", day)));
        for (key, day) in days {
            if !YEARS.contains(&day.year()) {
                let (first, last) = YEARS.into_inner();
                let problem =
                    format!("holds the date {day}, and its year must be {first} to {last}");
                return self.senseless(key, problem);
            }
        }
        for (key, window) in windows {
            if let Some(window) = window.filter(|window| window.end < window.start) {
                let problem =
                    format!("ends on {} before it starts on {}", window.end, window.start);
                return self.senseless(key, problem);
            }
        }
        Ok(())
    }

    fn check_event(&self) -> Result<(), RegionError> {
        if self.perimeter_path.is_some() && !self.dnbr_offset {
            return self.senseless("perimeter_path", "needs `\"dnbr_offset\": true` beside it");
        }
        if self.event_end.is_some() && self.event_date.is_none() {
            return self.senseless("event_end", "needs `event_date` beside it");
        }
        match (self.event_date, self.event_end) {
            (Some(first), Some(last)) if last < first => {
                self.senseless("event_end", format!("is {last}, before `event_date` {first}"))
            }
            _ => Ok(()),
        }
    }

    fn check_windows(&self) -> Result<(), RegionError> {
        for (key, days) in
            [("pre_window_days", self.pre_window_days), ("post_window_days", self.post_window_days)]
        {
            if !(1..=366).contains(&days) {
                return self.senseless(key, format!("is {days}, and must be 1 to 366"));
            }
        }
        match (self.pre, self.post) {
            (Some(_), None) => {
                self.senseless("post", "is missing beside `pre`: give both windows or neither")
            }
            (None, Some(_)) => {
                self.senseless("pre", "is missing beside `post`: give both windows or neither")
            }
            _ => Ok(()),
        }
    }
}

/// Whether a box has its latitudes first: only swapped do its numbers make a box.
fn look_swapped([west, south, east, north]: [f64; 4]) -> bool {
    let is_latitude = |degrees: f64| degrees.abs() <= 90.0;
    !(is_latitude(south) && is_latitude(north))
        && [west, east].into_iter().all(is_latitude)
        && [south, north].into_iter().all(|degrees| degrees.abs() <= 360.0)
        && west < east
        && south < north
}

/// Reads `regions.json`: a list of regions. Longitudes beyond ±180 are brought back by whole turns.
///
/// # Errors
/// Names the region and the key at fault: an unknown key, a wrong type, a value without sense, a
/// name used twice.
pub fn regions_from_json(text: &str) -> Result<Vec<Region>, RegionError> {
    let entries: Vec<serde_json::Value> =
        serde_json::from_str(text).map_err(|error| RegionError::NotAList(error.to_string()))?;
    let mut regions: Vec<Region> = Vec::with_capacity(entries.len());
    for (place, entry) in entries.into_iter().enumerate() {
        let region = match entry.get("name").and_then(|name| name.as_str()) {
            Some(name) => format!("`{name}`"),
            None => format!("number {} of the list", place + 1),
        };
        let mut read: Region = serde_path_to_error::deserialize(entry).map_err(|error| {
            let path = error.path().to_string();
            let problem = if path == "." {
                error.inner().to_string()
            } else {
                format!("`{path}`: {}", error.inner())
            };
            RegionError::Unreadable { region, problem }
        })?;
        read.turn_bbox();
        read.check()?;
        if regions.iter().any(|other| other.name == read.name) {
            let problem = "is used twice; every region needs its own".to_owned();
            return Err(RegionError::Senseless { region: read.name, key: "name", problem });
        }
        regions.push(read);
    }
    Ok(regions)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check_error(entry: &str, parts: &[&str]) {
        let message = regions_from_json(&format!("[{entry}]")).unwrap_err().to_string();
        for part in parts {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    }

    #[test]
    fn a_name_and_a_box_are_enough() {
        let regions =
            regions_from_json(r#"[{"name":"madre","bbox":[-120.07,35.01,-119.67,35.24]}]"#)
                .unwrap();
        let region = &regions[0];
        assert_eq!((region.zoom_min, region.zoom_max, region.priority), (4, 9, 1));
        assert_eq!((region.update_interval_days, region.scenes_per_tile), (7, 3));
        assert_eq!(region.collection, "sentinel-2-l2a");
        assert_eq!(region.title(), "madre");
        assert!(region.skip_unburned);
    }

    #[test]
    fn errors_name_region_and_key() {
        check_error(
            r#"{"name":"a","bbox":[0,0,1,1],"zom_max":9}"#,
            &["`a`", "zom_max", "unknown field"],
        );
        check_error(r#"{"name":"a","bbox":[0,0,1,1],"zoom_max":"nine"}"#, &["`a`", "`zoom_max`"]);
        check_error(
            r#"{"name":"a","bbox":[0,0,1,1],"pre":{"start":"2025-06-01","end":"soon"}}"#,
            &["`a`", "`pre.end`"],
        );
        check_error(r#"{"bbox":[0,0,1,1]}"#, &["number 1", "name"]);
        check_error(r#"{"name":"a"}"#, &["`a`", "bbox"]);
        check_error(r#"{"name":"a b","bbox":[0,0,1,1]}"#, &["`a b`", "`name`"]);
        check_error(
            r#"{"name":"a","bbox":[0,0,1,1]},{"name":"a","bbox":[0,0,1,1]}"#,
            &["`a`", "twice"],
        );
        for name in RESERVED_NAMES {
            check_error(
                &format!(r#"{{"name":"{name}","bbox":[0,0,1,1]}}"#),
                &[name, "`name`", "reserved"],
            );
        }
        let long = "a".repeat(MAX_NAME_LENGTH + 1);
        check_error(
            &format!(r#"{{"name":"{long}","bbox":[0,0,1,1]}}"#),
            &["`name`", "101 characters"],
        );
        assert!(regions_from_json("{}").unwrap_err().to_string().contains("not a JSON list"));
    }

    #[test]
    fn a_date_beyond_all_imagery_is_refused() {
        for day in ["0001-01-01", "+262142-12-31", "-262143-01-01", "1971-12-31", "2201-01-01"] {
            check_error(
                &format!(r#"{{"name":"a","bbox":[0,0,1,1],"event_date":"{day}"}}"#),
                &["`event_date`", "1972"],
            );
        }
        let window = r#"{"start":"2020-06-01","end":"+262142-12-31"}"#;
        let post = r#"{"start":"2020-06-01","end":"2020-07-01"}"#;
        check_error(
            &format!(r#"{{"name":"a","bbox":[0,0,1,1],"pre":{window},"post":{post}}}"#),
            &["`pre`", "2200"],
        );
    }

    #[test]
    fn boxes_without_sense_are_refused_with_the_fix() {
        check_error(r#"{"name":"a","bbox":[1,0,0,1]}"#, &["`a`", "`bbox`", "split it into two"]);
        check_error(r#"{"name":"a","bbox":[0,0,0,1]}"#, &["empty"]);
        check_error(r#"{"name":"a","bbox":[0,1,1,0]}"#, &["empty"]);
        check_error(r#"{"name":"a","bbox":[0,80,1,86]}"#, &["85.05", "cut it"]);
        check_error(r#"{"name":"a","bbox":[0,0,190,1]}"#, &["180° meridian", "split it"]);
        check_error(r#"{"name":"a","bbox":[0,0,4000,1]}"#, &["degrees"]);
        check_error(r#"{"name":"a","bbox":[179.5,-17,180.5,-16]}"#, &["split it into two"]);
    }

    #[test]
    fn a_box_in_another_copy_of_the_world_is_brought_back() {
        let bbox = |bbox: &str| {
            regions_from_json(&format!(r#"[{{"name":"a","bbox":{bbox}}}]"#)).unwrap()[0].bbox
        };
        let expected = [-120.75, 36.06, -120.7, 36.1];
        assert_eq!(bbox("[239.25,36.06,239.3,36.1]"), expected);
        assert_eq!(bbox("[-480.75,36.06,-480.7,36.1]"), expected);
        assert_eq!(bbox("[-120.75,36.06,-120.7,36.1]"), expected);
        assert_eq!(bbox("[180,-17,180.5,-16]"), [-180.0, -17.0, -179.5, -16.0]);
        assert_eq!(bbox("[-180,-60,180,60]"), [-180.0, -60.0, 180.0, 60.0]);
    }

    #[test]
    fn a_box_with_its_latitudes_first_is_named_with_the_right_order() {
        check_error(
            r#"{"name":"a","bbox":[36.04,-120.77,36.11,-120.67]}"#,
            &["latitude and longitude look swapped", "[-120.77, 36.04, -120.67, 36.11]"],
        );
        // Swapping does not help here.
        check_error(r#"{"name":"a","bbox":[0,80,1,86]}"#, &["cut it"]);
        check_error(r#"{"name":"a","bbox":[120,100,130,110]}"#, &["85.05"]);
        check_error(r#"{"name":"a","bbox":[36,-500,37,-499]}"#, &["85.05"]);
    }

    #[test]
    fn zooms_windows_and_counts_without_sense_are_refused() {
        check_error(r#"{"name":"a","bbox":[0,0,1,1],"zoom_max":15}"#, &["`zoom_max`", "14"]);
        check_error(r#"{"name":"a","bbox":[0,0,1,1],"zoom_min":10}"#, &["`zoom_min`"]);
        check_error(
            r#"{"name":"a","bbox":[0,0,1,1],"update_interval_days":0}"#,
            &["`update_interval_days`"],
        );
        check_error(r#"{"name":"a","bbox":[0,0,1,1],"scenes_per_tile":0}"#, &["`scenes_per_tile`"]);
        check_error(
            r#"{"name":"a","bbox":[0,0,1,1],"post_window_days":0}"#,
            &["`post_window_days`"],
        );
        check_error(
            r#"{"name":"a","bbox":[0,0,1,1],"perimeter_path":"a.json"}"#,
            &["`perimeter_path`", "dnbr_offset"],
        );
        check_error(
            r#"{"name":"a","bbox":[0,0,1,1],"event_end":"2025-06-01"}"#,
            &["`event_end`", "event_date"],
        );
        let backwards = r#"{"start":"2025-06-02","end":"2025-06-01"}"#;
        check_error(
            &format!(r#"{{"name":"a","bbox":[0,0,1,1],"pre":{backwards},"post":{backwards}}}"#),
            &["`pre`"],
        );
        let window = r#"{"start":"2025-06-01","end":"2025-06-02"}"#;
        check_error(
            &format!(r#"{{"name":"a","bbox":[0,0,1,1],"pre":{window}}}"#),
            &["`post`", "missing"],
        );
    }
}
