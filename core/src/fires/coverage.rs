//! When which ground was observed: no fire goes out in a time without points.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::fires::detection::{Detection, MINUTES_PER_DAY, date_of_minute};

/// A time in which a source of points covered an area.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// West, south, east, north in degrees; `None` for the whole world.
    pub area: Option<[f64; 4]>,
    /// First minute since 1970.
    pub from: i32,
    /// Last minute since 1970.
    pub until: i32,
}

impl Coverage {
    /// What the detections of one source prove: the time from its oldest to its newest; `None`
    /// without any, because an empty file may be a failure of the source.
    pub fn of(points: &[Detection], area: Option<[f64; 4]>) -> Option<Self> {
        let minutes = || points.iter().map(|point| point.minute);
        Some(Self { area, from: minutes().min()?, until: minutes().max()? })
    }

    fn covers(&self, lon: f64, lat: f64) -> bool {
        self.area.is_none_or(|area| lies_in(area, lon, lat))
    }
}

/// Whether a place lies in a box, which may pass the antimeridian.
pub(super) fn lies_in([west, south, east, north]: [f64; 4], lon: f64, lat: f64) -> bool {
    let is_in_longitudes = (-1..=1).any(|turn| {
        let lon = lon + 360.0 * f64::from(turn);
        if west <= east { (west..=east).contains(&lon) } else { lon >= west && lon <= east + 360.0 }
    });
    is_in_longitudes && (south..=north).contains(&lat)
}

/// Merged times of all sources, for some months.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, transparent)]
pub struct CoverageLog {
    /// Ordered by area and time; those of an area neither overlap nor touch.
    times: Vec<Coverage>,
}

/// Days that a log holds.
const DAYS: i32 = 90;
/// Satellites pass twice a day; shorter pauses between two files are no gap, minutes.
const PASS_MINUTES: i32 = 12 * 60;

impl CoverageLog {
    /// Adds times, and drops those that are too old.
    pub(super) fn add(&mut self, coverage: &[Coverage], now_minute: i32) {
        let start = now_minute.saturating_sub(DAYS * MINUTES_PER_DAY);
        self.times.extend(
            coverage.iter().filter(|time| time.until <= now_minute.saturating_add(PASS_MINUTES)),
        );
        let key =
            |time: &Coverage| time.area.map(|area| area.map(|degrees| (degrees * 1e5) as i64));
        self.times.sort_by_key(|time| (key(time), time.from, time.until));
        self.times.dedup_by(|next, kept| {
            let is_joined =
                key(next) == key(kept) && next.from <= kept.until.saturating_add(PASS_MINUTES);
            if is_joined {
                kept.until = kept.until.max(next.until);
            }
            is_joined
        });
        self.times.retain(|time| time.until >= start);
        self.times.iter_mut().for_each(|time| time.from = time.from.max(start));
    }

    /// Minutes from a minute on in which a place was observed.
    pub(super) fn observed_minutes_since(&self, minute: i32, lon: f64, lat: f64) -> i32 {
        let mut times: Vec<(i32, i32)> = self
            .times
            .iter()
            .filter(|time| time.covers(lon, lat))
            .map(|time| (time.from.max(minute), time.until))
            .filter(|(from, until)| from < until)
            .collect();
        times.sort_unstable();
        let (mut sum, mut counted_until) = (0, minute);
        for (from, until) in times {
            sum += (until - from.max(counted_until)).max(0);
            counted_until = counted_until.max(until);
        }
        sum
    }

    /// Days between the first and the last observation in which nothing was observed.
    pub(super) fn gap_days(&self) -> Vec<NaiveDate> {
        let day = |minute: i32| minute.div_euclid(MINUTES_PER_DAY);
        let first = self.times.iter().map(|time| day(time.from)).min();
        let last = self.times.iter().map(|time| day(time.until)).max();
        let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
        (first..=last)
            .filter(|at| !self.times.iter().any(|t| (day(t.from)..=day(t.until)).contains(at)))
            .map(|at| date_of_minute(at * MINUTES_PER_DAY))
            .collect()
    }
}
