//! Parts fire from other change on the map of a region: burnt-looking ground that is connected to no
//! active-fire point gets a state of its own.

use std::ops::Range;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use dragonfly_core::metadata::SceneDates;
use dragonfly_core::{
    BurntAreaRules, ConnectedGround, ExcludedCircles, Grid, GroundConnector, MapLayer, MonthPoint,
    Region, STRIP_ROWS, strips,
};
use gdal::raster::Buffer;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use crate::compute::scene_dates::scene_dates;
use crate::deployment::Deployment;
use crate::deployment::layout::RunFolder;
use crate::fires::history::PointHistory;
use crate::publish::raster::RunReader;
use crate::read::geotiff::FailureWatch;
use crate::read::search::FoundScenes;

/// Whether fire was parted from other change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FireParting {
    /// The day from which on points are known without a gap up to the newest image.
    pub(crate) points_since: Option<NaiveDate>,
    /// Whether they are known from the first image before on: a fire of an earlier day cannot
    /// show as change.
    pub(crate) is_parted: bool,
}

impl FireParting {
    /// Parts fire from change on the rasters of a run, where points are known for the time of the
    /// map. `None` for the map of a fire, which has its points itself.
    ///
    /// # Errors
    /// When a raster cannot be read or written. Points that cannot be read are reported, and count
    /// as unknown.
    pub(crate) fn of_run(
        deployment: &Deployment,
        region: &Region,
        grid: &Grid,
        folder: &RunFolder,
        found: &FoundScenes,
    ) -> Result<Option<Self>> {
        if deployment.region(&region.name).is_err() {
            return Ok(None);
        }
        let days = SceneDates {
            first: scene_dates(&found.pre)?.first,
            last: scene_dates(&found.post)?.last,
        };
        let (points_since, points) =
            find_points(deployment, region, days).unwrap_or_else(|error| {
                tracing::warn!(
                    region = region.name,
                    "active-fire points count as unknown, and the map shows all change: {error:#}"
                );
                (None, None)
            });
        let Some(points) = points else {
            return Ok(Some(Self { points_since, is_parted: false }));
        };
        let ground = connect(grid, folder, &points)?;
        mark(grid, folder, &ground)?;
        Ok(Some(Self { points_since, is_parted: true }))
    }
}

/// The day from which on points are known, and the points where they are known for all of the
/// map's time.
fn find_points(
    deployment: &Deployment,
    region: &Region,
    days: SceneDates,
) -> Result<(Option<NaiveDate>, Option<Vec<MonthPoint>>)> {
    let Some(settings) = &deployment.settings.fires else { return Ok((None, None)) };
    let history = PointHistory::of(&deployment.layout);
    let since = history.known_since(region.bbox, days.last)?;
    if since.is_none_or(|since| since > days.first) {
        return Ok((since, None));
    }
    let excluded = ExcludedCircles::new(&settings.exclude);
    let points = history.points_in((region.bbox, &excluded), (days.first, days.last))?;
    Ok((since, Some(points)))
}

fn connect(grid: &Grid, folder: &RunFolder, points: &[MonthPoint]) -> Result<ConnectedGround> {
    let reader = RunReader::open(folder)?;
    let mut connector = GroundConnector::new(grid, points, BurntAreaRules::OUT);
    for rows in strips(grid.height(), STRIP_ROWS) {
        let (dnbr, _) = read_strip(&reader, grid, &rows)?;
        dnbr.chunks_exact(grid.width() as usize).for_each(|row| connector.add_row(row));
    }
    Ok(connector.finish())
}

fn read_strip(reader: &RunReader, grid: &Grid, rows: &Range<u32>) -> Result<(Vec<f32>, Vec<u8>)> {
    reader.cells((0, rows.start), (grid.width(), rows.len() as u32))
}

/// Writes the states of ground outside fires.
fn mark(grid: &Grid, folder: &RunFolder, ground: &ConnectedGround) -> Result<()> {
    let file = folder.layer(MapLayer::State);
    let writing = || format!("writing {}", file.display());
    let watch = FailureWatch::begin();
    let open = GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_UPDATE;
    let options = DatasetOptions { open_flags: open, ..DatasetOptions::default() };
    let mut raster = Dataset::open_ex(&file, options)
        .with_context(|| format!("cannot open {}", file.display()))?;
    let reader = RunReader::open(folder)?;
    let width = grid.width() as usize;
    for rows in strips(grid.height(), STRIP_ROWS) {
        let (dnbr, mut state) = read_strip(&reader, grid, &rows)?;
        let lines = dnbr.chunks_exact(width).zip(state.chunks_exact_mut(width));
        let mut count = 0;
        for (row, (dnbr, state)) in rows.clone().zip(lines) {
            count += ground.mark_row(row, dnbr, state);
        }
        if count > 0 {
            let at = (0, rows.start as isize);
            let size = (width, rows.len());
            let mut band = raster.rasterband(1)?;
            band.write(at, size, &mut Buffer::new(size, state)).with_context(writing)?;
        }
    }
    raster.flush_cache().with_context(writing)?;
    raster.close().with_context(writing)?;
    watch.check().with_context(writing)
}
