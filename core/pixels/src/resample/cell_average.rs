//! The area average of the clear pixels of each cell.

use crate::resample::cell_box::CellBox;
use crate::resample::lattice::{CellWindow, Lattice, STEP};
use crate::resample::observation::Observations;
use crate::resample::pixel_sums::PixelSums;
use crate::resample::scene_window::SceneWindow;
use crate::resample::square_pixels::SquarePixels;
use crate::sensor::quality::PixelQuality;
use crate::sensor::reflectance::Scaling;
use crate::sensor::reflectance_limits::ReflectanceLimits;

/// Observes the cells of a window, row by row, where a scene shows them; leaves the others as they
/// are in `into`.
///
/// Cells are visited in the squares of the lattice, whose pixels are few enough to be prepared once
/// for all of a square's cells.
pub(crate) fn average_cells(
    lattice: &Lattice,
    scene: &SceneWindow,
    scaling: Scaling,
    window: &CellWindow,
    into: &mut Observations,
) {
    let limits = ReflectanceLimits::of(scaling);
    let across = window.columns.len();
    let mut pixels = SquarePixels::default();
    let mut boxes = Vec::with_capacity((STEP * STEP) as usize);
    let mut averages = Vec::with_capacity((STEP * STEP) as usize);
    lattice.visit_squares(window, |square| {
        boxes.clear();
        for row in square.rows() {
            let footprints = square.footprints(row);
            boxes.extend(square.places().map(|place| CellBox::of(footprints.at(place), scene)));
        }
        averages.clear();
        let mut average = |cell: &CellBox, sums: PixelSums| {
            averages.push(sums.observation(cell.area(), scaling, limits));
        };
        if pixels.prepare(scene, &boxes, scaling, limits) {
            pixels.sum_each(&boxes, &mut average);
        } else {
            boxes.iter().for_each(|cell| average(cell, sums(scene, cell, scaling, limits)));
        }
        let columns = square.places().len();
        for (row, averages) in square.rows().zip(averages.chunks_exact(columns)) {
            let first = (row - window.rows.start) as usize * across
                + (square.first_column() - window.columns.start) as usize;
            into.nbr[first..first + columns]
                .iter_mut()
                .zip(averages)
                .for_each(|(nbr, cell)| *nbr = cell.nbr);
            into.quality[first..first + columns]
                .iter_mut()
                .zip(averages)
                .for_each(|(quality, cell)| *quality = cell.quality);
        }
    });
}

/// The sums over the pixels of a cell of any size.
fn sums(
    scene: &SceneWindow,
    cell: &CellBox,
    scaling: Scaling,
    limits: ReflectanceLimits,
) -> PixelSums {
    let mut sums = PixelSums::default();
    let darkest_dn = scaling.darkest_dn();
    for (row, row_weight) in cell.rows.weights() {
        for (column, column_weight) in cell.columns.weights() {
            let index = row * scene.width + column;
            let weight = row_weight * column_weight;
            let [first, second] = scene.bands.each_ref().map(|band| band[index]);
            match scene.quality[index] {
                PixelQuality::NoData => sums.no_data += weight,
                quality if quality.is_hidden() || limits.hides(first, second) => {
                    sums.hidden += weight;
                }
                quality => {
                    sums.clear += weight;
                    sums.water += if quality == PixelQuality::Water { weight } else { 0 };
                    sums.bands[0].add(first, weight, darkest_dn);
                    sums.bands[1].add(second, weight, darkest_dn);
                }
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample::cell_box::Extent;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SCALING: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };

    /// A scene of land that is clear and lit.
    fn plain_scene(width: usize, height: usize, mut next: impl FnMut() -> u64) -> SceneWindow {
        let pixels = width * height;
        let mut band = || (0..pixels).map(|_| 1001 + next() as u16 % 6000).collect();
        let bands = [band(), band()];
        let quality = vec![PixelQuality::Clear; pixels];
        SceneWindow { column: 0, row: 0, width, height, bands, quality }
    }

    /// A scene of any pixels: dark, bright and burning ones, of all qualities, in patches.
    fn scene(width: usize, height: usize, mut next: impl FnMut() -> u64) -> SceneWindow {
        use PixelQuality::{Clear, Cloud, NoData, Shadow, Snow, Water};
        let pixels = width * height;
        let mut quality = Clear;
        let mut any_quality = || {
            if next().is_multiple_of(5) {
                quality =
                    [Clear, Clear, Clear, Water, Cloud, Shadow, Snow, NoData][next() as usize % 8];
            }
            quality
        };
        let quality = (0..pixels).map(|_| any_quality()).collect();
        let mut band = || {
            let dn = |kind: u64, dn: u16| match kind % 16 {
                0 => dn,
                1 => dn % 1100,
                _ => 1000 + dn % 4000,
            };
            (0..pixels).map(|_| dn(next(), next() as u16)).collect::<Vec<_>>()
        };
        SceneWindow { column: 0, row: 0, width, height, bands: [band(), band()], quality }
    }

    #[test]
    fn prepared_pixels_have_the_sums_of_the_pixels_one_by_one() {
        let mut state = 1u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99_991);
            state >> 33
        };
        let limits = ReflectanceLimits::of(SCALING);
        let mut pixels = SquarePixels::default();
        let mut compared = 0;
        for round in 0..200 {
            let (width, height) = (1 + next() as usize % 40, 1 + next() as usize % 40);
            let scene = match round % 3 {
                0 => plain_scene(width, height, &mut next),
                _ => scene(width, height, &mut next),
            };
            let max_side = if round % 2 == 0 { 32 } else { 48 };
            let mut extent = |pixels: usize| {
                let start = next() as i64 % (pixels as i64 * 16 + 80) - 40;
                Extent::new(start..start + next() as i64 % (max_side + 1), pixels)
            };
            let boxes: Vec<CellBox> = (0..64)
                .map(|_| CellBox { columns: extent(scene.width), rows: extent(scene.height) })
                .collect();
            assert!(pixels.prepare(&scene, &boxes, SCALING, limits));
            let mut found = Vec::new();
            pixels.sum_each(&boxes, |_, sums| found.push(sums));
            assert_eq!(found.len(), boxes.len());
            for (cell, found) in boxes.iter().zip(found) {
                assert_eq!(found, sums(&scene, cell, SCALING, limits), "{cell:?}");
                compared += u32::from(found.clear > 0);
            }
        }
        assert!(compared > 3000, "{compared}");
    }

    #[test]
    fn large_cells_are_not_prepared() {
        let scene = scene(90, 90, || 2);
        let cell = CellBox { columns: Extent::new(0..49, 90), rows: Extent::new(0..16, 90) };
        let limits = ReflectanceLimits::of(SCALING);
        assert!(!SquarePixels::default().prepare(&scene, &[cell], SCALING, limits));
    }
}
