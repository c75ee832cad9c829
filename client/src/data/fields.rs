//! The fields of a published JSON object, read one by one: the page has to be small, and derived
//! readers are large. The tests of `published` compare the results with those of derived readers.
//!
//! Everything gives `None` where a field is missing or is not what it should be.

use chrono::{DateTime, NaiveDate, Utc};

use crate::data::json::Value;

/// From here on a number may stand for several whole ones: 2⁵³.
const MIN_UNSURE: f64 = 9_007_199_254_740_992.0;

/// The fields of an object.
#[derive(Clone, Copy)]
pub struct Fields<'a>(&'a Value);

impl<'a> Fields<'a> {
    /// Those of a value, if it is an object.
    pub fn of(value: &'a Value) -> Option<Self> {
        matches!(value, Value::Object(_)).then_some(Self(value))
    }

    /// A field that may be missing or null: `Some(None)` then. `None` where it is there and `read`
    /// cannot read it.
    pub fn maybe<T>(
        self,
        name: &str,
        read: impl FnOnce(Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.0.field(name) {
            None | Some(Value::Null) => Some(None),
            Some(_) => read(self, name).map(Some),
        }
    }

    /// A field that may be missing, but not null, and then is `default`.
    pub fn or<T>(
        self,
        name: &str,
        default: T,
        read: impl FnOnce(Self, &str) -> Option<T>,
    ) -> Option<T> {
        if self.0.field(name).is_some() { read(self, name) } else { Some(default) }
    }

    /// A text.
    pub fn text(self, name: &str) -> Option<String> {
        self.0.field(name)?.text().map(str::to_owned)
    }

    /// Yes or no.
    pub fn flag(self, name: &str) -> Option<bool> {
        match self.0.field(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A number.
    pub fn number(self, name: &str) -> Option<f64> {
        self.0.field(name)?.number()
    }

    /// A whole number that is not negative.
    pub fn count(self, name: &str) -> Option<u64> {
        let number = self.number(name)?;
        ((0.0..MIN_UNSURE).contains(&number) && number.fract() == 0.0).then_some(number as u64)
    }

    /// A smaller one.
    pub fn small_count<T: TryFrom<u64>>(self, name: &str) -> Option<T> {
        self.count(name)?.try_into().ok()
    }

    /// A word of a list, as its value.
    pub fn word<T: Copy>(self, name: &str, known: &[(&str, T)]) -> Option<T> {
        let word = self.0.field(name)?.text()?;
        known.iter().find(|(one, _)| *one == word).map(|(_, meaning)| *meaning)
    }

    /// A day, `2025-07-24`.
    pub fn day(self, name: &str) -> Option<NaiveDate> {
        day(self.0.field(name)?.text()?)
    }

    /// A moment in UTC, `2025-07-24T18:39:19.024Z`.
    pub fn moment(self, name: &str) -> Option<DateTime<Utc>> {
        moment(self.0.field(name)?.text()?)
    }

    /// Four numbers: west, south, east, north.
    pub fn bbox(self, name: &str) -> Option<[f64; 4]> {
        let [west, south, east, north] = self.0.field(name)?.list()? else {
            return None;
        };
        Some([west.number()?, south.number()?, east.number()?, north.number()?])
    }

    /// Two numbers: longitude and latitude.
    pub fn lon_lat(self, name: &str) -> Option<[f64; 2]> {
        let [lon, lat] = self.0.field(name)?.list()? else {
            return None;
        };
        Some([lon.number()?, lat.number()?])
    }

    /// The fields of an object within.
    pub fn part(self, name: &str) -> Option<Fields<'a>> {
        Self::of(self.0.field(name)?)
    }

    /// A list of objects.
    pub fn list<T>(self, name: &str, read: impl Fn(Fields<'a>) -> Option<T>) -> Option<Vec<T>> {
        self.0.field(name)?.list()?.iter().map(|item| read(Self::of(item)?)).collect()
    }
}

/// A day, `2025-07-24`.
pub fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let mut digits = |count| parts.next().filter(|part| is_digits(part, count));
    let (year, month, day) = (digits(4)?, digits(2)?, digits(2)?);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// A moment in UTC, `2025-07-24T18:39:19.024Z`.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.splitn(3, ':');
    let mut digits = || parts.next().filter(|part| is_digits(part, 2))?.parse().ok();
    let (hour, minute, second) = (digits()?, digits()?, digits()?);
    let is_fraction = fraction.len() <= 9 && is_digits(fraction, fraction.len());
    let nanoseconds = is_fraction.then(|| format!("{fraction:0<9}"))?.parse().ok()?;
    Some(day(date)?.and_hms_nano_opt(hour, minute, second, nanoseconds)?.and_utc())
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && count > 0 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_to_the_nanosecond() {
        for text in
            ["2025-07-24T18:39:19Z", "2025-07-24T18:39:19.024Z", "2024-02-29T23:59:59.123456789Z"]
        {
            assert_eq!(moment(text), Some(text.parse().unwrap()), "{text}");
        }
        for text in [
            "2025-07-24",
            "2025-07-24T18:39Z",
            "2025-02-29T00:00:00Z",
            "2025-07-24T24:00:00Z",
            "TZ",
            "T.Z",
            "",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_has_ten_letters() {
        assert_eq!(day("2025-07-24"), NaiveDate::from_ymd_opt(2025, 7, 24));
        for text in ["2025-7-24", "+225-07-24", "2025-07-24 ", "2025-13-01", "ä", ""] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
