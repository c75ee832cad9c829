//! The directories of a TIFF (IFDs): chains of tagged values, classic or BigTIFF.
//!
//! Every count and offset may be a lie: nothing is allocated before the bytes it would hold are in
//! hand.

use std::collections::HashSet;
use std::ops::Range;

use crate::byte_order::ByteOrder;
use crate::known_bytes::{KnownBytes, KnownBytesError};
use crate::tag::{Tag, value_type};

/// Why a file cannot be understood as a GeoTIFF of the kinds read here.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TiffError {
    /// More of the file is needed: fetch it and parse again.
    #[error("bytes {} to {} are needed first", .0.start, .0.end)]
    Missing(Range<u64>),
    /// The file points to a place that it does not have.
    #[error("it is cut short: {0} would lie past its end")]
    CutShort(&'static str),
    /// It does not begin as a TIFF.
    #[error("it does not begin as a TIFF")]
    NotTiff,
    /// A directory's chain leads back into itself, or is longer than any real one.
    #[error("its directories run in a circle")]
    Circle,
    /// A tag that must be there is not.
    #[error("it has no {0}")]
    Without(&'static str),
    /// A value makes no sense.
    #[error("its {name} of {value} makes no sense")]
    Senseless {
        /// What the value should state.
        name: &'static str,
        /// What it is.
        value: u64,
    },
    /// A value is too large for a real image.
    #[error("its {name} of {value} is too large: at most {most} can be read")]
    TooLarge {
        /// What there is too much of.
        name: &'static str,
        /// How much of it.
        value: u64,
        /// How much can be read.
        most: u64,
    },
    /// A layout that is not read here.
    #[error("{0} cannot be read")]
    NotRead(String),
}

/// Directories of one file: far more than any pyramid with masks has.
const MAX_DIRECTORIES: usize = 128;
/// Tags of one directory.
const MAX_TAGS: u64 = 4096;

/// One directory, its values not yet read.
#[derive(Debug)]
pub(crate) struct Directory<'a> {
    known: &'a KnownBytes,
    order: ByteOrder,
    entries: Vec<TagEntry>,
}

/// A tag with the place of its values.
#[derive(Clone, Copy, Debug)]
struct TagEntry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Where in the file the values begin.
    at: u64,
}

/// Reads the chain of directories.
///
/// # Errors
/// [`TiffError::Missing`] when bytes are not in hand; another when the file is no sound TIFF.
pub(crate) fn directories(known: &KnownBytes) -> Result<Vec<Directory<'_>>, TiffError> {
    let (order, is_big, mut next) = header(known)?;
    let mut seen = HashSet::new();
    let mut directories = Vec::new();
    while next != 0 {
        if !seen.insert(next) || directories.len() == MAX_DIRECTORIES {
            return Err(TiffError::Circle);
        }
        let (directory, following) = directory(known, order, is_big, next)?;
        directories.push(directory);
        next = following;
    }
    Ok(directories)
}

/// Byte order, whether it is a BigTIFF, and the place of the first directory.
fn header(known: &KnownBytes) -> Result<(ByteOrder, bool, u64), TiffError> {
    let start = bytes(known, 0, 8, "its header")?;
    let order = match &start[..2] {
        b"II" => ByteOrder::Little,
        b"MM" => ByteOrder::Big,
        _ => return Err(TiffError::NotTiff),
    };
    match order.u16(&start[2..]) {
        42 => Ok((order, false, u64::from(order.u32(&start[4..])))),
        43 if order.u16(&start[4..]) == 8 => {
            let first = bytes(known, 8, 8, "its header")?;
            Ok((order, true, order.u64(first)))
        }
        _ => Err(TiffError::NotTiff),
    }
}

fn directory(
    known: &KnownBytes,
    order: ByteOrder,
    is_big: bool,
    at: u64,
) -> Result<(Directory<'_>, u64), TiffError> {
    const WHAT: &str = "a directory";
    let (count_length, entry_length, offset_length) = if is_big { (8, 20, 8) } else { (2, 12, 4) };
    let count = bytes(known, at, count_length, WHAT)?;
    let count = if is_big { order.u64(count) } else { u64::from(order.u16(count)) };
    if count > MAX_TAGS {
        return Err(TiffError::TooLarge { name: "number of tags", value: count, most: MAX_TAGS });
    }
    let first = at + count_length;
    let body = bytes(known, first, count * entry_length + offset_length, WHAT)?;
    let (body, next) = body.split_at((count * entry_length) as usize);
    let entries = body.chunks_exact(entry_length as usize).enumerate().map(|(index, raw)| {
        let (tag, kind) = (order.u16(raw), order.u16(&raw[2..]));
        let count = if is_big { order.u64(&raw[4..]) } else { u64::from(order.u32(&raw[4..])) };
        let value = &raw[entry_length as usize - offset_length as usize..];
        let offset = if is_big { order.u64(value) } else { u64::from(order.u32(value)) };
        // Values that fit lie in the entry itself.
        let fits = count.saturating_mul(kind_length(kind)) <= offset_length;
        let own = first + (index as u64 + 1) * entry_length - offset_length;
        TagEntry { tag, kind, count, at: if fits { own } else { offset } }
    });
    let directory = Directory { known, order, entries: entries.collect() };
    Ok((directory, if is_big { order.u64(next) } else { u64::from(order.u32(next)) }))
}

impl Directory<'_> {
    /// Order of the file's bytes.
    pub(crate) fn order(&self) -> ByteOrder {
        self.order
    }

    /// How many values a tag has; 0 where it is absent.
    pub(crate) fn count(&self, tag: Tag) -> u64 {
        self.entry(tag).map_or(0, |entry| entry.count)
    }

    /// The first value of a tag of whole numbers; `None` where it is absent.
    ///
    /// # Errors
    /// When it is not in hand, or is no whole number.
    pub(crate) fn number(&self, tag: Tag) -> Result<Option<u64>, TiffError> {
        if self.count(tag) == 0 {
            return Ok(None);
        }
        Ok(self.numbers(tag, 1)?.first().copied())
    }

    /// The first `count` values of a tag of whole numbers.
    ///
    /// # Errors
    /// When there are fewer, when they are not in hand, or are no whole numbers.
    pub(crate) fn numbers(&self, tag: Tag, count: u64) -> Result<Vec<u64>, TiffError> {
        let (entry, raw) = self.values(tag, count)?;
        let order = self.order;
        Ok(match entry.kind {
            value_type::BYTE => raw.iter().map(|byte| u64::from(*byte)).collect(),
            value_type::SHORT => raw.chunks_exact(2).map(|raw| u64::from(order.u16(raw))).collect(),
            value_type::LONG | value_type::IFD => {
                raw.chunks_exact(4).map(|raw| u64::from(order.u32(raw))).collect()
            }
            value_type::LONG8 | value_type::IFD8 => {
                raw.chunks_exact(8).map(|raw| order.u64(raw)).collect()
            }
            kind => {
                return Err(TiffError::Senseless { name: tag.name, value: u64::from(kind) });
            }
        })
    }

    /// All values of a tag of floating-point numbers; empty where it is absent.
    ///
    /// # Errors
    /// When there are more than `most`, when they are not in hand, or are of another kind.
    pub(crate) fn floats(&self, tag: Tag, most: u64) -> Result<Vec<f64>, TiffError> {
        let Some((entry, raw)) = self.few(tag, most)? else { return Ok(Vec::new()) };
        if entry.kind != value_type::DOUBLE {
            return Err(TiffError::Senseless { name: tag.name, value: u64::from(entry.kind) });
        }
        Ok(raw.chunks_exact(8).map(|raw| f64::from_bits(self.order.u64(raw))).collect())
    }

    /// The text of a tag up to its first zero; `None` where it is absent.
    ///
    /// # Errors
    /// When it is longer than `most` bytes, not in hand, or no text.
    pub(crate) fn text(&self, tag: Tag, most: u64) -> Result<Option<String>, TiffError> {
        let Some((entry, raw)) = self.few(tag, most)? else { return Ok(None) };
        if entry.kind != value_type::ASCII {
            return Err(TiffError::Senseless { name: tag.name, value: u64::from(entry.kind) });
        }
        let text = raw.split(|byte| *byte == 0).next().unwrap_or_default();
        Ok(Some(String::from_utf8_lossy(text).trim().to_owned()))
    }

    fn entry(&self, tag: Tag) -> Option<&TagEntry> {
        self.entries.iter().find(|entry| entry.tag == tag.number)
    }

    /// All values of a tag that may hold at most so many.
    fn few(&self, tag: Tag, most: u64) -> Result<Option<(TagEntry, &[u8])>, TiffError> {
        match self.count(tag) {
            0 => Ok(None),
            count if count > most => {
                Err(TiffError::TooLarge { name: tag.name, value: count, most })
            }
            count => self.values(tag, count).map(Some),
        }
    }

    fn values(&self, tag: Tag, count: u64) -> Result<(TagEntry, &[u8]), TiffError> {
        let name = tag.name;
        let entry = *self.entry(tag).ok_or(TiffError::Without(name))?;
        if entry.count < count {
            return Err(TiffError::Senseless { name, value: entry.count });
        }
        let length = count.checked_mul(kind_length(entry.kind)).ok_or(TiffError::CutShort(name))?;
        Ok((entry, bytes(self.known, entry.at, length, name)?))
    }
}

/// Bytes of one value of a kind; an unknown kind counts as one.
fn kind_length(kind: u16) -> u64 {
    match kind {
        value_type::SHORT | value_type::SSHORT => 2,
        value_type::LONG | value_type::SLONG | value_type::FLOAT | value_type::IFD => 4,
        value_type::RATIONAL
        | value_type::SRATIONAL
        | value_type::DOUBLE
        | value_type::LONG8
        | value_type::SLONG8
        | value_type::IFD8 => 8,
        _ => 1,
    }
}

fn bytes<'a>(
    known: &'a KnownBytes,
    at: u64,
    length: u64,
    what: &'static str,
) -> Result<&'a [u8], TiffError> {
    let end = at.checked_add(length).ok_or(TiffError::CutShort(what))?;
    known.get(at..end).map_err(|unknown| match unknown {
        KnownBytesError::Missing(range) => TiffError::Missing(range),
        KnownBytesError::PastTheEnd => TiffError::CutShort(what),
    })
}
