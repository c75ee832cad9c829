//! For which times the points of which ground are known without a gap.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::fires::coverage::PointCoverage;
use crate::fires::detection::{Detection, MINUTES_PER_DAY, date_of_minute};

/// Times of one box whose pause is no longer than this are joined, minutes: satellites pass twice
/// a day, and an archive ends with its last point.
const MAX_PAUSE_MINUTES: i32 = MINUTES_PER_DAY;

/// The times of the boxes whose points are stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PointTimes {
    boxes: Vec<KnownBox>,
}

/// A box and the times for which its points are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownBox {
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// First and last minute since 1970 of each time, ascending; they neither overlap nor touch.
    pub times: Vec<(i32, i32)>,
}

impl PointTimes {
    /// Adds the time that a source covered, for each stored box that lies within its ground.
    pub fn add(&mut self, stored: &[[f64; 4]], coverage: &PointCoverage) {
        for bbox in stored {
            if coverage.area.is_none_or(|area| holds_box(area, *bbox)) {
                self.add_time(*bbox, (coverage.from, coverage.until));
            }
        }
    }

    fn add_time(&mut self, bbox: [f64; 4], time: (i32, i32)) {
        let at = self.boxes.iter().position(|known| known.bbox == bbox).unwrap_or_else(|| {
            self.boxes.push(KnownBox { bbox, times: Vec::new() });
            self.boxes.len() - 1
        });
        let times = &mut self.boxes[at].times;
        times.push(time);
        times.sort_unstable();
        times.dedup_by(|next, kept| {
            let is_joined = next.0 <= kept.1.saturating_add(MAX_PAUSE_MINUTES);
            if is_joined {
                kept.1 = kept.1.max(next.1);
            }
            is_joined
        });
    }

    /// Whether points of any box are known at a time from a minute to the end of another.
    pub fn is_known_between(&self, first: i32, end: i32) -> bool {
        let times = self.boxes.iter().flat_map(|known| &known.times);
        times.into_iter().any(|(from, until)| *from < end && *until >= first)
    }

    /// Drops what lies before a minute.
    pub fn forget_before(&mut self, minute: i32) {
        for known in &mut self.boxes {
            known.times.retain(|(_, until)| *until > minute);
            known.times.iter_mut().for_each(|(from, _)| *from = (*from).max(minute));
        }
        self.boxes.retain(|known| !known.times.is_empty());
    }

    /// Drops a time, whose points are lost.
    pub fn forget_between(&mut self, first: i32, end: i32) {
        for known in &mut self.boxes {
            let cut = |(from, until): &(i32, i32)| {
                let before = (*from, (*until).min(first - 1));
                let after = ((*from).max(end), *until);
                [before, after].into_iter().filter(|(from, until)| from < until)
            };
            known.times = known.times.iter().flat_map(cut).collect();
        }
    }

    /// The first whole day from which on the points of a box are known without a gap up to and
    /// including a day; `None` where they are not known then.
    pub fn known_since(&self, bbox: [f64; 4], last: NaiveDate) -> Option<NaiveDate> {
        let covering = self.boxes.iter().filter(|known| holds_box(known.bbox, bbox));
        let times = covering.flat_map(|known| &known.times);
        let first = times
            .filter(|(from, until)| date_of_minute(*from) <= last && date_of_minute(*until) >= last)
            .map(|(from, _)| *from)
            .min()?;
        date_of_minute(first).succ_opt()
    }
}

/// Whether a box lies within another, which may pass the antimeridian.
fn holds_box([west, south, east, north]: [f64; 4], inner: [f64; 4]) -> bool {
    let holds_longitudes = match west <= east {
        true => west <= inner[0] && inner[2] <= east,
        // On one side of it, as the box within.
        false => west <= inner[0] || inner[2] <= east,
    };
    holds_longitudes && south <= inner[1] && inner[3] <= north
}

/// Width of the ground around a box in which an archive must have points, degrees.
const SURROUNDING_DEGREES: f64 = 1.0;

/// Whether points lie on all four sides of a box, at most a degree from it: then an archive of a
/// country holds the box, and no border passes through it.
pub fn surrounds(points: &[Detection], [west, south, east, north]: [f64; 4]) -> bool {
    let wide = SURROUNDING_DEGREES;
    let strips = [
        [west - wide, south, west, north],
        [east, south, east + wide, north],
        [west, south - wide, east, south],
        [west, north, east, north + wide],
    ];
    let lies_in = |point: &Detection, [west, south, east, north]: [f64; 4]| {
        (west..=east).contains(&point.lon()) && (south..=north).contains(&point.lat())
    };
    strips.into_iter().all(|strip| points.iter().any(|point| lies_in(point, strip)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fires::history::tests::point_at;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const BOX: [f64; 4] = [-121.0, 39.0, -120.0, 40.0];

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn minute(text: &str) -> i32 {
        crate::fires::detection::minute_of_time(text.parse().unwrap())
    }

    fn known(spans: &[(&str, &str)], area: Option<[f64; 4]>) -> PointTimes {
        let mut times = PointTimes::default();
        for (from, until) in spans {
            let coverage = PointCoverage { area, from: minute(from), until: minute(until) };
            times.add(&[BOX], &coverage);
        }
        times
    }

    #[test]
    fn nights_that_follow_each_other_are_one_time_from_its_first_whole_day_on() {
        let spans = [
            ("2025-01-03T04:00:00Z", "2025-01-05T03:00:00Z"),
            ("2025-01-01T04:00:00Z", "2025-01-03T03:00:00Z"),
            // A pause of less than a day: no point in between.
            ("2025-01-05T20:00:00Z", "2025-01-07T03:00:00Z"),
        ];
        let times = known(&spans, None);
        assert_eq!(times.known_since(BOX, day("2025-01-07")), Some(day("2025-01-02")));
        assert_eq!(times.known_since(BOX, day("2025-01-08")), None);
        assert_eq!(times.known_since([-121.0, 39.0, -119.0, 40.0], day("2025-01-07")), None);
        assert_eq!(
            times.known_since([-120.9, 39.1, -120.1, 39.9], day("2025-01-07")),
            Some(day("2025-01-02"))
        );
    }

    #[test]
    fn a_gap_and_another_area_are_not_known() {
        let spans = [
            ("2025-01-01T04:00:00Z", "2025-01-03T03:00:00Z"),
            ("2025-01-06T04:00:00Z", "2025-01-09T03:00:00Z"),
        ];
        assert_eq!(
            known(&spans, None).known_since(BOX, day("2025-01-09")),
            Some(day("2025-01-07"))
        );
        let half = Some([-120.5, 39.0, -120.0, 40.0]);
        assert_eq!(known(&spans, half), PointTimes::default());
    }

    #[test]
    fn a_source_across_the_antimeridian_covers_the_boxes_on_both_of_its_sides() {
        let spans = [("2025-01-01T04:00:00Z", "2025-01-03T03:00:00Z")];
        let area = Some([-120.9, 30.0, -122.0, 50.0]);
        assert_eq!(known(&spans, area), PointTimes::default());
        for area in [[-121.5, 30.0, -150.0, 50.0], [170.0, 30.0, -119.5, 50.0]] {
            let since = known(&spans, Some(area)).known_since(BOX, day("2025-01-03"));
            assert_eq!(since, Some(day("2025-01-02")), "{area:?}");
        }
    }

    #[test]
    fn what_is_lost_or_too_old_is_forgotten() {
        let spans = [("2025-01-01T00:00:00Z", "2025-06-30T00:00:00Z")];
        let mut times = known(&spans, None);
        times.forget_between(minute("2025-03-01T00:00:00Z"), minute("2025-04-01T00:00:00Z"));
        assert_eq!(times.known_since(BOX, day("2025-06-01")), Some(day("2025-04-02")));
        assert_eq!(times.known_since(BOX, day("2025-02-01")), Some(day("2025-01-02")));
        times.forget_before(minute("2025-05-01T00:00:00Z"));
        assert_eq!(times.known_since(BOX, day("2025-02-01")), None);
        assert_eq!(times.known_since(BOX, day("2025-06-01")), Some(day("2025-05-02")));
    }

    #[test]
    fn an_archive_holds_a_box_that_its_points_surround() {
        let around = [(-121.5, 39.5), (-119.5, 39.5), (-120.5, 38.5), (-120.5, 40.5)];
        let points = around.map(|(lon, lat)| point_at(lon, lat));
        assert!(surrounds(&points, BOX));
        // A border passes north of it, or through it.
        assert!(!surrounds(&points[..3], BOX));
    }
}
