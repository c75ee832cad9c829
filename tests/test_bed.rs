//! A temporary root with a configuration, on which the binary runs.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

use dragonfly_core::metadata::{MapMeta, RegionMeta};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A catalogue and regions, and a root to publish into.
pub(crate) struct TestBed {
    folder: TempDir,
    catalogue: PathBuf,
}

impl TestBed {
    /// A catalogue and the text of `regions.json`.
    pub(crate) fn new(catalogue: &Path, regions: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("regions.json"), regions.to_string()).unwrap();
        Self { folder, catalogue: catalogue.to_owned() }
    }

    /// The invented scenes with their own regions.
    pub(crate) fn invented() -> Self {
        let sample = invented_scenes();
        let regions: Value =
            serde_json::from_slice(&std::fs::read(sample.join("regions.json")).unwrap()).unwrap();
        Self::new(&sample.join("items.json"), &regions)
    }

    /// A file under the published root.
    pub(crate) fn published(&self, path: &str) -> PathBuf {
        self.folder.path().join("root").join(path)
    }

    /// A command of the binary with the settings of the test bed; not yet run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dragonfly"));
        command
            .arg("--stac")
            .arg(&self.catalogue)
            .arg("--regions")
            .arg(self.folder.path().join("regions.json"))
            .arg("--root")
            .arg(self.folder.path().join("root"))
            .args(arguments)
            .current_dir(self.folder.path());
        command
    }

    /// Runs a command, whatever comes of it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    /// A region's metadata.
    pub(crate) fn meta(&self, region: &str) -> RegionMeta {
        let text = std::fs::read_to_string(self.published(&format!("meta/{region}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// A region's published map.
    pub(crate) fn map(&self, region: &str) -> MapMeta {
        self.meta(region).map.unwrap()
    }
}

/// A file of the real data beside the project, or in the folder `DRAGONFLY_SHARED`. Tests that need
/// it are ignored where it is absent.
pub(crate) fn shared(path: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("DRAGONFLY_SHARED").map_or(beside, PathBuf::from);
    let found = folder.join(path);
    assert!(found.exists(), "{} is absent", found.display());
    found
}

/// Records that a test did not run: `scripts/test` names the file whose lines it prints at its end.
pub(crate) fn record_skipped(reason: &str) {
    eprintln!("skipped: {reason}");
    if let Some(file) = std::env::var_os("DRAGONFLY_SKIPPED") {
        let mut lines = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(lines, "{reason}").unwrap();
    }
}

/// A coarse region over the Sierra's invented scenes, both windows given: its run takes a fraction
/// of a second.
pub(crate) fn small_sierra(name: &str) -> Value {
    json!({
        "name": name, "bbox": [-121.4, 39.75, -121.0, 40.05], "zoom_min": 8, "zoom_max": 9, "update_interval_days": 1,
        "pre": { "start": "2025-06-01", "end": "2025-07-05" }, "post": { "start": "2025-08-20", "end": "2025-09-20" }
    })
}

/// A test bed of such regions.
pub(crate) fn small_test_bed(names: &[&str]) -> TestBed {
    let regions: Vec<Value> = names.iter().map(|name| small_sierra(name)).collect();
    TestBed::new(&invented_scenes().join("items.json"), &json!(regions))
}

/// Scenes written once for all tests of a run.
pub(crate) fn invented_scenes() -> &'static Path {
    static SCENES: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let written = Command::new(env!("CARGO_BIN_EXE_dragonfly"))
            .arg("--quiet")
            .arg("sample")
            .arg(folder.path())
            .status();
        assert!(written.unwrap().success());
        folder
    });
    SCENES.path()
}

/// `dragonfly serve` on a free port, ended when dropped.
pub(crate) struct Serving {
    process: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub(crate) address: String,
}

impl Serving {
    pub(crate) fn start(bed: &TestBed) -> Self {
        Self::spawn(Self::command(bed))
    }

    /// A server that may have so many files open.
    pub(crate) fn start_with_open_files(bed: &TestBed, limit: u32) -> Self {
        Self::spawn(Self::command_with_open_files(bed, limit))
    }

    /// The command of such a server; not yet run.
    pub(crate) fn command_with_open_files(bed: &TestBed, limit: u32) -> Command {
        let server = Self::command(bed);
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n \"$0\" && exec \"$@\"", &limit.to_string()]);
        command.arg(server.get_program()).args(server.get_args()).current_dir(bed.folder.path());
        command
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    fn command(bed: &TestBed) -> Command {
        let page = bed.published("").join("../page");
        std::fs::create_dir_all(&page).unwrap();
        std::fs::write(page.join("index.html"), "<!doctype html><title>page</title>").unwrap();
        bed.command(&["serve", "--listen", "127.0.0.1:0", "--dist", page.to_str().unwrap()])
    }

    fn spawn(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { process, address }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
