//! The progress of a step: a bar on a terminal, one plain line otherwise.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Set once at the start: only errors are shown.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Shows no progress from now on.
pub(crate) fn hide() {
    QUIET.store(true, Ordering::Relaxed);
}

/// One step under way.
pub(crate) struct ProgressStep {
    region: String,
    what: &'static str,
    unit: &'static str,
    bar: ProgressBar,
    scenes: Option<usize>,
    started: Instant,
}

impl ProgressStep {
    /// Starts a step of `total` units.
    pub(crate) fn start(region: &str, what: &'static str, total: u64, unit: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if QUIET.load(Ordering::Relaxed) || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} {bar:32} {pos}/{len} {msg} {elapsed}")
        {
            bar.set_style(style);
        }
        bar.set_prefix(format!("{region}: {what}"));
        bar.set_message(unit);
        Self { region: region.to_owned(), what, unit, bar, scenes: None, started: Instant::now() }
    }

    /// States in the last line how many scenes the step reads.
    pub(crate) fn of_scenes(self, scenes: usize) -> Self {
        Self { scenes: Some(scenes), ..self }
    }

    /// Adds units that are done; `bytes` is the sum so far.
    pub(crate) fn advance(&self, units: u64, bytes: u64) {
        self.bar.set_message(format!("{}, {}", self.unit, HumanBytes(bytes)));
        self.bar.inc(units);
    }

    /// The step is done: one line states what was done, how much of it and how long it took.
    pub(crate) fn finish(self, bytes: u64) {
        self.bar.finish_and_clear();
        tracing::info!(
            region = self.region,
            count = self.bar.position(),
            unit = self.unit,
            scenes = self.scenes,
            bytes,
            seconds = format!("{:.1}", self.started.elapsed().as_secs_f64()),
            "{}",
            self.what
        );
    }
}
