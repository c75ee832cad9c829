//! A run of the binary under a limit of memory, with the most that it took.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a run may take with the default `memory_mb` of 512: a fifth more.
pub(crate) const MAX_PEAK_MIB: u64 = 614;
/// A run that takes so much private memory is ended by the kernel, before it harms the machine: its
/// threads' stacks and what allocators set aside count as well.
const HARD_LIMIT_MIB: u64 = 1536;
/// A run ends within this time, also on a busy machine.
const MAX_TIME: Duration = Duration::from_secs(300);

/// A run that has ended.
pub(crate) struct Ended {
    /// The exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
    /// Most physical memory that it took, MiB, up to the last instants.
    pub(crate) peak_mib: u64,
}

impl Ended {
    /// The run kept to the memory that it may take.
    pub(crate) fn within_memory(self, case: &str) -> Self {
        eprintln!("{case}: {} MiB at most", self.peak_mib);
        assert!(self.peak_mib <= MAX_PEAK_MIB, "{case} took {} MiB", self.peak_mib);
        self
    }
}

/// Runs a command under the limit until it ends.
pub(crate) fn run_limited(command: &Command) -> Ended {
    let mut limited = Command::new("prlimit");
    limited.arg(format!("--data={}", HARD_LIMIT_MIB << 20)).arg("--").arg(command.get_program());
    limited.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    let mut child = limited.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let reading = thread::spawn(move || std::io::read_to_string(&mut stderr).unwrap_or_default());
    // The program takes the place of `prlimit`, under the same number.
    let status = format!("/proc/{}/status", child.id());
    let started = Instant::now();
    let mut peak_kib = 0;
    let code = loop {
        peak_kib =
            peak_kib.max(peak_of(&fs::read_to_string(&status).unwrap_or_default()).unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended.code();
        }
        if started.elapsed() > MAX_TIME {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("no end after {MAX_TIME:?}: {}", reading.join().unwrap());
        }
        thread::sleep(Duration::from_millis(2));
    };
    Ended { code, stderr: reading.join().unwrap(), peak_mib: peak_kib / 1024 }
}

/// `VmHWM` in `/proc/<pid>/status`, KiB.
fn peak_of(status: &str) -> Option<u64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}
