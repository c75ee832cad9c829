//! Days in words, by language.

use chrono::{Datelike, NaiveDate};
use dragonfly_core::metadata::SceneDates;

use super::texts::table_of_texts;

table_of_texts! {
    /// How a language writes days.
    pub struct DayNames {
        /// January to December, as they stand in a date.
        pub months: [&'static str; 12],
        /// After the number of a day.
        pub after_day: &'static str,
    }
}

impl DayNames {
    /// A day, such as "24 Jul 2025".
    pub fn date(&self, day: NaiveDate) -> String {
        format!("{} {}", self.day_and_month(day), day.year())
    }

    /// First and last day, without repeating what both have in common.
    pub fn dates(&self, SceneDates { first, last }: SceneDates) -> String {
        if first == last {
            self.date(last)
        } else if (first.year(), first.month()) == (last.year(), last.month()) {
            format!("{}{}–{}", first.day(), self.after_day, self.date(last))
        } else if first.year() == last.year() {
            format!("{} – {}", self.day_and_month(first), self.date(last))
        } else {
            format!("{} – {}", self.date(first), self.date(last))
        }
    }

    fn day_and_month(&self, day: NaiveDate) -> String {
        format!(
            "{}{} {}",
            day.day(),
            self.after_day,
            self.months[day.month0() as usize % self.months.len()]
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::i18n::{ENGLISH, GERMAN};
    use dragonfly_core::metadata::SceneDates;

    #[test]
    fn dates_do_not_repeat_themselves() {
        let check = |first: &str, last: &str, english: &str, german: &str| {
            let dates = SceneDates { first: first.parse().unwrap(), last: last.parse().unwrap() };
            assert_eq!(
                (ENGLISH.days.dates(dates).as_str(), GERMAN.days.dates(dates).as_str()),
                (english, german)
            );
        };
        check("2025-07-24", "2025-07-24", "24 Jul 2025", "24. Juli 2025");
        check("2025-06-14", "2025-06-29", "14–29 Jun 2025", "14.–29. Juni 2025");
        check("2025-06-29", "2025-07-04", "29 Jun – 4 Jul 2025", "29. Juni – 4. Juli 2025");
        check(
            "2024-12-29",
            "2025-01-04",
            "29 Dec 2024 – 4 Jan 2025",
            "29. Dez. 2024 – 4. Jan. 2025",
        );
    }
}
