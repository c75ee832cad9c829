//! The cache of finished results on the reader's own machine: read, and written while no request
//! is running.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::{
    BrowserTransport, ComputedMap, PixelGrid, ResultKey, ResultReader, ResultWriter, SidePictures,
    Transport,
};
use dragonfly_core::Grid;
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::protocol::{BlockAddress, CACHE_BYTES, ComputeResult};
use futures_util::future::{AbortHandle, abortable};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen_futures::spawn_local;

use crate::program::byte_store::ByteStore;
use crate::program::map_blocks::blocks;
use crate::program::messages::SpareBuffers;

/// The cache of results.
pub(crate) struct CachedResults {
    store: Rc<ByteStore>,
    under_way: RefCell<Option<AbortHandle>>,
}

/// What was computed.
pub(crate) struct Computed {
    pub(crate) map: ComputedMap,
    pub(crate) done: ComputeResult,
    pub(crate) pixel_grids: Vec<PixelGrid>,
}

/// Pictures of each strip from north to south, outside of this program's memory, which never
/// shrinks.
pub(crate) type StripPictures = Vec<[Uint8Array; 2]>;

/// A cached result with its tiles for the page.
pub(crate) struct CachedResult {
    pub(crate) computed: Computed,
    pub(crate) blocks: Vec<(BlockAddress, Vec<ArrayBuffer>)>,
}

impl CachedResults {
    pub(crate) fn new(store: Rc<ByteStore>) -> Self {
        Self { store, under_way: RefCell::default() }
    }

    /// Whether the cache lists a result, without reading it.
    pub(crate) async fn has(&self, key: &ResultKey) -> bool {
        self.store.has_result(key.bucket()).await
    }

    /// Reads a result; `None` where it is not cached, or fails its checksum.
    pub(crate) async fn find(
        &self,
        key: &ResultKey,
        grid: &Grid,
        has_pictures: bool,
        spare: &SpareBuffers,
    ) -> Option<CachedResult> {
        let bytes = self.store.result(key.bucket()).await?;
        let mut reader = ResultReader::open(&bytes, key, grid, has_pictures)?;
        let mut tiles = Vec::new();
        while let Some((rows, pictures)) = reader.strip() {
            tiles.extend(blocks(reader.map(), &rows, has_pictures.then_some(&pictures), spare));
            yield_now().await;
        }
        let (map, done, pixel_grids) = reader.finish()?;
        let done =
            ComputeResult { bytes: 0, cached_bytes: bytes.len() as u64, is_kept: true, ..done };
        Some(CachedResult { computed: Computed { map, done, pixel_grids }, blocks: tiles })
    }

    /// Starts to write a result, instead of one that is not written yet. A result that cannot be
    /// written is dropped.
    pub(crate) fn write(
        &self,
        key: ResultKey,
        computed: Rc<Computed>,
        pictures: Option<StripPictures>,
    ) {
        self.stop();
        let store = Rc::clone(&self.store);
        let (work, handle) = abortable(async move {
            let Some(bytes) = written(&key, &computed, pictures).await else { return };
            // Once the browser writes it, it is not cancelled.
            spawn_local(async move {
                store.put_result(key.bucket(), bytes).await;
                store.limit(CACHE_BYTES).await;
            });
        });
        *self.under_way.borrow_mut() = Some(handle);
        spawn_local(async {
            let _ = work.await;
        });
    }

    /// Drops a result that is not written yet.
    pub(crate) fn stop(&self) {
        if let Some(under_way) = self.under_way.take() {
            under_way.abort();
        }
    }
}

/// A result as bytes, made in steps between which requests are received.
async fn written(
    key: &ResultKey,
    computed: &Computed,
    pictures: Option<StripPictures>,
) -> Option<Vec<u8>> {
    let Computed { map, done, pixel_grids } = computed;
    let mut writer = ResultWriter::new(key, done, pixel_grids)?;
    let mut pictures = pictures.map(Vec::into_iter);
    for start in (0..map.grid.height()).step_by(TILE_SIZE_PX as usize) {
        yield_now().await;
        let strip = match &mut pictures {
            None => None,
            Some(strips) => {
                let [pre, post] = strips.next()?;
                Some(SidePictures { pre: pre.to_vec(), post: post.to_vec() })
            }
        };
        writer.strip(map, start..start + TILE_SIZE_PX, strip.as_ref());
    }
    Some(writer.finish())
}

/// Returns to the event loop, so that a request can be received.
async fn yield_now() {
    BrowserTransport::default().pause(Duration::ZERO).await;
}
