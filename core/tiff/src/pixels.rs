//! From the bytes of a block to the pixels of one band.

use std::ops::Range;

use crate::byte_order::ByteOrder;

/// The pixels of one band in the numbers of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Pixels {
    /// Whole numbers from 0 to 255.
    U8(Vec<u8>),
    /// Whole numbers from 0 to 65,535.
    U16(Vec<u16>),
    /// Whole numbers from −32,768 to 32,767.
    I16(Vec<i16>),
    /// Floating-point numbers.
    F32(Vec<f32>),
}

/// The kind of number of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleKind {
    /// One bit without sign, as in masks.
    Bit,
    /// 8 bits without sign.
    U8,
    /// 16 bits without sign.
    U16,
    /// 16 bits with sign.
    I16,
    /// 32 bits, floating-point.
    F32,
}

/// How neighbouring samples were turned into differences before compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predictor {
    /// Not at all.
    None,
    /// Each sample less the one before it in its row.
    Horizontal,
    /// Bytes of equal weight together, each less the one before it (Adobe's technical note 3).
    FloatingPoint,
}

/// How the samples of a block are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockLayout {
    /// Order of the bytes of a sample.
    pub(crate) order: ByteOrder,
    /// Kind of number.
    pub(crate) kind: SampleKind,
    /// How differences were taken.
    pub(crate) predictor: Predictor,
    /// Pixels from one row of the block to the next.
    pub(crate) row_px: usize,
    /// Samples of one pixel side by side.
    pub(crate) samples: usize,
}

/// The requested part of a block: its columns from the western edge, its rows, and which of its
/// samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockCut {
    /// Columns from the western edge.
    pub(crate) columns: usize,
    /// Rows, counted from the northern edge.
    pub(crate) rows: Range<usize>,
    /// Which sample of each pixel.
    pub(crate) sample: usize,
}

impl SampleKind {
    /// Bits of one sample.
    pub fn bits(self) -> usize {
        match self {
            Self::Bit => 1,
            Self::U8 => 8,
            Self::U16 | Self::I16 => 16,
            Self::F32 => 32,
        }
    }
}

impl BlockLayout {
    /// The pixels of one band, row by row, of a block's decompressed bytes.
    ///
    /// The bytes must hold at least the rows of the cut.
    pub(crate) fn pixels(&self, bytes: &[u8], cut: &BlockCut) -> Pixels {
        let order = self.order;
        match self.kind {
            SampleKind::Bit => Pixels::U8(self.bits(bytes, cut)),
            SampleKind::U8 if self.samples == 1 => Pixels::U8(self.single_u8s(bytes, cut)),
            SampleKind::U8 => {
                Pixels::U8(self.whole_numbers(bytes, cut, |raw| raw[0], u8::wrapping_add))
            }
            SampleKind::U16 => Pixels::U16(self.u16s(bytes, cut)),
            SampleKind::I16 => {
                Pixels::I16(self.u16s(bytes, cut).into_iter().map(u16::cast_signed).collect())
            }
            SampleKind::F32 if self.predictor == Predictor::FloatingPoint => {
                Pixels::F32(self.planes(bytes, cut))
            }
            SampleKind::F32 => {
                let bits = self.whole_numbers(bytes, cut, |raw| order.u32(raw), u32::wrapping_add);
                Pixels::F32(bits.into_iter().map(f32::from_bits).collect())
            }
        }
    }

    fn u16s(&self, bytes: &[u8], cut: &BlockCut) -> Vec<u16> {
        match self.order {
            ByteOrder::Little if self.samples == 1 => self.single_u16s(bytes, cut),
            ByteOrder::Little => {
                self.whole_numbers(bytes, cut, |raw| ByteOrder::Little.u16(raw), u16::wrapping_add)
            }
            ByteOrder::Big => {
                self.whole_numbers(bytes, cut, |raw| ByteOrder::Big.u16(raw), u16::wrapping_add)
            }
        }
    }

    /// As [`Self::whole_numbers`], of pixels of one sample: nearly all files.
    fn single_u16s(&self, bytes: &[u8], cut: &BlockCut) -> Vec<u16> {
        let mut pixels = Vec::with_capacity(cut.columns * cut.rows.len());
        for row in self.rows(bytes, cut) {
            let own = row.as_chunks::<2>().0.iter().take(cut.columns);
            let own = own.map(|raw| u16::from_le_bytes(*raw));
            if self.predictor == Predictor::Horizontal {
                let mut sum = 0u16;
                pixels.extend(own.map(|difference| {
                    sum = sum.wrapping_add(difference);
                    sum
                }));
            } else {
                pixels.extend(own);
            }
        }
        pixels
    }

    /// The same of pixels of one byte: nearly all masks.
    fn single_u8s(&self, bytes: &[u8], cut: &BlockCut) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(cut.columns * cut.rows.len());
        for row in self.rows(bytes, cut) {
            let own = &row[..cut.columns.min(row.len())];
            if self.predictor == Predictor::Horizontal {
                let mut sum = 0u8;
                pixels.extend(own.iter().map(|difference| {
                    sum = sum.wrapping_add(*difference);
                    sum
                }));
            } else {
                pixels.extend_from_slice(own);
            }
        }
        pixels
    }

    /// Bytes of so many rows; each row begins with a whole byte.
    pub(crate) fn bytes(&self, rows: usize) -> usize {
        rows * (self.row_px * self.samples * self.kind.bits()).div_ceil(8)
    }

    fn rows<'a>(&self, bytes: &'a [u8], cut: &BlockCut) -> impl Iterator<Item = &'a [u8]> {
        bytes.chunks_exact(self.bytes(1)).take(cut.rows.end).skip(cut.rows.start)
    }

    /// Single bits, the highest of each byte first.
    fn bits(&self, bytes: &[u8], cut: &BlockCut) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(cut.columns * cut.rows.len());
        for row in self.rows(bytes, cut) {
            pixels.extend((0..cut.columns).map(|column| {
                let bit = column * self.samples + cut.sample;
                row[bit / 8] >> (7 - bit % 8) & 1
            }));
        }
        pixels
    }

    /// Every `samples`th number of each row; summed from the west where differences were stored.
    #[inline]
    fn whole_numbers<N: Copy + Default>(
        &self,
        bytes: &[u8],
        cut: &BlockCut,
        number: impl Fn(&[u8]) -> N,
        add: impl Fn(N, N) -> N,
    ) -> Vec<N> {
        let mut pixels = Vec::with_capacity(cut.columns * cut.rows.len());
        let size = self.kind.bits() / 8;
        for row in self.rows(bytes, cut) {
            let own = row.chunks_exact(size * self.samples).take(cut.columns);
            let own = own.map(|pixel| number(&pixel[cut.sample * size..(cut.sample + 1) * size]));
            if self.predictor == Predictor::Horizontal {
                let mut sum = N::default();
                pixels.extend(own.map(|difference| {
                    sum = add(sum, difference);
                    sum
                }));
            } else {
                pixels.extend(own);
            }
        }
        pixels
    }

    /// Floats whose bytes lie in four planes per row, the highest first whatever the file's order.
    fn planes(&self, bytes: &[u8], cut: &BlockCut) -> Vec<f32> {
        let mut pixels = Vec::with_capacity(cut.columns * cut.rows.len());
        let plane = self.row_px * self.samples;
        let mut row = vec![0u8; self.bytes(1)];
        for stored in self.rows(bytes, cut) {
            row.copy_from_slice(stored);
            for index in self.samples..row.len() {
                row[index] = row[index].wrapping_add(row[index - self.samples]);
            }
            pixels.extend((0..cut.columns).map(|column| {
                let at = column * self.samples + cut.sample;
                f32::from_be_bytes([
                    row[at],
                    row[plane + at],
                    row[2 * plane + at],
                    row[3 * plane + at],
                ])
            }));
        }
        pixels
    }
}

impl Pixels {
    /// So many pixels of one value, brought into the range of the kind.
    pub fn filled(kind: SampleKind, value: f64, count: usize) -> Self {
        match kind {
            SampleKind::Bit | SampleKind::U8 => Self::U8(vec![value as u8; count]),
            SampleKind::U16 => Self::U16(vec![value as u16; count]),
            SampleKind::I16 => Self::I16(vec![value as i16; count]),
            SampleKind::F32 => Self::F32(vec![value as f32; count]),
        }
    }

    /// How many pixels.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(pixels) => pixels.len(),
            Self::U16(pixels) => pixels.len(),
            Self::I16(pixels) => pixels.len(),
            Self::F32(pixels) => pixels.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pixels as digital numbers, as GDAL converts them: rounded, and held between 0 and
    /// 65,535; NaN is 0.
    pub fn into_digital_numbers(self) -> Vec<u16> {
        match self {
            Self::U8(pixels) => pixels.iter().map(|pixel| u16::from(*pixel)).collect(),
            Self::U16(pixels) => pixels,
            Self::I16(pixels) => {
                pixels.into_iter().map(|pixel| pixel.max(0).cast_unsigned()).collect()
            }
            Self::F32(pixels) => {
                pixels.into_iter().map(|pixel| (pixel + 0.5).floor() as u16).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const PLAIN: BlockLayout = BlockLayout {
        order: ByteOrder::Little,
        kind: SampleKind::U16,
        predictor: Predictor::Horizontal,
        row_px: 3,
        samples: 1,
    };

    #[test]
    fn differences_are_summed_along_each_row_of_the_cut() {
        let bytes = [10, 0, 1, 0, 255, 255, 20, 0, 2, 0, 3, 0];
        assert_eq!(
            PLAIN.pixels(&bytes, &BlockCut { columns: 3, rows: 0..2, sample: 0 }),
            Pixels::U16(vec![10, 11, 10, 20, 22, 25])
        );
        assert_eq!(
            PLAIN.pixels(&bytes, &BlockCut { columns: 2, rows: 0..1, sample: 0 }),
            Pixels::U16(vec![10, 11])
        );
        assert_eq!(
            PLAIN.pixels(&bytes, &BlockCut { columns: 2, rows: 1..2, sample: 0 }),
            Pixels::U16(vec![20, 22])
        );
    }

    #[test]
    fn differences_of_bytes_are_summed_alike() {
        let layout = BlockLayout { kind: SampleKind::U8, ..PLAIN };
        let bytes = [10, 1, 255, 20, 2, 3];
        let cut = BlockCut { columns: 2, rows: 0..2, sample: 0 };
        assert_eq!(layout.pixels(&bytes, &cut), Pixels::U8(vec![10, 11, 20, 22]));
        let plain = BlockLayout { predictor: Predictor::None, ..layout };
        assert_eq!(plain.pixels(&bytes, &cut), Pixels::U8(vec![10, 1, 20, 2]));
    }

    #[test]
    fn each_sample_of_a_pixel_is_a_band() {
        let layout = BlockLayout { kind: SampleKind::U8, samples: 3, row_px: 2, ..PLAIN };
        let bytes = [10, 20, 30, 1, 2, 3];
        for (sample, expected) in [(0, vec![10, 11]), (1, vec![20, 22]), (2, vec![30, 33])] {
            assert_eq!(
                layout.pixels(&bytes, &BlockCut { columns: 2, rows: 0..1, sample }),
                Pixels::U8(expected)
            );
        }
    }

    #[test]
    fn bits_are_read_from_the_highest_and_rows_begin_with_a_byte() {
        let layout =
            BlockLayout { kind: SampleKind::Bit, predictor: Predictor::None, row_px: 10, ..PLAIN };
        let bytes = [0b1010_0000, 0b0100_0000, 0b0000_0001, 0b1000_0000];
        let cut = BlockCut { columns: 10, rows: 0..2, sample: 0 };
        let expected = vec![1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0];
        assert_eq!(layout.pixels(&bytes, &cut), Pixels::U8(expected));
    }

    #[test]
    fn big_numbers_first_or_last_are_the_same() {
        let layout =
            BlockLayout { order: ByteOrder::Big, predictor: Predictor::None, row_px: 2, ..PLAIN };
        let cut = BlockCut { columns: 2, rows: 0..1, sample: 0 };
        assert_eq!(layout.pixels(&[1, 2, 3, 4], &cut), Pixels::U16(vec![0x0102, 0x0304]));
    }

    #[test]
    fn digital_numbers_are_rounded_and_held_in_range() {
        let floats = Pixels::F32(vec![-3.0, 0.4, 0.5, 1.5, 70_000.0, f32::NAN]);
        assert_eq!(floats.into_digital_numbers(), [0, 0, 1, 2, 65_535, 0]);
        assert_eq!(Pixels::I16(vec![-9999, 0, 5]).into_digital_numbers(), [0, 0, 5]);
    }
}
