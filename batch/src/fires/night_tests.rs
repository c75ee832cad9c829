//! Nights whose sources fail: the list is never older than the last good night, and imports leave
//! its age as it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use chrono::{TimeDelta, TimeZone};
use dragonfly_core::{FireState, read_points_archive};
use tempfile::TempDir;

use super::*;
use crate::deployment::layout::RootLayout;
use crate::deployment::settings::FireArea;
use crate::deployment::settings::Settings;
use crate::fires::sources::coverage_of;

const NIGHTS: i64 = 90;
/// Sources of the whole world.
const SOURCES: [&str; 2] = ["a_Global_48h.csv", "b_Global_48h.csv"];
const HEADER: &str =
    "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,version\n";
/// First and last day with points of each fire, and its longitude.
const FIRES: [(i64, i64, f64); 3] = [(2, 14, -120.0), (30, 41, -100.0), (33, 80, 20.0)];

/// What a source sends in a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SourceAnswer {
    Sound,
    /// The file of some nights ago.
    Stale,
    Html,
    Missing,
    CutOff,
}

impl SourceAnswer {
    fn is_good(self) -> bool {
        matches!(self, Self::Sound | Self::Stale)
    }
}

/// A deployment that reads points of files.
struct Nights {
    folder: TempDir,
    deployment: Deployment,
}

impl Nights {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let points = SOURCES.map(|name| folder.path().join(name).display().to_string()).to_vec();
        let areas = vec![FireArea::Named("everywhere".to_owned())];
        let settings = Settings {
            root: folder.path().join("root"),
            fires: Some(FiresSettings { points, areas, ..FiresSettings::default() }),
            ..Settings::default()
        };
        let layout = RootLayout::new(&settings.root);
        let deployment = Deployment { settings, layout, regions: Vec::new() };
        Self { folder, deployment }
    }

    fn file(&self, source: usize) -> PathBuf {
        self.folder.path().join(SOURCES[source])
    }

    fn answer(&self, source: usize, night: i64, answer: SourceAnswer) {
        let file = self.file(source);
        match answer {
            SourceAnswer::Sound => fs::write(file, rows(source, night)).unwrap(),
            SourceAnswer::Stale => fs::write(file, rows(source, night - 2)).unwrap(),
            SourceAnswer::Html => fs::write(file, "<html>maintenance</html>").unwrap(),
            SourceAnswer::Missing => drop(fs::remove_file(file)),
            SourceAnswer::CutOff => {
                let text = rows(source, night);
                let first: Vec<&str> = text.lines().take(4).collect();
                fs::write(file, first.join("\n")).unwrap();
            }
        }
    }

    fn update(&self, night: i64) -> FireList {
        let sources = self.deployment.settings.fires.clone().unwrap().points;
        FiresOfNight::update(&self.deployment, &sources, time(night)).unwrap();
        self.list()
    }

    fn list(&self) -> FireList {
        read_list(&self.deployment.layout).unwrap().unwrap()
    }
}

fn time(night: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 3, 1, 4, 0, 0).unwrap() + TimeDelta::days(night)
}

/// The last two days before a night: fires that move, and single points all over the world.
fn rows(source: usize, night: i64) -> String {
    let mut text = HEADER.to_owned();
    let satellite = ["N20", "N21"][source];
    let mut add = |lon: f64, lat: f64, date: DateTime<Utc>| {
        let (date, hour) = (date.date_naive(), 9 + source);
        text += &format!("{lat:.4},{lon:.4},0.39,0.36,{date},{hour:02}30,{satellite},n,2.0NRT\n");
    };
    for day in night - 2..night {
        let date = time(day);
        for (place, row) in (0..80).zip(0u32..) {
            let shift = (day * 7 + place * 31).rem_euclid(97);
            add(-170.0 + shift as f64 * 3.5, -50.0 + f64::from(row) * 0.5, date);
        }
        for (first, _, lon) in
            FIRES.iter().filter(|(first, last, _)| (*first..=*last).contains(&day))
        {
            for row in 0..8 {
                add(lon + (day - first) as f64 * 0.02, 61.0 + f64::from(row) * 0.004, date);
            }
        }
    }
    text
}

/// Numbers that follow each other without order, the same in every run.
fn random() -> impl FnMut(u32) -> u32 {
    let mut state = 20_250_301u32;
    move |below| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    }
}

#[test]
fn through_nights_of_failing_sources_the_list_is_as_old_as_the_last_good_night() {
    let nights = Nights::new();
    let mut random = random();
    let (mut last_good, mut read_at) = (DateTime::UNIX_EPOCH, [None; SOURCES.len()]);
    let (mut ids, mut out) = (BTreeSet::new(), BTreeSet::new());
    let mut blind = 0;
    for night in 0..NIGHTS {
        // The first night teaches how many rows are usual, and a week fails as a whole.
        let is_outage = (50..57).contains(&night);
        let answers = [0, 1].map(|source| {
            let answer = match random(9) {
                _ if night == 0 => SourceAnswer::Sound,
                _ if is_outage => SourceAnswer::Html,
                0..3 => SourceAnswer::Sound,
                3 => SourceAnswer::Stale,
                4 | 5 => SourceAnswer::Html,
                6 | 7 => SourceAnswer::Missing,
                _ => SourceAnswer::CutOff,
            };
            nights.answer(source, night, answer);
            if answer.is_good() {
                (last_good, read_at[source]) = (time(night), Some(time(night)));
            }
            answer
        });
        let list = nights.update(night);
        assert_eq!(list.checked_at, last_good, "night {night}: {answers:?}, {:?}", list.points);
        for (source, answer) in answers.into_iter().enumerate() {
            let listed = &list.points[source];
            assert_eq!(listed.read_at, read_at[source], "night {night}: {answer:?}");
            assert_eq!(listed.error.is_none(), answer.is_good(), "night {night}: {listed:?}");
        }
        let listed: BTreeSet<String> = list.fires.iter().map(|fire| fire.id.clone()).collect();
        assert!(ids.is_subset(&listed), "night {night}: {ids:?}, {listed:?}");
        ids = listed;
        let is_out = |state| matches!(state, FireState::Out | FireState::Settled);
        let now_out: BTreeSet<String> =
            list.fires.iter().filter(|fire| is_out(fire.state)).map(|f| f.id.clone()).collect();
        if !answers.into_iter().any(SourceAnswer::is_good) {
            blind += 1;
            assert!(now_out.is_subset(&out), "night {night}: a fire went out unobserved");
        }
        out = now_out;
    }
    assert!(blind > 20 && ids.len() >= FIRES.len(), "{blind} blind nights, {ids:?}");
}

#[test]
fn an_import_observes_the_box_of_its_points_and_leaves_the_list_as_old_as_it_was() {
    let nights = Nights::new();
    for night in [4, 6, 8] {
        [0, 1].into_iter().for_each(|source| nights.answer(source, night, SourceAnswer::Sound));
        nights.update(night);
    }
    let before = nights.list();
    let archive_of_days = |name: &str, days: &[u32]| {
        let mut text = HEADER.to_owned();
        for (place, day) in (0..).zip(days) {
            let (lat, lon) = [("-17.5", "178.5"), ("-17.0", "-179.5")][place % 2];
            text += &format!("{lat},{lon},0.39,0.36,2025-03-{day},1230,N20,n,2.0NRT\n");
        }
        let read = read_points_archive(name, text.as_bytes(), time(30)).unwrap();
        let coverage = coverage_of(name, &read.detections);
        NightPoints { coverage, detections: read.detections, sources: Vec::new() }
    };
    let archive = |name: &str| archive_of_days(name, &[10, 25]);
    let points = archive("fiji.csv");
    assert_eq!(points.coverage[0].area, Some([178.5, -17.5, -179.5, -17.0]));
    FiresOfNight::import(&nights.deployment, points, time(30)).unwrap();
    let list = nights.list();
    assert_eq!((list.checked_at, &list.points), (before.checked_at, &before.points));
    // The fires elsewhere were not observed in that time.
    assert!(!list.fires.is_empty(), "{before:?}");
    assert!(list.fires.iter().all(|fire| fire.ended_on.is_none()), "{list:?}");
    // A satellite that saw nothing on earth for two weeks observed nothing in them.
    FiresOfNight::import(&nights.deployment, archive("Global.csv"), time(30)).unwrap();
    assert!(nights.list().fires.iter().all(|fire| fire.ended_on.is_none()));
    let whole = archive_of_days("Global.csv", &(10..=25).collect::<Vec<u32>>());
    FiresOfNight::import(&nights.deployment, whole, time(30)).unwrap();
    assert!(nights.list().fires[0].ended_on.is_some());

    // Without a night before, it is as old as its newest point.
    let first = Nights::new();
    FiresOfNight::import(&first.deployment, archive("fiji.csv"), time(30)).unwrap();
    let newest = Utc.with_ymd_and_hms(2025, 3, 25, 12, 30, 0).unwrap();
    assert_eq!(first.list().checked_at, newest);
}
