//! Builds what is published of a run: tiles, rasters and metadata, in the work folder.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use dragonfly_core::metadata::{MapMeta, MarkTiles, RegionMeta, RunStatus};
use dragonfly_core::{Grid, MapLayer, Note, Region};

use crate::cli::progress::ProgressStep;
use crate::deployment::layout::RunFolder;
use crate::publish::cog::CogSource;
use crate::publish::map_notes::map_notes;
use crate::publish::raster::RunReader;
use crate::publish::run::RunRecord;
use crate::publish::store::{PublishStore, TileFolder};
use crate::publish::tiles::{CutTiles, TileSet, cut_tiles, tile_count};

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
    let has_change = map.changed_hectares.is_some_and(|hectares| hectares > 0.0);
    let has_provisional = map.provisional_share > 0.0;
    let sets = 1 + u64::from(has_change) + u64::from(has_provisional);
    let count = tile_count(&grid, region.zoom_min) * sets;
    let step = ProgressStep::start(&region.name, "tiles cut", count, "tiles");
    // The rasters are read and averaged in a thread of their own while the tiles are cut.
    let (cut, cog) = std::thread::scope(|scope| {
        let cog = scope.spawn(|| write_cogs(folder, &region, &map));
        let cut = |set: TileSet| {
            let folder = TileFolder::new(&tiles.join(set.name()));
            cut_tiles(&reader, &grid, region.zoom_min, set, &folder, &step)
        };
        let severity = cut(TileSet::Severity { skip_unburned: region.skip_unburned });
        let all = severity.and_then(|severity| {
            let change = has_change.then(|| cut(TileSet::Change)).transpose()?;
            let provisional = has_provisional.then(|| cut(TileSet::Provisional)).transpose()?;
            Ok((severity, change, provisional))
        });
        (all, cog.join())
    });
    let ((cut, change, provisional), raster_bytes) = match (cut, cog) {
        (_, Err(_)) => bail!("the thread that writes the rasters panicked"),
        (Ok(cut), Ok(Ok(bytes))) => (cut, bytes),
        (Err(error), Ok(Ok(_))) | (Ok(_), Ok(Err(error))) => return Err(error),
        (Err(tiles), Ok(Err(raster))) => bail!("{tiles:#}; {raster:#}"),
    };
    step.finish(cut.bytes);

    fs::create_dir_all(tiles.join("dnbr"))
        .with_context(|| format!("cannot create {}", tiles.display()))?;
    let mark_bytes: u64 = change.iter().chain(&provisional).map(|marks| marks.bytes).sum();
    let bytes = cut.bytes + mark_bytes + raster_bytes;
    map.disk_usage_mb = (bytes as f64 / 1e4).round() / 100.0;
    map.tile_count = cut.stored;
    map.tiles_skipped = cut.skipped;
    map.tile_index = cut.index;
    map.changed_tiles = mark_tiles(&region.name, &map.run_id, TileSet::Change, change);
    map.provisional_tiles =
        mark_tiles(&region.name, &map.run_id, TileSet::Provisional, provisional);
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

/// What the metadata states of tiles of ground that is marked apart; `None` where none is stored.
fn mark_tiles(region: &str, run: &str, set: TileSet, marks: Option<CutTiles>) -> Option<MarkTiles> {
    let marks = marks.filter(|marks| marks.stored > 0)?;
    let set = set.name();
    Some(MarkTiles {
        run_tile_url_template: format!("/tiles/{region}/{run}/{set}/{{z}}/{{x}}/{{y}}.png"),
        tile_count: marks.stored,
        tile_index: marks.index,
    })
}

/// Writes the dNBR and the layers that the map names as COGs; gives their bytes.
fn write_cogs(folder: &RunFolder, region: &Region, map: &MapMeta) -> Result<u64> {
    let notes = map_notes(region, map);
    let describe = |what: &str| format!("{what} of {}. {}", region.title(), map.attribution);
    // One reads its raster while the other compresses.
    let (dnbr, layers) = std::thread::scope(|scope| {
        let layers = scope.spawn(|| write_layers(folder, map, &notes, &describe));
        let dnbr = CogSource {
            raster: &folder.dnbr(),
            band_name: "dNBR",
            description: &describe("Burn severity (dNBR)"),
            notes: &notes,
        };
        (dnbr.write(&folder.cog()), layers.join())
    });
    dnbr?;
    let layers = layers.map_err(|_| anyhow!("the thread that writes the layers panicked"))??;
    Ok(file_bytes(&folder.cog())? + layers)
}

/// Writes the layers that the map names; gives their bytes.
fn write_layers(
    folder: &RunFolder,
    map: &MapMeta,
    notes: &[Note],
    describe: &dyn Fn(&str) -> String,
) -> Result<u64> {
    let mut bytes = 0;
    if map.layers.is_none() {
        return Ok(bytes);
    }
    let layers = folder.layer_cogs();
    fs::create_dir_all(&layers).with_context(|| format!("cannot create {}", layers.display()))?;
    for layer in MapLayer::ALL {
        let values = layer.describe();
        let mut notes = notes.to_vec();
        notes.push(Note::new(LAYER, format!("{}: {values}", layer.name())));
        let cog = CogSource {
            raster: &folder.layer(layer),
            band_name: layer.name(),
            description: &describe(&format!("Layer {} ({values})", layer.name())),
            notes: &notes,
        };
        cog.write(&folder.layer_cog(layer))?;
        bytes += file_bytes(&folder.layer_cog(layer))?;
    }
    Ok(bytes)
}

/// Name of the note that describes the values of a layer.
const LAYER: &str = "layer";

fn file_bytes(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file).with_context(|| format!("reading {}", file.display()))?.len())
}
