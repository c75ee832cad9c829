//! Writes invented scenes shaped like Sentinel-2's, for the offline demo and for tests.

// The place and its ground.
mod fire;
mod land;
mod noise;
mod parcel;
mod region;
mod relief;
mod spot;

// What a satellite observes of it.
mod band;
mod scene;
mod sky;
mod tile;

// The scenes of the benchmarks.
pub mod bench;

// What is written down.
mod geotiff;
mod item;
mod points;
mod raster_layout;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde_json::Value;

use band::BANDS;
use geotiff::Overviews;
use land::Land;
use region::{Overpass, REGIONS, SampleRegion};
use scene::SampleScene;
use tile::{SampleLattice, SampleTile};

/// Stated in every file, so that nobody mistakes a copy for a picture of the Earth.
const INVENTED: &str = "INVENTED by dragonfly sample. Not a satellite image: land, fires and \
    clouds are made of noise.";
const SCL_FILE: &str = "SCL.tif";

/// What was written.
pub struct Sample {
    /// How many scenes, each a tile on a day.
    pub scene_count: usize,
    /// The size of all files together.
    pub size_bytes: u64,
}

/// Fills a folder with the scenes, their catalogue `items.json` and their `regions.json`.
///
/// The same seed gives the same pixels. Files of an earlier sample are replaced. `on_file` is
/// called with every file once it is complete, from several threads.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path, seed: u64, on_file: &(dyn Fn(&Path) + Sync)) -> Result<Sample> {
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot create {}: name a writable folder", folder.display()))?;
    let mut items = Vec::new();
    let mut size_bytes = 0;
    for region in &REGIONS {
        let land = Land::new(seed, region);
        for tile in region.tiles {
            for written in write_tile(folder, seed, region, &land, tile, on_file)? {
                items.push(written.item);
                size_bytes += written.size_bytes;
            }
        }
    }
    let scene_count = items.len();
    let texts = [
        ("items.json", pretty(&item::item_collection(items))?),
        ("regions.json", pretty(&REGIONS.iter().map(item::region_config).collect())?),
        ("points.csv", points::csv(seed)),
        ("dragonfly.toml", settings()),
        ("README.txt", readme(seed)),
    ];
    for (name, text) in texts {
        let path = folder.join(name);
        fs::write(&path, &text).with_context(|| format!("writing {}", path.display()))?;
        size_bytes += text.len() as u64;
        on_file(&path);
    }
    Ok(Sample { scene_count, size_bytes })
}

/// Names of the regions that the scenes cover.
pub fn region_names() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|region| region.name)
}

/// How many files [`fn@write`] reports.
pub fn file_count() -> usize {
    let scenes: usize =
        REGIONS.iter().map(|region| region.tiles.len() * region.overpasses.len()).sum();
    scenes * (BANDS.len() + 1) + 5
}

struct Written {
    item: Value,
    size_bytes: u64,
}

fn write_tile(
    folder: &Path,
    seed: u64,
    region: &SampleRegion,
    land: &Land,
    tile: &SampleTile,
    on_file: &(dyn Fn(&Path) + Sync),
) -> Result<Vec<Written>> {
    let lattice = tile.lattice()?;
    let grounds = land.survey(tile, &lattice);
    let write_scene = |overpass: &Overpass| {
        let scene = SampleScene::observe(seed, region, overpass, tile, &lattice, &grounds);
        write_scene(folder, region, tile, &lattice, overpass, scene, on_file)
    };
    region.overpasses.iter().map(write_scene).collect()
}

fn write_scene(
    folder: &Path,
    region: &SampleRegion,
    tile: &SampleTile,
    lattice: &SampleLattice,
    overpass: &Overpass,
    scene: SampleScene,
    on_file: &(dyn Fn(&Path) + Sync),
) -> Result<Written> {
    let folder = folder.join("scenes").join(item::scene_id(tile, overpass));
    fs::create_dir_all(&folder)
        .with_context(|| format!("making the folder {}", folder.display()))?;
    let item = item::item(region, tile, lattice, overpass, &scene)?;
    let SampleScene { dn, scl } = scene;
    let layout = tile.raster_layout();
    let finished = |path: PathBuf| -> Result<u64> {
        on_file(&path);
        Ok(fs::metadata(&path).with_context(|| format!("looking at {}", path.display()))?.len())
    };
    let write_bands = || {
        let bands: Vec<_> = BANDS.iter().zip(dn).collect();
        bands
            .into_par_iter()
            .map(|(band, dn)| {
                let path = folder.join(band.file);
                geotiff::write(&path, &layout, INVENTED, Overviews::Average, dn)?;
                finished(path)
            })
            .sum::<Result<u64>>()
    };
    let write_classes = || {
        let path = folder.join(SCL_FILE);
        geotiff::write(&path, &layout, INVENTED, Overviews::Mode, scl)?;
        finished(path)
    };
    let (bands, classes) = rayon::join(write_bands, write_classes);
    Ok(Written { item, size_bytes: bands? + classes? })
}

fn pretty(json: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(json)? + "\n")
}

/// Settings that read the catalogue beside them and publish into `root` beside them.
fn settings() -> String {
    "# Settings for the invented scenes in this folder. Paths are relative to it.\n\
     root = \"root\"\n\
     stac = \"items.json\"\n\
     regions = \"regions.json\"\n\
     attribution = \"Invented scenes, no satellite images: made by dragonfly sample\"\n\
     \n\
     [fires]\n\
     points = [\"points.csv\"]\n\
     # The list of towns of the page that is built beside this folder.\n\
     places = \"../dist/places.json\"\n"
        .to_owned()
}

fn readme(seed: u64) -> String {
    format!(
        "Everything in this folder is invented.\n\nThe scenes look like Sentinel-2 images, but no \
        satellite took them: land, fires, clouds and\nshadows are made of noise from seed \
        {seed}. The places exist; what is shown there does not.\n\nitems.json      the \
        catalogue, a STAC ItemCollection\nregions.json    the regions the scenes \
        cover\npoints.csv      active-fire points of their fires, a gas flare and a farm\ndragonfly.toml  settings that name both\nscenes/         the images, laid out \
        like those of the sentinel-cogs bucket\n\nWritten by `dragonfly sample`; running it \
        again with the same seed gives the same pixels.\n"
    )
}
