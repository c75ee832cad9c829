//! From many scenes to one dNBR: the grid is visited in bands, each in strips from north to south.

use std::ops::Range;

use anyhow::Result;
use chrono::{DateTime, Utc};
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::{Composite, Empty, Grid, Passes, RowViews, SceneView, SideViews, VALID};
use rayon::prelude::*;

use crate::far;
use crate::memory::Memory;
use crate::scene::{Scene, SceneFailed};
use crate::zone::FireZone;

/// Rows of a strip, those of a tile.
pub(crate) const STRIP_ROWS: u32 = 256;

/// Scenes of one side.
pub(crate) struct SideScenes {
    scenes: Vec<Scene>,
    passes: Passes,
}

/// A strip of a band of the map: cells row by row.
pub(crate) struct Strip {
    /// Its first column and row.
    pub(crate) corner: (u32, u32),
    /// Its columns.
    pub(crate) width: usize,
    /// dNBR; NaN where empty.
    pub(crate) dnbr: Vec<f32>,
    /// Why a cell is empty, by code.
    pub(crate) state: Vec<u8>,
    /// Clear views of all cells together.
    pub(crate) clear_views: u64,
}

impl SideScenes {
    /// Scenes must be in order of time, then id: that order decides where two show the same view.
    pub(crate) fn new(scenes: Vec<Scene>, composite: Composite) -> Self {
        let times: Vec<DateTime<Utc>> = scenes.iter().map(|scene| scene.used.datetime).collect();
        Self { scenes, passes: Passes::new(composite, &times) }
    }

    /// The scenes.
    pub(crate) fn scenes(&self) -> &[Scene] {
        &self.scenes
    }

    /// Blocks outside the fire zone that were not read.
    pub(crate) fn blocks_skipped(&self) -> u64 {
        self.scenes.iter().map(Scene::blocks_skipped).sum()
    }

    /// Begins a band of columns.
    fn begin(&mut self, columns: &Range<u32>) {
        for scene in &mut self.scenes {
            scene.begin(columns);
        }
    }

    /// Orders what a strip of the band needs from far away.
    fn order(&mut self, rows: &Range<u32>) -> Result<(), SceneFailed> {
        self.scenes.iter_mut().try_for_each(|scene| scene.order(rows.clone()))
    }

    /// What every scene saw of a strip.
    fn observe(&mut self, rows: Range<u32>) -> Result<Vec<SceneView>> {
        self.scenes.par_iter_mut().map(|scene| scene.observe(rows.clone())).collect()
    }
}

/// Visits the grid in bands from west to east, each in strips from north to south, and computes every strip.
///
/// Files far away are asked ahead of the strip at hand, as far as memory allows.
///
/// # Errors
/// When a scene cannot be read, or `use_strip` fails.
pub(crate) fn compute_strips(
    grid: &Grid,
    zone: Option<&FireZone>,
    (pre, post): (&mut SideScenes, &mut SideScenes),
    memory: Memory,
    mut use_strip: impl FnMut(Strip) -> Result<()>,
) -> Result<()> {
    let strips: Vec<Range<u32>> = (0..grid.height())
        .step_by(STRIP_ROWS as usize)
        .map(|start| start..(start + STRIP_ROWS).min(grid.height()))
        .collect();
    for columns in bands(grid, &strips, (pre, post), memory) {
        pre.begin(&columns);
        post.begin(&columns);
        let mut next_ordered = 0;
        for (index, rows) in strips.iter().enumerate() {
            while next_ordered < strips.len() && (next_ordered <= index || far::held_bytes() < memory.ahead_bytes) {
                pre.order(&strips[next_ordered])?;
                post.order(&strips[next_ordered])?;
                next_ordered += 1;
            }
            use_strip(compute_strip(grid, zone, (pre, post), &columns, rows)?)?;
        }
    }
    Ok(())
}

/// Bands of columns, of whole tiles, so narrow that the pixels of every strip fit into memory.
fn bands(
    grid: &Grid,
    strips: &[Range<u32>],
    (pre, post): (&mut SideScenes, &mut SideScenes),
    memory: Memory,
) -> Vec<Range<u32>> {
    let whole = 0..grid.width();
    pre.begin(&whole);
    post.begin(&whole);
    let scenes = || pre.scenes.iter().chain(&post.scenes);
    let of_strip = |rows| scenes().map(|scene| scene.memory_bytes(rows)).sum::<u64>();
    let most = strips.iter().map(of_strip).max().unwrap_or(0);
    let count = most.div_ceil(memory.pixel_bytes.max(1)).max(1);
    let tiles = u64::from(grid.width() / TILE_SIZE_PX).div_ceil(count) as u32;
    whole
        .step_by((tiles.max(1) * TILE_SIZE_PX) as usize)
        .map(|start| start..(start + tiles.max(1) * TILE_SIZE_PX).min(grid.width()))
        .collect()
}

fn compute_strip(
    grid: &Grid,
    zone: Option<&FireZone>,
    (pre, post): (&mut SideScenes, &mut SideScenes),
    columns: &Range<u32>,
    rows: &Range<u32>,
) -> Result<Strip> {
    let (pre_views, post_views) = rayon::join(|| pre.observe(rows.clone()), || post.observe(rows.clone()));
    let (pre_views, post_views) = (pre_views?, post_views?);
    let width = columns.len();
    let mut strip = Strip {
        corner: (columns.start, rows.start),
        width,
        dnbr: vec![f32::NAN; width * rows.len()],
        state: vec![Empty::OutsideBox.code(); width * rows.len()],
        clear_views: 0,
    };
    let sides =
        (SideViews { passes: &pre.passes, views: &pre_views }, SideViews { passes: &post.passes, views: &post_views });
    strip.clear_views = strip
        .dnbr
        .par_chunks_exact_mut(width)
        .zip(strip.state.par_chunks_exact_mut(width))
        .zip(rows.clone())
        .map_init(RowViews::default, |views, ((dnbr, state), row)| {
            for (column, state) in columns.clone().zip(&mut *state) {
                *state = match (grid.is_inside(column, row), zone) {
                    (false, _) => Empty::OutsideBox.code(),
                    (true, Some(zone)) if !zone.contains(column, row) => Empty::OutsideZone.code(),
                    (true, _) => VALID,
                };
            }
            views.compute_row(sides, row, columns, dnbr, state)
        })
        .sum();
    Ok(strip)
}
