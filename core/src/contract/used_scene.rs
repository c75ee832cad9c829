//! A scene of a map, as metadata and results list it.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};

use crate::catalogue::dates::FireSide;
use crate::catalogue::offset::{OffsetDecision, OffsetReason};
use crate::catalogue::stac::Item;

/// A scene that the map was made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsedScene {
    /// Id in its collection.
    pub id: String,
    /// Side of the fire.
    pub side: FireSide,
    /// Moment of acquisition.
    pub datetime: DateTime<Utc>,
    /// Cloud cover of the whole scene, percent.
    pub cloud_cover: Option<f64>,
    /// Processing baseline.
    pub processing_baseline: Option<String>,
    /// Offset added to its digital numbers.
    pub offset: f32,
    /// Why that offset, as text.
    pub offset_reason: String,
    /// Why that offset; `None` in metadata of an older version.
    #[serde(default)]
    pub offset_kind: Option<OffsetReason>,
    /// Whether no mask was applied to it: its item has none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unmasked: bool,
    /// What its item states of the mask that contradicts how such masks are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_contradiction: Option<String>,
    /// Height of the sun above the horizon, degrees; `None` where the item does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sun_elevation: Option<f64>,
    /// Whether it is of Landsat 7 since its orbit was lowered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_drifting_orbit: bool,
}

/// Height of the sun below which much of a mountain's slopes lies in shadow, degrees.
const MIN_SUN_ELEVATION: f64 = 25.0;

impl UsedScene {
    /// Whether its offset is an assumption that nothing supports, or one that no sensor has.
    pub fn has_uncertain_offset(&self) -> bool {
        use OffsetReason::{DoubtedBoaOffsetApplied, UnverifiedBaseline, UnverifiedNoOffset};
        let is_uncertain = |reason| {
            matches!(reason, DoubtedBoaOffsetApplied | UnverifiedBaseline | UnverifiedNoOffset)
        };
        self.offset_kind.is_some_and(is_uncertain) || self.offset > 0.0
    }

    /// The year of acquisition.
    pub fn year(&self) -> i32 {
        self.datetime.year()
    }

    /// Whether the sun stood so low that shadow can look burnt.
    pub fn has_low_sun(&self) -> bool {
        self.sun_elevation.is_some_and(|elevation| elevation < MIN_SUN_ELEVATION)
    }

    /// A scene as its item describes it, with what was decided of its offset. `None` for an item
    /// without a moment.
    pub fn new(item: &Item, side: FireSide, offset: OffsetDecision) -> Option<Self> {
        Some(Self {
            id: item.id.clone(),
            side,
            datetime: item.acquired()?,
            cloud_cover: item.properties.cloud_cover,
            processing_baseline: item.baseline().map(|baseline| baseline.to_string()),
            offset: offset.offset_dn,
            offset_reason: offset.reason.to_string(),
            offset_kind: Some(offset.reason),
            is_unmasked: item.lacks_mask(),
            mask_contradiction: item.mask_contradiction(),
            sun_elevation: item.sun_elevation(),
            has_drifting_orbit: item.has_drifting_orbit(),
        })
    }
}
