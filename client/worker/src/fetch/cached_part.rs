//! Parts of a file as they are cached: with the version of the file behind them, so that parts of
//! two versions are never read as one.

use dragonfly_core::http::RemoteVersion;
use serde::{Deserialize, Serialize};

/// What a cached part belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CachedVersion {
    pub(crate) version: RemoteVersion,
    /// A hash of the file's first bytes, which state where its blocks lie. It decides where the
    /// server states no validator.
    pub(crate) start_hash: u64,
}

/// Ends what is cached. Entries without it are not read.
const MARK: &[u8; 4] = b"DFv1";

impl CachedVersion {
    /// The version of a file that begins with these bytes.
    pub(crate) fn new(version: RemoteVersion, start: &[u8]) -> Self {
        Self { version, start_hash: hash(start) }
    }

    /// Sets the first bytes of the file.
    pub(crate) fn set_start(&mut self, start: &[u8]) {
        self.start_hash = hash(start);
    }

    /// Whether a cached part may be read with those of this version.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        if self.version.has_validator() || other.version.has_validator() {
            return self.version.is_known_same(&other.version);
        }
        let mut own = self.version.clone();
        self.start_hash == other.start_hash && own.confirm(&other.version).is_ok()
    }

    /// A part as it is cached.
    pub(crate) fn wrap(&self, bytes: &[u8]) -> Vec<u8> {
        // Texts and numbers can always be written.
        let version = serde_json::to_vec(self).unwrap_or_default();
        let length = (version.len() as u32).to_le_bytes();
        [bytes, &version, &length, MARK].concat()
    }

    /// A part from the cache with its version; `None` where the entry is of another kind.
    pub(crate) fn unwrap(mut cached: Vec<u8>) -> Option<(Self, Vec<u8>)> {
        let rest = cached.strip_suffix(MARK)?;
        let (rest, length) = rest.split_last_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let start = rest.len().checked_sub(length)?;
        let version = serde_json::from_str(std::str::from_utf8(&rest[start..]).ok()?).ok()?;
        cached.truncate(start);
        Some((version, cached))
    }
}

/// FNV-1a of 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, add)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn of(etag: Option<&str>, length: u64, start: &[u8]) -> CachedVersion {
        CachedVersion::new(RemoteVersion::new(etag, None, Some(length)), start)
    }

    #[test]
    fn a_cached_part_carries_its_version() {
        let version = of(Some("\"1\""), 9, b"II*");
        let read = CachedVersion::unwrap(version.wrap(b"dnbr"));
        assert_eq!(read, Some((version.clone(), b"dnbr".to_vec())));
        assert_eq!(CachedVersion::unwrap(version.wrap(b"")), Some((version.clone(), Vec::new())));
    }

    #[test]
    fn an_entry_of_another_kind_is_none() {
        let whole = of(None, 9, b"II*").wrap(b"dnbr");
        for end in 0..whole.len() {
            assert_eq!(CachedVersion::unwrap(whole[..end].to_vec()), None, "{end}");
        }
        assert_eq!(CachedVersion::unwrap(b"\xff\xff\xff\xffDFv1".to_vec()), None);
        assert_eq!(CachedVersion::unwrap(b"x\x01\0\0\0DFv1".to_vec()), None);
    }

    #[test]
    fn parts_are_of_one_version_by_validator_or_by_their_files_start() {
        assert!(of(Some("\"1\""), 9, b"a").is_same(&of(Some("\"1\""), 9, b"a")));
        assert!(!of(Some("\"1\""), 9, b"a").is_same(&of(Some("\"2\""), 9, b"a")));
        assert!(!of(Some("\"1\""), 9, b"a").is_same(&of(None, 9, b"a")));
        assert!(of(None, 9, b"a").is_same(&of(None, 9, b"a")));
        assert!(!of(None, 9, b"a").is_same(&of(None, 9, b"b")));
        assert!(!of(None, 9, b"a").is_same(&of(None, 8, b"a")));
    }
}
