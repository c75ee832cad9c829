//! How much of what burnt in the published map a new run has seen.

use std::path::Path;

use anyhow::{Context, Result};
use dragonfly_core::{Breaks, Empty, Grid, STRIP_ROWS, WATER_AFTER, has_value, strips};
use gdal::Dataset;

use crate::deployment::layout::RunFolder;
use crate::publish::raster::RunReader;
use crate::read::geotiff::FailureWatch;

/// Burnt cells of the published map at least: fewer may be noise, and decide nothing.
const MIN_BURNT_CELLS: u64 = 20;

/// The share of the published map's burnt cells that a new run saw, of those that it should see:
/// inside its box and its fire zone. `None` where they are few, or the map is of another grid.
///
/// # Errors
/// When a raster cannot be read.
pub(crate) fn burnt_seen_share(
    published: &Path,
    folder: &RunFolder,
    grid: &Grid,
) -> Result<Option<f64>> {
    let watch = FailureWatch::begin();
    let old =
        Dataset::open(published).with_context(|| format!("cannot open {}", published.display()))?;
    if !is_of_grid(&old, grid)? {
        return Ok(None);
    }
    let new = RunReader::open(folder)?;
    let width = grid.width() as usize;
    let (mut burnt, mut seen) = (0u64, 0u64);
    for rows in strips(grid.height(), STRIP_ROWS) {
        let size = (width, rows.len());
        let before = old.rasterband(1)?.read_as::<f32>((0, rows.start as isize), size, size, None);
        let before = before.with_context(|| format!("reading {}", published.display()))?;
        let (_, state) = new.cells((0, rows.start), (grid.width(), rows.len() as u32))?;
        let was_burnt =
            |dnbr: &f32| Breaks::USGS.classify(*dnbr).is_some_and(|class| class.is_burnt());
        let cells = before.data().iter().zip(&state).filter(|(dnbr, _)| was_burnt(dnbr));
        for (_, state) in cells {
            let reason = Empty::from_code(*state);
            if matches!(reason, Some(Empty::OutsideBox | Empty::OutsideZone)) {
                continue;
            }
            burnt += 1;
            let is_water = *state == WATER_AFTER || reason == Some(Empty::Water);
            seen += u64::from(has_value(*state) || is_water);
        }
    }
    watch.check().with_context(|| format!("reading {}", published.display()))?;
    Ok((burnt >= MIN_BURNT_CELLS).then(|| seen as f64 / burnt as f64))
}

/// Whether a published raster has the cells of a grid: a region's box may have changed.
fn is_of_grid(raster: &Dataset, grid: &Grid) -> Result<bool> {
    let (west, north) = grid.metres_from_grid(0.0, 0.0);
    let corner = raster.geo_transform()?;
    let is_near = |one: f64, other: f64| (one - other).abs() < grid.cell_size_m() / 2.0;
    Ok(raster.raster_size() == (grid.width() as usize, grid.height() as usize)
        && is_near(corner[0], west)
        && is_near(corner[3], north))
}
