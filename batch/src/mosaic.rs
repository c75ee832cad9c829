//! From many scenes to one dNBR: the grid is visited in strips from north to south.

use std::ops::Range;

use anyhow::Result;
use chrono::{DateTime, Utc};
use dragonfly_core::{
    CellWindow, Composite, Empty, Grid, Observation, Side, VALID, difference, join_overpass, overpasses,
};
use rayon::prelude::*;

use crate::scene::Scene;
use crate::zone::FireZone;

/// Rows of a strip: memory depends on it and on the region's width, not on its height.
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

/// A strip of the map: cells row by row.
pub(crate) struct Strip {
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

    /// What every scene saw of a strip.
    fn observe(&mut self, rows: Range<u32>) -> Result<Vec<SceneView>> {
        self.scenes.par_iter_mut().map(|scene| scene.observe(rows.clone())).collect()
    }
}

impl Passes {
    /// One side of every cell of a row.
    fn side_of_row(&self, views: &[SceneView], row: u32, width: usize) -> Vec<Side> {
        let passes: Vec<Vec<Observation>> = self
            .overpasses
            .iter()
            .map(|scenes| {
                let mut cells = vec![Observation::UNSEEN; width];
                for (window, observations) in scenes.iter().filter_map(|scene| views[*scene].as_ref()) {
                    if window.rows.contains(&row) {
                        let across = window.columns.len();
                        let start = (row - window.rows.start) as usize * across;
                        let own = window.columns.start as usize..window.columns.end as usize;
                        join_overpass(&mut cells[own], &observations[start..start + across]);
                    }
                }
                cells
            })
            .collect();
        let mut scratch = Vec::with_capacity(passes.len());
        (0..width).map(|column| self.composite.side(passes.iter().map(|pass| pass[column]), &mut scratch)).collect()
    }
}

type SceneView = Option<(CellWindow, Vec<Observation>)>;

/// Computes the strip that starts at a row.
///
/// # Errors
/// When a scene cannot be read.
pub(crate) fn compute_strip(
    grid: &Grid,
    zone: Option<&FireZone>,
    pre: &mut SideScenes,
    post: &mut SideScenes,
    first_row: u32,
) -> Result<Strip> {
    let rows = first_row..(first_row + STRIP_ROWS).min(grid.height());
    let (pre_views, post_views) = rayon::join(|| pre.observe(rows.clone()), || post.observe(rows.clone()));
    let (pre_views, post_views) = (pre_views?, post_views?);
    let width = grid.width() as usize;
    let mut strip = Strip {
        dnbr: vec![f32::NAN; width * rows.len()],
        state: vec![Empty::OutsideBox.code(); width * rows.len()],
        clear_views: 0,
    };
    let (pre, post) = (&pre.passes, &post.passes);
    strip.clear_views = strip
        .dnbr
        .par_chunks_exact_mut(width)
        .zip(strip.state.par_chunks_exact_mut(width))
        .zip(rows)
        .map(|((dnbr, state), row)| {
            let pre = pre.side_of_row(&pre_views, row, width);
            let post = post.side_of_row(&post_views, row, width);
            let mut clear_views = 0;
            for column in grid.inside_columns().filter(|column| grid.is_inside(*column, row)) {
                let in_zone = zone.is_none_or(|zone| zone.contains(column, row));
                let column = column as usize;
                if !in_zone {
                    state[column] = Empty::OutsideZone.code();
                    continue;
                }
                let (pre, post) = (&pre[column], &post[column]);
                clear_views += u64::from(pre.clear_count) + u64::from(post.clear_count);
                match difference(pre, post) {
                    Ok(value) => (dnbr[column], state[column]) = (value, VALID),
                    Err(reason) => state[column] = reason.code(),
                }
            }
            clear_views
        })
        .sum();
    Ok(strip)
}
