//! Finds out whether hosts have masks beside their files, which their items do not list.

use std::collections::BTreeSet;
use std::rc::Rc;

use dragonfly_core::FireSide;
use dragonfly_core::stac::{Item, SidecarCheck};
use dragonfly_tiff::TiffError;
use futures_util::future::join_all;

use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::{Cog, ReadErrorCause};
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;

/// The hosts that have masks beside their files: a few masks of each host and side are requested. One
/// that cannot be had is absent: servers answer in many ways where there is no file.
pub async fn masked_hosts<T: Transport, C: ByteCache>(
    fetcher: &Rc<RangeFetcher<T>>,
    cache: &Rc<C>,
    scenes: &[(FireSide, Item)],
) -> BTreeSet<String> {
    let of_side = |side| scenes.iter().filter(move |(own, _)| *own == side).map(|(_, item)| item);
    let checks = [FireSide::Pre, FireSide::Post].map(|side| SidecarCheck::of(of_side(side)));
    let checks = checks.into_iter().flatten().map(async |check| {
        let opened = Cog::open(Rc::clone(fetcher), Rc::clone(cache), &check.href).await;
        let is_there = match opened {
            Ok(_) => true,
            // A TIFF that cannot be read is no absent one: opening the scene explains.
            Err(error) => {
                matches!(error.cause, ReadErrorCause::Tiff(cause) if cause != TiffError::NotTiff)
            }
        };
        is_there.then_some(check.host)
    });
    join_all(checks).await.into_iter().flatten().collect()
}
