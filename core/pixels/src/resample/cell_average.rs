//! The area average of the clear pixels of each cell.

use crate::resample::cell_box::CellBox;
use crate::resample::lattice::{CellWindow, Lattice, STEP};
use crate::resample::observation::Observations;
use crate::resample::pixel_sums::PixelSums;
use crate::resample::plain_cells::observe_plain;
use crate::resample::scene_window::SceneWindow;
use crate::resample::square_pixels::{Prepared, SquarePixels};
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
    let mut averages = Observations::with_capacity((STEP * STEP) as usize);
    let mut plain = Vec::with_capacity((STEP * STEP) as usize);
    lattice.visit_squares(window, |square| {
        boxes.clear();
        for row in square.rows() {
            let footprints = square.footprints(row);
            boxes.extend(square.places().map(|place| CellBox::of(footprints.at(place), scene)));
        }
        averages.clear_to(0);
        let mut average = |cell: &CellBox, sums: PixelSums| {
            averages.push(sums.observation(cell.area(), scaling, limits));
        };
        match pixels.prepare(scene, &boxes, scaling, limits) {
            Prepared::Plain => {
                pixels.sum_plain(&boxes, &mut plain);
                observe_plain(&plain, scaling, &limits, &mut averages);
            }
            Prepared::Mixed => pixels.sum_each(&boxes, &mut average),
            Prepared::TooLarge => {
                boxes.iter().for_each(|cell| average(cell, sums(scene, cell, scaling, limits)));
            }
        }
        let columns = square.places().len();
        for (index, row) in square.rows().enumerate() {
            let first = (row - window.rows.start) as usize * across
                + (square.first_column() - window.columns.start) as usize;
            let from = index * columns..(index + 1) * columns;
            into.nbr[first..first + columns].copy_from_slice(&averages.nbr[from.clone()]);
            into.quality[first..first + columns].copy_from_slice(&averages.quality[from]);
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

    /// A scene of land that is clear and lit, by so many digital numbers at most.
    fn plain_scene(
        (width, height): (usize, usize),
        lit_dn: u16,
        mut next: impl FnMut() -> u64,
    ) -> SceneWindow {
        let pixels = width * height;
        let mut band = || (0..pixels).map(|_| 1001 + next() as u16 % lit_dn).collect();
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
    fn prepared_pixels_show_what_the_pixels_one_by_one_show() {
        let mut state = 1u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99_991);
            state >> 33
        };
        let limits = ReflectanceLimits::of(SCALING);
        let mut pixels = SquarePixels::default();
        let mut compared = [0; 2];
        for round in 0..200 {
            let (width, height) = (1 + next() as usize % 40, 1 + next() as usize % 40);
            let scene = match round % 3 {
                // The first half is mostly too dark for a ratio.
                0 => plain_scene((width, height), [400, 6000][round / 100], &mut next),
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
            let prepared = pixels.prepare(&scene, &boxes, SCALING, limits);
            let mut found = Observations::default();
            if prepared == Prepared::Plain {
                let mut plain = Vec::new();
                pixels.sum_plain(&boxes, &mut plain);
                observe_plain(&plain, SCALING, &limits, &mut found);
            } else {
                assert_eq!(prepared, Prepared::Mixed);
                let mut sums_found = Vec::new();
                pixels.sum_each(&boxes, |cell, sums| {
                    found.push(sums.observation(cell.area(), SCALING, limits));
                    sums_found.push(sums);
                });
                for (cell, found) in boxes.iter().zip(sums_found) {
                    assert_eq!(found, sums(&scene, cell, SCALING, limits), "{cell:?}");
                }
            }
            assert_eq!(found.len(), boxes.len());
            for (index, cell) in boxes.iter().enumerate() {
                let expected = sums(&scene, cell, SCALING, limits);
                let expected = expected.observation(cell.area(), SCALING, limits);
                let found = found.at(index);
                assert_eq!(found.quality, expected.quality, "{cell:?}");
                assert_eq!(found.nbr.to_bits(), expected.nbr.to_bits(), "{cell:?}");
                let counter = &mut compared[usize::from(prepared == Prepared::Plain)];
                *counter += u32::from(found.quality.is_clear());
            }
        }
        assert!(compared.iter().all(|cells| *cells > 1000), "{compared:?}");
    }

    #[test]
    fn large_cells_are_not_prepared() {
        let scene = scene(90, 90, || 2);
        let cell = CellBox { columns: Extent::new(0..49, 90), rows: Extent::new(0..16, 90) };
        let limits = ReflectanceLimits::of(SCALING);
        let prepared = SquarePixels::default().prepare(&scene, &[cell], SCALING, limits);
        assert_eq!(prepared, Prepared::TooLarge);
    }
}
