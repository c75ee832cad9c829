//! The views behind each cell, for layers beside the dNBR: the day of the latest clear view that
//! was used of each side, and how many views were clear.

use chrono::{DateTime, NaiveDate, Utc};

use crate::geo::cell::Empty;
use crate::resample::observation::Observations;

/// The value of a date layer where no clear view was used.
pub const NO_DATE: u16 = 0;
/// The value of the layer of clear views outside the box and the fire zone.
pub const NO_VIEW_COUNT: u8 = 255;

/// The views of a row of cells, to be filled.
#[derive(Debug)]
pub struct ViewLayersRow<'a> {
    /// Days since 1970-01-01 of the latest clear view before the fire; [`NO_DATE`] without one.
    pub pre_date: &'a mut [u16],
    /// The same after the fire.
    pub post_date: &'a mut [u16],
    /// Clear views of both sides, at most 254; [`NO_VIEW_COUNT`] outside the box and the zone.
    pub clear_views: &'a mut [u8],
}

/// What a side used, cell by cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct SideViews<'a> {
    /// Days of the latest clear views.
    pub(super) latest_days: &'a [u16],
    /// Clear views.
    pub(super) clear_counts: &'a [u32],
}

impl ViewLayersRow<'_> {
    /// Fills the row from both sides; `state` are the codes of the computed cells.
    pub(super) fn fill(self, (pre, post): (SideViews, SideViews), state: &[u8]) {
        let is_mapped =
            |state: u8| ![Empty::OutsideBox.code(), Empty::OutsideZone.code()].contains(&state);
        for (layer, side) in [(self.pre_date, pre), (self.post_date, post)] {
            for ((day, latest), state) in layer.iter_mut().zip(side.latest_days).zip(state) {
                *day = if is_mapped(*state) { *latest } else { NO_DATE };
            }
        }
        let counts = pre.clear_counts.iter().zip(post.clear_counts).zip(state);
        for (views, ((pre, post), state)) in self.clear_views.iter_mut().zip(counts) {
            let count = pre.saturating_add(*post).min(u32::from(NO_VIEW_COUNT - 1)) as u8;
            *views = if is_mapped(*state) { count } else { NO_VIEW_COUNT };
        }
    }
}

/// Days since 1970-01-01, as date layers hold them.
pub fn day_number(date: NaiveDate) -> u16 {
    let days = (date - DateTime::UNIX_EPOCH.date_naive()).num_days();
    days.clamp(NO_DATE.into(), u16::MAX.into()) as u16
}

/// The day of each overpass: that of its first scene.
pub(super) fn overpass_days(overpasses: &[Vec<usize>], times: &[DateTime<Utc>]) -> Vec<u16> {
    let first = |scenes: &Vec<usize>| scenes.first().and_then(|scene| times.get(*scene));
    let day = |scenes| first(scenes).map_or(NO_DATE, |time| day_number(time.date_naive()));
    overpasses.iter().map(day).collect()
}

/// The days of the latest clear views of a row of cells, from overpasses in order of time.
pub(super) fn latest_clear_days(overpasses: &[Observations], days: &[u16], latest: &mut Vec<u16>) {
    latest.clear();
    latest.resize(overpasses.iter().map(Observations::len).max().unwrap_or(0), NO_DATE);
    for (overpass, day) in overpasses.iter().zip(days) {
        for (latest, quality) in latest.iter_mut().zip(&overpass.quality) {
            *latest = if quality.is_clear() { *day } else { *latest };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::cell::VALID;
    use crate::resample::observation::CellQuality::{self, Hidden, Land, NoData, Water};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn overpass(quality: &[CellQuality]) -> Observations {
        Observations { nbr: vec![0.5; quality.len()], quality: quality.to_vec() }
    }

    #[test]
    fn a_day_is_counted_from_1970() {
        let day = |text: &str| day_number(text.parse().unwrap());
        assert_eq!((day("1970-01-02"), day("2025-09-10")), (1, 20_341));
        assert_eq!((day("1969-07-20"), day("2999-01-01")), (NO_DATE, u16::MAX));
    }

    #[test]
    fn scenes_of_one_overpass_have_the_day_of_its_first() {
        let times = ["2025-06-12T23:59:50Z", "2025-06-13T00:00:10Z", "2025-06-27T18:00:00Z"];
        let times = times.map(|time| time.parse().unwrap());
        let days = overpass_days(&[vec![0, 1], vec![2]], &times);
        assert_eq!(days, ["2025-06-12", "2025-06-27"].map(|day| day_number(day.parse().unwrap())));
    }

    #[test]
    fn the_latest_clear_view_has_the_date() {
        let overpasses =
            [overpass(&[Land, Land, Hidden, Water]), overpass(&[Land, Hidden, NoData, Hidden])];
        let mut latest = Vec::new();
        latest_clear_days(&overpasses, &[100, 105], &mut latest);
        assert_eq!(latest, [105, 100, NO_DATE, 100]);
        latest_clear_days(&[], &[], &mut latest);
        assert!(latest.is_empty());
    }

    #[test]
    fn outside_the_zone_nothing_was_viewed() {
        let (mut pre_date, mut post_date, mut clear_views) = ([9; 4], [9; 4], [9; 4]);
        let row = ViewLayersRow {
            pre_date: &mut pre_date,
            post_date: &mut post_date,
            clear_views: &mut clear_views,
        };
        let pre = SideViews { latest_days: &[7, 7, 7, 7], clear_counts: &[1, 300, 1, 1] };
        let post = SideViews { latest_days: &[8, 8, 0, 8], clear_counts: &[2, 2, 0, 2] };
        let outside = Empty::OutsideZone.code();
        row.fill((pre, post), &[VALID, Empty::Water.code(), Empty::Cloud.code(), outside]);
        assert_eq!((pre_date, post_date), ([7, 7, 7, NO_DATE], [8, 8, NO_DATE, NO_DATE]));
        assert_eq!(clear_views, [3, 254, 1, NO_VIEW_COUNT]);
    }
}
