//! Ninety nights in which sources fail at random: no fire is lost, and none goes out unobserved.

use std::collections::BTreeMap;

use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{START_HOUR, StoredNight, seen};
use crate::fires::{Detection, FireState, FiresUpdate, PointCoverage, Satellite};

const NIGHTS: i32 = 90;
/// Satellites, each a source of its own, which pass in turn.
const SATELLITES: [Satellite; 3] = [Satellite::SuomiNpp, Satellite::Noaa20, Satellite::Noaa21];
/// Hours of a pause that two files leave between them without a gap.
const PASS_HOURS: i32 = 12;

/// What a source sends in a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// The file of the last days.
    Sound,
    /// Nothing that is a table.
    Refused,
    /// The file of some nights ago.
    Stale(i32),
}

/// Each night's answer of each source; whole weeks may fail.
fn answers() -> impl Strategy<Value = Vec<[Answer; 3]>> {
    let answer = prop_oneof![
        4 => Just(Answer::Sound),
        3 => Just(Answer::Refused),
        1 => (1..6).prop_map(Answer::Stale),
    ];
    let night = prop::array::uniform3(answer);
    let nights = prop::collection::vec(night, NIGHTS as usize);
    let outages = prop::collection::vec((0..NIGHTS as usize, 3..15usize), 0..4);
    (nights, outages).prop_map(|(mut nights, outages)| {
        for (start, length) in outages {
            let end = (start + length).min(nights.len());
            nights[start..end].fill([Answer::Refused; 3]);
        }
        nights
    })
}

/// What satellites see: three fires, far apart, that begin and end, and a flare far away, by which
/// every pass has a detection.
fn world() -> Vec<Detection> {
    let fires = [(10, 30, 0.0), (200, 16, 200.0), (900, 60, 400.0)];
    let mut points = Vec::new();
    for pass in 0..2 * NIGHTS {
        let hour = pass * PASS_HOURS - 2;
        let satellite = SATELLITES[pass as usize % SATELLITES.len()];
        let mut add = |east_km, north_km| {
            points.push(Detection { satellite, ..seen(hour, east_km, north_km) });
        };
        add(4000.0, 0.0);
        for (start, passes, west_km) in fires {
            let age = pass - start / PASS_HOURS;
            if (0..passes).contains(&age) {
                (0..6).for_each(|row| add(west_km + f64::from(age) * 0.4, f64::from(row) * 0.4));
            }
        }
    }
    points
}

/// The file of a source in a night: its rows of the last `days`.
fn file(world: &[Detection], satellite: Satellite, night: i32, days: i32) -> Vec<Detection> {
    let until = (START_HOUR + night * 24) * 60;
    let is_in = |point: &&Detection| {
        point.satellite == satellite && (until - days * 1440..=until).contains(&point.minute)
    };
    world.iter().filter(is_in).copied().collect()
}

/// The nights of one history, and what is true of them.
#[derive(Default)]
struct History {
    stored: StoredNight,
    /// Hours that were observed, from the first night on.
    observed: Vec<bool>,
    /// Detections and last minute of every id that was listed.
    listed: BTreeMap<String, (usize, i32)>,
    last_good_night: i32,
}

impl History {
    fn night(&mut self, world: &[Detection], night: i32, answers: [Answer; 3]) -> FiresUpdate {
        // The last files of seven days are read after a gap.
        let days = if night - self.last_good_night > 1 { 7 } else { 2 };
        let (mut read, mut coverage) = (Vec::new(), Vec::new());
        for (satellite, answer) in SATELLITES.into_iter().zip(answers) {
            let of_night = match answer {
                Answer::Sound => night,
                Answer::Refused => continue,
                Answer::Stale(nights) => night - nights,
            };
            let rows = file(world, satellite, of_night, days);
            coverage.extend(PointCoverage::of(&rows, None));
            read.extend(rows);
            self.last_good_night = night;
        }
        self.observe(&coverage);
        self.stored.night_of(read, &coverage, night * 24)
    }

    fn observe(&mut self, coverage: &[PointCoverage]) {
        let hour = |minute: i32| minute.div_euclid(60) - START_HOUR + 24;
        self.observed.resize(((NIGHTS + 2) * 24) as usize, false);
        for time in coverage {
            let hours = hour(time.from).max(0) as usize..=hour(time.until).max(0) as usize;
            self.observed[hours].fill(true);
        }
    }

    /// Observed hours since a minute; pauses between two passes count.
    fn observed_hours_since(&self, minute: i32) -> i32 {
        let first = (minute.div_euclid(60) - START_HOUR + 24).max(0) as usize;
        let (mut hours, mut pause) = (0, 0);
        for is_observed in &self.observed[first..] {
            pause = if *is_observed { 0 } else { pause + 1 };
            if *is_observed {
                hours += 1;
            } else if pause == 1 {
                hours += PASS_HOURS;
            }
        }
        hours
    }

    fn check(&mut self, update: &FiresUpdate, night: i32) -> Result<(), TestCaseError> {
        for (id, (detections, last_minute)) in &self.listed {
            let heir = update.state.resolve(id);
            prop_assert!(heir.is_some(), "night {night}: {id} is lost");
            let fire = &update.state.fires[heir.unwrap()];
            prop_assert!(fire.detections >= *detections, "night {night}: {id} lost detections");
            prop_assert!(fire.last_minute >= *last_minute, "night {night}: {id} is older");
        }
        for fire in update.state.fires.values() {
            let is_over =
                matches!(fire.state, FireState::Out | FireState::Settled | FireState::Season);
            let hours = self.observed_hours_since(fire.last_minute);
            prop_assert!(
                !is_over || hours >= 10 * 24,
                "night {night}: {} is {:?} after {hours} observed hours",
                fire.id,
                fire.state
            );
            if fire.dismissed.is_none() {
                self.listed.insert(fire.id.clone(), (fire.detections, fire.last_minute));
            }
        }
        Ok(())
    }
}

#[test]
fn no_fire_is_lost_and_none_goes_out_in_ninety_nights_of_failing_sources() {
    let cases = if cfg!(debug_assertions) { 4 } else { 100 };
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    // The same histories on every run.
    let rng =
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha);
    let mut runner = prop::test_runner::TestRunner::new_with_rng(config, rng);
    let world = world();
    let result = runner.run(&answers(), |nights| {
        let mut history = History::default();
        for (night, answers) in (1..).zip(nights) {
            let update = history.night(&world, night, answers);
            history.check(&update, night)?;
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn all_fires_are_known_and_over_when_no_source_fails() {
    let world = world();
    let mut history = History::default();
    let mut last = None;
    for night in 1..=NIGHTS {
        let update = history.night(&world, night, [Answer::Sound; 3]);
        history.check(&update, night).unwrap();
        last = Some(update);
    }
    let fires = last.unwrap().state.fires;
    let sizes: Vec<usize> = fires.values().map(|fire| fire.detections).collect();
    assert_eq!(sizes, [30 * 6, 16 * 6, 60 * 6]);
    assert!(fires.values().all(|fire| fire.ended_on.is_some()));
}
