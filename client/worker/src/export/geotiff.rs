//! A raster as a GeoTIFF: tiles, deflate, and all that GIS needs to place, colour and explain it.
//!
//! Written here and not by the crate `tiff`, whose encoder knows neither tiles nor the predictor
//! for floats.

use miniz_oxide::deflate::compress_to_vec_zlib;

use dragonfly_core::{Note, Palette, Thresholds};
use dragonfly_tiff::tag::{self, Tag, geo_key, value_type};

use crate::compute::raster::Raster;

/// Pixels along the side of a tile.
const TILE_PX: usize = 256;
/// Deflate's effort, 0 to 10: at 4 a large file of floats is 2 % smaller and takes twice as long.
const EFFORT: u8 = 1;
/// The value of a class raster where there is no class.
const NO_CLASS: u8 = 0;

/// The values as float32 with NaN for no data, and the notes as metadata.
///
/// `values_name` is what the values are, such as "dNBR".
pub fn values_geotiff(raster: &Raster, values_name: &str, notes: &[Note]) -> Vec<u8> {
    let tiles = tiles(raster, f32::NAN, |value| value, pack_floats);
    let kind = PixelKind {
        bits: 32,
        sample_format: FLOATING_POINT,
        predictor: FLOATING_POINT_PREDICTOR,
        photometric: BLACK_IS_ZERO,
        no_data: "nan",
    };
    let metadata = metadata(values_name, notes);
    write(raster, &kind, &[], &metadata, notes, &tiles)
}

/// The classes as bytes with their colours; 0 where there is none.
pub fn classes_geotiff(
    raster: &Raster,
    thresholds: &Thresholds,
    palette: Palette,
    notes: &[Note],
) -> Vec<u8> {
    let number = |value: f32| thresholds.classify(value).map_or(NO_CLASS, |class| class.number);
    let tiles = tiles(raster, NO_CLASS, number, |pixels| pixels.to_vec());
    let kind = PixelKind {
        bits: 8,
        sample_format: UNSIGNED,
        predictor: NO_PREDICTOR,
        photometric: PALETTE_COLOUR,
        no_data: "0",
    };
    // All reds, all greens, all blues; a byte becomes 16 bits.
    let mut colours = vec![0u16; 3 * 256];
    let mut explained = notes.to_vec();
    for class in thresholds.classes() {
        for (channel, byte) in class.colour(palette).into_iter().enumerate() {
            colours[channel * 256 + usize::from(class.number)] = u16::from(byte) * 257;
        }
        explained
            .push(Note { name: format!("class {}", class.number), text: class.name.to_owned() });
    }
    write(raster, &kind, &colours, &metadata("burn severity class", &explained), notes, &tiles)
}

/// What a pixel is.
struct PixelKind {
    bits: u16,
    sample_format: u16,
    predictor: u16,
    photometric: u16,
    no_data: &'static str,
}

/// Compressed tiles, row by row; those at the edges are filled up.
fn tiles<T: Copy>(
    raster: &Raster,
    filling: T,
    pixel: impl Fn(f32) -> T,
    pack: impl Fn(&[T]) -> Vec<u8>,
) -> Vec<Vec<u8>> {
    let (width, height) = (raster.width, raster.height());
    let mut tiles = Vec::new();
    for top in (0..height).step_by(TILE_PX) {
        for left in (0..width).step_by(TILE_PX) {
            let mut tile = vec![filling; TILE_PX * TILE_PX];
            let across = TILE_PX.min(width - left);
            for (line, row) in tile.chunks_exact_mut(TILE_PX).zip(top..height) {
                let from = row * width + left;
                for (pixel_out, value) in line.iter_mut().zip(&raster.values[from..from + across]) {
                    *pixel_out = pixel(*value);
                }
            }
            tiles.push(compress_to_vec_zlib(&pack(&tile), EFFORT));
        }
    }
    tiles
}

/// Predictor 3 of TIFF (Adobe Photoshop TIFF technical note 3): in every line of a tile first all
/// highest bytes, then all second ones and so on, each less its left neighbour.
fn pack_floats(pixels: &[f32]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(pixels.len() * 4);
    for line in pixels.chunks(TILE_PX) {
        let mut left = 0u8;
        for place in 0..4 {
            for pixel in line {
                let byte = pixel.to_be_bytes()[place];
                packed.push(byte.wrapping_sub(left));
                left = byte;
            }
        }
    }
    packed
}

/// GDAL's metadata: a name of the band, and one item per note. GDAL escapes the text of items
/// twice.
fn metadata(band_name: &str, notes: &[Note]) -> String {
    let mut xml = "<GDALMetadata>\n".to_owned();
    xml += &format!(
        "  <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">{}</Item>\n",
        escaped(&escaped(band_name))
    );
    for note in notes {
        xml += &format!(
            "  <Item name=\"{}\">{}</Item>\n",
            escaped(&note.tag_name()),
            escaped(&escaped(&note.text))
        );
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

/// A tag's value.
enum TagValue {
    Text(String),
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    Doubles(Vec<f64>),
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

const HEADER_BYTES: usize = 8;
const ENTRY_BYTES: usize = 12;
/// Values up to this length are stored in the entry itself.
const INLINE_BYTES: usize = 4;

/// Values of tags, as TIFF 6.0 and Adobe number them.
const DEFLATE: u16 = 8;
const FLOATING_POINT_PREDICTOR: u16 = 3;
const NO_PREDICTOR: u16 = 1;
const UNSIGNED: u16 = 1;
const FLOATING_POINT: u16 = 3;
const BLACK_IS_ZERO: u16 = 1;
const PALETTE_COLOUR: u16 = 3;
const CONTIGUOUS: u16 = 1;

/// A directory entry to be written.
type Entry = (Tag, TagValue);

/// The file: header, directory, values that do not fit into it, tiles.
fn write(
    raster: &Raster,
    kind: &PixelKind,
    colours: &[u16],
    metadata: &str,
    notes: &[Note],
    tiles: &[Vec<u8>],
) -> Vec<u8> {
    let mut entries = entries(raster, kind, metadata, notes, tiles);
    if !colours.is_empty() {
        entries.push((tag::COLOR_MAP, TagValue::Shorts(colours.to_vec())));
    }
    // A directory ascends by tag.
    entries.sort_unstable_by_key(|(tag, _)| tag.number);

    // How long everything before the tiles is, is known before the tiles' offsets are.
    let values_at = HEADER_BYTES + 2 + entries.len() * ENTRY_BYTES + 4;
    let mut next = values_at + entries.iter().map(|(_, value)| outer_length(value)).sum::<usize>();
    let mut offsets = Vec::with_capacity(tiles.len());
    for tile in tiles {
        offsets.push(next as u32);
        next += even(tile.len());
    }
    if let Some((_, value)) = entries.iter_mut().find(|(tag, _)| *tag == tag::TILE_OFFSETS) {
        *value = TagValue::Longs(offsets);
    }

    let mut file = Vec::with_capacity(next);
    file.extend_from_slice(b"II*\0");
    file.extend_from_slice(&(HEADER_BYTES as u32).to_le_bytes());
    write_directory(&mut file, &entries, values_at);
    for tile in tiles {
        file.extend_from_slice(tile);
        file.resize(even(file.len()), 0);
    }
    file
}

/// The entries of every file; the offsets of tiles are still 0.
fn entries(
    raster: &Raster,
    kind: &PixelKind,
    metadata: &str,
    notes: &[Note],
    tiles: &[Vec<u8>],
) -> Vec<Entry> {
    let counts: Vec<u32> = tiles.iter().map(|tile| tile.len() as u32).collect();
    let (west, north) = raster.corner_m;
    let description: Vec<String> =
        notes.iter().map(|note| format!("{}: {}", note.name, note.text)).collect();
    let software = format!("Dragonfly {}", dragonfly_core::VERSION);
    let short = |number: u16| TagValue::Shorts(vec![number]);
    let long = |number: usize| TagValue::Longs(vec![number as u32]);
    vec![
        (tag::IMAGE_WIDTH, long(raster.width)),
        (tag::IMAGE_LENGTH, long(raster.height())),
        (tag::BITS_PER_SAMPLE, short(kind.bits)),
        (tag::COMPRESSION, short(DEFLATE)),
        (tag::PHOTOMETRIC, short(kind.photometric)),
        (tag::IMAGE_DESCRIPTION, TagValue::Text(description.join("\n"))),
        (tag::SAMPLES_PER_PIXEL, short(1)),
        (tag::PLANAR_CONFIGURATION, short(CONTIGUOUS)),
        (tag::SOFTWARE, TagValue::Text(software)),
        (tag::PREDICTOR, short(kind.predictor)),
        (tag::TILE_WIDTH, short(TILE_PX as u16)),
        (tag::TILE_LENGTH, short(TILE_PX as u16)),
        (tag::TILE_OFFSETS, TagValue::Longs(vec![0; tiles.len()])),
        (tag::TILE_BYTE_COUNTS, TagValue::Longs(counts)),
        (tag::SAMPLE_FORMAT, short(kind.sample_format)),
        (tag::MODEL_PIXEL_SCALE, TagValue::Doubles(vec![raster.cell_m, raster.cell_m, 0.0])),
        (tag::MODEL_TIEPOINT, TagValue::Doubles(vec![0.0, 0.0, 0.0, west, north, 0.0])),
        (tag::GEO_KEY_DIRECTORY, TagValue::Shorts(geo_keys(raster.epsg))),
        (tag::GDAL_METADATA, TagValue::Text(metadata.to_owned())),
        (tag::GDAL_NODATA, TagValue::Text(kind.no_data.to_owned())),
    ]
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

/// Bytes that a value takes outside its entry.
fn outer_length(value: &TagValue) -> usize {
    let length = value.encode().2.len();
    if length > INLINE_BYTES { even(length) } else { 0 }
}

/// Writes the only directory, and the values that do not fit into their entries at `values_at`.
fn write_directory(file: &mut Vec<u8>, entries: &[Entry], values_at: usize) {
    file.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    let mut values = Vec::new();
    for (tag, value) in entries {
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
    // No further directory.
    file.extend_from_slice(&[0; 4]);
    file.append(&mut values);
}

/// Values begin at even offsets.
fn even(length: usize) -> usize {
    length + length % 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_tiff::{Crs, KnownBytes, TiffImage};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn raster() -> Raster {
        let values = (0..300 * 260)
            .map(|cell| if cell % 7 == 0 { f32::NAN } else { cell as f32 / 1e5 })
            .collect();
        Raster {
            epsg: 32_611,
            corner_m: (300_000.0, 4_000_020.0),
            cell_m: 20.0,
            width: 300,
            values,
        }
    }

    #[test]
    fn our_own_reader_finds_size_place_and_no_data() {
        let file = values_geotiff(&raster(), "dNBR", &[]);
        let image = TiffImage::parse(&KnownBytes::whole(file)).unwrap();
        assert_eq!((image.full().width, image.full().height), (300, 260));
        assert_eq!(image.crs, Crs::Epsg(32_611));
        assert_eq!(image.geo_transform.unwrap().0, [300_000.0, 20.0, 0.0, 4_000_020.0, 0.0, -20.0]);
        assert!(image.no_data.unwrap().is_nan());
    }

    #[test]
    fn an_empty_raster_makes_a_file_and_no_panic() {
        let empty = Raster { width: 0, values: Vec::new(), ..raster() };
        assert!(!values_geotiff(&empty, "dNBR", &[]).is_empty());
        assert!(
            !classes_geotiff(&empty, &Thresholds::default(), Palette::default(), &[]).is_empty()
        );
    }

    #[test]
    fn text_from_a_catalogue_cannot_break_the_metadata() {
        let note = Note { name: "scene".to_owned(), text: "</Item><b>&\"\u{0}\u{1b}".to_owned() };
        let xml = metadata("dNBR", &[note]);
        assert!(
            xml.contains(
                "<Item \
                name=\"SCENE\">&amp;lt;/Item&amp;gt;&amp;lt;b&amp;gt;&amp;amp;&amp;quot;  \
                </Item>"
            ),
            "{xml}"
        );
    }
}
