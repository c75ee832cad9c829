//! Whether the meanings that an item gives to the values of its mask are those of the mask's kind.

use super::asset::MaskMeaning;
use super::asset_band::AssetBand;
use super::shown;
use crate::sensor::quality::MaskKind;

/// What a value or a bit of a mask stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    NoData,
    Cloud,
    Shadow,
    Snow,
    Water,
    Land,
}

use Meaning::{Cloud, Land, NoData, Shadow, Snow, Water};

/// The first class or bit of a mask to which the item gives another meaning than its kind does;
/// `None` where there is none.
pub(super) fn contradiction(kind: MaskKind, band: &AssetBand) -> Option<String> {
    let index = band.index.unwrap_or(0);
    let bands: Vec<_> = band.asset.lists().filter_map(|list| list.get(index)).collect();
    let of_bands = bands.iter().flat_map(|band| &band.classes);
    let mut classes = band.asset.classes.iter().chain(of_bands);
    let of_bands = bands.iter().flat_map(|band| &band.bit_fields);
    let mut bits = band.asset.bit_fields.iter().chain(of_bands);
    let class = classes.find_map(|class| contradicts(class, &meanings_of_class(kind, class)?));
    let of_class = class.map(|text| format!("class {text}"));
    // What is written in classes has no bits.
    let bit = bits.find_map(|bit| match kind {
        MaskKind::Scl => contradicts(bit, &[]),
        _ => contradicts(bit, usual_meanings(kind, bit.value?)?),
    });
    of_class.or_else(|| bit.map(|text| format!("bit {text}")))
}

/// Number and text of a class or bit that states something else.
fn contradicts(stated: &MaskMeaning, usual: &[Meaning]) -> Option<String> {
    let (number, text) = (stated.value?, stated.name.as_deref().or(stated.description.as_deref())?);
    let is_other = !usual.contains(&meaning_of(text)?);
    is_other.then(|| format!("{number} is `{}`", shown(text)))
}

/// What a value stands for in masks of a kind, in those of bits by those that are set.
fn meanings_of_class(kind: MaskKind, class: &MaskMeaning) -> Option<Vec<Meaning>> {
    let value = class.value?;
    if kind == MaskKind::Scl {
        return usual_meanings(kind, value).map(<[Meaning]>::to_vec);
    }
    let value = value as u64;
    let set: Vec<u8> = (0..8).filter(|bit| value >> bit & 1 == 1).collect();
    if value == u64::from(kind.fill_value()) {
        return Some(vec![NoData]);
    }
    let of_bits = set.iter().filter_map(|bit| usual_meanings(kind, f64::from(*bit)));
    let meanings = of_bits.flatten().copied().collect();
    Some(if set.is_empty() { vec![Land] } else { meanings })
}

/// What a text states, where it is clear.
fn meaning_of(text: &str) -> Option<Meaning> {
    let text = text.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if has(&["no data", "no_data", "nodata", "no-data", "fill"]) {
        Some(NoData)
    } else if has(&["shadow"]) {
        Some(Shadow)
    } else if has(&["clear", "cloud free", "cloud_free", "cloud-free", "no cloud", "not cloud"]) {
        Some(Land)
    } else if has(&["cloud", "cirrus"]) {
        Some(Cloud)
    } else if has(&["snow"]) {
        Some(Snow)
    } else if has(&["water"]) {
        Some(Water)
    } else {
        has(&["veg", "soil", "bare", "land"]).then_some(Land)
    }
}

/// What a class, or a bit, stands for in masks of a kind; `None` where that is unknown or does not
/// matter.
fn usual_meanings(kind: MaskKind, number: f64) -> Option<&'static [Meaning]> {
    let kind = if kind == MaskKind::SclSince0400 { MaskKind::Scl } else { kind };
    Some(match (kind, number as i64) {
        (MaskKind::Scl, 0 | 1) => &[NoData],
        (MaskKind::Scl, 2) => &[Shadow, Land],
        (MaskKind::Scl, 3) => &[Shadow],
        (MaskKind::Scl, 4 | 5) => &[Land],
        (MaskKind::Scl, 6) => &[Water],
        (MaskKind::Scl, 7) => &[Cloud, NoData, Land],
        (MaskKind::Scl, 8..=10) => &[Cloud],
        (MaskKind::Scl, 11) => &[Snow],
        (MaskKind::Scl | MaskKind::SclSince0400, _) => &[NoData],
        (MaskKind::QaPixel, 0) => &[NoData],
        (MaskKind::QaPixel, 1..=3) => &[Cloud],
        (MaskKind::QaPixel, 4) | (MaskKind::Fmask, 3) => &[Shadow],
        (MaskKind::QaPixel, 5) | (MaskKind::Fmask, 4) => &[Snow],
        (MaskKind::QaPixel, 6) => &[Land],
        (MaskKind::QaPixel, 7) | (MaskKind::Fmask, 5) => &[Water],
        (MaskKind::Fmask, 0 | 1) => &[Cloud],
        (MaskKind::Fmask, 2) => &[Cloud, Shadow],
        (_, _) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::stac::Asset;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(kind: MaskKind, meanings: &[(u8, &str)], expected: Option<&str>) {
        let of = |field: &str, number: &str| {
            let list = meanings
                .iter()
                .map(|(value, name)| format!(r#"{{"{number}":{value},"name":"{name}"}}"#));
            format!(r#""{field}":[{}]"#, list.collect::<Vec<_>>().join(","))
        };
        let field = match kind {
            MaskKind::Scl | MaskKind::SclSince0400 => of("classification:classes", "value"),
            _ => of("classification:bitfields", "offset"),
        };
        for asset in [
            format!(r#"{{"href":"a.tif",{field}}}"#),
            format!(r#"{{"href":"a.tif","bands":[{{{field}}}]}}"#),
        ] {
            let asset: Asset = serde_json::from_str(&asset).unwrap();
            let found = contradiction(kind, &AssetBand { asset: &asset, index: None });
            assert_eq!(found.as_deref(), expected, "{meanings:?}");
        }
    }

    #[test]
    fn meanings_as_catalogues_write_them_contradict_nothing() {
        let cdse = [
            "no_data",
            "saturated_or_defective",
            "dark_area_pixels",
            "cloud_shadows",
            "vegetation",
            "not_vegetated",
            "water",
            "unclassified",
            "cloud_medium_probability",
            "cloud_high_probability",
            "thin_cirrus",
            "snow",
        ];
        let cdse: Vec<(u8, &str)> = (0..).zip(cdse).collect();
        check(MaskKind::Scl, &cdse, None);
        check(MaskKind::Scl, &[(7, "cloud_low_probability"), (2, "topographic shadow")], None);
        check(MaskKind::Scl, &[(3, "Wolkenschatten"), (4, "forêt")], None);
        let landsat =
            ["fill", "dilated_cloud", "cirrus", "cloud", "cloud_shadow", "snow", "clear", "water"];
        let landsat: Vec<(u8, &str)> = (0..).zip(landsat).collect();
        check(MaskKind::QaPixel, &landsat, None);
        check(MaskKind::QaPixel, &[(1, "dilated"), (4, "shadow"), (8, "cloud_confidence")], None);
        let hls = ["cirrus", "cloud", "adjacent_to_cloud", "cloud_shadow", "snow_ice", "water"];
        let hls: Vec<(u8, &str)> = (0..).zip(hls).collect();
        check(MaskKind::Fmask, &hls, None);
    }

    #[test]
    fn another_meaning_is_named() {
        check(MaskKind::Scl, &[(4, "cloud")], Some("class 4 is `cloud`"));
        check(MaskKind::Scl, &[(0, "clear"), (1, "cloud")], Some("class 0 is `clear`"));
        check(MaskKind::Scl, &[(9, "vegetation")], Some("class 9 is `vegetation`"));
        check(MaskKind::Scl, &[(20, "water")], Some("class 20 is `water`"));
        check(MaskKind::QaPixel, &[(0, "cloud")], Some("bit 0 is `cloud`"));
        check(MaskKind::Fmask, &[(5, "snow")], Some("bit 5 is `snow`"));
    }

    #[test]
    fn classes_of_a_mask_in_bits_are_compared_by_their_bits_and_bits_of_classes_contradict() {
        let classes = |kind, list: &str| {
            let asset = format!(r#"{{"href":"a.tif",{list}}}"#);
            let asset: Asset = serde_json::from_str(&asset).unwrap();
            contradiction(kind, &AssetBand { asset: &asset, index: None })
        };
        // Digital Earth Australia's `oa_fmask` counts classes, where that of HLS has bits.
        let australia = r#""classification:classes":[{"value":1,"name":"valid"},
            {"value":2,"name":"cloud"},{"value":3,"name":"shadow"},{"value":5,"name":"water"}]"#;
        let found = classes(MaskKind::Fmask, australia);
        assert_eq!(found.as_deref(), Some("class 3 is `shadow`"));
        let hls = r#""classification:classes":[{"value":0,"name":"clear"},{"value":2,"name":"cloud"},
            {"value":8,"name":"cloud shadow"},{"value":32,"name":"water"},{"value":255,"name":"fill"}]"#;
        assert_eq!(classes(MaskKind::Fmask, hls), None);
        let bits = r#""classification:bitfields":[{"offset":3,"name":"cloud"}]"#;
        assert_eq!(classes(MaskKind::Scl, bits).as_deref(), Some("bit 3 is `cloud`"));
    }
}
