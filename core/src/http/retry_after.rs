//! The `Retry-After` header (RFC 9110, section 10.2.3).

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The pause that a server requests: seconds, or until a date. No pause where the date has passed;
/// `None` for any other text.
///
/// ```
/// use dragonfly_core::http::parse_retry_after;
/// use std::time::Duration;
///
/// let now = "2025-10-21T07:28:00Z".parse()?;
/// assert_eq!(parse_retry_after("7", now), Some(Duration::from_secs(7)));
/// let date = "Tue, 21 Oct 2025 07:29:30 GMT";
/// assert_eq!(parse_retry_after(date, now), Some(Duration::from_secs(90)));
/// assert_eq!(parse_retry_after("soon", now), None);
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn parse_retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    let seconds = (until.with_timezone(&Utc) - now).num_seconds();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2025-10-21T07:28:00Z").unwrap().with_timezone(&Utc);
        let pause = |text| parse_retry_after(text, now);
        assert_eq!(pause("7"), Some(Duration::from_secs(7)));
        assert_eq!(pause(" 100000 "), Some(Duration::from_secs(100_000)));
        assert_eq!(pause("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        assert_eq!(pause("Tue, 21 Oct 2025 07:29:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(pause("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(pause("soon"), None);
        assert_eq!(pause("-1"), None);
    }
}
