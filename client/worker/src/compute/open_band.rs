//! Opens a file of a scene, and places it.

use std::rc::Rc;

use dragonfly_core::stac::without_token;
use dragonfly_core::{ImageFrame, PlacementError, SceneFile};
use dragonfly_tiff::SampleKind;

use crate::compute::scene_error::SceneError;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::Cog;
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;

/// Opens a file whose pixels are digital numbers.
///
/// # Errors
/// When it cannot be read, or holds other pixels.
pub(crate) async fn open_band<T: Transport, C: ByteCache>(
    fetcher: Rc<RangeFetcher<T>>,
    cache: Rc<C>,
    href: String,
) -> Result<Rc<Cog<T, C>>, SceneError> {
    let is_http = href.starts_with("https://") || href.starts_with("http://");
    if href.is_empty() || (href.contains("://") && !is_http) {
        return Err(SceneError::Address(without_token(&href).to_owned()));
    }
    let cog = Cog::open(fetcher, cache, &href).await?;
    match cog.image().full().kind() {
        SampleKind::U8 | SampleKind::U16 | SampleKind::I16 => Ok(Rc::new(cog)),
        kind @ SampleKind::F32 => Err(SceneError::NoDigitalNumbers(cog.url().to_owned(), kind)),
    }
}

pub(crate) fn file<'a, T, C>(cog: &'a Cog<T, C>, frame: &'a ImageFrame) -> SceneFile<'a>
where
    T: Transport,
    C: ByteCache,
{
    SceneFile { name: cog.url(), frame }
}

/// Extent and place of a band.
pub(crate) fn frame<T: Transport, C: ByteCache>(cog: &Cog<T, C>) -> Result<ImageFrame, SceneError> {
    let unplaced = || SceneError::Placement {
        url: cog.url().to_owned(),
        cause: PlacementError::NoGeoreference,
    };
    cog.image().frame().ok_or_else(unplaced)
}
