//! Clocks that are wrong: ahead, or put back between runs.

use std::fs;
use std::process::Command;

use crate::stage::{Stage, small_stage};
use chrono::{TimeDelta, Utc};

fn stage() -> Stage {
    small_stage(&["sierra"])
}

#[test]
fn a_run_far_ahead_of_the_clock_needs_a_flag_and_health_finds_it() {
    let stage = stage();
    let ahead = (Utc::now() + TimeDelta::days(3)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    for (command, code) in
        [(&["rotate"][..], 2), (&["update", "sierra"], 1), (&["lowres", "sierra"], 1)]
    {
        let output = stage.run(&[command, &["--now", &ahead]].concat());
        assert_eq!(output.status.code(), Some(code), "{command:?}");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            message.contains("ahead of this machine's clock") && message.contains("--allow-future"),
            "{message}"
        );
    }
    assert!(!stage.published("meta").exists(), "nothing is recorded");
    stage.succeed(&["rotate", "--dry-run", "--now", &ahead]);
    stage.succeed(&["update", "sierra", "--now", &ahead, "--allow-future"]);

    let output = stage.run(&["health"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("the last success lies in the future")
    );
    stage.succeed(&["update", "sierra"]);
    stage.succeed(&["health"]);
}

/// A finished run whose name, made by a clock that was ahead, sorts behind every later one.
#[test]
fn a_clock_put_back_blocks_no_region() {
    let stage = stage();
    stage.succeed(&["lowres", "sierra"]);
    let work = stage.published("work/sierra");
    let run = fs::read_dir(&work)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .unwrap();
    fs::rename(&run, work.join("20990101T000000Zffff")).unwrap();

    stage.succeed(&["lowres", "sierra"]);
    stage.succeed(&["tile", "sierra"]);
    assert!(
        !stage.map("sierra").run_id.starts_with("2099"),
        "the run that was computed last is published"
    );
    stage.succeed(&["update", "sierra"]);
    assert_eq!(fs::read_dir(&work).unwrap().count(), 0);
}

/// The work folder of a run that is published already, as a kill between publishing and clearing
/// leaves it.
#[test]
fn a_published_run_left_in_the_work_folder_blocks_no_region() {
    let stage = stage();
    stage.succeed(&["lowres", "sierra"]);
    let (work, copy) = (stage.published("work/sierra"), stage.published("../copy"));
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
    stage.succeed(&["tile", "sierra"]);
    let first = stage.map("sierra").run_id;
    archive(&copy, &work);
    let output = stage.run(&["tile", "sierra"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("run `dragonfly lowres sierra` first")
    );
    assert_eq!(stage.map("sierra").run_id, first);
    archive(&copy, &work);
    stage.succeed(&["update", "sierra"]);
    assert_ne!(stage.map("sierra").run_id, first);
}

#[test]
fn settings_and_dates_beyond_the_calendar_are_no_panic() {
    let stage = stage();
    for hours in ["3000000000", "4294967295"] {
        for _ in 0..2 {
            stage.succeed(&[
                "update",
                "sierra",
                "--keep-hours",
                hours,
                "--max-run-minutes",
                "4294967295",
            ]);
        }
    }
    assert_eq!(stage.meta("sierra").earlier_runs.len(), 3);
    let output = stage.run(&["update", "sierra", "--now", "-262143-01-01T00:00:00Z"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}
