//! The mask of a file in a file of its own beside it, as GDAL writes it.

use std::rc::Rc;

use dragonfly_core::NoData;
use dragonfly_core::stac::{MaskSidecar, StatedValidity};
use dragonfly_tiff::{Level, SampleKind};

use crate::compute::scene_error::SceneError;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::{Cog, ReadErrorCause};
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;

/// A mask beside a file, 0 where that holds no data.
pub(crate) struct MaskFile<T, C> {
    /// The file.
    pub(crate) cog: Rc<Cog<T, C>>,
    /// Which band, counted from 0.
    pub(crate) band: u16,
}

impl<T, C> Clone for MaskFile<T, C> {
    fn clone(&self) -> Self {
        Self { cog: Rc::clone(&self.cog), ..*self }
    }
}

impl<T: Transport, C: ByteCache> MaskFile<T, C> {
    /// The mask beside a file; `None` where there is none, or the file states itself which pixels
    /// hold data.
    ///
    /// # Errors
    /// When it is there and cannot be read, does not fit the file, or is absent though the item
    /// lists it.
    pub(crate) async fn find(
        fetcher: Rc<RangeFetcher<T>>,
        cache: Rc<C>,
        (file, band): (&Cog<T, C>, u16),
        sidecar: &MaskSidecar,
    ) -> Result<Option<Self>, SceneError> {
        if !sidecar.is_requested(stated_validity(file)) {
            return Ok(None);
        }
        let cog = match Cog::open(fetcher, cache, &sidecar.href).await {
            Ok(cog) => cog,
            Err(error) if is_absent(&error.cause) && !sidecar.is_listed() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match band_of_mask(&cog, (file, band)) {
            Ok(band) => Ok(Some(Self { cog: Rc::new(cog), band })),
            Err(cause) => {
                let (url, of) = (cog.url().to_owned(), file.url().to_owned());
                Err(SceneError::MaskFile { url, of, cause })
            }
        }
    }

    /// The level as large as one of the file; else full resolution.
    pub(crate) fn level_for(&self, level: &Level) -> &Level {
        let image = self.cog.image();
        image.levels().iter().find(|own| own.size() == level.size()).unwrap_or(image.full())
    }
}

/// What a file states of which pixels hold data.
fn stated_validity<T: Transport, C: ByteCache>(file: &Cog<T, C>) -> StatedValidity {
    let image = file.image();
    let full = image.full();
    let is_signed = full.kind() == SampleKind::I16;
    StatedValidity {
        has_no_data_value: NoData::is_stated(image.no_data, is_signed),
        has_mask: image.mask_for(full).is_some(),
        has_alpha: full.alpha.is_some(),
    }
}

fn is_absent(cause: &ReadErrorCause) -> bool {
    matches!(cause, ReadErrorCause::Fetch(error) if error.is_absent())
}

/// The band of a mask file that belongs to a band, counted from 0: its only one, or that of the same
/// number.
fn band_of_mask<T: Transport, C: ByteCache>(
    mask: &Cog<T, C>,
    (file, band): (&Cog<T, C>, u16),
) -> Result<u16, String> {
    let (own, wanted) = (mask.image().full(), file.image().full());
    if own.size() != wanted.size() {
        let sizes = [own.width, own.height, wanted.width, wanted.height];
        let [across, down, wanted_across, wanted_down] = sizes;
        return Err(format!(
            "it has {across} × {down} pixels and the file {wanted_across} × {wanted_down}"
        ));
    }
    let band = if own.bands == 1 { 0 } else { band };
    if band >= own.bands {
        return Err(format!("it has {} bands, and band {} is read", own.bands, band + 1));
    }
    match own.kind() {
        SampleKind::F32 => Err("it holds floating-point numbers".to_owned()),
        _ => Ok(band),
    }
}
