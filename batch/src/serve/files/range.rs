//! The `Range` of a request (RFC 9110, section 14).

use std::ops::Range;

/// The part of a file that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RequestedRange {
    /// All of it; also what is answered to a header that is not understood, as the RFC has it.
    Whole,
    /// Some bytes of it, at least one.
    Part(Range<u64>),
    /// Bytes that it does not have.
    NotThere,
}

/// The part of a file of `len` bytes that the header names. Several ranges at once count as the
/// whole file.
pub(super) fn requested_range(header: &str, len: u64) -> RequestedRange {
    let Some((unit, ranges)) = header.split_once('=') else { return RequestedRange::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return RequestedRange::Whole;
    }
    let mut ranges = ranges
        .split(',')
        .map(|range| range.trim_matches([' ', '\t']))
        .filter(|range| !range.is_empty());
    match (ranges.next().and_then(|range| range.split_once('-')), ranges.next()) {
        (Some((first, last)), None) => one_range(first, last, len).unwrap_or(RequestedRange::Whole),
        _ => RequestedRange::Whole,
    }
}

/// `None` for what is no range.
fn one_range(first: &str, last: &str, len: u64) -> Option<RequestedRange> {
    if first.is_empty() {
        return Some(match (position(last)?, len) {
            (0, _) => RequestedRange::NotThere,
            (_, 0) => RequestedRange::Whole,
            (suffix, _) => RequestedRange::Part(len.saturating_sub(suffix)..len),
        });
    }
    let first = position(first)?;
    let end = match last {
        "" => len,
        last => position(last).filter(|last| *last >= first)?.saturating_add(1).min(len),
    };
    Some(if first < len { RequestedRange::Part(first..end) } else { RequestedRange::NotThere })
}

/// Digits alone; the greatest number where they state a greater one.
fn position(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expected: RequestedRange) {
        assert_eq!(requested_range(header, 1000), expected, "{header}");
    }

    #[test]
    fn a_range_has_a_start_and_perhaps_an_end() {
        check("bytes=0-0", RequestedRange::Part(0..1));
        check("bytes=10-19", RequestedRange::Part(10..20));
        check("bytes=010-019", RequestedRange::Part(10..20));
        check("Bytes=10-19", RequestedRange::Part(10..20));
        check("bytes= 10-19 ,", RequestedRange::Part(10..20));
        check("bytes=990-", RequestedRange::Part(990..1000));
        check("bytes=990-5000", RequestedRange::Part(990..1000));
        check("bytes=0-99999999999999999999999", RequestedRange::Part(0..1000));
        check("bytes=1000-", RequestedRange::NotThere);
        check("bytes=99999999999999999999999-", RequestedRange::NotThere);
    }

    #[test]
    fn a_suffix_counts_from_the_end() {
        check("bytes=-100", RequestedRange::Part(900..1000));
        check("bytes=-1000", RequestedRange::Part(0..1000));
        check("bytes=-5000", RequestedRange::Part(0..1000));
        check("bytes=-99999999999999999999999", RequestedRange::Part(0..1000));
        check("bytes=-0", RequestedRange::NotThere);
    }

    #[test]
    fn what_is_not_understood_is_the_whole_file() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5",
            "bytes=20-10",
            "bytes=+1-2",
            "bytes=1-2-3",
            "bytes=--5",
            "lines=1-2",
            "bytes=0-1,5-6",
            "bytes=0-1,-1",
            "bytes 0-1",
            "bytes=0x1-2",
        ] {
            check(header, RequestedRange::Whole);
        }
    }

    #[test]
    fn an_empty_file_has_no_part() {
        assert_eq!(requested_range("bytes=0-", 0), RequestedRange::NotThere);
        assert_eq!(requested_range("bytes=-5", 0), RequestedRange::Whole);
        assert_eq!(requested_range("bytes=-0", 0), RequestedRange::NotThere);
    }
}
