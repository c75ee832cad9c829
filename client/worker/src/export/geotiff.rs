//! A raster as a GeoTIFF: tiles, deflate, and all that GIS needs to place, colour and explain it.
//!
//! Written here and not by the crate `tiff`, whose encoder knows neither tiles nor the predictor
//! for floats.

use miniz_oxide::deflate::compress_to_vec_zlib;

use dragonfly_core::{Palette, Thresholds};

use crate::compute::raster::Raster;
use crate::export::provenance::Note;

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
    let kind =
        PixelKind { bits: 32, sample_format: 3, predictor: 3, photometric: 1, no_data: "nan" };
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
    let kind = PixelKind { bits: 8, sample_format: 1, predictor: 1, photometric: 3, no_data: "0" };
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

/// GDAL's metadata: a name of the band, and one item a note. GDAL escapes the text of items twice.
fn metadata(band_name: &str, notes: &[Note]) -> String {
    let mut xml = "<GDALMetadata>\n".to_owned();
    xml += &format!(
        "  <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">{}</Item>\n",
        escaped(&escaped(band_name))
    );
    for note in notes {
        let name = note.name.to_ascii_uppercase().replace(' ', "_");
        xml += &format!(
            "  <Item name=\"{}\">{}</Item>\n",
            escaped(&name),
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
                (2, bytes.len() as u32, bytes)
            }
            Self::Shorts(numbers) => {
                (3, numbers.len() as u32, bytes(numbers, |number| number.to_le_bytes()))
            }
            Self::Longs(numbers) => {
                (4, numbers.len() as u32, bytes(numbers, |number| number.to_le_bytes()))
            }
            Self::Doubles(numbers) => {
                (12, numbers.len() as u32, bytes(numbers, |number| number.to_le_bytes()))
            }
        }
    }
}

fn bytes<T: Copy, const N: usize>(numbers: &[T], encode: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(|number| encode(*number)).collect()
}

const TILE_OFFSETS: u16 = 324;
const COLOURS: u16 = 320;
const HEADER_BYTES: usize = 8;
const ENTRY_BYTES: usize = 12;

/// The file: header, directory, values that do not fit into it, tiles.
fn write(
    raster: &Raster,
    kind: &PixelKind,
    colours: &[u16],
    metadata: &str,
    notes: &[Note],
    tiles: &[Vec<u8>],
) -> Vec<u8> {
    let counts: Vec<u32> = tiles.iter().map(|tile| tile.len() as u32).collect();
    // Projected coordinates, pixels are areas, the system's number, metres.
    let geo_keys =
        vec![1, 1, 0, 4, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, raster.epsg, 3076, 0, 1, 9001];
    let (west, north) = raster.corner_m;
    let description: Vec<String> =
        notes.iter().map(|note| format!("{}: {}", note.name, note.text)).collect();
    let mut tags: Vec<(u16, TagValue)> = vec![
        (256, TagValue::Longs(vec![raster.width as u32])),
        (257, TagValue::Longs(vec![raster.height() as u32])),
        (258, TagValue::Shorts(vec![kind.bits])),
        (259, TagValue::Shorts(vec![8])),
        (262, TagValue::Shorts(vec![kind.photometric])),
        (270, TagValue::Text(description.join("\n"))),
        (277, TagValue::Shorts(vec![1])),
        (284, TagValue::Shorts(vec![1])),
        (305, TagValue::Text(format!("Dragonfly {}", dragonfly_core::VERSION))),
        (317, TagValue::Shorts(vec![kind.predictor])),
        (COLOURS, TagValue::Shorts(colours.to_vec())),
        (322, TagValue::Shorts(vec![TILE_PX as u16])),
        (323, TagValue::Shorts(vec![TILE_PX as u16])),
        (TILE_OFFSETS, TagValue::Longs(vec![0; tiles.len()])),
        (325, TagValue::Longs(counts)),
        (339, TagValue::Shorts(vec![kind.sample_format])),
        (33_550, TagValue::Doubles(vec![raster.cell_m, raster.cell_m, 0.0])),
        (33_922, TagValue::Doubles(vec![0.0, 0.0, 0.0, west, north, 0.0])),
        (34_735, TagValue::Shorts(geo_keys)),
        (42_112, TagValue::Text(metadata.to_owned())),
        (42_113, TagValue::Text(kind.no_data.to_owned())),
    ];
    tags.retain(|(tag, _)| *tag != COLOURS || !colours.is_empty());

    // How long everything before the tiles is, is known before the tiles' places are.
    let beside = |value: &TagValue| {
        Some(value.encode().2.len()).filter(|length| *length > 4).map_or(0, even)
    };
    let values_at = HEADER_BYTES + 2 + tags.len() * ENTRY_BYTES + 4;
    let mut next = values_at + tags.iter().map(|(_, value)| beside(value)).sum::<usize>();
    let mut offsets = Vec::with_capacity(tiles.len());
    for tile in tiles {
        offsets.push(next as u32);
        next += even(tile.len());
    }
    tags.iter_mut()
        .filter(|(tag, _)| *tag == TILE_OFFSETS)
        .for_each(|(_, value)| *value = TagValue::Longs(offsets.clone()));

    let mut file = Vec::with_capacity(next);
    file.extend_from_slice(b"II*\0");
    file.extend_from_slice(&(HEADER_BYTES as u32).to_le_bytes());
    file.extend_from_slice(&(tags.len() as u16).to_le_bytes());
    let mut values = Vec::new();
    for (tag, value) in &tags {
        let (type_number, count, mut bytes) = value.encode();
        file.extend_from_slice(&tag.to_le_bytes());
        file.extend_from_slice(&type_number.to_le_bytes());
        file.extend_from_slice(&count.to_le_bytes());
        if bytes.len() <= 4 {
            bytes.resize(4, 0);
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
    for tile in tiles {
        file.extend_from_slice(tile);
        file.resize(even(file.len()), 0);
    }
    file
}

/// Values begin at even places.
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
