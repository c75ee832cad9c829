//! Whose turn it is tonight: which regions are due, and which of them come first.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::contract::metadata::{RegionMeta, RunStatus};
use crate::regions::region::Region;

/// What the rotation reads of a region.
///
/// All moments are *starts* of runs: stamps of the finish would make a daily region miss every
/// other night. An attempt found unfinished, because it was killed, counts as
/// [`RunStatus::Failed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionRecord {
    /// Name in paths.
    pub name: String,
    /// 1 comes first.
    pub priority: u32,
    /// Days between updates; 0 counts as 1.
    pub update_interval_days: u32,
    /// Start of the last run that succeeded.
    pub last_success_at: Option<DateTime<Utc>>,
    /// Start of the last run.
    pub last_run_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub last_status: RunStatus,
    /// Failures since the last success.
    pub consecutive_failures: u32,
}

impl RegionRecord {
    /// From the region's configuration and its metadata.
    pub fn new(region: &Region, meta: &RegionMeta) -> Self {
        Self {
            name: region.name.clone(),
            priority: region.priority,
            update_interval_days: region.update_interval_days,
            last_success_at: meta.last_success_at,
            last_run_at: meta.last_run_at,
            last_status: meta.last_status,
            consecutive_failures: meta.consecutive_failures,
        }
    }

    /// The last run or success where it lies further ahead of `now` than clocks differ: a wrong
    /// clock wrote it, or `now` is behind, and the region is not due until then.
    pub fn ahead_of(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.last_success_at.max(self.last_run_at).filter(|stamp| *stamp - now > MAX_CLOCK_ERROR)
    }

    /// What to do about such a moment.
    pub fn describe_ahead(&self, stamp: DateTime<Utc>) -> String {
        let what = if self.last_success_at == Some(stamp) { "success" } else { "run" };
        format!(
            "the last {what} lies in the future ({stamp}): a wrong clock wrote it, and until then \
            the region is not due; check the clock, then run `dragonfly update {}`",
            self.name
        )
    }
}

/// A moment that lies further ahead was written by a wrong clock.
const MAX_CLOCK_ERROR: TimeDelta = TimeDelta::hours(1);

/// A region's place in the plan of a night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionTurn {
    /// Name in paths.
    pub name: String,
    /// First day on which it is, or was, due; `None` before its first run.
    pub due_on: Option<NaiveDate>,
    /// Why it stands there, as text.
    pub reason: String,
}

/// Who runs tonight, who must wait, and whether the nights suffice.
#[derive(Clone, Debug, PartialEq)]
pub struct NightPlan {
    /// Run tonight, in this order.
    pub chosen: Vec<RegionTurn>,
    /// Due, but left for another night, in the order of their turns.
    pub postponed: Vec<RegionTurn>,
    /// Not due, the next one first.
    pub not_due: Vec<RegionTurn>,
    /// Updates that the regions request per night: the sum of 1 / `update_interval_days`.
    pub demand_per_night: f64,
    /// Most updates per night.
    pub regions_per_night: usize,
}

impl NightPlan {
    /// Whether the regions request more than the nights can give.
    pub fn is_overloaded(&self) -> bool {
        self.demand_per_night > self.regions_per_night as f64 + DEMAND_ROUNDING
    }

    /// How full the nights are, as text, and what to do when they are too full.
    pub fn describe_load(&self) -> String {
        let allowed = self.regions_per_night;
        if self.is_overloaded() {
            // Rounded up, or a little too much would read as just enough.
            let demand = (self.demand_per_night * 100.0).ceil() / 100.0;
            format!(
                "the regions ask for {demand:.2} updates a night and regions_per_night allows \
                {allowed}, so maps will be older than update_interval_days; raise one of the two"
            )
        } else {
            format!("the regions ask for {:.2} of {allowed} updates a night", self.demand_per_night)
        }
    }
}

/// Seven times 1/7 is not quite 1 in floating point; regions that just fit are no overload.
const DEMAND_ROUNDING: f64 = 1e-9;

/// New images come every few days: to search for a first one every night would waste a turn.
const WAITING_PAUSE_DAYS: u32 = 3;

/// Tiers by which a region without any run precedes all others: more than intervals fit into any
/// calendar, so nothing that is merely late comes before it.
const FIRST_RUN_TIERS: i64 = 1 << 40;

/// Chooses up to `regions_per_night` of the due regions.
///
/// Days are differences of UTC calendar dates. A region is **due** from the later of two days on:
/// `update_interval_days` after its last success, and, when the last run brought none, the end of a
/// pause after it: 1, 2, 4 … days after the first, second, third … failure in a row, 3 days when
/// there was no scene yet, never more than the interval. Without any run it is due at once. Stamps
/// ahead of `now` mean what they say: such a region is not due yet.
///
/// The due ones are **ordered** by tier, the lowest first; then by the time since the last success,
/// where never is longest, and among those that never succeeded the longest without a run comes
/// first; then by name. The tier is `priority − ⌊days overdue / update_interval_days⌋`, without
/// limit below, the days counted from the day on which it became due: none on that day itself. So a
/// run that failed was a turn all the same, and a region that always fails cannot climb above the
/// others. A region without any run precedes those with one, by priority among its like.
///
/// **Bound.** Let N regions request λ = Σ 1 / interval updates per night, n be allowed, p be a
/// region's priority and p₁ the lowest number among all. With a plan every night, and any other
/// command fails, the region gets its turn at most
///
/// ```text
/// interval × (p − p₁ + ⌈2 λ / n⌉) + ⌊2 (N − 1) / n⌋   days
/// ```
///
/// after it became due. For let K = ⌈2 λ / n⌉: after interval × (p − p₁ + K) days its tier is p₁ −
/// K or lower, and from then on another region comes before it only when never run or K of its own
/// intervals overdue. As a run keeps that other from being due until the next day at least, its
/// turns before ours lie 1 + K × interval days apart. So in L such nights the others take a first
/// turn each, N − 1 in all, and fewer than L λ / K ≤ L n / 2 more; were ours left out in all of
/// them, they would have taken L n. Hence L ≤ 2 (N − 1) / n. A region whose run fails is due again
/// within one interval, and the same bound holds for its next turn.
///
/// When λ < n, turns that lie an interval apart are fewer than N − 1 + L λ in L nights, and the
/// wait is also at most ⌊(N − 1 + R) / (n − λ)⌋ days, where R counts the turns of others meanwhile
/// that came sooner than an interval after the one before: at most ⌈log₂ interval⌉ of each region
/// that always fails.
pub fn plan_night(
    records: &[RegionRecord],
    regions_per_night: usize,
    now: DateTime<Utc>,
) -> NightPlan {
    let today = now.date_naive();
    let standings = records.iter().map(|record| Standing::new(record, today));
    let (mut due, mut not_due): (Vec<_>, Vec<_>) = standings.partition(Standing::is_due);
    due.sort_by_key(Standing::rank);
    not_due.sort_by_key(|standing| (standing.due_on, &standing.record.name));
    let postponed = due.split_off(due.len().min(regions_per_night));
    NightPlan {
        chosen: due.iter().map(|standing| standing.turn(standing.why_due())).collect(),
        postponed: postponed
            .iter()
            .map(|standing| {
                standing.turn(format!("{}; others come first tonight", standing.why_due()))
            })
            .collect(),
        not_due: not_due.iter().map(|standing| standing.turn(standing.why_not_due())).collect(),
        demand_per_night: records
            .iter()
            .fold(0.0, |demand, record| demand + 1.0 / f64::from(interval_days(record))),
        regions_per_night,
    }
}

/// A region as it stands on one day.
#[derive(Clone, Copy, Debug)]
struct Standing<'a> {
    record: &'a RegionRecord,
    today: NaiveDate,
    due_on: Option<NaiveDate>,
}

/// Tier, last success, last run where none succeeded, name: the least comes first.
type Rank<'a> = (i64, Option<DateTime<Utc>>, Option<DateTime<Utc>>, &'a str);

impl<'a> Standing<'a> {
    fn new(record: &'a RegionRecord, today: NaiveDate) -> Self {
        let updated_until =
            record.last_success_at.map(|start| days_after(start, interval_days(record)));
        let paused_until = record.last_run_at.map(|start| days_after(start, pause_days(record)));
        Self { record, today, due_on: updated_until.max(paused_until) }
    }

    fn is_due(&self) -> bool {
        self.due_on.is_none_or(|day| day <= self.today)
    }

    fn rank(&self) -> Rank<'a> {
        let RegionRecord { last_success_at, last_run_at, name, .. } = self.record;
        (self.tier(), *last_success_at, last_run_at.filter(|_| last_success_at.is_none()), name)
    }

    fn tier(&self) -> i64 {
        let risen = match self.days_overdue() {
            Some(days) => days / i64::from(interval_days(self.record)),
            None => FIRST_RUN_TIERS,
        };
        i64::from(self.record.priority) - risen
    }

    /// 0 on the day on which it becomes due, and before; `None` before the first run.
    fn days_overdue(&self) -> Option<i64> {
        self.due_on.map(|day| (self.today - day).num_days().max(0))
    }

    fn turn(&self, reason: String) -> RegionTurn {
        RegionTurn { name: self.record.name.clone(), due_on: self.due_on, reason }
    }

    fn why_due(&self) -> String {
        let (Some(due_on), Some(days_overdue)) = (self.due_on, self.days_overdue()) else {
            return format!("never run, priority {}", self.record.priority);
        };
        let due =
            if days_overdue == 0 { "due today".to_owned() } else { format!("due since {due_on}") };
        let (priority, tier) = (self.record.priority, self.tier());
        let risen =
            if tier < i64::from(priority) { format!(" risen to {tier}") } else { String::new() };
        format!("{}, {due}, priority {priority}{risen}", self.story())
    }

    fn why_not_due(&self) -> String {
        let due_on = self.due_on.map(|day| format!(", due again on {day}")).unwrap_or_default();
        let latest = self
            .record
            .last_success_at
            .max(self.record.last_run_at)
            .map(|start| start.date_naive());
        let ahead = latest.filter(|day| *day > self.today).map_or(
            "",
            |_| "; that is ahead of tonight: if a wrong clock wrote it, update the region by hand",
        );
        format!("{}{due_on}{ahead}", self.story())
    }

    /// What became of it so far.
    fn story(&self) -> String {
        let RegionRecord { last_success_at, last_run_at, last_status, .. } = self.record;
        let updated = match last_success_at {
            Some(start) => format!("updated on {}", start.date_naive()),
            None => "never updated".to_owned(),
        };
        let Some(run_on) = last_run_at.map(|start| start.date_naive()) else { return updated };
        match last_status {
            RunStatus::Success => updated,
            RunStatus::Waiting => format!("{updated}, no scene yet on {run_on}"),
            RunStatus::Failed | RunStatus::Pending => match failures(self.record) {
                1 => format!("{updated}, failed on {run_on}"),
                times => format!("{updated}, failed {times} times in a row, last on {run_on}"),
            },
        }
    }
}

/// Days after its start for which a run without success keeps a region from being due.
fn pause_days(record: &RegionRecord) -> u32 {
    let pause_days = match record.last_status {
        RunStatus::Success => 0,
        RunStatus::Waiting => WAITING_PAUSE_DAYS,
        // A run that began, and whose state is pending, never ended.
        RunStatus::Failed | RunStatus::Pending => {
            1u32.checked_shl(failures(record) - 1).unwrap_or(u32::MAX)
        }
    };
    pause_days.min(interval_days(record))
}

/// Failures in a row, of a region whose last run failed.
fn failures(record: &RegionRecord) -> u32 {
    record.consecutive_failures.max(1)
}

fn interval_days(record: &RegionRecord) -> u32 {
    record.update_interval_days.max(1)
}

fn days_after(start: DateTime<Utc>, days: u32) -> NaiveDate {
    start.date_naive().checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod nights;
