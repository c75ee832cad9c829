//! From many scenes to one dNBR: the grid is visited in column chunks, each in strips from north to
//! south.

use std::collections::VecDeque;
use std::ops::Range;

use anyhow::Result;
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::{
    Empty, Grid, NO_DATE, NO_VIEW_COUNT, PreNbrCode, RowCompositor, STRIP_ROWS, SceneObservations,
    SideScenes, VALID, ViewLayersRow, strips,
};
use rayon::prelude::*;

use crate::compute::memory::Memory;
use crate::read::remote;
use crate::read::scene::{GridScene, SceneReadError};
use crate::read::zone::FireZone;

/// A strip of a column chunk of the map: cells row by row.
pub(crate) struct Strip {
    /// Its first column and row.
    pub(crate) corner: (u32, u32),
    /// Its columns.
    pub(crate) width: usize,
    /// dNBR; NaN where empty.
    pub(crate) dnbr: Vec<f32>,
    /// Why a cell is empty, by code.
    pub(crate) state: Vec<u8>,
    /// Day of the latest clear view before the fire that was used.
    pub(crate) pre_date: Vec<u16>,
    /// The same after the fire.
    pub(crate) post_date: Vec<u16>,
    /// Clear views of a cell.
    pub(crate) views: Vec<u8>,
    /// NBR before the fire, by [`PreNbrCode`].
    pub(crate) pre_nbr: Vec<u8>,
    /// Clear views of all cells together.
    pub(crate) clear_views: u64,
}

/// A row of a strip, to be computed.
struct StripRow<'a> {
    dnbr: &'a mut [f32],
    state: &'a mut [u8],
    pre_nbr: &'a mut [u8],
    views: ViewLayersRow<'a>,
}

impl Strip {
    /// A strip in which no cell is computed yet.
    pub(crate) fn empty(corner: (u32, u32), width: usize, rows: usize) -> Self {
        let cells = width * rows;
        Self {
            corner,
            width,
            dnbr: vec![f32::NAN; cells],
            state: vec![Empty::OutsideBox.code(); cells],
            pre_date: vec![NO_DATE; cells],
            post_date: vec![NO_DATE; cells],
            views: vec![NO_VIEW_COUNT; cells],
            pre_nbr: vec![PreNbrCode::EMPTY.0; cells],
            clear_views: 0,
        }
    }

    /// Its rows, from north to south.
    fn rows_mut(&mut self) -> impl IndexedParallelIterator<Item = StripRow<'_>> {
        let width = self.width;
        let rows = (
            self.dnbr.par_chunks_exact_mut(width),
            self.state.par_chunks_exact_mut(width),
            self.pre_date.par_chunks_exact_mut(width),
            self.post_date.par_chunks_exact_mut(width),
            self.views.par_chunks_exact_mut(width),
            self.pre_nbr.par_chunks_exact_mut(width),
        );
        rows.into_par_iter().map(|(dnbr, state, pre_date, post_date, clear_views, pre_nbr)| {
            let views = ViewLayersRow { pre_date, post_date, clear_views };
            StripRow { dnbr, state, pre_nbr, views }
        })
    }
}

/// Starts a column chunk in every scene of a side.
fn begin(side: &mut SideScenes<GridScene>, columns: &Range<u32>) {
    for scene in side.scenes_mut() {
        scene.begin(columns);
    }
}

/// Prefetches what a strip of the chunk needs of remote files.
fn prefetch(side: &mut SideScenes<GridScene>, rows: &Range<u32>) -> Result<(), SceneReadError> {
    side.scenes_mut().iter_mut().try_for_each(|scene| scene.prefetch(rows.clone()))
}

/// The observations of a strip by every scene of a side.
fn observe(side: &mut SideScenes<GridScene>, rows: &Range<u32>) -> Result<Vec<SceneObservations>> {
    side.scenes_mut().par_iter_mut().map(|scene| scene.observe(rows.clone())).collect()
}

/// Visits the grid in column chunks from west to east, each in strips from north to south, and
/// computes every strip.
///
/// Remote files are prefetched for the strips that follow, as far as memory allows.
///
/// # Errors
/// When a scene cannot be read, or `use_strip` fails.
pub(crate) fn compute_strips(
    grid: &Grid,
    zone: Option<&FireZone>,
    (pre, post): (&mut SideScenes<GridScene>, &mut SideScenes<GridScene>),
    memory: Memory,
    mut use_strip: impl FnMut(Strip) -> Result<()>,
) -> Result<()> {
    let mut waiting: VecDeque<Range<u32>> = column_chunks(grid, (pre, post), memory).into();
    while let Some(columns) = waiting.pop_front() {
        begin(pre, &columns);
        begin(post, &columns);
        let strips = match fitting_strips(grid, (pre, post), &columns, memory) {
            Fitting::Strips(strips) => strips,
            Fitting::Narrower(halves) => {
                halves.into_iter().rev().for_each(|half| waiting.push_front(half));
                continue;
            }
            Fitting::None(failed) => return Err(failed.into()),
        };
        let mut next_prefetched = 0;
        for (index, rows) in strips.iter().enumerate() {
            while next_prefetched < strips.len()
                && (next_prefetched <= index || remote::buffered_bytes() < memory.prefetch_bytes)
            {
                prefetch(pre, &strips[next_prefetched])?;
                prefetch(post, &strips[next_prefetched])?;
                next_prefetched += 1;
            }
            use_strip(compute_strip(grid, zone, (pre, post), &columns, rows)?)?;
        }
    }
    Ok(())
}

/// Bytes that the cells of a strip take: dNBR, codes and layers, computed and written, with a
/// reserve.
const STRIP_CELL_BYTES: u64 = 27;
/// A strip may take so much, however little memory there is.
const MIN_STRIP_BYTES: u64 = 64 << 20;
/// Cells along a side of the smallest part of the map that is computed at once: a step of the
/// lattice.
const MIN_PART_CELLS: u32 = 16;

/// How a column chunk fits into memory.
enum Fitting {
    /// By these strips.
    Strips(Vec<Range<u32>>),
    /// Split in two.
    Narrower([Range<u32>; 2]),
    /// Not even in its smallest part, for this scene.
    None(SceneReadError),
}

/// The strips by which a column chunk that was begun fits into memory: of [`STRIP_ROWS`], unless it
/// is so narrow that fewer rows are the better way.
fn fitting_strips(
    grid: &Grid,
    (pre, post): (&SideScenes<GridScene>, &SideScenes<GridScene>),
    columns: &Range<u32>,
    memory: Memory,
) -> Fitting {
    let limit = (memory.pixel_bytes / 4 * 5).max(MIN_STRIP_BYTES);
    let scenes = || pre.scenes().iter().chain(post.scenes());
    let fits = |strips: &[Range<u32>]| {
        strips.iter().all(|rows| {
            let cells = (columns.len() * rows.len()) as u64 * STRIP_CELL_BYTES;
            let pixels =
                scenes().map(|scene| scene.memory_bytes(rows)).fold(0, u64::saturating_add);
            cells.max(pixels) <= limit
        })
    };
    let mut rows = STRIP_ROWS;
    while rows >= MIN_PART_CELLS {
        let strips: Vec<_> = strips(grid.height(), rows).collect();
        if fits(&strips) {
            return Fitting::Strips(strips);
        }
        if columns.len() as u32 > TILE_SIZE_PX {
            break;
        }
        rows /= 2;
    }
    if let Some(halves) = halves(columns) {
        return Fitting::Narrower(halves);
    }
    let strips: Vec<_> = strips(grid.height(), MIN_PART_CELLS).collect();
    let bytes =
        |scene: &GridScene| strips.iter().map(|rows| scene.memory_bytes(rows)).max().unwrap_or(0);
    match scenes().map(|scene| (bytes(scene), scene)).max_by_key(|(bytes, _)| *bytes) {
        Some((bytes, scene)) => Fitting::None(scene.too_fine_error(bytes, limit)),
        None => Fitting::Strips(strips),
    }
}

/// A column chunk split in two, at a tile's edge where it is wider than a tile; `None` where it is
/// as narrow as can be.
fn halves(columns: &Range<u32>) -> Option<[Range<u32>; 2]> {
    let width = columns.end - columns.start;
    let step = if width > TILE_SIZE_PX { TILE_SIZE_PX } else { MIN_PART_CELLS };
    let middle = columns.start + (width / 2).next_multiple_of(step);
    (columns.start < middle && middle < columns.end)
        .then_some([columns.start..middle, middle..columns.end])
}

/// Column chunks of whole tiles, so narrow that the pixels of every strip fit into memory.
fn column_chunks(
    grid: &Grid,
    (pre, post): (&mut SideScenes<GridScene>, &mut SideScenes<GridScene>),
    memory: Memory,
) -> Vec<Range<u32>> {
    let whole = 0..grid.width();
    begin(pre, &whole);
    begin(post, &whole);
    let scenes = || pre.scenes().iter().chain(post.scenes());
    let of_strip = |rows: &Range<u32>| {
        scenes().map(|scene| scene.memory_bytes(rows)).fold(0, u64::saturating_add)
    };
    let most = strips(grid.height(), STRIP_ROWS).map(|rows| of_strip(&rows)).max().unwrap_or(0);
    let count = most.div_ceil(memory.pixel_bytes.max(1)).max(1);
    let tiles = u64::from(grid.width() / TILE_SIZE_PX).div_ceil(count) as u32;
    whole
        .step_by((tiles.max(1) * TILE_SIZE_PX) as usize)
        .map(|start| start..(start + tiles.max(1) * TILE_SIZE_PX).min(grid.width()))
        .collect()
}

/// Counts what the scenes of a side observed of the ground that their items promise.
fn count_ground(
    grid: &Grid,
    zone: Option<&FireZone>,
    cells: (&Range<u32>, &Range<u32>),
    (side, views): (&mut SideScenes<GridScene>, &[SceneObservations]),
) {
    let is_wanted = |column, row| {
        grid.is_inside(column, row) && zone.is_none_or(|zone| zone.contains(column, row))
    };
    side.scenes_mut().par_iter_mut().zip(views).for_each(|(scene, view)| {
        scene.ground_count.add_cells(grid, cells, is_wanted, view);
    });
}

fn compute_strip(
    grid: &Grid,
    zone: Option<&FireZone>,
    (pre, post): (&mut SideScenes<GridScene>, &mut SideScenes<GridScene>),
    columns: &Range<u32>,
    rows: &Range<u32>,
) -> Result<Strip> {
    let (pre_views, post_views) = rayon::join(|| observe(pre, rows), || observe(post, rows));
    let (pre_views, post_views) = (pre_views?, post_views?);
    count_ground(grid, zone, (columns, rows), (pre, &pre_views));
    count_ground(grid, zone, (columns, rows), (post, &post_views));
    let width = columns.len();
    let mut strip = Strip::empty((columns.start, rows.start), width, rows.len());
    let sides = (pre.observations(&pre_views), post.observations(&post_views));
    let start = || (RowCompositor::recording_views(), Vec::new());
    strip.clear_views = strip
        .rows_mut()
        .zip(rows.clone())
        .map_init(start, |(compositor, nbr), (cells, row)| {
            let StripRow { dnbr, state, pre_nbr, views } = cells;
            for (column, state) in columns.clone().zip(&mut *state) {
                *state = match (grid.is_inside(column, row), zone) {
                    (false, _) => Empty::OutsideBox.code(),
                    (true, Some(zone)) if !zone.contains(column, row) => Empty::OutsideZone.code(),
                    (true, _) => VALID,
                };
            }
            let clear_views = compositor.compute_row(sides, row, columns, dnbr, state);
            compositor.take_views(views, state);
            nbr.resize(width, f32::NAN);
            compositor.take_pre_nbr(nbr, state);
            pre_nbr.iter_mut().zip(nbr).for_each(|(code, nbr)| *code = PreNbrCode::of(*nbr).0);
            clear_views
        })
        .sum();
    Ok(strip)
}
