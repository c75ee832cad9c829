//! What the nights write in English, recognised so that the page can say it in the reader's words.

use chrono::NaiveDate;
use dragonfly_core::FireSide;
use dragonfly_core::metadata::SceneDates;

use crate::data::fields;

/// Why the windows of a map are what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowReason<'a> {
    /// Before and after a fire of these days.
    AroundFire(SceneDates),
    /// Set by hand.
    Explicit,
    /// The last days, so many, against the same a year earlier.
    Rolling(&'a str),
    /// Something newer than this page.
    Other(&'a str),
}

impl<'a> WindowReason<'a> {
    /// Reads a `window_reason`.
    pub fn read(text: &'a str) -> Self {
        if text.starts_with("explicit windows") {
            return Self::Explicit;
        }
        let fire =
            text.strip_prefix("around the fire of ").and_then(|days| days.split_once(" to "));
        if let Some((first, last)) = fire
            && let (Some(first), Some(last)) = (day(first), day(last))
        {
            return Self::AroundFire(SceneDates { first, last });
        }
        let rolling = text
            .strip_prefix("no fire date is set: the last ")
            .and_then(|rest| rest.split_once(" days"));
        match rolling {
            Some((days, _)) => Self::Rolling(days),
            None => Self::Other(text),
        }
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    fields::day(text.trim())
}

/// Why a run of a region failed, as far as a reader can make use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No clear image on a side of the fire.
    NoScene(FireSide),
    /// Images that cannot be read.
    UnreadableScenes,
    /// Clouds and gaps hide too much.
    TooLittleSeen,
    /// The disk is full.
    DiskFull,
    /// It took too long.
    TookTooLong,
    /// The machine ended it.
    Killed,
    /// The catalogue does not answer.
    CatalogueSilent,
    /// Anything else.
    Other,
}

impl Failure {
    /// Reads a `last_error`.
    pub fn read(text: &str) -> Self {
        let says = |words: &str| text.contains(words);
        if says("no scene on the pre side") {
            Self::NoScene(FireSide::Pre)
        } else if says("no scene on the post side") {
            Self::NoScene(FireSide::Post)
        } else if says("scenes could not be read") || says("no scene that can be read") {
            Self::UnreadableScenes
        } else if says("of the zone was seen") {
            Self::TooLittleSeen
        } else if says("the disk has") || says("No space left") {
            Self::DiskFull
        } else if says("max_run_minutes") {
            Self::TookTooLong
        } else if says("killed:") {
            Self::Killed
        } else if says("catalogue") {
            Self::CatalogueSilent
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dragonfly_core::{Region, SearchWindows};

    /// Through core itself, so that a change of its words is heard.
    fn reason(keys: &str) -> String {
        let region: Region =
            serde_json::from_str(&format!(r#"{{"name":"a","bbox":[0,0,1,1]{keys}}}"#)).unwrap();
        SearchWindows::of(&region, "2026-03-10".parse().unwrap()).reason
    }

    #[test]
    fn the_reasons_that_core_writes_are_recognised() {
        let fire = reason(r#","event_date":"2025-07-02","event_end":"2025-07-16""#);
        let days = SceneDates {
            first: "2025-07-02".parse().unwrap(),
            last: "2025-07-16".parse().unwrap(),
        };
        assert_eq!(WindowReason::read(&fire), WindowReason::AroundFire(days));
        assert_eq!(WindowReason::read(&reason("")), WindowReason::Rolling("30"));
        let by_hand = reason(
            r#","pre":{"start":"2025-01-01","end":"2025-01-09"},"post":{"start":"2025-02-01","end":"2025-02-09"}"#,
        );
        assert_eq!(WindowReason::read(&by_hand), WindowReason::Explicit);
        for other in ["", "around the fire of yesterday to 2025-07-16", "no fire date is set: ä"] {
            assert_eq!(WindowReason::read(other), WindowReason::Other(other));
        }
    }

    #[test]
    fn the_failures_that_the_nights_write_are_recognised() {
        let check = |text, failure| assert_eq!(Failure::read(text), failure, "{text}");
        check(
            "no scene on the post side: collection `x` has none from 2025",
            Failure::NoScene(FireSide::Post),
        );
        check(
            "3 of 4 scenes could not be read, more than max_failed_share allows: scene a",
            Failure::UnreadableScenes,
        );
        check("only 12.0 % of the zone was seen, and 20.0 % is the least", Failure::TooLittleSeen);
        check("the disk has 1.0 GB free, this run needs about 2.0 GB", Failure::DiskFull);
        check("the run took longer than max_run_minutes (180): raise it", Failure::TookTooLong);
        check("killed: the last run ended without a word", Failure::Killed);
        check("<b>what?</b>", Failure::Other);
    }
}
