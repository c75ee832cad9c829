//! Times a night over invented active-fire points, and prints seconds and peak MiB of each phase:
//! `cargo bench --locked -p dragonfly-core --bench fire_points [-- POINTS]`; a million by default.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark reads the clock, and may fail loudly"
)]

#[path = "../../tests/fire_figures/fine_detection.rs"]
mod fine_detection;
mod invented_world;
mod phase;

use std::hint::black_box;
use std::path::PathBuf;

use dragonfly_core::{
    Detection, FireNight, FireOutline, FireSettings, FiresState, FiresUpdate, FoundFire,
    PointCoverage, StaticCells, points_csv, points_csv_parts, read_points, unique_detections,
    update_fires,
};

use invented_world::invented_world;
use phase::Phases;

const DEFAULT_POINTS: usize = 1_000_000;
/// Satellites of the default sources: a file of points each.
const FILES: usize = 2;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let points = invented_world(count.unwrap_or(DEFAULT_POINTS));
    println!("{} invented points in {FILES} files", points.len());
    let files = written(&points);
    drop(points);
    let mut phases = Phases::start();
    let mut read = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        read.extend(read_points("invented", &bytes, now()).unwrap().detections);
    }
    phases.end("files read");
    let update = night(read);
    phases.end("from points to fires");
    let FiresUpdate { state, kept, found, .. } = update;
    points_csv_parts(&kept).for_each(|part| drop(black_box(part)));
    phases.end("points as text");
    black_box(serde_json::to_string(&state).unwrap());
    phases.end("state as text");
    phases.total("a night");
    println!("{} fires, {} points kept", found.len(), kept.len());
    parts(&mut phases, kept, &found);
    files.iter().for_each(|file| std::fs::remove_file(file).unwrap());
}

/// The points as files, as a satellite each publishes them.
fn written(points: &[Detection]) -> Vec<PathBuf> {
    let chunks = points.chunks(points.len().div_ceil(FILES).max(1)).enumerate();
    let write = |(number, chunk): (usize, &[Detection])| {
        let name = format!("dragonfly-fire-points-{}-{number}.csv", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, points_csv(chunk)).unwrap();
        file
    };
    chunks.map(write).collect()
}

/// What a night consists of, each by itself.
fn parts(phases: &mut Phases, kept: Vec<Detection>, found: &[FoundFire]) {
    println!("parts of it, again by themselves:");
    phases.skip();
    let points = unique_detections(kept);
    phases.end("  duplicates removed");
    let mut cells = StaticCells::default();
    cells.learn(&points);
    black_box(cells);
    phases.end("  months of heat");
    for fire in found {
        black_box(FireOutline::of(&fire.detections));
    }
    phases.end("  outlines of fires");
}

fn now() -> chrono::DateTime<chrono::Utc> {
    "2025-07-22T00:00:00Z".parse().unwrap()
}

/// A night over points.
fn night(read: Vec<Detection>) -> FiresUpdate {
    let coverage: Vec<PointCoverage> = PointCoverage::of(&read, None).into_iter().collect();
    let night = FireNight {
        kept: Vec::new(),
        read,
        coverage: &coverage,
        sources: Vec::new(),
        is_in_zone: None,
        now: now(),
    };
    update_fires(FiresState::default(), night, &FireSettings::default())
}
