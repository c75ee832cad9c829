//! The bytes of a remote file that are at hand.

use std::collections::BTreeMap;
use std::ops::Range;

/// Pieces of a file, each by its offset. Pieces that touch are one.
#[derive(Clone, Debug, Default)]
pub struct KnownBytes {
    pieces: BTreeMap<u64, Vec<u8>>,
    /// Length of the whole file, where it is known.
    file_length: Option<u64>,
}

/// Why bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownBytesError {
    /// They are not in hand; the range is the first part of them that is missing.
    Missing(Range<u64>),
    /// The file ends before them.
    PastTheEnd,
}

impl KnownBytes {
    /// A whole file.
    pub fn whole(bytes: Vec<u8>) -> Self {
        let file_length = Some(bytes.len() as u64);
        Self { pieces: BTreeMap::from([(0, bytes)]), file_length }
    }

    /// Sets the length of the file.
    pub fn set_file_length(&mut self, bytes: u64) {
        self.file_length = Some(bytes);
    }

    /// How long the file is, where that is known.
    pub fn file_length(&self) -> Option<u64> {
        self.file_length
    }

    /// Bytes in hand, counted.
    pub fn len(&self) -> u64 {
        self.pieces.values().map(|piece| piece.len() as u64).sum()
    }

    /// Whether nothing is in hand.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The bytes of a range.
    ///
    /// # Errors
    /// When they are not in hand, or the file has none there.
    pub fn get(&self, range: Range<u64>) -> Result<&[u8], KnownBytesError> {
        if self.file_length.is_some_and(|length| range.end > length) {
            return Err(KnownBytesError::PastTheEnd);
        }
        let Some((start, piece)) = self.pieces.range(..=range.start).next_back() else {
            return Err(KnownBytesError::Missing(self.until_known(range)));
        };
        let end = start + piece.len() as u64;
        if end >= range.end {
            return Ok(&piece[(range.start - start) as usize..(range.end - start) as usize]);
        }
        Err(KnownBytesError::Missing(self.until_known(range.start.max(end)..range.end)))
    }

    /// Adds bytes that begin at an offset. What is in hand already must not be among them.
    pub fn add(&mut self, start: u64, mut bytes: Vec<u8>) {
        let end = start + bytes.len() as u64;
        if let Some(next) = self.pieces.remove(&end) {
            bytes.extend_from_slice(&next);
        }
        match self.pieces.range_mut(..start).next_back() {
            Some((before, piece)) if before + piece.len() as u64 == start => {
                piece.extend_from_slice(&bytes)
            }
            _ => {
                self.pieces.insert(start, bytes);
            }
        }
    }

    /// The part of a range before the next piece in hand and the end of the file.
    pub fn until_known(&self, range: Range<u64>) -> Range<u64> {
        let next = self.pieces.range(range.start..).next().map(|(start, _)| *start);
        let limit = next.unwrap_or(u64::MAX).min(self.file_length.unwrap_or(u64::MAX));
        range.start..range.end.min(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn pieces_that_touch_are_one() {
        let mut known = KnownBytes::default();
        known.add(0, vec![0, 1, 2]);
        known.add(6, vec![6, 7]);
        assert_eq!(known.get(1..3), Ok(&[1u8, 2][..]));
        assert_eq!(known.get(1..8), Err(KnownBytesError::Missing(3..6)));
        known.add(3, vec![3, 4, 5]);
        assert_eq!(known.get(0..8), Ok(&[0u8, 1, 2, 3, 4, 5, 6, 7][..]));
        assert_eq!(known.len(), 8);
    }

    #[test]
    fn a_file_has_no_bytes_past_its_end() {
        let mut known = KnownBytes::default();
        assert_eq!(known.get(5..9), Err(KnownBytesError::Missing(5..9)));
        known.set_file_length(8);
        assert_eq!(known.get(5..9), Err(KnownBytesError::PastTheEnd));
        assert_eq!(known.until_known(5..100), 5..8);
    }
}
