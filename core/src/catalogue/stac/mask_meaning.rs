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

/// The first value or bit of a mask to which the item gives another meaning than its kind does;
/// `None` where there is none.
pub(super) fn contradiction(kind: MaskKind, band: &AssetBand) -> Option<String> {
    let index = band.index.unwrap_or(0);
    let bands = || band.asset.lists().filter_map(|list| list.get(index));
    let (own, of_bands): (_, Vec<&MaskMeaning>) = match kind {
        MaskKind::Scl => (&band.asset.classes, bands().flat_map(|band| &band.classes).collect()),
        MaskKind::QaPixel | MaskKind::Fmask => {
            (&band.asset.bit_fields, bands().flat_map(|band| &band.bit_fields).collect())
        }
    };
    own.iter().chain(of_bands).find_map(|meaning| {
        let number = meaning.value?;
        let text = meaning.name.as_deref().or(meaning.description.as_deref())?;
        let stated = meaning_of(text)?;
        let is_other = !usual_meanings(kind, number)?.contains(&stated);
        let unit = if kind == MaskKind::Scl { "class" } else { "bit" };
        is_other.then(|| format!("{unit} {number} is `{}`", shown(text)))
    })
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
        (MaskKind::QaPixel, 0) => &[NoData],
        (MaskKind::QaPixel, 1..=3) => &[Cloud],
        (MaskKind::QaPixel, 4) | (MaskKind::Fmask, 3) => &[Shadow],
        (MaskKind::QaPixel, 5) | (MaskKind::Fmask, 4) => &[Snow],
        (MaskKind::QaPixel, 6) => &[Land],
        (MaskKind::QaPixel, 7) | (MaskKind::Fmask, 5) => &[Water],
        (MaskKind::Fmask, 0 | 1) => &[Cloud],
        (MaskKind::Fmask, 2) => &[Cloud, Shadow],
        (MaskKind::QaPixel | MaskKind::Fmask, _) => return None,
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
            MaskKind::Scl => of("classification:classes", "value"),
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
}
