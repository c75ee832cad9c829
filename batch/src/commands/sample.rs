//! `sample`: fills a folder with invented scenes, and logs how to go on.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

use crate::cli::progress::ProgressStep;

pub(super) fn run(folder: &Path, seed: u64) -> Result<ExitCode> {
    let step = ProgressStep::start(
        "sample",
        "files written",
        dragonfly_sample::file_count() as u64,
        "files",
    );
    let bytes_written = AtomicU64::new(0);
    let sample = dragonfly_sample::write(folder, seed, &|file| {
        let size_bytes = fs::metadata(file).map_or(0, |file| file.len());
        step.advance(1, bytes_written.fetch_add(size_bytes, Ordering::Relaxed) + size_bytes);
    })?;
    step.finish(sample.size_bytes);
    tracing::info!(
        "{} invented scenes; next: dragonfly --config {} update {}",
        sample.scene_count,
        folder.join("dragonfly.toml").display(),
        dragonfly_sample::region_names().collect::<Vec<_>>().join(" ")
    );
    Ok(ExitCode::SUCCESS)
}
