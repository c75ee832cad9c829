//! Failures that GDAL reports without returning them, such as a disk that is full when a file is
//! closed.
//!
//! Every thread has its own, so that a file that cannot be read in one does not spoil a file that
//! is written in another.

use std::cell::{Cell, RefCell};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, anyhow};

thread_local! {
    /// The last failure reported in this thread while it is watched; `None` while it is not.
    static WATCHED: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
    /// Whether this thread is one of this program's that have used GDAL, and not one that GDAL
    /// started.
    static IS_OURS: Cell<bool> = const { Cell::new(false) };
}

/// The last failure in a thread that GDAL started itself, as it does to compress what another
/// thread writes.
static IN_GDAL_THREADS: Mutex<Option<String>> = Mutex::new(None);

/// Marks the thread as one of this program's: what GDAL reports there concerns the caller, who gets
/// it as an error.
pub(crate) fn mark_thread() {
    IS_OURS.set(true);
}

/// Notes a failure that GDAL reports in this thread.
pub(super) fn note(message: &str) {
    let noted = WATCHED.with_borrow_mut(|watched| match watched {
        Some(last) => {
            *last = Some(message.to_owned());
            true
        }
        None => false,
    });
    if !noted && !IS_OURS.get() {
        *in_gdal_threads() = Some(message.to_owned());
    }
}

/// Watches for failures in this thread, and in those that GDAL starts, until dropped or checked.
#[must_use = "failures are found when it is checked"]
pub(crate) struct FailureWatch {
    /// Only in the thread where it began.
    not_send: std::marker::PhantomData<*const ()>,
}

impl FailureWatch {
    /// Begins to watch. One at a time in a thread.
    pub(crate) fn begin() -> Self {
        mark_thread();
        WATCHED.set(Some(None));
        *in_gdal_threads() = None;
        Self { not_send: std::marker::PhantomData }
    }

    /// An error when GDAL reported a failure since the beginning.
    pub(crate) fn check(self) -> Result<()> {
        let here = WATCHED.take().flatten();
        let elsewhere = in_gdal_threads().take();
        here.or(elsewhere).map_or(Ok(()), |message| Err(anyhow!(message)))
    }
}

impl Drop for FailureWatch {
    fn drop(&mut self) {
        WATCHED.set(None);
    }
}

fn in_gdal_threads() -> std::sync::MutexGuard<'static, Option<String>> {
    IN_GDAL_THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_failing_reader_does_not_spoil_a_writer_in_another_thread() {
        let watch = FailureWatch::begin();
        std::thread::spawn(|| {
            mark_thread();
            note("the reader's");
        })
        .join()
        .unwrap();
        watch.check().unwrap();
    }

    #[test]
    fn a_writers_own_failure_is_found_though_a_reader_begins_a_watch_of_its_own() {
        let (to_reader, at_reader) = mpsc::channel();
        let (to_writer, at_writer) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            at_reader.recv().unwrap();
            let watch = FailureWatch::begin();
            to_writer.send(()).unwrap();
            watch.check()
        });
        let watch = FailureWatch::begin();
        note("the disk is full");
        to_reader.send(()).unwrap();
        at_writer.recv().unwrap();
        assert_eq!(watch.check().unwrap_err().to_string(), "the disk is full");
        reader.join().unwrap().unwrap();
    }

    #[test]
    fn what_gdal_reports_in_a_reader_concerns_the_reader_only() {
        super::super::report_failures();
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("broken.tif").display().to_string();
        std::fs::write(&broken, "II*\0\x08\0\0\0\0\0\0\0\0\0").unwrap();
        let watch = FailureWatch::begin();
        std::thread::scope(|scope| {
            let read =
                || super::super::open_local(&broken, super::super::HeaderLimits::SCENE).is_err();
            assert!(scope.spawn(read).join().unwrap());
        });
        watch.check().unwrap();
        let watch = FailureWatch::begin();
        assert!(gdal::Dataset::open(&broken).is_err());
        assert!(watch.check().is_err(), "the same failure in the thread itself");
    }

    #[test]
    fn a_failure_is_found_once() {
        let watch = FailureWatch::begin();
        note("once");
        assert!(watch.check().is_err());
        FailureWatch::begin().check().unwrap();
    }
}
