//! Years of nights: what the rotation promises, kept by regions that succeed, wait and fail at
//! random.

use super::*;
use crate::regions::region::regions_from_json;
use chrono::TimeDelta;
use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn on(day: &str) -> DateTime<Utc> {
    format!("{day}T03:00:00Z").parse().unwrap()
}

fn region(name: &str, priority: u32, update_interval_days: u32) -> RegionRecord {
    RegionRecord {
        name: name.to_owned(),
        priority,
        update_interval_days,
        last_success_at: None,
        last_run_at: None,
        last_status: RunStatus::Pending,
        consecutive_failures: 0,
    }
}

impl RegionRecord {
    fn ran(self, start: DateTime<Utc>, last_status: RunStatus) -> Self {
        let (last_success_at, consecutive_failures) = match last_status {
            RunStatus::Success => (Some(start), 0),
            RunStatus::Failed => {
                (self.last_success_at, self.consecutive_failures.saturating_add(1))
            }
            RunStatus::Pending | RunStatus::Waiting => {
                (self.last_success_at, self.consecutive_failures)
            }
        };
        Self {
            last_success_at,
            last_run_at: Some(start),
            last_status,
            consecutive_failures,
            ..self
        }
    }

    fn updated(self, day: &str) -> Self {
        self.ran(on(day), RunStatus::Success)
    }

    fn waited(self, day: &str) -> Self {
        self.ran(on(day), RunStatus::Waiting)
    }

    fn failed(self, times: u32, day: &str) -> Self {
        Self {
            last_run_at: Some(on(day)),
            last_status: RunStatus::Failed,
            consecutive_failures: times,
            ..self
        }
    }
}

fn names(turns: &[RegionTurn]) -> Vec<&str> {
    turns.iter().map(|turn| turn.name.as_str()).collect()
}

/// The region is due on the day, and not on the day before.
fn check_due_on(record: RegionRecord, day: &str) {
    let records = [record];
    let eve = plan_night(&records, 1, on(day) - TimeDelta::days(1));
    assert_eq!(
        eve.not_due.first().and_then(|turn| turn.due_on),
        Some(on(day).date_naive()),
        "{records:?}"
    );
    assert_eq!(plan_night(&records, 1, on(day)).chosen.len(), 1, "{records:?}");
}

#[test]
fn a_region_is_due_an_interval_after_its_last_success() {
    check_due_on(region("a", 1, 1).updated("2026-05-01"), "2026-05-02");
    check_due_on(region("a", 1, 7).updated("2026-05-01"), "2026-05-08");
    check_due_on(region("a", 1, 0).updated("2026-05-01"), "2026-05-02");
    assert_eq!(names(&plan_night(&[region("a", 1, 7)], 1, on("2026-05-01")).chosen), ["a"]);
}

#[test]
fn days_are_differences_of_calendar_dates() {
    let late: DateTime<Utc> = "2026-05-01T23:59:59Z".parse().unwrap();
    let records = [region("a", 1, 1).ran(late, RunStatus::Success)];
    assert_eq!(plan_night(&records, 1, late + TimeDelta::seconds(1)).chosen.len(), 1);
    let early: DateTime<Utc> = "2026-05-01T00:00:00Z".parse().unwrap();
    let records = [region("a", 1, 1).ran(early, RunStatus::Success)];
    assert_eq!(plan_night(&records, 1, late).chosen.len(), 0);
}

#[test]
fn a_failing_region_pauses_for_1_2_4_days_up_to_its_interval() {
    for (failures, day) in
        [(0, "02"), (1, "02"), (2, "03"), (3, "05"), (4, "08"), (5, "08"), (u32::MAX, "08")]
    {
        check_due_on(region("a", 1, 7).failed(failures, "2026-05-01"), &format!("2026-05-{day}"));
        check_due_on(
            region("a", 1, 7).updated("2026-04-01").failed(failures, "2026-05-01"),
            &format!("2026-05-{day}"),
        );
    }
    check_due_on(region("a", 1, 1).failed(9, "2026-05-01"), "2026-05-02");
    // Run by hand before its time: the map in place is still young enough.
    check_due_on(region("a", 1, 7).updated("2026-04-30").failed(1, "2026-05-01"), "2026-05-07");
    // Killed before its end was recorded.
    check_due_on(region("a", 1, 7).ran(on("2026-05-01"), RunStatus::Pending), "2026-05-02");
}

#[test]
fn a_region_without_a_first_scene_is_looked_at_every_three_days() {
    check_due_on(region("a", 1, 7).waited("2026-05-01"), "2026-05-04");
    check_due_on(region("a", 1, 2).waited("2026-05-01"), "2026-05-03");
}

fn check_order(records: &[RegionRecord], expected: &[&str]) {
    for (per_night, rotated) in
        (0..=records.len()).flat_map(|n| (0..records.len()).map(move |by| (n, by)))
    {
        let mut records = records.to_vec();
        records.rotate_left(rotated);
        let plan = plan_night(&records, per_night, on("2026-06-01"));
        assert_eq!([names(&plan.chosen), names(&plan.postponed)].concat(), expected);
        assert_eq!(plan.chosen.len(), per_night.min(expected.len()));
    }
}

#[test]
fn the_lower_tier_comes_first() {
    check_order(
        &[region("a", 2, 7).updated("2026-05-25"), region("b", 1, 7).updated("2026-05-25")],
        &["b", "a"],
    );
    check_order(&[region("a", 2, 7), region("b", 1, 7), region("c", 3, 7)], &["b", "a", "c"]);
}

#[test]
fn a_region_rises_one_tier_for_every_whole_interval_overdue() {
    let rival = region("m", 1, 7).updated("2026-05-25");
    // Due since 6, 7, 13 and 14 days: only whole intervals count.
    check_order(&[region("z", 2, 7).updated("2026-05-19"), rival.clone()], &["m", "z"]);
    check_order(&[region("z", 2, 7).updated("2026-05-18"), rival.clone()], &["z", "m"]);
    check_order(&[region("z", 3, 7).updated("2026-05-12"), rival.clone()], &["m", "z"]);
    check_order(&[region("z", 3, 7).updated("2026-05-11"), rival.clone()], &["z", "m"]);
    // Below 1, without limit.
    check_order(
        &[region("y", 1, 7).updated("2024-05-11"), region("z", 1, 1).updated("2026-01-01")],
        &["z", "y"],
    );
    assert!(
        plan_night(&[region("z", 9, 7).updated("2026-01-01")], 1, on("2026-06-01")).chosen[0]
            .reason
            .contains("updated on 2026-01-01, due since 2026-01-08, priority 9 risen to -11")
    );
}

#[test]
fn within_a_tier_the_longest_without_success_comes_first_then_the_name() {
    check_order(
        &[
            region("a", 1, 7).updated("2026-05-25"),
            region("b", 1, 7).updated("2026-05-25"),
            region("c", 1, 7).updated("2026-05-24"),
            region("d", 1, 7).failed(1, "2026-05-31"),
            region("e", 1, 7).failed(2, "2026-05-30"),
        ],
        &["e", "d", "c", "a", "b"],
    );
}

#[test]
fn a_region_without_any_run_precedes_the_late_ones() {
    check_order(
        &[
            region("a", 1, 1).updated("2020-01-01"),
            region("b", 1, 7).failed(1, "2026-05-01"),
            region("c", u32::MAX, u32::MAX),
            region("d", 5, 7),
        ],
        &["d", "c", "a", "b"],
    );
}

#[test]
fn a_failed_run_was_a_turn() {
    // For years without a success, yet tried yesterday.
    let failing = region("a", 1, 1).updated("2020-01-01").failed(99, "2026-05-31");
    check_order(&[failing, region("b", 1, 7).updated("2026-05-18")], &["b", "a"]);
}

#[test]
fn a_clock_set_back_makes_nothing_due_and_is_named() {
    let records = [
        region("a", 1, 7).updated("2026-06-09"),
        region("b", 1, 7).updated("2026-05-01").failed(3, "2026-06-09"),
        region("c", 1, u32::MAX).updated("2026-05-01"),
    ];
    let plan = plan_night(&records, 3, on("2026-06-01"));
    assert_eq!(names(&plan.not_due), ["b", "a", "c"]);
    for (turn, is_ahead) in plan.not_due.iter().zip([true, true, false]) {
        assert_eq!(turn.reason.contains("wrong clock"), is_ahead, "{}", turn.reason);
    }
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        plan_night(&records, 3, now);
        let run_then = records.clone().map(|record| record.ran(now, RunStatus::Failed));
        plan_night(&run_then, 3, on("2026-06-01"));
    }
}

fn check_reason(record: RegionRecord, expected: &str) {
    let plan = plan_night(&[record], 1, on("2026-06-01"));
    assert_eq!(plan.chosen.first().or(plan.not_due.first()).unwrap().reason, expected);
}

#[test]
fn reasons_read_as_sentences() {
    check_reason(region("a", 2, 7), "never run, priority 2");
    check_reason(
        region("a", 2, 7).updated("2026-05-25"),
        "updated on 2026-05-25, due today, priority 2",
    );
    check_reason(
        region("a", 2, 7).updated("2026-05-11"),
        "updated on 2026-05-11, due since 2026-05-18, priority 2 risen to 0",
    );
    check_reason(
        region("a", 2, 7).updated("2026-05-30"),
        "updated on 2026-05-30, due again on 2026-06-06",
    );
    check_reason(
        region("a", 2, 7).failed(1, "2026-06-01"),
        "never updated, failed on 2026-06-01, due again on 2026-06-02",
    );
    check_reason(
        region("a", 2, 7).updated("2026-05-01").failed(3, "2026-05-30"),
        "updated on 2026-05-01, failed 3 times in a row, last on 2026-05-30, due again on \
        2026-06-03",
    );
    check_reason(
        region("a", 2, 7).waited("2026-05-30"),
        "never updated, no scene yet on 2026-05-30, due again on 2026-06-02",
    );
    let plan = plan_night(&[region("a", 1, 7), region("b", 1, 7)], 1, on("2026-06-01"));
    assert_eq!(plan.postponed[0].reason, "never run, priority 1; others come first tonight");
}

#[test]
fn the_record_is_taken_from_configuration_and_metadata() {
    let text = r#"[{"name":"a","bbox":[0,0,1,1],"priority":2,"update_interval_days":14}]"#;
    let configured = regions_from_json(text).unwrap().remove(0);
    let meta = RegionMeta::pending(&configured);
    assert_eq!(RegionRecord::new(&configured, &meta), region("a", 2, 14));
    let failed = region("a", 2, 14).updated("2026-05-01").failed(3, "2026-05-30");
    let meta = RegionMeta {
        last_run_at: failed.last_run_at,
        last_status: failed.last_status,
        last_success_at: failed.last_success_at,
        consecutive_failures: failed.consecutive_failures,
        ..meta
    };
    assert_eq!(RegionRecord::new(&configured, &meta), failed);
}

fn check_load(intervals_days: &[u32], per_night: usize, is_overloaded: bool, words: &str) {
    let records: Vec<_> =
        intervals_days.iter().map(|interval_days| region("a", 1, *interval_days)).collect();
    let plan = plan_night(&records, per_night, on("2026-06-01"));
    assert_eq!(plan.is_overloaded(), is_overloaded, "{}", plan.demand_per_night);
    assert!(plan.describe_load().contains(words), "{}", plan.describe_load());
}

#[test]
fn too_many_regions_for_the_nights_are_named() {
    check_load(&[], 0, false, "ask for 0.00 of 0 updates");
    check_load(&[7, 7, 14], 2, false, "ask for 0.36 of 2 updates");
    check_load(&[7; 7], 1, false, "ask for 1.00 of 1 updates");
    check_load(&[49; 49], 1, false, "ask for 1.00 of 1 updates");
    check_load(
        &[1, 1000],
        1,
        true,
        "ask for 1.01 updates a night and regions_per_night allows 1, so",
    );
    check_load(&[7], 0, true, "raise");
}

/// A region of a simulated world, with what has become of it.
#[derive(Clone, Debug)]
struct Simulated {
    record: RegionRecord,
    fails_percent: u32,
    waits_percent: u32,
    due_since: Option<i64>,
    longest_wait_days: i64,
    turns: i64,
    /// Night of the last success, or the first night, and the turns without success since.
    updated_on: i64,
    turns_in_vain: i64,
}

impl Simulated {
    fn new(
        name: &str,
        priority: u32,
        interval_days: u32,
        fails_percent: u32,
        waits_percent: u32,
    ) -> Self {
        Self {
            record: region(name, priority, interval_days),
            fails_percent,
            waits_percent,
            due_since: None,
            longest_wait_days: 0,
            turns: 0,
            updated_on: 0,
            turns_in_vain: 0,
        }
    }

    /// With a map from before the first night.
    fn updated_once(mut self) -> Self {
        self.record = self.record.updated("2025-06-01");
        self
    }

    fn interval_days(&self) -> i64 {
        i64::from(self.record.update_interval_days)
    }

    /// The specification in its own words, beside the code's.
    fn is_due(&self, today: NaiveDate) -> bool {
        let days_since = |start: DateTime<Utc>| (today - start.date_naive()).num_days();
        let old = self
            .record
            .last_success_at
            .is_none_or(|start| days_since(start) >= self.interval_days());
        let pause_days = match self.record.last_status {
            RunStatus::Failed => 1 << (self.record.consecutive_failures - 1).min(40),
            RunStatus::Waiting => 3,
            RunStatus::Pending | RunStatus::Success => 0,
        };
        let paused = self
            .record
            .last_run_at
            .is_some_and(|start| days_since(start) < pause_days.min(self.interval_days()));
        old && !paused
    }

    /// Turns of a region that always fails: a first one, those of the growing pauses, and one an
    /// interval.
    fn most_turns_in_vain(&self, nights: i64) -> i64 {
        1 + self.most_short_pauses() + nights / self.interval_days()
    }

    /// ⌈log₂ interval⌉.
    fn most_short_pauses(&self) -> i64 {
        i64::from(self.record.update_interval_days.next_power_of_two().trailing_zeros())
    }
}

#[derive(Clone, Debug)]
struct SimulatedNights {
    regions: Vec<Simulated>,
    per_night: usize,
    random: u32,
}

impl SimulatedNights {
    fn random_below(&mut self, limit: u32) -> u32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.random >> 16) % limit
    }

    fn records(&self) -> Vec<RegionRecord> {
        self.regions.iter().map(|region| region.record.clone()).collect()
    }

    fn demand_per_night(&self) -> f64 {
        self.regions.iter().map(|region| 1.0 / region.interval_days() as f64).sum()
    }

    /// The bound that `plan_night` states, for any load.
    fn longest_wait_days(&self, region: &Simulated) -> i64 {
        let per_night = self.per_night as f64;
        let first = self.regions.iter().map(|region| region.record.priority).min().unwrap();
        let tiers = i64::from(region.record.priority - first)
            + (2.0 * self.demand_per_night() / per_night).ceil() as i64;
        region.interval_days() * tiers + (2 * (self.regions.len() - 1) / self.per_night) as i64
    }

    /// The other one, where the nights suffice and a region either always succeeds or always fails.
    fn longest_wait_with_capacity_days(&self) -> i64 {
        let free_per_night = self.per_night as f64 - self.demand_per_night();
        let in_vain = self.regions.iter().filter(|region| region.fails_percent == 100);
        let turns =
            self.regions.len() as i64 - 1 + in_vain.map(Simulated::most_short_pauses).sum::<i64>();
        (turns as f64 / free_per_night + DEMAND_ROUNDING) as i64
    }

    /// Plans one night, checks the plan, and runs it.
    fn live(&mut self, night: i64) {
        // Cron is punctual, the machine is not; each run starts when the one before is done.
        let minutes = TimeDelta::minutes(i64::from(self.random_below(360)));
        let mut start = on("2026-01-01") + TimeDelta::days(night) + minutes;
        let plan = plan_night(&self.records(), self.per_night, start);
        self.check_plan(&plan, start);
        for place in 0..self.regions.len() {
            let bound_days = self.longest_wait_days(&self.regions[place]);
            let region = &mut self.regions[place];
            if !region.is_due(start.date_naive()) {
                continue;
            }
            let wait_days = night - *region.due_since.get_or_insert(night);
            region.longest_wait_days = region.longest_wait_days.max(wait_days);
            assert!(wait_days <= bound_days, "{wait_days} days, at most {bound_days}: {region:?}");
        }
        for turn in &plan.chosen {
            start += TimeDelta::minutes(i64::from(self.random_below(180)));
            let fate = self.random_below(100);
            let place =
                self.regions.iter().position(|region| region.record.name == turn.name).unwrap();
            let bound_days = self.longest_wait_days(&self.regions[place]);
            let region = &mut self.regions[place];
            let status = match fate {
                fate if fate < region.fails_percent => RunStatus::Failed,
                fate if fate < region.fails_percent + region.waits_percent => RunStatus::Waiting,
                _ => RunStatus::Success,
            };
            region.record = region.record.clone().ran(start, status);
            region.due_since = None;
            region.turns += 1;
            region.turns_in_vain += 1;
            let max_days = region.turns_in_vain * (region.interval_days() + bound_days);
            assert!(
                night - region.updated_on <= max_days,
                "{} after {max_days} days: {region:?}",
                turn.name
            );
            if status == RunStatus::Success {
                (region.updated_on, region.turns_in_vain) = (night, 0);
            }
        }
    }

    fn check_plan(&self, plan: &NightPlan, now: DateTime<Utc>) {
        let mut all = [names(&plan.chosen), names(&plan.postponed), names(&plan.not_due)].concat();
        all.sort_unstable();
        let mut expected: Vec<_> =
            self.regions.iter().map(|region| region.record.name.as_str()).collect();
        expected.sort_unstable();
        assert_eq!(all, expected, "each once");
        let due_count =
            self.regions.iter().filter(|region| region.is_due(now.date_naive())).count();
        assert_eq!(plan.chosen.len(), due_count.min(self.per_night));
        for region in &self.regions {
            let is_due = !names(&plan.not_due).contains(&region.record.name.as_str());
            assert_eq!(is_due, region.is_due(now.date_naive()), "{region:?}");
        }
        // A failing region takes its own turn, and changes nothing else.
        if let Some(failing) = self.regions.iter().find(|region| region.fails_percent == 100) {
            let name = failing.record.name.as_str();
            let mut others = self.records();
            others.retain(|record| record.name != name);
            let without = plan_night(&others, self.per_night, now);
            let mut chosen = names(&plan.chosen);
            chosen.retain(|chosen| *chosen != name);
            let taken = plan.chosen.len() - chosen.len();
            assert_eq!(chosen, names(&without.chosen)[..plan.chosen.len() - taken]);
            assert!(without.chosen.len() - chosen.len() <= taken);
        }
    }

    fn live_all(&mut self, nights: i64) {
        (0..nights).for_each(|night| self.live(night));
        for region in self.regions.iter().filter(|region| region.fails_percent == 100) {
            assert!(region.turns <= region.most_turns_in_vain(nights), "{region:?}");
        }
    }
}

const YEARS_NIGHTS: i64 = 4 * 365;

fn simulated(fates: &'static [(u32, u32)]) -> impl Strategy<Value = SimulatedNights> {
    let region = (1..=5u32, 1..=30u32, proptest::sample::select(fates), any::<bool>());
    (proptest::collection::vec(region, 1..=12), 1..=4usize, any::<u32>()).prop_map(
        |(regions, per_night, random)| {
            let simulated =
                |((priority, interval_days, (fails, waits), updated_once), name): (_, char)| {
                    let region =
                        Simulated::new(&name.to_string(), priority, interval_days, fails, waits);
                    if updated_once { region.updated_once() } else { region }
                };
            let regions = regions.into_iter().zip('a'..).map(simulated).collect();
            SimulatedNights { regions, per_night, random }
        },
    )
}

/// Fewer than the default, as each simulates years; the message shows a failing world in full.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_region_gets_its_turn_within_the_bound_whoever_fails(
        mut world in simulated(&[(0, 0), (0, 0), (30, 0), (10, 20), (90, 5), (100, 0), (0, 100)])
    ) {
        world.live_all(YEARS_NIGHTS);
    }

    #[test]
    fn where_the_nights_suffice_nobody_is_much_later_than_its_interval(
        mut world in simulated(&[(0, 0), (0, 0), (0, 0), (100, 0)])
    ) {
        world.per_night = world.demand_per_night() as usize + 1;
        world.live_all(YEARS_NIGHTS);
        let bound_days = world.longest_wait_with_capacity_days();
        for region in &world.regions {
            prop_assert!(region.longest_wait_days <= bound_days, "at most {bound_days}: {region:?}");
        }
    }
}

/// Forty invented worlds, each lived twice.
#[test]
fn a_region_that_always_fails_costs_the_others_its_own_turns_only() {
    for seed in 0..40 {
        let mut with =
            SimulatedNights { regions: Vec::new(), per_night: 1 + seed as usize % 4, random: seed };
        let failing =
            Simulated::new("failing", 1 + with.random_below(5), 1 + with.random_below(30), 100, 0);
        for name in ('a'..='z').take(2 + seed as usize / 4) {
            let (priority, interval_days) = (1 + with.random_below(5), 1 + with.random_below(30));
            with.regions.push(Simulated::new(&name.to_string(), priority, interval_days, 0, 0));
        }
        let mut without = with.clone();
        with.regions.push(if seed % 8 < 4 { failing } else { failing.updated_once() });
        with.live_all(YEARS_NIGHTS);
        without.live_all(YEARS_NIGHTS);
        let turns = |regions: &[Simulated]| regions.iter().map(|region| region.turns).sum::<i64>();
        // A turn moved by a night can meet another there, which costs up to 2 % more.
        assert!(turns(&with.regions) * 100 >= turns(&without.regions) * 98, "{with:?}");
    }
}

fn check_every_night(regions: &[(u32, u32)], per_night: usize, daily: usize) {
    let simulated = |((priority, interval_days), name): (&(u32, u32), char)| {
        Simulated::new(&name.to_string(), *priority, *interval_days, 0, 0)
    };
    let mut world = SimulatedNights {
        regions: regions.iter().zip('a'..).map(simulated).collect(),
        per_night,
        random: 5,
    };
    // Until each has had its first run, the others come before the daily ones.
    (0..14).for_each(|night| world.live(night));
    let first_turns: Vec<_> = world.regions.iter().map(|region| region.turns).collect();
    (14..YEARS_NIGHTS).for_each(|night| world.live(night));
    for (region, first_turns) in world.regions[..daily].iter().zip(first_turns) {
        assert_eq!(region.turns - first_turns, YEARS_NIGHTS - 14, "{region:?}");
    }
}

#[test]
fn a_daily_region_runs_every_day_whatever_the_hour() {
    check_every_night(&[(1, 1)], 1, 1);
    check_every_night(&[(1, 1), (2, 1), (5, 1)], 3, 3);
    check_every_night(&[(1, 1), (2, 7), (2, 7), (2, 7), (2, 7), (2, 7), (2, 7)], 2, 1);
}

#[test]
fn a_daily_region_that_always_fails_leaves_the_only_turn_to_others() {
    let failing = Simulated::new("a", 1, 1, 100, 0);
    for failing in [failing.clone(), failing.updated_once()] {
        let weekly = Simulated::new("b", 2, 7, 0, 0);
        let mut world = SimulatedNights { regions: vec![failing, weekly], per_night: 1, random: 7 };
        world.live_all(YEARS_NIGHTS);
        assert_eq!(world.regions[1].longest_wait_days, 14);
    }
}
