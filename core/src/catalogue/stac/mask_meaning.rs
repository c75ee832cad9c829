//! Whether the meanings that an item gives to the values of its mask are those of the mask's kind,
//! and how to read a mask with other meanings.

use std::collections::BTreeMap;

use dragonfly_pixels::MaskKind;

use super::asset::{Asset, MaskMeaning};
use super::asset_band::AssetBand;
use super::shown;

/// A mask with other meanings than those of its kind, which cannot be read by them either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the item gives the values of its mask other meanings than masks of its collection have \
    ({contradiction}), and {cause}: correct its `classification:classes` or \
    `classification:bitfields`, or take it out of the catalogue"
)]
pub struct MaskMeaningError {
    contradiction: String,
    cause: String,
}

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

/// The values of a mask by the meanings that the item states, each with the value that means the
/// same in masks of its kind; `None` where they do not contradict those of the kind.
///
/// # Errors
/// When they do, and it is unknown what one of them means.
pub(super) fn translation(
    kind: MaskKind,
    band: &AssetBand,
) -> Result<Option<Vec<(u8, u8)>>, MaskMeaningError> {
    let Some(contradiction) = contradiction(kind, band) else { return Ok(None) };
    match translated_classes(kind, band) {
        Ok(pairs) => Ok(Some(pairs)),
        Err(cause) => Err(MaskMeaningError { contradiction, cause }),
    }
}

/// Every class of a mask with the value that means the same in masks of its kind.
fn translated_classes(kind: MaskKind, band: &AssetBand) -> Result<Vec<(u8, u8)>, String> {
    let (classes, bits) = stated_meanings(band);
    if !bits.is_empty() {
        return Err("masks in bits are read by the usual ones alone".to_owned());
    }
    let mut pairs: BTreeMap<u8, Meaning> = BTreeMap::new();
    for class in classes {
        let value = class.value.filter(|value| (0.0..=255.0).contains(value));
        let Some(value) = value.filter(|value| value.fract() == 0.0) else {
            return Err("one of them has no value from 0 to 255".to_owned());
        };
        let texts = [&class.name, &class.description].into_iter().flatten();
        let Some(meaning) = texts.clone().find_map(|text| known_meaning(text)) else {
            let text = texts.map(|text| shown(text)).next().unwrap_or_default();
            return Err(format!("it is unknown what {value} (`{text}`) means"));
        };
        if pairs.insert(value as u8, meaning).is_some_and(|other| other != meaning) {
            return Err(format!("{value} has two of them"));
        }
    }
    let has = |wanted: &[Meaning]| pairs.values().any(|meaning| wanted.contains(meaning));
    if !has(&[Land]) || !has(&[Cloud]) {
        return Err("they do not name both cloud and clear land".to_owned());
    }
    Ok(pairs.into_iter().map(|(value, meaning)| (value, usual_value(kind, meaning))).collect())
}

/// The value that masks of a kind have for a meaning.
fn usual_value(kind: MaskKind, meaning: Meaning) -> u8 {
    let [no_data, cloud, shadow, snow, water, land] = match kind {
        MaskKind::Scl | MaskKind::SclSince0400 => [0, 9, 3, 11, 6, 4],
        // Haze is stated beside it, and has no meanings of its own.
        MaskKind::QaPixel | MaskKind::QaAerosol | MaskKind::AtmosOpacity => {
            [1, 1 << 3, 1 << 4, 1 << 5, 1 << 7, 1 << 6]
        }
        MaskKind::Fmask => [255, 1 << 1, 1 << 3, 1 << 4, 1 << 5, 0],
    };
    match meaning {
        NoData => no_data,
        Cloud => cloud,
        Shadow => shadow,
        Snow => snow,
        Water => water,
        Land => land,
    }
}

/// The classes and the bits of a mask, as the item states them.
fn stated_meanings<'a>(band: &AssetBand<'a>) -> (Vec<&'a MaskMeaning>, Vec<&'a MaskMeaning>) {
    let index = band.index.unwrap_or(0);
    let asset: &'a Asset = band.asset;
    let bands: Vec<_> = asset.lists().filter_map(|list| list.get(index)).collect();
    let classes = bands.iter().flat_map(|band| &band.classes);
    let bits = bands.iter().flat_map(|band| &band.bit_fields);
    (asset.classes.iter().chain(classes).collect(), asset.bit_fields.iter().chain(bits).collect())
}

/// The first class or bit of a mask to which the item gives another meaning than its kind does;
/// `None` where there is none.
pub(super) fn contradiction(kind: MaskKind, band: &AssetBand) -> Option<String> {
    // Class 2 alone differs, and may be either.
    let kind = if kind == MaskKind::SclSince0400 { MaskKind::Scl } else { kind };
    let (classes, bits) = stated_meanings(band);
    let (mut classes, mut bits) = (classes.into_iter(), bits.into_iter());
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
    } else if has(&[
        "clear",
        "cloud free",
        "cloud_free",
        "cloud-free",
        "cloudless",
        "no cloud",
        "no_cloud",
        "not cloud",
        "non-cloud",
        "non_cloud",
    ]) {
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

/// The same, also by words that masks of the known kinds do not use.
fn known_meaning(text: &str) -> Option<Meaning> {
    let lower = text.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    let has_word = |word: &str| lower.split(|c: char| !c.is_alphanumeric()).any(|own| own == word);
    meaning_of(text).or_else(|| {
        if has(&["unclassified", "unknown", "undefined", "invalid", "missing", "saturated"]) {
            Some(NoData)
        } else if has(&["haze", "smoke", "fog"]) {
            Some(Cloud)
        } else if has(&["dark"]) {
            Some(Shadow)
        } else if has_word("ice") {
            Some(Snow)
        } else if has(&["ocean"]) || has_word("sea") || has_word("lake") {
            Some(Water)
        } else {
            (has(&["forest", "grass", "crop", "urban", "built", "burn"]) || has_word("valid"))
                .then_some(Land)
        }
    })
}

/// What a class, or a bit, stands for in masks of a kind; `None` where that is unknown or does not
/// matter.
fn usual_meanings(kind: MaskKind, number: f64) -> Option<&'static [Meaning]> {
    Some(match (kind, number as i64) {
        (MaskKind::Scl, 0 | 1) => &[NoData],
        (MaskKind::Scl, 2) => &[Shadow, Land],
        (MaskKind::Scl, 3) => &[Shadow],
        (MaskKind::Scl, 4 | 5) => &[Land],
        (MaskKind::Scl, 6) => &[Water],
        (MaskKind::Scl, 7) => &[Cloud, NoData, Land],
        (MaskKind::Scl, 8..=10) => &[Cloud],
        (MaskKind::Scl, 11) => &[Snow],
        (MaskKind::Scl, _) => &[NoData],
        (MaskKind::SclSince0400, _) => return usual_meanings(MaskKind::Scl, number),
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
        check(MaskKind::SclSince0400, &cdse, None);
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

    fn of_classes(kind: MaskKind, list: &str) -> Result<Option<Vec<(u8, u8)>>, MaskMeaningError> {
        let asset = format!(r#"{{"href":"a.tif","classification:classes":{list}}}"#);
        let asset: Asset = serde_json::from_str(&asset).unwrap();
        translation(kind, &AssetBand { asset: &asset, index: None })
    }

    #[test]
    fn a_mask_whose_every_value_has_a_known_name_is_translated() {
        let scl = r#"[{"value":4,"name":"vegetation"},{"value":9,"name":"cloud"}]"#;
        assert_eq!(of_classes(MaskKind::Scl, scl), Ok(None));
        let own = r#"[{"value":0,"name":"clear"},{"value":1,"name":"c1","description":"Cloud"},
            {"value":2,"name":"cloud_shadow"},{"value":3,"name":"snow"},{"value":4,"name":"water"},
            {"value":5,"name":"unclassified"},{"value":255,"name":"no_data"}]"#;
        let pairs = [(0, 4), (1, 9), (2, 3), (3, 11), (4, 6), (5, 0), (255, 0)];
        assert_eq!(of_classes(MaskKind::Scl, own), Ok(Some(pairs.to_vec())));
        let australia = r#"[{"value":0,"name":"nodata"},{"value":1,"name":"valid"},
            {"value":2,"name":"cloud"},{"value":3,"name":"shadow"},{"value":4,"name":"snow"},
            {"value":5,"name":"water"}]"#;
        let pairs = [(0, 255), (1, 0), (2, 2), (3, 8), (4, 16), (5, 32)];
        assert_eq!(of_classes(MaskKind::Fmask, australia), Ok(Some(pairs.to_vec())));
    }

    #[test]
    fn a_mask_of_which_one_value_is_not_understood_is_refused() {
        for (list, part) in [
            (
                r#"[{"value":4,"name":"cloud"},{"value":5,"name":"land"},{"value":7,"name":"blob"}]"#,
                "what 7 (`blob`) means",
            ),
            (r#"[{"value":4,"name":"cloud"},{"value":4,"name":"land"}]"#, "4 has two of them"),
            (r#"[{"value":4,"name":"cloud"},{"value":300,"name":"land"}]"#, "from 0 to 255"),
            (r#"[{"value":4,"name":"cloud"}]"#, "both cloud and clear land"),
        ] {
            let message = of_classes(MaskKind::Scl, list).unwrap_err().to_string();
            assert!(message.contains(part) && message.contains("class 4 is `cloud`"), "{message}");
        }
        let bits = r#"{"href":"a.tif","classification:bitfields":[{"offset":0,"name":"cloud"}]}"#;
        let asset: Asset = serde_json::from_str(bits).unwrap();
        let band = AssetBand { asset: &asset, index: None };
        assert!(translation(MaskKind::QaPixel, &band).is_err());
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
