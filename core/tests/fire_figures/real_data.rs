//! The real fires beside the project.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use dragonfly_core::{
    Detection, PointsError, ReadPoints, Satellite, minute_of_time, read_points,
    read_points_archive, unique_detections,
};
use serde_json::Value;

use crate::fine_detection::fine_detection;
use crate::perimeter::Ring;

/// The folder of real fires.
pub(crate) struct RealData {
    folder: PathBuf,
}

/// A fire with its final perimeter.
pub(crate) struct KnownFire {
    pub(crate) rings: Vec<Ring>,
    pub(crate) first_minute: i32,
    pub(crate) last_minute: i32,
    pub(crate) peer_iou: f64,
}

/// The minute of a time.
pub(crate) fn minute(time: &str) -> i32 {
    minute_of_time(time.parse::<DateTime<Utc>>().unwrap())
}

impl RealData {
    pub(crate) fn find() -> Option<Self> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
        let shared = std::env::var_os("DRAGONFLY_SHARED").map_or(beside, PathBuf::from);
        let folder = shared.join("data/fires");
        folder.is_dir().then_some(Self { folder })
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        let bytes = std::fs::read(self.folder.join(name)).unwrap();
        if !name.ends_with(".gz") {
            return bytes;
        }
        // A gzip header of 10 bytes, and a name where flag 8 is set.
        let named = 10 + bytes[10..].iter().position(|byte| *byte == 0).unwrap() + 1;
        let start = if bytes[3] & 8 == 8 { named } else { 10 };
        miniz_oxide::inflate::decompress_to_vec(&bytes[start..]).unwrap()
    }

    pub(crate) fn points(&self, name: &str) -> Vec<Detection> {
        let now = "2026-11-01T00:00:00Z".parse().unwrap();
        read_points(name, &self.bytes(name), now).unwrap().detections
    }

    /// A file of any kind.
    pub(crate) fn archive(&self, name: &str) -> Result<ReadPoints, PointsError> {
        let now = "2026-11-01T00:00:00Z".parse().unwrap();
        read_points_archive(name, &self.bytes(name), now)
    }

    pub(crate) fn usa(&self) -> Vec<Detection> {
        let names = ["J1_VIIRS_C2", "J2_VIIRS_C2", "SUOMI_VIIRS_C2"];
        let files = names.iter().flat_map(|name| self.points(&format!("la-2025/{name}.csv")));
        unique_detections(files.collect())
    }

    pub(crate) fn thomas_viirs(&self) -> Vec<Detection> {
        let mut points = self.points("thomas-2017/fire_nrt_V1_22535.csv");
        points.extend(self.thomas_nights().into_iter().flatten());
        let mut points = unique_detections(points);
        points.retain(|point| point.satellite == Satellite::SuomiNpp);
        points
    }

    pub(crate) fn thomas_modis(&self) -> Vec<Detection> {
        let mut points = self.points("thomas-2017/fire_nrt_M6_22534.csv");
        points.extend(
            (11..=14).flat_map(|day| {
                self.points(&format!("thomas-2017/modis_7day_2017-12-{day}.csv.gz"))
            }),
        );
        unique_detections(points)
    }

    pub(crate) fn thomas_nights(&self) -> Vec<Vec<Detection>> {
        (11..=14)
            .map(|day| self.points(&format!("thomas-2017/viirs_7day_2017-12-{day}.csv.gz")))
            .collect()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap()
    }

    /// All rings of a file, for the even-odd rule.
    pub(crate) fn rings(&self, name: &str) -> Vec<Ring> {
        let value = self.json(name);
        value["features"].as_array().unwrap().iter().flat_map(|f| rings(&f["geometry"])).collect()
    }

    /// Minute in UTC and rings of the dated perimeters of Thomas.
    pub(crate) fn infrared_perimeters(&self) -> Vec<(i32, Vec<Ring>)> {
        let value = self.json("thomas-2017/infrared_perimeters_13.geojson");
        let features = value["features"].as_array().unwrap();
        features
            .iter()
            .map(|feature| {
                let local = feature["properties"]["time_in_name_local"].as_str().unwrap();
                let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap();
                let time = local.and_utc() + TimeDelta::hours(8);
                (minute_of_time(time), rings(&feature["geometry"]))
            })
            .collect()
    }

    pub(crate) fn calfire(&self, name: &str) -> Option<KnownFire> {
        let value = self.json("california-perimeters-2021-25/calfire_91_fires.geojson");
        let feature = value["features"]
            .as_array()?
            .iter()
            .find(|f| {
                f["properties"]["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(name))
            })?
            .clone();
        let time = |key: &str| {
            let text = feature["properties"][key].as_str().unwrap();
            minute(&format!("{text}Z"))
        };
        Some(KnownFire {
            rings: rings(&feature["geometry"]),
            first_minute: time("first_pass_utc"),
            last_minute: time("last_pass_utc"),
            peer_iou: feature["properties"]["firecast_iou"].as_f64().unwrap(),
        })
    }

    /// Corners of FireCast's hulls as detections, and the fires that they belong to.
    pub(crate) fn hull_corners(&self) -> (Vec<Detection>, Vec<String>) {
        let bytes = self.bytes("california-perimeters-2021-25/firecast_hull_vertices.csv.gz");
        let text = String::from_utf8(bytes).unwrap();
        let rows = text.lines().skip(1).map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let e5 = |at: usize| (fields[at].parse::<f64>().unwrap() * 1e5).round() as i32;
            let time = format!("{}Z", fields[3]);
            (fine_detection(minute(&time), e5(2), e5(1)), fields[0].to_owned())
        });
        rows.unzip()
    }
}

fn rings(geometry: &Value) -> Vec<Ring> {
    let ring = |ring: &Value| {
        let corners = ring.as_array().unwrap().iter();
        corners.map(|c| (c[0].as_f64().unwrap(), c[1].as_f64().unwrap())).collect::<Vec<_>>()
    };
    let polygon = |value: &Value| value.as_array().unwrap().iter().map(ring).collect::<Vec<_>>();
    match geometry["type"].as_str() {
        Some("Polygon") => polygon(&geometry["coordinates"]),
        Some("MultiPolygon") => {
            geometry["coordinates"].as_array().unwrap().iter().flat_map(polygon).collect()
        }
        _ => Vec::new(),
    }
}
