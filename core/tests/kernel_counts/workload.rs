//! What the kernel computes while it is counted.

use dragonfly_core::{
    CellWindow, Grid, Lattice, PixelQuality, Scaling, SceneWindow, dnbr, index_from_dnbr, nbr,
};

pub(crate) const SCALING: Scaling = Scaling { scale: 1e-4, offset_dn: -1000.0 };
/// Pixels along a side of a scene.
pub(crate) const WIDTH: usize = 512;

/// Digital numbers of clear, lit land.
pub(crate) fn band(seed: usize) -> Vec<u16> {
    (0..WIDTH * WIDTH).map(|pixel| 1500 + (pixel * 7919 + seed * 104_729) as u16 % 3000).collect()
}

/// A scene of clear land.
pub(crate) fn clear_scene() -> SceneWindow {
    SceneWindow {
        width: WIDTH,
        height: WIDTH,
        bands: [band(1), band(2)],
        quality: vec![PixelQuality::Clear; WIDTH * WIDTH],
        ..SceneWindow::default()
    }
}

/// The same with clouds in every row.
pub(crate) fn cloudy_scene() -> SceneWindow {
    let mut scene = clear_scene();
    for cloud in scene.quality.chunks_mut(64).step_by(9) {
        cloud.fill(PixelQuality::Cloud);
    }
    scene
}

/// The tile indices of as many pixels as there is room for.
pub(crate) fn index(bands: &[Vec<u16>; 4], indices: &mut [u8]) {
    let [pre_nir, pre_swir, post_nir, post_swir] = bands.each_ref().map(|band| band.iter());
    let pixels = pre_nir.zip(pre_swir).zip(post_nir.zip(post_swir));
    let ratio =
        |(nir, swir): (&u16, &u16)| nbr(SCALING.reflectance(*nir), SCALING.reflectance(*swir));
    for (index, (pre, post)) in indices.iter_mut().zip(pixels) {
        *index = index_from_dnbr(dnbr(ratio(pre), ratio(post))).unwrap_or(0);
    }
}

/// A window of so many rows, and its cells in a scene whose pixels are so many per cell.
pub(crate) fn lattice(rows: u32, pixels_per_cell: f64) -> (Lattice, CellWindow) {
    let grid = Grid::covering([10.0, 40.0, 11.0, 41.0], 12);
    let window = CellWindow { columns: 0..128, rows: 0..rows };
    let (x0, y0) = grid.metres_from_grid(0.0, 0.0);
    let size = grid.cell_size_m() / pixels_per_cell;
    let places = Lattice::control_points_m(&grid, &window).into_iter();
    let places = places.map(|(x, y)| ((x - x0) / size, (y0 - y) / size)).collect();
    (Lattice::new(&window, places), window)
}
