//! The log, on standard error.

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;

use crate::cli::args::{LogFormat, LogOptions};
use crate::cli::progress;

/// Starts the log of this process.
pub(crate) fn start(LogOptions { format, verbose, quiet }: LogOptions) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::INFO,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    if quiet {
        progress::hide();
    }
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
