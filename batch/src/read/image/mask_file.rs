//! The mask of a file in a file of its own beside it, as GDAL writes it. Read here and not by GDAL,
//! which looks for it on disks only, and skips one without its own metadata.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use dragonfly_core::stac::{MaskSidecar, without_token};
use gdal::Dataset;
use gdal::raster::{GdalDataType, RasterBand};

use super::open;
use super::validity::{LevelWindow, level_of_size};
use crate::deployment::settings::is_url;
use crate::http::{Client, Scope};
use crate::read::geotiff::{BlockRanges, GeoTiff, block_bytes};
use crate::read::remote::RemoteFile;

/// A mask beside a file, 0 where that holds no data.
pub(super) struct MaskFile {
    location: String,
    remote: Option<Arc<RemoteFile>>,
    /// Open while it is read.
    dataset: Option<Dataset>,
    /// Bytes of the whole file.
    file_bytes: u64,
    /// The band that is read, counted from 1.
    band_number: usize,
}

/// A band of a file of an item, as its mask must fit it.
pub(super) struct MaskedBand<'a> {
    pub(super) location: &'a str,
    /// Pixels at full resolution, across and down.
    pub(super) size: (usize, usize),
    /// Counted from 1.
    pub(super) number: usize,
}

impl MaskFile {
    /// The mask beside a file, which may be requested already; `None` where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read, does not fit the file, or is absent though the item
    /// lists it.
    pub(super) fn find(
        sidecar: &MaskSidecar,
        of: &MaskedBand<'_>,
        (client, requested): (&Client, Option<Arc<RemoteFile>>),
    ) -> Result<Option<Self>> {
        let location = without_token(&sidecar.href).to_owned();
        let named = || format!("the mask of {} cannot be read", of.location);
        client.policy().check_file(&sidecar.href).with_context(named)?;
        let remote = match requested {
            None if is_url(&sidecar.href) => {
                Some(RemoteFile::open(&sidecar.href, Scope::File, client)?)
            }
            requested => requested,
        };
        let exists = match &remote {
            Some(remote) => remote.wait_for_head_if_there().with_context(named)?,
            None => Path::new(&sidecar.href).exists(),
        };
        if !exists && sidecar.is_listed() {
            bail!(
                "{location} does not exist, and the item lists it as the mask of {}: put it there, \
                or take it out of the item where every pixel with data counts",
                of.location
            );
        }
        if !exists {
            return Ok(None);
        }
        let GeoTiff { dataset, file_bytes } = open(&location, remote.as_ref())
            .with_context(|| format!("{}; write it again, or delete it", named()))?;
        let band_number = band_of_mask(&dataset, of)
            .with_context(|| format!("{location} is no mask of {}", of.location))?;
        Ok(Some(Self { location, remote, dataset: Some(dataset), file_bytes, band_number }))
    }

    /// Opens the file where it is not open.
    pub(super) fn reopen(&mut self) -> Result<()> {
        if self.dataset.is_none() {
            self.dataset = Some(open(&self.location, self.remote.as_ref())?.dataset);
        }
        Ok(())
    }

    /// Closes the file; reading opens it again.
    pub(super) fn close(&mut self) {
        self.dataset = None;
    }

    /// Gives the pixels of a window that the mask hides the number `no_data`. The window is one of
    /// a level of a size.
    pub(super) fn hide(
        &self,
        window: LevelWindow,
        level_size: (usize, usize),
        pixels: &mut [u16],
        no_data: u16,
    ) -> Result<()> {
        let dataset =
            self.dataset.as_ref().with_context(|| format!("{} is not open", self.location))?;
        let full = dataset.rasterband(self.band_number)?;
        let overview = level_of_size(&full, level_size)?;
        let mask = overview.as_ref().unwrap_or(&full);
        let window = window.scaled(level_size, mask.size());
        let bytes = self.bytes_under(dataset, mask, &window)?;
        let arrived = self.remote.as_ref().map_or(Ok(()), |remote| {
            remote.prefetch(bytes.clone())?;
            remote.wait(&bytes)
        });
        let hidden = arrived.and_then(|()| window.hide(mask, pixels, no_data));
        if let Some(remote) = &self.remote {
            remote.release(&bytes);
            remote.check()?;
        }
        hidden.with_context(|| format!("the mask {} cannot be read", self.location))
    }

    /// Where the blocks under a window of a level lie in the file.
    fn bytes_under(
        &self,
        dataset: &Dataset,
        level: &RasterBand<'_>,
        window: &LevelWindow,
    ) -> Result<Vec<std::ops::Range<u64>>> {
        let places = BlockRanges::new(level, self.file_bytes, block_bytes(dataset, level));
        let (columns, rows) = window.places();
        places
            .find_all(&columns, &rows)
            .with_context(|| format!("the mask {} cannot be read", self.location))
    }
}

/// The band of a mask file that belongs to a band, counted from 1: its only one, or that of the same
/// number.
fn band_of_mask(dataset: &Dataset, of: &MaskedBand<'_>) -> Result<usize> {
    let (size, bands) = (dataset.raster_size(), dataset.raster_count());
    ensure!(
        size == of.size,
        "it has {} × {} pixels and the file {} × {}: write it again, or delete it",
        size.0,
        size.1,
        of.size.0,
        of.size.1
    );
    let number = if bands == 1 { 1 } else { of.number };
    ensure!(
        number <= bands,
        "it has {bands} bands, and band {number} is read: write it again, or delete it"
    );
    let kind = dataset.rasterband(number)?.band_type();
    ensure!(
        matches!(kind, GdalDataType::UInt8 | GdalDataType::UInt16 | GdalDataType::Int16),
        "it holds {} pixels, and a mask holds whole numbers: write it again, or delete it",
        kind.name()
    );
    Ok(number)
}
