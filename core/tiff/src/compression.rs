//! From a block's bytes as stored to its bytes as pixels.
//!
//! The length of the result is known beforehand, and no decoder may write more: a bomb ends there.

#[cfg(not(target_arch = "wasm32"))]
use std::cell::RefCell;

#[cfg(not(target_arch = "wasm32"))]
use libdeflater::{DecompressionError, Decompressor};
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::io::Read;
use weezl::LzwStatus;

/// How blocks are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// As in zip files and PNG, with a zlib header.
    Deflate,
    /// Lempel, Ziv and Welch, as TIFF 6.0 has it.
    Lzw,
    /// Zstandard.
    Zstd,
}

/// Why a block cannot be decompressed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// It holds fewer pixels than its place in the image.
    #[error("it ends early: {found} of {expected} bytes")]
    Short {
        /// Bytes there are.
        found: usize,
        /// Bytes there should be.
        expected: usize,
    },
    /// The decoder gave up.
    #[error("it is not sound {scheme}: {cause}")]
    Unsound {
        /// The compression.
        scheme: &'static str,
        /// What the decoder states.
        cause: String,
    },
}

impl Compression {
    /// By the number in a TIFF's tag; an error names the scheme that cannot be read.
    ///
    /// # Errors
    /// The name of the scheme.
    pub fn from_tag(number: u64) -> Result<Self, String> {
        let name = match number {
            1 => return Ok(Self::None),
            8 | 32_946 => return Ok(Self::Deflate),
            5 => return Ok(Self::Lzw),
            50_000 => return Ok(Self::Zstd),
            2..=4 => "fax (CCITT)",
            6 => "old JPEG",
            7 => "JPEG",
            32_773 => "PackBits",
            34_712 => "JPEG 2000",
            34_887 => "LERC",
            34_925 => "LZMA",
            50_001 => "WebP",
            50_002 | 52_546 => "JPEG XL",
            _ => return Err(format!("compression number {number}")),
        };
        Err(format!("{name} compression"))
    }

    /// Decompresses into a buffer of the length the block must have; what lies beyond is not looked
    /// at.
    ///
    /// # Errors
    /// When the block is broken or too short.
    pub fn decompress(self, stored: &[u8], length: usize) -> Result<Vec<u8>, BlockError> {
        self.decompress_start(stored, length, length)
    }

    /// The first `length` bytes or more of a block that has no more than `whole`. Natively, deflate
    /// is decompressed whole, which takes less time than the beginning alone.
    ///
    /// # Errors
    /// As [`Self::decompress`].
    pub(crate) fn decompress_start(
        self,
        stored: &[u8],
        length: usize,
        whole: usize,
    ) -> Result<Vec<u8>, BlockError> {
        if self == Self::None {
            let bytes = stored.get(..length).map(<[u8]>::to_vec);
            return bytes.ok_or(BlockError::Short { found: stored.len(), expected: length });
        }
        let is_whole = self == Self::Deflate && cfg!(not(target_arch = "wasm32"));
        let mut bytes = vec![0; if is_whole { whole.max(length) } else { length }];
        let found = match self {
            Self::Lzw => unpack_lzw(stored, &mut bytes)?,
            Self::Zstd => unpack_zstd(stored, &mut bytes)?,
            Self::None | Self::Deflate => inflate(stored, &mut bytes)?,
        };
        if found < length { Err(BlockError::Short { found, expected: length }) } else { Ok(bytes) }
    }
}

/// Faster than [`inflate_start`], but only whole blocks: of those it checks the sum too.
#[cfg(not(target_arch = "wasm32"))]
fn inflate(stored: &[u8], into: &mut [u8]) -> Result<usize, BlockError> {
    thread_local! {
        static DECOMPRESSOR: RefCell<Decompressor> = RefCell::new(Decompressor::new());
    }
    match DECOMPRESSOR.with_borrow_mut(|decoder| decoder.zlib_decompress(stored, into)) {
        Ok(written) => Ok(written),
        Err(DecompressionError::InsufficientSpace) => inflate_start(stored, into),
        Err(cause) => Err(BlockError::Unsound { scheme: "deflate", cause: cause.to_string() }),
    }
}

#[cfg(target_arch = "wasm32")]
use inflate_start as inflate;

/// Inflates as much as the buffer holds, and looks at nothing beyond.
fn inflate_start(stored: &[u8], into: &mut [u8]) -> Result<usize, BlockError> {
    let mut decoder = fdeflate::Decompressor::new();
    let (mut read, mut written) = (0, 0);
    while !decoder.is_done() && written < into.len() {
        let (consumed, produced) =
            decoder.read(&stored[read..], into, written, true).map_err(|cause| {
                BlockError::Unsound { scheme: "deflate", cause: format!("{cause:?}") }
            })?;
        read += consumed;
        written += produced;
        if consumed == 0 && produced == 0 {
            break;
        }
    }
    Ok(written)
}

fn unpack_lzw(stored: &[u8], into: &mut [u8]) -> Result<usize, BlockError> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let (mut read, mut written) = (0, 0);
    while written < into.len() {
        let step = decoder.decode_bytes(&stored[read..], &mut into[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Ok(LzwStatus::Ok) => {}
            Ok(LzwStatus::NoProgress | LzwStatus::Done) => break,
            Err(cause) => {
                return Err(BlockError::Unsound { scheme: "LZW", cause: cause.to_string() });
            }
        }
    }
    Ok(written)
}

/// A frame may request a window as large as this at least, bytes: what zstd's own levels use for
/// blocks.
const MIN_WINDOW_LIMIT: u64 = 8 << 20;

fn unpack_zstd(mut stored: &[u8], into: &mut [u8]) -> Result<usize, BlockError> {
    let unsound = |cause: String| BlockError::Unsound { scheme: "zstd", cause };
    let failed = |error: FrameDecoderError| unsound(error.to_string());
    // The decoder sets aside the window that the frame requests.
    let limit = (into.len() as u64).max(MIN_WINDOW_LIMIT);
    let window = zstd_window(stored).ok_or_else(|| unsound("it has no frame".to_owned()))?;
    if window > limit {
        return Err(unsound(format!("its window of {window} bytes is larger than the block")));
    }
    let mut decoder = FrameDecoder::new();
    decoder.init(&mut stored).map_err(failed)?;
    let mut written = 0;
    while written < into.len() {
        // One inner block at a time: it holds 128 KiB at most.
        decoder.decode_blocks(&mut stored, BlockDecodingStrategy::UptoBlocks(1)).map_err(failed)?;
        written +=
            decoder.read(&mut into[written..]).map_err(|error| unsound(error.to_string()))?;
        if decoder.is_finished() && decoder.can_collect() == 0 {
            break;
        }
    }
    Ok(written)
}

/// Bytes of the window that a zstd frame requests (RFC 8878, 3.1.1.1); `None` where no frame
/// begins.
fn zstd_window(stored: &[u8]) -> Option<u64> {
    const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
    let header = stored.strip_prefix(&MAGIC)?;
    let descriptor = *header.first()?;
    let is_single_segment = descriptor & 0x20 != 0;
    if !is_single_segment {
        let window = *header.get(1)?;
        let base = 1u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // The window is the content, whose length follows the dictionary's number.
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let length = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let raw = header.get(1 + dictionary..1 + dictionary + length)?;
    let content = raw.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    Some(if length == 2 { content + 256 } else { content })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// `zlib.compress(b"burnt ground " * 4)`.
    const DEFLATED: &[u8] = &[
        0x78, 0x9c, 0x4b, 0x2a, 0x2d, 0xca, 0x2b, 0x51, 0x48, 0x2f, 0xca, 0x2f, 0xcd, 0x4b, 0x51,
        0x48, 0x22, 0x8e, 0x03, 0x00, 0x16, 0x26, 0x13, 0xe9,
    ];

    #[test]
    fn no_more_than_the_blocks_length_is_written() {
        let whole = Compression::Deflate.decompress(DEFLATED, 52);
        assert_eq!(
            whole.as_deref(),
            Ok(&b"burnt ground burnt ground burnt ground burnt ground "[..])
        );
        assert_eq!(Compression::Deflate.decompress(DEFLATED, 5).as_deref(), Ok(&b"burnt"[..]));
        let mut damaged = DEFLATED.to_vec();
        damaged[DEFLATED.len() - 1] ^= 1;
        assert!(Compression::Deflate.decompress(&damaged, 52).is_err(), "the sum at the end");
        assert_eq!(Compression::None.decompress(b"burnt", 4).as_deref(), Ok(&b"burn"[..]));
    }

    #[test]
    fn a_block_that_ends_early_is_broken() {
        for (scheme, stored) in [
            (Compression::None, &b"burnt"[..]),
            (Compression::Deflate, DEFLATED),
            (Compression::Deflate, &DEFLATED[..12]),
            (Compression::Lzw, &[0x80, 0x0b, 0x60, 0x50]),
            (
                Compression::Zstd,
                &[
                    0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x05, 0x29, 0x00, 0x00, b'b', b'u', b'r', b'n',
                    b't',
                ],
            ),
            (Compression::Zstd, b""),
        ] {
            assert!(scheme.decompress(stored, 1000).is_err(), "{scheme:?}");
        }
    }

    #[test]
    fn a_window_larger_than_the_block_is_refused() {
        let huge = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x88];
        assert_eq!(zstd_window(&huge), Some(128 << 20));
        let refused = Compression::Zstd.decompress(&huge, 1000).unwrap_err().to_string();
        assert!(refused.contains("window of 134217728 bytes"), "{refused}");
    }

    #[test]
    fn a_scheme_that_cannot_be_read_is_named() {
        assert_eq!(Compression::from_tag(34_887).unwrap_err(), "LERC compression");
        assert_eq!(Compression::from_tag(12_345).unwrap_err(), "compression number 12345");
    }
}
