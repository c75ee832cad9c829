//! Windows of dates.

use chrono::{Days, NaiveDate};
use dragonfly_pixels::Composite;
use serde::{Deserialize, Serialize};

use crate::catalogue::dates::{
    Assessment, DateWindow, FireSide, a_year_before, days_after, days_before,
};
use crate::catalogue::scenes::SceneOrder;
use crate::regions::region::Region;

/// Why the windows of a map are what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum WindowReason {
    /// Before and after a fire.
    AroundFire {
        /// First day of the fire.
        first: NaiveDate,
        /// Last day of the fire.
        last: NaiveDate,
    },
    /// Before a fire, and the latest days since it began: its end is not set.
    SinceFire {
        /// First day of the fire.
        first: NaiveDate,
    },
    /// The region's configuration names both.
    Configured,
    /// No fire date is set: the last days against the same days one year earlier.
    Rolling {
        /// How many days.
        days: u32,
    },
    /// A person chose both.
    Chosen,
}

impl std::fmt::Display for WindowReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AroundFire { first, last } => write!(f, "around the fire of {first} to {last}"),
            Self::SinceFire { first } => write!(
                f,
                "the latest images since {first}, when the fire began: it burns on, or its end is \
                 unknown (set `event_end`)"
            ),
            Self::Configured => f.write_str("explicit windows of the region's configuration"),
            Self::Rolling { days } => write!(
                f,
                "no fire date is set: the last {days} days against the same days one year earlier"
            ),
            Self::Chosen => f.write_str("windows chosen by hand"),
        }
    }
}

/// Where the scenes of a map are searched for, and why there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWindows {
    /// Days before the fire.
    pub pre: DateWindow,
    /// Days after the fire.
    pub post: DateWindow,
    /// Which kind of map this makes.
    pub assessment: Assessment,
    /// Why these windows.
    pub reason: WindowReason,
}

/// Days between two windows from which on the later one shows the next growing season.
const NEXT_SEASON: i64 = 180;
/// Days after its first until which images of a fire are searched whose end is not given: nine of
/// ten large fires have their final size after 45. Later images would show the next season.
const OPEN_FIRE_DAYS: u64 = 60;
/// Days after a fire on which its smoke may lie over the ground.
const SMOKY_DAYS: u64 = 2;

impl SearchWindows {
    /// The windows of a region on a day: explicit ones as given, else around the fire, else the
    /// last days against the same days one year earlier.
    ///
    /// While the end of a fire is not set, the later window is that of the latest days since it
    /// began, up to its sixtieth: a fire may burn for weeks, and days after an assumed end would
    /// leave out what burnt later.
    ///
    /// Comparing with the days just before would measure the seasons as much as fire.
    ///
    /// ```
    /// use dragonfly_core::{SearchWindows, regions_from_json};
    ///
    /// let json = r#"[{"name": "madre", "bbox": [-120.07, 35.01, -119.67, 35.24],
    ///     "event_date": "2025-07-02", "event_end": "2025-07-27"}]"#;
    /// let region = regions_from_json(json)?.remove(0);
    /// let windows = SearchWindows::of(&region, "2025-08-31".parse()?);
    /// assert_eq!(windows.pre.end.to_string(), "2025-07-01");
    /// assert_eq!(windows.post.start.to_string(), "2025-07-28");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(region: &Region, today: NaiveDate) -> Self {
        if let (Some(pre), Some(post)) = (region.pre, region.post) {
            return Self { reason: WindowReason::Configured, ..Self::between(pre, post, None) };
        }
        if let Some(event) = region.event_date {
            let pre = DateWindow::ending(days_before(event, Days::new(1)), region.pre_window_days);
            let Some(event_end) = region.event_end else {
                return Self {
                    pre,
                    post: since_fire(event, today, region.post_window_days),
                    assessment: Assessment::Burning,
                    reason: WindowReason::SinceFire { first: event },
                };
            };
            let start = days_after(event_end, Days::new(1));
            let post = DateWindow {
                start,
                end: days_after(event_end, Days::new(u64::from(region.post_window_days))),
            };
            let reason = WindowReason::AroundFire { first: event, last: event_end };
            return Self { pre, post, assessment: season(pre, post), reason };
        }
        let post = DateWindow::ending(today, region.post_window_days);
        Self {
            pre: post.a_year_earlier(),
            post,
            assessment: Assessment::Rolling,
            reason: WindowReason::Rolling { days: region.post_window_days },
        }
    }

    /// Windows that stand as given: those of a region's map, of which the assessment is known, or
    /// chosen by a person; then the time between them decides it.
    pub fn between(pre: DateWindow, post: DateWindow, assessment: Option<Assessment>) -> Self {
        let reason = match assessment {
            Some(_) => WindowReason::Configured,
            None => WindowReason::Chosen,
        };
        Self { pre, post, assessment: assessment.unwrap_or_else(|| season(pre, post)), reason }
    }

    /// The days of a side.
    pub fn side(&self, side: FireSide) -> DateWindow {
        match side {
            FireSide::Pre => self.pre,
            FireSide::Post => self.post,
        }
    }

    /// Twice the days of a side without scenes, further from the fire; the past where it has no
    /// date. `None` for explicit windows, which stand as given.
    pub fn widened(&self, side: FireSide) -> Option<DateWindow> {
        if matches!(self.reason, WindowReason::Configured | WindowReason::Chosen) {
            return None;
        }
        let window = self.side(side);
        if let (FireSide::Post, WindowReason::SinceFire { first }) = (side, self.reason) {
            let start = days_before(window.start, window.days());
            return Some(DateWindow {
                start: start.max(days_after(first, Days::new(1))),
                ..window
            });
        }
        Some(match (side, self.assessment) {
            (FireSide::Post, Assessment::Initial | Assessment::Extended) => {
                DateWindow { end: days_after(window.end, window.days()), ..window }
            }
            _ => DateWindow { start: days_before(window.start, window.days()), ..window },
        })
    }

    /// The day to which a post scene should be close: the first after a fire, the latest while it
    /// may burn on, and without one.
    pub fn wanted_post(&self) -> NaiveDate {
        match self.assessment {
            Assessment::Rolling | Assessment::Burning => self.post.end,
            Assessment::Initial | Assessment::Extended => self.post.start,
        }
    }

    /// The day to which a pre scene should be close: the last before a fire; without one a year
    /// before the latest post scene.
    pub fn wanted_pre(&self, latest_post: NaiveDate) -> NaiveDate {
        match self.assessment {
            Assessment::Rolling => a_year_before(latest_post),
            Assessment::Initial | Assessment::Extended | Assessment::Burning => self.pre.end,
        }
    }

    /// Which scenes of a side come first: where the latest view of a cell counts, the newest.
    pub fn order(&self, side: FireSide) -> SceneOrder {
        match self.composite(side) {
            Composite::Latest => SceneOrder::Newest,
            Composite::Median | Composite::AfterSmoke { .. } => SceneOrder::Clearest,
        }
    }

    /// How the views of a side become one: what burnt last would drown in older images of a window
    /// in which fire burns, and smoke lies over what has just burnt. Of days that a person chose it
    /// is not known when the fire ended.
    pub fn composite(&self, side: FireSide) -> Composite {
        match (side, self.assessment) {
            (FireSide::Post, Assessment::Initial) if self.reason != WindowReason::Chosen => {
                let last_smoky_day = days_after(self.post.start, Days::new(SMOKY_DAYS - 1));
                Composite::AfterSmoke { last_smoky_day }
            }
            (FireSide::Post, Assessment::Rolling | Assessment::Burning) => Composite::Latest,
            _ => Composite::Median,
        }
    }
}

/// The latest days since a fire began, up to its sixtieth; the day after it began where that is yet
/// to come.
fn since_fire(first: NaiveDate, today: NaiveDate, days: u32) -> DateWindow {
    let start = days_after(first, Days::new(1));
    let end = today.min(days_after(first, Days::new(OPEN_FIRE_DAYS))).max(start);
    let latest = DateWindow::ending(end, days);
    DateWindow { start: latest.start.max(start), end }
}

fn season(pre: DateWindow, post: DateWindow) -> Assessment {
    if (post.start - pre.end).num_days() >= NEXT_SEASON {
        Assessment::Extended
    } else {
        Assessment::Initial
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::regions::region::regions_from_json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn both_ends_belong_to_the_window() {
        let window: DateWindow =
            serde_json::from_str(r#"{"start":"2025-06-01","end":"2025-07-01"}"#).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(
            window.contains(at("2025-06-01T00:00:00Z"))
                && window.contains(at("2025-07-01T23:59:59Z"))
        );
        assert!(
            !window.contains(at("2025-05-31T23:59:59Z"))
                && !window.contains(at("2025-07-02T00:00:00Z"))
        );
        assert_eq!(window.to_string(), "2025-06-01 to 2025-07-01");
        assert_eq!(window.to_stac_interval(), "2025-06-01T00:00:00Z/2025-07-01T23:59:59Z");
    }

    fn windows(keys: &str, today: &str) -> SearchWindows {
        let regions =
            regions_from_json(&format!(r#"[{{"name":"a","bbox":[0,0,1,1]{keys}}}]"#)).unwrap();
        SearchWindows::of(&regions[0], today.parse().unwrap())
    }

    fn check(keys: &str, today: &str, pre: &str, post: &str, assessment: Assessment) {
        let windows = windows(keys, today);
        assert_eq!(
            (windows.pre.to_string().as_str(), windows.post.to_string().as_str()),
            (pre, post)
        );
        assert_eq!(windows.assessment, assessment);
    }

    #[test]
    fn explicit_windows_stand_as_given() {
        let keys = r#","pre":{"start":"2011-06-01","end":"2011-06-25"},"post":{"start":"2012-06-01","end":"2012-07-01"}"#;
        check(
            keys,
            "2026-01-01",
            "2011-06-01 to 2011-06-25",
            "2012-06-01 to 2012-07-01",
            Assessment::Extended,
        );
        assert_eq!(windows(keys, "2026-01-01").widened(FireSide::Pre), None);
    }

    #[test]
    fn a_known_fire_lies_between_its_windows() {
        let keys = r#","event_date":"2025-07-02","event_end":"2025-07-05","pre_window_days":10,"post_window_days":20"#;
        check(
            keys,
            "2026-01-01",
            "2025-06-22 to 2025-07-01",
            "2025-07-06 to 2025-07-25",
            Assessment::Initial,
        );
        let windows = windows(keys, "2026-01-01");
        assert_eq!(windows.wanted_post().to_string(), "2025-07-06");
        assert_eq!(windows.wanted_pre(windows.post.end).to_string(), "2025-07-01");
        assert_eq!(windows.widened(FireSide::Pre).unwrap().to_string(), "2025-06-12 to 2025-07-01");
        assert_eq!(
            windows.widened(FireSide::Post).unwrap().to_string(),
            "2025-07-06 to 2025-08-14"
        );
        let last_smoky_day = windows.post.start + Days::new(1);
        assert_eq!(windows.composite(FireSide::Post), Composite::AfterSmoke { last_smoky_day });
        let chosen = SearchWindows::between(windows.pre, windows.post, None);
        assert_eq!(chosen.composite(FireSide::Post), Composite::Median);
        let of_map = SearchWindows::between(windows.pre, windows.post, Some(windows.assessment));
        assert_eq!(of_map.composite(FireSide::Post), windows.composite(FireSide::Post));
    }

    #[test]
    fn a_fire_without_an_end_is_shown_by_the_latest_images_since_it_began() {
        let keys = r#","event_date":"2025-07-02""#;
        let pre = "2025-06-02 to 2025-07-01";
        for (today, post) in [
            ("2025-06-30", "2025-07-03 to 2025-07-03"),
            ("2025-07-05", "2025-07-03 to 2025-07-05"),
            ("2025-07-31", "2025-07-03 to 2025-07-31"),
            ("2025-08-20", "2025-07-22 to 2025-08-20"),
            // Sixty days after it began, and for good.
            ("2025-09-10", "2025-08-02 to 2025-08-31"),
            ("2028-01-01", "2025-08-02 to 2025-08-31"),
        ] {
            check(keys, today, pre, post, Assessment::Burning);
        }
        let windows = windows(keys, "2025-08-20");
        assert_eq!(windows.composite(FireSide::Post), Composite::Latest);
        assert_eq!(windows.order(FireSide::Post), SceneOrder::Newest);
        assert_eq!(windows.order(FireSide::Pre), SceneOrder::Clearest);
        assert_eq!(windows.wanted_post().to_string(), "2025-08-20");
        assert_eq!(windows.wanted_pre(windows.post.end).to_string(), "2025-07-01");
        let widened = |side| windows.widened(side).unwrap().to_string();
        assert_eq!(widened(FireSide::Post), "2025-07-03 to 2025-08-20");
        assert_eq!(widened(FireSide::Pre), "2025-05-03 to 2025-07-01");
        assert!(windows.reason.to_string().contains("event_end"));
    }

    #[test]
    fn a_clock_at_the_end_of_the_calendar_is_no_panic() {
        for today in ["+262142-12-31", "-262143-01-01"] {
            for keys in ["", r#","event_date":"2025-07-02""#] {
                let windows = windows(keys, today);
                let sides = [FireSide::Pre, FireSide::Post];
                assert!(sides.iter().all(|side| windows.widened(*side).is_some()), "{today}");
            }
        }
    }

    #[test]
    fn without_a_date_the_last_days_meet_those_of_last_year() {
        check(
            "",
            "2025-08-31",
            "2024-08-02 to 2024-08-31",
            "2025-08-02 to 2025-08-31",
            Assessment::Rolling,
        );
        check(
            "",
            "2024-02-29",
            "2023-01-31 to 2023-02-28",
            "2024-01-31 to 2024-02-29",
            Assessment::Rolling,
        );
        let windows = windows("", "2025-08-31");
        assert_eq!(windows.wanted_post().to_string(), "2025-08-31");
        assert_eq!(windows.wanted_pre("2025-08-20".parse().unwrap()).to_string(), "2024-08-20");
        assert_eq!(
            windows.widened(FireSide::Post).unwrap().to_string(),
            "2025-07-03 to 2025-08-31"
        );
        assert_eq!(windows.composite(FireSide::Post), Composite::Latest);
        assert_eq!(windows.composite(FireSide::Pre), Composite::Median);
    }
}
