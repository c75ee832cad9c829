//! The command line, and what a terminal shows of progress.

pub(crate) mod args;
pub(crate) mod progress;
