//! Times what a night and a map do with the stored points of the whole world, and prints seconds
//! and peak MiB of each phase:
//! `cargo bench --locked -p dragonfly-core --bench point_months [-- POINTS]`; six million a month by
//! default, as of two satellites in the month with the most.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark reads the clock, and may fail loudly"
)]

#[path = "../../tests/fire_figures/fine_detection.rs"]
mod fine_detection;
#[path = "../fire_points/invented_world.rs"]
mod invented_world;
#[path = "../fire_points/phase.rs"]
mod phase;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use dragonfly_core::{Detection, PointMonth};

use invented_world::invented_world;
use phase::Phases;

const DEFAULT_POINTS: usize = 6_000_000;
const NIGHTS: usize = 30;
/// Months that are kept, and months of a rolling map.
const MONTHS: usize = 15;
const MONTHS_OF_A_MAP: usize = 14;
/// A region as large as California.
const BOX: [f64; 4] = [-124.5, 32.5, -114.1, 42.0];

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let of_a_night = invented_world(count.unwrap_or(DEFAULT_POINTS) / NIGHTS);
    let mut month = PointMonth::default();
    for night in 0..NIGHTS - 1 {
        month.add(&moved(&of_a_night, night));
    }
    let bytes = month.to_bytes();
    println!("{} cells, {:.1} MiB a month", month.len(), bytes.len() as f64 / 1_048_576.0);
    let file = std::env::temp_dir().join(format!("dragonfly-month-{}", std::process::id()));
    std::fs::write(&file, &bytes).unwrap();
    drop((month, bytes));
    measure(&file, &of_a_night);
    std::fs::remove_file(&file).unwrap();
}

fn measure(file: &PathBuf, of_a_night: &[Detection]) {
    let mut phases = Phases::start();
    for _ in 0..MONTHS {
        PointMonth::check_bytes(&std::fs::read(file).unwrap()).unwrap();
    }
    phases.end("a night: 15 months checked");
    add_night(file, &moved(of_a_night, NIGHTS));
    phases.end("a night: its points added");
    let mut count = 0;
    for _ in 0..MONTHS_OF_A_MAP {
        let bytes = std::fs::read(file).unwrap();
        count += black_box(PointMonth::points_of_bytes(&bytes, BOX).unwrap()).len();
    }
    phases.end("a map: points of 14 months");
    phases.total("all");
    println!("{count} points lie in the box of the map");
}

fn add_night(file: &Path, points: &[Detection]) {
    let mut month = PointMonth::from_bytes(&std::fs::read(file).unwrap()).unwrap();
    assert!(month.add(points));
    std::fs::write(file, month.to_bytes()).unwrap();
}

/// The points of another night: the same elsewhere.
fn moved(points: &[Detection], night: usize) -> Vec<Detection> {
    let moved = |point: &Detection| {
        let lon_e5 = (point.lon_e5 + 18_000_000 + night as i32 * 1_000_003) % 36_000_000;
        Detection { lon_e5: lon_e5 - 18_000_000, ..*point }
    };
    points.iter().map(moved).collect()
}
