//! The dNBR offset of a run: found on its raster, and taken off it.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use dragonfly_core::{
    Area, BinnedOffset, DnbrHistogram, FireGround, Grid, NoOffsetReason, OffsetRing, PreNbrCode,
    Region, STRIP_ROWS, read_area_file, strips,
};
use gdal::raster::Buffer;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use crate::deployment::layout::RunFolder;
use crate::deployment::settings::Settings;
use crate::publish::raster::RunReader;
use crate::read::geotiff::FailureWatch;
use crate::read::local_file::read_bytes;

/// Bytes of a perimeter at most: half a million corners.
const MAX_PERIMETER_BYTES: u64 = 16 << 20;

/// Takes the offset of unburned ground off a run's dNBR, when the region sets `dnbr_offset`, or
/// returns why there is none; `None` when the region does not set it.
///
/// # Errors
/// When the perimeter cannot be read, or the raster cannot be rewritten.
pub(crate) fn subtract(
    settings: &Settings,
    region: &Region,
    grid: &Grid,
    folder: &RunFolder,
) -> Result<Option<Result<BinnedOffset, NoOffsetReason>>> {
    if !region.dnbr_offset {
        return Ok(None);
    }
    let perimeter = settings.perimeter_of(region).map(|path| read_perimeter(&path)).transpose()?;
    let found = find(region, grid, folder, perimeter.as_ref())?;
    if let Ok(BinnedOffset { offset, .. }) = &found {
        each_strip(&folder.dnbr(), grid, |_, dnbr| {
            dnbr.iter_mut().for_each(|dnbr| *dnbr = offset.correct(*dnbr));
            Ok(true)
        })?;
    }
    Ok(Some(found))
}

/// The offset of a run's rasters.
fn find(
    region: &Region,
    grid: &Grid,
    folder: &RunFolder,
    perimeter: Option<&Area>,
) -> Result<Result<BinnedOffset, NoOffsetReason>> {
    let reader = RunReader::open(folder)?;
    let strip = |rows: &Range<u32>| {
        let (corner, size) = ((0, rows.start), (grid.width(), rows.len() as u32));
        Ok::<_, anyhow::Error>((reader.cells(corner, size)?.0, reader.pre_nbr(corner, size)?))
    };
    let mut map = DnbrHistogram::default();
    if perimeter.is_none() {
        for rows in strips(grid.height(), STRIP_ROWS) {
            strip(&rows)?.0.iter().for_each(|dnbr| map.add(*dnbr));
        }
    }
    let fire = FireGround::of(perimeter, &map);
    let mut ring = OffsetRing::over(grid, region.bbox);
    let width = grid.width() as usize;
    for rows in strips(grid.height(), STRIP_ROWS) {
        let (dnbr, pre_nbr): (Vec<f32>, Vec<PreNbrCode>) = strip(&rows)?;
        let cells = dnbr.chunks_exact(width).zip(pre_nbr.chunks_exact(width));
        for (row, (dnbr, pre_nbr)) in rows.zip(cells) {
            ring.add_grid_row((grid, row), fire, dnbr, pre_nbr.to_vec());
        }
    }
    Ok(ring.finish())
}

/// Reads the perimeter of a region's fire.
///
/// # Errors
/// When the file is missing, or holds no area.
pub(crate) fn read_perimeter(path: &Path) -> Result<Area> {
    let bytes = read_bytes(path, MAX_PERIMETER_BYTES).with_context(|| {
        format!("cannot read the perimeter {}: check `perimeter_path`", path.display())
    })?;
    let read = read_area_file(&path.display().to_string(), &bytes)
        .context("the perimeter cannot be used")?;
    if let Some(note) = read.note {
        tracing::warn!("the perimeter {}: {note}", path.display());
    }
    Ok(read.area)
}

/// Visits a raster strip by strip, and writes those back that `visit` changed: it returns
/// whether it did.
fn each_strip(
    file: &Path,
    grid: &Grid,
    mut visit: impl FnMut(u32, &mut Vec<f32>) -> Result<bool>,
) -> Result<()> {
    let watch = FailureWatch::begin();
    let open = GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_UPDATE;
    let options = DatasetOptions { open_flags: open, ..DatasetOptions::default() };
    let mut raster = Dataset::open_ex(file, options)
        .with_context(|| format!("cannot open {}", file.display()))?;
    let width = grid.width() as usize;
    for rows in strips(grid.height(), STRIP_ROWS) {
        let size = (width, rows.len());
        let at = (0, rows.start as isize);
        let mut band = raster.rasterband(1)?;
        let mut dnbr = band.read_as::<f32>(at, size, size, None)?.into_shape_and_vec().1;
        if visit(rows.start, &mut dnbr)? {
            band.write(at, size, &mut Buffer::new(size, dnbr))?;
        }
    }
    raster.flush_cache()?;
    raster.close()?;
    watch.check().with_context(|| format!("writing {}", file.display()))
}
