//! The machine's clock, and how much a moment given by hand may be ahead of it.

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};

/// A moment given by hand that is further ahead of the machine's clock is refused.
const MAX_AHEAD: TimeDelta = TimeDelta::days(1);

/// The present moment in whole seconds, as metadata states it.
pub(crate) fn now_in_seconds() -> DateTime<Utc> {
    DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap_or_default()
}

/// Checks a moment that runs are to be recorded with.
///
/// # Errors
/// When it lies more than a day ahead of the machine's clock: the region would not be due before
/// it.
pub(crate) fn check_not_ahead(now: DateTime<Utc>) -> Result<()> {
    let ahead = now - Utc::now();
    ensure!(
        ahead <= MAX_AHEAD,
        "--now {now} is {} days ahead of this machine's clock, and a region is not due before its \
        last run: print the plan with `rotate --dry-run`, or run all the same with \
        --allow-future",
        ahead.num_days()
    );
    Ok(())
}

/// The launch of Landsat 1, 1972-07-23, seconds: no map is made of images before it.
const FIRST_IMAGES: i64 = 80_697_600;

/// What is wrong with a clock that reads so, as after a start without a battery: by it no region is
/// ever due again.
pub(crate) fn problem_of_clock(now: DateTime<Utc>) -> Option<String> {
    (now.timestamp() < FIRST_IMAGES).then(|| {
        format!(
            "the clock of this machine reads {}, before any image from a satellite: set it (NTP)",
            now.date_naive()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_never_set_is_a_problem() {
        let at = |text: &str| problem_of_clock(text.parse().unwrap());
        assert!(at("1970-01-01T00:05:00Z").unwrap().contains("1970-01-01"));
        assert!(at("1972-07-22T23:00:00Z").is_some());
        assert!(at("1972-07-23T00:00:00Z").is_none() && at("2011-07-01T00:00:00Z").is_none());
    }

    #[test]
    fn the_past_and_an_hour_ahead_are_fine_and_two_days_ahead_are_not() {
        assert!(check_not_ahead(DateTime::UNIX_EPOCH).is_ok());
        assert!(check_not_ahead(Utc::now() + TimeDelta::hours(1)).is_ok());
        let message = check_not_ahead(Utc::now() + TimeDelta::days(3)).unwrap_err().to_string();
        assert!(message.contains("--dry-run") && message.contains("--allow-future"), "{message}");
        assert!(check_not_ahead(DateTime::<Utc>::MAX_UTC).is_err());
    }
}
