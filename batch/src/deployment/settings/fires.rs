//! `[fires]`: which active-fire points are read, what becomes a fire, and how many are mapped.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use dragonfly_core::{FireSettings, Region};
use serde::{Deserialize, Serialize};

use super::is_url;

/// The environment variable of the key of the FIRMS area API. It stands in no file: the key is a
/// part of addresses, and is shown nowhere.
pub(crate) const MAP_KEY_VARIABLE: &str = "DRAGONFLY_FIRMS_MAP_KEY";

/// The areas in which fires are found everywhere.
const EVERYWHERE: &str = "everywhere";

/// The settings of finding fires. Without the table `[fires]` none are found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FiresSettings {
    /// URLs or files of active-fire points as CSV.
    pub(crate) points: Vec<String>,
    /// Where fires are found; empty: in the boxes of all regions.
    pub(crate) areas: Vec<FireArea>,
    /// Points this near each other are one fire, kilometres.
    pub(crate) link_km: f64,
    /// Points this near each other in time are one fire, days.
    pub(crate) link_days: u32,
    /// A fire without a point for so long is out, days.
    pub(crate) out_days: u32,
    /// Smaller fires are not listed, hectares.
    pub(crate) min_hectares: f64,
    /// Smaller fires are not mapped, hectares.
    pub(crate) map_from_hectares: f64,
    /// Most fires mapped a night.
    pub(crate) per_night: usize,
    /// Minutes after which no further fire of a night is begun.
    pub(crate) minutes_per_night: f64,
    /// Most fires in the list.
    pub(crate) keep: usize,
    /// Days before a fire in which its images are searched.
    pub(crate) days: u32,
    /// Ground around a fire's outline that is mapped with it, metres.
    pub(crate) buffer_m: f64,
    /// List of towns by which fires are called: `places.json` of the built page.
    pub(crate) places: Option<PathBuf>,
    /// Collection of the catalogue of which fires are mapped.
    pub(crate) collection: String,
    /// Circles without fires, such as volcanoes and refineries: longitude, latitude, kilometres.
    pub(crate) exclude: Vec<[f64; 3]>,
}

/// Where fires are found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum FireArea {
    /// In the box of the region of this name, or "everywhere".
    Named(String),
    /// West, south, east, north in degrees.
    Box([f64; 4]),
}

impl FireArea {
    /// Whether a region has this name, or its box shares ground with this one.
    fn meets(&self, region: &Region) -> bool {
        match self {
            Self::Named(name) => *name == region.name,
            Self::Box([west, south, east, north]) => {
                let [own_west, own_south, own_east, own_north] = region.bbox;
                own_west < *east && *west < own_east && own_south < *north && *south < own_north
            }
        }
    }
}

impl Default for FiresSettings {
    fn default() -> Self {
        let firms = |folder, prefix| {
            format!(
                "https://firms.modaps.eosdis.nasa.gov/data/active_fire/{folder}/csv/{prefix}_Global_48h.csv"
            )
        };
        Self {
            points: vec![
                firms("noaa-20-viirs-c2", "J1_VIIRS_C2"),
                firms("noaa-21-viirs-c2", "J2_VIIRS_C2"),
            ],
            areas: Vec::new(),
            link_km: 1.5,
            link_days: 5,
            out_days: 10,
            min_hectares: 100.0,
            map_from_hectares: 200.0,
            per_night: 6,
            minutes_per_night: 60.0,
            keep: 500,
            days: 60,
            buffer_m: 1500.0,
            places: None,
            collection: "sentinel-2-l2a".to_owned(),
            exclude: Vec::new(),
        }
    }
}

impl FiresSettings {
    /// Whether fires are found in the whole world.
    pub(crate) fn is_everywhere(&self) -> bool {
        self.areas.iter().any(|area| matches!(area, FireArea::Named(name) if name == EVERYWHERE))
    }

    /// Whether fires are found in the box of a region, or in a part of it.
    pub(crate) fn finds_in(&self, region: &Region) -> bool {
        self.is_everywhere()
            || self.areas.is_empty()
            || self.areas.iter().any(|area| area.meets(region))
    }

    /// Checks the areas.
    ///
    /// # Errors
    /// Where there is none, one names no region, or is no box.
    pub(crate) fn check_areas(&self, regions: &[Region]) -> Result<()> {
        ensure!(
            !(self.areas.is_empty() && regions.is_empty()),
            "there is no region in whose box fires could be found: set `areas` in [fires] to boxes \
            [west, south, east, north], or to [\"everywhere\"]"
        );
        for area in &self.areas {
            match area {
                FireArea::Named(name) if name == EVERYWHERE => {}
                FireArea::Named(name) => {
                    if !regions.iter().any(|region| region.name == *name) {
                        bail!(
                            "`areas` in [fires] names `{name}`, which is no region: name a region, a \
                            box [west, south, east, north], or \"everywhere\""
                        );
                    }
                }
                FireArea::Box(bbox @ [west, south, east, north]) => ensure!(
                    (-180.0..=180.0).contains(west)
                        && west < east
                        && *east <= 180.0
                        && (-90.0..=90.0).contains(south)
                        && south < north
                        && *north <= 90.0,
                    "`areas` in [fires] has {bbox:?}, and a box is [west, south, east, north] in \
                    degrees; across the 180° meridian it takes two"
                ),
            }
        }
        Ok(())
    }

    /// The settings as core takes them: the areas as boxes.
    pub(crate) fn for_core(&self, regions: &[Region]) -> FireSettings {
        let is_named = |region: &&Region| {
            self.areas.is_empty() || self.areas.contains(&FireArea::Named(region.name.clone()))
        };
        let of_regions = regions.iter().filter(is_named).map(|region| region.bbox);
        let boxes = self.areas.iter().filter_map(|area| match area {
            FireArea::Box(bbox) => Some(*bbox),
            FireArea::Named(_) => None,
        });
        let boxes = of_regions.chain(boxes);
        FireSettings {
            areas: if self.is_everywhere() { Vec::new() } else { boxes.collect() },
            link_km: self.link_km,
            link_days: self.link_days,
            out_days: self.out_days,
            min_hectares: self.min_hectares,
            map_from_hectares: self.map_from_hectares,
            per_night: self.per_night,
            keep: self.keep,
            days: self.days,
            buffer_m: self.buffer_m,
            exclude: self.exclude.clone(),
        }
    }

    /// Makes the paths of points relative to the file of the settings.
    pub(super) fn beside(&mut self, folder: &Path) {
        for source in self.points.iter_mut().filter(|source| !is_url(source)) {
            *source = folder.join(&*source).display().to_string();
        }
        self.places = self.places.take().map(|file| folder.join(file));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::regions_from_json;

    fn settings(areas: &str) -> FiresSettings {
        toml::from_str(&format!("areas = {areas}")).unwrap()
    }

    fn regions() -> Vec<Region> {
        let region = r#"[{"name": "evia", "bbox": [23, 38, 24, 39],
            "event_date": "2025-08-08", "zoom_max": 9}]"#;
        regions_from_json(region).unwrap()
    }

    #[test]
    fn areas_are_regions_boxes_or_the_world() {
        let boxes = |areas: &str| {
            let settings = settings(areas);
            settings.check_areas(&regions()).unwrap();
            settings.for_core(&regions()).areas
        };
        let evia = [23.0, 38.0, 24.0, 39.0];
        let greece = [19.3, 34.8, 28.3, 41.8];
        assert_eq!(boxes("[]"), [evia]);
        assert_eq!(boxes("[\"evia\"]"), [evia]);
        assert_eq!(boxes("[[19.3, 34.8, 28.3, 41.8]]"), [greece]);
        assert_eq!(boxes("[\"evia\", [19.3, 34.8, 28.3, 41.8]]"), [evia, greece]);
        assert!(boxes("[\"everywhere\"]").is_empty());
        assert!(settings("[[19.3, 34.8, 28.3, 41.8]]").finds_in(&regions()[0]));
        assert!(!settings("[[-9.5, 37, -6, 42]]").finds_in(&regions()[0]));
    }

    #[test]
    fn an_area_that_is_none_is_refused_and_never_the_world() {
        let refusal = |areas: &str, regions: &[Region]| {
            settings(areas).check_areas(regions).unwrap_err().to_string()
        };
        assert!(refusal("[\"evai\"]", &regions()).contains("`evai`, which is no region"));
        assert!(refusal("[[28.3, 34.8, 19.3, 41.8]]", &regions()).contains("a box is"));
        assert!(refusal("[[23.0, 38.0, 24.0, 91.0]]", &regions()).contains("a box is"));
        assert!(refusal("[]", &[]).contains("everywhere"));
        assert!(toml::from_str::<FiresSettings>("areas = [[1.0, 2.0]]").is_err());
    }
}
