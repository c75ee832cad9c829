//! Builds what is published of a run: tiles, raster and metadata, in the work folder.

use std::fs;

use anyhow::{Context, Result, bail};
use dragonfly_core::Grid;
use dragonfly_core::metadata::{RegionMeta, RunStatus};

use crate::cli::progress::ProgressStep;
use crate::deployment::layout::RunFolder;
use crate::publish::raster::{RunReader, write_cog};
use crate::publish::run::RunRecord;
use crate::publish::store::{PublishStore, TileFolder};
use crate::publish::tiles::{cut_tiles, tile_count};

/// Tiles and raster, built in the work folder, and the metadata that describes them.
pub(crate) fn build(
    store: &impl PublishStore,
    folder: &RunFolder,
    record: RunRecord,
) -> Result<RegionMeta> {
    let RunRecord { region, started_at, mut map, .. } = record;
    let grid = Grid::covering(region.bbox, region.zoom_max);
    let reader = RunReader::open(folder)?;
    let tiles = folder.tiles();
    if tiles.exists() {
        fs::remove_dir_all(&tiles).with_context(|| format!("cannot clear {}", tiles.display()))?;
    }
    let description = format!("Burn severity (dNBR) of {}. {}", region.title(), map.attribution);
    let step =
        ProgressStep::start(&region.name, "tiles cut", tile_count(&grid, region.zoom_min), "tiles");
    // GDAL compresses the raster in its own threads while the tiles are cut.
    let (cut, cog) = std::thread::scope(|scope| {
        let cog = scope.spawn(|| write_cog(folder, &description));
        let cut = cut_tiles(
            &reader,
            &grid,
            region.zoom_min,
            region.skip_unburned,
            &TileFolder::new(&tiles.join("dnbr")),
            &step,
        );
        (cut, cog.join())
    });
    let cut = match (cut, cog) {
        (_, Err(_)) => bail!("the thread that writes the raster panicked"),
        (Ok(cut), Ok(Ok(()))) => cut,
        (Err(error), Ok(Ok(()))) | (Ok(_), Ok(Err(error))) => return Err(error),
        (Err(tiles), Ok(Err(raster))) => bail!("{tiles:#}; {raster:#}"),
    };
    step.finish(cut.bytes);

    fs::create_dir_all(tiles.join("dnbr"))
        .with_context(|| format!("cannot create {}", tiles.display()))?;
    let raster_bytes = fs::metadata(folder.cog())
        .with_context(|| format!("reading {}", folder.cog().display()))?
        .len();
    map.disk_usage_mb = ((cut.bytes + raster_bytes) as f64 / 1e4).round() / 100.0;
    map.tile_count = cut.stored;
    map.tiles_skipped = cut.skipped;
    map.tile_index = cut.index;
    let meta = RegionMeta {
        last_run_at: Some(started_at),
        last_status: RunStatus::Success,
        last_success_at: Some(started_at),
        map: Some(map),
        ..RegionMeta::pending(&region)
    };
    // Everything must be on the disk before the metadata names it.
    store.sync()?;
    Ok(meta)
}
