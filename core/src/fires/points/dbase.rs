//! The table of a shapefile (dBASE III), as far as points need it.

/// A table in memory.
#[derive(Clone, Debug)]
pub(super) struct DbaseTable<'a> {
    records: &'a [u8],
    record_bytes: usize,
    /// Names, and places in a record.
    fields: Vec<(String, std::ops::Range<usize>)>,
    /// Records that the header promises.
    count: usize,
}

const HEADER_BYTES: usize = 32;
const FIELD_BYTES: usize = 32;
const END_OF_FIELDS: u8 = 0x0d;
const DELETED: u8 = b'*';

impl<'a> DbaseTable<'a> {
    /// Reads the header; `None` where it is not sound.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let number = |at: usize| {
            Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])))
        };
        let count = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?) as usize;
        let (header_bytes, record_bytes) = (number(8)?, number(10)?);
        let descriptors = bytes.get(HEADER_BYTES..header_bytes)?;
        let mut fields = Vec::new();
        // The first byte of a record marks it as deleted.
        let mut at = 1;
        for field in descriptors.chunks_exact(FIELD_BYTES) {
            if field[0] == END_OF_FIELDS {
                break;
            }
            let name = field[..11].split(|byte| *byte == 0).next().unwrap_or_default();
            let end = at + usize::from(field[16]);
            fields.push((String::from_utf8_lossy(name).trim().to_owned(), at..end));
            at = end;
        }
        if fields.is_empty() || at > record_bytes {
            return None;
        }
        Some(Self { records: bytes.get(header_bytes..)?, record_bytes, fields, count })
    }

    /// Names of the columns.
    pub(super) fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Whether the file ends before its last record.
    pub(super) fn is_cut_off(&self) -> bool {
        self.records.len() / self.record_bytes < self.count
    }

    /// Values of the records that are not deleted, with their numbers from 1 on.
    pub(super) fn records(&self) -> impl Iterator<Item = (usize, Vec<&'a str>)> + '_ {
        let whole = self.records.chunks_exact(self.record_bytes).take(self.count).enumerate();
        whole.filter(|(_, record)| record[0] != DELETED).map(|(at, record)| {
            let value = |place: &std::ops::Range<usize>| {
                // What is no text is no number either, and counts as a broken value.
                std::str::from_utf8(&record[place.clone()]).unwrap_or("?").trim()
            };
            (at + 1, self.fields.iter().map(|(_, place)| value(place)).collect())
        })
    }
}
