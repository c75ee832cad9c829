//! Whether the offset that an item states agrees with its pixels.

use dragonfly_core::stac::Item;
use dragonfly_core::{DnCounts, OffsetRule, OffsetSource, offset_from_pixels, offset_rule};

use super::finding::Finding;

/// Judges the rule for an item by the digital numbers of its coarsest short-wave infrared.
pub(super) fn offset(item: &Item, counts: &DnCounts) -> Finding {
    if matches!(item.known_collection().offset, OffsetSource::Stated(_)) {
        return Finding::skipped(
            "offset",
            "not Sentinel-2: the offset of the item's raster:bands is taken",
        );
    }
    let Some(floor_dn) = counts.floor_dn() else {
        return Finding::skipped("offset", format!("scene {} has no pixel with data", item.id));
    };
    let (offset_dn, reason, is_by_pixels) = match offset_rule(item) {
        OffsetRule::Decided(decision) => (decision.offset_dn, decision.reason, false),
        OffsetRule::LookAtPixels(assumed) => {
            let decision = offset_from_pixels(assumed, counts);
            (decision.offset_dn, decision.reason, true)
        }
    };
    let flag = match item.properties.boa_offset_applied {
        Some(flag) => format!("boa_offset_applied is {flag}"),
        None => "no boa_offset_applied".to_owned(),
    };
    // Whatever the item states, core decides which pixels are too dark for an offset.
    let is_proven_gone = counts.is_darker_than_offset();
    let seen = format!("the darkest pixels of {} are at {floor_dn}", item.id);
    let found = format!("{seen}; offset {offset_dn:.0}, {reason}");
    if is_proven_gone && is_by_pixels {
        return Finding::warn(
            "offset",
            format!("{found} ({flag})"),
            "the item states that the offset of 1000 is still in, and its pixels prove that it is \
            not: maps follow the pixels and are right. Other programs may go by the item",
        );
    }
    if is_proven_gone && offset_dn < 0.0 {
        return Finding::fail(
            "offset",
            format!("{found}; but so dark they cannot be with it"),
            "NBR would be wrong, and fires invented: name another collection, and report it to the \
            catalogue's operator",
        );
    }
    if offset_dn == 0.0 && counts.is_dark_at_offset() {
        return Finding::warn(
            "offset",
            format!("{found}; but that looks as if the offset of 1000 were still in ({flag})"),
            "bright, dry ground can look so too. If other scenes show the same, NBR is too small \
            and maps are wrong: name the collection of the files as delivered \
            (sentinel-2-c1-l2a), and report it to the catalogue's operator",
        );
    }
    Finding::ok("offset", found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::finding::FindingStatus;
    use super::*;

    const GONE: u16 = 210;
    const LEFT_IN: u16 = 1060;
    const BRIGHT: u16 = 1900;

    fn check(
        collection: &str,
        properties: serde_json::Value,
        floor: u16,
        status: FindingStatus,
        part: &str,
    ) {
        let item = serde_json::from_value(json!({
            "id": "S2A_10TFK_20250806_0_L2A", "collection": collection, "properties": properties,
            "assets": { "nir08": { "href": "a.tif", "raster:bands": [{ "scale": 0.0001, "offset": -0.1 }] } }
        }))
        .unwrap();
        let mut dn = vec![2500; 10_000];
        dn[..20].fill(floor);
        dn.extend([0; 500]);
        let mut counts = DnCounts::default();
        counts.add(&dn, 0);
        let found = offset(&item, &counts);
        let advice = found.advice.unwrap_or_default();
        assert_eq!(found.status, status, "{properties} {floor}: {}", found.finding);
        assert!(
            found.finding.contains(part) || advice.contains(part),
            "{} {advice}",
            found.finding
        );
    }

    #[test]
    fn the_flag_is_compared_with_the_pixels() {
        let flag = |flag: bool| json!({ "s2:processing_baseline": "05.11", "earthsearch:boa_offset_applied": flag });
        check("sentinel-2-l2a", flag(true), GONE, FindingStatus::Ok, "210");
        check(
            "sentinel-2-l2a",
            flag(true),
            LEFT_IN,
            FindingStatus::Warn,
            "still in (boa_offset_applied is true)",
        );
        check("sentinel-2-l2a", flag(true), BRIGHT, FindingStatus::Ok, "1900");
        check("sentinel-2-l2a", flag(false), GONE, FindingStatus::Warn, "pixels prove");
        check("sentinel-2-l2a", flag(false), LEFT_IN, FindingStatus::Ok, "offset -1000");
    }

    #[test]
    fn files_as_delivered_must_carry_it_and_old_ones_not() {
        let baseline = |text: &str| json!({ "s2:processing_baseline": text });
        check("sentinel-2-c1-l2a", baseline("05.11"), LEFT_IN, FindingStatus::Ok, "offset -1000");
        check("sentinel-2-c1-l2a", baseline("05.11"), GONE, FindingStatus::Fail, "fires invented");
        check("sentinel-2-l2a", baseline("03.01"), GONE, FindingStatus::Ok, "below 04.00");
        check("sentinel-2-l2a", baseline("03.01"), LEFT_IN, FindingStatus::Warn, "still in");
        check("landsat-c2-l2", baseline("1"), GONE, FindingStatus::Skipped, "not Sentinel-2");
    }
}
