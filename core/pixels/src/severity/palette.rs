//! The colours of the classes.

use serde::{Deserialize, Serialize};

use crate::severity::classes::Severity;

/// A set of colours for the seven classes.
///
/// The default is the colour-blind-safe one: nearly every palette in use pairs green with red,
/// which one man in twelve cannot distinguish, and its colours darken as severity grows, so that a
/// map printed in grey still reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Palette {
    /// Yellow to dark red for burnt ground, blue for regrowth; distinguished by every kind of eye.
    #[default]
    ColourBlindSafe,
    /// The palette of UN-SPIDER's recommended practice, the one most often met.
    Customary,
    /// The palette of MTBS. Its five classes stand for our seven, so two pairs share a colour.
    Mtbs,
}

/// Red, green, blue.
pub type Rgb = [u8; 3];

impl Palette {
    /// All palettes, the default first.
    pub const ALL: [Self; 3] = [Self::ColourBlindSafe, Self::Customary, Self::Mtbs];

    /// The colour of a class.
    pub fn colour(self, class: Severity) -> Rgb {
        self.colours()[class.index()]
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::ColourBlindSafe => "Colour-blind safe",
            Self::Customary => "Customary (UN-SPIDER)",
            Self::Mtbs => "MTBS-like",
        }
    }

    fn colours(self) -> [Rgb; 7] {
        match self {
            Self::ColourBlindSafe => [
                [0x1f, 0x5a, 0xa6],
                [0x8a, 0xbb, 0xe3],
                [0xec, 0xea, 0xe4],
                [0xfd, 0xe2, 0x6b],
                [0xf5, 0x97, 0x33],
                [0xcf, 0x40, 0x20],
                [0x5c, 0x0a, 0x2a],
            ],
            Self::Customary => [
                [0x7a, 0x87, 0x37],
                [0xac, 0xbe, 0x4d],
                [0x0a, 0xe0, 0x42],
                [0xff, 0xf7, 0x0b],
                [0xff, 0xaf, 0x38],
                [0xff, 0x64, 0x1b],
                [0xa4, 0x1f, 0xd6],
            ],
            // MTBS has one class of greenness and one of moderate severity: the weaker of two has a
            // paler colour.
            Self::Mtbs => [
                [0x7f, 0xff, 0x00],
                [0xc4, 0xff, 0x85],
                [0x00, 0x64, 0x00],
                [0x7f, 0xff, 0xd4],
                [0xff, 0xff, 0x9e],
                [0xff, 0xff, 0x00],
                [0xff, 0x00, 0x00],
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Full protanopia, deuteranopia and tritanopia on linear RGB: Machado, Oliveira & Fernandes
    /// (2009), severity 1.0.
    const EYES: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ];

    #[expect(clippy::disallowed_methods, reason = "colour science in a test, not a pixel of a map")]
    fn lab(colour: Rgb, eye: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = colour.map(|byte| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        let [r, g, b] = eye.map(|row| row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]);
        let xyz = [
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
        ]
        .map(|value| if value > 0.008856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 });
        [116.0 * xyz[1] - 16.0, 500.0 * (xyz[0] - xyz[1]), 200.0 * (xyz[1] - xyz[2])]
    }

    fn min_difference(palette: Palette, eyes: &[[[f64; 3]; 3]]) -> f64 {
        let mut least = f64::INFINITY;
        for eye in eyes {
            for (index, one) in Severity::ALL.into_iter().enumerate() {
                for other in Severity::ALL.into_iter().skip(index + 1) {
                    let (a, b) = (lab(palette.colour(one), eye), lab(palette.colour(other), eye));
                    let squares: f64 = (0..3).map(|k| (a[k] - b[k]) * (a[k] - b[k])).sum();
                    least = least.min(squares.sqrt());
                }
            }
        }
        least
    }

    #[test]
    fn every_kind_of_eye_tells_the_safe_colours_apart() {
        // A difference of 2.3 is just noticeable; 15 is obvious at a glance.
        let safe = min_difference(Palette::ColourBlindSafe, &EYES);
        assert!(safe > 15.0, "least difference {safe:.1}");
        assert!(min_difference(Palette::Customary, &EYES) < safe);
    }

    #[test]
    fn no_two_classes_of_a_palette_look_alike() {
        for palette in Palette::ALL {
            let least = min_difference(palette, &EYES[..1]);
            assert!(least > 15.0, "{palette:?}: {least:.1}");
        }
    }

    #[test]
    fn the_safe_colours_darken_as_severity_grows() {
        let lightness: Vec<f64> = Severity::ALL[2..]
            .iter()
            .map(|class| lab(Palette::ColourBlindSafe.colour(*class), &EYES[0])[0])
            .collect();
        assert!(lightness.windows(2).all(|pair| pair[0] > pair[1] + 2.0), "{lightness:?}");
    }

    #[test]
    fn the_customary_colours_are_those_of_un_spider() {
        assert_eq!(Palette::Customary.colour(Severity::Unburned), [0x0a, 0xe0, 0x42]);
        assert_eq!(Palette::Customary.colour(Severity::High), [0xa4, 0x1f, 0xd6]);
    }
}
