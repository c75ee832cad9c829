//! Writes the scenes of a benchmark:
//! `cargo run --locked --release -p dragonfly-sample --example bench_scenes FOLDER wide`,
//! or wide_16, wide_256, masks, fine, near; a third argument `small` writes a few small scenes instead.

use std::path::Path;

use anyhow::{Result, bail};
use dragonfly_sample::bench::{BenchLayout, write};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (folder, layout) = match *arguments.as_slice() {
        [folder, name] => (folder, BenchLayout::named(name)),
        [folder, name, "small"] => (folder, BenchLayout::named(name).map(BenchLayout::small)),
        _ => ("", None),
    };
    let Some(layout) = layout else {
        bail!("usage: bench_scenes FOLDER {} [small]", BenchLayout::NAMES.join("|"));
    };
    write(Path::new(folder), &layout, &mut |id| println!("{id}"))
}
