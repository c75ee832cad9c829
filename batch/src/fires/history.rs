//! The points of the last months in the folder `history`: a compact file a month, and the times for
//! which each region's points are known.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use dragonfly_core::{
    Detection, ExcludedCircles, FiresState, MonthPoint, PointCoverage, PointMonth, PointMonthError,
    PointTimes, minute_of_time, month_of, months_between, time_of_minute, widened,
};

use crate::deployment::Deployment;
use crate::deployment::layout::RootLayout;
use crate::fires::layout::FiresLayout;
use crate::fires::state_files::read_json;
use crate::publish::json_file::write_json;
use crate::publish::store::{LocalStore, PublishStore};

/// Months that are kept: a map compares with images of up to fourteen months ago.
const KEPT_MONTHS: u32 = 15;
/// Ground around a region whose points are kept, metres: as far as a point reaches.
const MARGIN_M: f64 = 5000.0;
/// The whole world, west to east.
const WORLD: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];

/// Adds points that were read, and the times and ground that they cover. What cannot be stored is
/// reported, and stops nothing: maps then state that they show change.
pub(crate) fn record_points(
    deployment: &Deployment,
    points: &[Detection],
    coverage: &[PointCoverage],
    now: DateTime<Utc>,
) {
    let history = PointHistory::of(&deployment.layout);
    if let Err(error) = history.record(deployment, points, coverage, now) {
        tracing::warn!("the points cannot be kept for the maps of regions: {error:#}");
    }
}

/// The stored points.
pub(crate) struct PointHistory<'a> {
    layout: &'a RootLayout,
    folder: PathBuf,
}

impl<'a> PointHistory<'a> {
    pub(crate) fn of(layout: &'a RootLayout) -> Self {
        Self { layout, folder: FiresLayout::of(layout).history() }
    }

    /// The day from which on the points of a box are known up to and including another; `None`
    /// where they are not.
    ///
    /// # Errors
    /// When the record of the times is there and cannot be read.
    pub(crate) fn known_since(&self, bbox: [f64; 4], last: NaiveDate) -> Result<Option<NaiveDate>> {
        let times: PointTimes = read_json(&self.times_file())?.unwrap_or_default();
        Ok(times.known_since(bbox, last))
    }

    /// The points in a box in the months of two days and between, without static sources and
    /// without those in circles of the setting `exclude`.
    ///
    /// # Errors
    /// When a month or the state of the fires is missing or cannot be read.
    pub(crate) fn points_in(
        &self,
        (bbox, excluded): ([f64; 4], &ExcludedCircles),
        (first, last): (NaiveDate, NaiveDate),
    ) -> Result<Vec<MonthPoint>> {
        let file = FiresLayout::of(self.layout).state();
        let state: FiresState = read_json(&file)?.unwrap_or_default();
        let area = widened(bbox, MARGIN_M);
        let mut points = Vec::new();
        for month in months_between(first, last) {
            // Of a month of the world only the points of the box are held.
            let stored =
                self.read_month(month, |bytes| PointMonth::points_of_bytes(bytes, area))?;
            points.extend(stored.into_iter().filter(|MonthPoint { lon, lat, .. }| {
                !state.static_cells.holds_place(*lon, *lat) && !excluded.holds_place(*lon, *lat)
            }));
        }
        Ok(points)
    }

    fn record(
        &self,
        deployment: &Deployment,
        points: &[Detection],
        coverage: &[PointCoverage],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let boxes = stored_boxes(deployment);
        let wide: Vec<[f64; 4]> = boxes.iter().map(|bbox| widened(*bbox, MARGIN_M)).collect();
        let oldest = oldest_kept(now);
        let mut times = self.times_of_sound_months(oldest, now.date_naive())?;
        let mut by_month: BTreeMap<i32, Vec<Detection>> = BTreeMap::new();
        // Months without a point have a file too: one that is missing is lost.
        for covered in coverage {
            let day = |minute| time_of_minute(minute).date_naive();
            for month in months_between(day(covered.from).max(oldest), day(covered.until)) {
                by_month.entry(month).or_default();
            }
        }
        for point in points.iter().filter(|point| holds_any(&wide, point)) {
            let day = point.time().date_naive();
            if day >= oldest {
                by_month.entry(month_of(day)).or_default().push(*point);
            }
        }
        let store = LocalStore::of(self.layout);
        for (month, points) in by_month {
            self.add_to_month(&store, month, &points)?;
        }
        coverage.iter().for_each(|coverage| times.add(&boxes, coverage));
        times.forget_before(first_minute(oldest));
        write_json(&store, &self.times_file(), &times)?;
        self.remove_before(&store, month_of(oldest))
    }

    fn add_to_month(
        &self,
        store: &impl PublishStore,
        month: i32,
        points: &[Detection],
    ) -> Result<()> {
        let file = self.month_file(month);
        let known = match self.read_month(month, PointMonth::from_bytes) {
            Ok(known) => Some(known),
            // It is in no known time any more.
            Err(error) if is_lost(&error) => None,
            Err(error) => return Err(error),
        };
        let is_new = known.is_none();
        let mut all = known.unwrap_or_default();
        if all.add(points) || is_new {
            store.write(&file, &all.to_bytes())?;
        }
        Ok(())
    }

    /// The stored times, without those of months whose points are lost. That is written before
    /// anything else, so that a run which ends early leaves no month with half of its points.
    fn times_of_sound_months(&self, oldest: NaiveDate, today: NaiveDate) -> Result<PointTimes> {
        let file = self.times_file();
        let mut times: PointTimes = read_json(&file)
            .unwrap_or_else(|error| {
                tracing::warn!("active-fire points count as unknown before this night: {error:#}");
                None
            })
            .unwrap_or_default();
        let before = times.clone();
        let mut first = oldest;
        while first <= today {
            let next = first_of_month(first) + Months::new(1);
            let (start, end) = (first_minute(first_of_month(first)), first_minute(next));
            if times.is_known_between(start, end)
                && let Err(error) = self.read_month(month_of(first), PointMonth::check_bytes)
            {
                // The disk failed, and may not the next time.
                if !is_lost(&error) {
                    return Err(error);
                }
                tracing::warn!("{error:#}");
                times.forget_between(start, end);
                LocalStore::of(self.layout).remove(&self.month_file(month_of(first)))?;
            }
            first = next;
        }
        if times != before {
            write_json(&LocalStore::of(self.layout), &file, &times)?;
        }
        Ok(times)
    }

    fn read_month<T>(
        &self,
        month: i32,
        read: impl FnOnce(&[u8]) -> Result<T, PointMonthError>,
    ) -> Result<T> {
        let file = self.month_file(month);
        let named = || format!("the points of a month in {}", file.display());
        let bytes = fs::read(&file).with_context(named)?;
        read(&bytes).with_context(named)
    }

    fn remove_before(&self, store: &impl PublishStore, oldest: i32) -> Result<()> {
        for entry in store.list(&self.folder)? {
            if month_of_file(&entry.path).is_some_and(|month| month < oldest) {
                store.remove(&entry.path)?;
            }
        }
        Ok(())
    }

    fn times_file(&self) -> PathBuf {
        self.folder.join("times.json")
    }

    fn month_file(&self, month: i32) -> PathBuf {
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        self.folder.join(format!("{year:04}-{month:02}.points"))
    }
}

/// Whether the file of a month is missing or broken, and not merely unreadable this time.
fn is_lost(error: &anyhow::Error) -> bool {
    let cause = error.root_cause();
    let missing = cause
        .downcast_ref()
        .is_some_and(|error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound);
    missing || cause.is::<PointMonthError>()
}

/// The boxes whose points are kept.
fn stored_boxes(deployment: &Deployment) -> Vec<[f64; 4]> {
    let settings = deployment.settings.fires.clone().unwrap_or_default();
    if settings.is_everywhere() {
        return vec![WORLD];
    }
    deployment.regions.iter().map(|region| region.bbox).collect()
}

fn holds_any(boxes: &[[f64; 4]], point: &Detection) -> bool {
    let (lon, lat) = (point.lon(), point.lat());
    boxes.iter().any(|[west, south, east, north]| {
        (*west..=*east).contains(&lon) && (*south..=*north).contains(&lat)
    })
}

/// The first day of the oldest month that is kept.
fn oldest_kept(now: DateTime<Utc>) -> NaiveDate {
    let month = first_of_month(now.date_naive());
    month.checked_sub_months(Months::new(KEPT_MONTHS - 1)).unwrap_or(month)
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn first_minute(day: NaiveDate) -> i32 {
    minute_of_time(day.and_time(chrono::NaiveTime::MIN).and_utc())
}

/// The month of a file such as `2025-08.points`.
fn month_of_file(file: &Path) -> Option<i32> {
    let month = file.file_name()?.to_str()?.strip_suffix(".points")?;
    format!("{month}-01").parse().ok().map(month_of)
}
