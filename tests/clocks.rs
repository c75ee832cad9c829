//! Clocks that are wrong: ahead, or put back between runs.

use std::fs;
use std::process::Command;

use crate::test_bed::{TestBed, small_test_bed};
use chrono::{TimeDelta, Utc};

fn bed() -> TestBed {
    small_test_bed(&["sierra"])
}

#[test]
fn a_run_far_ahead_of_the_clock_needs_a_flag_and_health_finds_it() {
    let bed = bed();
    let ahead = (Utc::now() + TimeDelta::days(3)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    for (command, code) in
        [(&["rotate"][..], 2), (&["update", "sierra"], 1), (&["lowres", "sierra"], 1)]
    {
        let output = bed.run(&[command, &["--now", &ahead]].concat());
        assert_eq!(output.status.code(), Some(code), "{command:?}");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            message.contains("ahead of this machine's clock") && message.contains("--allow-future"),
            "{message}"
        );
    }
    assert!(!bed.published("meta").exists(), "nothing is recorded");
    bed.succeed(&["rotate", "--dry-run", "--now", &ahead]);
    bed.succeed(&["update", "sierra", "--now", &ahead, "--allow-future"]);

    let output = bed.run(&["health"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("the last success lies in the future")
    );
    // A night names the region, which is not due for days, and fails.
    let named = "region `sierra`: the last success lies in the future";
    for (command, code) in [(&["rotate"][..], 1), (&["rotate", "--dry-run"], 0)] {
        let output = bed.run(command);
        assert_eq!(output.status.code(), Some(code), "{command:?}");
        let words = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8_lossy(&words).contains(named), "{command:?}");
    }
    let output = bed.run(&["doctor", "sierra"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("run `dragonfly update sierra`"));

    bed.succeed(&["update", "sierra"]);
    bed.succeed(&["health"]);
    bed.succeed(&["rotate"]);
    bed.succeed(&["doctor", "sierra"]);
}

/// A finished run whose name, made by a clock that was ahead, sorts behind every later one.
#[test]
fn a_clock_put_back_blocks_no_region() {
    let bed = bed();
    bed.succeed(&["lowres", "sierra"]);
    let work = bed.published("work/sierra");
    let run = fs::read_dir(&work)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .unwrap();
    fs::rename(&run, work.join("20990101T000000Zffff")).unwrap();

    bed.succeed(&["lowres", "sierra"]);
    bed.succeed(&["tile", "sierra"]);
    assert!(
        !bed.map("sierra").run_id.starts_with("2099"),
        "the run that was computed last is published"
    );
    bed.succeed(&["update", "sierra"]);
    assert_eq!(fs::read_dir(&work).unwrap().count(), 0);
}

/// The work folder of a run that is published already, as a kill between publishing and clearing
/// leaves it.
#[test]
fn a_published_run_left_in_the_work_folder_blocks_no_region() {
    let bed = bed();
    bed.succeed(&["lowres", "sierra"]);
    let (work, copy) = (bed.published("work/sierra"), bed.published("../copy"));
    let archive = |from: &std::path::Path, to: &std::path::Path| {
        let copied = Command::new("cp")
            .arg("--archive")
            .arg("--no-target-directory")
            .arg(from)
            .arg(to)
            .status();
        assert!(copied.unwrap().success());
    };
    archive(&work, &copy);
    bed.succeed(&["tile", "sierra"]);
    let first = bed.map("sierra").run_id;
    archive(&copy, &work);
    let output = bed.run(&["tile", "sierra"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("run `dragonfly lowres sierra` first")
    );
    assert_eq!(bed.map("sierra").run_id, first);
    archive(&copy, &work);
    bed.succeed(&["update", "sierra"]);
    assert_ne!(bed.map("sierra").run_id, first);
}

#[test]
fn settings_and_dates_beyond_the_calendar_are_no_panic() {
    let bed = bed();
    for hours in ["3000000000", "4294967295"] {
        for _ in 0..2 {
            bed.succeed(&[
                "update",
                "sierra",
                "--keep-hours",
                hours,
                "--max-run-minutes",
                "4294967295",
            ]);
        }
    }
    assert_eq!(bed.meta("sierra").earlier_runs.len(), 3);
    let output = bed.run(&["update", "sierra", "--now", "-262143-01-01T00:00:00Z"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}
