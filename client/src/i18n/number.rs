//! Numbers, areas, ages and places on earth, in words.

use chrono::{DateTime, NaiveDate, Utc};
use dragonfly_core::metadata::SceneDates;

use super::{Units, Words};
use crate::data::decimal;

/// Acres of a hectare: an international acre is 4046.8564224 m².
const ACRES_PER_HECTARE: f64 = 10_000.0 / 4_046.856_422_4;
/// From here on an age is given in months, and in years.
const MAX_AGE_IN_DAYS: i64 = 60;
const DAYS_OF_A_MONTH: f64 = 30.437;
const MAX_AGE_IN_MONTHS: f64 = 24.0;

impl Words {
    /// A number with a true minus sign and the marks of the language.
    pub fn number(&self, number: f64, decimals: usize) -> String {
        let plain = decimal::write(number.abs(), decimals);
        let (whole, broken) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::new();
        if number < 0.0 && plain.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
            text.push('−');
        }
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push_str(self.numbers.thousands_mark);
            }
            text.push(digit);
        }
        if !broken.is_empty() {
            text.push_str(self.numbers.decimal_mark);
            text.push_str(broken);
        }
        text
    }

    /// A whole number.
    pub fn count(&self, count: usize) -> String {
        self.number(count as f64, 0)
    }

    /// An area in hectares, written in the reader's units: three digits matter, and
    /// thousands are set apart.
    pub fn area(&self, area_ha: f64) -> String {
        let (area, unit) = match self.units {
            Units::Hectares => (area_ha, "ha"),
            Units::Acres => (area_ha * ACRES_PER_HECTARE, self.numbers.acre),
        };
        let decimals = usize::from(area > 0.0 && area < 10.0);
        format!("{} {unit}", self.number(area, decimals))
    }

    /// A fraction between 0 and 1, in percent.
    pub fn fraction(&self, fraction: f64) -> String {
        let percent = fraction * 100.0;
        if percent > 0.0 && percent < 0.1 {
            return self.below.fill([&format!("{} %", self.number(0.1, 1))]);
        }
        let decimals = usize::from(percent > 0.0 && percent < 10.0);
        format!("{} %", self.number(percent, decimals))
    }

    /// A half-open interval of dNBR.
    pub fn range(&self, (least, end): (Option<f32>, Option<f32>)) -> String {
        let two = |value: f32| self.number(f64::from(value), 2);
        match (least, end) {
            (None, None) => self.any_value.to_owned(),
            (None, Some(end)) => self.below.fill([&two(end)]),
            (Some(least), None) => self.and_more.fill([&two(least)]),
            (Some(least), Some(end)) => self.from_to.fill([&two(least), &two(end)]),
        }
    }

    /// A day, such as "24 Jul 2025".
    pub fn date(&self, day: NaiveDate) -> String {
        self.days.date(day)
    }

    /// First and last day, without repeating what both have in common.
    pub fn dates(&self, dates: SceneDates) -> String {
        self.days.dates(dates)
    }

    /// How long ago a moment was; what lies ahead, by clocks that differ, was today.
    pub fn age(&self, moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let days = (now - moment).num_days();
        let months = days as f64 / DAYS_OF_A_MONTH;
        match days {
            ..=0 => self.today.to_owned(),
            1 => self.yesterday.to_owned(),
            2..MAX_AGE_IN_DAYS => self.days_ago.fill([&days.to_string()]),
            _ if months < MAX_AGE_IN_MONTHS => self.months_ago.fill([&self.number(months, 0)]),
            _ => self.years_ago.fill([&self.number(months / 12.0, 0)]),
        }
    }

    /// How old images of a day are; those of a day ahead, by clocks that differ, are of today.
    pub fn images_age(&self, day: NaiveDate, now: DateTime<Utc>) -> String {
        let days = (now.date_naive() - day).num_days();
        let months = days as f64 / DAYS_OF_A_MONTH;
        match days {
            ..=0 => self.of_today.to_owned(),
            1 => self.one_day_old.to_owned(),
            2..MAX_AGE_IN_DAYS => self.days_old.fill([&days.to_string()]),
            _ if months < MAX_AGE_IN_MONTHS => self.months_old.fill([&self.number(months, 0)]),
            _ => self.years_old.fill([&self.number(months / 12.0, 0)]),
        }
    }

    /// A place, to about ten metres.
    pub fn coordinates(&self, lon: f64, lat: f64) -> String {
        format!("{}, {}", self.latitude(lat, 4), self.longitude(lon, 4))
    }

    /// A latitude.
    pub fn latitude(&self, lat: f64, decimals: usize) -> String {
        degrees(lat, decimals, self.north, self.south)
    }

    /// A longitude.
    pub fn longitude(&self, lon: f64, decimals: usize) -> String {
        degrees(lon, decimals, self.east, self.west)
    }
}

/// The point stays in every language: a comma already stands between latitude and longitude.
fn degrees(angle: f64, decimals: usize, positive: &str, negative: &str) -> String {
    let size = format!("{}°", decimal::write(angle.abs(), decimals));
    let is_zero = size.trim_end_matches('°').chars().all(|digit| matches!(digit, '0' | '.'));
    match (is_zero, angle > 0.0) {
        (true, _) => size,
        (false, true) => format!("{size} {positive}"),
        (false, false) => format!("{size} {negative}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{ENGLISH, GERMAN, Language};

    #[test]
    fn an_area_is_easy_to_read() {
        let check = |area_ha, english: &str, german: &str| {
            assert_eq!(
                (ENGLISH.area(area_ha).as_str(), GERMAN.area(area_ha).as_str()),
                (english, german)
            );
        };
        check(0.0, "0 ha", "0 ha");
        check(0.44, "0.4 ha", "0,4 ha");
        check(9.94, "9.9 ha", "9,9 ha");
        check(10.4, "10 ha", "10 ha");
        check(999.6, "1,000 ha", "1.000 ha");
        check(48_210.0, "48,210 ha", "48.210 ha");
        check(1_234_567.0, "1,234,567 ha", "1.234.567 ha");
    }

    #[test]
    fn an_area_is_told_in_acres_to_those_who_think_in_them() {
        let acres = |words: Words, area_ha| Words { units: Units::Acres, ..words }.area(area_ha);
        assert_eq!(acres(ENGLISH, 1000.0), "2,471 acres");
        assert_eq!(acres(GERMAN, 1000.0), "2.471 Acres");
        assert_eq!(acres(ENGLISH, 1.0), "2.5 acres");
    }

    #[test]
    fn numbers_and_days_are_those_of_the_language() {
        let check = |language, area: &str, day: &str, place: &str| {
            let words = Words { language, units: Units::Hectares };
            let july = NaiveDate::from_ymd_opt(2025, 7, 24).unwrap();
            assert_eq!((words.area(1_234_567.0).as_str(), words.date(july).as_str()), (area, day));
            assert_eq!(words.coordinates(-1.4, 43.5), place);
        };
        let dots = "1.234.567 ha";
        check(Language::Greek, dots, "24 Ιουλ 2025", "43.5000° Β, 1.4000° Δ");
        check(Language::Spanish, dots, "24 jul 2025", "43.5000° N, 1.4000° O");
        let narrow_spaces = "1\u{202f}234\u{202f}567 ha";
        check(Language::French, narrow_spaces, "24 juil. 2025", "43.5000° N, 1.4000° O");
        check(Language::Italian, dots, "24 lug 2025", "43.5000° N, 1.4000° O");
        let spaces = "1\u{a0}234\u{a0}567 ha";
        check(Language::Portuguese, spaces, "24 jul. 2025", "43.5000° N, 1.4000° O");
    }

    #[test]
    fn ranges_have_true_minus_signs_and_open_ends() {
        let check = |ends, english: &str, german: &str| {
            assert_eq!(
                (ENGLISH.range(ends).as_str(), GERMAN.range(ends).as_str()),
                (english, german)
            );
        };
        check((Some(0.10), Some(0.27)), "0.10 to 0.27", "0,10 bis 0,27");
        check((Some(-0.25), Some(-0.10)), "−0.25 to −0.10", "−0,25 bis −0,10");
        check((None, Some(-0.25)), "below −0.25", "unter −0,25");
        check((Some(0.66), None), "0.66 and more", "ab 0,66");
    }

    #[test]
    fn nothing_is_less_than_nothing() {
        assert_eq!(ENGLISH.number(-0.001, 2), "0.00");
        assert_eq!(GERMAN.number(-1234.5, 1), "−1.234,5");
        assert_eq!(ENGLISH.fraction(0.0), "0 %");
        assert_eq!(ENGLISH.fraction(0.0004), "below 0.1 %");
        assert_eq!(GERMAN.fraction(0.0125), "1,2 %");
        assert_eq!(ENGLISH.fraction(0.42), "42 %");
    }

    #[test]
    fn an_age_is_told_in_the_unit_that_says_most() {
        let check = |made: &str, english: &str, german: &str| {
            let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
            let (made, now) = (moment(made), moment("2026-03-10T12:00:00Z"));
            assert_eq!(
                (ENGLISH.age(made, now).as_str(), GERMAN.age(made, now).as_str()),
                (english, german)
            );
        };
        check("2026-03-10T03:00:00Z", "today", "heute");
        check("2026-03-11T03:00:00Z", "today", "heute");
        check("2026-03-09T03:00:00Z", "yesterday", "gestern");
        check("2026-03-07T03:00:00Z", "3 days ago", "vor 3 Tagen");
        check("2025-12-10T03:00:00Z", "3 months ago", "vor 3 Monaten");
        check("2023-03-10T03:00:00Z", "3 years ago", "vor 3 Jahren");
    }

    #[test]
    fn a_place_has_its_hemispheres() {
        assert_eq!(ENGLISH.coordinates(-119.93457, 35.0), "35.0000° N, 119.9346° W");
        assert_eq!(ENGLISH.coordinates(0.00001, -33.5), "33.5000° S, 0.0000°");
        assert_eq!(GERMAN.coordinates(13.4, 52.5), "52.5000° N, 13.4000° O");
    }
}
