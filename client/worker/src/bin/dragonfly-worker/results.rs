//! Finished results on the reader's own machine: brought back, and kept as soon as nobody waits.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use dragonfly_core::Grid;
use dragonfly_core::mercator::TILE_SIZE_PX;
use dragonfly_core::protocol::{BlockAddress, CACHE_BYTES, ComputeResult};
use dragonfly_worker::{
    BrowserTransport, ComputedMap, PixelGrid, ResultKey, ResultReader, ResultWriter, SidePictures,
    Transport,
};
use futures_util::future::{AbortHandle, abortable};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen_futures::spawn_local;

use crate::blocks::blocks;
use crate::message::SpareBuffers;
use crate::store::Store;

/// Where results are kept.
pub(crate) struct Results {
    store: Rc<Store>,
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

/// What was kept, with its tiles for the page.
pub(crate) struct CachedResult {
    pub(crate) computed: Computed,
    pub(crate) blocks: Vec<(BlockAddress, Vec<ArrayBuffer>)>,
}

impl Results {
    pub(crate) fn new(store: Rc<Store>) -> Self {
        Self { store, under_way: RefCell::default() }
    }

    /// Whether a result seems to be kept, without reading it.
    pub(crate) async fn has(&self, key: &ResultKey) -> bool {
        self.store.has_result(key.place()).await
    }

    /// Brings a result back; `None` where it is not kept, or not whole.
    pub(crate) async fn find(
        &self,
        key: &ResultKey,
        grid: &Grid,
        has_pictures: bool,
        spare: &SpareBuffers,
    ) -> Option<CachedResult> {
        let bytes = self.store.result(key.place()).await?;
        let mut reader = ResultReader::open(&bytes, key, grid, has_pictures)?;
        let mut tiles = Vec::new();
        while let Some((rows, pictures)) = reader.strip() {
            tiles.extend(blocks(reader.map(), &rows, has_pictures.then_some(&pictures), spare));
            breathe().await;
        }
        let (map, done, pixel_grids) = reader.finish()?;
        let done =
            ComputeResult { bytes: 0, cached_bytes: bytes.len() as u64, is_kept: true, ..done };
        Some(CachedResult { computed: Computed { map, done, pixel_grids }, blocks: tiles })
    }

    /// Begins to keep a result, in place of one that is not written yet. What cannot be kept is
    /// forgotten.
    pub(crate) fn keep(
        &self,
        key: ResultKey,
        computed: Rc<Computed>,
        pictures: Option<StripPictures>,
    ) {
        self.stop();
        let store = Rc::clone(&self.store);
        let (work, handle) = abortable(async move {
            let Some(bytes) = written(&key, &computed, pictures).await else { return };
            // Once it is handed to the browser, it is not called back.
            spawn_local(async move {
                store.keep_result(key.place(), bytes).await;
                store.limit(CACHE_BYTES).await;
            });
        });
        *self.under_way.borrow_mut() = Some(handle);
        spawn_local(async {
            let _ = work.await;
        });
    }

    /// Lets go of a result that is not written yet.
    pub(crate) fn stop(&self) {
        if let Some(under_way) = self.under_way.take() {
            under_way.abort();
        }
    }
}

/// A result as bytes, made without keeping an order waiting.
async fn written(
    key: &ResultKey,
    computed: &Computed,
    pictures: Option<StripPictures>,
) -> Option<Vec<u8>> {
    let Computed { map, done, pixel_grids } = computed;
    let mut writer = ResultWriter::new(key, done, pixel_grids)?;
    let mut pictures = pictures.map(Vec::into_iter);
    for start in (0..map.grid.height()).step_by(TILE_SIZE_PX as usize) {
        breathe().await;
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

/// Lets an order be heard.
async fn breathe() {
    BrowserTransport::default().pause(Duration::ZERO).await;
}
