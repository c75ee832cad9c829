//! The directories of a TIFF, checked before GDAL opens the file: GDAL reserves memory by what they
//! state.

use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::read::remote::RemoteFile;

/// Directories of one file: far more than any pyramid with masks has.
const MAX_DIRECTORIES: usize = 128;
/// Tags of one directory.
const MAX_TAGS: u64 = 4096;
/// Bands of one file.
pub(super) const MAX_BANDS: u64 = 64;

/// Bytes of the values of all tags of a file, other than the places of its blocks.
const MAX_OTHER_TAG_BYTES: u64 = 1 << 20;

/// The tag that states the number of bands.
const SAMPLES_PER_PIXEL: u64 = 277;
/// The tags of the places of blocks: StripOffsets, StripByteCounts, TileOffsets and TileByteCounts.
const BLOCK_PLACES: [u64; 4] = [273, 279, 324, 325];

/// Why a file is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HeaderError {
    /// Bytes that must be there did not come.
    #[error("its header cannot be read")]
    Unreadable,
    /// The header points to a place that the file does not have.
    #[error("it is cut short: {0} would lie past its end")]
    CutShort(&'static str),
    /// There is more of something than any real file has.
    #[error("it has {found} {what}, and {max} can be read at most")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: u64,
        /// How many can be read.
        max: u64,
    },
    /// A chain of directories that leads back into itself, or is longer than any real one.
    #[error("its directories run in a circle, or are more than {MAX_DIRECTORIES}")]
    Circle,
}

/// A file whose bytes can be read at any place.
pub(crate) trait ReadAt {
    /// Bytes of the whole file.
    fn length(&self) -> u64;
    /// Fills a buffer from a place on; `None` when it cannot.
    fn read_at(&self, at: u64, into: &mut [u8]) -> Option<()>;
}

impl ReadAt for File {
    fn length(&self) -> u64 {
        self.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Option<()> {
        self.read_exact_at(into, at).ok()
    }
}

impl ReadAt for RemoteFile {
    fn length(&self) -> u64 {
        self.size()
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Option<()> {
        (RemoteFile::read_at(self, at, into) == into.len()).then_some(())
    }
}

/// Checks the directories of a file. What does not begin as a TIFF passes: GDAL refuses it.
///
/// `max_place_bytes` bounds the values of the tags that state where the blocks lie.
///
/// # Errors
/// When a number in them cannot be true, or is larger than can be read.
pub(super) fn check_header(file: &impl ReadAt, max_place_bytes: u64) -> Result<(), HeaderError> {
    let mut start = [0; 16];
    let known = file.length().min(start.len() as u64) as usize;
    file.read_at(0, &mut start[..known]).ok_or(HeaderError::Unreadable)?;
    let Some((layout, mut next)) = layout(&start) else { return Ok(()) };
    let mut seen = HashSet::new();
    let mut places = TagBytes { what: "bytes of places of blocks", used: 0, max: max_place_bytes };
    let mut others = TagBytes { what: "bytes of tags", used: 0, max: MAX_OTHER_TAG_BYTES };
    while next != 0 {
        if seen.len() == MAX_DIRECTORIES || !seen.insert(next) {
            return Err(HeaderError::Circle);
        }
        next = check_directory(file, layout, next, |tag, bytes| {
            if BLOCK_PLACES.contains(&tag) { places.add(bytes) } else { others.add(bytes) }
        })?;
    }
    Ok(())
}

/// How numbers and directories are written.
#[derive(Clone, Copy)]
struct TiffLayout {
    is_little: bool,
    is_big: bool,
}

/// Bytes of the values of tags.
struct TagBytes {
    what: &'static str,
    used: u64,
    max: u64,
}

impl TagBytes {
    fn add(&mut self, bytes: u64) -> Result<(), HeaderError> {
        self.used = self.used.saturating_add(bytes);
        let Self { what, used, max } = *self;
        if used > max { Err(HeaderError::TooMany { what, found: used, max }) } else { Ok(()) }
    }
}

/// The layout of a file that begins so, and the place of its first directory; `None` where it is no
/// TIFF.
fn layout(start: &[u8; 16]) -> Option<(TiffLayout, u64)> {
    let is_little = match &start[..2] {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let layout = |is_big| TiffLayout { is_little, is_big };
    match layout(false).number(&start[2..4]) {
        42 => Some((layout(false), layout(false).number(&start[4..8]))),
        43 => Some((layout(true), layout(true).number(&start[8..16]))),
        _ => None,
    }
}

impl TiffLayout {
    /// A whole number of up to 8 bytes.
    fn number(self, raw: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.is_little { raw.iter().rev().fold(0, add) } else { raw.iter().fold(0, add) }
    }
}

/// Checks one directory; the place of the next, 0 after the last. Calls `add` with every tag whose
/// values lie elsewhere in the file, and their bytes.
fn check_directory(
    file: &impl ReadAt,
    layout: TiffLayout,
    at: u64,
    mut add: impl FnMut(u64, u64) -> Result<(), HeaderError>,
) -> Result<u64, HeaderError> {
    const WHAT: &str = "a directory";
    let (count_length, entry_length, word) = if layout.is_big { (8, 20, 8) } else { (2, 12, 4) };
    let count = layout.number(&bytes(file, at, count_length, WHAT)?);
    if count > MAX_TAGS {
        return Err(HeaderError::TooMany {
            what: "tags in a directory",
            found: count,
            max: MAX_TAGS,
        });
    }
    let first = at.saturating_add(count_length);
    let body = bytes(file, first, count * entry_length + word, WHAT)?;
    let (entries, next) = body.split_at((count * entry_length) as usize);
    for entry in entries.chunks_exact(entry_length as usize) {
        let (tag, kind) = (layout.number(&entry[..2]), layout.number(&entry[2..4]));
        let count = layout.number(&entry[4..4 + word as usize]);
        let value = &entry[4 + word as usize..];
        let length = count
            .checked_mul(kind_length(kind))
            .ok_or(HeaderError::CutShort("the values of a tag"))?;
        if length > word {
            let end = layout.number(value).checked_add(length);
            if end.is_none_or(|end| end > file.length()) {
                return Err(HeaderError::CutShort("the values of a tag"));
            }
            add(tag, length)?;
        }
        if tag == SAMPLES_PER_PIXEL && count > 0 {
            let bands = layout.number(&value[..kind_length(kind).min(word) as usize]);
            if bands > MAX_BANDS {
                return Err(HeaderError::TooMany { what: "bands", found: bands, max: MAX_BANDS });
            }
        }
    }
    Ok(layout.number(next))
}

/// Bytes of one value of a kind; an unknown kind counts as one.
fn kind_length(kind: u64) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}

/// Bytes of a file, no more than a directory has.
fn bytes(
    file: &impl ReadAt,
    at: u64,
    length: u64,
    what: &'static str,
) -> Result<Vec<u8>, HeaderError> {
    if at.checked_add(length).is_none_or(|end| end > file.length()) {
        return Err(HeaderError::CutShort(what));
    }
    let mut bytes = vec![0; length as usize];
    file.read_at(at, &mut bytes).ok_or(HeaderError::Unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct InMemory(Vec<u8>);

    impl ReadAt for InMemory {
        fn length(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, at: u64, into: &mut [u8]) -> Option<()> {
            into.copy_from_slice(self.0.get(at as usize..)?.get(..into.len())?);
            Some(())
        }
    }

    /// A classic little-endian TIFF of directories with these tags: number, kind, count and value.
    fn tiff(directories: &[&[(u16, u16, u32, u32)]]) -> Vec<u8> {
        let mut file = b"II*\0\x08\0\0\0".to_vec();
        for (index, tags) in directories.iter().enumerate() {
            file.extend((tags.len() as u16).to_le_bytes());
            for (tag, kind, count, value) in *tags {
                file.extend(tag.to_le_bytes());
                file.extend(kind.to_le_bytes());
                file.extend(count.to_le_bytes());
                file.extend(value.to_le_bytes());
            }
            let next = if index + 1 < directories.len() { file.len() as u32 + 4 } else { 0 };
            file.extend(next.to_le_bytes());
        }
        file
    }

    fn check(file: Vec<u8>, expected: Result<(), HeaderError>) {
        assert_eq!(check_header(&InMemory(file), 1 << 20), expected);
    }

    #[test]
    fn a_plain_header_passes_and_so_does_what_is_no_tiff() {
        check(tiff(&[&[(256, 3, 1, 64), (277, 3, 1, 3)], &[(254, 4, 1, 1)]]), Ok(()));
        check(b"<html>".to_vec(), Ok(()));
        check(Vec::new(), Ok(()));
    }

    #[test]
    fn values_past_the_end_are_refused() {
        let cut = Err(HeaderError::CutShort("the values of a tag"));
        check(tiff(&[&[(324, 4, u32::MAX, 8)]]), cut.clone());
        check(tiff(&[&[(324, 4, 2, u32::MAX)]]), cut);
        check(b"II*\0\xff\xff\xff\xff".to_vec(), Err(HeaderError::CutShort("a directory")));
        let mut big = b"II+\0\x08\0\0\0\xf8\xff\xff\xff\xff\xff\xff\xff".to_vec();
        check(big.clone(), Err(HeaderError::CutShort("a directory")));
        big[8..16].copy_from_slice(&16u64.to_le_bytes());
        big.extend(u64::MAX.to_le_bytes());
        check(
            big,
            Err(HeaderError::TooMany {
                what: "tags in a directory",
                found: u64::MAX,
                max: MAX_TAGS,
            }),
        );
    }

    #[test]
    fn too_many_of_anything_is_refused() {
        check(
            tiff(&[&[(277, 3, 1, 65_535)]]),
            Err(HeaderError::TooMany { what: "bands", found: 65_535, max: MAX_BANDS }),
        );
        let mut large = tiff(&[&[(324, 4, 1 << 19, 8)]]);
        large.resize(3 << 20, 0);
        let what = "bytes of places of blocks";
        check(large, Err(HeaderError::TooMany { what, found: 1 << 21, max: 1 << 20 }));
        let mut large = tiff(&[&[(42_112, 2, 600_000, 8)], &[(42_112, 2, 600_000, 8)]]);
        large.resize(3 << 20, 0);
        let (what, max) = ("bytes of tags", MAX_OTHER_TAG_BYTES);
        check(large, Err(HeaderError::TooMany { what, found: 1_200_000, max }));
        check(tiff(&vec![&[(254u16, 4u16, 1u32, 1u32)][..]; 129]), Err(HeaderError::Circle));
    }

    #[test]
    fn a_circle_of_directories_is_refused() {
        let mut file = tiff(&[&[(254, 4, 1, 1)]]);
        let end = file.len();
        file[end - 4..].copy_from_slice(&8u32.to_le_bytes());
        check(file, Err(HeaderError::Circle));
    }
}
