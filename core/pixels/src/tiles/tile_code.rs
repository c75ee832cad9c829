//! The values of a tile: dNBR in steps of 0.01 as palette indices 1 to 250, and codes for empty
//! cells.

use crate::geo::cell::Empty;
use crate::severity::classes::{Breaks, Severity};
use crate::severity::palette::{Palette, Rgb};

/// The lowest threshold, in hundredths: index 1 is everything below it.
const LOWEST: i32 = -126;
/// The highest threshold, in hundredths: index 250 is everything from it on.
const HIGHEST: i32 = 122;
/// The highest index that stands for a value.
pub const LAST_VALUE_INDEX: u8 = 250;

/// The palette index of a dNBR: 1 + the number of k in −126…122 with dNBR ≥ k / 100.
///
/// Compared with the thresholds themselves, which are the very literals of the classes: a floor
/// would misplace values next to a break. `None` for a hole.
///
/// ```
/// use dragonfly_pixels::{dnbr_from_index, index_from_dnbr};
///
/// assert_eq!(index_from_dnbr(-1.5), Some(1));
/// assert_eq!(index_from_dnbr(1.5), Some(250));
/// assert_eq!(index_from_dnbr(f32::NAN), None);
/// let index = index_from_dnbr(0.271).expect("a value");
/// assert_eq!(dnbr_from_index(index), Some(0.275)); // The middle of 0.27 to 0.28.
/// ```
#[inline]
pub fn index_from_dnbr(dnbr: f32) -> Option<u8> {
    // Adding and subtracting it rounds a number of this size to the nearest whole one.
    const ROUNDING: f32 = 12_582_912.0;
    const BEFORE_LOWEST: f32 = (LOWEST - 1) as f32;
    let hundredths = (dnbr * 100.0).clamp(BEFORE_LOWEST - 1.0, (HIGHEST + 2) as f32);
    // The product may be rounded, by far less than the half by which all other thresholds differ:
    // the comparison with the nearest one states whether it is passed.
    let nearest = hundredths + ROUNDING - ROUNDING;
    let passed = if dnbr >= nearest / 100.0 { nearest } else { nearest - 1.0 };
    // Without a branch, so that processors take several cells at once.
    let index = (passed - BEFORE_LOWEST).clamp(0.0, (HIGHEST - LOWEST + 1) as f32) as u8 + 1;
    (!dnbr.is_nan()).then_some(index)
}

/// The dNBR in the middle of an index, right to ± 0.005; `None` where the index is no value's.
/// The open ends give −1.265 (below −1.26) and 1.225 (1.22 and more).
pub fn dnbr_from_index(index: u8) -> Option<f32> {
    (1..=LAST_VALUE_INDEX)
        .contains(&index)
        .then(|| (2 * (i32::from(index) + LOWEST) - 3) as f32 / 200.0)
}

/// The class of an index, which is the class of every dNBR behind it.
pub fn class_from_index(index: u8, breaks: &Breaks) -> Option<Severity> {
    match index {
        0 => None,
        1 => breaks.classify(f32::NEG_INFINITY),
        2..=LAST_VALUE_INDEX => breaks.classify(threshold(i32::from(index) + LOWEST - 2)),
        _ => None,
    }
}

/// Red, green, blue, opacity of every palette index: the classes painted, unburned and empty clear.
pub fn colours(palette: Palette, breaks: &Breaks) -> [[u8; 4]; 256] {
    let mut table = [[0; 4]; 256];
    for (index, entry) in table.iter_mut().enumerate() {
        *entry = match class_from_index(index as u8, breaks) {
            Some(class) => painted(palette.colour(class), class != Severity::Unburned),
            None => [0; 4],
        };
    }
    table
}

/// The palette index of a cell.
pub fn index_from_cell(cell: Result<f32, Empty>) -> u8 {
    match cell {
        Ok(dnbr) => index_from_dnbr(dnbr).unwrap_or(Empty::NoData.code()),
        Err(reason) => reason.code(),
    }
}

fn threshold(hundredths: i32) -> f32 {
    hundredths as f32 / 100.0
}

fn painted([red, green, blue]: Rgb, visible: bool) -> [u8; 4] {
    [red, green, blue, if visible { 255 } else { 0 }]
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// The definition, without a shortcut.
    fn by_definition(dnbr: f32) -> u8 {
        1 + (LOWEST..=HIGHEST).filter(|k| dnbr >= *k as f32 / 100.0).count() as u8
    }

    fn check(dnbr: f32) {
        let index = index_from_dnbr(dnbr).unwrap();
        assert_eq!(index, by_definition(dnbr), "{dnbr}");
        assert_eq!(class_from_index(index, &Breaks::USGS), Breaks::USGS.classify(dnbr), "{dnbr}");
    }

    #[test]
    fn every_threshold_and_its_neighbours_have_the_index_of_the_definition() {
        for k in -300..=300 {
            let value = k as f32 / 100.0;
            check(value);
            check(value.next_up());
            check(value.next_down());
            check(value + 0.005);
        }
        for value in
            [f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE, -0.0, 0.0, f32::MAX, f32::MIN]
        {
            check(value);
        }
    }

    #[test]
    fn the_middle_of_an_index_leads_back_to_it() {
        for index in 1..=LAST_VALUE_INDEX {
            let middle = dnbr_from_index(index).unwrap();
            assert_eq!(index_from_dnbr(middle), Some(index));
        }
        assert_eq!(dnbr_from_index(1), Some(-1.265));
        assert_eq!(dnbr_from_index(250), Some(1.225));
        assert_eq!(dnbr_from_index(index_from_dnbr(0.0).unwrap()), Some(0.005));
    }

    #[test]
    fn empty_cells_have_no_value_and_no_class() {
        assert_eq!(index_from_dnbr(f32::NAN), None);
        for reason in Empty::ALL {
            let index = index_from_cell(Err(reason));
            assert_eq!(dnbr_from_index(index), None);
            assert_eq!(class_from_index(index, &Breaks::USGS), None);
        }
    }

    #[test]
    fn unburned_and_empty_are_transparent_and_the_rest_opaque() {
        let table = colours(Palette::default(), &Breaks::USGS);
        for (index, [red, green, blue, opacity]) in table.into_iter().enumerate() {
            let class = class_from_index(index as u8, &Breaks::USGS);
            assert_eq!(
                opacity == 255,
                class.is_some_and(|class| class != Severity::Unburned),
                "{index}"
            );
            if let Some(class) = class {
                assert_eq!([red, green, blue], Palette::default().colour(class));
            }
        }
    }
}
