//! Which offset a scene's digital numbers carry, decided from its item and, where need be, one look
//! at its pixels.
//!
//! Sentinel-2: since processing baseline 04.00 reflectance is (DN − 1000) / 10000, but some
//! catalogues take the 1000 off again and state so unreliably (Element84/earth-search issues 9, 24,
//! 56, 66, 71). An offset left in shrinks NBR, so a pair with mixed handling invents a fire or
//! hides one.

use std::ops::RangeInclusive;

use dragonfly_pixels::OffsetSource;
use serde::{Deserialize, Serialize};

use crate::catalogue::stac::{Item, StatedOffset};

/// The offset of processing baseline 04.00 and later, in digital numbers.
const OFFSET_SINCE_04_00: f32 = -1000.0;
/// A 0.1 percentile of valid DN below this proves that the offset has been taken off already.
const SHIFTED_FLOOR_DN: u16 = 800;
/// Where the offset of 1000 is left in, black lies at 1000, and the darkest pixels of nearly any
/// scene just above it. Beyond this the ground is bright and dry, and its floor proves nothing.
const BLACK_IF_LEFT_IN_DN: RangeInclusive<u16> = 950..=1200;
/// The fraction of valid pixels below the floor that counts as proof.
const FLOOR_SHARE: f64 = 0.001;

/// Pixels of the coarsest level at most, of a file whose offset is decided by its pixels. A whole
/// Sentinel-2 tile of 10 m without overviews has fewer.
pub const MAX_COARSEST_PX: u64 = 1 << 27;

/// How many pixels have each digital number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnCounts(Vec<u32>);

impl Default for DnCounts {
    fn default() -> Self {
        Self(vec![0; usize::from(u16::MAX) + 1])
    }
}

impl DnCounts {
    /// Adds pixels; those of the value `no_data`, and of 0, hold no data and do not count.
    pub fn add(&mut self, dn: &[u16], no_data: u16) {
        for value in dn.iter().filter(|value| **value != no_data && **value != 0) {
            let count = &mut self.0[usize::from(*value)];
            *count = count.saturating_add(1);
        }
    }

    /// The digital number that only outliers are below, a fraction of 0.001 of the pixels with
    /// data; `None` where no pixel has data.
    pub fn floor_dn(&self) -> Option<u16> {
        let valid: u64 = self.0.iter().map(|count| u64::from(*count)).sum();
        let rank = (valid as f64 * FLOOR_SHARE) as u64;
        let mut below = 0;
        let place = self.0.iter().position(|count| {
            below += u64::from(*count);
            below > rank
        });
        place.map(|value| value as u16)
    }

    /// Whether no pixel is darker than black with the offset of 1000 left in.
    pub fn is_above_offset(&self) -> bool {
        self.floor_dn().is_some_and(|floor| floor >= *BLACK_IF_LEFT_IN_DN.start())
    }

    /// Whether the darkest pixels lie where black does with the offset of 1000 left in.
    pub fn is_dark_at_offset(&self) -> bool {
        self.floor_dn().is_some_and(|floor| BLACK_IF_LEFT_IN_DN.contains(&floor))
    }

    /// Whether pixels are so dark that the offset of 1000 cannot be in their numbers.
    pub fn is_darker_than_offset(&self) -> bool {
        self.floor_dn().is_some_and(|floor| floor < SHIFTED_FLOOR_DN)
    }
}

/// An offset with the reason for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OffsetDecision {
    /// Added to the digital number before scaling.
    pub offset_dn: f32,
    /// Why.
    pub reason: OffsetReason,
}

impl OffsetDecision {
    /// Whether it follows from a flag that catalogues set wrongly. Then the whole coarsest overviews
    /// of both bands are examined: they cast doubt where swir22 is darkest at the offset
    /// ([`DnCounts::is_dark_at_offset`]), and no pixel of the other band is darker
    /// ([`DnCounts::is_above_offset`]).
    pub fn is_by_flag(&self) -> bool {
        self.reason == OffsetReason::BoaOffsetApplied
    }

    /// The same, in doubt.
    pub fn doubted(self) -> Self {
        Self { reason: OffsetReason::DoubtedBoaOffsetApplied, ..self }
    }
}

/// Why a scene's numbers carry the offset that they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetReason {
    /// The item's `raster:bands` state it.
    RasterBands,
    /// Neither the item nor its collection has one.
    NoOffset,
    /// The collection has it.
    Collection,
    /// The processing baseline is below 04.00, which had none.
    #[serde(rename = "baseline_below_04_00")]
    BaselineBelow0400,
    /// The item states that the catalogue subtracted it.
    BoaOffsetApplied,
    /// The item states that the catalogue subtracted it, and its darkest pixels lie where black does
    /// if it did not.
    DoubtedBoaOffsetApplied,
    /// The processing baseline is 04.00 or later, and the files are as delivered.
    AsDelivered,
    /// Pixels are darker than the offset allows: it was subtracted already.
    DarkPixels,
    /// The item's `raster:bands` state it in digital numbers, where reflectance is meant.
    RasterBandsInDn,
    /// The item's `raster:bands` state it, and no pixel proves it.
    UnverifiedRasterBands,
    /// The processing baseline is 04.00 or later, the item states no offset, and no pixel proves
    /// one.
    UnverifiedBaseline,
    /// Neither the item nor its collection has one, and no pixel is so dark that there can be none.
    UnverifiedNoOffset,
}

impl OffsetReason {
    /// Whether neither the catalogue nor the pixels prove the offset.
    pub fn is_unverified(self) -> bool {
        matches!(
            self,
            Self::DoubtedBoaOffsetApplied
                | Self::UnverifiedRasterBands
                | Self::UnverifiedBaseline
                | Self::UnverifiedNoOffset
        )
    }

    /// The reason as text.
    pub fn describe(self) -> &'static str {
        match self {
            Self::RasterBands => "offset of the item's raster:bands",
            Self::NoOffset => "neither item nor collection has an offset",
            Self::Collection => "offset of the collection",
            Self::BaselineBelow0400 => "baseline below 04.00",
            Self::BoaOffsetApplied => "boa_offset_applied is true",
            Self::DoubtedBoaOffsetApplied => {
                "unverified: boa_offset_applied is true, but no pixel is darker than the offset"
            }
            Self::AsDelivered => "baseline from 04.00 on, files as delivered",
            Self::DarkPixels => "pixels darker than the offset allows: taken off already",
            Self::RasterBandsInDn => "offset of the item's raster:bands, in digital numbers",
            Self::UnverifiedRasterBands => "unverified: offset of the item's raster:bands",
            Self::UnverifiedBaseline => "unverified: baseline from 04.00 on, item names no offset",
            Self::UnverifiedNoOffset => "unverified: neither item nor collection has an offset",
        }
    }
}

impl std::fmt::Display for OffsetReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.describe())
    }
}

/// What the item alone states.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OffsetRule {
    /// The item settles it.
    Decided(OffsetDecision),
    /// The whole coarsest overview of swir22 must be examined once; without proof this assumption
    /// stands.
    LookAtPixels(OffsetDecision),
}

/// Judges a scene by its item.
pub fn offset_rule(item: &Item) -> OffsetRule {
    use OffsetRule::{Decided, LookAtPixels};
    let decision = |offset_dn, reason| OffsetDecision { offset_dn, reason };
    let stated = item.stated_offset();
    let assumed = match stated {
        Some(StatedOffset { dn, .. }) => decision(dn, OffsetReason::UnverifiedRasterBands),
        None => decision(OFFSET_SINCE_04_00, OffsetReason::UnverifiedBaseline),
    };
    let source = item.known_collection().offset;
    if let OffsetSource::Stated(_) | OffsetSource::Unknown = source {
        return match (stated, source) {
            // Nothing adds to reflectance.
            (Some(StatedOffset { dn, .. }), _) if dn > 0.0 => {
                Decided(decision(dn, OffsetReason::UnverifiedRasterBands))
            }
            (Some(StatedOffset { dn, is_in_dn: true }), _) => {
                Decided(decision(dn, OffsetReason::RasterBandsInDn))
            }
            // Copies of Sentinel-2's scenes state the offset whether it is in their pixels or not.
            (Some(StatedOffset { dn, .. }), OffsetSource::Unknown) if dn == OFFSET_SINCE_04_00 => {
                LookAtPixels(decision(dn, OffsetReason::RasterBands))
            }
            (Some(StatedOffset { dn, .. }), _) => Decided(decision(dn, OffsetReason::RasterBands)),
            (None, OffsetSource::Stated(by_collection)) if by_collection != 0.0 => {
                let offset_dn = (by_collection / item.scale()) as f32;
                Decided(decision(offset_dn, OffsetReason::Collection))
            }
            (None, OffsetSource::Unknown) if item.states_baseline_since_04_00() => {
                LookAtPixels(assumed)
            }
            (None, OffsetSource::Unknown) => {
                LookAtPixels(decision(0.0, OffsetReason::UnverifiedNoOffset))
            }
            (None, _) => Decided(decision(0.0, OffsetReason::NoOffset)),
        };
    }
    let properties = &item.properties;
    match (
        item.has_baseline_since_04_00(),
        source,
        properties.boa_offset_applied.or(properties.boa_offset_applied_older),
    ) {
        (false, ..) => Decided(decision(0.0, OffsetReason::BaselineBelow0400)),
        (true, OffsetSource::PerhapsTakenOff, Some(true)) => {
            Decided(decision(0.0, OffsetReason::BoaOffsetApplied))
        }
        (true, OffsetSource::PerhapsTakenOff, _) => LookAtPixels(assumed),
        // The item contradicts its collection.
        (true, ..) if stated.is_some_and(|offset| offset.dn == 0.0) => LookAtPixels(assumed),
        (true, ..) => Decided(decision(OFFSET_SINCE_04_00, OffsetReason::AsDelivered)),
    }
}

/// Pixels of a coarsest overview beyond which it is not read to doubt what the item states: a whole
/// Sentinel-2 tile of 20 m has fewer from its third overview on.
pub const MAX_DOUBTED_PX: u64 = 1 << 20;

/// Judges a scene by its pixels, where its item does not settle the question.
///
/// `counts` are those of the whole coarsest overview of swir22, `assumed` stands without proof.
pub fn offset_from_pixels(assumed: OffsetDecision, counts: &DnCounts) -> OffsetDecision {
    match (counts.is_darker_than_offset(), assumed.reason) {
        (false, _) => assumed,
        (true, OffsetReason::UnverifiedNoOffset) => {
            OffsetDecision { offset_dn: 0.0, reason: OffsetReason::NoOffset }
        }
        (true, _) => OffsetDecision { offset_dn: 0.0, reason: OffsetReason::DarkPixels },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn counted(dn: &[u16]) -> DnCounts {
        let mut counts = DnCounts::default();
        counts.add(dn, 0);
        counts
    }

    #[test]
    fn pixels_counted_in_parts_have_the_floor_of_all() {
        let dn: Vec<u16> = (0..5000).map(|place: u32| (place * 7919 % 4001) as u16).collect();
        let mut sorted: Vec<u16> = dn.iter().copied().filter(|dn| *dn != 0 && *dn != 9).collect();
        sorted.sort_unstable();
        let mut counts = DnCounts::default();
        dn.chunks(777).for_each(|part| counts.add(part, 9));
        assert_eq!(
            counts.floor_dn(),
            sorted.get((sorted.len() as f64 * FLOOR_SHARE) as usize).copied()
        );
        assert_eq!(DnCounts::default().floor_dn(), None);
    }

    fn item_of(collection: &str, nir: &str, properties: &str, bands: &str) -> Item {
        let text = format!(
            r#"{{"id":"S2A_10SGD_20250806_0_L2A","collection":"{collection}","bbox":[0,0,1,1],
                "properties":{{"datetime":"2025-08-06T18:49:00Z",{properties}}},
                "assets":{{"{nir}":{{"href":"a.tif","raster:bands":[{bands}]}}}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn item(collection: &str, nir: &str, properties: &str) -> Item {
        item_of(collection, nir, properties, r#"{"scale":0.0001,"offset":-0.1}"#)
    }

    fn decided(rule: OffsetRule) -> f32 {
        match rule {
            OffsetRule::Decided(decision) => decision.offset_dn,
            OffsetRule::LookAtPixels(_) => panic!("not decided by the item"),
        }
    }

    #[test]
    fn an_old_baseline_has_no_offset_whatever_the_flag() {
        for flag in ["true", "false"] {
            let properties = format!(
                r#""s2:processing_baseline":"03.01","earthsearch:boa_offset_applied":{flag}"#
            );
            assert_eq!(decided(offset_rule(&item("sentinel-2-l2a", "nir08", &properties))), 0.0);
        }
    }

    #[test]
    fn files_as_delivered_carry_the_offset() {
        let properties = r#""s2:processing_baseline":"05.10""#;
        for (collection, nir) in [
            ("sentinel-2-c1-l2a", "nir08"),
            ("sentinel-2-l2a", "B8A"),
            ("sentinel-2-l2a", "B8A_20m"),
        ] {
            assert_eq!(
                decided(offset_rule(&item(collection, nir, properties))),
                -1000.0,
                "{collection} {nir}"
            );
        }
    }

    #[test]
    fn a_true_flag_is_believed_and_the_bands_offset_not_applied_again() {
        let properties =
            r#""s2:processing_baseline":"05.11","earthsearch:boa_offset_applied":true"#;
        assert_eq!(decided(offset_rule(&item("sentinel-2-l2a", "nir08", properties))), 0.0);
    }

    #[test]
    fn pixels_that_are_darkest_at_the_offset_cast_doubt_on_a_true_flag() {
        let floor_at = |dn: u16| counted(&[vec![dn; 20], vec![2500; 10_000]].concat());
        for (floor_dn, is_doubtful) in
            [(210, false), (949, false), (950, true), (1060, true), (1200, true), (1372, false)]
        {
            assert_eq!(floor_at(floor_dn).is_dark_at_offset(), is_doubtful, "{floor_dn}");
            assert_eq!(floor_at(floor_dn).is_above_offset(), floor_dn >= 950, "{floor_dn}");
        }
        let stated = OffsetDecision { offset_dn: 0.0, reason: OffsetReason::BoaOffsetApplied };
        assert!(stated.is_by_flag());
        let doubted = stated.doubted();
        assert!(doubted.offset_dn == 0.0 && doubted.reason.is_unverified());
    }

    #[test]
    fn a_false_flag_asks_for_a_look() {
        let properties =
            r#""s2:processing_baseline":"05.11","earthsearch:boa_offset_applied":false"#;
        let rule = offset_rule(&item("sentinel-2-l2a", "nir08", properties));
        let reason = OffsetReason::UnverifiedRasterBands;
        assert_eq!(rule, OffsetRule::LookAtPixels(OffsetDecision { offset_dn: -1000.0, reason }));
    }

    #[test]
    fn dark_pixels_prove_that_the_offset_is_gone() {
        let mut dn = vec![2000u16; 10_000];
        dn[..20].fill(300);
        assert_eq!(offset_from_pixels(assumed(-1000.0), &counted(&dn)).offset_dn, 0.0);
    }

    fn assumed(offset_dn: f32) -> OffsetDecision {
        OffsetDecision { offset_dn, reason: OffsetReason::UnverifiedRasterBands }
    }

    #[test]
    fn bright_pixels_prove_nothing() {
        let mut dn = vec![2000u16; 10_000];
        dn[..5].fill(300);
        dn.extend([0; 5000]);
        assert_eq!(offset_from_pixels(assumed(-1000.0), &counted(&dn)), assumed(-1000.0));
        assert_eq!(offset_from_pixels(assumed(0.0), &counted(&dn)), assumed(0.0));
        assert_eq!(offset_from_pixels(assumed(-1000.0), &DnCounts::default()), assumed(-1000.0));
    }

    #[test]
    fn without_a_baseline_the_day_the_item_was_made_decides() {
        let rule = |created| {
            offset_rule(&item("sentinel-2-l2a", "B8A", &format!(r#""created":"{created}""#)))
        };
        assert_eq!(decided(rule("2022-01-24T23:59:59Z")), 0.0);
        assert_eq!(decided(rule("2022-01-25T00:00:00Z")), -1000.0);
    }

    #[test]
    fn the_older_earth_search_held_the_same_files() {
        let of = |flag| {
            item(
                "sentinel-s2-l2a-cogs",
                "B8A",
                &format!(
                    r#""s2:processing_baseline":"04.00","sentinel:boa_offset_applied":{flag}"#
                ),
            )
        };
        assert_eq!(decided(offset_rule(&of("true"))), 0.0);
        assert!(matches!(offset_rule(&of("null")), OffsetRule::LookAtPixels(_)));
    }

    #[test]
    fn landsat_and_hls_have_their_collections_offset_unless_the_item_states_another() {
        let check = |collection, nir, bands: &str, offset_dn: f64, reason| {
            let OffsetRule::Decided(decision) =
                offset_rule(&item_of(collection, nir, r#""gsd":30"#, bands))
            else {
                panic!("{collection} needs no look");
            };
            assert_eq!(
                (decision.offset_dn, decision.reason.describe()),
                (offset_dn as f32, reason),
                "{collection}"
            );
        };
        let stated = r#"{"scale":0.0000275,"offset":-0.2}"#;
        check(
            "landsat-c2-l2",
            "nir08",
            stated,
            -0.2 / 2.75e-5,
            "offset of the item's raster:bands",
        );
        check("landsat-c2l2-sr", "nir08", "", -0.2 / 2.75e-5, "offset of the collection");
        check("HLSL30.v2.0", "B05", "", 0.0, "neither item nor collection has an offset");
        check(
            "hls2-s30",
            "B8A",
            r#"{"scale":0.0001}"#,
            0.0,
            "neither item nor collection has an offset",
        );
        check(
            "another",
            "nir08",
            r#"{"scale":0.5,"offset":-1}"#,
            -2.0,
            "offset of the item's raster:bands",
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_sentinel_scene_carries_nothing_or_1000_or_what_its_item_states(
            collection in proptest::sample::select(vec!["sentinel-2-l2a", "sentinel-2-c1-l2a", "sentinel-s2-l2a-cogs"]),
            nir in proptest::sample::select(vec!["nir08", "B8A", "B8A_20m"]),
            baseline in "0[0-9]\\.[0-9]{2}|[0-9.]{0,6}",
            created in proptest::option::of("20(19|2[0-9])-0[1-9]-1[0-9]T00:00:00Z"),
            flag in proptest::option::of(any::<bool>()),
            bands in proptest::option::of((1..10_000u32, -2.0..2.0f64)),
            dn in proptest::collection::vec(any::<u16>(), 0..50),
        ) {
            let properties = serde_json::json!({
                "s2:processing_baseline": baseline, "created": created, "earthsearch:boa_offset_applied": flag,
            });
            let bands = bands.map_or(String::new(), |(scale, offset)| {
                format!(r#"{{"scale":{},"offset":{offset}}}"#, f64::from(scale) * 1e-6)
            });
            let item = item_of(collection, nir, properties.to_string().trim_matches(['{', '}']), &bands);
            let decision = match offset_rule(&item) {
                OffsetRule::Decided(decision) => decision,
                OffsetRule::LookAtPixels(assumed) => offset_from_pixels(assumed, &counted(&dn)),
            };
            let stated = item.stated_offset().map(|offset| offset.dn);
            prop_assert!(
                [Some(0.0), Some(-1000.0), stated].contains(&Some(decision.offset_dn)),
                "{decision:?}, stated {stated:?}"
            );
            prop_assert!(item.has_baseline_since_04_00() || decision.offset_dn == 0.0);
        }
    }
}
