//! What makes a map doubtful: published, logged, and shown by the page in the reader's language.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::contract::used_scene::UsedScene;

/// Scenes that the prose of a warning names.
const MAX_NAMED_SCENES: usize = 5;

/// A reason to doubt a map, in words and as a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapWarning {
    /// In words, with more detail.
    pub text: String,
    /// The same as a fact; [`WarningReason::Other`] where this version does not know it.
    #[serde(default)]
    pub why: WarningReason,
}

/// Why a map is doubtful.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum WarningReason {
    /// The catalogue states more matching scenes than it sent.
    IncompleteSearch {
        /// Scenes that match, as the catalogue states.
        matched: u64,
        /// Scenes that it sent.
        received: u64,
    },
    /// Scenes were used without a mask: cloud in them can look like burnt ground.
    Unmasked {
        /// How many.
        scenes: u64,
    },
    /// Scenes have no data on much of the ground that their items promise.
    LessSeen {
        /// How many.
        scenes: u64,
    },
    /// The offset of scenes is an assumption: all severities may be wrong.
    UncertainOffset {
        /// How many.
        scenes: u64,
    },
    /// The sun stood below 25°: slopes in shadow can look burnt.
    LowSun {
        /// Scenes so lit.
        scenes: u64,
    },
    /// Scenes of Landsat 7 since its orbit was lowered: the light differs.
    DriftingOrbit {
        /// How many.
        scenes: u64,
    },
    /// A reason of a newer version.
    #[default]
    #[serde(other)]
    Other,
}

impl MapWarning {
    /// The catalogue states more matching scenes than it sent.
    pub fn incomplete_search(matched: u64, received: u64) -> Self {
        Self {
            text: format!(
                "the catalogue states {matched} matching scenes and sent {received}: the map may \
                 lack scenes; use a catalogue whose pages are linked (`links` with rel `next`)"
            ),
            why: WarningReason::IncompleteSearch { matched, received },
        }
    }

    /// Scenes without a mask, `None` where there are none.
    fn unmasked(scenes: &[UsedScene]) -> Option<Self> {
        let (scenes, names) = named(scenes, |scene| scene.is_unmasked)?;
        let text = format!(
            "no mask was applied to {names}, whose items have none: cloud in them can look like \
             burnt ground"
        );
        Some(Self { text, why: WarningReason::Unmasked { scenes } })
    }

    /// Scenes whose offset is an assumption, `None` where there are none.
    fn uncertain_offset(scenes: &[UsedScene]) -> Option<Self> {
        let (scenes, names) = named(scenes, UsedScene::has_uncertain_offset)?;
        let text = format!(
            "the offset of {names} is an assumption (see `offset_reason`): all severities may be \
             wrong; state it in the items (`raster:bands`)"
        );
        Some(Self { text, why: WarningReason::UncertainOffset { scenes } })
    }

    /// Scenes under a low sun, `None` where there are none.
    fn low_sun(scenes: &[UsedScene]) -> Option<Self> {
        let (scenes, names) = named(scenes, UsedScene::has_low_sun)?;
        let text = format!(
            "the sun stood below 25° in {names}: slopes in shadow can look burnt, or healthy where \
             they burnt; choose days of a higher sun"
        );
        Some(Self { text, why: WarningReason::LowSun { scenes } })
    }

    /// Scenes of Landsat 7 since its orbit was lowered, `None` where there are none.
    fn drifting_orbit(scenes: &[UsedScene]) -> Option<Self> {
        let (scenes, names) = named(scenes, |scene| scene.has_drifting_orbit)?;
        let text = format!(
            "Landsat 7 took {names} after its orbit was lowered in April 2022, earlier in the \
             morning each year: the light alone changes dNBR; prefer scenes of Landsat 8 or 9"
        );
        Some(Self { text, why: WarningReason::DriftingOrbit { scenes } })
    }

    /// Scenes without data on much of the ground that their items promise, by id; `None` where
    /// there are none.
    pub fn less_seen(ids: &[&str]) -> Option<Self> {
        let (scenes, names) = names_of(ids)?;
        let text = format!(
            "{names} lack data on more than a fifth of the ground that their items promise: the \
            map may have holes there, or be made of fewer scenes; check the files, and the \
            geometry and the share without data of the items"
        );
        Some(Self { text, why: WarningReason::LessSeen { scenes } })
    }

    /// The warnings that follow from the scenes of a map.
    pub fn of_scenes(scenes: &[UsedScene]) -> Vec<Self> {
        let warnings = [
            Self::unmasked(scenes),
            Self::uncertain_offset(scenes),
            Self::low_sun(scenes),
            Self::drifting_orbit(scenes),
        ];
        warnings.into_iter().flatten().collect()
    }
}

/// How many scenes fulfil a condition, and the names of the first; `None` where none does.
fn named(scenes: &[UsedScene], condition: impl Fn(&UsedScene) -> bool) -> Option<(u64, String)> {
    let found = scenes.iter().filter(|scene| condition(scene));
    names_of(&found.map(|scene| scene.id.as_str()).collect::<Vec<_>>())
}

/// How many ids there are, and the first of them; `None` where there are none.
fn names_of(ids: &[&str]) -> Option<(u64, String)> {
    let mut names = ids[..ids.len().min(MAX_NAMED_SCENES)].join(", ");
    if let Some(more) = ids.len().checked_sub(MAX_NAMED_SCENES).filter(|more| *more > 0) {
        // Writing to a string cannot fail.
        let _ = write!(names, " and {more} more");
    }
    (!ids.is_empty()).then_some((ids.len() as u64, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::dates::FireSide;
    use crate::catalogue::offset::OffsetReason;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn scene(id: usize, is_unmasked: bool, offset_kind: OffsetReason) -> UsedScene {
        UsedScene {
            id: format!("s{id}"),
            side: FireSide::Post,
            datetime: "2025-07-24T18:39:19Z".parse().unwrap(),
            cloud_cover: None,
            processing_baseline: None,
            offset: 0.0,
            offset_reason: String::new(),
            offset_kind: Some(offset_kind),
            is_unmasked,
            sun_elevation: Some(40.0),
            has_drifting_orbit: false,
        }
    }

    #[test]
    fn sound_scenes_give_no_warning() {
        // The item states the offset of the last.
        for kind in [OffsetReason::NoOffset, OffsetReason::UnverifiedRasterBands] {
            assert!(MapWarning::of_scenes(&[scene(0, false, kind)]).is_empty());
        }
        let positive = UsedScene { offset: 1000.0, ..scene(0, false, OffsetReason::RasterBands) };
        assert_eq!(MapWarning::of_scenes(&[positive]).len(), 1);
        assert!(MapWarning::of_scenes(&[]).is_empty());
    }

    #[test]
    fn doubtful_scenes_are_counted_and_the_first_named() {
        let scenes: Vec<UsedScene> =
            (0..7).map(|id| scene(id, true, OffsetReason::UnverifiedBaseline)).collect();
        let warnings = MapWarning::of_scenes(&scenes);
        assert_eq!(
            warnings.iter().map(|warning| warning.why).collect::<Vec<_>>(),
            [WarningReason::Unmasked { scenes: 7 }, WarningReason::UncertainOffset { scenes: 7 }]
        );
        assert!(warnings[0].text.contains("s0, s1, s2, s3, s4 and 2 more"), "{}", warnings[0].text);
    }

    #[test]
    fn a_low_sun_and_a_drifting_orbit_are_warned_of() {
        let sound = scene(0, false, OffsetReason::NoOffset);
        let low = UsedScene { sun_elevation: Some(24.9), ..sound.clone() };
        let drifting = UsedScene { has_drifting_orbit: true, sun_elevation: None, ..sound };
        let warnings = MapWarning::of_scenes(&[low, drifting]);
        assert_eq!(
            warnings.iter().map(|warning| warning.why).collect::<Vec<_>>(),
            [WarningReason::LowSun { scenes: 1 }, WarningReason::DriftingOrbit { scenes: 1 }]
        );
    }

    #[test]
    fn a_reason_is_an_object_with_a_kind() {
        let warning = MapWarning::incomplete_search(2, 1);
        let json = serde_json::to_value(&warning).unwrap();
        assert_eq!(
            json["why"],
            serde_json::json!({"kind": "incomplete_search", "matched": 2, "received": 1})
        );
        assert_eq!(serde_json::from_value::<MapWarning>(json).unwrap(), warning);
        let newer = r#"{"text": "a meteor", "why": {"kind": "meteor"}}"#;
        let newer: MapWarning = serde_json::from_str(newer).unwrap();
        assert_eq!(newer.why, WarningReason::Other);
    }
}
