//! The provenance of an invented map, for tests of the files that carry it.

use dragonfly_core::metadata::UsedScene;
use dragonfly_core::{DateWindow, DnbrOffset, FireSide, Index, Provenance, Thresholds};

/// A map that two scenes could have made.
pub(super) fn invented() -> Provenance {
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
        sun_elevation: Some(61.0),
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
        dnbr_offset: Some(DnbrOffset { mean: 0.0213, sd: 0.04, count: 1234, mad: Some(0.03) }),
        scenes: vec![
            scene("S2A_11SKU_20250628", FireSide::Pre, "2025-06-28T18:39:21Z"),
            scene("S2B_11SKU_20250713", FireSide::Post, "2025-07-13T18:39:19Z"),
        ],
    }
}
