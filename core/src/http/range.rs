//! The response to a request for a range of bytes (RFC 9110, section 14).

use std::ops::Range;

use crate::catalogue::stac::shown;
use crate::http::status::StatusKind;

/// The head of a response. A browser hides headers that a bucket does not expose.
#[derive(Clone, Copy, Debug, Default)]
pub struct RangeHead<'a> {
    /// Such as 206.
    pub status: u16,
    /// `Content-Range`, where visible.
    pub content_range: Option<&'a str>,
    /// `Content-Length`, where visible.
    pub content_length: Option<u64>,
}

/// What the body of a response holds, from the start of the requested range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialContent {
    /// Bytes of the requested range that the body holds.
    pub length: u64,
    /// Bytes of the whole file; `None` where the head does not state it.
    pub file_size: Option<u64>,
}

/// A response without the requested bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeHeadError {
    /// The server sends whole files only.
    NoRanges,
    /// The server sends another range than the requested one, or states a size that cannot be. The
    /// text is what its head states, fit to be shown.
    WrongRange(String),
    /// Another status.
    Status(u16),
}

/// What a response with status 206 or 200 holds of the requested range.
///
/// # Errors
/// When it holds other bytes, or has another status.
///
/// ```
/// use dragonfly_core::http::{RangeHead, read_range_head};
///
/// let content_range = Some("bytes 100-199/5000");
/// let head = RangeHead { status: 206, content_range, content_length: Some(100) };
/// let content = read_range_head(&head, &(100..200)).expect("the range that was requested");
/// assert_eq!((content.length, content.file_size), (100, Some(5000)));
/// ```
pub fn read_range_head(
    head: &RangeHead,
    requested: &Range<u64>,
) -> Result<PartialContent, RangeHeadError> {
    match head.status {
        206 => partial_content(head, requested),
        // A whole file that is no longer than the requested range does no harm.
        200 => match head.content_length {
            Some(length) if requested.start == 0 && length <= requested.end => {
                Ok(PartialContent { length, file_size: Some(length) })
            }
            _ => Err(RangeHeadError::NoRanges),
        },
        status => Err(RangeHeadError::Status(status)),
    }
}

impl RangeHeadError {
    /// The kind of the response's status.
    pub fn status_kind(&self) -> StatusKind {
        match self {
            Self::NoRanges | Self::WrongRange(_) => StatusKind::Success,
            Self::Status(status) => StatusKind::of(*status),
        }
    }
}

fn partial_content(
    head: &RangeHead,
    requested: &Range<u64>,
) -> Result<PartialContent, RangeHeadError> {
    let max_length = requested.end.saturating_sub(requested.start);
    let Some(content_range) = head.content_range else {
        return match head.content_length {
            Some(length) if length > max_length => {
                Err(RangeHeadError::WrongRange(format!("{length} bytes instead of {max_length}")))
            }
            // Where a server sends less than was requested, the file ends.
            Some(length) if length < max_length => {
                Ok(PartialContent { length, file_size: Some(requested.start + length) })
            }
            _ => Ok(PartialContent { length: max_length, file_size: None }),
        };
    };
    let wrong_range = || RangeHeadError::WrongRange(shown(content_range));
    let (sent, file_size) = parse_content_range(content_range).ok_or_else(wrong_range)?;
    if sent.start != requested.start || sent.end > requested.end {
        return Err(wrong_range());
    }
    Ok(PartialContent { length: sent.end - sent.start, file_size })
}

/// The length that a response with status 416 states: `bytes */1234`.
pub fn stated_length(content_range: &str) -> Option<u64> {
    let length = unit_removed(content_range)?.strip_prefix("*/")?;
    u64::try_from(length.trim().parse::<i64>().ok()?).ok()
}

/// The text behind the unit, whose case does not matter.
fn unit_removed(content_range: &str) -> Option<&str> {
    let (unit, rest) = content_range.trim().split_once(' ')?;
    unit.eq_ignore_ascii_case("bytes").then(|| rest.trim_start())
}

/// `bytes 0-99/1234`: the range and the file's size, where stated. Offsets in a file are signed
/// numbers everywhere, so a larger size is not one.
fn parse_content_range(text: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (range, size) = unit_removed(text)?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let file_size = match size.trim() {
        "*" => None,
        size => Some(u64::try_from(size.parse::<i64>().ok()?).ok()?),
    };
    let end = last.checked_add(1)?;
    (first < end && file_size.is_none_or(|size| end <= size)).then_some((first..end, file_size))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn part(content_range: &str) -> Result<PartialContent, RangeHeadError> {
        let head =
            RangeHead { status: 206, content_range: Some(content_range), content_length: None };
        read_range_head(&head, &(10..14))
    }

    #[test]
    fn the_stated_range_must_be_the_requested_one() {
        let content = |length, file_size| Ok(PartialContent { length, file_size });
        assert_eq!(part("bytes 10-13/100"), content(4, Some(100)));
        assert_eq!(part("bytes 10-11/100"), content(2, Some(100)));
        assert_eq!(part("bytes 10-13/*"), content(4, None));
        for wrong in [
            "bytes 0-3/100",
            "bytes 10-99/100",
            "bytes 10-13/12",
            "bytes 13-10/100",
            "bytes 10-13/18446744073709551615",
            "bytes 10-13/9223372036854775808",
            "bytes 10-18446744073709551615/*",
            "10-13/100",
            "",
        ] {
            assert_eq!(part(wrong), Err(RangeHeadError::WrongRange(wrong.to_owned())));
        }
    }

    #[test]
    fn the_length_is_stated_where_the_file_ends_before_a_range() {
        assert_eq!(stated_length("bytes */1234"), Some(1234));
        assert_eq!(stated_length(" Bytes */0"), Some(0));
        for none in ["bytes */*", "bytes 0-9/10", "*/10", "bytes */-1", "", "bytes"] {
            assert_eq!(stated_length(none), None, "{none}");
        }
        assert_eq!(part("BYTES 10-13/100"), Ok(PartialContent { length: 4, file_size: Some(100) }));
    }

    #[test]
    fn a_hidden_range_is_deduced_from_the_length() {
        let part = |content_length| {
            let head = RangeHead { status: 206, content_range: None, content_length };
            read_range_head(&head, &(10..14))
        };
        assert_eq!(part(None), Ok(PartialContent { length: 4, file_size: None }));
        assert_eq!(part(Some(4)), Ok(PartialContent { length: 4, file_size: None }));
        assert_eq!(part(Some(2)), Ok(PartialContent { length: 2, file_size: Some(12) }));
        assert!(matches!(part(Some(5)), Err(RangeHeadError::WrongRange(_))));
    }

    #[test]
    fn a_whole_file_is_taken_only_where_it_is_no_longer_than_the_range() {
        let whole = |content_length, requested| {
            let head = RangeHead { status: 200, content_range: None, content_length };
            read_range_head(&head, &requested)
        };
        let content = Ok(PartialContent { length: 4, file_size: Some(4) });
        assert_eq!(whole(Some(4), 0..100), content);
        assert_eq!(whole(Some(101), 0..100), Err(RangeHeadError::NoRanges));
        assert_eq!(whole(Some(4), 1..100), Err(RangeHeadError::NoRanges));
        assert_eq!(whole(None, 0..100), Err(RangeHeadError::NoRanges));
        let other = RangeHead { status: 503, ..RangeHead::default() };
        let error = read_range_head(&other, &(0..4)).unwrap_err();
        assert_eq!(error.status_kind(), StatusKind::Transient);
    }
}
