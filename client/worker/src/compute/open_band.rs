//! Opens a file of a scene, and places it.

use std::rc::Rc;

use dragonfly_core::stac::{AssetBand, Item, without_token};
use dragonfly_core::{ImageFrame, NoData, PlacementError, SceneFile, band_of_file};
use dragonfly_tiff::SampleKind;

use crate::compute::mask_file::MaskFile;
use crate::compute::scene_error::SceneError;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::Cog;
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;

/// A band of an open file.
pub(crate) struct BandFile<T, C> {
    /// The file.
    pub(crate) cog: Rc<Cog<T, C>>,
    /// Which band, counted from 0.
    pub(crate) band: u16,
    /// The values that stand for no data.
    pub(crate) no_data: NoData,
    /// A mask beside the file.
    pub(crate) mask_file: Option<MaskFile<T, C>>,
}

impl<T, C> Clone for BandFile<T, C> {
    fn clone(&self) -> Self {
        let mask_file = self.mask_file.clone();
        Self { cog: Rc::clone(&self.cog), mask_file, ..*self }
    }
}

/// Opens the file of a band whose pixels are digital numbers, without a mask beside it. `fill`
/// stands for no data where neither the item nor the file states a value.
///
/// # Errors
/// When it cannot be read, holds other pixels, or several bands of which the item states none.
async fn open_band<T: Transport, C: ByteCache>(
    fetcher: Rc<RangeFetcher<T>>,
    cache: Rc<C>,
    band: AssetBand<'_>,
    fill: u16,
) -> Result<BandFile<T, C>, SceneError> {
    let href = &band.asset.href;
    let is_http = href.starts_with("https://") || href.starts_with("http://");
    if href.is_empty() || (href.contains("://") && !is_http) {
        return Err(SceneError::Address(without_token(href).to_owned()));
    }
    let cog = Cog::open(fetcher, cache, href).await?;
    let image = cog.image();
    let kind = image.full().kind();
    if !matches!(kind, SampleKind::U8 | SampleKind::U16 | SampleKind::I16) {
        return Err(SceneError::NoDigitalNumbers(cog.url().to_owned(), kind));
    }
    let stated = band.no_data().or(image.no_data.is_none().then_some(fill.into()));
    let no_data = NoData::new(image.no_data, stated, kind == SampleKind::I16);
    let band = band_of_file(cog.url(), band.index, &image.data_bands())? as u16;
    Ok(BandFile { cog: Rc::new(cog), band, no_data, mask_file: None })
}

/// Opens the file of a band with the mask beside it.
///
/// # Errors
/// As [`open_band`], and when the mask is there and cannot be read.
pub(crate) async fn open_masked_band<T: Transport, C: ByteCache>(
    fetcher: &Rc<RangeFetcher<T>>,
    cache: &Rc<C>,
    item: &Item,
    band: AssetBand<'_>,
    fill: u16,
) -> Result<BandFile<T, C>, SceneError> {
    let (fetcher, cache) = (Rc::clone(fetcher), Rc::clone(cache));
    let mut file = open_band(Rc::clone(&fetcher), Rc::clone(&cache), band, fill).await?;
    let sidecar = item.mask_sidecar(&band);
    file.mask_file = MaskFile::find(fetcher, cache, (&file.cog, file.band), &sidecar).await?;
    Ok(file)
}

impl<T: Transport, C: ByteCache> BandFile<T, C> {
    /// Extent and place.
    pub(crate) fn frame(&self) -> Result<ImageFrame, SceneError> {
        let unplaced = || SceneError::Placement {
            url: self.cog.url().to_owned(),
            cause: PlacementError::NoGeoreference,
        };
        self.cog.image().frame().ok_or_else(unplaced)
    }

    /// The file with its extent and place, to be compared with others.
    pub(crate) fn file<'a>(&'a self, frame: &'a ImageFrame) -> SceneFile<'a> {
        SceneFile { name: self.cog.url(), frame }
    }
}
