//! Where published and unfinished files lie under the root.

use std::path::{Path, PathBuf};

use dragonfly_core::MapLayer;
use serde::{Deserialize, Serialize};

/// The root of a deployment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RootLayout {
    root: PathBuf,
}

impl RootLayout {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The lock that one run has at a time.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join(".lock")
    }

    /// Unfinished runs of a region.
    pub(crate) fn work(&self, region: &str) -> PathBuf {
        self.root.join("work").join(region)
    }

    /// Metadata of a region.
    pub(crate) fn meta(&self, region: &str) -> PathBuf {
        self.root.join("meta").join(format!("{region}.json"))
    }

    /// Another file of the metadata folder: `index`, `client`.
    pub(crate) fn meta_file(&self, name: &str) -> PathBuf {
        self.root.join("meta").join(format!("{name}.json"))
    }

    /// Marks that a run of a region is under way; found at a start, that it was killed.
    pub(crate) fn attempt(&self, region: &str) -> PathBuf {
        self.work(region).join("attempt.json")
    }

    /// All published tiles of a region.
    pub(crate) fn tiles_of(&self, region: &str) -> PathBuf {
        self.root.join("tiles").join(region)
    }

    /// All published rasters of a region.
    pub(crate) fn raster_of(&self, region: &str) -> PathBuf {
        self.root.join("raster").join(region)
    }

    /// The published raster of a run.
    pub(crate) fn raster(&self, region: &str, run_id: &str) -> PathBuf {
        self.raster_of(region).join(format!("{run_id}.tif"))
    }

    /// The published layers of a run.
    pub(crate) fn layers(&self, region: &str, run_id: &str) -> PathBuf {
        self.raster_of(region).join(run_id)
    }

    /// A published layer of a run.
    pub(crate) fn layer(&self, region: &str, run_id: &str, layer: MapLayer) -> PathBuf {
        self.layers(region, run_id).join(format!("{}.tif", layer.name()))
    }

    /// The metadata of a run, beside its raster: from it a region's metadata can be rebuilt.
    pub(crate) fn run_meta(&self, region: &str, run_id: &str) -> PathBuf {
        self.raster_of(region).join(format!("{run_id}.json"))
    }

    /// The stable link to the current raster.
    pub(crate) fn raster_link(&self, region: &str) -> PathBuf {
        self.root.join("raster").join(format!("{region}_lowres_dnbr.tif"))
    }

    /// The stable link to a layer of the current run.
    pub(crate) fn layer_link(&self, region: &str, layer: MapLayer) -> PathBuf {
        self.root.join("raster").join(format!("{region}_lowres_{}.tif", layer.name()))
    }

    /// The published tiles of a run.
    pub(crate) fn tiles(&self, region: &str, run_id: &str) -> PathBuf {
        self.tiles_of(region).join(run_id)
    }

    /// The stable link to the current tiles.
    pub(crate) fn tiles_link(&self, region: &str) -> PathBuf {
        self.tiles_of(region).join("dnbr")
    }
}

/// The folder of one run in the work folder, and the files in it.
#[derive(Clone, Debug)]
pub(crate) struct RunFolder(pub(crate) PathBuf);

impl RunFolder {
    /// float32 dNBR, NaN where empty.
    pub(crate) fn dnbr(&self) -> PathBuf {
        self.0.join("dnbr.tif")
    }

    /// A layer, such as why a cell is empty, by code.
    pub(crate) fn layer(&self, layer: MapLayer) -> PathBuf {
        self.0.join(format!("{}.tif", layer.name()))
    }

    /// NBR before the fire, by [`PreNbrCode`](dragonfly_core::PreNbrCode).
    pub(crate) fn pre_nbr(&self) -> PathBuf {
        self.0.join("pre_nbr.tif")
    }

    /// What the run was made of; written last, so its presence means that the run is whole.
    pub(crate) fn record(&self) -> PathBuf {
        self.0.join("run.json")
    }

    /// The raster to publish.
    pub(crate) fn cog(&self) -> PathBuf {
        self.0.join("published.tif")
    }

    /// The layers to publish.
    pub(crate) fn layer_cogs(&self) -> PathBuf {
        self.0.join("layers")
    }

    /// A layer to publish.
    pub(crate) fn layer_cog(&self, layer: MapLayer) -> PathBuf {
        self.layer_cogs().join(format!("{}.tif", layer.name()))
    }

    /// The tiles to publish.
    pub(crate) fn tiles(&self) -> PathBuf {
        self.0.join("tiles")
    }
}
