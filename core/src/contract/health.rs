//! Whether a deployment is well: `meta/health.json`, and how a region is judged.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::contract::metadata::{RegionMeta, RunStatus};
use crate::regions::region::Region;
use crate::regions::rotation::RegionRecord;

/// `meta/health.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// When it was checked.
    pub checked_at: DateTime<Utc>,
    /// The disk, the last command that took the lock and all regions are well.
    pub ok: bool,
    /// Enough space is free.
    pub disk_ok: bool,
    /// Free space, gigabytes.
    pub disk_free_gb: f64,
    /// The last command that took the lock came to its end and recorded its failures.
    #[serde(default)]
    pub last_command_ok: bool,
    /// What is wrong with it, as text.
    #[serde(default)]
    pub last_command_problems: Vec<String>,
    /// Points were read within two days, so that fires are found; absent where none are looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fires_ok: Option<bool>,
    /// All regions are well.
    pub regions_ok: bool,
    /// How full the nights are, as text.
    pub load: String,
    /// By name.
    pub regions: BTreeMap<String, RegionHealth>,
}

/// A region's line of `meta/health.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionHealth {
    /// No problem.
    pub ok: bool,
    /// How the last run ended.
    pub last_status: RunStatus,
    /// Days since the start of the last run that succeeded, by calendar; absent before it.
    pub age_days: Option<i64>,
    /// A well-known tile can be read and decoded; absent where none is stored.
    pub tile_ok: Option<bool>,
    /// What is wrong, as text.
    pub problems: Vec<String>,
}

/// What was found of a region's files.
#[derive(Clone, Debug, Default)]
pub struct RegionFiles {
    /// The metadata; `None` where there is none, or it cannot be read.
    pub meta: Option<RegionMeta>,
    /// Why the metadata cannot be read, where it is there.
    pub meta_problem: Option<String>,
    /// Start of a run that ended without a record: the process was killed, or the record could not
    /// be written.
    pub unrecorded_run: Option<DateTime<Utc>>,
    /// Files that the configuration names for the region and that are not there: which key names
    /// which, and what to do.
    pub missing_files: Vec<String>,
    /// A published file or folder that the web server may not read, and its permissions.
    pub not_public: Option<String>,
    /// When the region was first found in the configuration.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// The check of a tile that must be there: fine, or what is wrong with it. `None` where none
    /// is stored.
    pub tile: Option<Result<(), String>>,
    /// The check of the raster: fine, or what is wrong with it. `None` before the first map.
    pub raster: Option<Result<(), String>>,
}

impl RegionHealth {
    /// The health of a region, by its files.
    ///
    /// A region that never ran is pending, without a problem, until `stale_after_days` after it was
    /// set up. A map is too old beyond `stale_after_days`, or beyond twice the region's interval
    /// and two days.
    pub fn judge(
        region: &Region,
        files: &RegionFiles,
        stale_after_days: u32,
        now: DateTime<Utc>,
    ) -> Self {
        let meta = files.meta.as_ref();
        let last_success = meta.and_then(|meta| meta.last_success_at);
        let age_days = last_success.map(|at| days_between(at, now));
        let last_status = meta.map_or(RunStatus::Pending, |meta| meta.last_status);
        let problems: Vec<String> = record_problems(region, files, now)
            .into_iter()
            .chain(run_problem(files, last_status))
            .chain(age_problem(region, files, age_days, stale_after_days, now))
            .chain(file_problems(files))
            .collect();
        let tile_ok = files.tile.as_ref().map(Result::is_ok);
        Self { ok: problems.is_empty(), last_status, age_days, tile_ok, problems }
    }
}

fn days_between(then: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (now.date_naive() - then.date_naive()).num_days()
}

/// What is wrong with the record of the region's runs, and with the permissions of its files.
fn record_problems(region: &Region, files: &RegionFiles, now: DateTime<Utc>) -> Vec<String> {
    let name = &region.name;
    let mut problems = Vec::new();
    if let Some(cause) = &files.meta_problem {
        problems.push(format!(
            "the metadata cannot be read ({cause}), so no run starts: `dragonfly repair {name}` \
            rebuilds it"
        ));
    }
    if let Some(started_at) = files.unrecorded_run {
        problems.push(format!(
            "the run that began at {started_at} ended without a record: it was killed (out of \
            memory, a restart), or the disk had no room for the record"
        ));
    }
    if let Some(meta) = &files.meta {
        let record = RegionRecord::new(region, meta);
        problems.extend(record.ahead_of(now).map(|stamp| record.describe_ahead(stamp)));
    }
    problems.extend(files.missing_files.iter().cloned());
    if let Some(found) = &files.not_public {
        problems.push(format!("the web server may not read {found}"));
    }
    problems
}

fn run_problem(files: &RegionFiles, last_status: RunStatus) -> Option<String> {
    let error = files.meta.as_ref().and_then(|meta| meta.last_error.as_deref());
    let error = error.unwrap_or("no cause recorded");
    (last_status == RunStatus::Failed).then(|| format!("the last run failed: {error}"))
}

/// A map that is too old, or missing for too long.
fn age_problem(
    region: &Region,
    files: &RegionFiles,
    age_days: Option<i64>,
    stale_after_days: u32,
    now: DateTime<Utc>,
) -> Option<String> {
    let stale_after_days = i64::from(stale_after_days);
    let interval_days = i64::from(region.update_interval_days);
    match age_days {
        Some(age) => (age > stale_after_days.min(2 * interval_days + 2)).then(|| {
            format!("the map is {age} days old, and should be updated every {interval_days} days")
        }),
        None => {
            let waited = files.first_seen_at.map_or(0, |at| days_between(at, now));
            (waited > stale_after_days)
                .then(|| format!("no map yet, {waited} days after the region was set up"))
        }
    }
}

fn file_problems(files: &RegionFiles) -> impl Iterator<Item = String> {
    let checks = [("tile", &files.tile), ("raster", &files.raster)];
    checks.into_iter().filter_map(|(what, check)| match check {
        Some(Err(cause)) => Some(format!("the {what} cannot be read: {cause}")),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regions::region::regions_from_json;
    use chrono::TimeDelta;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn region() -> Region {
        regions_from_json(r#"[{"name":"a","bbox":[0,0,1,1],"update_interval_days":7}]"#)
            .unwrap()
            .remove(0)
    }

    fn now() -> DateTime<Utc> {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    fn with_map(status: RunStatus, days_ago: i64) -> RegionFiles {
        let meta = RegionMeta {
            last_status: status,
            last_success_at: Some(now() - TimeDelta::days(days_ago)),
            last_error: (status == RunStatus::Failed)
                .then(|| "no scene on the pre side".to_owned()),
            ..RegionMeta::pending(&region())
        };
        RegionFiles {
            meta: Some(meta),
            tile: Some(Ok(())),
            raster: Some(Ok(())),
            ..RegionFiles::default()
        }
    }

    fn check(files: &RegionFiles, problem: Option<&str>) {
        let health = RegionHealth::judge(&region(), files, 30, now());
        assert_eq!(health.ok, problem.is_none(), "{:?}", health.problems);
        if let Some(problem) = problem {
            assert!(
                health.problems.iter().any(|known| known.contains(problem)),
                "{:?}",
                health.problems
            );
        }
    }

    #[test]
    fn a_fresh_map_is_well() {
        check(&with_map(RunStatus::Success, 0), None);
        check(&with_map(RunStatus::Success, 16), None);
        check(&with_map(RunStatus::Waiting, 3), None);
        check(&RegionFiles { tile: None, ..with_map(RunStatus::Success, 1) }, None);
    }

    #[test]
    fn a_map_beyond_twice_its_interval_is_too_old() {
        check(&with_map(RunStatus::Success, 17), Some("17 days old"));
    }

    #[test]
    fn a_failure_tells_its_cause() {
        check(&with_map(RunStatus::Failed, 1), Some("no scene on the pre side"));
    }

    #[test]
    fn files_that_cannot_be_read_are_problems() {
        let broken = Some(Err("cut short".to_owned()));
        check(
            &RegionFiles { tile: broken.clone(), ..with_map(RunStatus::Success, 1) },
            Some("tile cannot be read: cut short"),
        );
        check(
            &RegionFiles { raster: broken, ..with_map(RunStatus::Success, 1) },
            Some("raster cannot be read"),
        );
        let unreadable = Some("EOF while parsing".to_owned());
        check(
            &RegionFiles { meta_problem: unreadable, ..RegionFiles::default() },
            Some(
                "metadata cannot be read (EOF while parsing), so no run starts: `dragonfly repair \
                a`",
            ),
        );
    }

    #[test]
    fn a_run_without_a_record_and_a_file_without_readers_are_problems() {
        let since = now() - TimeDelta::hours(3);
        check(
            &RegionFiles { unrecorded_run: Some(since), ..with_map(RunStatus::Success, 1) },
            Some("began at 2026-11-22 00:00:00 UTC ended without a record"),
        );
        let not_public = Some("raster/a/b.tif (mode 600)".to_owned());
        check(
            &RegionFiles { not_public, ..with_map(RunStatus::Success, 1) },
            Some("may not read raster/a/b.tif"),
        );
    }

    #[test]
    fn a_success_in_the_future_is_a_problem() {
        check(
            &with_map(RunStatus::Success, -2),
            Some("lies in the future (2026-11-24 03:00:00 UTC)"),
        );
    }

    #[test]
    fn a_run_without_success_in_the_future_is_a_problem() {
        let mut files = with_map(RunStatus::Waiting, 3);
        let ahead = now() + TimeDelta::days(1000);
        if let Some(meta) = &mut files.meta {
            meta.last_run_at = Some(ahead);
        }
        check(&files, Some("the last run lies in the future"));
        if let Some(meta) = &mut files.meta {
            meta.last_run_at = Some(now() + TimeDelta::minutes(59));
        }
        check(&files, None);
    }

    #[test]
    fn a_file_that_is_configured_and_absent_is_a_problem() {
        let missing_files = vec!["the mask a.tif is not there".to_owned()];
        check(
            &RegionFiles { missing_files, ..with_map(RunStatus::Success, 1) },
            Some("a.tif is not there"),
        );
    }

    #[test]
    fn a_region_never_run_is_pending_until_it_has_waited_too_long() {
        let seen = |days| RegionFiles {
            first_seen_at: Some(now() - TimeDelta::days(days)),
            ..RegionFiles::default()
        };
        check(&RegionFiles::default(), None);
        check(&seen(30), None);
        check(&seen(31), Some("no map yet"));
        assert_eq!(
            RegionHealth::judge(&region(), &seen(1), 30, now()).last_status,
            RunStatus::Pending
        );
    }
}
