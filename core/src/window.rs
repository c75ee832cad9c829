//! Windows of dates.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// A range of days in UTC, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateWindow {
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: NaiveDate,
}

impl DateWindow {
    /// Whether a moment falls into the window.
    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        (self.start..=self.end).contains(&moment.date_naive())
    }
}

impl std::fmt::Display for DateWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

/// A side of the fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FireSide {
    /// Before.
    Pre,
    /// After.
    Post,
}

impl std::fmt::Display for FireSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pre => "pre",
            Self::Post => "post",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn both_ends_belong_to_the_window() {
        let window: DateWindow = serde_json::from_str(r#"{"start":"2025-06-01","end":"2025-07-01"}"#).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(window.contains(at("2025-06-01T00:00:00Z")) && window.contains(at("2025-07-01T23:59:59Z")));
        assert!(!window.contains(at("2025-05-31T23:59:59Z")) && !window.contains(at("2025-07-02T00:00:00Z")));
        assert_eq!(window.to_string(), "2025-06-01 to 2025-07-01");
    }
}
