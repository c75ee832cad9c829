//! Numbers in the header of a TIFF, changed by hand.

use std::fs;
use std::path::Path;

/// TileOffsets and TileByteCounts.
pub(crate) const TILE_OFFSETS: u16 = 324;
pub(crate) const TILE_BYTE_COUNTS: u16 = 325;

/// A classic little-endian TIFF, as the invented scenes are.
pub(crate) struct TiffPatch(Vec<u8>);

impl TiffPatch {
    pub(crate) fn read(file: &Path) -> Self {
        let bytes = fs::read(file).unwrap();
        assert_eq!(&bytes[..4], b"II*\0", "{} is no classic little-endian TIFF", file.display());
        Self(bytes)
    }

    pub(crate) fn write(&self, file: &Path) {
        // The file may be a link to one that other tests read.
        let _ = fs::remove_file(file);
        fs::write(file, &self.0).unwrap();
    }

    /// Sets all values of a tag of every directory that has it.
    pub(crate) fn set_all(&mut self, tag: u16, value: u64) {
        for entry in self.entries(tag) {
            let width = match self.number(entry + 2, 2) {
                3 => 2,
                4 => 4,
                16 => 8,
                kind => panic!("tag {tag} is of kind {kind}"),
            };
            let count = self.number(entry + 4, 4) as usize;
            let first =
                if width * count <= 4 { entry + 8 } else { self.number(entry + 8, 4) as usize };
            for place in 0..count {
                let at = first + place * width;
                self.0[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
            }
        }
    }

    /// Where the entries of a tag begin, one for each directory that has it.
    fn entries(&self, tag: u16) -> Vec<usize> {
        let mut entries = Vec::new();
        let mut next = self.number(4, 4) as usize;
        while next != 0 {
            let count = self.number(next, 2) as usize;
            let of_directory = (0..count).map(|index| next + 2 + index * 12);
            entries.extend(of_directory.filter(|entry| self.number(*entry, 2) == u64::from(tag)));
            next = self.number(next + 2 + count * 12, 4) as usize;
        }
        assert!(!entries.is_empty(), "no tag {tag}");
        entries
    }

    fn number(&self, at: usize, width: usize) -> u64 {
        self.0[at..at + width].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
