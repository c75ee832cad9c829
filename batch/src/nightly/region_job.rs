//! A region's run in a process of its own: what ends that process, a failed allocation, a fault
//! in a library or the system's memory killer, ends this run and nothing else.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use dragonfly_core::{Region, RunFailure};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};

use crate::cli::args::{LogOptions, WORKER_COMMAND};
use crate::compute::lowres::lowres;
use crate::deployment::Deployment;
use crate::fires::burnt_area::{FireOfRun, NoNewerImageError};
use crate::nightly::deadline::Deadline;
use crate::nightly::failure::failure_of;
use crate::publish::commit::publish_run;
use crate::read::search::NoSceneYetError;

/// The program that runs now, also where its file has been replaced.
const OWN_PROGRAM: &str = "/proc/self/exe";
/// A run ends by itself at `max_run_minutes` and then has so long to publish; beyond it its process
/// is killed.
const MAX_OVERTIME: Duration = Duration::from_secs(15 * 60);
/// Bytes of a worker's outcome.
const MAX_OUTCOME_BYTES: u64 = 1 << 20;
/// Variable and value by which glibc divides the memory among few threads only: the many that wait
/// for servers would keep a third more of it than is in use.
const MALLOC_ARENAS: (&str, &str) = ("MALLOC_ARENA_MAX", "2");

/// One region to compute and publish.
#[derive(Serialize, Deserialize)]
pub(crate) struct RegionJob {
    pub(crate) deployment: Deployment,
    pub(crate) region: Region,
    pub(crate) now: DateTime<Utc>,
    /// The fire that the region maps.
    #[serde(default)]
    fire: Option<FireOfRun>,
    /// The process that waits for the outcome.
    parent: u32,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum RunOutcome {
    /// A map was published.
    Published,
    /// No scene yet, in a window that is still open.
    Waiting(String),
    /// No map was published.
    Failed {
        /// Why, as text.
        message: String,
        /// Why.
        failure: RunFailure,
    },
}

impl RunOutcome {
    /// A run that an error ended.
    pub(crate) fn failed(error: &anyhow::Error) -> Self {
        Self::Failed { message: format!("{error:#}"), failure: failure_of(error) }
    }
}

impl RegionJob {
    pub(crate) fn new(
        deployment: &Deployment,
        region: &Region,
        fire: Option<&FireOfRun>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            deployment: deployment.clone(),
            region: region.clone(),
            now,
            fire: fire.cloned(),
            parent: std::process::id(),
        }
    }

    /// Runs the job in a worker process and waits for its outcome, at most as long as a run may
    /// take.
    pub(crate) fn run_in_worker(&self, log: LogOptions) -> RunOutcome {
        let mut command = Command::new(OWN_PROGRAM);
        command.arg(WORKER_COMMAND).args(log.flags());
        if std::env::var_os(MALLOC_ARENAS.0).is_none() {
            command.env(MALLOC_ARENAS.0, MALLOC_ARENAS.1);
        }
        let limit =
            Deadline::of_run(self.deployment.settings.max_run_minutes).remaining() + MAX_OVERTIME;
        let started = serde_json::to_vec(self)
            .context("writing the job")
            .and_then(|job| supervise(command, &job, limit));
        started.unwrap_or_else(|error| RunOutcome::failed(&error))
    }

    /// The worker's side: reads the job from standard input, runs it and writes the outcome to
    /// standard output.
    ///
    /// # Errors
    /// When the job cannot be read, the outcome not written, or the process that waits for it is
    /// gone.
    pub(crate) fn run_as_worker() -> Result<()> {
        let job: Self = serde_json::from_reader(std::io::stdin().lock())
            .context("reading the job of this worker")?;
        set_parent_process_death_signal(Some(Signal::KILL))
            .context("tying this worker to its parent")?;
        let parent = getppid().map(|parent| parent.as_raw_nonzero().get().unsigned_abs());
        ensure!(parent == Some(job.parent), "the process that started this worker is gone");
        let outcome = match job.run() {
            Ok(()) => RunOutcome::Published,
            Err(error) if error.is::<NoSceneYetError>() || error.is::<NoNewerImageError>() => {
                RunOutcome::Waiting(format!("{error:#}"))
            }
            Err(error) => RunOutcome::failed(&error),
        };
        let mut output = std::io::stdout().lock();
        serde_json::to_writer(&mut output, &outcome).context("writing the outcome")?;
        output.flush().context("writing the outcome")
    }

    fn run(&self) -> Result<()> {
        let folder = lowres(&self.deployment, &self.region, self.now)?;
        if let Some(fire) = &self.fire {
            fire.measure(&self.deployment, &self.region, &folder)?;
        }
        publish_run(&self.deployment, &self.region, &folder)
    }
}

/// Starts a worker with its job and waits for its outcome, at most `limit`.
fn supervise(mut command: Command, job: &[u8], limit: Duration) -> Result<RunOutcome> {
    let mut worker = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start a worker process: is the machine out of memory or processes?")?;
    if let Some(mut input) = worker.stdin.take() {
        // A worker that ended before it read its job is reported by its status.
        let _ = input.write_all(job);
    }
    let output = worker.stdout.take();
    let (send, received) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(output) = output {
            let _ = output.take(MAX_OUTCOME_BYTES).read_to_end(&mut text);
        }
        // The receiver waits, or has killed the worker.
        let _ = send.send(text);
    });
    match received.recv_timeout(limit) {
        Ok(text) => {
            let status = worker.wait().context("waiting for the worker process")?;
            Ok(serde_json::from_slice(&text).unwrap_or_else(|_| ended_without_outcome(status)))
        }
        Err(_) => {
            kill(&mut worker);
            let minutes = limit.as_secs() / 60;
            let message = format!(
                "the run did not stop by itself within {minutes} minutes (max_run_minutes and 15 \
                more) and was killed: a file or server that never answers, or a disk that hangs"
            );
            let failure = RunFailure::TookTooLong { max_minutes: limit.as_secs_f64() / 60.0 };
            Ok(RunOutcome::Failed { message, failure })
        }
    }
}

fn kill(worker: &mut Child) {
    // It may have ended in between.
    let _ = worker.kill();
    let _ = worker.wait();
}

/// The outcome of a worker that ended without one.
fn ended_without_outcome(status: ExitStatus) -> RunOutcome {
    let (failure, message) = match status.signal() {
        Some(9) => (
            RunFailure::Killed,
            "the run was killed: out of memory (`journalctl -k -g -i oom`; lower memory_mb), or \
            by hand"
                .to_owned(),
        ),
        Some(signal) => (
            RunFailure::Other,
            format!(
                "the run crashed (signal {signal}): a scene's file may be broken in a way that no \
                check finds; run `dragonfly doctor`, and look at the log for the file that was \
                read last"
            ),
        ),
        None => (
            RunFailure::Other,
            format!("the run ended without an outcome ({status}): the log above names the cause"),
        ),
    };
    RunOutcome::Failed { message, failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(script: &str, limit: Duration) -> RunOutcome {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        supervise(command, b"{}", limit).unwrap()
    }

    fn failure(script: &str, limit: Duration) -> String {
        match outcome(script, limit) {
            RunOutcome::Failed { message, .. } => message,
            other => panic!("{script}: {other:?}"),
        }
    }

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn an_outcome_is_read_and_every_other_end_is_a_failure_that_names_its_cause() {
        assert_eq!(outcome(r#"cat >/dev/null; echo '"Published"'"#, LONG), RunOutcome::Published);
        assert_eq!(
            outcome(r#"echo '{"Waiting":"no scene"}'"#, LONG),
            RunOutcome::Waiting("no scene".to_owned())
        );
        assert!(failure("kill -9 $$", LONG).contains("out of memory"));
        assert!(failure("kill -ABRT $$", LONG).contains("signal 6"));
        assert!(failure("exit 101", LONG).contains("exit status: 101"));
        assert!(failure("echo half", LONG).contains("without an outcome"));
    }

    #[test]
    fn a_worker_that_never_ends_is_killed() {
        assert!(
            failure("exec sleep 1000", Duration::from_millis(50))
                .contains("did not stop by itself")
        );
    }
}
