//! The colours of the classes on the map's ground.

use dragonfly_core::{Palette, Rgb, Severity};

/// Unburned ground in the colour-blind-safe palette, whose own colour for it is that of the land:
/// three times as light or as dark as the land of either colour scheme.
const UNBURNED: Rgb = [0x85, 0x8c, 0x84];

/// Ground that changed like a burn where no fire was seen.
pub const CHANGE_COLOUR: Rgb = [0x9a, 0x9a, 0x9a];

/// The colour of a class on the map and in the legend.
pub fn map_colour(palette: Palette, class: Severity) -> Rgb {
    match (palette, class) {
        (Palette::ColourBlindSafe, Severity::Unburned) => UNBURNED,
        _ => palette.colour(class),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: Rgb) -> f64 {
        let [red, green, blue] = colour.map(|byte| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn unburned_ground_differs_from_the_land_in_light_and_dark() {
        let lands: Vec<Rgb> = include_str!("../../style.css")
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--map-land: #"))
            .map(|hex| {
                let rgb = u32::from_str_radix(hex.trim_end_matches(';'), 16).unwrap();
                [16, 8, 0].map(|shift| (rgb >> shift) as u8)
            })
            .collect();
        assert_eq!(lands.len(), 2);
        for land in lands {
            let contrast = contrast(map_colour(Palette::default(), Severity::Unburned), land);
            assert!(contrast >= 3.0, "{contrast:.2} on {land:?}");
        }
    }

    #[test]
    fn the_other_classes_have_the_colours_of_their_palette() {
        for palette in Palette::ALL {
            for class in Severity::ALL.into_iter().filter(|class| *class != Severity::Unburned) {
                assert_eq!(map_colour(palette, class), palette.colour(class));
            }
        }
    }
}
