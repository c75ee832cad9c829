//! The pixels under a square of cells, prepared so that the sums of a cell need no branch.

use crate::resample::cell_box::{CellBox, Extent, PARTS};
use crate::resample::pixel_sums::{BandSum, PixelSums};
use crate::resample::plain_cells::PlainSums;
use crate::resample::scene_window::SceneWindow;
use crate::sensor::quality::PixelQuality;
use crate::sensor::reflectance::Scaling;
use crate::sensor::reflectance_limits::ReflectanceLimits;

/// Pixels along a side of the largest cell whose sums fit.
const MAX_SIDE_PX: i64 = 3;
/// Binary digits of a count: a cell of [`MAX_SIDE_PX`] has 2304 parts.
const COUNT_DIGITS: u32 = 12;
/// Binary digits of a sum of digital numbers.
const SUM_DIGITS: u32 = 32;

/// How the pixels under a square of cells are prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prepared {
    /// All are clear land, lit in both bands: for [`SquarePixels::sum_plain`].
    Plain,
    /// For [`SquarePixels::sum_each`].
    Mixed,
    /// Not at all: a cell is so large that its sums do not fit.
    TooLarge,
}

/// Pixels as summands. Several small sums share an integer of 64 bits: one multiplication and one
/// addition serve all of them, and none reaches the next.
#[derive(Default)]
pub(crate) struct SquarePixels {
    /// The first column and row, in pixels of the scene's window.
    first: (i64, i64),
    /// Pixels from one row to the next.
    stride: usize,
    /// The last column and row, from the first, from which a cell may read.
    last: (i64, i64),
    /// Whether a pixel is clear, water, hidden, lit in the first band, and in the second.
    counts: Vec<u64>,
    /// Digital numbers of both bands; 0 unless the pixel is clear and lit.
    dns: Vec<u64>,
    /// Whether no cell is wider or higher than two pixels, and so touches no more than three.
    is_small: bool,
}

impl SquarePixels {
    /// Prepares the pixels under cells.
    pub(crate) fn prepare(
        &mut self,
        scene: &SceneWindow,
        boxes: &[CellBox],
        scaling: Scaling,
        limits: ReflectanceLimits,
    ) -> Prepared {
        let mut bounds = (i64::MAX, i64::MAX, 0, 0);
        let mut longest = 0;
        for CellBox { columns, rows } in boxes {
            bounds.0 = bounds.0.min(columns.start);
            bounds.1 = bounds.1.min(rows.start);
            bounds.2 = bounds.2.max(columns.end);
            bounds.3 = bounds.3.max(rows.end);
            longest = longest.max(columns.length).max(rows.length);
        }
        if longest > MAX_SIDE_PX * PARTS {
            return Prepared::TooLarge;
        }
        self.is_small = longest <= (MAX_SIDE_PX - 1) * PARTS;
        let (width, height) = (scene.width as i64, scene.height as i64);
        let first = ((bounds.0 / PARTS).min(width), (bounds.1 / PARTS).min(height));
        let end = (
            ((bounds.2 + PARTS - 1) / PARTS).clamp(first.0, width),
            ((bounds.3 + PARTS - 1) / PARTS).clamp(first.1, height),
        );
        self.first = first;
        // Every cell reads so many pixels from its first, whether it touches them or not.
        let margin = MAX_SIDE_PX as usize + 1;
        let (across, down) = ((end.0 - first.0) as usize, (end.1 - first.1) as usize);
        self.stride = across + margin;
        self.last = (across as i64, down as i64);
        let pixels = self.stride * (down + margin);
        // What earlier pixels left in the margins has no weight.
        for plane in [&mut self.counts, &mut self.dns] {
            plane.resize(pixels, 0);
        }
        let summands = Summands { darkest_dn: scaling.darkest_dn(), limits };
        let rows = (0..down).map(|row| {
            let from = (first.1 as usize + row) * scene.width + first.0 as usize;
            let from = from..from + across;
            let [nir, swir] = scene.bands.each_ref().map(|band| &band[from.clone()]);
            PixelRow { nir, swir, quality: &scene.quality[from] }
        });
        let is_plain = rows.clone().all(|row| summands.is_plain(&row));
        for (row, read) in rows.enumerate() {
            let to = row * self.stride..row * self.stride + across;
            if is_plain {
                read.pack(&mut self.dns[to]);
            } else {
                summands.put(&read, &mut self.counts[to.clone()], &mut self.dns[to]);
            }
        }
        if is_plain { Prepared::Plain } else { Prepared::Mixed }
    }

    /// Writes the sums of each cell over plain pixels.
    pub(crate) fn sum_plain(&self, boxes: &[CellBox], into: &mut Vec<PlainSums>) {
        into.clear();
        match self.is_small {
            true => into.extend(boxes.iter().map(|cell| self.plain_sums::<3>(cell))),
            false => into.extend(boxes.iter().map(|cell| self.plain_sums::<4>(cell))),
        }
    }

    /// Calls `visit` with each cell and its sums over mixed pixels.
    pub(crate) fn sum_each(&self, boxes: &[CellBox], mut visit: impl FnMut(&CellBox, PixelSums)) {
        match self.is_small {
            true => boxes.iter().for_each(|cell| visit(cell, self.sums::<3>(cell))),
            false => boxes.iter().for_each(|cell| visit(cell, self.sums::<4>(cell))),
        }
    }

    /// The sums of a cell that touches no more than `N` pixels along a side.
    #[inline]
    fn sums<const N: usize>(&self, cell: &CellBox) -> PixelSums {
        let weights = self.weights::<N>(cell);
        let [counts, dns] = [&self.counts, &self.dns].map(|plane| weights.sum(plane, self.stride));
        unpacked(weights.inside(), counts, dns)
    }

    /// The sums of a cell that touches no more than `N` pixels along a side, all of them plain.
    #[inline]
    fn plain_sums<const N: usize>(&self, cell: &CellBox) -> PlainSums {
        let weights = self.weights::<N>(cell);
        let dns = weights.sum(&self.dns, self.stride);
        PlainSums {
            inside: weights.inside() as i32,
            whole: cell.area() as i32,
            dns: [dns, dns >> SUM_DIGITS].map(|sum| sum as u32 as i32),
        }
    }

    #[inline]
    fn weights<const N: usize>(&self, cell: &CellBox) -> Weights<N> {
        // In the order of the pixels, each takes what is left of the extent, as far as it reaches.
        let along = |extent: Extent| {
            let start = extent.start as u64;
            let mut rest = extent.end.saturating_sub(extent.start).max(0) as u64;
            let mut reach = PARTS as u64 - start % PARTS as u64;
            let weights: [u64; N] = std::array::from_fn(|_| {
                let weight = rest.min(reach);
                (rest, reach) = (rest - weight, PARTS as u64);
                weight
            });
            ((start / PARTS as u64) as i64, weights)
        };
        let (column, columns) = along(cell.columns);
        let (row, rows) = along(cell.rows);
        // A cell beyond the window has no weight, wherever it reads.
        let column = (column - self.first.0).max(0).min(self.last.0) as usize;
        let row = (row - self.first.1).max(0).min(self.last.1) as usize;
        Weights { first: row * self.stride + column, columns, rows }
    }
}

/// The pixels under a cell: the place of the first, and the weights of columns and rows from there.
struct Weights<const N: usize> {
    first: usize,
    columns: [u64; N],
    rows: [u64; N],
}

impl<const N: usize> Weights<N> {
    /// Parts of the cell in the window.
    #[inline]
    fn inside(&self) -> u64 {
        self.columns.iter().sum::<u64>() * self.rows.iter().sum::<u64>()
    }

    /// The weighted sum of the pixels.
    #[inline]
    fn sum(&self, plane: &[u64], stride: usize) -> u64 {
        let mut sum = 0;
        for (row, row_weight) in self.rows.into_iter().enumerate() {
            let from = self.first + row * stride;
            let pixels = plane[from..from + N].iter().zip(&self.columns);
            sum += pixels.map(|(pixel, weight)| pixel * weight).sum::<u64>() * row_weight;
        }
        sum
    }
}

/// Pixels of a row.
struct PixelRow<'a> {
    nir: &'a [u16],
    swir: &'a [u16],
    quality: &'a [PixelQuality],
}

impl PixelRow<'_> {
    /// Writes the digital numbers of pixels that are all clear and lit.
    #[inline]
    fn pack(&self, dns: &mut [u64]) {
        for (dns, (nir, swir)) in dns.iter_mut().zip(self.nir.iter().zip(self.swir)) {
            *dns = u64::from(*nir) | u64::from(*swir) << SUM_DIGITS;
        }
    }
}

/// How pixels become summands.
struct Summands {
    darkest_dn: i32,
    limits: ReflectanceLimits,
}

impl Summands {
    /// Whether all pixels of a row are clear land, lit, and far from flames: most rows are.
    #[inline]
    fn is_plain(&self, row: &PixelRow) -> bool {
        let extremes = |band: &[u16]| {
            let extremes = band.iter().fold((u16::MAX, 0), |(lowest, highest), dn| {
                (if *dn < lowest { *dn } else { lowest }, if *dn > highest { *dn } else { highest })
            });
            (i32::from(extremes.0), extremes.1)
        };
        let (nir, swir) = (extremes(row.nir), extremes(row.swir));
        let is_land = |all: bool, quality: &PixelQuality| all & (*quality == PixelQuality::Clear);
        row.quality.iter().fold(true, is_land)
            && nir.0.min(swir.0) > self.darkest_dn
            && self.limits.hide_none(nir.1, swir.1)
    }

    /// Writes the counts and digital numbers of a row. Without a branch, so that processors take
    /// several pixels at once.
    #[inline]
    fn put(&self, row: &PixelRow, counts: &mut [u64], dns: &mut [u64]) {
        let pixels = row.nir.iter().zip(row.swir).zip(row.quality);
        for ((counts, dns), ((nir, swir), quality)) in counts.iter_mut().zip(dns).zip(pixels) {
            let is_water = *quality == PixelQuality::Water;
            let has_data = *quality != PixelQuality::NoData;
            let is_seen = is_water | (*quality == PixelQuality::Clear);
            let is_clear = is_seen & !self.limits.hides(*nir, *swir);
            let nir_is_lit = is_clear & (i32::from(*nir) > self.darkest_dn);
            let swir_is_lit = is_clear & (i32::from(*swir) > self.darkest_dn);
            let is_hidden = has_data & !is_clear;
            *counts = u64::from(is_clear)
                | u64::from(is_clear & is_water) << COUNT_DIGITS
                | u64::from(is_hidden) << (2 * COUNT_DIGITS)
                | u64::from(nir_is_lit) << (3 * COUNT_DIGITS)
                | u64::from(swir_is_lit) << (4 * COUNT_DIGITS);
            let lit = |dn: u16, is_lit: bool| u64::from(dn) * u64::from(is_lit);
            *dns = lit(*nir, nir_is_lit) | lit(*swir, swir_is_lit) << SUM_DIGITS;
        }
    }
}

/// The sums of a cell of which so many parts lie in the window.
#[inline]
fn unpacked(inside: u64, counts: u64, dns: u64) -> PixelSums {
    let count = |place: u32| counts >> (place * COUNT_DIGITS) & ((1 << COUNT_DIGITS) - 1);
    let (clear, hidden) = (count(0), count(2));
    PixelSums {
        clear,
        water: count(1),
        hidden,
        no_data: inside - clear - hidden,
        bands: [
            BandSum { lit_sum: dns & ((1 << SUM_DIGITS) - 1), lit_weight: count(3) },
            BandSum { lit_sum: dns >> SUM_DIGITS, lit_weight: count(4) },
        ],
    }
}
