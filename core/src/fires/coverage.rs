//! When which ground was observed: no fire goes out in a time without points.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::fires::detection::{Detection, E5, MINUTES_PER_DAY, date_of_minute};

/// A time in which a source of points covered an area.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointCoverage {
    /// West, south, east, north in degrees; `None` for the whole world.
    pub area: Option<[f64; 4]>,
    /// First minute since 1970.
    pub from: i32,
    /// Last minute since 1970.
    pub until: i32,
}

impl PointCoverage {
    /// What the detections of one source prove: the time from its oldest to its newest; `None`
    /// without any, because an empty file may be a failure of the source.
    pub fn of(points: &[Detection], area: Option<[f64; 4]>) -> Option<Self> {
        let minutes = || points.iter().map(|point| point.minute);
        Some(Self { area, from: minutes().min()?, until: minutes().max()? })
    }

    /// The same of a source that observes the whole world, which burns at every hour: while there
    /// was no detection for longer than `WORLD_PAUSE_MINUTES`, its satellite observed nothing.
    pub fn of_world(points: &[Detection]) -> Vec<Self> {
        let mut minutes: Vec<i32> = points.iter().map(|point| point.minute).collect();
        minutes.sort_unstable();
        let is_observed = |one: &i32, next: &i32| next.saturating_sub(*one) <= WORLD_PAUSE_MINUTES;
        let time = |minutes: &[i32]| {
            Some(Self { area: None, from: *minutes.first()?, until: *minutes.last()? })
        };
        minutes.chunk_by(is_observed).filter_map(time).collect()
    }

    /// The same of a source that observes the box around its detections and nothing else.
    pub fn of_box(points: &[Detection]) -> Option<Self> {
        Self::of(points, Some(box_around(points)?))
    }

    fn covers(&self, lon: f64, lat: f64) -> bool {
        self.area.is_none_or(|area| lies_in(area, lon, lat))
    }
}

/// The smallest box around detections; its west lies east of its east where it passes the
/// antimeridian. `None` without any.
fn box_around(points: &[Detection]) -> Option<[f64; 4]> {
    const TURN_E5: i32 = 36_000_000;
    let mut lons: Vec<i32> = points.iter().map(|point| point.lon_e5).collect();
    lons.sort_unstable();
    lons.dedup();
    let (first, last) = (*lons.first()?, *lons.last()?);
    // The box is what the widest gap between longitudes leaves.
    let mut gap_e5 = first + TURN_E5 - last;
    let (mut west, mut east) = (first, last);
    for pair in lons.windows(2) {
        if pair[1] - pair[0] > gap_e5 {
            gap_e5 = pair[1] - pair[0];
            (west, east) = (pair[1], pair[0]);
        }
    }
    let lats = || points.iter().map(|point| point.lat_e5);
    let (south, north) = (lats().min()?, lats().max()?);
    Some([west, south, east, north].map(|e5| f64::from(e5) / E5))
}

/// Whether a place lies in a box, which may pass the antimeridian.
pub(super) fn lies_in([west, south, east, north]: [f64; 4], lon: f64, lat: f64) -> bool {
    let is_in_longitudes = (-1..=1).any(|turn| {
        let lon = lon + 360.0 * f64::from(turn);
        if west <= east { (west..=east).contains(&lon) } else { lon >= west && lon <= east + 360.0 }
    });
    is_in_longitudes && (south..=north).contains(&lat)
}

/// A satellite sees a fire somewhere in each of its orbits of 100 minutes; small excerpts of a file
/// have longer pauses.
const WORLD_PAUSE_MINUTES: i32 = 36 * 60;

/// Merged times of all sources, for some months.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, transparent)]
pub struct CoverageLog {
    /// Ordered by area and time; those of an area neither overlap nor touch.
    times: Vec<PointCoverage>,
}

/// Days that a log holds.
const DAYS: i32 = 90;
/// Satellites pass twice a day; shorter pauses between two files are no gap, minutes.
const PASS_MINUTES: i32 = 12 * 60;

impl CoverageLog {
    /// Adds times, and drops those that are too old.
    pub(super) fn add(&mut self, coverage: &[PointCoverage], now_minute: i32) {
        let start = now_minute.saturating_sub(DAYS * MINUTES_PER_DAY);
        self.times.extend(
            coverage.iter().filter(|time| time.until <= now_minute.saturating_add(PASS_MINUTES)),
        );
        let key =
            |time: &PointCoverage| time.area.map(|area| area.map(|degrees| (degrees * 1e5) as i64));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::tests::seen;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn area_of(places: &[(f64, f64)]) -> Option<[f64; 4]> {
        let point = |(lon, lat): &(f64, f64)| Detection {
            lon_e5: (lon * E5).round() as i32,
            lat_e5: (lat * E5).round() as i32,
            ..seen(0, 0.0, 0.0)
        };
        let points: Vec<Detection> = places.iter().map(point).collect();
        PointCoverage::of_box(&points).and_then(|coverage| coverage.area)
    }

    #[test]
    fn a_file_across_the_antimeridian_observes_its_own_ground_and_not_the_world() {
        let fiji = area_of(&[(177.5, -18.0), (-179.0, -17.0), (178.25, -16.5)]).unwrap();
        assert_eq!(fiji, [177.5, -18.0, -179.0, -16.5]);
        let covers =
            |lon, lat| PointCoverage { area: Some(fiji), from: 0, until: 1 }.covers(lon, lat);
        assert!(covers(179.9, -17.0) && covers(-179.9, -17.0) && covers(180.0, -17.0));
        assert!(!covers(0.0, -17.0) && !covers(-178.0, -17.0) && !covers(179.0, -19.0));
    }

    #[test]
    fn a_satellite_that_sent_nothing_for_days_observed_nothing_in_them() {
        let times = |hours: &[i32]| -> Vec<(i32, i32)> {
            let points: Vec<Detection> = hours.iter().map(|hour| seen(*hour, 0.0, 0.0)).collect();
            let start = seen(0, 0.0, 0.0).minute;
            let hours = |minute: i32| (minute - start) / 60;
            let covered = PointCoverage::of_world(&points);
            covered.iter().map(|time| (hours(time.from), hours(time.until))).collect()
        };
        assert_eq!(times(&[]), []);
        assert_eq!(times(&[5]), [(5, 5)]);
        assert_eq!(times(&[30, 0, 12, 60]), [(0, 60)]);
        assert_eq!(
            times(&[0, 12, 24, 24 * 6, 24 * 6 + 30, 24 * 60]),
            [(0, 24), (24 * 6, 24 * 6 + 30), (24 * 60, 24 * 60)]
        );
    }

    #[test]
    fn a_box_is_the_smallest_around_its_points() {
        for (places, expected) in [
            (&[][..], None),
            (&[(10.0, 40.0)], Some([10.0, 40.0, 10.0, 40.0])),
            (&[(-120.0, 35.0), (-80.0, 45.0)], Some([-120.0, 35.0, -80.0, 45.0])),
            (&[(-60.0, 1.0), (20.0, 2.0), (130.0, 3.0)], Some([-60.0, 1.0, 130.0, 3.0])),
            (&[(180.0, 1.0), (-180.0, 1.0)], Some([180.0, 1.0, -180.0, 1.0])),
        ] {
            assert_eq!(area_of(places), expected, "{places:?}");
        }
    }
}
