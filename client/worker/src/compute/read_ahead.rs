//! Reads the pixels of a scene ahead of the strip at hand, in parts of whole rows of blocks.

use std::collections::VecDeque;
use std::future::Future;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::rc::Rc;

use dragonfly_core::{MaskKind, MaskScale, QualityTable, ScenePlan, SceneRows, mark_haze};
use futures_channel::oneshot;
use futures_util::future::{Either, select, try_join_all, try_join4};

use crate::compute::band::CogBand;
use crate::compute::joined_rows::joined_rows;
use crate::fetch::byte_cache::ByteCache;
use crate::fetch::cog::ReadError;
use crate::fetch::transport::Transport;

/// Spawns work that runs by itself: scenes share connections, and one that is not being observed
/// must not hold them.
///
/// In the browser this is `spawn_local`; in tests the work may be done at once.
pub type Spawn = Rc<dyn Fn(Pin<Box<dyn Future<Output = ()>>>)>;

/// Fewest rows that are requested together, where blocks are flat.
const MIN_PART_ROWS: i64 = 256;
/// Bytes of pixels that are requested ahead of their use, but always two parts.
const AHEAD_BYTES: u64 = 48 << 20;

/// The bands at the level read.
pub(super) struct Bands<T, C> {
    /// Of [`SpectralIndex::MAPPED`](dragonfly_core::SpectralIndex::MAPPED).
    pub(super) pair: [CogBand<T, C>; 2],
    pub(super) mask: Option<CogBand<T, C>>,
    /// What states haze beside the mask, in the mask's pixels.
    pub(super) haze: Option<(MaskKind, CogBand<T, C>)>,
    pub(super) mask_scale: MaskScale,
    pub(super) quality: Option<QualityTable>,
}

/// Some rows of the level, with the rectangles of them that are needed.
pub(super) struct SceneRowsPart {
    pub(super) rows: Range<i64>,
    pub(super) rectangles: Vec<Rectangle>,
}

/// The pixels of a rectangle.
pub(super) struct Rectangle {
    pub(super) columns: Range<i64>,
    pub(super) rows: Range<i64>,
    pub(super) bands: [Vec<u16>; 2],
    pub(super) mask: Option<Vec<u16>>,
}

/// The parts of a scene that are requested, and those that are not yet.
pub(super) struct ReadAhead<T, C> {
    bands: Rc<Bands<T, C>>,
    spawn: Spawn,
    /// Parts that are not requested yet, from north to south.
    waiting: VecDeque<Range<i64>>,
    /// Parts under way, in the same order.
    under_way: VecDeque<oneshot::Receiver<Result<SceneRowsPart, ReadError>>>,
    under_way_bytes: u64,
}

impl<T: Transport + 'static, C: ByteCache + 'static> ReadAhead<T, C> {
    /// Nothing requested yet of some rows of pixels.
    pub(super) fn new(
        plan: &ScenePlan,
        rows: &Range<i64>,
        bands: Rc<Bands<T, C>>,
        spawn: &Spawn,
    ) -> Self {
        Self {
            bands,
            spawn: Rc::clone(spawn),
            waiting: parts(plan, rows),
            under_way: VecDeque::new(),
            under_way_bytes: 0,
        }
    }

    /// Requests parts ahead, as far as memory allows.
    pub(super) fn request(&mut self, plan: &ScenePlan) {
        while self.under_way.len() < 2 || self.under_way_bytes < AHEAD_BYTES {
            let Some(rows) = self.waiting.pop_front() else { return };
            self.under_way_bytes += part_bytes(plan, &rows);
            let blocks = plan.blocks().rectangles(plan.columns(), rows.clone());
            let rectangles = joined_rows(blocks);
            let (sender, receiver) = oneshot::channel();
            self.under_way.push_back(receiver);
            (self.spawn)(Box::pin(send_part(sender, Rc::clone(&self.bands), rectangles, rows)));
        }
    }

    /// The next part; `None` after the last.
    ///
    /// # Errors
    /// When its pixels cannot be read.
    pub(super) async fn next(
        &mut self,
        plan: &ScenePlan,
    ) -> Result<Option<SceneRowsPart>, ReadError> {
        self.request(plan);
        let Some(part) = self.under_way.pop_front() else { return Ok(None) };
        // The spawned work ends by sending.
        let Ok(part) = part.await else { return Ok(None) };
        let part = part?;
        self.under_way_bytes -= part_bytes(plan, &part.rows);
        Ok(Some(part))
    }
}

/// Bytes that a part takes until it is observed.
fn part_bytes(plan: &ScenePlan, rows: &Range<i64>) -> u64 {
    let columns = plan.columns();
    let pixels = ((rows.end - rows.start) * (columns.end - columns.start)) as u64;
    let mask_bytes = 2 * plan.mask_scale().mask_px_per_pixel();
    pixels * (SceneRows::PIXEL_BYTES + mask_bytes)
}

/// Splits rows of pixels into the parts that are requested together: whole rows of blocks.
fn parts(plan: &ScenePlan, rows: &Range<i64>) -> VecDeque<Range<i64>> {
    let block_rows = plan.blocks().size.1;
    let part_rows = (MIN_PART_ROWS + block_rows - 1) / block_rows * block_rows;
    let starts = plan.whole_blocks(rows).step_by(part_rows as usize);
    starts.map(|start| start.max(rows.start)..(start + part_rows).min(rows.end)).collect()
}

/// Reads a part and sends it; ends at once when the receiver is dropped.
async fn send_part<T: Transport, C: ByteCache>(
    mut sender: oneshot::Sender<Result<SceneRowsPart, ReadError>>,
    bands: Rc<Bands<T, C>>,
    rectangles: Vec<(Range<i64>, Range<i64>)>,
    rows: Range<i64>,
) {
    let read = match select(sender.cancellation(), pin!(read_part(bands, rectangles, rows))).await {
        Either::Left(_) => return,
        Either::Right((read, _)) => read,
    };
    // The receiver may be dropped in this very moment.
    let _ = sender.send(read);
}

async fn read_part<T: Transport, C: ByteCache>(
    bands: Rc<Bands<T, C>>,
    rectangles: Vec<(Range<i64>, Range<i64>)>,
    rows: Range<i64>,
) -> Result<SceneRowsPart, ReadError> {
    let read = rectangles.into_iter().map(|(columns, rows)| read_rectangle(&bands, columns, rows));
    Ok(SceneRowsPart { rows, rectangles: try_join_all(read).await? })
}

async fn read_rectangle<T: Transport, C: ByteCache>(
    bands: &Bands<T, C>,
    columns: Range<i64>,
    rows: Range<i64>,
) -> Result<Rectangle, ReadError> {
    let scale = bands.mask_scale;
    let (mask_columns, mask_rows) = (scale.columns(&columns), scale.rows(&rows));
    let read_mask = async |mask: Option<&CogBand<T, C>>| match mask {
        Some(mask) => mask.read(&mask_columns, &mask_rows).await.map(Some),
        None => Ok(None),
    };
    let [first, second] = &bands.pair;
    let (first, second, mut mask, haze) = try_join4(
        first.read(&columns, &rows),
        second.read(&columns, &rows),
        read_mask(bands.mask.as_ref()),
        read_mask(bands.haze.as_ref().map(|(_, haze)| haze)),
    )
    .await?;
    if let (Some(mask), Some(haze), Some((kind, _))) = (&mut mask, haze, &bands.haze) {
        mark_haze(mask, &haze, *kind);
    }
    Ok(Rectangle { columns, rows, bands: [first, second], mask })
}
