//! What a map was made of, in lines that every file of it carries.

use chrono::SecondsFormat;
use dragonfly_pixels::{DnbrOffset, Index, Thresholds};

use crate::catalogue::dates::{DateWindow, FireSide};
use crate::contract::used_scene::UsedScene;

/// Where a map comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// What people call the area; empty where it has no name.
    pub area: String,
    /// GeoJSON of the outline inside which all is counted.
    pub outline: String,
    /// What the values are.
    pub index: Index,
    /// The classes; `None` where the values are shown as a ramp.
    pub thresholds: Option<Thresholds>,
    /// Days searched before the fire.
    pub pre: DateWindow,
    /// Days searched after it.
    pub post: DateWindow,
    /// Collection of the scenes.
    pub collection: String,
    /// Whom to name.
    pub attribution: String,
    /// The cells from which all is derived, as text.
    pub cells: String,
    /// What was masked, as text.
    pub masks: String,
    /// What was subtracted from the dNBR; `None` for nothing.
    pub dnbr_offset: Option<DnbrOffset>,
    /// The scenes, in the order in which they were used.
    pub scenes: Vec<UsedScene>,
}

/// One line of a map's origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is stated: lower case, words separated by spaces.
    pub name: String,
    /// What it states.
    pub text: String,
}

impl Note {
    /// A line of a name and a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The name as an item of GDAL's metadata: upper case, words joined by underscores.
    pub fn tag_name(&self) -> String {
        self.name.to_ascii_uppercase().replace(' ', "_")
    }
}

impl Provenance {
    /// All of it, line by line. Every name is there once.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = vec![
            Note::new(
                "what",
                format!(
                    "{}, a spectral proxy of burn severity; no official product",
                    self.index.name()
                ),
            ),
            Note::new("software", format!("Dragonfly {}", crate::VERSION)),
            Note::new("searched before the fire", days(self.pre)),
            Note::new("searched after the fire", days(self.post)),
            Note::new("collection", &self.collection),
            Note::new("attribution", &self.attribution),
            Note::new("cells", &self.cells),
            Note::new("outline", &self.outline),
            Note::new("masks", &self.masks),
            Note::new("dNBR offset", self.dnbr_offset.map_or("none".to_owned(), offset_in_words)),
            Note::new(
                "thresholds",
                self.thresholds.as_ref().map_or("none".to_owned(), thresholds_in_words),
            ),
        ];
        if self.index == Index::Rdnbr {
            let text = "cells with an NBR before the fire between -0.05 and 0.05 have no RdNBR";
            notes.push(Note::new("no value", text));
        }
        if !self.area.is_empty() {
            notes.insert(0, Note::new("area", &self.area));
        }
        let mut counts = [0, 0];
        for scene in &self.scenes {
            let (side, count) = match scene.side {
                FireSide::Pre => ("before", &mut counts[0]),
                FireSide::Post => ("after", &mut counts[1]),
            };
            *count += 1;
            notes.push(Note::new(format!("scene {side} the fire {count}"), scene_in_words(scene)));
        }
        notes
    }
}

fn days(window: DateWindow) -> String {
    format!("{} to {}", window.start, window.end)
}

fn offset_in_words(offset: DnbrOffset) -> String {
    format!(
        "{:.4} subtracted (sd {:.4}, {} cells of unburned ground)",
        offset.mean, offset.sd, offset.count
    )
}

fn thresholds_in_words(thresholds: &Thresholds) -> String {
    let breaks: Vec<String> = thresholds.breaks().iter().map(f32::to_string).collect();
    let own =
        if *thresholds == Thresholds::published(thresholds.table()) { "" } else { ", own numbers" };
    format!("{}{own}: {}", thresholds.table().title(), breaks.join(", "))
}

fn scene_in_words(scene: &UsedScene) -> String {
    let mut words =
        format!("{}, {}", scene.id, scene.datetime.to_rfc3339_opts(SecondsFormat::Secs, true));
    if let Some(cloud) = scene.cloud_cover {
        words += &format!(", cloud {cloud:.1} %");
    }
    if let Some(baseline) = &scene.processing_baseline {
        words += &format!(", baseline {baseline}");
    }
    words + &format!(", offset {} ({})", scene.offset, scene.offset_reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// A map that two scenes could have made.
    fn invented() -> Provenance {
        let scene = |id: &str, side, moment: &str| UsedScene {
            id: id.to_owned(),
            side,
            datetime: moment.parse().unwrap(),
            cloud_cover: Some(1.25),
            processing_baseline: Some("05.11".to_owned()),
            offset: -0.1,
            offset_reason: "baseline 04.00 or later".to_owned(),
            offset_kind: None,
            is_unmasked: false,
            mask_contradiction: None,
            sun_elevation: None,
            has_drifting_orbit: false,
        };
        let window = |start: &str, end: &str| DateWindow {
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
        };
        Provenance {
            area: "Madre & \"Río\"".to_owned(),
            outline: r#"{"type":"Polygon","coordinates":[[[10,40],[11,40],[11,41],[10,40]]]}"#
                .to_owned(),
            index: Index::Dnbr,
            thresholds: Some(Thresholds::default()),
            pre: window("2025-06-01", "2025-06-30"),
            post: window("2025-07-05", "2025-07-31"),
            collection: "sentinel-2-l2a".to_owned(),
            attribution: "Contains modified Copernicus Sentinel data".to_owned(),
            cells: "zoom 13 (Web Mercator)".to_owned(),
            masks: "cloud, shadow, snow; 60 m around them".to_owned(),
            dnbr_offset: Some(DnbrOffset { mean: 0.0213, sd: 0.04, count: 1234, mad: None }),
            scenes: vec![
                scene("S2A_11SKU_20250628", FireSide::Pre, "2025-06-28T18:39:21Z"),
                scene("S2B_11SKU_20250713", FireSide::Post, "2025-07-13T18:39:19Z"),
            ],
        }
    }

    #[test]
    fn every_fact_is_told_once() {
        let notes = invented().notes();
        let text = |name: &str| {
            let found: Vec<&Note> = notes.iter().filter(|note| note.name == name).collect();
            assert_eq!(found.len(), 1, "{name}");
            found[0].text.clone()
        };
        assert!(
            text("scene before the fire 1")
                .starts_with("S2A_11SKU_20250628, 2025-06-28T18:39:21Z, cloud 1.2 %")
        );
        assert!(text("scene after the fire 1").contains("offset -0.1 (baseline 04.00 or later)"));
        assert_eq!(
            text("dNBR offset"),
            "0.0213 subtracted (sd 0.0400, 1234 cells of unburned ground)"
        );
        assert_eq!(
            text("thresholds"),
            "USGS (Key & Benson 2006): -0.25, -0.1, 0.1, 0.27, 0.44, 0.66"
        );
        assert_eq!(text("searched after the fire"), "2025-07-05 to 2025-07-31");
        assert!(text("outline").starts_with(r#"{"type":"Polygon""#));
        assert!(text("software").contains(crate::VERSION));
        assert_eq!(notes[0].tag_name(), "AREA");
        assert_eq!(Note::new("dNBR offset", "").tag_name(), "DNBR_OFFSET");
    }
}
