//! Which asset of an item is its cloud mask, and how it is written, where it has another name than
//! its collection's masks usually have.

use dragonfly_pixels::MaskKind;

use super::Asset;
use super::asset_band::is_mask_sidecar;
use super::asset_band::{file_name, is_data, is_jpeg_2000};

/// Classes of the Scene Classification Layer by which it is recognised: value, and a part of the
/// name.
const SCL_CLASSES: [(f64, &str); 3] = [(3.0, "shadow"), (4.0, "veg"), (9.0, "cloud")];
/// Bits of Landsat's QA_PIXEL by which it is recognised: the first bit, and a part of the name.
const QA_PIXEL_BITS: [(f64, &str); 3] = [(0.0, "fill"), (3.0, "cloud"), (5.0, "snow")];
/// Bits of HLS's Fmask by which it is recognised.
const FMASK_BITS: [(f64, &str); 3] = [(1.0, "cloud"), (3.0, "shadow"), (4.0, "snow")];

/// Names of the band of a mask in a file of several bands.
pub(super) fn band_names(kind: MaskKind) -> &'static [&'static str] {
    match kind {
        MaskKind::Scl | MaskKind::SclSince0400 => &["scl"],
        MaskKind::QaPixel => &["qa_pixel"],
        MaskKind::Fmask => &["fmask"],
        MaskKind::QaAerosol => &["qa_aerosol"],
        MaskKind::AtmosOpacity => &["atmos_opacity"],
    }
}

/// How the mask in an asset is written, by its key, its file's name or its described values; `None`
/// where it is no mask that is known.
pub(super) fn mask_kind(key: &str, asset: &Asset) -> Option<MaskKind> {
    if is_jpeg_2000(&asset.href) || is_mask_sidecar(&asset.href) {
        return None;
    }
    named(key)
        .or_else(|| named(file_name(&asset.href)))
        .or_else(|| described(asset))
        .or_else(|| titled(key, asset))
}

/// Roles of masks in STAC's best practices.
const MASK_ROLES: [&str; 2] = ["cloud", "data-mask"];
/// Parts of the names of other files with such roles: probabilities in percent, aerosols,
/// saturation.
const OTHER_MASKS: [&str; 7] =
    ["prob", "cld", "aerosol", "radsat", "saturat", "reflectance", "terrain"];

/// Whether the roles of an asset state a mask, though not how it is written.
pub(super) fn has_mask_role(key: &str, asset: &Asset) -> bool {
    let roles = || asset.roles.iter().map(|role| role.to_ascii_lowercase());
    let title = asset.title.as_deref().unwrap_or_default();
    let texts = [key, title, file_name(&asset.href)].map(str::to_ascii_lowercase);
    let is_other =
        |text: String| OTHER_MASKS.iter().any(|part| text.contains(part)) || text == "visual";
    is_data(key, &asset.href)
        && roles().any(|role| MASK_ROLES.contains(&role.as_str()))
        && !roles().chain(texts).any(is_other)
}

/// By its title: `Scene classification map (SCL)`, `Pixel Quality Assessment Band`.
fn titled(key: &str, asset: &Asset) -> Option<MaskKind> {
    let title = asset.title.as_deref()?.to_ascii_lowercase();
    if !is_data(key, &asset.href) {
        return None;
    }
    let has_word =
        |word: &str| title.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
    if title.contains("scene classif") || has_word("scl") {
        Some(MaskKind::Scl)
    } else if title.contains("pixel quality a") {
        Some(MaskKind::QaPixel)
    } else {
        has_word("fmask").then_some(MaskKind::Fmask)
    }
}

/// By a word of a name: `SCL`, `T10SGD_20250617_SCL_20m.tif`, `LC09_…_QA_PIXEL.TIF`, `HLS.….Fmask.tif`.
fn named(name: &str) -> Option<MaskKind> {
    let lower = name.to_ascii_lowercase();
    let has_word = |word: &str| lower.split(['_', '-', '.', ' ']).any(|part| part == word);
    if has_word("scl") {
        Some(MaskKind::Scl)
    } else if has_word("fmask") {
        Some(MaskKind::Fmask)
    } else {
        (lower.contains("qa_pixel") || lower.contains("qa-pixel")).then_some(MaskKind::QaPixel)
    }
}

/// By the meanings that the classification extension gives to its values.
fn described(asset: &Asset) -> Option<MaskKind> {
    let has = |number: f64, part: &str, found: Option<f64>, name: &Option<String>| {
        found == Some(number)
            && name.as_ref().is_some_and(|name| name.to_ascii_lowercase().contains(part))
    };
    let has_class = |(value, part): &(f64, &str)| {
        asset.classes.iter().any(|class| has(*value, part, class.value, &class.name))
    };
    let has_bits = |(offset, part): &(f64, &str)| {
        asset.bit_fields.iter().any(|bits| has(*offset, part, bits.value, &bits.name))
    };
    if SCL_CLASSES.iter().all(has_class) {
        Some(MaskKind::Scl)
    } else if QA_PIXEL_BITS.iter().all(has_bits) {
        Some(MaskKind::QaPixel)
    } else {
        FMASK_BITS.iter().all(has_bits).then_some(MaskKind::Fmask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn kind(key: &str, href: &str, more: &str) -> Option<MaskKind> {
        let asset = serde_json::from_str(&format!(r#"{{"href":"{href}"{more}}}"#)).unwrap();
        mask_kind(key, &asset)
    }

    #[test]
    fn a_mask_is_recognised_by_key_file_name_or_described_values() {
        use MaskKind::{Fmask, QaPixel, Scl};
        assert_eq!(kind("SCL_20m", "a.tif", ""), Some(Scl));
        assert_eq!(kind("scl", "SCL.tif", ""), Some(Scl));
        assert_eq!(
            kind("mask", "https://x/T10SGD_20250617T184919_SCL_20m.tif?sig=a/b", ""),
            Some(Scl)
        );
        assert_eq!(kind("QA_PIXEL", "a.tif", ""), Some(QaPixel));
        assert_eq!(kind("qa", "LC09_L2SP_042035_QA_PIXEL.TIF", ""), Some(QaPixel));
        assert_eq!(kind("FMASK", "a.tif", ""), Some(Fmask));
        assert_eq!(kind("quality", "HLS.S30.T10SGD.v2.0.Fmask.tif", ""), Some(Fmask));
        let classes = r#","classification:classes":[{"value":3,"name":"cloud_shadows"},
            {"value":4,"name":"vegetation"},{"value":9,"name":"cloud_high_probability"}]"#;
        assert_eq!(kind("classes", "a.tif", classes), Some(Scl));
        let bits = r#","classification:bitfields":[{"offset":0,"name":"fill"},
            {"offset":3,"name":"cloud"},{"offset":5,"name":"snow"}]"#;
        assert_eq!(kind("qa", "a.tif", bits), Some(QaPixel));
        let bits = r#","classification:bitfields":[{"offset":1,"name":"cloud"},
            {"offset":3,"name":"cloud_shadow"},{"offset":4,"name":"snow_ice"}]"#;
        assert_eq!(kind("qa", "a.tif", bits), Some(Fmask));
        let title = |title: &str| kind("mask", "a.tif", &format!(r#","title":"{title}""#));
        assert_eq!(title("Scene classfication map (SCL)"), Some(Scl));
        assert_eq!(title("Scene Classification"), Some(Scl));
        assert_eq!(title("Cloud Probabilities"), None);
        assert_eq!(title("Pixel Quality Assessment Band"), Some(QaPixel));
        assert_eq!(title("Quality (Fmask)"), Some(Fmask));
    }

    #[test]
    fn other_files_are_no_masks() {
        for (key, href) in [
            ("nir08", "B8A.tif"),
            ("thumbnail", "preview.jpg"),
            ("scl-jp2", "SCL.jp2"),
            ("muscle", "a.tif"),
            ("snow", "SNW_20m.tif"),
            ("qa_radsat", "QA_RADSAT.TIF"),
            ("cloud", "CLD_20m.tif"),
        ] {
            assert_eq!(kind(key, href, ""), None, "{key} {href}");
        }
    }
}
