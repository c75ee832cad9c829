//! How fast four bands become a class, and a scene a grid: megapixels a second on one thread.
//!
//! `cargo run --locked --release --package dragonfly-core --example kernel`
#![allow(clippy::disallowed_methods, reason = "core reads no clock, but who times it does")]

use std::hint::black_box;
use std::time::Instant;

use dragonfly_core::{
    Breaks, CellWindow, Grid, Lattice, PixelQuality, Resampling, Scaling, SceneWindow, Severity,
    dnbr, index_from_dnbr, nbr, warp,
};

const PIXELS: usize = 1 << 20;
const RUNS: usize = 50;
const SCALING: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };

fn main() {
    let [nir_pre, swir_pre, nir_post, swir_post] = [1, 2, 3, 4].map(band);
    let value = |pixel: usize| {
        let pre = nbr(SCALING.reflectance(nir_pre[pixel]), SCALING.reflectance(swir_pre[pixel]));
        let post = nbr(SCALING.reflectance(nir_post[pixel]), SCALING.reflectance(swir_post[pixel]));
        dnbr(pre, post)
    };
    let mut values = vec![0.0f32; PIXELS];
    report("four bands to dNBR", PIXELS, || {
        values.iter_mut().enumerate().for_each(|(pixel, to)| *to = value(pixel));
        black_box(&values);
    });
    let mut classes: Vec<Option<Severity>> = vec![None; PIXELS];
    report("four bands to a class", PIXELS, || {
        classes
            .iter_mut()
            .enumerate()
            .for_each(|(pixel, to)| *to = Breaks::USGS.classify(value(pixel)));
        black_box(&classes);
    });
    let mut indices = vec![0u8; PIXELS];
    report("four bands to a tile's index", PIXELS, || {
        indices
            .iter_mut()
            .enumerate()
            .for_each(|(pixel, to)| *to = index_from_dnbr(value(pixel)).unwrap_or(0));
        black_box(&indices);
    });

    let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 12);
    let window = CellWindow { columns: 0..512, rows: 0..512 };
    let (x0, y0) = grid.metres_from_grid(0.0, 0.0);
    let scene = SceneWindow {
        width: 1024,
        height: 1024,
        bands: [nir_pre, swir_pre],
        quality: (0..PIXELS)
            .map(
                |pixel| if pixel / 64 % 9 == 0 { PixelQuality::Cloud } else { PixelQuality::Clear },
            )
            .collect(),
        ..SceneWindow::default()
    };
    for pixels_per_cell in [1.0, 1.45, 2.0] {
        let size = grid.cell_size_m() / pixels_per_cell;
        let places = Lattice::control_points_m(&grid, &window).into_iter();
        let lattice = Lattice::new(
            &window,
            places.map(|(x, y)| ((x - x0) / size, (y0 - y) / size)).collect(),
        );
        let resampling = Resampling::for_cell(pixels_per_cell);
        report(&format!("warp, {pixels_per_cell} pixels a cell, in cells"), 512 * 512, || {
            black_box(warp(&lattice, &scene, SCALING, resampling, &window));
        });
    }
}

/// Digital numbers as ground has them.
fn band(seed: u64) -> Vec<u16> {
    let mut state = seed;
    (0..PIXELS)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            1000 + (state >> 40) as u16 % 4000
        })
        .collect()
}

/// The best of several runs: the others were disturbed.
fn report(what: &str, pixels: usize, mut run: impl FnMut()) {
    let seconds = |_| {
        let started = Instant::now();
        run();
        started.elapsed().as_secs_f64()
    };
    let best = (0..RUNS).map(seconds).fold(f64::INFINITY, f64::min);
    println!("| {what} | {:.0} Mpx/s |", pixels as f64 / best / 1e6);
}
