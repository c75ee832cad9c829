//! Where the cells of a grid lie in an image.

use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::{CellWindow, Grid, Lattice, mercator};
use gdal::GeoTransformEx;

use crate::geotiff;
use crate::image::Image;

/// Where a grid's cells lie in an image.
pub(crate) struct Placement {
    pub(crate) cells: CellWindow,
    pub(crate) lattice: Lattice,
    /// Side of a cell in pixels of full resolution, at the middle of the image.
    pub(crate) cell_size_px: f64,
    /// Side of a cell on the ground there, metres.
    pub(crate) cell_ground_m: f64,
}

/// Points along each side of an image by which its outline is projected.
const OUTLINE_POINTS: usize = 21;

impl Placement {
    pub(crate) fn of(image: &Image, grid: &Grid) -> Result<Option<Self>> {
        let source =
            image.dataset.spatial_ref().with_context(|| format!("{} has no coordinate system", image.location))?;
        let mercator_from_source = geotiff::transform(&source, &geotiff::web_mercator()?)?;
        let source_from_mercator = geotiff::transform(&geotiff::web_mercator()?, &source)?;
        let pixel_from_source =
            image.geo_transform.invert().with_context(|| format!("{} has no usable georeference", image.location))?;
        let pixels_from_metres = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            geotiff::project(&source_from_mercator, points)
                .into_iter()
                .map(|(x, y)| pixel_from_source.apply(x, y))
                .collect()
        };

        let (width, height) = (image.size.0 as f64, image.size.1 as f64);
        let outline: Vec<(f64, f64)> = (0..OUTLINE_POINTS)
            .flat_map(|step| {
                let along = step as f64 / (OUTLINE_POINTS - 1) as f64;
                let (x, y) = (along * width, along * height);
                [(x, 0.0), (x, height), (0.0, y), (width, y)]
            })
            .chain([(width / 2.0, height / 2.0)])
            .map(|(x, y)| image.geo_transform.apply(x, y))
            .collect();
        let outline = geotiff::project(&mercator_from_source, &outline);
        let Some(cells) = cells_within(grid, &outline) else { return Ok(None) };

        let Some(&(x, y)) = outline.last() else { return Ok(None) };
        let size = grid.cell_size_m();
        let corner = pixels_from_metres(&[(x, y), (x + size, y), (x, y - size)]);
        let [origin, east, south] = corner[..] else { bail!("the middle of {} cannot be projected", image.location) };
        let side = |a: f64, b: f64| (a * a + b * b).sqrt();
        let across = side(east.0 - origin.0, south.0 - origin.0);
        let down = side(east.1 - origin.1, south.1 - origin.1);
        let cell_size_px = (across * down).sqrt();
        ensure!(cell_size_px.is_finite() && cell_size_px > 0.0, "the middle of {} cannot be projected", image.location);

        let positions = pixels_from_metres(&Lattice::control_points_m(grid, &cells));
        let (_, lat) = mercator::lonlat_from_metres(x, y);
        Ok(Some(Self {
            lattice: Lattice::new(&cells, positions),
            cells,
            cell_size_px,
            cell_ground_m: mercator::ground_size_m(grid.zoom(), lat),
        }))
    }
}

/// The cells inside the region's box that an outline in projected metres may cover.
fn cells_within(grid: &Grid, outline_m: &[(f64, f64)]) -> Option<CellWindow> {
    let size = grid.cell_size_m();
    let (west, north) = grid.metres_from_grid(0.0, 0.0);
    let finite = || outline_m.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    let cells = |positions: Vec<f64>, within: Range<u32>| -> Option<Range<u32>> {
        let least = positions.iter().copied().fold(f64::INFINITY, f64::min);
        let most = positions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // A side between two points of the outline may bulge: one cell more, and a share of the extent.
        let bulge = 1.0 + (most - least) / 1000.0;
        let start = ((least - bulge).floor().max(0.0) as u32).max(within.start);
        let end = ((most + bulge).ceil().max(0.0) as u32).min(within.end);
        (start < end).then_some(start..end)
    };
    Some(CellWindow {
        columns: cells(finite().map(|(x, _)| (x - west) / size).collect(), grid.inside_columns())?,
        rows: cells(finite().map(|(_, y)| (north - y) / size).collect(), grid.inside_rows())?,
    })
}
