//! A library that makes one change of the file system fail, loaded into the binary: built once a
//! run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

/// What happens at a change of the file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is killed by SIGKILL.
    Kill,
    /// The process ends itself by SIGABRT, as a failed allocation does.
    Abort,
    /// The change fails once with this number of errno.
    Once(i32),
    /// The change and all later ones fail with this number of errno.
    FromThenOn(i32),
}

/// Errors of the file system, by their numbers in Linux.
pub(crate) mod errno {
    pub(crate) const EIO: i32 = 5;
    pub(crate) const EACCES: i32 = 13;
    pub(crate) const ENOSPC: i32 = 28;
    pub(crate) const EROFS: i32 = 30;
}

/// Which changes below a folder are counted, and which of them fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Injection<'a> {
    /// The folder.
    pub(crate) root: &'a Path,
    /// Comma-separated kinds of change; all when empty.
    pub(crate) operations: &'a str,
    /// Text that a path must contain.
    pub(crate) path: &'a str,
    /// The number of the change that fails, from 1; 0: none.
    pub(crate) at: u64,
    pub(crate) fault: Fault,
}

impl Injection<'_> {
    /// Loads the library into a command and the processes that it starts. `state` is a file for the
    /// count; gives the count so far when read by [`count`].
    pub(crate) fn apply(&self, command: &mut Command, state: &Path) {
        // A count of an earlier command must not go on.
        let _ = std::fs::remove_file(state);
        let kind = match self.fault {
            Fault::Kill => "kill".to_owned(),
            Fault::Abort => "abort".to_owned(),
            Fault::Once(errno) | Fault::FromThenOn(errno) => errno.to_string(),
        };
        command
            .env("LD_PRELOAD", library())
            .env("FAULT_ROOT", self.root)
            .env("FAULT_AT", self.at.to_string())
            .env("FAULT_KIND", kind)
            .env("FAULT_STATE", state);
        if !self.operations.is_empty() {
            command.env("FAULT_OPS", self.operations);
        }
        if !self.path.is_empty() {
            command.env("FAULT_PATH", self.path);
        }
        if matches!(self.fault, Fault::FromThenOn(_)) {
            command.env("FAULT_STICKY", "1");
        }
    }
}

/// Changes that a command made.
pub(crate) fn count(state: &Path) -> u64 {
    let bytes: [u8; 8] = std::fs::read(state).unwrap().try_into().unwrap();
    u64::from_ne_bytes(bytes)
}

fn library() -> &'static Path {
    static LIBRARY: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("faults.so");
        let source =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fault_injection/faults.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(source)
            .status();
        assert!(built.unwrap().success());
        (folder, library)
    });
    &LIBRARY.1
}
