//! The files of a scene: requested, opened, and read at the level that fits.

mod band;
mod block_reader;
mod mask_file;
mod validity;

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use dragonfly_core::stac::{AssetBand, MaskSidecar, StatedValidity, without_token};
use dragonfly_core::{GeoTransform, ImageFrame, NoData, band_of_file};
use gdal::Dataset;
use gdal::raster::{GdalDataType, RasterBand};

use crate::deployment::settings::is_url;
use crate::http::{Client, Scope};
use crate::read::geotiff::{self, GeoTiff, HeaderLimits};
use crate::read::remote::RemoteFile;

use block_reader::BlockReader;
use mask_file::{MaskFile, MaskedBand};

pub(crate) use band::ImageBand;

/// A file of a scene, not yet opened; the head of a remote one is requested.
pub(crate) struct ImageAsset {
    name: &'static str,
    location: String,
    remote: Option<Arc<RemoteFile>>,
    client: Client,
    /// The mask that may lie beside it.
    sidecar: MaskSidecar,
    /// The same, requested before it is known what the file states.
    requested_mask: Option<Arc<RemoteFile>>,
    /// The band that the item states, counted from 0.
    stated_band: Option<usize>,
    /// The value that stands for no data, as the item states it.
    stated_no_data: Option<f64>,
    /// The value that stands for no data where neither item nor file states one.
    fill: u16,
}

impl ImageAsset {
    /// Requests the file of a band, where the catalogue may lead there. Does not wait.
    pub(crate) fn request(
        name: &'static str,
        band: AssetBand<'_>,
        sidecar: MaskSidecar,
        client: &Client,
    ) -> Result<Self> {
        let location = &band.asset.href;
        client
            .policy()
            .check_file(location)
            .with_context(|| format!("the {name} {}", without_token(location)))?;
        let remote = is_url(location)
            .then(|| RemoteFile::open(location, Scope::File, client))
            .transpose()?;
        Ok(Self {
            name,
            location: without_token(location).to_owned(),
            remote,
            client: client.clone(),
            sidecar,
            requested_mask: None,
            stated_band: band.index,
            stated_no_data: band.no_data(),
            fill: 0,
        })
    }

    /// Requests the mask beside it, which is read unless the file has one inside. Does not wait.
    pub(crate) fn request_mask(&mut self) -> Result<()> {
        self.sidecar = self.sidecar.in_any_case();
        let href = &self.sidecar.href;
        if is_url(href) && self.sidecar.is_requested(StatedValidity::default()) {
            self.client.policy().check_file(href)?;
            self.requested_mask = Some(RemoteFile::open(href, Scope::File, &self.client)?);
        }
        Ok(())
    }

    /// Sets the value that stands for no data where neither the item nor the file states one.
    pub(crate) fn or_no_data(self, fill: u16) -> Self {
        Self { fill, ..self }
    }
}

/// Full-resolution image of an asset, opened.
pub(crate) struct Image {
    pub(crate) name: &'static str,
    pub(crate) location: String,
    pub(crate) dataset: Dataset,
    pub(crate) size: (usize, usize),
    pub(crate) geo_transform: gdal::GeoTransform,
    /// The band that is read, counted from 1.
    band_number: usize,
    no_data: NoData,
    blocks: Option<BlockReader>,
    file_bytes: u64,
    remote: Option<Arc<RemoteFile>>,
    mask_file: Option<MaskFile>,
}

impl Image {
    pub(crate) fn open(asset: ImageAsset) -> Result<Self> {
        let ImageAsset { name, location, remote, client, sidecar, requested_mask, .. } = asset;
        let opened = open(&location, remote.as_ref())
            .with_context(|| format!("the {name} cannot be read"))?;
        let GeoTiff { dataset, file_bytes } = opened;
        // GDAL states no cause.
        let geo_transform = dataset.geo_transform().map_err(|_| {
            anyhow!(
                "{location} has no georeference: write it into the file (gdal_translate -a_ullr, or \
                gdalwarp for control points), or take its item out of the catalogue"
            )
        })?;
        let band_number = band_of_file(&location, asset.stated_band, &data_bands(&dataset)?)? + 1;
        let band = dataset.rasterband(band_number)?;
        let kind = band.band_type();
        ensure!(
            matches!(kind, GdalDataType::UInt8 | GdalDataType::UInt16 | GdalDataType::Int16),
            "{location} holds {} pixels, and only digital numbers of 8 or 16 bits can be read",
            kind.name()
        );
        let no_data = no_data_of(&band, &location, (asset.stated_no_data, asset.fill));
        let blocks = BlockReader::of(&location, remote.as_ref(), band_number, no_data);
        let size = dataset.raster_size();
        let masked = MaskedBand { location: &location, size, number: band_number };
        let mask_file = if sidecar.is_requested(stated_validity(&dataset, &band)?) {
            MaskFile::find(&sidecar, &masked, (&client, requested_mask))?
        } else {
            None
        };
        Ok(Self {
            name,
            location,
            size,
            geo_transform,
            band_number,
            no_data,
            blocks,
            dataset,
            file_bytes,
            remote,
            mask_file,
        })
    }

    /// Whether it has a mask in a file of its own.
    pub(crate) fn has_mask_file(&self) -> bool {
        self.mask_file.is_some()
    }

    /// What the file itself states of which pixels hold data.
    pub(crate) fn stated_validity(&self) -> Result<StatedValidity> {
        stated_validity(&self.dataset, &self.dataset.rasterband(self.band_number)?)
    }

    /// Size and georeference.
    pub(crate) fn frame(&self) -> ImageFrame {
        ImageFrame { size: self.size, geo_transform: GeoTransform(self.geo_transform) }
    }

    /// The values that stand for no data.
    pub(crate) fn no_data(&self) -> NoData {
        self.no_data
    }

    /// Pixels across and down: of the image itself, then of each overview.
    pub(crate) fn level_sizes(&self) -> Result<Vec<(usize, usize)>> {
        let band = self.dataset.rasterband(self.band_number)?;
        let mut sizes = vec![self.size];
        for index in 0..band.overview_count()?.max(0) as usize {
            sizes.push(band.overview(index)?.size());
        }
        Ok(sizes)
    }

    /// The image at a level of [`Image::level_sizes`].
    pub(crate) fn at_level(self, level: usize) -> Result<ImageBand> {
        let overview = level.checked_sub(1);
        let alpha_number = validity::alpha_band(&self.dataset)?;
        let (size, has_mask) = {
            let band = self.dataset.rasterband(self.band_number)?;
            let size = match overview {
                Some(index) => band.overview(index)?.size(),
                None => self.size,
            };
            (size, validity::has_mask(&band)?)
        };
        Ok(ImageBand {
            name: self.name,
            location: self.location,
            dataset: Some(self.dataset),
            blocks: self.blocks,
            remote: self.remote,
            file_bytes: self.file_bytes,
            band_number: self.band_number,
            overview,
            size,
            no_data: self.no_data,
            has_mask,
            alpha_number,
            mask_file: self.mask_file,
            kept: Vec::new(),
        })
    }

    /// The image at the level of another's size; at full resolution where it has none of that size.
    pub(crate) fn at_size(self, size: (usize, usize)) -> Result<ImageBand> {
        let fitting = {
            let band = self.dataset.rasterband(self.band_number)?;
            let mut levels = 0..band.overview_count()?.max(0) as usize;
            levels.find(|index| band.overview(*index).is_ok_and(|overview| overview.size() == size))
        };
        let level = fitting.map_or(0, |overview| overview + 1);
        let band = self.at_level(level)?;
        Ok(ImageBand { size, ..band })
    }
}

/// The values of a band that stand for no data: those of the file and of the item, else the fill
/// value.
fn no_data_of(band: &RasterBand<'_>, location: &str, (stated, fill): (Option<f64>, u16)) -> NoData {
    let of_file = band.no_data_value();
    let stated = stated.or(of_file.is_none().then_some(fill.into()));
    let no_data = NoData::new(of_file, stated, is_signed(band));
    if let Some((file, item)) = no_data.disagreement() {
        tracing::warn!(
            file = location,
            "the file states {file} for no data and its item {item}: both count as no data"
        );
    }
    no_data
}

fn is_signed(band: &RasterBand<'_>) -> bool {
    band.band_type() == GdalDataType::Int16
}

/// What a file states of which pixels of a band hold data.
fn stated_validity(dataset: &Dataset, band: &RasterBand<'_>) -> Result<StatedValidity> {
    Ok(StatedValidity {
        has_no_data_value: NoData::is_stated(band.no_data_value(), is_signed(band)),
        has_mask: validity::has_mask(band)?,
        has_alpha: validity::alpha_band(dataset)?.is_some(),
    })
}

/// Bands of a file without alpha, counted from 0.
fn data_bands(dataset: &Dataset) -> Result<Vec<usize>> {
    let alpha = validity::alpha_band(dataset)?;
    Ok((0..dataset.raster_count()).filter(|index| alpha != Some(index + 1)).collect())
}

fn open(location: &str, remote: Option<&Arc<RemoteFile>>) -> Result<GeoTiff> {
    remote.map_or_else(
        || geotiff::open_local(location, HeaderLimits::SCENE),
        |remote| geotiff::open_remote(remote, HeaderLimits::SCENE),
    )
}
