//! Which version of a remote file a response comes from: parts of two versions are no file.

use serde::{Deserialize, Serialize};

/// Bytes of a validator that are kept; a longer one is as good as none.
const MAX_VALIDATOR_BYTES: usize = 512;

/// By what a version of a remote file is recognized (RFC 9110, section 8.8). A browser hides
/// headers that a bucket does not expose: such a field is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteVersion {
    etag: Option<String>,
    last_modified: Option<String>,
    length: Option<u64>,
}

/// A response comes from another version of the file than those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file was replaced by another version")]
pub struct ReplacedError;

impl RemoteVersion {
    /// The version that a response states: its `ETag`, its `Last-Modified`, and the length of the
    /// whole file in bytes.
    pub fn new(etag: Option<&str>, last_modified: Option<&str>, length: Option<u64>) -> Self {
        let kept = |text: Option<&str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty() && text.len() <= MAX_VALIDATOR_BYTES)
                .map(str::to_owned)
        };
        Self { etag: kept(etag), last_modified: kept(last_modified), length }
    }

    /// Bytes of the whole file; `None` while no response has stated it.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Sets the length where a response stated none, and the file ended.
    ///
    /// # Errors
    /// When another length was stated before.
    pub fn set_length(&mut self, length: u64) -> Result<(), ReplacedError> {
        self.confirm(&Self { length: Some(length), ..Self::default() })
    }

    /// Whether a response stated more than a length.
    pub fn has_validator(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }

    /// Checks that a later response comes from the same version, and keeps what it states beyond
    /// the earlier ones.
    ///
    /// # Errors
    /// When anything that both state differs. The first validator that both state decides, in the
    /// order strong `ETag`, `Last-Modified`, weak `ETag`; the lengths must be equal beside it.
    pub fn confirm(&mut self, later: &Self) -> Result<(), ReplacedError> {
        if self.same_validator(later) == Some(false) || differ(&self.length, &later.length) {
            return Err(ReplacedError);
        }
        let Self { etag, last_modified, length } = later.clone();
        self.etag = self.etag.take().or(etag);
        self.last_modified = self.last_modified.take().or(last_modified);
        self.length = self.length.or(length);
        Ok(())
    }

    /// Whether both are known to be one version: they have a validator in common, and nothing that
    /// both state differs.
    pub fn is_known_same(&self, other: &Self) -> bool {
        self.same_validator(other) == Some(true) && !differ(&self.length, &other.length)
    }

    /// Whether the validators are equal; `None` where there is none that both state.
    fn same_validator(&self, other: &Self) -> Option<bool> {
        let etags = self.etag.as_deref().zip(other.etag.as_deref());
        if let Some((own, other)) = etags.filter(|(own, other)| is_strong(own) && is_strong(other))
        {
            return Some(own == other);
        }
        if let Some((own, other)) = self.last_modified.as_ref().zip(other.last_modified.as_ref()) {
            return Some(own == other);
        }
        etags.map(|(own, other)| opaque(own) == opaque(other))
    }
}

fn differ(own: &Option<u64>, other: &Option<u64>) -> bool {
    own.zip(*other).is_some_and(|(own, other)| own != other)
}

fn is_strong(etag: &str) -> bool {
    !etag.starts_with("W/") && !etag.starts_with("w/")
}

/// An ETag without its mark of weakness.
fn opaque(etag: &str) -> &str {
    if is_strong(etag) { etag } else { &etag[2..] }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const MONDAY: &str = "Mon, 02 Nov 2026 07:00:00 GMT";
    const TUESDAY: &str = "Tue, 03 Nov 2026 07:00:00 GMT";

    type Stated = (Option<&'static str>, Option<&'static str>, Option<u64>);

    fn check(first: Stated, later: Stated, is_same: bool, is_known_same: bool) {
        let version = |(etag, modified, length)| RemoteVersion::new(etag, modified, length);
        let (own, other) = (version(first), version(later));
        assert_eq!(own.clone().confirm(&other).is_ok(), is_same, "{first:?} {later:?}");
        assert_eq!(own.is_known_same(&other), is_known_same, "{first:?} {later:?}");
    }

    #[test]
    fn another_version_has_another_validator_or_length() {
        let (a, b, weak) = (Some("\"a\""), Some("\"b\""), Some("W/\"a\""));
        check((a, None, Some(9)), (a, None, Some(9)), true, true);
        check((a, None, Some(9)), (b, None, Some(9)), false, false);
        check((a, None, Some(9)), (a, None, Some(8)), false, false);
        // A strong tag states more than a time: mirrors of one file have other times.
        check((a, Some(MONDAY), None), (a, Some(TUESDAY), None), true, true);
        check((a, Some(MONDAY), None), (b, Some(MONDAY), None), false, false);
        check((None, Some(MONDAY), None), (None, Some(TUESDAY), None), false, false);
        check((None, Some(MONDAY), Some(9)), (None, Some(MONDAY), Some(9)), true, true);
        // A proxy that makes a tag weak leaves the file as it is.
        check((a, None, None), (weak, None, None), true, true);
        check((b, None, None), (weak, None, None), false, false);
        check((b, Some(MONDAY), None), (weak, Some(MONDAY), None), true, true);
    }

    #[test]
    fn what_is_hidden_proves_nothing() {
        check((Some("\"a\""), None, Some(9)), (None, None, None), true, false);
        check((None, None, Some(9)), (None, None, Some(9)), true, false);
        check((None, None, Some(9)), (None, None, Some(8)), false, false);
        check((Some("\"a\""), None, None), (None, Some(MONDAY), None), true, false);
        let long = "\"".repeat(MAX_VALIDATOR_BYTES + 1);
        assert!(!RemoteVersion::new(Some(&long), Some(" "), None).has_validator());
    }

    #[test]
    fn later_responses_add_what_the_first_left_out() {
        let mut version = RemoteVersion::default();
        version.confirm(&RemoteVersion::new(Some("\"a\""), None, None)).unwrap();
        version.set_length(9).unwrap();
        assert_eq!(version, RemoteVersion::new(Some("\"a\""), None, Some(9)));
        assert_eq!(version.set_length(8), Err(ReplacedError));
        assert!(version.confirm(&RemoteVersion::new(Some("\"b\""), None, None)).is_err());
    }
}
