//! `[fires]`: which active-fire points are read, what becomes a fire, and how many are mapped.

use std::path::{Path, PathBuf};

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
    /// Names of regions in whose boxes fires are found, or "everywhere"; empty: all regions.
    pub(crate) areas: Vec<String>,
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
        self.areas.iter().any(|area| area == EVERYWHERE)
    }

    /// Whether fires are found in the box of a region.
    pub(crate) fn finds_in(&self, region: &Region) -> bool {
        self.is_everywhere() || self.areas.is_empty() || self.areas.contains(&region.name)
    }

    /// The settings as core takes them: the areas as boxes.
    pub(crate) fn for_core(&self, regions: &[Region]) -> FireSettings {
        let boxes = regions.iter().filter(|region| self.finds_in(region)).map(|region| region.bbox);
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
