//! Which pixels of a scene the cells of a grid need: the level that fits, its blocks, and the rows
//! of each strip.

use std::ops::Range;

use crate::resample::lattice::{CellWindow, Lattice};
use crate::resample::mask_scale::MaskScale;
use crate::resample::nearest_pixels::{NearestPixels, first_row, nearest_pixels};
use crate::resample::needed_blocks::NeededBlocks;
use crate::resample::observation::{CellQuality, Observations};
use crate::resample::placement::Placement;
use crate::resample::scene_rows::SceneRows;
use crate::resample::warp::{Resampling, warp};
use crate::sensor::quality::buffer_px;
use crate::sensor::reflectance::Scaling;

/// What a scene is read for. Cells are visited in bands of columns, each in strips from north to
/// south.
#[derive(Clone, Debug)]
pub struct ScenePlan {
    /// Cells that the scene may cover.
    cells: CellWindow,
    /// Positions of the cells in pixels of the level read.
    lattice: Lattice,
    resampling: Resampling,
    cloud_buffer_px: usize,
    mask_scale: MaskScale,
    mask_buffer_px: usize,
    /// Pixels of the level, across and down.
    size: (usize, usize),
    blocks: NeededBlocks,
    /// The cells of the band under way, and the columns of the level that they need.
    band: CellWindow,
    columns: Range<i64>,
    /// For every step of the lattice over the band's rows, the first row of pixels that cells from
    /// there southwards need.
    first_rows: Vec<i64>,
}

/// The level of an image that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelFrame {
    /// Pixels of full resolution, across and down.
    pub full_size: (usize, usize),
    /// Pixels of the level.
    pub size: (usize, usize),
    /// Pixels of a block.
    pub block_size: (usize, usize),
    /// Pixels of the mask at the level at which it is read; without a mask, those of the level.
    pub mask_size: (usize, usize),
}

impl ScenePlan {
    /// Plans the reading of a level. `cloud_buffer_m` is how far clouds reach; `any_wanted` states
    /// whether any cell of a window is to be computed.
    pub fn new(
        placed: Placement,
        level: &LevelFrame,
        cloud_buffer_m: f32,
        any_wanted: impl Fn(&CellWindow) -> bool,
    ) -> Self {
        let factors = (
            level.full_size.0 as f64 / level.size.0 as f64,
            level.full_size.1 as f64 / level.size.1 as f64,
        );
        let factor = factors.0.max(factors.1);
        let pixel_on_ground_m = placed.cell_ground_m / placed.cell_size_px * factor;
        let cloud_buffer_px = buffer_px(cloud_buffer_m, pixel_on_ground_m as f32);
        let mask_scale = MaskScale::new(level.size, level.mask_size);
        let mask_px = mask_scale.mask_px();
        let finer =
            (mask_px.0 as f64 / level.size.0 as f64).min(mask_px.1 as f64 / level.size.1 as f64);
        let mask_buffer_px = buffer_px(cloud_buffer_m, (pixel_on_ground_m / finer) as f32);
        let lattice = placed.lattice.at_level(factors);
        Self {
            blocks: NeededBlocks::plan(
                level.block_size,
                level.size,
                &lattice,
                &placed.cells,
                any_wanted,
                cloud_buffer_px,
            ),
            resampling: Resampling::for_cell(placed.cell_size_px / factor),
            size: level.size,
            cells: placed.cells,
            cloud_buffer_px,
            mask_scale,
            mask_buffer_px,
            lattice,
            band: CellWindow { columns: 0..0, rows: 0..0 },
            columns: 0..0,
            first_rows: Vec::new(),
        }
    }

    /// Cells that the scene may cover.
    pub fn cells(&self) -> &CellWindow {
        &self.cells
    }

    /// The blocks to be read.
    pub fn blocks(&self) -> &NeededBlocks {
        &self.blocks
    }

    /// How fine the mask is.
    pub fn mask_scale(&self) -> MaskScale {
        self.mask_scale
    }

    /// How far clouds reach, pixels of the mask.
    pub fn mask_buffer_px(&self) -> usize {
        self.mask_buffer_px
    }

    /// Columns of the level that the band under way needs; empty where it needs none.
    pub fn columns(&self) -> &Range<i64> {
        &self.columns
    }

    /// Begins a band of the grid's columns.
    pub fn begin(&mut self, columns: &Range<u32>) {
        let own = &self.cells.columns;
        self.band = CellWindow {
            columns: columns.start.max(own.start)..columns.end.min(own.end),
            rows: self.cells.rows.clone(),
        };
        let columns = match self.band.columns.is_empty() {
            true => None,
            false => self.lattice.pixels_touched(&self.band).map(|(columns, _)| columns),
        };
        self.first_rows = match columns {
            Some(_) => self.lattice.first_rows(&self.band),
            None => Vec::new(),
        };
        // Clouds beside the box reach into it.
        let (margin, width) = (self.cloud_buffer_px as i64, self.size.0 as i64);
        self.columns = columns.map_or(0..0, |columns| {
            columns.start.saturating_sub(margin).clamp(0, width)
                ..columns.end.saturating_add(margin).clamp(0, width)
        });
    }

    /// The cells of the band in a strip of rows; empty where the scene has none.
    pub fn window(&self, rows: &Range<u32>) -> CellWindow {
        CellWindow {
            columns: self.band.columns.clone(),
            rows: rows.start.max(self.cells.rows.start)..rows.end.min(self.cells.rows.end),
        }
    }

    /// Rows of pixels that cells need, with the reach of clouds, and those above them that cells
    /// further south need: rows of pixels can run northwards. `None` where they need none.
    pub fn pixel_rows(&self, window: &CellWindow) -> Option<Range<i64>> {
        if window.rows.is_empty() || self.columns.is_empty() {
            return None;
        }
        let (_, rows) = self.lattice.pixels_touched(window)?;
        let rows =
            first_row(&self.first_rows, &self.band.rows, window.rows.start, rows.start)..rows.end;
        let (margin, height) = (self.cloud_buffer_px as i64, self.size.1 as i64);
        let rows = rows.start.saturating_sub(margin).clamp(0, height)
            ..rows.end.saturating_add(margin).clamp(0, height);
        (!rows.is_empty()).then_some(rows)
    }

    /// Rows of pixels of the whole band, in whole blocks; `None` where it needs none.
    pub fn band_rows(&self) -> Option<Range<i64>> {
        self.pixel_rows(&self.band).map(|rows| self.whole_blocks(&rows))
    }

    /// Rows widened to whole blocks.
    pub fn whole_blocks(&self, rows: &Range<i64>) -> Range<i64> {
        let block = self.blocks.size.1;
        rows.start / block * block..((rows.end + block - 1) / block * block).min(self.size.1 as i64)
    }

    /// Bytes that a strip of rows takes: pixels of whole blocks, and what was observed of the
    /// cells.
    pub fn memory_bytes(&self, rows: &Range<u32>) -> u64 {
        let window = self.window(rows);
        let Some(needed) = self.pixel_rows(&window) else { return 0 };
        let needed = self.whole_blocks(&needed);
        let pixels = (needed.end - needed.start)
            .saturating_mul(self.columns.end - self.columns.start) as u64;
        let cells = window.rows.len() * window.columns.len();
        let cell_bytes = (cells * (size_of::<f32>() + size_of::<CellQuality>())) as u64;
        pixels.saturating_mul(SceneRows::PIXEL_BYTES).saturating_add(cell_bytes)
    }

    /// Calls `visit` with every cell of a window, by its place row by row, and the column and row
    /// of the pixel under its centre, counted from the pixel at `origin`; `None` where the
    /// projection has no answer.
    pub fn visit_nearest(
        &self,
        window: &CellWindow,
        origin: (i64, i64),
        mut visit: impl FnMut(usize, Option<(i32, i32)>),
    ) {
        let mut cell = 0;
        for row in window.rows.clone() {
            self.lattice.visit_lines(row, window.columns.clone(), |places, line| {
                let pixels = line.map(|line| nearest_pixels(&line, origin));
                for place in places {
                    visit(cell, pixels.map(|(columns, rows)| (columns[place], rows[place])));
                    cell += 1;
                }
            });
        }
    }

    /// Which pixel each cell takes; `None` where cells take the average of several.
    pub fn nearest_pixels(&self) -> Option<NearestPixels> {
        let columns = self.columns.start as u32..self.columns.end as u32;
        let pixels = CellWindow { columns, rows: 0..self.size.1 as u32 };
        let takes_nearest = self.resampling == Resampling::Nearest;
        takes_nearest.then(|| NearestPixels::new(self.cells.clone(), pixels, self.lattice.clone()))
    }

    /// What the scene observed of a window's cells, from the rows that have been read.
    pub fn observe(&self, read: &SceneRows, scaling: Scaling, window: &CellWindow) -> Observations {
        warp(&self.lattice, read.pixels(), scaling, self.resampling, window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::geo_transform::GeoTransform;
    use crate::geo::grid::Grid;
    use crate::geo::strips::strips;
    use crate::resample::placement::ImageFrame;
    use crate::resample::placement::tests::Same;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const IMAGE_PX: (usize, usize) = (240, 180);

    /// An image in the middle of a grid, turned clockwise; its first row in the north, or in the
    /// south.
    #[expect(clippy::disallowed_methods, reason = "any angle near the one that is meant will do")]
    fn plan(grid: &Grid, degrees: f64, rows_run_south: bool) -> ScenePlan {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let pixel_m = grid.cell_size_m() / 1.2;
        let down = if rows_run_south { -pixel_m } else { pixel_m };
        let turn = [cos * pixel_m, sin * down, -sin * pixel_m, cos * down];
        let middle = grid.metres_from_grid(
            f64::from(grid.inside_columns().start + grid.inside_columns().len() as u32 / 2),
            f64::from(grid.inside_rows().start + grid.inside_rows().len() as u32 / 2),
        );
        let half = (IMAGE_PX.0 as f64 / 2.0, IMAGE_PX.1 as f64 / 2.0);
        let corner = (
            middle.0 - half.0 * turn[0] - half.1 * turn[1],
            middle.1 - half.0 * turn[2] - half.1 * turn[3],
        );
        let geo_transform = GeoTransform([corner.0, turn[0], turn[1], corner.1, turn[2], turn[3]]);
        let frame = ImageFrame { size: IMAGE_PX, geo_transform };
        let placed = Placement::of(&frame, grid, &Same).unwrap().unwrap();
        let level = LevelFrame {
            full_size: IMAGE_PX,
            size: IMAGE_PX,
            block_size: (64, 32),
            mask_size: IMAGE_PX,
        };
        ScenePlan::new(placed, &level, 0.0, |_| true)
    }

    #[test]
    fn no_strip_needs_rows_that_an_earlier_one_dropped_however_the_image_is_turned() {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        for rows_run_south in [true, false] {
            for degrees in (0..360).step_by(5) {
                let mut plan = plan(&grid, f64::from(degrees), rows_run_south);
                plan.begin(&(0..grid.width()));
                let nearest = plan.nearest_pixels();
                let mut kept = [0, 0];
                let mut strips_seen = 0;
                for strip in strips(grid.height(), 32) {
                    let window = plan.window(&strip);
                    let Some(needed) = plan.pixel_rows(&window) else { continue };
                    strips_seen += 1;
                    let (_, touched) = plan.lattice.pixels_touched(&window).unwrap();
                    let touched = touched.start.clamp(0, 180)..touched.end.clamp(0, 180);
                    let case = format!("{degrees}°, {rows_run_south}, {strip:?}: {needed:?}");
                    assert!(needed.start >= kept[0] && needed.start <= touched.start, "{case}");
                    assert_eq!(needed.end, touched.end, "{case}");
                    kept[0] = needed.start;
                    let Some(nearest) = &nearest else { continue };
                    let Some(under) = nearest.rows_under(&strip) else { continue };
                    let start = i64::from(under.start);
                    assert!(start >= kept[1] && start <= touched.start, "{case}");
                    kept[1] = start;
                }
                assert!(strips_seen > 2, "{degrees}°: {strips_seen}");
            }
        }
    }

    #[test]
    fn an_upright_image_is_read_from_the_rows_of_its_strip() {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let mut plan = plan(&grid, 0.0, true);
        plan.begin(&(0..grid.width()));
        for strip in strips(grid.height(), 32) {
            let window = plan.window(&strip);
            let Some(needed) = plan.pixel_rows(&window) else { continue };
            let (_, touched) = plan.lattice.pixels_touched(&window).unwrap();
            assert_eq!(needed.start, touched.start.clamp(0, 180));
        }
    }
}
