//! One resolution of an image, in blocks: where each lies in the file, and how to read its pixels.

use std::ops::Range;

use crate::compression::{BlockError, Compression};
use crate::directory::{Directory, TiffError};
use crate::pixels::{BlockCut, BlockLayout, Pixels, Predictor, SampleKind};
use crate::tag::{self, Tag};

/// One resolution of an image.
#[derive(Clone, Debug)]
pub struct Level {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Bands.
    pub bands: u16,
    /// The band that states how opaque each pixel is, counted from 0; 0 there is no data.
    pub alpha: Option<u16>,
    /// Pixels of a block across; of a strip, the whole width.
    pub block_width: u32,
    /// Pixels of a block down.
    pub block_height: u32,
    is_planar: bool,
    compression: Compression,
    layout: BlockLayout,
    /// Offset and length of every block; all of the first band first, where bands are stored apart.
    block_extents: Vec<(u64, u32)>,
}

/// A block by its place in the level, counted from the north-west.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockPlace {
    /// Which plane: always 0, unless bands are stored apart.
    pub plane: u16,
    /// Which row of blocks.
    pub row: u32,
    /// Which column of blocks.
    pub column: u32,
}

/// Pixels along a side of an image.
const MAX_PIXELS_ALONG: u64 = 1 << 24;
/// Bands.
const MAX_BANDS: u64 = 64;
/// Bytes of one block's pixels: a strip of a whole scene in one piece just fits.
const MAX_BLOCK_BYTES: u64 = 64 << 20;
/// Blocks of all levels together.
pub(crate) const MAX_BLOCKS: u64 = 1 << 20;

/// NewSubfileType states of a directory that it is a smaller version of another.
const REDUCED: u64 = 1;
/// NewSubfileType states of a directory that it masks another.
const MASK: u64 = 4;

/// PlanarConfiguration states that bands are stored apart.
const PLANAR: u64 = 2;

/// What a directory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Image,
    Overview,
    Mask,
}

/// What a directory holds by its NewSubfileType.
pub(crate) fn role(directory: &Directory) -> Result<Role, TiffError> {
    let kind = directory.number(tag::NEW_SUBFILE_TYPE)?.unwrap_or(0);
    Ok(match (kind & MASK != 0, kind & REDUCED != 0) {
        (true, _) => Role::Mask,
        (false, true) => Role::Overview,
        (false, false) => Role::Image,
    })
}

/// A directory whose tags describe a level.
struct Tags<'a, 'b> {
    directory: &'a Directory<'b>,
}

impl Tags<'_, '_> {
    fn needed(&self, tag: Tag, most: u64) -> Result<u64, TiffError> {
        let value = self.directory.number(tag)?.ok_or(TiffError::Without(tag.name))?;
        within(value, tag.name, most)
    }

    fn optional(&self, tag: Tag, default: u64) -> Result<u64, TiffError> {
        Ok(self.directory.number(tag)?.unwrap_or(default))
    }

    /// Width and height of a block: a tile, or a strip across the image.
    fn block_size(
        &self,
        is_tiled: bool,
        (width, height): (u64, u64),
    ) -> Result<(u64, u64), TiffError> {
        if is_tiled {
            return Ok((
                self.needed(tag::TILE_WIDTH, MAX_PIXELS_ALONG)?,
                self.needed(tag::TILE_LENGTH, MAX_PIXELS_ALONG)?,
            ));
        }
        let rows = self.optional(tag::ROWS_PER_STRIP, height)?.min(height);
        Ok((width, within(rows, tag::TILE_LENGTH.name, MAX_PIXELS_ALONG)?))
    }

    /// Offset and length of every block, whose pixels take `block_bytes`.
    fn block_extents(
        &self,
        is_tiled: bool,
        blocks: u64,
        block_bytes: u64,
    ) -> Result<Vec<(u64, u32)>, TiffError> {
        let (offsets, lengths) = if is_tiled {
            (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        let offsets = self.directory.numbers(offsets, blocks)?;
        let lengths = self.directory.numbers(lengths, blocks)?;
        // The worst that any scheme makes of noise.
        let max_stored = block_bytes + block_bytes / 2 + 4096;
        let extents = offsets.into_iter().zip(lengths).map(|(offset, length)| {
            let end = offset.checked_add(length).ok_or(TiffError::CutShort("a block"))?;
            if length > max_stored || end > i64::MAX as u64 {
                return Err(TiffError::TooLarge {
                    name: "stored block",
                    value: length,
                    most: max_stored,
                });
            }
            Ok((offset, length as u32))
        });
        extents.collect()
    }
}

impl Level {
    /// Pixels across and down.
    pub fn size(&self) -> (usize, usize) {
        (self.width as usize, self.height as usize)
    }

    /// The level that a directory describes.
    ///
    /// # Errors
    /// When bytes are missing, or the layout is not one that is read here.
    pub(crate) fn from_directory(directory: &Directory) -> Result<Self, TiffError> {
        let level = Self::without_places(directory)?;
        let blocks = level.across() * level.down() * usize::from(level.planes());
        let block_extents = Tags { directory }.block_extents(
            is_tiled(directory),
            blocks as u64,
            level.block_bytes() as u64,
        )?;
        Ok(Self { block_extents, ..level })
    }

    /// The same without the places of its blocks.
    ///
    /// # Errors
    /// When bytes are missing, or the layout is not one that is read here.
    pub(crate) fn without_places(directory: &Directory) -> Result<Self, TiffError> {
        let tags = Tags { directory };
        let width = tags.needed(tag::IMAGE_WIDTH, MAX_PIXELS_ALONG)?;
        let height = tags.needed(tag::IMAGE_LENGTH, MAX_PIXELS_ALONG)?;
        let bands = within(
            tags.optional(tag::SAMPLES_PER_PIXEL, 1)?,
            tag::SAMPLES_PER_PIXEL.name,
            MAX_BANDS,
        )?;
        let is_planar = tags.optional(tag::PLANAR_CONFIGURATION, 1)? == PLANAR;
        if tags.optional(tag::FILL_ORDER, 1)? != 1 {
            return Err(TiffError::NotRead("a reversed order of bits".to_owned()));
        }
        let compression = Compression::from_tag(tags.optional(tag::COMPRESSION, 1)?)
            .map_err(TiffError::NotRead)?;
        let kind = sample_kind(directory, bands)?;
        let predictor = predictor(tags.optional(tag::PREDICTOR, 1)?, compression, kind)?;

        let (block_width, block_height) = tags.block_size(is_tiled(directory), (width, height))?;
        let samples = if is_planar { 1 } else { bands };
        let row_bits = block_width.saturating_mul(samples * kind.bits() as u64);
        let block_bytes = row_bits.div_ceil(8).saturating_mul(block_height);
        within(block_bytes, "block", MAX_BLOCK_BYTES)?;

        let planes = if is_planar { bands } else { 1 };
        let blocks = width.div_ceil(block_width) * height.div_ceil(block_height) * planes;
        within(blocks, "number of blocks", MAX_BLOCKS)?;
        Ok(Self {
            width: width as u32,
            height: height as u32,
            bands: bands as u16,
            alpha: alpha(directory, bands)?,
            block_width: block_width as u32,
            block_height: block_height as u32,
            is_planar,
            compression,
            layout: BlockLayout {
                order: directory.order(),
                kind,
                predictor,
                row_px: block_width as usize,
                samples: samples as usize,
            },
            block_extents: Vec::new(),
        })
    }

    /// Blocks from west to east.
    fn across(&self) -> usize {
        self.width.div_ceil(self.block_width) as usize
    }

    /// Blocks from north to south.
    fn down(&self) -> usize {
        self.height.div_ceil(self.block_height) as usize
    }

    /// Bands that are stored apart; 1 where they are stored together.
    fn planes(&self) -> u16 {
        if self.is_planar { self.bands } else { 1 }
    }

    /// How its blocks are compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Bytes of the pixels of a block.
    pub fn block_bytes(&self) -> usize {
        self.layout.bytes(self.block_height as usize)
    }

    /// Kind of number of the pixels.
    pub fn kind(&self) -> SampleKind {
        self.layout.kind
    }

    /// Blocks of the level.
    pub fn block_count(&self) -> usize {
        self.block_extents.len()
    }

    /// The blocks that hold pixels of a rectangle, in the order in which such files store them.
    ///
    /// `bands` are counted from 0; those that the level does not have, and pixels outside it, have
    /// no block.
    pub fn blocks(
        &self,
        columns: &Range<u32>,
        rows: &Range<u32>,
        bands: &[u16],
    ) -> Vec<BlockPlace> {
        let touched = |pixels: &Range<u32>, block: u32, size: u32| {
            let end = pixels.end.min(size);
            if pixels.start < end { pixels.start / block..end.div_ceil(block) } else { 0..0 }
        };
        let columns = touched(columns, self.block_width, self.width);
        let rows = touched(rows, self.block_height, self.height);
        let mut planes: Vec<u16> = bands
            .iter()
            .filter(|band| **band < self.bands)
            .map(|band| if self.is_planar { *band } else { 0 })
            .collect();
        planes.sort_unstable();
        planes.dedup();
        let mut places = Vec::new();
        for plane in planes {
            for row in rows.clone() {
                places.extend(columns.clone().map(|column| BlockPlace { plane, row, column }));
            }
        }
        places
    }

    /// Where in the file a block is stored; `None` where it is left out because it holds no data.
    pub fn byte_range(&self, place: BlockPlace) -> Option<Range<u64>> {
        let row = usize::from(place.plane) * self.down() + place.row as usize;
        let index = row * self.across() + place.column as usize;
        let (offset, length) = self.block_extents.get(index).copied().unwrap_or_default();
        (length > 0).then(|| offset..offset + u64::from(length))
    }

    /// The pixels that a block holds, columns and rows; what juts out of the image does not count.
    pub fn pixels_of(&self, place: BlockPlace) -> (Range<u32>, Range<u32>) {
        let extent = |index: u32, block: u32, size: u32| {
            let start = index.saturating_mul(block).min(size);
            start..start.saturating_add(block).min(size)
        };
        (
            extent(place.column, self.block_width, self.width),
            extent(place.row, self.block_height, self.height),
        )
    }

    /// Those of the requested bands that a block holds.
    pub fn bands_in<'a>(
        &self,
        place: BlockPlace,
        wanted: &'a [u16],
    ) -> impl Iterator<Item = u16> + use<'a> {
        let (is_planar, bands) = (self.is_planar, self.bands);
        wanted
            .iter()
            .copied()
            .filter(move |band| *band < bands && (!is_planar || *band == place.plane))
    }

    /// The pixels of a stored block in some of its rows, for each of the bands; those of
    /// [`Level::pixels_of`], row by row. What lies below is not decompressed.
    ///
    /// # Errors
    /// When the block is broken.
    pub fn decode(
        &self,
        place: BlockPlace,
        rows: &Range<u32>,
        stored: &[u8],
        bands: &[u16],
    ) -> Result<Vec<(u16, Pixels)>, BlockError> {
        let (columns, own_rows) = self.pixels_of(place);
        let from_top = |row: u32| row.clamp(own_rows.start, own_rows.end) - own_rows.start;
        let rows = from_top(rows.start) as usize..from_top(rows.end) as usize;
        let layout = &self.layout;
        let (length, whole) = (layout.bytes(rows.end), self.block_bytes());
        let bytes = self.compression.decompress_start(stored, length, whole)?;
        let cut = |sample| BlockCut { columns: columns.len(), rows: rows.clone(), sample };
        Ok(self
            .bands_in(place, bands)
            .map(|band| {
                (
                    band,
                    layout.pixels(&bytes, &cut(if self.is_planar { 0 } else { usize::from(band) })),
                )
            })
            .collect())
    }

    /// The pixels of a block that is not stored, in so many rows: all of one value.
    pub fn empty(
        &self,
        place: BlockPlace,
        rows: usize,
        bands: &[u16],
        fill: f64,
    ) -> Vec<(u16, Pixels)> {
        let (columns, _) = self.pixels_of(place);
        let pixels = Pixels::filled(self.layout.kind, fill, columns.len() * rows);
        self.bands_in(place, bands).map(|band| (band, pixels.clone())).collect()
    }
}

fn is_tiled(directory: &Directory) -> bool {
    directory.count(tag::TILE_OFFSETS) > 0
}

fn within(value: u64, name: &'static str, most: u64) -> Result<u64, TiffError> {
    match value {
        0 => Err(TiffError::Senseless { name, value }),
        value if value > most => Err(TiffError::TooLarge { name, value, most }),
        value => Ok(value),
    }
}

fn sample_kind(directory: &Directory, bands: u64) -> Result<SampleKind, TiffError> {
    let all = |tag: Tag, default| {
        let given = directory.count(tag).min(bands);
        let numbers = if given == 0 { vec![default] } else { directory.numbers(tag, given)? };
        let first = numbers.first().copied().unwrap_or(default);
        let same = numbers.iter().all(|number| *number == first);
        same.then_some(first)
            .ok_or_else(|| TiffError::NotRead(format!("bands of different {}", tag.name)))
    };
    match (all(tag::BITS_PER_SAMPLE, 1)?, all(tag::SAMPLE_FORMAT, 1)?) {
        (1, 1) => Ok(SampleKind::Bit),
        (8, 1) => Ok(SampleKind::U8),
        (16, 1) => Ok(SampleKind::U16),
        (16, 2) => Ok(SampleKind::I16),
        (32, 3) => Ok(SampleKind::F32),
        (bits, format) => {
            let name = match format {
                1 => "unsigned",
                2 => "signed",
                3 => "floating-point",
                5 | 6 => "complex",
                _ => "unknown",
            };
            Err(TiffError::NotRead(format!("pixels of {bits} bits ({name})")))
        }
    }
}

/// The alpha band, by ExtraSamples: 1 and 2 are alpha. They are those of the last bands.
fn alpha(directory: &Directory, bands: u64) -> Result<Option<u16>, TiffError> {
    let extra = directory.count(tag::EXTRA_SAMPLES).min(bands);
    if extra == 0 {
        return Ok(None);
    }
    let kinds = directory.numbers(tag::EXTRA_SAMPLES, extra)?;
    let place = kinds.iter().position(|kind| matches!(kind, 1 | 2));
    Ok(place.map(|place| (bands - extra) as u16 + place as u16))
}

fn predictor(
    number: u64,
    compression: Compression,
    kind: SampleKind,
) -> Result<Predictor, TiffError> {
    Ok(match number {
        // As everywhere, an image that is not compressed has no predictor, whatever it states.
        _ if compression == Compression::None => Predictor::None,
        1 => Predictor::None,
        2 if kind != SampleKind::Bit => Predictor::Horizontal,
        3 if kind == SampleKind::F32 => Predictor::FloatingPoint,
        _ => return Err(TiffError::NotRead(format!("predictor {number} of such pixels"))),
    })
}
