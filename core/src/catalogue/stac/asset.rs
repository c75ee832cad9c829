//! A file of a scene, and what its numbers mean.

use serde::{Deserialize, Serialize};

use super::lenient;

/// A file of a scene. STAC 1.0 and 1.1.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Asset {
    /// Where it is: a URL, or a path relative to the catalogue's file.
    pub href: String,
    /// Scale and offset, STAC 1.0.
    #[serde(default, rename = "raster:bands", deserialize_with = "lenient::list")]
    pub raster_bands: Vec<RasterBand>,
    /// Scale and offset, STAC 1.1.
    #[serde(default, deserialize_with = "lenient::list")]
    pub bands: Vec<RasterBand>,
    /// Scale of the whole asset, STAC 1.1.
    #[serde(default, rename = "raster:scale", deserialize_with = "lenient::number")]
    pub scale: Option<f64>,
    /// Offset of the whole asset, STAC 1.1.
    #[serde(default, rename = "raster:offset", deserialize_with = "lenient::number")]
    pub offset: Option<f64>,
}

/// Scale and offset of a band.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RasterBand {
    /// Multiplied with the digital number.
    #[serde(default, alias = "raster:scale", deserialize_with = "lenient::number")]
    pub scale: Option<f64>,
    /// Added after the scale, in reflectance.
    #[serde(default, alias = "raster:offset", deserialize_with = "lenient::number")]
    pub offset: Option<f64>,
}

impl Asset {
    /// Reflectance of one digital number, above 0; `None` where the item does not state it.
    pub fn scale(&self) -> Option<f64> {
        self.bands().find_map(|band| band.scale).or(self.scale).filter(|scale| *scale > 0.0)
    }

    /// Offset in reflectance; `None` where the item does not state it.
    pub fn offset(&self) -> Option<f64> {
        self.bands().find_map(|band| band.offset).or(self.offset)
    }

    /// Memory that it takes beside its own size, bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.href.len() + size_of_val(&self.raster_bands[..]) + size_of_val(&self.bands[..])
    }

    fn bands(&self) -> impl Iterator<Item = &RasterBand> {
        self.raster_bands.iter().chain(&self.bands)
    }
}
