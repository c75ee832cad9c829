//! This machine: the root, the disk, the projections, the clock.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::finding::Finding;
use super::http::ServerClock;
use crate::deployment::layout::RootLayout;
use crate::deployment::ownership::ForeignFile;
use crate::nightly::preflight;
use crate::read::geotiff;

/// A clock that is off by more is reported, seconds.
const CLOCK_WARN_S: i64 = 30;
/// Further off, windows take other days and certificates are refused, seconds.
const CLOCK_FAIL_S: i64 = 5 * 60;

/// Whether a night could publish under the root: writes, renames, links, syncs and removes a
/// little.
pub(super) fn root(root: &Path) -> Finding {
    let place = nearest_existing(root);
    let there = place == root;
    match try_writing(&place) {
        Ok(()) if there => Finding::ok(
            "root",
            format!("{} can be written, renamed in and linked in", root.display()),
        ),
        Ok(()) => Finding::ok(
            "root",
            format!("{} is not there yet, and can be made in {}", root.display(), place.display()),
        ),
        Err(error) => Finding::fail(
            "root",
            format!("{} cannot be used: {error:#}", root.display()),
            "name a folder on a local disk that this user may write with `root`, or give it to \
            the user that runs the nights: chown -R dragonfly: FOLDER; under systemd it must be \
            in ReadWritePaths",
        ),
    }
}

/// Whether as much disk is free as a run must leave.
pub(super) fn disk(root: &Path, min_free_gb: f64) -> Finding {
    let place = nearest_existing(root);
    match preflight::free_gb(&RootLayout::new(&place)) {
        Ok(free_gb) if free_gb >= min_free_gb => {
            Finding::ok("disk", format!("{free_gb:.1} GB are free; {min_free_gb} GB must stay so"))
        }
        Ok(free_gb) => Finding::fail(
            "disk",
            format!(
                "only {free_gb:.1} GB are free, and {min_free_gb} GB must stay so: no run would \
                start"
            ),
            "make room, lower keep_runs or zoom_max, or lower min_free_gb",
        ),
        Err(error) => {
            Finding::fail("disk", format!("{error:#}"), "name another folder with `root`")
        }
    }
}

/// Whether all files under the root belong to the user that runs the nights.
pub(super) fn files(root: &Path) -> Finding {
    let owner = fs::metadata(root).ok().map(|metadata| metadata.uid());
    if rustix::process::geteuid().is_root() {
        return match owner {
            None | Some(0) => {
                Finding::ok("files", "this runs as the superuser, whom no owner keeps away")
            }
            Some(_) => Finding::warn(
                "files",
                format!("{} belongs to another user than this, the superuser", root.display()),
                "run the nights and `doctor` as that user: files that the superuser makes cannot \
                be removed by it",
            ),
        };
    }
    match ForeignFile::find_below(root) {
        Some(foreign) => Finding::fail("files", foreign.describe(), foreign.remedy()),
        None => Finding::ok("files", "all files under the root belong to this user"),
    }
}

/// Whether GDAL finds PROJ's database.
pub(super) fn projections() -> Finding {
    let gdal = gdal::version::version_info("RELEASE_NAME");
    match geotiff::web_mercator() {
        Ok(_) => Finding::ok("projections", format!("GDAL {gdal}, and PROJ has EPSG:3857")),
        Err(error) => Finding::fail(
            "projections",
            format!("GDAL {gdal}, but {error:#}"),
            "install the package proj-data, or unset PROJ_LIB and PROJ_DATA",
        ),
    }
}

/// Whether this machine's clock agrees with a server's.
pub(super) fn clock(server_clock: Option<&ServerClock>) -> Finding {
    let Some(ServerClock { url, ahead }) = server_clock else {
        return Finding::skipped("clock", "no server stated its time");
    };
    let off_s = ahead.num_seconds().abs();
    let side = if ahead.num_seconds() < 0 { "ahead of" } else { "behind" };
    let found = format!("{off_s} s {side} {url}");
    let advice = "set the clock: timedatectl set-ntp true; windows are counted in days, and \
        certificates have theirs";
    match off_s {
        CLOCK_FAIL_S.. => Finding::fail("clock", found, advice),
        CLOCK_WARN_S.. => Finding::warn("clock", found, advice),
        _ => Finding::ok("clock", format!("agrees with {url} to {CLOCK_WARN_S} s")),
    }
}

/// The folder itself, or the nearest above it that is there.
fn nearest_existing(folder: &Path) -> PathBuf {
    let there = folder.ancestors().find(|place| place.exists());
    there.filter(|place| !place.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// What publishing does, on a small scale. Leaves nothing behind, however it ends.
fn try_writing(place: &Path) -> Result<()> {
    ensure!(place.is_dir(), "{} is a file, where a folder must be", place.display());
    let trial = place.join(format!(".doctor-{}", std::process::id()));
    fs::create_dir(&trial)
        .with_context(|| format!("cannot create a folder in {}", place.display()))?;
    let tried = try_writing_in(&trial);
    let removed =
        fs::remove_dir_all(&trial).with_context(|| format!("cannot remove {}", trial.display()));
    tried.and(removed)
}

fn try_writing_in(trial: &Path) -> Result<()> {
    const WRITTEN: &[u8] = b"a trial of dragonfly doctor";
    let (aside, file) = (trial.join("file.new"), trial.join("file"));
    let mut open = File::create(&aside).context("cannot create a file")?;
    open.write_all(WRITTEN)
        .and_then(|()| open.sync_all())
        .context("cannot write and sync a file")?;
    fs::rename(&aside, &file).context("cannot rename a file")?;
    let (aside, link) = (trial.join("link.new"), trial.join("link"));
    symlink("file", &aside).context("cannot make a symbolic link")?;
    fs::rename(&aside, &link).context("cannot rename a symbolic link")?;
    File::open(trial).and_then(|folder| folder.sync_all()).context("cannot sync a folder")?;
    let read = fs::read(&link).context("cannot read through a symbolic link")?;
    ensure!(read == WRITTEN, "what was written is not what is read");
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::finding::FindingStatus;
    use super::*;

    fn check(ahead_s: i64, status: FindingStatus, part: &str) {
        let server_clock = ServerClock {
            url: "https://stac.example".to_owned(),
            ahead: TimeDelta::seconds(ahead_s),
        };
        let found = clock(Some(&server_clock));
        assert_eq!(found.status, status, "{ahead_s} s");
        assert!(found.finding.contains(part), "{}", found.finding);
    }

    #[test]
    fn a_clock_may_be_a_little_off() {
        check(0, FindingStatus::Ok, "agrees");
        check(-29, FindingStatus::Ok, "agrees");
        check(31, FindingStatus::Warn, "31 s behind https://stac.example");
        check(-299, FindingStatus::Warn, "299 s ahead of");
        check(300, FindingStatus::Fail, "300 s behind");
        check(-86_400, FindingStatus::Fail, "ahead of");
        assert_eq!(clock(None).status, FindingStatus::Skipped);
    }

    #[test]
    fn a_trial_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(root(folder.path()).status, FindingStatus::Ok);
        let found = root(&folder.path().join("not/yet"));
        assert_eq!(found.status, FindingStatus::Ok);
        assert!(found.finding.contains("not there yet"), "{}", found.finding);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
