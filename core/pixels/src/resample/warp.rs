//! From the pixels of one scene to observations on the cells of a grid.

use std::ops::Range;

use crate::resample::cell_average::average_cells;
use crate::resample::lattice::{CellWindow, CentreLine, Lattice};
use crate::resample::nearest_pixels::{TOGETHER, pixel_indices};
use crate::resample::observation::{CellQuality, INDEX, Observation, Observations};
use crate::resample::scene_window::SceneWindow;
use crate::sensor::quality::PixelQuality;
use crate::sensor::reflectance::Scaling;
use crate::sensor::reflectance_limits::ReflectanceLimits;

/// How a cell gets its value from the pixels below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// The pixel under the cell's centre: where a cell is no larger than a pixel.
    Nearest,
    /// The area average of the clear pixels.
    Average,
}

impl Resampling {
    /// For a cell whose side measures so many pixels.
    pub fn for_cell(cell_size_px: f64) -> Self {
        if cell_size_px <= 1.0 { Self::Nearest } else { Self::Average }
    }
}

/// Views of the cells of a window, row by row, through one scene.
pub fn warp(
    lattice: &Lattice,
    scene: &SceneWindow,
    scaling: Scaling,
    resampling: Resampling,
    window: &CellWindow,
) -> Observations {
    let mut cells = Observations::with_capacity(window.columns.len() * window.rows.len());
    match resampling {
        Resampling::Nearest => {
            let observed = lattice
                .pixels_touched(window)
                .map(|(columns, rows)| scene.observe_pixels(&columns, &rows, scaling));
            let observed = observed.unwrap_or_default();
            for row in window.rows.clone() {
                lattice.visit_lines(row, window.columns.clone(), |positions, line| match line {
                    Some(line) => observed.nearest(&line, positions, &mut cells),
                    None => positions.for_each(|_| cells.push(Observation::UNOBSERVED)),
                });
            }
        }
        Resampling::Average => {
            cells.clear_to(window.columns.len() * window.rows.len());
            average_cells(lattice, scene, scaling, window, &mut cells);
        }
    }
    cells
}

impl CellQuality {
    /// What one pixel shows.
    #[inline]
    fn of(quality: PixelQuality) -> Self {
        // One after the other, so that processors take several at once.
        let observed = if quality == PixelQuality::NoData { Self::NoData } else { Self::Hidden };
        let observed = if quality == PixelQuality::Water { Self::Water } else { observed };
        if quality == PixelQuality::Clear { Self::Land } else { observed }
    }

    /// The same ground in light too dim for a ratio.
    #[inline]
    pub(crate) fn darkened(self) -> Self {
        let darkened = if self == Self::Land { Self::Hidden } else { self };
        if self == Self::Water { Self::DarkWater } else { darkened }
    }
}

/// What a rectangle of pixels shows, row by row from the north.
#[derive(Default)]
pub(crate) struct PixelObservations {
    /// Column and row of the first pixel in the level's image.
    origin: (i64, i64),
    width: usize,
    height: usize,
    observations: Observations,
}

impl PixelObservations {
    /// The pixels as a window of the level, and what they show.
    pub(crate) fn into_parts(self) -> (CellWindow, Observations) {
        let window = CellWindow {
            columns: self.origin.0 as u32..self.origin.0 as u32 + self.width as u32,
            rows: self.origin.1 as u32..self.origin.1 as u32 + self.height as u32,
        };
        (window, self.observations)
    }

    /// Adds the observations of the cells at some positions of a line.
    #[inline]
    fn nearest(&self, line: &CentreLine, positions: Range<usize>, into: &mut Observations) {
        let pixels = pixel_indices(line, self.origin, (self.width, self.height));
        let nbrs =
            pixels.map(|pixel| self.observations.nbr.get(pixel).copied().unwrap_or(f32::NAN));
        let qualities = pixels.map(|pixel| {
            self.observations.quality.get(pixel).copied().unwrap_or(CellQuality::Unobserved)
        });
        // Whole arrays are copied much faster.
        if positions.len() == TOGETHER {
            into.nbr.extend_from_slice(&nbrs);
            into.quality.extend_from_slice(&qualities);
        } else {
            into.nbr.extend_from_slice(&nbrs[positions.clone()]);
            into.quality.extend_from_slice(&qualities[positions]);
        }
    }
}

impl SceneWindow {
    /// Observes a rectangle of pixels: each is computed once, however many cells are nearest to it.
    pub(crate) fn observe_pixels(
        &self,
        columns: &Range<i64>,
        rows: &Range<i64>,
        scaling: Scaling,
    ) -> PixelObservations {
        let inside = |range: &Range<i64>, first: i64, count: usize| {
            let from = |place: i64| (place - first).clamp(0, count as i64) as usize;
            from(range.start)..from(range.end).max(from(range.start))
        };
        let columns = inside(columns, self.column, self.width);
        let rows = inside(rows, self.row, self.height);
        let limits = ReflectanceLimits::of(scaling);
        let mut observed = Observations::with_capacity(columns.len() * rows.len());
        for row in rows.clone() {
            let own = row * self.width + columns.start..row * self.width + columns.end;
            let [first, second] = self.bands.each_ref().map(|band| &band[own.clone()]);
            let start = observed.len();
            observed.nbr.extend(first.iter().zip(second).map(|(first, second)| {
                INDEX.compute(scaling.reflectance(*first), scaling.reflectance(*second))
            }));
            let pairs = first.iter().zip(second).zip(&self.quality[own]);
            observed.quality.extend(pairs.map(|((first, second), quality)| {
                let quality = CellQuality::of(*quality);
                let [nir, swir] = [first, second].map(|dn| scaling.reflectance(*dn));
                let is_dark = limits.is_dark(nir, swir);
                let quality = if is_dark { quality.darkened() } else { quality };
                let is_hidden = limits.hides(*first, *second);
                if is_hidden { quality.min(CellQuality::Hidden) } else { quality }
            }));
            let nbrs = observed.nbr[start..].iter_mut();
            let cells = nbrs.zip(&mut observed.quality[start..]).zip(first);
            for ((nbr, quality), first) in cells {
                let land = CellQuality::of_land(scaling.reflectance(*first), *nbr, &limits);
                *quality = if *quality == CellQuality::Land { land } else { *quality };
                let is_hole = nbr.is_nan() && quality.is_clear();
                *nbr = if quality.is_clear() { *nbr } else { f32::NAN };
                *quality = if is_hole { CellQuality::NoData } else { *quality };
            }
        }
        let origin = (self.column + columns.start as i64, self.row + rows.start as i64);
        PixelObservations {
            origin,
            width: columns.len(),
            height: rows.len(),
            observations: observed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::grid::Grid;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const PLAIN: Scaling = Scaling { scale: 1e-4, offset_dn: 0.0 };

    /// A scene whose north-west corner is the grid's, with `pixels_per_cell` along a side.
    fn warped(
        pixels_per_cell: f64,
        scene: &SceneWindow,
        scaling: Scaling,
        cells: u32,
    ) -> Vec<Observation> {
        let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 9);
        let window = CellWindow { columns: 0..cells, rows: 0..cells };
        let (x0, y0) = grid.metres_from_grid(0.0, 0.0);
        let size = grid.cell_size_m() / pixels_per_cell;
        let positions = Lattice::control_points_m(&grid, &window)
            .into_iter()
            .map(|(x, y)| ((x - x0) / size, (y0 - y) / size))
            .collect();
        let lattice = Lattice::new(&window, positions);
        let observed =
            warp(&lattice, scene, scaling, Resampling::for_cell(pixels_per_cell), &window);
        (0..observed.len()).map(|cell| observed.at(cell)).collect()
    }

    fn scene(width: usize, pixels: &[(u16, u16, PixelQuality)]) -> SceneWindow {
        SceneWindow {
            column: 0,
            row: 0,
            width,
            height: pixels.len() / width,
            bands: [
                pixels.iter().map(|pixel| pixel.0).collect(),
                pixels.iter().map(|pixel| pixel.1).collect(),
            ],
            quality: pixels.iter().map(|pixel| pixel.2).collect(),
        }
    }

    const GREEN: (u16, u16, PixelQuality) = (3000, 1000, PixelQuality::Clear);
    const BURNT: (u16, u16, PixelQuality) = (1000, 3000, PixelQuality::Clear);
    const CLOUD: (u16, u16, PixelQuality) = (9000, 8000, PixelQuality::Cloud);
    const LAKE: (u16, u16, PixelQuality) = (300, 100, PixelQuality::Water);
    const HOLE: (u16, u16, PixelQuality) = (0, 0, PixelQuality::NoData);

    fn check(pixels: [(u16, u16, PixelQuality); 4], quality: CellQuality, nbr: f32) {
        let cell = warped(2.0, &scene(2, &pixels), PLAIN, 1)[0];
        assert_eq!(cell.quality, quality);
        assert!(
            (cell.nbr - nbr).abs() < 1e-6 || (cell.nbr.is_nan() && nbr.is_nan()),
            "{} is not {nbr}",
            cell.nbr
        );
    }

    #[test]
    fn a_cell_averages_its_clear_pixels_only() {
        check([GREEN; 4], CellQuality::Land, 0.5);
        check([GREEN, GREEN, BURNT, BURNT], CellQuality::Land, 0.0);
        check([GREEN, GREEN, CLOUD, GREEN], CellQuality::Land, 0.5);
        check([GREEN, GREEN, CLOUD, HOLE], CellQuality::Land, 0.5);
    }

    #[test]
    fn a_cell_with_too_few_clear_pixels_is_empty_and_knows_why() {
        check([GREEN, CLOUD, CLOUD, CLOUD], CellQuality::Hidden, f32::NAN);
        check([GREEN, HOLE, HOLE, HOLE], CellQuality::NoData, f32::NAN);
        check([GREEN, HOLE, CLOUD, CLOUD], CellQuality::Hidden, f32::NAN);
    }

    #[test]
    fn a_cell_is_water_when_most_of_it_is() {
        check([LAKE; 4], CellQuality::Water, 0.5);
        check([LAKE, LAKE, GREEN, GREEN], CellQuality::Land, 0.5);
    }

    #[test]
    fn a_zero_sum_is_no_data_where_the_scale_is_unknown() {
        let unknown = Scaling { scale: 1.0, offset_dn: 0.0 };
        let dark = scene(2, &[(0, 0, PixelQuality::Clear); 4]);
        for pixels_per_cell in [1.0, 2.0] {
            let cell = warped(pixels_per_cell, &dark, unknown, 1)[0];
            assert_eq!(cell.quality, CellQuality::NoData);
        }
    }

    #[test]
    fn deep_shadow_and_flames_have_no_value() {
        const SHADED: (u16, u16, PixelQuality) = (300, 50, PixelQuality::Clear);
        const DEEP: (u16, u16, PixelQuality) = (200, 10, PixelQuality::Water);
        const FLAMES: (u16, u16, PixelQuality) = (4000, 6500, PixelQuality::Clear);
        const TOO_BRIGHT: (u16, u16, PixelQuality) = (10_001, 9000, PixelQuality::Clear);
        let of_one = [SHADED, DEEP, FLAMES, TOO_BRIGHT].map(|pixel| {
            let averaged = warped(2.0, &scene(2, &[pixel; 4]), PLAIN, 1)[0];
            let nearest = warped(1.0, &scene(1, &[pixel]), PLAIN, 1)[0];
            assert_eq!(averaged.quality, nearest.quality, "{pixel:?}");
            assert!(averaged.nbr.is_nan() && nearest.nbr.is_nan(), "{pixel:?}");
            nearest.quality
        });
        use CellQuality::{DarkWater, Hidden};
        assert_eq!(of_one, [Hidden, DarkWater, Hidden, Hidden]);
        check([GREEN, GREEN, FLAMES, FLAMES], CellQuality::Land, 0.5);
        check([GREEN, FLAMES, FLAMES, FLAMES], Hidden, f32::NAN);
        check([LAKE, DEEP, DEEP, LAKE], DarkWater, f32::NAN);
    }

    #[test]
    fn the_edge_of_an_image_is_unseen() {
        let cells = warped(2.0, &scene(2, &[GREEN; 4]), PLAIN, 3);
        let observed: Vec<_> = cells.iter().map(|cell| cell.quality == CellQuality::Land).collect();
        assert_eq!(observed, [true, false, false, false, false, false, false, false, false]);
        assert_eq!(cells[1].quality, CellQuality::Unobserved);
    }

    #[test]
    fn pixels_count_by_the_part_that_lies_in_the_cell() {
        // One and a half pixels per cell: the second pixel belongs half to each cell.
        let row = [
            (2000, 1000, PixelQuality::Clear),
            (3000, 1000, PixelQuality::Clear),
            (2000, 1000, PixelQuality::Clear),
        ];
        let cells = warped(1.5, &scene(3, &[row, row, row].concat()), PLAIN, 2);
        let mean = (2000.0 + 3000.0 * 0.5) / 1.5;
        let expected = (mean - 1000.0) / (mean + 1000.0);
        assert!(cells.iter().all(|cell| (cell.nbr - expected).abs() < 1e-6), "{cells:?}");
    }

    #[test]
    fn a_cell_no_larger_than_a_pixel_takes_the_nearest() {
        let cells = warped(0.5, &scene(2, &[GREEN, BURNT, CLOUD, LAKE]), PLAIN, 4);
        let qualities: Vec<_> = cells.iter().map(|cell| cell.quality).collect();
        use CellQuality::{Hidden, Land, Water};
        let north = [Land, Land, Land, Land];
        let south = [Hidden, Hidden, Water, Water];
        assert_eq!(qualities, [north, north, south, south].concat());
        assert_eq!((cells[1].nbr, cells[2].nbr), (0.5, -0.5));
    }

    #[test]
    fn the_offset_is_taken_off_every_pixel_before_the_mean() {
        let scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };
        let dark = (500, 2000, PixelQuality::Clear);
        let light = (4000, 2000, PixelQuality::Clear);
        let cell = warped(2.0, &scene(2, &[dark, light, dark, light]), scaling, 1)[0];
        // NIR: (0 + 3000) / 2, SWIR: 1000.
        assert!((cell.nbr - 0.2).abs() < 1e-6);
    }

    #[test]
    fn a_code_leads_back_to_its_sight() {
        for code in 0..7 {
            assert_eq!(CellQuality::from_code(code).map(|quality| quality as u8), Some(code));
        }
        assert_eq!(CellQuality::from_code(7), None);
    }

    #[test]
    fn one_overpass_counts_once_and_the_better_view_wins() {
        let land = Observation { nbr: 0.4, quality: CellQuality::Land };
        let other = Observation { nbr: 0.3, quality: CellQuality::Land };
        let cells = |cells: [Observation; 3]| Observations {
            nbr: cells.iter().map(|cell| cell.nbr).collect(),
            quality: cells.iter().map(|cell| cell.quality).collect(),
        };
        let mut joined =
            cells([Observation::UNOBSERVED, land, Observation::empty(CellQuality::Hidden)]);
        joined.join_overpass(
            0,
            &cells([other, other, Observation::empty(CellQuality::NoData)]),
            0..3,
        );
        assert_eq!((joined.nbr[0], joined.nbr[1]), (0.3, 0.4));
        assert_eq!(joined.quality[2], CellQuality::Hidden);
    }
}
