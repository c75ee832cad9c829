//! From many scenes to one dNBR: the grid is visited in bands, each in strips from north to south.

use std::ops::Range;

use anyhow::Result;
use chrono::{DateTime, Utc};
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::{CellWindow, Composite, Empty, Grid, Observation, VALID, difference, join_overpass, overpasses};
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

/// How the scenes of a side, by their places, become one.
struct Passes {
    composite: Composite,
    overpasses: Vec<Vec<usize>>,
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
        Self { scenes, passes: Passes { composite, overpasses: overpasses(&times) } }
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
            scene.begin(columns.clone());
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

impl Passes {
    /// Lays out what each overpass saw of a row of cells.
    fn lay_out(&self, views: &[SceneView], row: u32, columns: &Range<u32>, into: &mut Vec<Vec<Observation>>) {
        into.resize_with(self.overpasses.len(), Vec::new);
        for (scenes, cells) in self.overpasses.iter().zip(into) {
            cells.clear();
            cells.resize(columns.len(), Observation::UNSEEN);
            for (window, observations) in scenes.iter().filter_map(|scene| views[*scene].as_ref()) {
                if window.rows.contains(&row) {
                    let across = window.columns.len();
                    let start = (row - window.rows.start) as usize * across;
                    let first = (window.columns.start - columns.start) as usize;
                    join_overpass(&mut cells[first..first + across], &observations[start..start + across]);
                }
            }
        }
    }
}

/// A row of cells as every overpass of both sides saw it; kept to save allocations.
#[derive(Default)]
struct RowViews {
    pre: Vec<Vec<Observation>>,
    post: Vec<Vec<Observation>>,
    scratch: Vec<f32>,
}

type SceneView = Option<(CellWindow, Vec<Observation>)>;

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
    let (pre, post) = (&pre.passes, &post.passes);
    strip.clear_views = strip
        .dnbr
        .par_chunks_exact_mut(width)
        .zip(strip.state.par_chunks_exact_mut(width))
        .zip(rows.clone())
        .map_init(RowViews::default, |views, ((dnbr, state), row)| {
            pre.lay_out(&pre_views, row, columns, &mut views.pre);
            post.lay_out(&post_views, row, columns, &mut views.post);
            let mut clear_views = 0;
            for column in columns.clone().filter(|column| grid.is_inside(*column, row)) {
                let in_zone = zone.is_none_or(|zone| zone.contains(column, row));
                let column = (column - columns.start) as usize;
                if !in_zone {
                    state[column] = Empty::OutsideZone.code();
                    continue;
                }
                let pre = pre.composite.side(views.pre.iter().map(|pass| pass[column]), &mut views.scratch);
                let post = post.composite.side(views.post.iter().map(|pass| pass[column]), &mut views.scratch);
                clear_views += u64::from(pre.clear_count) + u64::from(post.clear_count);
                match difference(&pre, &post) {
                    Ok(value) => (dnbr[column], state[column]) = (value, VALID),
                    Err(reason) => state[column] = reason.code(),
                }
            }
            clear_views
        })
        .sum();
    Ok(strip)
}
