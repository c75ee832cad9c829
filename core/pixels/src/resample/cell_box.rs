//! The box of a cell over the pixels of a window.

use std::ops::Range;

use crate::resample::lattice::CellFootprint;
use crate::resample::scene_window::SceneWindow;

/// Parts of a pixel to which the edges of a cell's box are rounded.
pub(crate) const PARTS: i64 = 16;

/// A cell's box, which may reach beyond the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellBox {
    pub(crate) columns: Extent,
    pub(crate) rows: Extent,
}

/// A box's extent along one axis, in parts of a pixel from the first pixel of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Parts, whether in the window or not.
    pub(crate) length: i64,
    /// The parts in the window: from the first to before the end; no part where the end is not
    /// greater.
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl CellBox {
    /// The box of a cell over a window of a scene.
    #[inline]
    pub(crate) fn of(cell: CellFootprint, scene: &SceneWindow) -> Self {
        let extent = |centre: f64, size: f64, first: i64, pixels: usize| {
            let edge =
                |position: f64| rounded(position * PARTS as f64).saturating_sub(first * PARTS);
            Extent::new(edge(centre - size * 0.5)..edge(centre + size * 0.5), pixels)
        };
        Self {
            columns: extent(cell.column, cell.width, scene.column, scene.width),
            rows: extent(cell.row, cell.height, scene.row, scene.height),
        }
    }

    /// Parts of pixels that the cell takes up.
    #[inline]
    pub(crate) fn area(&self) -> u64 {
        (self.columns.length as u64).saturating_mul(self.rows.length as u64)
    }
}

impl Extent {
    /// An extent over a window of so many pixels.
    #[inline]
    pub(crate) fn new(parts: Range<i64>, pixels: usize) -> Self {
        Self {
            length: parts.end.saturating_sub(parts.start),
            start: parts.start.max(0),
            end: parts.end.min(pixels as i64 * PARTS),
        }
    }

    /// The pixels of the window under it, each with the number of its parts that lie within.
    pub(crate) fn weights(self) -> impl Iterator<Item = (usize, u64)> {
        self.pixels().map(move |pixel| (pixel as usize, self.weight(pixel) as u64))
    }

    /// The pixels of the window under it.
    #[inline]
    pub(crate) fn pixels(self) -> Range<i64> {
        if self.start < self.end { self.start / PARTS..(self.end - 1) / PARTS + 1 } else { 0..0 }
    }

    /// The number of a pixel's parts within it.
    #[inline]
    pub(crate) fn weight(self, pixel: i64) -> i64 {
        self.end.min((pixel + 1) * PARTS) - self.start.max(pixel * PARTS)
    }
}

/// The nearest whole number, halves away from zero, as `f64::round` has it; that one is slow where
/// the processor has no instruction for it.
#[inline]
fn rounded(value: f64) -> i64 {
    // The number before one half: one half would lift the number before it to the next one.
    const BEFORE_HALF: f64 = 0.5f64.next_down();
    (value + BEFORE_HALF.copysign(value)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn rounding_is_as_the_standard_has_it() {
        let halves = (-40..40).map(|half| f64::from(half) / 2.0);
        let power = |digits: u32| (1u64 << digits) as f64;
        let large = [1e15 + 0.5, -1e18, power(51) + 0.5, power(52), power(53)];
        let other = [0.3, 2.7, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        for value in halves.chain(large).chain(other) {
            for value in [value, value.next_up(), value.next_down()] {
                assert_eq!(rounded(value), value.round() as i64, "{value}");
            }
        }
    }
}
