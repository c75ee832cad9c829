//! A pixel or cell takes no more instructions than it did, counted by callgrind.
#![allow(clippy::disallowed_methods, reason = "core starts no process, but who counts does")]

use std::env;
use std::hint::black_box;
use std::process::Command;

use dragonfly_core::{Resampling, SceneWindow, warp};

use crate::workload::{SCALING, WIDTH, band, clear_scene, cloudy_scene, index, lattice};

const WORK: &str = "KERNEL_WORK";
const ROWS: &str = "KERNEL_ROWS";
/// Few and many rows: what both have in common, such as the start of the process, does not count.
const FEW_AND_MANY: [u32; 2] = [32, 128];

/// The works, pixels or cells in a row of each, and the instructions that one of them may take: a
/// tenth more than were counted.
const LIMITS: [(&str, u32, f64); 4] = [
    ("index", WIDTH as u32, 33.0),
    ("nearest pixels", 128, 107.0),
    ("averages of clear pixels", 128, 440.0),
    ("averages of clear and cloudy pixels", 128, 680.0),
];

#[test]
#[cfg_attr(debug_assertions, ignore = "without optimizations a pixel takes many more")]
fn a_pixel_takes_no_more_instructions_than_before() {
    let counts = LIMITS.map(|(work, in_row, limit)| {
        let [few, many] = FEW_AND_MANY.map(|rows| instructions(work, rows));
        let of_each = (many - few) as f64 / f64::from(in_row * (FEW_AND_MANY[1] - FEW_AND_MANY[0]));
        (work, of_each, limit)
    });
    assert!(counts.iter().all(|(_, of_each, limit)| of_each <= limit), "{counts:.1?}");
}

/// Instructions of this program while it does a work on so many rows.
fn instructions(work: &str, rows: u32) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "instructions::work", "--ignored", "--test-threads=1"])
        .env(WORK, work)
        .env(ROWS, rows.to_string())
        .output();
    assert!(output.is_ok(), "{output:?}: scripts/setup --tests installs valgrind");
    let output = output.unwrap();
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    let collected = report.lines().find_map(|line| Some(line.split_once("Collected : ")?.1));
    collected.unwrap().trim().parse().unwrap()
}

#[test]
#[ignore = "the work whose instructions are counted"]
fn work() {
    let rows: u32 = env::var(ROWS).unwrap().parse().unwrap();
    let warped = |scene: &SceneWindow, pixels_per_cell: f64| {
        let (lattice, window) = lattice(rows, pixels_per_cell);
        let resampling = Resampling::for_cell(pixels_per_cell);
        black_box(warp(&lattice, scene, SCALING, resampling, &window));
    };
    match env::var(WORK).unwrap().as_str() {
        "index" => {
            let mut indices = vec![0u8; WIDTH * rows as usize];
            index(&[1, 2, 3, 4].map(band), &mut indices);
            black_box(indices);
        }
        "nearest pixels" => warped(&clear_scene(), 1.0),
        "averages of clear pixels" => warped(&clear_scene(), 1.45),
        _ => warped(&cloudy_scene(), 1.45),
    }
}
