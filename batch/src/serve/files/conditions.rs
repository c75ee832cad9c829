//! The conditions of a request, and what a version of a file is recognized by (RFC 9110, section
//! 13).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use httpdate::HttpDate;

use super::regular_file::RegularFile;

/// What one version of a file is recognized by.
#[derive(Clone, Debug)]
pub(super) struct FileVersion {
    /// Strong: it changes with every change of the content that changes time or length.
    etag: Option<String>,
    last_modified: Option<HttpDate>,
}

/// Whether the file is sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is.
    Send,
    /// The reader has it.
    NotModified,
    /// It is not the version that the request is about.
    Failed,
}

impl FileVersion {
    /// The version of an open file.
    pub(super) fn of(file: &RegularFile) -> Self {
        let since_epoch =
            file.modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        let etag = |since: Duration| {
            format!("\"{:x}.{:08x}-{:x}\"", since.as_secs(), since.subsec_nanos(), file.len)
        };
        // A date before 1970 or after 9999 cannot be written.
        let is_date = |since: &Duration| since.as_secs() < 253_402_300_800;
        let date = |since: Duration| {
            HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs()))
        };
        Self { etag: since_epoch.map(etag), last_modified: since_epoch.filter(is_date).map(date) }
    }

    /// `ETag` and `Last-Modified`.
    pub(super) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let date = self.last_modified.map(|date| date.to_string());
        [(header::ETAG, self.etag.clone()), (header::LAST_MODIFIED, date)]
            .into_iter()
            .filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text?).ok()?)))
    }

    /// What the conditions of a request make of it, in the order of section 13.2.2.
    pub(super) fn verdict(&self, method: &Method, headers: &HeaderMap) -> Verdict {
        let if_match = list(headers, &header::IF_MATCH);
        let is_expected = match &if_match {
            Some(tags) => tags.iter().any(|tag| *tag == "*" || self.is_strongly(tag)),
            None => match (date(headers, &header::IF_UNMODIFIED_SINCE), self.last_modified) {
                (Some(since), Some(modified)) => modified <= since,
                _ => true,
            },
        };
        if !is_expected {
            return Verdict::Failed;
        }
        let is_known = match list(headers, &header::IF_NONE_MATCH) {
            Some(tags) => tags.iter().any(|tag| *tag == "*" || self.is_weakly(tag)),
            None => match (date(headers, &header::IF_MODIFIED_SINCE), self.last_modified) {
                (Some(since), Some(modified)) => modified <= since,
                _ => false,
            },
        };
        match is_known {
            false => Verdict::Send,
            true if matches!(*method, Method::GET | Method::HEAD) => Verdict::NotModified,
            true => Verdict::Failed,
        }
    }

    /// Whether a range is of this version: `If-Range` is absent, or names it by a strong validator.
    pub(super) fn allows_range(&self, headers: &HeaderMap) -> bool {
        let Some(condition) = headers.get(header::IF_RANGE) else { return true };
        let Ok(condition) = condition.to_str() else { return false };
        let is_its_date =
            || condition.parse().is_ok_and(|date: HttpDate| self.last_modified == Some(date));
        self.is_strongly(condition.trim()) || is_its_date()
    }

    fn is_strongly(&self, tag: &str) -> bool {
        self.etag.as_deref() == Some(tag)
    }

    fn is_weakly(&self, tag: &str) -> bool {
        self.is_strongly(tag.strip_prefix("W/").unwrap_or(tag))
    }
}

/// The members of all headers of that name; `None` where there is none. No tag of ours has a comma
/// in it.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    headers
        .contains_key(name)
        .then(|| values.flat_map(|value| value.split(',')).map(str::trim).collect())
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<HttpDate> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "Sun, 01 Jun 2025 12:00:00 GMT";
    const EARLIER: &str = "Sun, 01 Jun 2025 11:59:59 GMT";
    const LATER: &str = "Sun, 01 Jun 2025 12:00:01 GMT";
    const TAG: &str = "\"683c4240.00000001-5\"";

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, text)| (name.clone(), HeaderValue::from_str(text).unwrap()))
            .collect()
    }

    fn version() -> FileVersion {
        FileVersion { etag: Some(TAG.to_owned()), last_modified: Some(DAY.parse().unwrap()) }
    }

    fn check(pairs: &[(HeaderName, &str)], verdict: Verdict) {
        assert_eq!(version().verdict(&Method::GET, &headers(pairs)), verdict, "{pairs:?}");
    }

    #[test]
    fn a_known_version_is_confirmed() {
        use header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
        check(&[], Verdict::Send);
        check(&[(IF_NONE_MATCH, TAG)], Verdict::NotModified);
        check(&[(IF_NONE_MATCH, &format!("\"x\", W/{TAG}"))], Verdict::NotModified);
        check(&[(IF_NONE_MATCH, "*")], Verdict::NotModified);
        check(&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, LATER)], Verdict::Send);
        check(&[(IF_MODIFIED_SINCE, DAY)], Verdict::NotModified);
        check(&[(IF_MODIFIED_SINCE, EARLIER)], Verdict::Send);
        check(&[(IF_MODIFIED_SINCE, "yesterday")], Verdict::Send);
    }

    #[test]
    fn another_version_than_the_expected_one_is_not_sent() {
        use header::{IF_MATCH, IF_UNMODIFIED_SINCE};
        check(&[(IF_MATCH, TAG)], Verdict::Send);
        check(&[(IF_MATCH, "*")], Verdict::Send);
        check(&[(IF_MATCH, &format!("W/{TAG}"))], Verdict::Failed);
        check(&[(IF_MATCH, "\"x\""), (IF_UNMODIFIED_SINCE, LATER)], Verdict::Failed);
        check(&[(IF_UNMODIFIED_SINCE, DAY)], Verdict::Send);
        check(&[(IF_UNMODIFIED_SINCE, EARLIER)], Verdict::Failed);
    }

    #[test]
    fn a_range_is_of_the_version_that_its_reader_knows() {
        let allows = |text: &str| version().allows_range(&headers(&[(header::IF_RANGE, text)]));
        assert!(version().allows_range(&HeaderMap::new()));
        assert!(allows(TAG) && allows(DAY));
        assert!(
            !allows("\"x\"")
                && !allows(&format!("W/{TAG}"))
                && !allows(EARLIER)
                && !allows(LATER)
                && !allows("")
        );
    }
}
