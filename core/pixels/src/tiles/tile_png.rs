//! Tiles as files: 8-bit palette PNGs whose indices are the values.

#[cfg(not(target_arch = "wasm32"))]
use std::cell::RefCell;

#[cfg(not(target_arch = "wasm32"))]
use libdeflater::{CompressionLvl, Compressor};

use crate::geo::mercator::TILE_SIZE_PX;
use crate::severity::classes::Breaks;
use crate::severity::palette::Palette;
use crate::tiles::tile_code::colours;

/// Pixels of a tile.
pub const TILE_PIXELS: usize = (TILE_SIZE_PX * TILE_SIZE_PX) as usize;

/// A file that is no value tile.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// Not a PNG, or a broken one.
    #[error("not a readable PNG: {0}")]
    Decoding(&'static str),
    /// A PNG of another size or colour type.
    #[error(
        "not a value tile: {width} × {height} pixels of PNG colour type {colour}, not 256 × 256 \
        of an 8-bit palette"
    )]
    Layout {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Its colour type, as PNG numbers them; 3 is a palette.
        colour: u8,
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
    encoder.set_palette(
        table.iter().flat_map(|colour| [colour[0], colour[1], colour[2]]).collect::<Vec<_>>(),
    );
    encoder.set_trns(table.iter().map(|colour| colour[3]).collect::<Vec<_>>());
    encoder.set_compression(png::Compression::Balanced);
    // Neighbouring indices are no gradient: filters only spoil the runs.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    write_indices(&mut writer, indices)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(target_arch = "wasm32")]
fn write_indices(
    writer: &mut png::Writer<&mut Vec<u8>>,
    indices: &[u8],
) -> Result<(), png::EncodingError> {
    writer.write_image_data(indices)
}

/// Natively by `libdeflate`, which takes less time than `png`.
#[cfg(not(target_arch = "wasm32"))]
fn write_indices(
    writer: &mut png::Writer<&mut Vec<u8>>,
    indices: &[u8],
) -> Result<(), png::EncodingError> {
    thread_local! {
        static COMPRESSOR: RefCell<Compressor> =
            RefCell::new(Compressor::new(CompressionLvl::default()));
    }
    // Each row begins with its filter: none.
    let mut rows = Vec::with_capacity(TILE_PIXELS + SIDE);
    for row in indices.chunks_exact(SIDE) {
        rows.push(0);
        rows.extend_from_slice(row);
    }
    let compressed = COMPRESSOR.with_borrow_mut(|compressor| {
        let mut compressed = vec![0; compressor.zlib_compress_bound(rows.len())];
        let length = compressor.zlib_compress(&rows, &mut compressed);
        length.map(|length| {
            compressed.truncate(length);
            compressed
        })
    });
    // It fails only where the buffer is too small.
    let compressed = compressed.map_err(|error| std::io::Error::other(error.to_string()))?;
    writer.write_chunk(png::chunk::IDAT, &compressed)
}

/// The indices of a tile, row by row from the north-west corner.
///
/// Reads the one layout that tiles have and no other, which weighs a tenth of a whole reader of
/// PNGs in the page. The pixels carry a checksum of their own; those of the chunks are not looked
/// at.
///
/// # Errors
/// When the file is no PNG of 256 × 256 palette indices.
pub fn decode_tile(file: &[u8]) -> Result<Vec<u8>, TileError> {
    let mut rest = file
        .strip_prefix(SIGNATURE)
        .ok_or(TileError::Decoding("its first bytes are another format's"))?;
    let mut compressed = Vec::with_capacity(file.len());
    let mut has_header = false;
    while let Some((name, data, after)) = chunk(rest) {
        match name {
            b"IHDR" => {
                check_layout(data)?;
                has_header = true;
            }
            b"IDAT" => compressed.extend_from_slice(data),
            b"IEND" => break,
            _ => {}
        }
        rest = after;
    }
    if !has_header {
        return Err(TileError::Decoding("it has no header"));
    }
    let rows = fdeflate::decompress_to_vec_bounded(&compressed, TILE_PIXELS + SIDE)
        .map_err(|_| TileError::Decoding("its pixels are cut short or damaged"))?;
    if rows.len() != TILE_PIXELS + SIDE {
        return Err(TileError::Decoding("it has too few pixels"));
    }
    unfiltered(&rows)
}

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const SIDE: usize = TILE_SIZE_PX as usize;

/// Name and data of the first chunk, and what follows it; `None` where it is cut short.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (name, rest) = rest.split_first_chunk()?;
    let (data, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let (_checksum, after) = rest.split_first_chunk::<4>()?;
    Some((name, data, after))
}

fn check_layout(header: &[u8]) -> Result<(), TileError> {
    let cut_short = || TileError::Decoding("its header is cut short");
    let (width, rest) = header.split_first_chunk().ok_or_else(cut_short)?;
    let (height, rest) = rest.split_first_chunk().ok_or_else(cut_short)?;
    let &[depth, colour, compression, filter, interlace] = rest else {
        return Err(cut_short());
    };
    let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
    let is_value_tile = (width, height, depth, colour, compression, filter, interlace)
        == (TILE_SIZE_PX, TILE_SIZE_PX, 8, 3, 0, 0, 0);
    if is_value_tile { Ok(()) } else { Err(TileError::Layout { width, height, colour }) }
}

/// Undoes the filters of PNG (ISO/IEC 15948, clause 9), of which our own tiles use none but other
/// writers do.
fn unfiltered(rows: &[u8]) -> Result<Vec<u8>, TileError> {
    let mut indices: Vec<u8> = Vec::with_capacity(TILE_PIXELS);
    for row in rows.chunks_exact(SIDE + 1) {
        let (filter, row) =
            row.split_first().ok_or(TileError::Decoding("it has too few pixels"))?;
        let start = indices.len();
        for (column, byte) in row.iter().enumerate() {
            let before = |back: usize, is_there: bool| {
                if is_there { indices[start + column - back] } else { 0 }
            };
            let left = before(1, column > 0);
            let up = before(SIDE, start > 0);
            let predicted = match filter {
                0 => 0,
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, before(SIDE + 1, start > 0 && column > 0)),
                _ => return Err(TileError::Decoding("its rows are filtered in no known way")),
            };
            indices.push(byte.wrapping_add(predicted));
        }
    }
    Ok(indices)
}

/// Of three neighbours the one nearest to left + up − corner.
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    [left, up, corner].into_iter().min_by_key(|one| (guess - i16::from(*one)).abs()).unwrap_or(left)
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
    fn tiles_of_other_writers_are_read_alike() {
        let indices: Vec<u8> =
            (0..TILE_PIXELS).map(|pixel| (pixel * pixel / 251 % 256) as u8).collect();
        for filter in [
            png::Filter::Sub,
            png::Filter::Up,
            png::Filter::Avg,
            png::Filter::Paeth,
            png::Filter::Adaptive,
        ] {
            let mut file = Vec::new();
            let mut encoder = png::Encoder::new(&mut file, TILE_SIZE_PX, TILE_SIZE_PX);
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(vec![0; 768]);
            encoder.set_filter(filter);
            let mut writer = encoder.write_header().unwrap();
            writer.write_image_data(&indices).unwrap();
            writer.finish().unwrap();
            assert_eq!(decode_tile(&file).unwrap(), indices, "{filter:?}");
        }
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
