//! What makes a map doubtful: published, logged, and shown by the page in the reader's language.

use std::fmt::Write;

use dragonfly_pixels::{Change, DnbrOffset, NoOffsetReason, Summary};
use serde::{Deserialize, Serialize};

use crate::catalogue::stac::UnrequestedItems;
use crate::contract::used_scene::UsedScene;

/// Scenes that the prose of a warning names.
const MAX_NAMED_SCENES: usize = 5;

/// Drift of quiet ground that makes a map doubtful: from a third of the way to class low on. Ground
/// that differs by moderate severity is no longer called quiet.
const DRIFT: std::ops::Range<f64> = 0.03..0.27;
/// An offset beyond this is rare: of a map that burnt for the most part it may be the fire itself.
const MAX_USUAL_OFFSET: f64 = 0.1;
/// NBR before the fire below which ground is grass or bare: the classes of Key & Benson (2006) are
/// for woody land, and RdNBR divides by nearly nothing.
const MIN_WOODY_PRE_NBR: f64 = 0.15;

/// A reason to doubt a map, as text and as a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapWarning {
    /// As text, with more detail.
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
    /// The catalogue sent scenes that do not meet the search: it may ignore conditions, and lack
    /// scenes that meet them.
    UnrequestedScenes {
        /// Scenes that do not meet the search.
        unrequested: u64,
        /// All scenes that it sent.
        received: u64,
    },
    /// Scenes were used without a mask: cloud in them can look like burnt ground.
    Unmasked {
        /// How many.
        scenes: u64,
    },
    /// The items of scenes give their masks other meanings than masks of their collection have, by
    /// which they were read.
    OtherMask {
        /// How many.
        scenes: u64,
    },
    /// Nearly all ground seen is burnt: rarely true.
    MostlyBurnt {
        /// Share of the cells with a value, percent.
        percent: u64,
    },
    /// Nearly all ground seen has regrown: rarely true.
    MostlyRegrown {
        /// Share of the cells with a value, percent.
        percent: u64,
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
    /// An offset was requested, but nothing burnt whose surroundings would give one.
    NoFireForOffset,
    /// An offset was requested, but too few clear cells lie around the fire.
    SmallOffsetRing {
        /// How many.
        cells: u64,
    },
    /// Quiet ground differs between the two sides: severities are off by as much.
    BackgroundDrift {
        /// Median dNBR of quiet ground, thousandths.
        thousandths: i32,
    },
    /// What burnt was grass or sparse: classes and RdNBR mislead.
    SparseVegetation {
        /// Median NBR before the fire of what burnt, thousandths.
        thousandths: i32,
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

impl WarningReason {
    /// Whether it comes from the search, and not from the scenes or the map.
    pub fn is_of_search(self) -> bool {
        matches!(self, Self::IncompleteSearch { .. } | Self::UnrequestedScenes { .. })
    }
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

    /// The catalogue sent scenes that do not meet a search, `None` where it sent none.
    pub fn unrequested_scenes(searches: &[UnrequestedItems]) -> Option<Self> {
        let first = searches.first()?;
        let sum = |count: fn(&UnrequestedItems) -> usize| searches.iter().map(count).sum::<usize>();
        let (unrequested, received) =
            (sum(|items| items.count) as u64, sum(|items| items.of) as u64);
        let text = format!(
            "the catalogue sent scenes that were not requested, which are not used, and may have \
             left out others that were: {first}; compare its answer with the search, or name the \
             final address of the API with `stac`"
        );
        Some(Self { text, why: WarningReason::UnrequestedScenes { unrequested, received } })
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

    /// Scenes whose items contradict the meanings of the mask, `None` where there are none.
    fn other_mask(scenes: &[UsedScene]) -> Option<Self> {
        let first = scenes.iter().find_map(|scene| scene.mask_contradiction.as_deref())?;
        let (scenes, names) = named(scenes, |scene| scene.mask_contradiction.is_some())?;
        let text = format!(
            "the items of {names} give the values of their masks other meanings than masks of the \
             collection have ({first}), and were read so: where the items are wrong, cloud may be \
             mapped as burnt ground; correct `classification:classes`, or name another collection"
        );
        Some(Self { text, why: WarningReason::OtherMask { scenes } })
    }

    /// A map on which nearly all ground changed, `None` for any other.
    pub fn mostly_changed(summary: &Summary) -> Option<Self> {
        let seen = summary.valid_count();
        let (word, count, reason): (_, _, fn(u64) -> WarningReason) =
            match summary.mostly_changed()? {
                Change::Burnt { cells } => {
                    ("burnt", cells, |percent| WarningReason::MostlyBurnt { percent })
                }
                Change::Regrown { cells } => {
                    ("regrown", cells, |percent| WarningReason::MostlyRegrown { percent })
                }
            };
        let percent = count * 100 / seen;
        let text = format!(
            "{percent} % of the {seen} cells with a value are {word}, which is rare beyond a \
             fire's own perimeter: compare the scenes of both sides for season, snow, cloud, \
             offset and bands"
        );
        Some(Self { text, why: reason(percent) })
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

    /// An offset was requested, and none could be computed.
    pub fn no_offset(reason: NoOffsetReason) -> Self {
        match reason {
            NoOffsetReason::NoFire => Self {
                text:
                    "no dNBR offset was subtracted: no clear cell is known to have burnt, because \
                     none did or because most of the map changed; name the perimeter of the fire in \
                     `perimeter_path`, or widen `bbox`"
                        .to_owned(),
                why: WarningReason::NoFireForOffset,
            },
            NoOffsetReason::SmallRing { count } => Self {
                text: format!(
                    "no dNBR offset was subtracted: only {count} clear cells lie from 500 m to \
                     5 km around the fire; widen `bbox`, or add scenes"
                ),
                why: WarningReason::SmallOffsetRing { cells: count },
            },
        }
    }

    /// The offset that was subtracted is as large as a fire's dNBR; `None` where it is not.
    pub fn large_offset(offset: DnbrOffset) -> Option<Self> {
        (offset.mean.abs() > MAX_USUAL_OFFSET).then(|| Self {
            text: format!(
                "a dNBR offset of {:+.3} was subtracted: where most of the map burnt it may be \
                 that of the fire itself, and severities are too low; set `perimeter_path`, or \
                 widen `bbox`",
                offset.mean
            ),
            why: WarningReason::Other,
        })
    }

    /// The warnings that follow from the cells of a map, after an offset was subtracted.
    pub fn of_cells(summary: &Summary, burnt_pre_nbr: Option<f64>) -> Vec<Self> {
        let drift = summary
            .whole_background()
            .filter(|background| DRIFT.contains(&background.median.abs()));
        let drift = drift.map(|background| Self {
            text: format!(
                "ground that did not burn has a dNBR of {:+.3}, the season or haze of the two \
                 sides: severities are off by as much; set `dnbr_offset`, or choose days of one \
                 season",
                background.median
            ),
            why: WarningReason::BackgroundDrift { thousandths: thousandths(background.median) },
        });
        let sparse = burnt_pre_nbr.filter(|nbr| *nbr < MIN_WOODY_PRE_NBR).map(|nbr| Self {
            text: format!(
                "what burnt had a median NBR of {nbr:.2} before the fire, as grass or sparse \
                 ground has: the classes are for woody land, and RdNBR is unstable; use the \
                 burnt area rather than its classes"
            ),
            why: WarningReason::SparseVegetation { thousandths: thousandths(nbr) },
        });
        [drift, sparse].into_iter().flatten().collect()
    }

    /// The warnings that follow from the scenes of a map.
    pub fn of_scenes(scenes: &[UsedScene]) -> Vec<Self> {
        let warnings = [
            Self::unmasked(scenes),
            Self::other_mask(scenes),
            Self::uncertain_offset(scenes),
            Self::low_sun(scenes),
            Self::drifting_orbit(scenes),
        ];
        warnings.into_iter().flatten().collect()
    }
}

fn thousandths(value: f64) -> i32 {
    (value * 1000.0).round() as i32
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
            mask_contradiction: None,
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

    fn cells(dnbr: &[(f32, usize)]) -> Summary {
        let mut summary = Summary::default();
        for (dnbr, count) in dnbr {
            summary.add_row(std::iter::repeat_n(Ok(*dnbr), *count), 1.0);
        }
        summary
    }

    #[test]
    fn drifted_ground_and_grass_are_warned_of() {
        let whys = |summary: &Summary, pre_nbr| -> Vec<WarningReason> {
            MapWarning::of_cells(summary, pre_nbr).iter().map(|warning| warning.why).collect()
        };
        let drifted = cells(&[(0.1404, 900), (0.7, 100)]);
        assert_eq!(
            whys(&drifted, Some(0.145)),
            [
                WarningReason::BackgroundDrift { thousandths: 141 },
                WarningReason::SparseVegetation { thousandths: 145 }
            ]
        );
        assert_eq!(whys(&cells(&[(0.0204, 900), (0.7, 100)]), Some(0.4)), []);
        // Where most of the map burnt, no ground shows a drift.
        assert_eq!(whys(&cells(&[(0.3, 400), (0.5, 400), (0.75, 400)]), None), []);
    }

    #[test]
    fn scenes_that_were_not_requested_are_counted_over_all_searches() {
        let of_search = |count, of| UnrequestedItems {
            count,
            of,
            condition: crate::catalogue::stac::SearchCondition::Box,
            requested: "[0, 0, 1, 1]".to_owned(),
            first: "a".to_owned(),
            found: "[9, 9, 10, 10]".to_owned(),
        };
        assert_eq!(MapWarning::unrequested_scenes(&[]), None);
        let warning = MapWarning::unrequested_scenes(&[of_search(1, 2), of_search(2, 8)]).unwrap();
        let reason = WarningReason::UnrequestedScenes { unrequested: 3, received: 10 };
        assert_eq!(warning.why, reason);
        assert!(warning.text.contains("[9, 9, 10, 10]"), "{}", warning.text);
        assert!(reason.is_of_search() && !WarningReason::Other.is_of_search());
    }

    #[test]
    fn a_mask_with_other_meanings_is_a_warning_that_names_one() {
        let stated = Some("class 4 is `cloud`".to_owned());
        let other =
            UsedScene { mask_contradiction: stated, ..scene(3, false, OffsetReason::NoOffset) };
        let warnings = MapWarning::of_scenes(&[scene(0, false, OffsetReason::NoOffset), other]);
        assert_eq!(warnings[0].why, WarningReason::OtherMask { scenes: 1 });
        let text = &warnings[0].text;
        assert!(text.contains("s3") && text.contains("class 4 is `cloud`"), "{text}");
    }

    #[test]
    fn a_map_on_which_all_ground_changed_is_a_warning() {
        let map = |dnbr: f32, changed: usize| {
            let mut summary = Summary::default();
            let row = (0..1000).map(|cell| Ok(if cell < changed { dnbr } else { 0.0 }));
            summary.add_row(row, 1.0);
            MapWarning::mostly_changed(&summary).map(|warning| warning.why)
        };
        assert_eq!(map(0.3, 900), None);
        assert_eq!(map(0.1, 915), Some(WarningReason::MostlyBurnt { percent: 91 }));
        assert_eq!(map(-0.2, 1000), Some(WarningReason::MostlyRegrown { percent: 100 }));
        let mut small = Summary::default();
        small.add_row((0..999).map(|_| Ok(0.5)), 1.0);
        assert_eq!(MapWarning::mostly_changed(&small), None);
    }

    #[test]
    fn an_offset_as_large_as_a_fire_is_warned_of() {
        let offset = |mean| DnbrOffset { mean, sd: 0.05, count: 900, mad: None };
        let warned = |mean| MapWarning::large_offset(offset(mean));
        assert!(warned(0.197).unwrap().text.contains("+0.197") && warned(-0.2).is_some());
        assert_eq!(warned(0.09), None);
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
