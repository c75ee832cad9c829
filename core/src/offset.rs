//! Which offset a Sentinel-2 scene's digital numbers carry, decided from its item and one look at its pixels.
//!
//! Since processing baseline 04.00 reflectance is (DN − 1000) / 10000, but some catalogues take the
//! 1000 off again and say so unreliably (Element84/earth-search issues 9, 24, 56, 66, 71). An offset
//! left in shrinks NBR, so a pair with mixed handling invents a fire or hides one.

use crate::stac::{AssetScheme, Item};

/// The offset of processing baseline 04.00 and later, in digital numbers.
const OFFSET_SINCE_04_00: f32 = -1000.0;
/// A 0.1 percentile of valid DN below this proves that the offset has been taken off already.
const SHIFTED_FLOOR_DN: u16 = 800;
/// The share of valid pixels below the floor that counts as proof.
const FLOOR_PERCENTILE: f64 = 0.001;

/// An offset with the reason for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OffsetDecision {
    /// Added to the digital number before scaling.
    pub offset_dn: f32,
    /// Why, in words for the metadata.
    pub reason: &'static str,
}

/// What the item alone says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OffsetRule {
    /// The item settles it.
    Decided(OffsetDecision),
    /// The whole coarsest overview of swir22 must be looked at once; without proof the metadata's
    /// offset stands.
    LookAtPixels {
        /// What the item's `raster:bands` say, in digital numbers.
        metadata_offset_dn: Option<f32>,
    },
}

/// Judges a scene by its item.
pub fn offset_rule(item: &Item) -> OffsetRule {
    use OffsetRule::{Decided, LookAtPixels};
    let decided = |offset_dn, reason| Decided(OffsetDecision { offset_dn, reason });
    let metadata_offset_dn = item.metadata_offset_dn();
    if !item.is_sentinel_2_l2a() {
        return match metadata_offset_dn {
            Some(offset) => decided(offset, "offset of the item's raster:bands"),
            None => decided(0.0, "no offset in the item"),
        };
    }
    match (item.has_baseline_since_04_00(), item.asset_scheme(), item.properties.boa_offset_applied) {
        (false, ..) => decided(0.0, "baseline below 04.00"),
        (true, AssetScheme::BandNumbers, _) => {
            decided(OFFSET_SINCE_04_00, "baseline from 04.00 on, files as delivered")
        }
        (true, AssetScheme::CommonNames, _) if item.collection.as_deref() == Some("sentinel-2-c1-l2a") => {
            decided(OFFSET_SINCE_04_00, "baseline from 04.00 on, files as delivered")
        }
        (true, AssetScheme::CommonNames, Some(true)) => decided(0.0, "boa_offset_applied is true"),
        (true, AssetScheme::CommonNames, _) => LookAtPixels { metadata_offset_dn },
    }
}

/// Judges a scene by its pixels, where its item does not settle the question.
///
/// `dn` are the digital numbers of the whole coarsest overview of swir22, 0 where there is no data.
pub fn offset_from_pixels(metadata_offset_dn: Option<f32>, dn: &[u16]) -> OffsetDecision {
    match percentile_of_valid(dn) {
        Some(floor) if floor < SHIFTED_FLOOR_DN => {
            OffsetDecision { offset_dn: 0.0, reason: "pixels darker than the offset allows: taken off already" }
        }
        _ => match metadata_offset_dn {
            Some(offset_dn) => OffsetDecision { offset_dn, reason: "unverified: offset of the item's raster:bands" },
            None => OffsetDecision {
                offset_dn: OFFSET_SINCE_04_00,
                reason: "unverified: baseline from 04.00 on, item names no offset",
            },
        },
    }
}

/// The 0.1 percentile of the pixels that hold data; `None` when none does.
fn percentile_of_valid(dn: &[u16]) -> Option<u16> {
    let mut counts = vec![0u32; usize::from(u16::MAX) + 1];
    for value in dn {
        counts[usize::from(*value)] += 1;
    }
    counts[0] = 0;
    let valid: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    let rank = (valid as f64 * FLOOR_PERCENTILE) as u64;
    let mut below = 0;
    counts
        .iter()
        .position(|count| {
            below += u64::from(*count);
            below > rank
        })
        .map(|value| value as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn item(collection: &str, nir: &str, properties: &str) -> Item {
        let text = format!(
            r#"{{"id":"S2A_10SGD_20250806_0_L2A","collection":"{collection}","bbox":[0,0,1,1],
                "properties":{{"datetime":"2025-08-06T18:49:00Z",{properties}}},
                "assets":{{"{nir}":{{"href":"a.tif","raster:bands":[{{"scale":0.0001,"offset":-0.1}}]}}}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn decided(rule: OffsetRule) -> f32 {
        match rule {
            OffsetRule::Decided(decision) => decision.offset_dn,
            OffsetRule::LookAtPixels { .. } => panic!("not decided by the item"),
        }
    }

    #[test]
    fn an_old_baseline_has_no_offset_whatever_the_flag() {
        for flag in ["true", "false"] {
            let properties = format!(r#""s2:processing_baseline":"03.01","earthsearch:boa_offset_applied":{flag}"#);
            assert_eq!(decided(offset_rule(&item("sentinel-2-l2a", "nir08", &properties))), 0.0);
        }
    }

    #[test]
    fn files_as_delivered_carry_the_offset() {
        let properties = r#""s2:processing_baseline":"05.10""#;
        for (collection, nir) in
            [("sentinel-2-c1-l2a", "nir08"), ("sentinel-2-l2a", "B8A"), ("sentinel-2-l2a", "B8A_20m")]
        {
            assert_eq!(decided(offset_rule(&item(collection, nir, properties))), -1000.0, "{collection} {nir}");
        }
    }

    #[test]
    fn a_true_flag_is_believed_and_the_bands_offset_not_applied_again() {
        let properties = r#""s2:processing_baseline":"05.11","earthsearch:boa_offset_applied":true"#;
        assert_eq!(decided(offset_rule(&item("sentinel-2-l2a", "nir08", properties))), 0.0);
    }

    #[test]
    fn a_false_flag_asks_for_a_look() {
        let properties = r#""s2:processing_baseline":"05.11","earthsearch:boa_offset_applied":false"#;
        let rule = offset_rule(&item("sentinel-2-l2a", "nir08", properties));
        assert_eq!(rule, OffsetRule::LookAtPixels { metadata_offset_dn: Some(-1000.0) });
    }

    #[test]
    fn dark_pixels_prove_that_the_offset_is_gone() {
        let mut dn = vec![2000u16; 10_000];
        dn[..20].fill(300);
        assert_eq!(offset_from_pixels(Some(-1000.0), &dn).offset_dn, 0.0);
    }

    #[test]
    fn bright_pixels_prove_nothing() {
        let mut dn = vec![2000u16; 10_000];
        dn[..5].fill(300);
        dn.extend([0; 5000]);
        assert_eq!(offset_from_pixels(Some(-1000.0), &dn).offset_dn, -1000.0);
        assert_eq!(offset_from_pixels(Some(0.0), &dn).offset_dn, 0.0);
        assert_eq!(offset_from_pixels(None, &[]).offset_dn, -1000.0);
    }
}
