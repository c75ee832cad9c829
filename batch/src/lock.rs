//! One run at a time: a lock on the root.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};

use anyhow::{Context, Result};

use crate::layout::Layout;
use crate::publish::now_in_seconds;

/// Held for as long as it lives; the system lets go of it when the process ends, however it ends.
pub(crate) struct RootLock {
    _file: File,
}

/// Another run is under way.
#[derive(Debug, thiserror::Error)]
#[error("another run is under way on {root} ({holder}): wait for it to end")]
pub(crate) struct Held {
    root: String,
    holder: String,
}

impl RootLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// When the root cannot be written, or another process holds the lock; names it.
    pub(crate) fn take(layout: &Layout) -> Result<Self> {
        let root = layout.root().display();
        std::fs::create_dir_all(layout.root())
            .with_context(|| format!("cannot create the root {root}: name a writable folder with --root"))?;
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(layout.lock())
            .with_context(|| format!("cannot write to the root {root}: name a writable folder with --root"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(Held { root: root.to_string(), holder: holder.trim().to_owned() }.into());
            }
            Err(TryLockError::Error(error)) => return Err(error).context("locking the root"),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "process {}, since {}", std::process::id(), now_in_seconds())?;
        Ok(Self { _file: file })
    }
}
