//! Tiles as files: 8-bit palette PNGs whose indices are the values.

use std::io::Cursor;

use crate::mercator::TILE_SIZE_PX;
use crate::palette::Palette;
use crate::severity::Breaks;
use crate::tile_code::colours;

/// Pixels of a tile.
pub const TILE_PIXELS: usize = (TILE_SIZE_PX * TILE_SIZE_PX) as usize;

/// A file that is no value tile.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// Not a PNG, or a broken one.
    #[error("not a readable PNG: {0}")]
    Decoding(#[from] png::DecodingError),
    /// A PNG of another size or colour type.
    #[error("not a value tile: {width} × {height} pixels of {colour:?}, not 256 × 256 of an 8-bit palette")]
    Layout {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Its colour type.
        colour: png::ColorType,
    },
    /// Indices of another number than a tile has.
    #[error("a tile has {TILE_PIXELS} indices, not {0}")]
    Length(usize),
    /// The encoder failed.
    #[error("cannot encode a tile: {0}")]
    Encoding(#[from] png::EncodingError),
}

/// A tile as a PNG; its own palette paints the classes, so any viewer shows the map.
///
/// `indices` run row by row from the north-west corner.
///
/// # Errors
/// When there are not 256 × 256 indices.
pub fn encode_tile(indices: &[u8]) -> Result<Vec<u8>, TileError> {
    if indices.len() != TILE_PIXELS {
        return Err(TileError::Length(indices.len()));
    }
    let table = colours(Palette::default(), &Breaks::USGS);
    let mut file = Vec::with_capacity(TILE_PIXELS / 8);
    let mut encoder = png::Encoder::new(&mut file, TILE_SIZE_PX, TILE_SIZE_PX);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(table.iter().flat_map(|colour| [colour[0], colour[1], colour[2]]).collect::<Vec<_>>());
    encoder.set_trns(table.iter().map(|colour| colour[3]).collect::<Vec<_>>());
    encoder.set_compression(png::Compression::Balanced);
    // Neighbouring indices are no gradient: filters only spoil the runs.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(indices)?;
    writer.finish()?;
    Ok(file)
}

/// The indices of a tile, row by row from the north-west corner.
///
/// # Errors
/// When the file is no PNG of 256 × 256 palette indices.
pub fn decode_tile(file: &[u8]) -> Result<Vec<u8>, TileError> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info()?;
    let info = reader.info();
    let (width, height, colour) = (info.width, info.height, info.color_type);
    let is_value_tile = (width, height, colour, info.bit_depth)
        == (TILE_SIZE_PX, TILE_SIZE_PX, png::ColorType::Indexed, png::BitDepth::Eight);
    if !is_value_tile {
        return Err(TileError::Layout { width, height, colour });
    }
    let mut indices = vec![0; TILE_PIXELS];
    reader.next_frame(&mut indices)?;
    Ok(indices)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_index_survives_the_file() {
        let indices: Vec<u8> = (0..TILE_PIXELS).map(|pixel| (pixel * 7 % 256) as u8).collect();
        assert_eq!(decode_tile(&encode_tile(&indices).unwrap()).unwrap(), indices);
    }

    #[test]
    fn what_is_no_tile_is_an_error() {
        assert!(matches!(encode_tile(&[1, 2, 3]), Err(TileError::Length(3))));
        assert!(matches!(decode_tile(b"<html>"), Err(TileError::Decoding(_))));
        let whole = encode_tile(&vec![9; TILE_PIXELS]).unwrap();
        assert!(decode_tile(&whole[..whole.len() / 2]).is_err());
        let mut grey = Vec::new();
        let mut writer = png::Encoder::new(&mut grey, 1, 1).write_header().unwrap();
        writer.write_image_data(&[0]).unwrap();
        writer.finish().unwrap();
        assert!(matches!(decode_tile(&grey), Err(TileError::Layout { width: 1, .. })));
    }
}
