//! A worker that reads scenes: fetches their blocks, and warps them to the cells of the grid.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use crate::{
    BrowserTransport, CogScene, GridTarget, ObservationUnit, PixelGrid, RangeFetcher, SceneOptions,
    SceneStrip, Spawn, TargetCells, UtmGrid, scene_error,
};
use dragonfly_core::metadata::UsedScene;
use dragonfly_core::protocol::{JobError, JobErrorKind};
use dragonfly_core::stac::Item;
use dragonfly_core::{Area, CellQuality, CellWindow};
use futures_util::future::{AbortHandle, abortable};
use js_sys::{ArrayBuffer, Date};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use wasm_bindgen_futures::spawn_local;

use crate::program::byte_store::ByteStore;
use crate::program::messages::{SpareBuffers, on_message, pairs_buffer, receive, scope, send};

/// The name of such a worker.
pub(crate) const NAME: &str = "scene";
/// Requests to one host at a time: half of what browsers allow over HTTP/1.1, for both sides of a
/// fire are read at the same time, and neither must wait behind the other.
pub(crate) const AT_ONCE_PER_HOST: usize = 3;
/// Milliseconds between two reports of received bytes.
const REPORT_INTERVAL_MS: f64 = 100.0;

/// A task of a scene worker.
#[derive(Serialize, Deserialize)]
pub(crate) enum SceneTask {
    /// Opens a scene. Ends with [`SceneEvent::Opened`].
    Open(Box<Opening>),
    /// Observes the cells of some rows, or their pixels. Ends with [`SceneEvent::Observed`].
    /// Buffers: those of earlier events, to be filled again.
    Observe { ticket: u32, scene: u32, rows: Range<u32>, unit: ObservationUnit },
    /// Closes all scenes, ends what is under way, and writes what is to be cached.
    Clear,
    /// Drops the bytes that wait to be cached. Ends with [`SceneEvent::Dropped`].
    DropPending { ticket: u32 },
}

/// A scene to be opened.
#[derive(Serialize, Deserialize)]
pub(crate) struct Opening {
    /// Number of the task, and of the scene from then on.
    pub(crate) ticket: u32,
    pub(crate) item: Item,
    pub(crate) options: SceneOptions,
    /// GeoJSON.
    pub(crate) area: String,
    pub(crate) cells: TargetOptions,
}

/// The grid on which an area is computed.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum TargetOptions {
    /// The map's, at a zoom.
    Zoom(u8),
    /// That of a scene's own pixels.
    Pixels(PixelGrid),
}

/// What a scene worker sends.
#[derive(Serialize, Deserialize)]
pub(crate) enum SceneEvent {
    /// A scene is open; the fields are empty where it covers no cell. Where each cell has the value
    /// of its nearest pixel, `nearest` states the cells and the pixels, and a buffer of float64 the
    /// positions of the lattice.
    Opened {
        ticket: u32,
        used: Option<UsedScene>,
        pixel_grid: Option<PixelGrid>,
        nearest: Option<[CellWindow; 2]>,
    },
    /// Observations over these columns and rows. Buffers: NBR as float32, qualities by code, and
    /// RGBA, which may be empty.
    Observed { ticket: u32, columns: Range<u32>, rows: Range<u32> },
    /// The scene has no cell there.
    NoCells { ticket: u32 },
    /// Nothing waits to be written.
    Dropped { ticket: u32 },
    /// It cannot be done.
    Failed { ticket: u32, error: JobError },
    /// Bytes came from the network, or from the cache.
    Received { bytes: u64, cached: u64 },
}

/// The state of the worker.
struct SceneWorkerState {
    fetcher: Rc<RangeFetcher<BrowserTransport>>,
    store: Rc<ByteStore>,
    begin: Spawn,
    received: Rc<Received>,
    spare: SpareBuffers,
    scenes: RefCell<HashMap<u32, OpenScene>>,
    under_way: RefCell<Vec<AbortHandle>>,
}

type OpenScene = Rc<Mutex<CogScene<BrowserTransport, ByteStore>>>;

/// Bytes that came and are not reported yet.
#[derive(Default)]
struct Received {
    bytes: Cell<u64>,
    cached: Cell<u64>,
    reported_ms: Cell<f64>,
}

/// Starts the worker.
pub(crate) fn start() {
    let received = Rc::new(Received::default());
    let (by_network, by_store) = (Rc::clone(&received), Rc::clone(&received));
    let state = Rc::new(SceneWorkerState {
        fetcher: Rc::new(RangeFetcher::new(
            BrowserTransport::default(),
            AT_ONCE_PER_HOST,
            move |bytes| by_network.add(bytes, 0),
        )),
        store: Rc::new(ByteStore::new(move |bytes| by_store.add(0, bytes))),
        begin: Rc::new(spawn_local),
        received,
        spare: SpareBuffers::default(),
        scenes: RefCell::default(),
        under_way: RefCell::default(),
    });
    on_message(move |event| {
        if let Some((task, buffers)) = receive(&event) {
            state.spare.add(buffers);
            state.begin(task);
        }
    });
}

impl SceneWorkerState {
    fn begin(self: &Rc<Self>, task: SceneTask) {
        if matches!(task, SceneTask::Clear) {
            self.under_way.borrow_mut().drain(..).for_each(|task| task.abort());
            self.scenes.borrow_mut().clear();
            self.spare.take_all();
            let store = Rc::clone(&self.store);
            return spawn_local(async move { store.write().await });
        }
        let state = Rc::clone(self);
        let (work, handle) = abortable(async move {
            match task {
                SceneTask::Open(opening) => state.open(*opening).await,
                SceneTask::Observe { ticket, scene, rows, unit } => {
                    state.observe(ticket, scene, rows, unit).await
                }
                SceneTask::DropPending { ticket } => {
                    state.store.drop_pending().await;
                    state.send(&SceneEvent::Dropped { ticket }, &[]);
                }
                SceneTask::Clear => {}
            }
        });
        let mut under_way = self.under_way.borrow_mut();
        under_way.retain(|task| !task.is_aborted());
        under_way.push(handle);
        spawn_local(async {
            // An aborted task has no receiver.
            let _ = work.await;
        });
    }

    async fn open(&self, opening: Opening) {
        let Opening { ticket, item, options, area, cells } = opening;
        let target = match target_cells(&area, cells) {
            Ok(target) => target,
            Err(message) => {
                let error = JobError::new(JobErrorKind::Area, message, "draw the area again");
                return self.send(&SceneEvent::Failed { ticket, error }, &[]);
            }
        };
        match CogScene::open(&self.fetcher, &self.store, &item, &options, &*target, &self.begin)
            .await
        {
            Ok(scene) => {
                let used = scene.as_ref().map(|scene| scene.used.clone());
                let pixel_grid = scene.as_ref().and_then(|scene| scene.pixel_grid);
                let nearest = scene.as_ref().and_then(|scene| scene.nearest.clone());
                if let Some(scene) = scene {
                    self.scenes.borrow_mut().insert(ticket, Rc::new(Mutex::new(scene)));
                }
                let lattice =
                    nearest.as_ref().map(|nearest| pairs_buffer(nearest.lattice().positions()));
                let nearest =
                    nearest.map(|nearest| [nearest.cells().clone(), nearest.pixels().clone()]);
                self.send(
                    &SceneEvent::Opened { ticket, used, pixel_grid, nearest },
                    lattice.as_slice(),
                );
            }
            Err(cause) => {
                let error = scene_error(&item.id, options.side, &cause, is_online());
                self.send(&SceneEvent::Failed { ticket, error }, &[]);
            }
        }
    }

    async fn observe(&self, ticket: u32, scene: u32, rows: Range<u32>, unit: ObservationUnit) {
        let Some(scene) = self.scenes.borrow().get(&scene).map(Rc::clone) else { return };
        let mut scene = scene.lock().await;
        match scene.observe(&rows, unit).await {
            Ok(strip) => self.send_observations(ticket, strip),
            Err(cause) => {
                let error = scene_error(&scene.used.id, scene.used.side, &cause, is_online());
                self.send(&SceneEvent::Failed { ticket, error }, &[]);
            }
        }
    }

    fn send_observations(&self, ticket: u32, SceneStrip { view, rgba }: SceneStrip) {
        let Some((window, cells)) = view else {
            return self.send(&SceneEvent::NoCells { ticket }, &[]);
        };
        let qualities = CellQuality::codes(cells.quality);
        let event = SceneEvent::Observed { ticket, columns: window.columns, rows: window.rows };
        self.send(
            &event,
            &[self.spare.floats(&cells.nbr), self.spare.bytes(&qualities), self.spare.bytes(&rgba)],
        );
    }

    fn send(&self, event: &SceneEvent, buffers: &[ArrayBuffer]) {
        self.received.send();
        send(&scope(), event, buffers);
    }
}

fn target_cells(area: &str, cells: TargetOptions) -> Result<Box<dyn TargetCells>, String> {
    let area = Area::from_geojson(area).map_err(|error| error.to_string())?;
    Ok(match cells {
        TargetOptions::Zoom(zoom) => Box::new(GridTarget::of(area, zoom)),
        TargetOptions::Pixels(own) => {
            Box::new(UtmGrid::over(&area, [own].into_iter()).map_err(|error| error.to_string())?)
        }
    })
}

impl Received {
    fn add(&self, bytes: u64, cached: u64) {
        self.bytes.set(self.bytes.get() + bytes);
        self.cached.set(self.cached.get() + cached);
        let now = Date::now();
        // A clock may be set back.
        if (now - self.reported_ms.get()).abs() >= REPORT_INTERVAL_MS {
            self.reported_ms.set(now);
            self.send();
        }
    }

    fn send(&self) {
        let (bytes, cached) = (self.bytes.take(), self.cached.take());
        if bytes + cached > 0 {
            send(&scope(), &SceneEvent::Received { bytes, cached }, &[]);
        }
    }
}

/// Whether the browser reports to be online.
pub(crate) fn is_online() -> bool {
    scope().navigator().on_line()
}
