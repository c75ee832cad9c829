//! How many bytes of a scene an area takes, by the blocks that its files list: their heads are read,
//! and no pixel.

use std::rc::Rc;

use dragonfly_core::stac::Item;
use dragonfly_core::{BandRole, LevelFrame};

use crate::compute::band::CogBand;
use crate::compute::colours::picture_band_blocks;
use crate::compute::scene::{SceneCogs, SceneOptions, plan_of};
use crate::compute::scene_error::SceneError;
use crate::compute::stored_blocks::StoredBlocks;
use crate::compute::target::TargetCells;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::range_fetcher::RangeFetcher;
use crate::fetch::transport::Transport;

/// What an area takes of a scene, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SceneBytes {
    /// Of the bands and masks that are computed with.
    pub numbers: u64,
    /// Of a visible band, for pictures; `None` where the scene has none that can be read.
    pub visible_band: Option<u64>,
}

/// The bytes of the blocks that computing an area reads of a scene; `None` where the scene covers
/// no cell.
///
/// # Errors
/// When the head of a file cannot be read, or the files do not fit each other.
pub async fn scene_bytes<T: Transport + 'static, C: ByteCache + 'static>(
    fetcher: &Rc<RangeFetcher<T>>,
    cache: &Rc<C>,
    item: &Item,
    options: &SceneOptions,
    target: &dyn TargetCells,
) -> Result<Option<SceneBytes>, SceneError> {
    let files = SceneCogs::open(fetcher, cache, item).await?;
    let frame = files.frame()?;
    let Some(placed) = files.place(&frame, target)? else { return Ok(None) };
    let pair = files.pair_for(placed.cell_size_px);
    let level_size = pair[0].size();
    let mask = files.mask.map(|file| CogBand::mask_at_level(file, level_size));
    let level = LevelFrame {
        full_size: frame.size,
        size: level_size,
        block_size: pair[0].block_size(),
        mask_size: mask.as_ref().map_or(level_size, CogBand::size),
    };
    let plan = plan_of(placed, &level, options, target);
    let rows = plan.pixel_rows(&plan.window(&(0..target.height()))).unwrap_or(0..0);
    let mut numbers = StoredBlocks::new();
    for (columns, rows) in plan.blocks().rectangles(plan.columns(), rows) {
        pair.iter().for_each(|band| band.add_blocks(&columns, &rows, &mut numbers));
        if let Some(mask) = &mask {
            let scale = plan.mask_scale();
            mask.add_blocks(&scale.columns(&columns), &scale.rows(&rows), &mut numbers);
        }
    }
    let visible = match item.band(BandRole::Red) {
        Ok(band) => picture_band_blocks(fetcher, cache, (item, band), target).await.ok(),
        Err(_) => None,
    };
    let visible_band = visible.as_ref().map(sum);
    Ok(Some(SceneBytes { numbers: sum(&numbers), visible_band }))
}

fn sum(blocks: &StoredBlocks) -> u64 {
    blocks.iter().map(|(_, start, end)| end - start).sum()
}
