//! One command at a time: a lock on the root, and in its file a journal of the command that took it
//! last.
//!
//! The journal needs no new file: it is written where the disk has no room or no inode left.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::deployment::layout::RootLayout;
use crate::nightly::clock::now_in_seconds;

/// A check of the lock takes it for an instant: so long an attempt to take it waits.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// Problems in the journal, and characters of each.
const MAX_PROBLEMS: usize = 20;

/// The lock, kept until dropped. The system releases it when the process and those it started end,
/// however they end.
pub(crate) struct RootLock {
    file: File,
    journal: Journal,
}

/// The contents of the lock's file: the command that took it last, and how that command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Journal {
    /// Its process.
    process: u32,
    /// When it took the lock.
    since: DateTime<Utc>,
    /// When it came to its end; `None` while it runs, and after it was killed.
    ended_at: Option<DateTime<Utc>>,
    /// What it could record nowhere else, as text.
    problems: Vec<String>,
}

/// Another command has the lock.
#[derive(Debug, thiserror::Error)]
#[error("another run is under way on {root} ({holder}): wait for it to end")]
pub(crate) struct LockedError {
    root: String,
    holder: String,
}

impl RootLock {
    /// Acquires the lock.
    ///
    /// # Errors
    /// [`LockedError`] when another process has it; names that process. Else when the root cannot
    /// be written.
    pub(crate) fn acquire(layout: &RootLayout) -> Result<Self> {
        let root = layout.root().display();
        let cannot_write =
            || format!("cannot write to the root {root}: name a writable folder with --root");
        std::fs::create_dir_all(layout.root()).with_context(|| {
            format!("cannot create the root {root}: name a writable folder with --root")
        })?;
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(layout.lock())
            .with_context(cannot_write)?;
        if !try_lock(&file).context("locking the root")? {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = Journal::parse(&holder)
                .map_or(holder.trim().to_owned(), |journal| journal.holder());
            return Err(LockedError { root: root.to_string(), holder }.into());
        }
        // Processes that this one starts have the lock too: a worker that outlives it keeps others
        // away.
        rustix::io::fcntl_setfd(file.as_fd(), rustix::io::FdFlags::empty())
            .context("locking the root")?;
        let journal = Journal {
            process: std::process::id(),
            since: now_in_seconds(),
            ended_at: None,
            problems: Vec::new(),
        };
        let mut lock = Self { file, journal };
        lock.write().with_context(cannot_write)?;
        Ok(lock)
    }

    /// Notes what can be recorded nowhere else; `health` reports it until the next command takes
    /// the lock.
    pub(crate) fn note_problem(&mut self, problem: &str) {
        if self.journal.problems.len() < MAX_PROBLEMS {
            self.journal.problems.push(crate::publish::public_text::public_text(problem));
            self.try_write();
        }
    }

    /// Notes that the command came to its end, and releases the lock, whatever processes still have
    /// its file open.
    pub(crate) fn end(mut self) {
        self.journal.ended_at = Some(now_in_seconds());
        self.try_write();
        if let Err(error) = self.file.unlock() {
            tracing::warn!("the lock cannot be released: {error}");
        }
    }

    fn try_write(&mut self) {
        if let Err(error) = self.write() {
            tracing::warn!("the journal of the lock cannot be written: {error}");
        }
    }

    /// Writes the new text over the old before it is cut to length, so that no moment leaves an
    /// empty file.
    fn write(&mut self) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(&self.journal)?;
        text.push(b'\n');
        self.file.rewind()?;
        self.file.write_all(&text)?;
        self.file.set_len(text.len() as u64)?;
        self.file.sync_data()
    }
}

/// Whether the lock is acquired now, or within [`MAX_WAIT`].
fn try_lock(file: &File) -> std::io::Result<bool> {
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if started.elapsed() >= MAX_WAIT => return Ok(false),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// How the command that took the lock last stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LastCommand {
    /// None ever took it, or its file cannot be read.
    Unknown,
    /// It has the lock.
    Running,
    /// It released the lock; these are its problems.
    Over(Vec<String>),
}

impl LastCommand {
    /// Reads the journal of a root.
    pub(crate) fn of(layout: &RootLayout) -> Self {
        let Ok(mut file) = File::open(layout.lock()) else { return Self::Unknown };
        if matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
            return Self::Running;
        }
        let mut text = String::new();
        let read = file.read_to_string(&mut text);
        match Journal::parse(&text).filter(|_| read.is_ok()) {
            Some(journal) => Self::Over(journal.into_problems()),
            None => Self::Unknown,
        }
    }
}

impl Journal {
    fn parse(text: &str) -> Option<Self> {
        serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
    }

    fn holder(&self) -> String {
        format!("process {}, since {}", self.process, self.since)
    }

    fn into_problems(self) -> Vec<String> {
        let killed = self.ended_at.is_none().then(|| {
            format!(
                "the command of {} never came to its end: it was killed, or the machine went down",
                self.holder()
            )
        });
        self.problems.into_iter().chain(killed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_ends_leaves_no_problem_and_a_killed_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let layout = RootLayout::new(folder.path());
        assert_eq!(LastCommand::of(&layout), LastCommand::Unknown);
        let lock = RootLock::acquire(&layout).unwrap();
        assert_eq!(LastCommand::of(&layout), LastCommand::Running);
        assert!(RootLock::acquire(&layout).err().unwrap().is::<LockedError>());
        lock.end();
        assert_eq!(LastCommand::of(&layout), LastCommand::Over(Vec::new()));

        // Dropped while another test starts a process, the file would stay open there.
        RootLock::acquire(&layout).unwrap().file.unlock().unwrap();
        let LastCommand::Over(problems) = LastCommand::of(&layout) else {
            panic!("the lock is free")
        };
        assert!(
            problems.len() == 1 && problems[0].contains("never came to its end"),
            "{problems:?}"
        );

        let mut lock = RootLock::acquire(&layout).unwrap();
        lock.note_problem("region `a`: no inode left");
        lock.end();
        assert_eq!(
            LastCommand::of(&layout),
            LastCommand::Over(vec!["region `a`: no inode left".to_owned()])
        );
    }
}
