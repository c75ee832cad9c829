//! How well a region is obscured: one word for the map, the list and the panel, from a few
//! published facts.

use chrono::{DateTime, Utc};
use dragonfly_core::metadata::{RegionMeta, RunStatus};

use crate::state::region_entry::{MetaState, RegionEntry};

/// Until the site's settings are loaded, a map is stale after this many days; the batch's own
/// default.
pub const STALE_AFTER_DAYS: u32 = 30;

/// How well a region is obscured, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegionCoverage {
    /// Its map is no older than its interval.
    Fresh,
    /// Its map is older than its interval.
    Due,
    /// Its map is older than the site calls stale.
    Stale,
    /// Never mapped.
    Pending,
    /// Its last run failed; an older map may still be shown.
    Failed,
    /// Its description cannot be loaded or read.
    Broken,
}

impl RegionCoverage {
    /// All of them, the best first.
    #[cfg(test)]
    pub const ALL: [Self; 6] =
        [Self::Fresh, Self::Due, Self::Stale, Self::Pending, Self::Failed, Self::Broken];

    /// The coverage of a region at a moment.
    pub fn of(entry: &RegionEntry, stale_after_days: u32, now: DateTime<Utc>) -> Self {
        // A fire's map is final once the fire is out, however old it grows.
        if entry.fire.is_some() {
            let failed = |meta: &RegionMeta| meta.last_status == RunStatus::Failed;
            return match &entry.meta {
                MetaState::Broken => Self::Broken,
                MetaState::Ready(meta) if failed(meta) => Self::Failed,
                _ => Self::Fresh,
            };
        }
        // The region's own file is newer than its line of the index.
        let (status, last_success_at) = match &entry.meta {
            MetaState::Broken => return Self::Broken,
            MetaState::Ready(meta) => (meta.last_status, meta.last_success_at),
            MetaState::Unpublished | MetaState::Listed | MetaState::Loading => {
                (entry.line.last_status, entry.line.last_success_at)
            }
        };
        coverage(status, last_success_at, (entry.line.update_interval_days, stale_after_days), now)
    }

    /// The word that style sheets and tests know it by.
    pub fn key(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Due => "due",
            Self::Stale => "stale",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Broken => "broken",
        }
    }
}

/// Whole days since a moment; 0 when it lies ahead, as it may where clocks differ.
pub fn age_days(since: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    u32::try_from((now - since).num_days()).unwrap_or(0)
}

/// The word by which style sheets know how old the images of a map are: `recent`, or `old` after
/// the days after which a map is stale; `None` without a map.
pub fn images_key(
    entry: &RegionEntry,
    stale_after_days: u32,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let last = entry.summary()?.post_window.last;
    let age_days = (now.date_naive() - last).num_days();
    Some(if age_days > i64::from(stale_after_days) { "old" } else { "recent" })
}

/// Coverage from the last run, the last success, and how old a map may grow: before it is due,
/// before it is stale.
fn coverage(
    status: RunStatus,
    last_success_at: Option<DateTime<Utc>>,
    (interval_days, stale_after_days): (u32, u32),
    now: DateTime<Utc>,
) -> RegionCoverage {
    let age = last_success_at.map(|since| age_days(since, now));
    match (status, age) {
        (RunStatus::Failed, _) => RegionCoverage::Failed,
        (RunStatus::Pending, _) | (_, None) => RegionCoverage::Pending,
        (_, Some(age)) if age > stale_after_days => RegionCoverage::Stale,
        (_, Some(age)) if age > interval_days => RegionCoverage::Due,
        (_, Some(_)) => RegionCoverage::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::state::region_entry::tests::{entry, entry_with_map};

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_map_is_fresh_then_due_then_stale() {
        let check = |now: &str, expected| {
            let made = Some(moment("2025-08-21T03:00:00Z"));
            assert_eq!(coverage(RunStatus::Success, made, (7, 30), moment(now)), expected, "{now}");
            assert_eq!(coverage(RunStatus::Waiting, made, (7, 30), moment(now)), expected, "{now}");
        };
        check("2025-08-21T03:00:00Z", RegionCoverage::Fresh);
        check("2025-08-29T02:59:59Z", RegionCoverage::Fresh);
        check("2025-08-29T03:00:00Z", RegionCoverage::Due);
        check("2025-09-21T02:59:59Z", RegionCoverage::Due);
        check("2025-09-21T03:00:00Z", RegionCoverage::Stale);
        // A clock that goes slow makes no map old.
        check("2025-08-20T03:00:00Z", RegionCoverage::Fresh);
    }

    #[test]
    fn a_failure_outweighs_age_and_no_success_is_pending() {
        let check = |status, made: Option<&str>, expected| {
            let now = moment("2025-08-29T02:59:59Z");
            assert_eq!(
                coverage(status, made.map(moment), (7, 30), now),
                expected,
                "{status:?} {made:?}"
            );
        };
        check(RunStatus::Failed, Some("2025-08-21T03:00:00Z"), RegionCoverage::Failed);
        check(RunStatus::Failed, Some("2020-08-21T03:00:00Z"), RegionCoverage::Failed);
        check(RunStatus::Failed, None, RegionCoverage::Failed);
        check(RunStatus::Pending, None, RegionCoverage::Pending);
        check(RunStatus::Waiting, None, RegionCoverage::Pending);
        check(RunStatus::Success, None, RegionCoverage::Pending);
    }

    #[test]
    fn an_interval_longer_than_stale_still_turns_stale() {
        let made = Some(moment("2025-01-01T00:00:00Z"));
        assert_eq!(
            coverage(RunStatus::Success, made, (90, 30), moment("2025-02-15T00:00:00Z")),
            RegionCoverage::Stale
        );
    }

    #[test]
    fn the_regions_own_file_outweighs_the_index() {
        let now = moment("2025-08-21T04:00:00Z");
        let bbox = [-120.07, 35.01, -119.67, 35.24];
        let mut region = entry("r", bbox);
        region.line.last_status = RunStatus::Success;
        region.line.last_success_at = Some(now);
        assert_eq!(RegionCoverage::of(&region, 30, now), RegionCoverage::Fresh);
        region.meta = entry_with_map("r", bbox, "1s").meta;
        if let MetaState::Ready(meta) = &mut region.meta {
            Arc::make_mut(meta).last_status = RunStatus::Failed;
        }
        assert_eq!(RegionCoverage::of(&region, 30, now), RegionCoverage::Failed);
        region.meta = MetaState::Broken;
        assert_eq!(RegionCoverage::of(&region, 30, now), RegionCoverage::Broken);
    }

    #[test]
    fn images_are_old_however_new_the_run_is() {
        let region = entry_with_map("r", [-120.07, 35.01, -119.67, 35.24], "1s");
        assert_eq!(images_key(&region, 30, moment("2025-08-21T03:00:00Z")), Some("recent"));
        assert_eq!(images_key(&region, 30, moment("2025-08-24T03:00:00Z")), Some("old"));
        assert_eq!(images_key(&entry("r", [0.0; 4]), 30, moment("2025-08-24T03:00:00Z")), None);
    }

    #[test]
    fn every_coverage_has_a_key_of_its_own() {
        let keys: std::collections::BTreeSet<_> =
            RegionCoverage::ALL.into_iter().map(RegionCoverage::key).collect();
        assert_eq!(keys.len(), RegionCoverage::ALL.len());
    }
}
