//! The files of a scene: requested, opened, and read at the level that fits.

mod band;

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use dragonfly_core::stac::without_token;
use dragonfly_core::{GeoTransform, ImageFrame, SIGNED_FILL_DN};
use gdal::Dataset;
use gdal::raster::GdalDataType;

use crate::deployment::settings::is_url;
use crate::http::{Client, Scope};
use crate::read::geotiff::{self, GeoTiff, HeaderLimits};
use crate::read::remote::RemoteFile;

pub(crate) use band::ImageBand;

/// A file of a scene, not yet opened; the head of a remote one is requested.
pub(crate) struct ImageAsset {
    name: &'static str,
    location: String,
    remote: Option<Arc<RemoteFile>>,
}

impl ImageAsset {
    /// Requests a file that an item names, where the catalogue may lead there. Does not wait.
    pub(crate) fn request(name: &'static str, location: &str, client: &Client) -> Result<Self> {
        client
            .policy()
            .check_file(location)
            .with_context(|| format!("the {name} {}", without_token(location)))?;
        let remote = is_url(location)
            .then(|| RemoteFile::open(location, Scope::File, client))
            .transpose()?;
        Ok(Self { name, location: without_token(location).to_owned(), remote })
    }
}

/// Full-resolution image of an asset, opened.
pub(crate) struct Image {
    pub(crate) name: &'static str,
    pub(crate) location: String,
    pub(crate) dataset: Dataset,
    pub(crate) size: (usize, usize),
    pub(crate) geo_transform: gdal::GeoTransform,
    file_bytes: u64,
    remote: Option<Arc<RemoteFile>>,
}

impl Image {
    pub(crate) fn open(asset: ImageAsset) -> Result<Self> {
        let ImageAsset { name, location, remote } = asset;
        let opened = open(&location, remote.as_ref())
            .with_context(|| format!("the {name} cannot be read"))?;
        let GeoTiff { dataset, file_bytes } = opened;
        let geo_transform =
            dataset.geo_transform().with_context(|| format!("{location} has no georeference"))?;
        let kind = dataset.rasterband(1)?.band_type();
        ensure!(
            matches!(kind, GdalDataType::UInt8 | GdalDataType::UInt16 | GdalDataType::Int16),
            "{location} holds {} pixels, and only digital numbers of 8 or 16 bits can be read",
            kind.name()
        );
        Ok(Self {
            name,
            location,
            size: dataset.raster_size(),
            geo_transform,
            dataset,
            file_bytes,
            remote,
        })
    }

    /// Size and georeference.
    pub(crate) fn frame(&self) -> ImageFrame {
        ImageFrame { size: self.size, geo_transform: GeoTransform(self.geo_transform) }
    }

    /// Full-resolution pixels that a pixel spans: of the image itself (1), then of each overview.
    pub(crate) fn level_factors(&self) -> Result<Vec<f64>> {
        let band = self.dataset.rasterband(1)?;
        let mut factors = vec![1.0];
        for index in 0..band.overview_count()?.max(0) as usize {
            let (width, height) = band.overview(index)?.size();
            let across = self.size.0 as f64 / width.max(1) as f64;
            let down = self.size.1 as f64 / height.max(1) as f64;
            factors.push(across.max(down));
        }
        Ok(factors)
    }

    /// The image at a level of [`Image::level_factors`].
    pub(crate) fn at_level(self, level: usize) -> Result<ImageBand> {
        let overview = level.checked_sub(1);
        let (size, no_data, signed_fill) = {
            let band = self.dataset.rasterband(1)?;
            let size = match overview {
                Some(index) => band.overview(index)?.size(),
                None => self.size,
            };
            let fill = band.no_data_value().unwrap_or(0.0);
            match band.band_type() {
                GdalDataType::Int16 => (size, SIGNED_FILL_DN, Some(fill as i16)),
                _ => (size, fill as u16, None),
            }
        };
        let Self { name, location, dataset, file_bytes, remote, .. } = self;
        let dataset = Some(dataset);
        Ok(ImageBand {
            name,
            location,
            dataset,
            remote,
            file_bytes,
            overview,
            size,
            no_data,
            signed_fill,
        })
    }

    /// The image at the level of another's size; at full resolution where it has none of that size.
    pub(crate) fn at_size(self, size: (usize, usize)) -> Result<ImageBand> {
        let fitting = {
            let band = self.dataset.rasterband(1)?;
            let mut levels = 0..band.overview_count()?.max(0) as usize;
            levels.find(|index| band.overview(*index).is_ok_and(|overview| overview.size() == size))
        };
        let level = fitting.map_or(0, |overview| overview + 1);
        let band = self.at_level(level)?;
        Ok(ImageBand { size, ..band })
    }
}

fn open(location: &str, remote: Option<&Arc<RemoteFile>>) -> Result<GeoTiff> {
    remote.map_or_else(
        || geotiff::open_local(location, HeaderLimits::SCENE),
        |remote| geotiff::open_remote(remote, HeaderLimits::SCENE),
    )
}
