//! A raster as a GeoTIFF: tiles, deflate, and all that GIS needs to place, colour and explain it.
//!
//! Written here and not by the crate `tiff`, whose encoder knows neither tiles nor the predictor
//! for floats.

use miniz_oxide::deflate::compress_to_vec_zlib;

use dragonfly_core::{Note, Palette, Thresholds};
use dragonfly_tiff::tag;
use dragonfly_tiff::writer::{
    DirectoryWriter, HEADER_BYTES, PixelFormat, SIGNATURE, TagValue, even, pack_floats,
};

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
    let tiles = tiles(raster, f32::NAN, |value| value, |pixels| pack_floats(pixels, TILE_PX));
    let tags = FileTags {
        format: PixelFormat::FLOAT,
        no_data: "nan",
        colours: Vec::new(),
        band_name: values_name,
        items: notes,
        notes,
    };
    write(raster, tags, &tiles)
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
    let tags = FileTags {
        format: PixelFormat::PALETTE,
        no_data: "0",
        colours,
        band_name: "burn severity class",
        items: &explained,
        notes,
    };
    write(raster, tags, &tiles)
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

/// What a file states beside its tiles.
struct FileTags<'a> {
    format: PixelFormat,
    no_data: &'static str,
    /// The colours of indices; empty where pixels are values.
    colours: Vec<u16>,
    band_name: &'a str,
    /// Items of the metadata.
    items: &'a [Note],
    /// Lines of the description.
    notes: &'a [Note],
}

/// The file: header, directory, tiles.
fn write(raster: &Raster, tags: FileTags<'_>, tiles: &[Vec<u8>]) -> Vec<u8> {
    let mut directory = directory(raster, tags, tiles);
    let mut next = HEADER_BYTES + directory.length();
    let mut offsets = Vec::with_capacity(tiles.len());
    for tile in tiles {
        offsets.push(next as u32);
        next += even(tile.len());
    }
    directory.set_offsets(offsets);

    let mut file = Vec::with_capacity(next);
    file.extend_from_slice(SIGNATURE);
    file.extend_from_slice(&(HEADER_BYTES as u32).to_le_bytes());
    directory.write(&mut file, 0);
    for tile in tiles {
        file.extend_from_slice(tile);
        file.resize(even(file.len()), 0);
    }
    file
}

/// The only directory; the offsets of tiles are still 0.
fn directory(raster: &Raster, tags: FileTags<'_>, tiles: &[Vec<u8>]) -> DirectoryWriter {
    let size = (raster.width, raster.height());
    let tile_bytes = tiles.iter().map(|tile| tile.len() as u32).collect();
    let mut directory = DirectoryWriter::of_image(size, TILE_PX as u16, tags.format, tile_bytes);
    let description: Vec<String> =
        tags.notes.iter().map(|note| format!("{}: {}", note.name, note.text)).collect();
    directory.set(tag::IMAGE_DESCRIPTION, TagValue::Text(description.join("\n")));
    let software = format!("Dragonfly {}", dragonfly_core::VERSION);
    directory.set(tag::SOFTWARE, TagValue::Text(software));
    directory.set_georeference(raster.epsg, raster.corner_m, raster.cell_m);
    let items: Vec<(String, &str)> =
        tags.items.iter().map(|note| (note.tag_name(), note.text.as_str())).collect();
    directory.set_gdal_metadata(tags.band_name, &items);
    directory.set(tag::GDAL_NODATA, TagValue::Text(tags.no_data.to_owned()));
    if !tags.colours.is_empty() {
        directory.set(tag::COLOR_MAP, TagValue::Shorts(tags.colours));
    }
    directory
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
}
