//! The command line, the log, and what a terminal shows of progress.

pub(crate) mod args;
pub(crate) mod log;
pub(crate) mod output;
pub(crate) mod progress;
