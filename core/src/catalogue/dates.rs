//! Days: a window of them, the side of the fire that they lie on, and the assessment that they
//! make.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// A range of days in UTC, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DateWindow {
    /// First day.
    #[serde(deserialize_with = "day")]
    pub start: NaiveDate,
    /// Last day.
    #[serde(deserialize_with = "day")]
    pub end: NaiveDate,
}

/// Reads a day, and names how it is written where it is not.
pub(crate) fn day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom("it is no day: write it as YYYY-MM-DD"))
}

/// The same for a day that may be absent.
pub(crate) fn optional_day<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<NaiveDate>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let day = text.map(|text| text.parse()).transpose();
    day.map_err(|_| D::Error::custom("it is no day: write it as YYYY-MM-DD"))
}

impl DateWindow {
    /// The window of `days` days that ends on a day.
    pub(crate) fn ending(end: NaiveDate, days: u32) -> Self {
        Self { start: days_before(end, Days::new(u64::from(days.saturating_sub(1)))), end }
    }

    /// The same days one year earlier.
    pub(crate) fn a_year_earlier(self) -> Self {
        Self { start: a_year_before(self.start), end: a_year_before(self.end) }
    }

    pub(crate) fn days(self) -> Days {
        Days::new((self.end - self.start).num_days().unsigned_abs() + 1)
    }

    /// The window as a STAC search requests it.
    pub fn to_stac_interval(&self) -> String {
        format!("{}T00:00:00Z/{}T23:59:59Z", self.start, self.end)
    }

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

/// When the post-fire images were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assessment {
    /// First clear images after the fire.
    Initial,
    /// Next growing season.
    Extended,
    /// The fire burns on, or its end is unknown: the latest images since it began.
    Burning,
    /// No fire date known: the last weeks against the same days a year earlier.
    Rolling,
}

/// So many days later; the last day that can be written where there is none.
pub(crate) fn days_after(day: NaiveDate, days: Days) -> NaiveDate {
    day.checked_add_days(days).unwrap_or(NaiveDate::MAX)
}

/// So many days earlier; the first day that can be written where there is none.
pub(crate) fn days_before(day: NaiveDate, days: Days) -> NaiveDate {
    day.checked_sub_days(days).unwrap_or(NaiveDate::MIN)
}

/// The same day of the year before; 28 February for a leap day.
pub(crate) fn a_year_before(day: NaiveDate) -> NaiveDate {
    let year = day.year().saturating_sub(1);
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28)).unwrap_or(day)
}
