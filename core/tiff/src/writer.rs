//! Writes the directories of tiled GeoTIFFs: classic TIFF, little-endian, deflate, one band.

use crate::tag::{self, Tag, geo_key, value_type};

/// The first bytes of a file; the place of the first directory follows, 4 bytes.
pub const SIGNATURE: &[u8; 4] = b"II*\0";
/// Bytes of the signature and the place of the first directory.
pub const HEADER_BYTES: usize = 8;
const ENTRY_BYTES: usize = 12;
/// Values up to this length are stored in the entry itself.
const INLINE_BYTES: usize = 4;

/// Values of tags, as TIFF 6.0 and Adobe number them.
const DEFLATE: u16 = 8;
const CONTIGUOUS: u16 = 1;
const FLOATING_POINT_PREDICTOR: u16 = 3;
const NO_PREDICTOR: u16 = 1;
const UNSIGNED: u16 = 1;
const FLOATING_POINT: u16 = 3;
const BLACK_IS_ZERO: u16 = 1;
const PALETTE_COLOUR: u16 = 3;

/// A tag's value.
#[derive(Clone, Debug, PartialEq)]
pub enum TagValue {
    /// Text without zeros.
    Text(String),
    /// Unsigned, 16 bits.
    Shorts(Vec<u16>),
    /// Unsigned, 32 bits.
    Longs(Vec<u32>),
    /// Floating-point, 64 bits.
    Doubles(Vec<f64>),
}

/// What the pixels of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelFormat {
    bits: u16,
    sample_format: u16,
    predictor: u16,
    photometric: u16,
}

impl PixelFormat {
    /// Floats, whose blocks are packed by [`pack_floats`].
    pub const FLOAT: Self = Self {
        bits: 32,
        sample_format: FLOATING_POINT,
        predictor: FLOATING_POINT_PREDICTOR,
        photometric: BLACK_IS_ZERO,
    };
    /// Whole numbers of 8 bits, as they are.
    pub const BYTE: Self = Self {
        bits: 8,
        sample_format: UNSIGNED,
        predictor: NO_PREDICTOR,
        photometric: BLACK_IS_ZERO,
    };
    /// Whole numbers of 16 bits, as they are.
    pub const SHORT: Self = Self { bits: 16, ..Self::BYTE };
    /// Indices of a [`tag::COLOR_MAP`].
    pub const PALETTE: Self = Self { photometric: PALETTE_COLOUR, ..Self::BYTE };
}

/// A directory to be written.
#[derive(Clone, Debug, Default)]
pub struct DirectoryWriter {
    /// By the number of the tag.
    entries: Vec<(Tag, TagValue)>,
}

impl DirectoryWriter {
    /// Of an image of so many pixels across and down, in tiles of so many along a side, which take
    /// these bytes; where they lie is set by [`Self::set_offsets`].
    pub fn of_image(
        (width, height): (usize, usize),
        tile_px: u16,
        format: PixelFormat,
        tile_bytes: Vec<u32>,
    ) -> Self {
        let short = |number: u16| TagValue::Shorts(vec![number]);
        let long = |number: usize| TagValue::Longs(vec![number as u32]);
        let mut directory = Self::default();
        for (tag, value) in [
            (tag::IMAGE_WIDTH, long(width)),
            (tag::IMAGE_LENGTH, long(height)),
            (tag::BITS_PER_SAMPLE, short(format.bits)),
            (tag::COMPRESSION, short(DEFLATE)),
            (tag::PHOTOMETRIC, short(format.photometric)),
            (tag::SAMPLES_PER_PIXEL, short(1)),
            (tag::PLANAR_CONFIGURATION, short(CONTIGUOUS)),
            (tag::PREDICTOR, short(format.predictor)),
            (tag::TILE_WIDTH, short(tile_px)),
            (tag::TILE_LENGTH, short(tile_px)),
            (tag::TILE_OFFSETS, TagValue::Longs(vec![0; tile_bytes.len()])),
            (tag::TILE_BYTE_COUNTS, TagValue::Longs(tile_bytes)),
            (tag::SAMPLE_FORMAT, short(format.sample_format)),
        ] {
            directory.set(tag, value);
        }
        directory
    }

    /// Sets a tag.
    pub fn set(&mut self, tag: Tag, value: TagValue) {
        match self.entries.binary_search_by_key(&tag.number, |(tag, _)| tag.number) {
            Ok(at) => self.entries[at].1 = value,
            Err(at) => self.entries.insert(at, (tag, value)),
        }
    }

    /// Sets where the tiles lie.
    pub fn set_offsets(&mut self, offsets: Vec<u32>) {
        self.set(tag::TILE_OFFSETS, TagValue::Longs(offsets));
    }

    /// Sets where the image lies: a projected system in metres by its EPSG number, whose pixels are
    /// squares, and its north-western corner.
    pub fn set_georeference(&mut self, epsg: u16, (west, north): (f64, f64), pixel_m: f64) {
        self.set(tag::MODEL_PIXEL_SCALE, TagValue::Doubles(vec![pixel_m, pixel_m, 0.0]));
        let tie_point = vec![0.0, 0.0, 0.0, west, north, 0.0];
        self.set(tag::MODEL_TIEPOINT, TagValue::Doubles(tie_point));
        self.set(tag::GEO_KEY_DIRECTORY, TagValue::Shorts(geo_keys(epsg)));
    }

    /// Sets GDAL's metadata: a name of the band, and items by name and text.
    pub fn set_gdal_metadata(&mut self, band_name: &str, items: &[(String, &str)]) {
        self.set(tag::GDAL_METADATA, TagValue::Text(gdal_metadata(band_name, items)));
    }

    /// Bytes that it takes with all its values; an even number.
    pub fn length(&self) -> usize {
        let values = self.entries.iter().map(|(_, value)| outer_length(value));
        self.values_at() + values.sum::<usize>()
    }

    /// Appends it to a file that has an even number of bytes. `next` is where the next directory
    /// lies, 0 after the last.
    pub fn write(&self, file: &mut Vec<u8>, next: u32) {
        let values_at = file.len() + self.values_at();
        file.extend_from_slice(&(self.entries.len() as u16).to_le_bytes());
        let mut values = Vec::new();
        for (tag, value) in &self.entries {
            let (value_type, count, mut bytes) = value.encode();
            file.extend_from_slice(&tag.number.to_le_bytes());
            file.extend_from_slice(&value_type.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            if bytes.len() <= INLINE_BYTES {
                bytes.resize(INLINE_BYTES, 0);
                file.extend_from_slice(&bytes);
            } else {
                file.extend_from_slice(&((values_at + values.len()) as u32).to_le_bytes());
                bytes.resize(even(bytes.len()), 0);
                values.extend_from_slice(&bytes);
            }
        }
        file.extend_from_slice(&next.to_le_bytes());
        file.append(&mut values);
    }

    /// Bytes of the entries: where the values begin that do not fit into them.
    fn values_at(&self) -> usize {
        2 + self.entries.len() * ENTRY_BYTES + 4
    }
}

/// Predictor 3 of TIFF (Adobe Photoshop TIFF technical note 3): in every row of a tile, of so many
/// pixels, first all highest bytes, then all second ones and so on, each less its left neighbour.
pub fn pack_floats(pixels: &[f32], row_px: usize) -> Vec<u8> {
    let mut packed = vec![0; pixels.len() * 4];
    let mut planes = vec![0u8; row_px * 4];
    for (row, packed) in pixels.chunks(row_px).zip(packed.chunks_mut(row_px * 4)) {
        let planes = &mut planes[..row.len() * 4];
        for (place, plane) in planes.chunks_exact_mut(row.len()).enumerate() {
            let shift = 24 - 8 * place;
            for (byte, pixel) in plane.iter_mut().zip(row) {
                *byte = (pixel.to_bits() >> shift) as u8;
            }
        }
        packed[0] = planes[0];
        for (difference, pair) in packed[1..].iter_mut().zip(planes.windows(2)) {
            *difference = pair[1].wrapping_sub(pair[0]);
        }
    }
    packed
}

/// Values begin at even offsets, and so do tiles.
pub fn even(length: usize) -> usize {
    length + length % 2
}

impl TagValue {
    /// Number of the type, count, and the bytes; little-endian.
    fn encode(&self) -> (u16, u32, Vec<u8>) {
        match self {
            Self::Text(text) => {
                let bytes: Vec<u8> = text.bytes().filter(|byte| *byte != 0).chain([0]).collect();
                (value_type::ASCII, bytes.len() as u32, bytes)
            }
            Self::Shorts(numbers) => (
                value_type::SHORT,
                numbers.len() as u32,
                bytes(numbers, |number| number.to_le_bytes()),
            ),
            Self::Longs(numbers) => (
                value_type::LONG,
                numbers.len() as u32,
                bytes(numbers, |number| number.to_le_bytes()),
            ),
            Self::Doubles(numbers) => (
                value_type::DOUBLE,
                numbers.len() as u32,
                bytes(numbers, |number| number.to_le_bytes()),
            ),
        }
    }
}

fn bytes<T: Copy, const N: usize>(numbers: &[T], encode: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(|number| encode(*number)).collect()
}

/// Bytes that a value takes outside its entry.
fn outer_length(value: &TagValue) -> usize {
    let length = value.encode().2.len();
    if length > INLINE_BYTES { even(length) } else { 0 }
}

/// The GeoKeyDirectory of a projected system in metres, whose pixels are areas.
fn geo_keys(epsg: u16) -> Vec<u16> {
    let keys = [
        (geo_key::MODEL_TYPE, geo_key::MODEL_PROJECTED),
        (geo_key::RASTER_TYPE, geo_key::PIXEL_IS_AREA),
        (geo_key::PROJECTED_CRS, epsg),
        (geo_key::LINEAR_UNITS, geo_key::METRE),
    ];
    // Version 1.1.0 and the number of keys; then each key with its value in place.
    let header = [1, 1, 0, keys.len() as u16];
    header.into_iter().chain(keys.into_iter().flat_map(|(key, value)| [key, 0, 1, value])).collect()
}

/// GDAL's metadata. GDAL escapes the text of items twice.
fn gdal_metadata(band_name: &str, items: &[(String, &str)]) -> String {
    let mut xml = "<GDALMetadata>\n".to_owned();
    xml += &format!(
        "  <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">{}</Item>\n",
        escaped(&escaped(band_name))
    );
    for (name, text) in items {
        xml += &format!("  <Item name=\"{}\">{}</Item>\n", escaped(name), escaped(&escaped(text)));
    }
    xml + "</GDALMetadata>\n"
}

/// Text for XML; characters that XML forbids become spaces.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\u{FFFE}' | '\u{FFFF}' => safe.push(' '),
            character if character.is_control() => safe.push(' '),
            character => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn text_from_a_catalogue_cannot_break_the_metadata() {
        let xml = gdal_metadata("dNBR", &[("SCENE".to_owned(), "</Item><b>&\"\u{0}\u{1b}")]);
        assert!(
            xml.contains(
                "<Item \
                name=\"SCENE\">&amp;lt;/Item&amp;gt;&amp;lt;b&amp;gt;&amp;amp;&amp;quot;  \
                </Item>"
            ),
            "{xml}"
        );
    }

    #[test]
    fn floats_are_packed_plane_by_plane_each_byte_less_its_neighbour() {
        let pixels = [f32::from_bits(0x0102_0304), f32::from_bits(0x1112_1314)];
        let planes = [0x01, 0x11, 0x02, 0x12, 0x03, 0x13, 0x04, 0x14u8];
        let mut left = 0;
        let expected = planes.map(|byte| byte.wrapping_sub(std::mem::replace(&mut left, byte)));
        assert_eq!(pack_floats(&pixels, 2), expected);
        assert_eq!(pack_floats(&[pixels, pixels].concat(), 2), [expected, expected].concat());
    }
}
