//! The order in which a file writes the bytes of its numbers.

/// Which end of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The low end, as this machine does.
    Little,
    /// The high end.
    Big,
}

impl ByteOrder {
    /// The first 2 bytes as a number; 0 where there are fewer.
    pub fn u16(self, bytes: &[u8]) -> u16 {
        let raw = bytes.first_chunk().copied().unwrap_or_default();
        if self == Self::Little { u16::from_le_bytes(raw) } else { u16::from_be_bytes(raw) }
    }

    /// The first 4 bytes as a number; 0 where there are fewer.
    pub fn u32(self, bytes: &[u8]) -> u32 {
        let raw = bytes.first_chunk().copied().unwrap_or_default();
        if self == Self::Little { u32::from_le_bytes(raw) } else { u32::from_be_bytes(raw) }
    }

    /// The first 8 bytes as a number; 0 where there are fewer.
    pub fn u64(self, bytes: &[u8]) -> u64 {
        let raw = bytes.first_chunk().copied().unwrap_or_default();
        if self == Self::Little { u64::from_le_bytes(raw) } else { u64::from_be_bytes(raw) }
    }
}
