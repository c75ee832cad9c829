//! The masks that come with scenes: which of their classes and bits hide the ground.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use super::PixelQuality;
use crate::sensor::reflectance::SIGNED_FILL_DN;

/// How a mask asset encodes the quality of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MaskKind {
    /// Sentinel-2's scene classification: a class.
    Scl,
    /// The same of a scene from processing baseline 04.00 on, in which class 2 is the shadow of
    /// terrain and no longer all dark ground.
    SclSince0400,
    /// Landsat's QA_PIXEL: bits.
    QaPixel,
    /// Fmask of HLS: bits.
    Fmask,
    /// Landsat's SR_QA_AEROSOL, read beside QA_PIXEL: bits.
    QaAerosol,
    /// SR_ATMOS_OPACITY of Landsat 4 to 7, read beside QA_PIXEL: opacity in thousandths.
    AtmosOpacity,
}

impl MaskKind {
    /// Every kind of asset that is a mask by itself. Which SCL it is depends on the scene.
    pub const ALL: [Self; 3] = [Self::Scl, Self::QaPixel, Self::Fmask];
    /// Kinds that state haze, beside another mask.
    pub const HAZE: [Self; 2] = [Self::QaAerosol, Self::AtmosOpacity];

    /// The value of a pixel without data.
    pub fn fill_value(self) -> u16 {
        match self {
            Self::Scl | Self::SclSince0400 => 0,
            Self::QaPixel | Self::QaAerosol => 1,
            Self::Fmask => 255,
            Self::AtmosOpacity => SIGNED_FILL_DN,
        }
    }
}

/// A class, or a bit, that may hide the ground.
struct Hides {
    number: u8,
    name: &'static str,
    quality: PixelQuality,
}

const fn hides(number: u8, name: &'static str, quality: PixelQuality) -> Hides {
    Hides { number, name, quality }
}

/// What each kind can mask, that of the quality which wins first. Water and clear land are not
/// among them.
const SCL: [Hides; 9] = [
    hides(0, "no data", PixelQuality::NoData),
    hides(1, "saturated or defective", PixelQuality::NoData),
    hides(2, "dark", PixelQuality::Shadow),
    hides(3, "cloud shadow", PixelQuality::Shadow),
    hides(7, "unclassified", PixelQuality::NoData),
    hides(8, "cloud, medium probability", PixelQuality::Cloud),
    hides(9, "cloud, high probability", PixelQuality::Cloud),
    hides(10, "thin cirrus", PixelQuality::Cloud),
    hides(11, "snow", PixelQuality::Snow),
];
/// The same from processing baseline 04.00 on.
const SCL_SINCE_04_00: [Hides; 9] = {
    let mut classes = SCL;
    classes[2] = hides(2, "shadow of terrain", PixelQuality::Shadow);
    classes
};
const QA_PIXEL: [Hides; 6] = [
    hides(0, "fill", PixelQuality::NoData),
    hides(1, "dilated cloud", PixelQuality::Cloud),
    hides(2, "cirrus", PixelQuality::Cloud),
    hides(3, "cloud", PixelQuality::Cloud),
    hides(4, "cloud shadow", PixelQuality::Shadow),
    hides(5, "snow", PixelQuality::Snow),
];
const FMASK: [Hides; 5] = [
    hides(1, "cloud", PixelQuality::Cloud),
    hides(2, "adjacent to cloud or shadow", PixelQuality::Cloud),
    hides(3, "cloud shadow", PixelQuality::Shadow),
    hides(4, "snow", PixelQuality::Snow),
    hides(FMASK_AEROSOL, "high aerosol (bits 6 and 7)", PixelQuality::Cloud),
];
/// The lower of the two bits of Fmask that hold the aerosol level; 3 is high, as under smoke.
const FMASK_AEROSOL: u8 = 6;
const FMASK_HIGH_AEROSOL: u8 = 0b11 << FMASK_AEROSOL;
const QA_AEROSOL: [Hides; 1] =
    [hides(6, "high aerosol (bits 6 and 7), not over water", PixelQuality::Cloud)];
const ATMOS_OPACITY: [Hides; 1] = [hides(6, "above 0.3, not over water", PixelQuality::Cloud)];
/// What [`SnowLimits`](crate::SnowLimits) hide beside a mask.
const SNOW_BY_BANDS: &str = "; snow also where NIR and NBR are 0.6 and more";
const SCL_WATER: u8 = 6;
/// The bit of a value of QA_PIXEL that marks haze once it was read: that of clear ground, which no
/// other part of the map depends on.
pub(super) const HAZE_MARK: u16 = 1 << 6;

const QA_PIXEL_WATER: u8 = 7;
const FMASK_WATER: u8 = 5;
const FMASK_FILL: u8 = 255;

impl MaskKind {
    fn name(self) -> &'static str {
        match self {
            Self::Scl => "SCL",
            Self::SclSince0400 => "SCL (baseline 04.00 on)",
            Self::QaPixel => "QA_PIXEL",
            Self::Fmask => "Fmask",
            Self::QaAerosol => "SR_QA_AEROSOL",
            Self::AtmosOpacity => "SR_ATMOS_OPACITY",
        }
    }

    fn hides(self) -> &'static [Hides] {
        match self {
            Self::Scl => &SCL,
            Self::SclSince0400 => &SCL_SINCE_04_00,
            Self::QaPixel => &QA_PIXEL,
            Self::Fmask => &FMASK,
            Self::QaAerosol => &QA_AEROSOL,
            Self::AtmosOpacity => &ATMOS_OPACITY,
        }
    }

    /// Words for its numbers.
    fn unit(self) -> &'static str {
        match self {
            Self::Scl | Self::SclSince0400 => "classes",
            Self::QaPixel | Self::Fmask | Self::QaAerosol => "bits",
            Self::AtmosOpacity => "levels",
        }
    }
}

/// Which classes of SCL and which bits of QA_PIXEL and Fmask hide the ground. Fill always does,
/// water never.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Masks {
    /// Classes of SCL. Dark ground (2) and unclassified (7) stay clear by default: fresh burns land
    /// there.
    #[serde(deserialize_with = "scl")]
    pub scl: Vec<u8>,
    /// Classes of SCL that hide the ground beside those in scenes from processing baseline 04.00 on,
    /// in which 2 is the shadow of terrain.
    #[serde(deserialize_with = "scl", skip_serializing_if = "is_terrain_shadow")]
    pub scl_since_04_00: Vec<u8>,
    /// Bits of QA_PIXEL.
    #[serde(deserialize_with = "qa_pixel")]
    pub qa_pixel: Vec<u8>,
    /// Bits of Fmask; 6 stands for a high aerosol level.
    #[serde(deserialize_with = "fmask")]
    pub fmask: Vec<u8>,
    /// Of SR_QA_AEROSOL, 6 for a high aerosol level. The same hides an opacity above 0.3 where
    /// Landsat 4 to 7 state that instead.
    #[serde(deserialize_with = "qa_aerosol", skip_serializing_if = "is_high_aerosol")]
    pub qa_aerosol: Vec<u8>,
}

impl Default for Masks {
    fn default() -> Self {
        Self {
            scl: vec![0, 1, 3, 8, 9, 10, 11],
            scl_since_04_00: TERRAIN_SHADOW.to_vec(),
            qa_pixel: vec![0, 1, 2, 3, 4, 5],
            fmask: vec![1, 2, 3, 4, FMASK_AEROSOL],
            qa_aerosol: HIGH_AEROSOL.to_vec(),
        }
    }
}

/// What of SR_QA_AEROSOL hides the ground.
const HIGH_AEROSOL: [u8; 1] = [6];

fn is_high_aerosol(bits: &[u8]) -> bool {
    bits == HIGH_AEROSOL
}

/// The class of SCL that is the shadow of terrain from processing baseline 04.00 on.
const TERRAIN_SHADOW: [u8; 1] = [2];

fn is_terrain_shadow(classes: &[u8]) -> bool {
    classes == TERRAIN_SHADOW
}

fn scl<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    checked(from, MaskKind::Scl)
}

fn qa_pixel<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    checked(from, MaskKind::QaPixel)
}

fn fmask<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    checked(from, MaskKind::Fmask)
}

fn qa_aerosol<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    checked(from, MaskKind::QaAerosol)
}

fn checked<'de, D: Deserializer<'de>>(from: D, kind: MaskKind) -> Result<Vec<u8>, D::Error> {
    let numbers = Vec::<u8>::deserialize(from)?;
    match numbers.iter().find(|number| kind.hides().iter().all(|hides| hides.number != **number)) {
        None => Ok(numbers),
        Some(odd) => {
            let known: Vec<String> = kind
                .hides()
                .iter()
                .map(|hides| format!("{} {}", hides.number, hides.name))
                .collect();
            Err(serde::de::Error::custom(format!(
                "{odd} cannot be masked: the {} of {} that can are {}",
                kind.unit(),
                kind.name(),
                known.join("; ")
            )))
        }
    }
}

impl Masks {
    fn hides(&self, kind: MaskKind, number: u8) -> bool {
        match kind {
            MaskKind::Scl => self.scl.contains(&number),
            MaskKind::SclSince0400 => {
                self.scl.contains(&number) || self.scl_since_04_00.contains(&number)
            }
            MaskKind::QaPixel => self.qa_pixel.contains(&number),
            MaskKind::Fmask => self.fmask.contains(&number),
            MaskKind::QaAerosol | MaskKind::AtmosOpacity => self.qa_aerosol.contains(&number),
        }
    }

    /// What is masked of a kind: `SCL: 3 cloud shadow, 11 snow masked; 6 water by the pre side`.
    pub fn describe(&self, kind: MaskKind) -> String {
        let masked: Vec<String> =
            self.hiding(kind).map(|hides| format!("{} {}", hides.number, hides.name)).collect();
        let masked = masked.join("; ");
        let water = water(kind).map(|water| format!("; {water} water by the pre side"));
        let water = water.unwrap_or_default();
        match kind {
            MaskKind::AtmosOpacity => format!("{}: {masked} masked", kind.name()),
            _ => format!("{} {}: {masked} masked{water}", kind.name(), kind.unit()),
        }
    }

    /// What is masked of a map made with these kinds, and how far clouds reach.
    pub fn describe_map(&self, kinds: &BTreeSet<MaskKind>, cloud_buffer_m: f32) -> String {
        if kinds.is_empty() {
            return "no mask asset: every pixel with data counts as clear".to_owned();
        }
        let hides_ground = |kind: &&MaskKind| self.hiding(**kind).next().is_some();
        let is_described = |kind: &&MaskKind| !MaskKind::HAZE.contains(*kind) || hides_ground(kind);
        let hides_snow =
            |kind: &MaskKind| self.hiding(*kind).any(|hides| hides.quality == PixelQuality::Snow);
        let snow = if kinds.iter().any(hides_snow) { SNOW_BY_BANDS } else { "" };
        let kinds = kinds.iter().filter(is_described);
        let kinds: Vec<String> = kinds.map(|kind| self.describe(*kind)).collect();
        let kinds = kinds.join("; ");
        format!("{kinds}{snow}; cloud, shadow and snow widened by {cloud_buffer_m} m")
    }

    fn hiding(&self, kind: MaskKind) -> impl Iterator<Item = &'static Hides> {
        kind.hides().iter().filter(move |hides| self.hides(kind, hides.number))
    }
}

fn water(kind: MaskKind) -> Option<u8> {
    match kind {
        MaskKind::Scl | MaskKind::SclSince0400 => Some(SCL_WATER),
        MaskKind::QaPixel => Some(QA_PIXEL_WATER),
        MaskKind::Fmask => Some(FMASK_WATER),
        MaskKind::QaAerosol | MaskKind::AtmosOpacity => None,
    }
}

/// The quality of every value of a mask.
#[derive(Clone, Debug)]
pub struct QualityTable {
    of_byte: [PixelQuality; 256],
    /// Larger values hold no data.
    max_value: u16,
}

impl QualityTable {
    /// The table of a kind of mask.
    pub fn new(kind: MaskKind, masks: &Masks) -> Self {
        let mut of_byte = [PixelQuality::Clear; 256];
        for (value, quality) in (0..=u8::MAX).zip(&mut of_byte) {
            *quality = quality_of(kind, masks, value);
        }
        // All bits of QA_PIXEL that count lie in its lower byte.
        Self { of_byte, max_value: u16::MAX }
    }

    /// The same for a mask beside which another kind of file states haze, of values that
    /// [`mark_haze`](super::mark_haze) has marked.
    pub fn with_haze(mut self, haze: MaskKind, masks: &Masks) -> Self {
        let hides_haze = masks.hiding(haze).next().is_some();
        let marked = (0..=u8::MAX).zip(&mut self.of_byte);
        let marked = marked.filter(|(value, _)| u16::from(*value) & HAZE_MARK != 0);
        for (_, quality) in marked.filter(|_| hides_haze) {
            // Over water the level is unreliable, and no severity depends on it.
            if !matches!(quality, PixelQuality::NoData | PixelQuality::Water) {
                *quality = PixelQuality::Cloud;
            }
        }
        self
    }

    /// Whether snow of the mask is hidden.
    pub(crate) fn hides_snow(&self) -> bool {
        self.of_byte.contains(&PixelQuality::Snow)
    }

    /// The table of a mask with values of its own: each pair is one of them and the value that means
    /// the same in masks of this table. Values that are not among them hold no data.
    pub fn translated(&self, pairs: &[(u8, u8)]) -> Self {
        let mut of_byte = [PixelQuality::NoData; 256];
        for (own, usual) in pairs {
            of_byte[usize::from(*own)] = self.quality(u16::from(*usual));
        }
        Self { of_byte, max_value: u8::MAX.into() }
    }

    /// The quality of one pixel. All bits of QA_PIXEL that count lie in its lower byte.
    #[inline]
    pub fn quality(&self, value: u16) -> PixelQuality {
        if value > self.max_value {
            return PixelQuality::NoData;
        }
        self.of_byte[usize::from(value as u8)]
    }
}

fn quality_of(kind: MaskKind, masks: &Masks, value: u8) -> PixelQuality {
    let is_set = |number: u8| match kind {
        MaskKind::Scl | MaskKind::SclSince0400 => value == number,
        // Over water the level is unreliable, and no severity depends on it.
        MaskKind::Fmask if number == FMASK_AEROSOL => {
            value & FMASK_HIGH_AEROSOL == FMASK_HIGH_AEROSOL && value & (1 << FMASK_WATER) == 0
        }
        MaskKind::QaPixel | MaskKind::Fmask => value & (1 << number) != 0,
        MaskKind::QaAerosol | MaskKind::AtmosOpacity => false,
    };
    let is_fill = match kind {
        // Values that no class has were not classified from data either.
        MaskKind::Scl | MaskKind::SclSince0400 => value == 0 || value > 11,
        MaskKind::QaPixel => is_set(0),
        MaskKind::Fmask => value == FMASK_FILL,
        MaskKind::QaAerosol | MaskKind::AtmosOpacity => false,
    };
    if is_fill {
        return PixelQuality::NoData;
    }
    let hidden = masks.hiding(kind).filter(|hides| is_set(hides.number)).map(|hides| hides.quality);
    // A pixel may have several bits: cloud wins over shadow, shadow over snow.
    let first =
        [PixelQuality::NoData, PixelQuality::Cloud, PixelQuality::Shadow, PixelQuality::Snow];
    hidden.min_by_key(|quality| first.iter().position(|other| other == quality)).unwrap_or(
        match water(kind) {
            Some(water) if is_set(water) => PixelQuality::Water,
            _ => PixelQuality::Clear,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn check(kind: MaskKind, value: u16, quality: PixelQuality) {
        assert_eq!(
            QualityTable::new(kind, &Masks::default()).quality(value),
            quality,
            "{kind:?} {value:#b}"
        );
    }

    #[test]
    fn fresh_burns_stay_clear_and_clouds_do_not() {
        for (scl, quality) in [
            (0, PixelQuality::NoData),
            (1, PixelQuality::NoData),
            (2, PixelQuality::Clear),
            (3, PixelQuality::Shadow),
            (4, PixelQuality::Clear),
            (5, PixelQuality::Clear),
            (6, PixelQuality::Water),
            (7, PixelQuality::Clear),
            (8, PixelQuality::Cloud),
            (9, PixelQuality::Cloud),
            (10, PixelQuality::Cloud),
            (11, PixelQuality::Snow),
            (12, PixelQuality::NoData),
            (255, PixelQuality::NoData),
        ] {
            check(MaskKind::Scl, scl, quality);
            let since = if scl == 2 { PixelQuality::Shadow } else { quality };
            check(MaskKind::SclSince0400, scl, since);
        }
    }

    #[test]
    fn the_shadow_of_terrain_can_stay_clear() {
        let masks: Masks = serde_json::from_str(r#"{"scl_since_04_00":[]}"#).unwrap();
        let table = QualityTable::new(MaskKind::SclSince0400, &masks);
        assert_eq!(table.quality(2), PixelQuality::Clear);
        // A page of an older version knows no such key: it is sent only where it is set.
        let written = serde_json::to_string(&Masks::default()).unwrap();
        assert!(!written.contains("since"), "{written}");
        assert_eq!(serde_json::from_str::<Masks>(&written).unwrap(), Masks::default());
        let written = serde_json::to_string(&masks).unwrap();
        assert_eq!(serde_json::from_str::<Masks>(&written).unwrap(), masks);
    }

    /// Values that USGS explains in its guide to Landsat 8 and 9 Collection 2 Level 2, LSDS-1619.
    #[test]
    fn qa_pixel_is_read_by_its_bits() {
        check(MaskKind::QaPixel, 1, PixelQuality::NoData);
        check(MaskKind::QaPixel, 21_824, PixelQuality::Clear);
        check(MaskKind::QaPixel, 21_888, PixelQuality::Water);
        check(MaskKind::QaPixel, 21_952, PixelQuality::Water);
        check(MaskKind::QaPixel, 22_280, PixelQuality::Cloud);
        check(MaskKind::QaPixel, 23_888, PixelQuality::Shadow);
        check(MaskKind::QaPixel, 30_048, PixelQuality::Snow);
        check(MaskKind::QaPixel, 54_596, PixelQuality::Cloud);
        check(MaskKind::QaPixel, 21_826, PixelQuality::Cloud);
        check(MaskKind::QaPixel, 1 << 3 | 1 << 4 | 1 << 7, PixelQuality::Cloud);
        check(MaskKind::QaPixel, 1 << 4 | 1 << 5 | 1 << 7, PixelQuality::Shadow);
    }

    /// After the HLS User Guide, version 2: bits 6 and 7 hold the aerosol level.
    #[test]
    fn fmask_is_read_by_its_bits() {
        check(MaskKind::Fmask, 255, PixelQuality::NoData);
        check(MaskKind::Fmask, 0b1000_0000, PixelQuality::Clear);
        check(MaskKind::Fmask, 0b0110_0000, PixelQuality::Water);
        check(MaskKind::Fmask, 0b1100_0000, PixelQuality::Cloud);
        check(MaskKind::Fmask, 0b1110_0000, PixelQuality::Water);
        check(MaskKind::Fmask, 0b0100_0010, PixelQuality::Cloud);
        check(MaskKind::Fmask, 0b0100_0100, PixelQuality::Cloud);
        check(MaskKind::Fmask, 0b0010_1000, PixelQuality::Shadow);
        check(MaskKind::Fmask, 0b0001_0000, PixelQuality::Snow);
        check(MaskKind::Fmask, 0b0000_0001, PixelQuality::Clear);
    }

    #[test]
    fn what_is_not_listed_is_clear_but_fill_stays_fill() {
        let none = Masks {
            scl: vec![],
            scl_since_04_00: vec![],
            qa_pixel: vec![],
            fmask: vec![],
            ..Masks::default()
        };
        assert_eq!(QualityTable::new(MaskKind::Scl, &none).quality(9), PixelQuality::Clear);
        assert_eq!(
            QualityTable::new(MaskKind::QaPixel, &none).quality(22_280),
            PixelQuality::Clear
        );
        for (kind, fill) in [(MaskKind::Scl, 0), (MaskKind::QaPixel, 1), (MaskKind::Fmask, 255)] {
            assert_eq!(QualityTable::new(kind, &none).quality(fill), PixelQuality::NoData);
        }
        let dark = Masks { scl: vec![2, 7], ..none };
        assert_eq!(
            [2, 7].map(|scl| QualityTable::new(MaskKind::Scl, &dark).quality(scl)),
            [PixelQuality::Shadow, PixelQuality::NoData]
        );
    }

    fn refused(masks: &str) -> String {
        serde_json::from_str::<Masks>(masks).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_masked_is_named_beside_what_can() {
        let message = refused(r#"{"scl":[0,6]}"#);
        assert!(
            message.contains("6 cannot be masked") && message.contains("classes of SCL"),
            "{message}"
        );
        assert!(message.contains("3 cloud shadow"), "{message}");
        assert!(refused(r#"{"qa_pixel":[7]}"#).contains("bits of QA_PIXEL"));
        assert!(refused(r#"{"fmask":[0]}"#).contains("bits of Fmask"));
        assert!(refused(r#"{"cloud":[1]}"#).contains("cloud"));
        assert_eq!(serde_json::from_str::<Masks>("{}").unwrap(), Masks::default());
    }

    #[test]
    fn the_words_name_each_class_and_bit() {
        let words = Masks { scl: vec![3, 11], ..Masks::default() }.describe(MaskKind::Scl);
        assert_eq!(words, "SCL classes: 3 cloud shadow; 11 snow masked; 6 water by the pre side");
    }

    proptest! {
           #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

           #[test]
           fn water_and_clear_land_are_never_masked(
               scl in proptest::sample::subsequence(SCL.map(|hides| hides.number).to_vec(), 0..=SCL.len()),
               qa_pixel in proptest::sample::subsequence(vec![0u8, 1, 2, 3, 4, 5], 0..=6),
               fmask in proptest::sample::subsequence(vec![1u8, 2, 3, 4, 6], 0..=5),
               upper_byte in 0..=255u16,
           ) {
               let masks = Masks {
    scl_since_04_00: scl.clone(), scl, qa_pixel, fmask, ..Masks::default() };
               let scl = QualityTable::new(MaskKind::Scl, &masks);
               prop_assert_eq!([4, 5, 6].map(|class| scl.quality(class)), [PixelQuality::Clear, PixelQuality::Clear, PixelQuality::Water]);
               let qa_pixel = QualityTable::new(MaskKind::QaPixel, &masks);
               let [clear, water] = [1 << 6, 1 << 7].map(|bits| qa_pixel.quality(upper_byte << 8 | bits));
               prop_assert_eq!([clear, water], [PixelQuality::Clear, PixelQuality::Water]);
               let fmask = QualityTable::new(MaskKind::Fmask, &masks);
               // The level below high.
               let aerosol = upper_byte & 0b1000_0000;
               prop_assert_eq!([fmask.quality(aerosol), fmask.quality(aerosol | 1 << 5)], [PixelQuality::Clear, PixelQuality::Water]);
           }
       }
}
