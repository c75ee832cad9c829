//! Files of another user, and files that the web server may not read.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Output};

use crate::test_bed::{TestBed, invented_scenes, small_test_bed};
use dragonfly_core::metadata::RunStatus;

/// The user of the nights in these tests.
const NOBODY: u32 = 65534;

fn bed() -> TestBed {
    small_test_bed(&["a", "b"])
}

fn is_root() -> bool {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root {
        eprintln!("not run: only the superuser can make files of another user");
        assert!(
            std::env::var_os("CI").is_none(),
            "continuous integration must run as the superuser"
        );
    }
    is_root
}

/// Gives a folder and all below it to a user.
fn give(folder: &Path, user: u32) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !entry.is_symlink() {
            give(&entry, user);
        } else {
            std::os::unix::fs::lchown(&entry, Some(user), Some(user)).unwrap();
        }
    }
    chown(folder, Some(user), Some(user)).unwrap();
}

/// Runs a command as the user of the nights.
fn run_as_nobody(bed: &TestBed, arguments: &[&str]) -> Output {
    let own = bed.command(arguments);
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={NOBODY}")).arg(format!("--regid={NOBODY}")).arg("--clear-groups");
    command.arg(own.get_program()).args(own.get_args()).current_dir("/");
    command.output().unwrap()
}

#[test]
fn a_file_of_another_user_stops_neither_the_night_nor_its_own_region() {
    if !is_root() {
        return;
    }
    let bed = bed();
    for folder in [invented_scenes(), bed.published("").parent().unwrap()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    bed.succeed(&[
        "update",
        "a",
        "b",
        "--now",
        "2025-10-01T03:00:00Z",
        "--keep-runs=0",
        "--keep-hours=0",
    ]);
    let root = bed.published("");
    give(&root, NOBODY);
    // What an `update` as root leaves: a run of its own that the user of the nights cannot remove.
    let foreign = bed.published(&format!("tiles/a/{}/dnbr", bed.map("a").run_id));
    give(&foreign, 0);
    fs::create_dir_all(bed.published("work/b/20250101T000000Z0000/tiles")).unwrap();
    fs::write(bed.published("work/b/20250101T000000Z0000/tiles/x"), "").unwrap();

    let keep_nothing = ["--keep-runs=0", "--keep-hours=0", "--min-free-gb=0"];
    let output = run_as_nobody(
        &bed,
        &[&["rotate", "--now", "2025-10-03T03:00:00Z"], &keep_nothing[..]].concat(),
    );
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{messages}");
    for region in ["a", "b"] {
        let meta = bed.meta(region);
        assert_eq!(
            (meta.last_status, meta.last_success_at.unwrap().to_rfc3339()[..10].to_owned()),
            (RunStatus::Success, "2025-10-03".to_owned())
        );
    }
    assert!(
        messages.contains("belongs to the user root") && messages.contains("sudo chown -R nobody"),
        "{messages}"
    );

    let output = run_as_nobody(&bed, &["doctor", "--json", "--min-free-gb=0"]);
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found =
        findings.as_array().unwrap().iter().find(|finding| finding["probe"] == "files").unwrap();
    assert_eq!(found["status"], "fail");
    assert!(found["finding"].as_str().unwrap().contains("belongs to the user root"), "{found}");
    assert!(found["advice"].as_str().unwrap().contains("chown -R nobody"), "{found}");
}

#[test]
fn what_is_published_under_a_narrow_umask_can_be_read_by_the_web_server() {
    let bed = bed();
    let own = bed.command(&["update", "a"]);
    let mut command = Command::new("sh");
    command
        .args(["-c", "umask 077; exec \"$0\" \"$@\""])
        .arg(own.get_program())
        .args(own.get_args());
    assert!(command.status().unwrap().success());
    let map = bed.map("a");
    let mode = |path: &str| fs::metadata(bed.published(path)).unwrap().mode() & 0o777;
    for file in ["meta/a.json", "meta/index.json", "meta/client.json", &map.raster_url[1..]] {
        assert_eq!(mode(file), 0o644, "{file}");
    }
    for folder in ["", "meta", "raster/a", &format!("tiles/a/{}/dnbr/9", map.run_id)] {
        assert_eq!(mode(folder), 0o755, "{folder}");
    }
    bed.succeed(&["health"]);

    fs::set_permissions(bed.published(&map.raster_url[1..]), fs::Permissions::from_mode(0o600))
        .unwrap();
    let output = bed.run(&["health"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("the web server may not read raster/a/")
    );
}
